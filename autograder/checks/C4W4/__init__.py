"""Hidden tests of C4W4, faces and style, and the ways they go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C4W4 import (
    triplets,
    recognition,
    pairs,
    style,
    dimensions,
)
from autograder.checks.C4W4.common import lab
# isort: on

__all__ = ["dimensions", "lab", "pairs", "recognition", "style", "triplets"]

"""Hidden tests of C1W3, one hidden layer, and the ways its functions go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C1W3 import (
    activations,
    forward,
    backward,
    learning,
)
from autograder.checks.C1W3.common import lab
# isort: on

__all__ = ["activations", "backward", "forward", "lab", "learning"]

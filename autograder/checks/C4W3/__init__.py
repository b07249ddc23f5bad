"""Hidden tests of C4W3, detection and segmentation, and the ways they go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C4W3 import (
    localization,
    windows,
    grid,
    scores,
    suppression,
    evaluation,
    unet,
    segmentation,
)
from autograder.checks.C4W3.common import lab
# isort: on

__all__ = [
    "evaluation",
    "grid",
    "lab",
    "localization",
    "scores",
    "segmentation",
    "suppression",
    "unet",
    "windows",
]

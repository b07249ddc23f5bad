"""Hidden tests of C4W2, deep convolutional models, and the ways they go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C4W2 import (
    residual_networks,
    cheaper_blocks,
    counting,
    transfer,
    augmentation,
    ensembles,
)
from autograder.checks.C4W2.common import lab
# isort: on

__all__ = [
    "augmentation",
    "cheaper_blocks",
    "counting",
    "ensembles",
    "lab",
    "residual_networks",
    "transfer",
]

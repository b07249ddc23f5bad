"""Hidden tests of C4W1, convolutions from scratch, and the mistakes they know."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C4W1 import (
    edges,
    windows,
    layer,
    pooling,
    layer_backward,
    pooling_backward,
    speed,
)
from autograder.checks.C4W1.common import lab
# isort: on

__all__ = [
    "edges",
    "lab",
    "layer",
    "layer_backward",
    "pooling",
    "pooling_backward",
    "speed",
    "windows",
]

"""Hidden tests of C2W1, regularization, and the ways its functions go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C2W1 import (
    diagnosis,
    initialization,
    penalties,
    noise,
    gradient_checking,
)
from autograder.checks.C2W1.common import lab
# isort: on

__all__ = [
    "diagnosis",
    "gradient_checking",
    "initialization",
    "lab",
    "noise",
    "penalties",
]

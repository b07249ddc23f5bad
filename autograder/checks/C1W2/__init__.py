"""Hidden tests of C1W2, logistic regression, and the ways its functions go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C1W2 import (
    images,
    probabilities,
    derivatives,
    arrays,
    propagation,
    training,
    photographs,
)
from autograder.checks.C1W2.common import lab
# isort: on

__all__ = [
    "arrays",
    "derivatives",
    "images",
    "lab",
    "photographs",
    "probabilities",
    "propagation",
    "training",
]

"""Hidden tests of C2W2, optimization, and the ways its functions go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C2W2 import (
    batches,
    averages,
    momentum,
    adaptive_rates,
    decay,
    race,
)
from autograder.checks.C2W2.common import lab
# isort: on

__all__ = ["adaptive_rates", "averages", "batches", "decay", "lab", "momentum", "race"]

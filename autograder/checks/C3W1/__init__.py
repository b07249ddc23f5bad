"""Hidden tests of C3W1, metrics and priorities, and the mistakes they know."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C3W1 import (
    one_number,
    model_choice,
    weighted_error,
    dev_set,
    human_level,
    orthogonalization,
)
from autograder.checks.C3W1.common import lab
# isort: on

__all__ = [
    "dev_set",
    "human_level",
    "lab",
    "model_choice",
    "one_number",
    "orthogonalization",
    "weighted_error",
]

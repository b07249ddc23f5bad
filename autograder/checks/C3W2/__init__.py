"""Hidden tests of C3W2, errors and data, and the mistakes they know."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C3W2 import (
    error_analysis,
    label_noise,
    data_mismatch,
    synthesis,
    transfer,
    end_to_end,
)
from autograder.checks.C3W2.common import lab
# isort: on

__all__ = [
    "data_mismatch",
    "end_to_end",
    "error_analysis",
    "lab",
    "label_noise",
    "synthesis",
    "transfer",
]

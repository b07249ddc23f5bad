"""Hidden tests of C5W1, recurrent networks, and the ways its functions go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C5W1 import (
    plain_cell,
    clipping,
    gru,
    lstm,
    more_cells,
    names,
    language_model,
    ragtime,
)
from autograder.checks.C5W1.common import lab
# isort: on

__all__ = [
    "clipping",
    "gru",
    "lab",
    "language_model",
    "lstm",
    "more_cells",
    "names",
    "plain_cell",
    "ragtime",
]

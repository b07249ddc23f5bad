"""Hidden tests of C5W4, transformers, and the ways they go wrong."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C5W4 import (
    positions,
    masks,
    attention,
    encoder,
    word_order,
    transformer,
    subwords,
    labels,
    answers,
    generation,
)
from autograder.checks.C5W4.common import lab
# isort: on

__all__ = [
    "answers",
    "attention",
    "encoder",
    "generation",
    "lab",
    "labels",
    "masks",
    "positions",
    "subwords",
    "transformer",
    "word_order",
]

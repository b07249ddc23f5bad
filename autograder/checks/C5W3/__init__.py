"""Hidden tests of C5W3: attention, decoding, BLEU, CTC, trigger words."""

# Exercises count in the order in which the parts are imported.
# isort: off
from autograder.checks.C5W3 import (
    attention,
    decoding,
    bleu,
    ctc,
    clips,
    training_examples,
    trigger_words,
)
from autograder.checks.C5W3.common import lab
# isort: on

__all__ = [
    "attention",
    "bleu",
    "clips",
    "ctc",
    "decoding",
    "lab",
    "training_examples",
    "trigger_words",
]

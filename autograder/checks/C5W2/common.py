"""What several parts of C5W2's tests use."""

import numpy as np

from autograder.check import Lab

lab = Lab("C5W2")
ref = lab.reference

LETTERS = "abcdefghijklmnop"


def words_of(rng, n, n_e, prefix=""):
    """A small vocabulary with random vectors."""
    return {prefix + LETTERS[i] * 2: rng.normal(size=n_e) for i in range(n)}


def in_float32(vectors):
    """The same vectors in single precision."""
    return {word: v.astype(np.float32) for word, v in vectors.items()}

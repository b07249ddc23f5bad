"""What several parts of C5W2's tests use."""

from autograder.checks.check import Lab

lab = Lab("C5W2")
ref = lab.reference

LETTERS = "abcdefghijklmnop"


def words_of(rng, n, n_e, prefix=""):
    """A small vocabulary with random vectors."""
    return {prefix + LETTERS[i] * 2: rng.normal(size=n_e) for i in range(n)}

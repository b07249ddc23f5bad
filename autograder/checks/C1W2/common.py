"""What several parts of C1W2's tests use."""

import numpy as np

from autograder.checks.binary_classifiers import labels
from autograder.checks.check import Lab

lab = Lab("C1W2")
ref = lab.reference


def vector_with_extremes(rng):
    """A vector with ±1000, 0, and a number on either side of it."""
    below, above = rng.uniform(0.5, 3, 2)
    return np.array([-1000.0, -below, 0.0, above, 1000.0])


def drawn_examples(rng, n, m):
    """Weights, bias, features and labels; no probability is close to 0 or 1."""
    w = rng.normal(size=(n, 1)) / np.sqrt(n)
    b = float(rng.normal())
    return w, b, rng.normal(size=(n, m)), labels(rng, m)


def activations(w, b, X):
    return ref.sigmoid(np.dot(w.T, X) + b)

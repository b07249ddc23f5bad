"""What several parts of C4W3's tests use."""

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C4W3")
ref = lab.reference


def random_box(rng, scale=1.0):
    """A random box (y1, x1, y2, x2), wider than high."""
    y, x = rng.uniform(0, scale, 2)
    h, w = rng.uniform(0.1, 0.4, 2) * scale
    return np.array([y, x, y + h, x + 2 * w])

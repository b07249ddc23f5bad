"""What several parts of C1W3's tests use."""

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C1W3")
ref = lab.reference


def signed(rng, shape, most=3.0):
    """Numbers between 0.3 and `most`, of either sign; a single one is negative."""
    size = np.prod(shape)
    signs = rng.permutation(2 * (np.arange(size) % 2) - 1)
    return (signs * rng.uniform(0.3, most, size)).reshape(shape)


def network(rng, n_x, n_h, n_y=1):
    """Parameters of a network whose units are not saturated; none is near 0.

    A single hidden unit has a positive bias: with `signed` inputs it is active.
    """
    b1 = signed(rng, (n_h, 1), 1.5) / 2
    return {
        "W1": signed(rng, (n_h, n_x), 1.5) / np.sqrt(n_x),
        "b1": np.abs(b1) if n_h == 1 else b1,
        "W2": signed(rng, (n_y, n_h), 1.5) / np.sqrt(n_h),
        "b2": signed(rng, (n_y, 1), 1.5) / 2,
    }

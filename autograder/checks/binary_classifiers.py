"""What the first labs repeat: labels, the logistic loss, costs and small weights."""

import numpy as np

from autograder.checks.check import case, draws


def labels(rng, m):
    """Labels in a row: both of them, as evenly as possible; 0 for one example."""
    return rng.permutation(np.arange(m) % 2).reshape(1, m)


def logistic_loss(A, Y):
    """The loss of each probability in `A`."""
    return -(Y * np.log(A) + (1 - Y) * np.log(1 - A))


def probabilities_and_labels(rng):
    """One example, several, all with the same label, near certainty."""
    yield case(rng.uniform(0.1, 0.4, (1, 1)), np.array([[0]]))
    for m in (5, 12):
        yield case(rng.uniform(0.02, 0.98, (1, m)), labels(rng, m))
    yield case(rng.uniform(0.1, 0.9, (1, 4)), np.ones((1, 4), dtype=int))
    Y = labels(rng, 6)
    yield case(np.abs(Y - rng.uniform(0.002, 0.02, (1, 6))), Y)


def sizes_of_two_layers(rng):
    """Sizes that differ, and enough draws of each array for mean and spread to show."""
    for low_x, low_h, low_y in [(2, 140, 1), (20, 30, 40), (40, 20, 30)]:
        n_x, n_h = int(rng.integers(low_x, low_x + 9)), low_h + int(rng.integers(9))
        yield case(n_x, n_h, 1 if low_y == 1 else low_y + int(rng.integers(9)))


def small_weights(n_x, n_h, n_y):
    """Parameters of two layers as they should be drawn, the biases zero."""
    return {
        "W1": draws((n_h, n_x), std=0.01),
        "b1": np.zeros((n_h, 1)),
        "W2": draws((n_y, n_h), std=0.01),
        "b2": np.zeros((n_y, 1)),
    }

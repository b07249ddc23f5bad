"""Networks that are trained to the end for a lab that has not taught training yet."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from helpers import nn


def classifier(X, Y, hidden: list[int]) -> Callable:
    """A network trained to the end, as a function of points.

    Args:
        X: array `(2, m)`.
        Y: array `(1, m)` of 0 and 1.
        hidden: units of each hidden layer.

    Returns:
        Function of points `(2, k)` that returns probabilities `(1, k)`.
    """
    rng = np.random.default_rng(5)
    layers, before = [], 2
    for units in hidden:
        layers.append(nn.Dense(before, units, activation="tanh", rng=rng))
        before = units
    model = nn.Sequential(*layers, nn.Dense(before, 1, rng=rng))
    optimizer = nn.Adam(model.parameters(), learning_rate=0.02)
    for _ in range(1000):  # steps of Adam on all examples
        loss = nn.binary_cross_entropy(model(X.T), Y.T)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return lambda points: 1 / (1 + np.exp(-model.predict(points.T).T))

"""Descent on costs over two weights: what the figures of contours show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Landscape:
    """A cost over two weights, and optimization paths on it.

    Attributes:
        cost: function of two arrays of the same shape; returns an array of that shape.
        x: limits of the horizontal axis.
        y: limits of the vertical axis.
        paths: name → points visited `(steps + 1, 2)`.
        goal: the minimum, marked by a star, or None.
    """

    cost: Callable
    x: tuple[float, float]
    y: tuple[float, float]
    paths: Mapping[str, np.ndarray] = field(default_factory=dict)
    goal: tuple[float, float] | None = None


def path_of(
    step: Callable, gradient: Callable, start, steps: int, noise: float = 0.0
) -> np.ndarray:
    """The points that an optimizer visits on a cost over two weights.

    Args:
        step: function of parameters, gradients, memory (`None` at first) and the number
            of the step, from 1; returns parameters and memory.
        gradient: function of a point `(2,)` that returns the gradient there `(2,)`.
        start: the first point.
        steps: how many steps.
        noise: standard deviation of what is added to each gradient, as by small
            batches.

    Returns:
        Array `(steps + 1, 2)`.
    """
    rng = np.random.default_rng(0)
    parameters = {"W1": np.array(start, dtype=float).reshape(2, 1)}
    parameters["b1"] = np.zeros((1, 1))
    memory, points = None, [np.array(start, dtype=float)]
    for t in range(1, steps + 1):
        g = np.asarray(gradient(points[-1])) + noise * rng.normal(size=2)
        grads = {"dW1": g.reshape(2, 1), "db1": np.zeros((1, 1))}
        parameters, memory = step(parameters, grads, memory, t)
        points.append(parameters["W1"].ravel().copy())
    return np.array(points)


def logistic_landscape(X, Y, steps: int = 20) -> tuple[Landscape, list[float]]:
    """The cost of logistic regression over two weights, and the best descent on it.

    The bias is held at its best value. Of many learning rates, descent takes the one
    with the lowest cost after `steps` steps.

    Args:
        X: array `(2, m)`.
        Y: array `(1, m)` of 0 and 1.
        steps: of gradient descent.

    Returns:
        The landscape with the path, and the cost before each step and at the end.
    """
    theta = np.zeros(3)
    rows = np.vstack([X, np.ones(X.shape[1])])
    for _ in range(30):  # Newton's method: at the minimum after a few steps
        a = 1 / (1 + np.exp(-theta @ rows))
        curvature = rows * (a * (1 - a)) @ rows.T
        theta = theta - np.linalg.solve(curvature, rows @ (a - Y[0]))
    goal, b = theta[:2], theta[2]

    def cost(w1, w2):
        if np.ndim(w1) > 1:  # row by row, since the whole grid does not fit the cache
            return np.stack([cost(*row) for row in zip(w1, w2, strict=True)])
        z = np.multiply.outer(w1, X[0]) + np.multiply.outer(w2, X[1]) + b
        log_of_sum = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))  # of 1 + e^z
        return np.mean(log_of_sum - Y[0] * z, axis=-1)

    a = 1 / (1 + np.exp(-theta @ rows))
    curved, turned = np.linalg.eigh(X * (a * (1 - a)) @ X.T / X.shape[1])
    # Off the goal along both axes, by as much as raises the cost equally on each.
    start = goal + turned @ (np.array([1.6, 1.6]) * np.sqrt(0.05 / curved))

    def descend(rate):
        path = [start]
        for _ in range(steps):
            a = 1 / (1 + np.exp(-(path[-1] @ X + b)))
            path.append(path[-1] - rate * (X @ (a - Y[0])) / X.shape[1])
        return np.array(path)

    paths = [descend(rate / curved[1]) for rate in np.linspace(0.3, 1.9, 33)]
    best = min(paths, key=lambda path: float(cost(*path[-1])))
    reach = 1.3 * np.abs(best - goal).max(axis=0)
    reach = np.maximum(reach, 0.25 * reach.max())
    landscape = Landscape(
        cost,
        (goal[0] - reach[0], goal[0] + reach[0]),
        (goal[1] - reach[1], goal[1] + reach[1]),
        {"descent": best},
        tuple(goal),
    )
    return landscape, [float(cost(*point)) for point in best]

"""Figures and measurements for the lab on regularization, too long for a cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from helpers import nn, plots
from helpers.contours import Landscape


def fitted(X, Y, hidden: list[int], steps: int = 1000) -> Callable:
    """A network trained to the end, as a function of points.

    Args:
        X: array `(2, m)`.
        Y: array `(1, m)` of 0 and 1.
        hidden: units of each hidden layer.
        steps: of Adam on all examples.

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
    for _ in range(steps):
        loss = nn.binary_cross_entropy(model(X.T), Y.T)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return lambda points: 1 / (1 + np.exp(-model.predict(points.T).T))


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
        z = np.multiply.outer(w1, X[0]) + np.multiply.outer(w2, X[1]) + b
        return np.mean(np.logaddexp(0, z) - Y[0] * z, axis=-1)

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


def histograms(
    weights: Mapping[str, np.ndarray], *, reading: str = ""
) -> plots.Picture:
    """Histograms of weights, one panel for each set, on common axes."""
    reach = max(float(np.quantile(np.abs(W), 0.995)) for W in weights.values())
    edges = np.linspace(-reach, reach, 52)
    told = []
    with plots._drawing(reading, height=2.8) as figure:
        panels = figure.subplots(1, len(weights), sharey=True, squeeze=False).ravel()
        for axes, (name, W), color in zip(
            panels, weights.items(), plots.PALETTE, strict=False
        ):
            inside = np.clip(W.ravel(), -reach, reach)
            axes.hist(inside, edges, color=color)
            axes.set(xlabel="weight", title=name, yscale="log")
            axes.label_outer()
            share = np.mean(np.abs(W) < (edges[1] - edges[0]) / 2)
            told.append(f"{name}: {share:.0%} of {W.size} in the middle bar")
        panels[0].set_ylabel("number of weights")
    return plots._finish(figure, "Histograms of weights", told, reading)


def numerical_gradients(
    cost: Callable, parameters: dict, X, Y, epsilon: float = 1e-6
) -> dict:
    """The gradient of a cost with respect to each parameter, by central differences.

    Args:
        cost: function of X, Y and parameters; the first of its results is the cost.
        parameters: name → array.
        X: passed on.
        Y: passed on.
        epsilon: how far each parameter is perturbed, up and down.

    Returns:
        `"d"` + name → array.
    """
    gradients = {}
    for name, values in parameters.items():
        gradients["d" + name] = np.zeros_like(values)
        for index in np.ndindex(values.shape):
            change = np.zeros_like(values)
            change[index] = epsilon
            up = cost(X, Y, parameters | {name: values + change})[0]
            down = cost(X, Y, parameters | {name: values - change})[0]
            gradients["d" + name][index] = (up - down) / (2 * epsilon)
    return gradients

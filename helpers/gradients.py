"""Numerical gradients: the independent way to the numbers of a backward pass."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def numerical_gradient(
    function: Callable[[np.ndarray], float], x: np.ndarray, step: float = 1e-6
) -> np.ndarray:
    """The gradient of a number with respect to each entry of an array.

    By central differences. For each entry, `x` itself is changed and then restored, so
    a function may also ignore its argument and read `x` where it already has it.

    Args:
        function: function of `x` that returns a number.
        x: float64 array of any shape.
        step: how far each entry is perturbed, up and down.

    Returns:
        Array of the shape of `x`.

    Raises:
        TypeError: `x` is not an array of float64; with fewer digits, the difference
            would be rounding noise.
    """
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        gradient[index] = numerical_derivative(function, x, index, step)
    return gradient


def numerical_derivative(
    function: Callable[[np.ndarray], float],
    x: np.ndarray,
    index: tuple[int, ...],
    step: float = 1e-6,
) -> float:
    """One entry of `numerical_gradient`, where computing all would take too long."""
    if not isinstance(x, np.ndarray) or x.dtype != np.float64:
        found = x.dtype if isinstance(x, np.ndarray) else type(x).__name__
        raise TypeError(f"x must be an array of float64, got {found}: convert it first")
    kept = x[index]
    try:
        x[index] = kept + step
        above = float(function(x))
        x[index] = kept - step
        below = float(function(x))
    finally:
        x[index] = kept
    return (above - below) / (2 * step)

"""Softmax, its logarithm, and the cross-entropies."""

import numpy as np

from helpers.nn.kernels.cores import one_blas_thread
from helpers.nn.kernels.elementwise import logistic


def softmax(x, axis):
    """e^x / Σ e^x along `axis`; subtracting the maximum prevents overflow."""
    y = x - x.max(axis, keepdims=True)
    np.exp(y, out=y)
    y /= y.sum(axis, keepdims=True)
    return y


def softmax_gradient(g, y, axis):
    """Return y (g - Σ g y) along `axis`, for y = softmax(x)."""
    dx = g * y
    dx -= y * dx.sum(axis, keepdims=True)
    return dx


def log_softmax(x, axis):
    """The logarithm of the softmax, without taking the log of a rounded 0."""
    y = x - x.max(axis, keepdims=True)
    y -= np.log(np.exp(y).sum(axis, keepdims=True))
    return y


def log_softmax_gradient(g, y, axis):
    """Return g - e^y Σ g along `axis`, for y = log_softmax(x)."""
    return g - np.exp(y) * g.sum(axis, keepdims=True)


@one_blas_thread()
def _parts(logits):
    """Return shifted, total and p, with p = softmax, log p = shifted - log(total)."""
    shifted = np.subtract(logits, logits.max(-1, keepdims=True), order="C")
    p = np.exp(shifted)
    total = p @ np.ones((p.shape[-1], 1), p.dtype)  # faster than a sum of short rows
    p /= total
    return shifted, total, p


def cross_entropy_of_classes(logits, classes):
    """-log p of the right classes, and its gradient p - one-hot.

    Args:
        logits: (..., C).
        classes: integers (...).

    Returns:
        losses (...), gradient (..., C).
    """
    shifted, total, p = _parts(logits)
    C = logits.shape[-1]
    at = np.arange(classes.size), classes.ravel().astype(np.intp)
    losses = np.log(total).ravel() - shifted.reshape(-1, C)[at]
    p.reshape(-1, C)[at] -= 1
    return losses.reshape(classes.shape), p


def cross_entropy_of_probabilities(logits, target):
    """-Σ target log p, and its gradient p Σ target - target.

    Args:
        logits: (..., C).
        target: (..., C).

    Returns:
        losses (...), gradient (..., C).
    """
    shifted, total, p = _parts(logits)
    target = target.astype(logits.dtype, copy=False)
    losses = -(target * (shifted - np.log(total))).sum(-1)
    p *= target.sum(-1, keepdims=True)
    p -= target
    return losses, p


def binary_cross_entropy(z, target):
    """-t log p - (1 - t) log(1 - p) with p = sigmoid(z), and its gradient p - t.

    Args:
        z: logits of any shape.
        target: 0, 1 or probabilities t, of the same shape.
    """
    losses = np.maximum(z, 0) - z * target + np.log1p(np.exp(-np.abs(z)))
    gradient = logistic(z) - target
    return losses.astype(z.dtype, copy=False), gradient.astype(z.dtype, copy=False)

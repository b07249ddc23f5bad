"""The adjoints of broadcasting, sums and maxima."""

import numpy as np


def unbroadcast(gradient, shape):
    """Sum `gradient` over the axes along which `shape` was broadcast.

    Args:
        gradient: array whose shape `shape` broadcasts to.
        shape: the shape before broadcasting.
    """
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    stretched = [
        extra + axis
        for axis, n in enumerate(shape)
        if n == 1 and gradient.shape[extra + axis] != 1
    ]
    return gradient.sum(axis=(*range(extra), *stretched)).reshape(shape)


def spread(g, shape, axis, keepdims):
    """Undo a sum: repeat g along the axes that were summed, as a view.

    Args:
        g: the gradient of the sums.
        shape: the shape before summing.
        axis: the axis or axes that were summed; None for all.
        keepdims: whether they have length 1 in g.
    """
    if not keepdims:
        g = np.expand_dims(g, tuple(range(len(shape))) if axis is None else axis)
    return np.broadcast_to(g, shape)


def to_extreme(g, x, y, axis, keepdims):
    """The adjoint of y, the maxima or minima of x along an axis; equal ones share g."""
    winners = x == spread(y, x.shape, axis, keepdims)
    n = winners.sum(axis, keepdims=True)
    return (winners * spread(g, x.shape, axis, keepdims) / n).astype(g.dtype)

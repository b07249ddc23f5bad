"""Pooling over windows of images (m, n_H, n_W, n_C), in blocks of images.

The maximum of a window is the maximum of its column maxima. Both passes therefore work
along one axis, then along the other.
"""

import numpy as np

from helpers.nn.kernels.convolution import pad_images, windows
from helpers.nn.kernels.cores import BLOCK, share


def _along(x, axis, f, stride):
    """List f views of x: view k holds element k of every window along one axis."""
    n = (x.shape[axis] - f) // stride + 1
    at = [slice(None)] * x.ndim
    views = []
    for k in range(f):
        at[axis] = slice(k, k + stride * (n - 1) + 1, stride)
        views.append(x[tuple(at)])
    return views


def _largest(x, axis, f, stride):
    """The maximum of every window along one axis."""
    first, *others = _along(x, axis, f, stride)
    y = np.maximum(first, others[0]) if others else first.copy()
    for view in others[1:]:
        np.maximum(y, view, out=y)
    return y


def _to_the_largest(g, x, y, dx, axis, f, stride):
    """Route the gradient g of y = _largest(x) to the first maximum of each window.

    Where windows overlap, the gradients are added to dx.
    """
    views, targets = _along(x, axis, f, stride), _along(dx, axis, f, stride)
    apart = f <= stride
    for k in range(f - 1):
        found = views[k] == y
        part = np.multiply(g, found, out=targets[k] if apart else None)
        if not apart:
            targets[k] += part
        # The gradient of windows whose maximum is not found yet; after the loop, it
        # belongs to the last element.
        g = np.subtract(g, part, out=targets[-1] if apart and k == f - 2 else None)
    if not apart:
        targets[-1] += g
    elif f == 1:
        targets[0][...] = g


def _padded(x, widths):
    """Pad x with -inf, because the padding must never be the maximum."""
    padded = pad_images(x, widths)
    if padded is x:
        return x
    inside = pad_images(np.ones((1, *x.shape[1:3], 1), bool), widths)
    return np.where(inside, padded, x.dtype.type(-np.inf))


def _in_blocks(function, x, work):
    """Call `function(slice)` for slices of images that together cover the batch."""
    images = max(1, BLOCK * len(x) // max(1, x.size))

    def part(start, stop):
        for n in range(start, stop, images):
            function(slice(n, min(n + images, stop)))

    share(part, len(x), work * x.size)


def _unpad(dx, widths, shape):
    (top, _), (left, _) = widths
    return dx[:, top : top + shape[1], left : left + shape[2]]


def max_pool(x, f, stride, widths):
    """Maximum of each window: x (m, n_H, n_W, n_C) to (m, n_H', n_W', n_C).

    Args:
        x: the images.
        f: (rows, columns) of a window.
        stride: pair.
        widths: the padding, ((top, bottom), (left, right)).
    """
    padded = _padded(x, widths)
    m, *size, n_C = padded.shape
    n_H, n_W = ((n - k) // s + 1 for n, k, s in zip(size, f, stride, strict=True))
    y = np.empty((m, n_H, n_W, n_C), x.dtype)

    def forward(at):
        in_columns = _largest(padded[at], 1, f[0], stride[0])
        y[at] = _largest(in_columns, 2, f[1], stride[1])

    _in_blocks(forward, padded, 2)
    return y


def max_pool_gradient(g, x, y, f, stride, widths):
    """Each gradient goes to the first maximum of its window; y = max_pool(x, ...).

    The first of equal values is the topmost one in the leftmost column that has one.
    """
    padded = _padded(x, widths)
    # Whether the windows lie side by side and cover the images.
    tiles = f == stride and padded.shape[1:3] == (y.shape[1] * f[0], y.shape[2] * f[1])
    empty = np.empty_like if tiles else np.zeros_like
    dx = empty(padded)

    def backward(at):
        in_columns = _largest(padded[at], 1, f[0], stride[0])
        d = empty(in_columns)
        _to_the_largest(g[at], in_columns, y[at], d, 2, f[1], stride[1])
        _to_the_largest(d, padded[at], in_columns, dx[at], 1, f[0], stride[0])

    _in_blocks(backward, padded, 4)
    return _unpad(dx, widths, x.shape)


def _share_of_each(shape, dtype, f, stride, widths):
    """1 / the number of pixels of each window that are not padding."""
    inside = pad_images(np.ones((1, *shape[1:3], 1), dtype), widths)
    return 1 / windows(inside, f, stride).sum((3, 4))  # (1, n_H', n_W', 1)


def average_pool(x, f, stride, widths):
    """Average of each window, without the padding; arguments as for `max_pool`."""
    sums = windows(pad_images(x, widths), f, stride).sum((3, 4))
    return sums * _share_of_each(x.shape, x.dtype, f, stride, widths)


def average_pool_gradient(g, shape, f, stride, widths):
    """Each gradient is spread evenly over its window of images of a shape."""
    g = g * _share_of_each(shape, g.dtype, f, stride, widths)
    dx = pad_images(np.zeros(shape, g.dtype), widths)
    targets = windows(dx, f, stride)
    for i, j in np.ndindex(*f):
        targets[:, :, :, i, j] += g
    return _unpad(dx, widths, shape)

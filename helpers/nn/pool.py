"""Pooling over windows of images (m, n_H, n_W, n_C)."""

import numpy as np

from helpers.nn.conv import pad_images, padding_widths, pair, windows
from helpers.nn.cores import BLOCK, share
from helpers.nn.tensor import needs_float, record


def _prepare(name, x, f, stride, padding):
    """Check the arguments; return f and stride as pairs, and the padding widths."""
    if x.ndim != 4:
        raise ValueError(f"{name} needs images (m, n_H, n_W, n_C), got {x.shape}")
    f = pair(f)
    stride = f if stride is None else pair(stride)
    widths = padding_widths(padding, x.shape[1:3], f, stride, (1, 1))
    for n, k, w in zip(x.shape[1:3], f, widths, strict=True):
        if n + sum(w) < k:
            raise ValueError(f"{name}: window {f} is larger than images {x.shape}")
    return f, stride, widths


def _unpad(dx, widths, shape):
    (top, _), (left, _) = widths
    return dx[:, top : top + shape[1], left : left + shape[2]]


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


@needs_float(0)
def max_pool2d(x, f=2, stride=None, padding="valid"):
    """Maximum of each f x f window; among equal values, the first gets the gradient.

    The maximum of a window is the maximum of its column maxima. Both passes therefore
    work along one axis, then along the other, on blocks of images in the cache. (The
    first of equal values is the topmost one in the leftmost column that has one.)

    Args:
        x: images (m, n_H, n_W, n_C).
        f: window size, a number or a pair.
        stride: a number or a pair, by default f.
        padding: as for `conv2d`.
    """
    f, stride, widths = _prepare("max_pool2d", x, f, stride, padding)
    padded = pad_images(x.data, widths)
    if padded is not x.data:  # the padding must never be the maximum
        border = pad_images(np.ones((1, *x.shape[1:3], 1), bool), widths)
        padded = np.where(border, padded, x.dtype.type(-np.inf))
    m, *size, _ = padded.shape
    n_H, n_W = ((n - k) // s + 1 for n, k, s in zip(size, f, stride, strict=True))
    y = np.empty((m, n_H, n_W, x.shape[3]), x.dtype)
    # Whether the windows lie side by side and cover the images.
    tiles = f == stride and [n_H * f[0], n_W * f[1]] == size
    empty = np.empty_like if tiles else np.zeros_like
    images = max(1, BLOCK * m // max(1, padded.size))

    def forward(start, stop):
        for n in range(start, stop, images):
            at = slice(n, min(n + images, stop))
            in_columns = _largest(padded[at], 1, f[0], stride[0])
            y[at] = _largest(in_columns, 2, f[1], stride[1])

    share(forward, m, 2 * padded.size)

    def rule(g):
        dx = empty(padded)

        def backward(start, stop):
            for n in range(start, stop, images):
                at = slice(n, min(n + images, stop))
                in_columns = _largest(padded[at], 1, f[0], stride[0])
                d = empty(in_columns)
                _to_the_largest(g[at], in_columns, y[at], d, 2, f[1], stride[1])
                _to_the_largest(d, padded[at], in_columns, dx[at], 1, f[0], stride[0])

        share(backward, m, 4 * padded.size)
        return (_unpad(dx, widths, x.shape),)

    return record(y, (x,), rule, "max_pool2d")


@needs_float(0)
def average_pool2d(x, f=2, stride=None, padding="valid"):
    """Average of each f x f window; padding is not counted.

    Args:
        x: images (m, n_H, n_W, n_C).
        f: window size, a number or a pair.
        stride: a number or a pair, by default f.
        padding: as for `conv2d`.
    """
    f, stride, widths = _prepare("average_pool2d", x, f, stride, padding)
    padded = pad_images(x.data, widths)
    inside = pad_images(np.ones((1, *x.shape[1:3], 1), x.dtype), widths)
    share_of_each = 1 / windows(inside, f, stride).sum((3, 4))  # (1, n_H', n_W', 1)
    y = windows(padded, f, stride).sum((3, 4)) * share_of_each

    def rule(g):
        g = g * share_of_each
        dx = np.zeros_like(padded)
        targets = windows(dx, f, stride)
        for i in range(f[0]):
            for j in range(f[1]):
                targets[:, :, :, i, j] += g
        return (_unpad(dx, widths, x.shape),)

    return record(y, (x,), rule, "average_pool2d")


@needs_float(0)
def upsample2d(x, f=2):
    """Repeat every pixel f x f times (nearest neighbour)."""
    fh, fw = pair(f)
    m, h, w, c = x.shape
    y = x.data.repeat(fh, 1).repeat(fw, 2)

    def rule(g):
        return (g.reshape(m, h, fh, w, fw, c).sum((2, 4)),)

    return record(y, (x,), rule, "upsample2d")

"""Pooling over windows of images (m, n_H, n_W, n_C)."""

import numpy as np

from helpers.nn.conv import pad_images, padding_widths, pair, windows
from helpers.nn.tensor import needs_float, record
from helpers.nn.threads import share


def _prepare(name, x, f, stride, padding):
    """Pairs for f and stride, the padding widths, and complaints."""
    if x.ndim != 4:
        raise ValueError(f"{name}: needs images (m, n_H, n_W, n_C), got {x.shape}")
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


@needs_float(0)
def max_pool2d(x, f=2, stride=None, padding="valid"):
    """Largest value of each f x f window; of equal ones the first gets the gradient.

    Args:
        x: images (m, n_H, n_W, n_C).
        f: size of the window, number or pair.
        stride: number or pair, by default f.
        padding: as for `conv2d`.
    """
    f, stride, widths = _prepare("max_pool2d", x, f, stride, padding)
    padded = pad_images(x.data, widths)
    if padded is not x.data:  # the border must never win
        border = pad_images(np.ones((1, *x.shape[1:3], 1), bool), widths)
        padded = np.where(border, padded, x.dtype.type(-np.inf))
    patches = windows(padded, f, stride)
    y = np.empty((*patches.shape[:3], x.shape[3]), x.dtype)
    offsets = [(i, j) for i in range(f[0]) for j in range(f[1])]

    def forward(start, stop):
        for n in range(start, stop):  # an image at a time stays in the cache
            y[n] = patches[n, :, :, 0, 0]
            for i, j in offsets[1:]:
                np.maximum(y[n], patches[n, :, :, i, j], out=y[n])

    share(forward, len(y), padded.size)

    def rule(g):
        dx = np.zeros_like(padded)
        targets = windows(dx, f, stride)

        def backward(start, stop):
            for n in range(start, stop):
                left = g[n].copy()  # gradients that have not found their maximum
                for i, j in offsets:
                    part = left * (patches[n, :, :, i, j] == y[n])
                    targets[n, :, :, i, j] += part
                    left -= part

        share(backward, len(y), padded.size)
        return (_unpad(dx, widths, x.shape),)

    return record(y, (x,), rule, "max_pool2d")


@needs_float(0)
def average_pool2d(x, f=2, stride=None, padding="valid"):
    """Average of each f x f window; padding does not count.

    Args:
        x: images (m, n_H, n_W, n_C).
        f: size of the window, number or pair.
        stride: number or pair, by default f.
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

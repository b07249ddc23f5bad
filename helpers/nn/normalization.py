"""Batch normalization, layer normalization and dropout."""

import numpy as np

from helpers.nn.cores import BLOCK, by_rows, column_sums, share
from helpers.nn.tensor import needs_float, record


def _tile(vectors, rows):
    """Repeat vectors (n_C,) so that rows are long enough for fast inner loops.

    Returns:
        the repeated vectors, and the number of repetitions, a divisor of `rows`.
    """
    times = 1
    while rows % (2 * times) == 0 and times * len(vectors[0]) < 512:
        times *= 2
    return [np.tile(v, times) for v in vectors], times


def _sums(function, *arrays):
    """Compute two sums over rows for each piece of the arrays, reproducibly.

    Args:
        function: pieces -> two arrays (width,).
        arrays: arrays (rows, width) with equally many rows.

    Returns:
        the sums (pieces, 2, width), and the number of rows of each piece (pieces, 1).
    """
    rows, width = arrays[0].shape
    step = max(1, BLOCK // width)
    starts = range(0, rows, step)
    sums = np.empty((len(starts), 2, width), arrays[0].dtype)

    def part(start, stop):
        for k in range(start, stop):
            i = starts[k]
            sums[k] = function(*(a[i : i + step] for a in arrays))

    share(part, len(starts), rows * width)
    return sums, np.diff([*starts, rows])[:, None]


def _sum(a):
    return np.ones(len(a), a.dtype) @ a


def _near(mean, variance):
    """Whether means are so close to 0 that they can be subtracted from the sums.

    Otherwise they are subtracted from each value. The sums are then at most 17 times
    their difference, which costs four bits of precision.
    """
    return bool((mean * mean <= 16 * variance).all())


def _mean_and_variance(x):
    """Mean and variance of each column of x (n, n_C), in one pass (Chan et al., 1979).

    Each piece contributes its own mean and the sum of squared distances from it; the
    squared distances between the means are added at the end.
    """
    n, n_C = x.shape
    _, times = _tile([x[0]], n)

    def moments(a):
        mean = _sum(a) / len(a)
        squares = np.einsum("ij,ij->j", a, a) - len(a) * mean * mean
        if not _near(mean, squares / len(a)):
            centred = a - mean
            squares = np.einsum("ij,ij->j", centred, centred)
        return mean, squares

    sums, rows = _sums(moments, x.reshape(-1, n_C * times))
    means, squares = (sums[:, k].reshape(-1, n_C) for k in (0, 1))
    share_of_each = np.repeat(rows / n, times, axis=0).astype(x.dtype)
    mean = (share_of_each * means).sum(0)
    return mean, squares.sum(0) / n + (share_of_each * (means - mean) ** 2).sum(0)


@needs_float(0, 1, 2)
def batch_norm(x, gamma, beta, running=None, training=True, momentum=0.9, epsilon=1e-5):
    """Normalize each channel over all other axes, then scale and shift.

    Args:
        x: (..., n_C).
        gamma: scale (n_C,).
        beta: shift (n_C,).
        running: (mean, variance), arrays (n_C,). Training updates them in place to
            momentum * running + (1 - momentum) * batch, where the batch's variance has
            the divisor n - 1. When not training, they replace the batch's statistics.
        training: whether to use the statistics of the batch.
        momentum: weight of the old value (PyTorch's `momentum` is one minus this).
        epsilon: added to the variance.
    """
    n_C = x.shape[-1]
    if gamma.shape != (n_C,) or beta.shape != (n_C,):
        raise ValueError(
            f"batch_norm: input {x.shape} has {n_C} channels, so gamma {gamma.shape} "
            f"and beta {beta.shape} should be ({n_C},)"
        )
    flat = np.ascontiguousarray(x.data).reshape(-1, n_C)
    n = len(flat)
    if training:
        mean, variance = _mean_and_variance(flat)
        if running is not None:
            for old, new in zip(
                running, (mean, variance * (n / max(n - 1, 1))), strict=True
            ):
                old *= momentum
                old += (1 - momentum) * new
    else:
        mean, variance = (np.asarray(r, x.dtype) for r in running)
    inverse = 1 / np.sqrt(variance + x.dtype.type(epsilon))
    scale = gamma.data * inverse
    shift = beta.data - mean * scale
    (scales, means, shifts), times = _tile([scale, mean, shift], n)
    y = np.empty_like(flat)

    def normalize(a, out):
        np.multiply(a, scales, out=out)
        out += shifts

    by_rows(normalize, flat.reshape(-1, len(means)), y.reshape(-1, len(means)))

    def rule(g):
        g = np.ascontiguousarray(g).reshape(-1, n_C)
        rows = [a.reshape(-1, n_C * times) for a in (g, flat)]

        near = _near(mean, variance)

        def sums(g, a):
            return _sum(g), np.einsum("ij,ij->j", a if near else a - means, g)

        dbeta, dgamma = _sums(sums, *rows)[0].sum(0).reshape(2, times, n_C).sum(1)
        if near:
            dgamma -= mean * dbeta
        dgamma *= inverse
        if not x.requires_grad:
            return None, dgamma, dbeta
        dx = np.empty_like(flat)
        if training:  # dx = scale (g - mean(g) - x_hat mean(g x_hat))
            factor = scale * dgamma * inverse / n
            (factors, constants), _ = _tile(
                [factor, factor * mean - scale * dbeta / n], n
            )

        def spread(g, a, out):
            np.multiply(g, scales, out=out)
            if training:
                out -= a * factors
                out += constants

        by_rows(spread, *rows, dx.reshape(-1, n_C * times))
        return dx.reshape(x.shape), dgamma, dbeta

    return record(y.reshape(x.shape), (x, gamma, beta), rule, "batch_norm")


@needs_float(0, 1, 2)
def layer_norm(x, gamma, beta, epsilon=1e-5):
    """Normalize each example over its last axis, then scale and shift.

    Args:
        x: (..., d).
        gamma: scale (d,).
        beta: shift (d,).
        epsilon: added to the variance.
    """
    d = x.shape[-1]
    if gamma.shape != (d,) or beta.shape != (d,):
        raise ValueError(
            f"layer_norm: the last axis of {x.shape} does not match gamma "
            f"{gamma.shape} and beta {beta.shape}"
        )
    ones = np.full(d, 1 / d, x.dtype)  # computes averages as matrix products

    def average(a):
        return (a @ ones)[..., None]

    x_hat = x.data - average(x.data)
    inverse = 1 / np.sqrt(average(x_hat * x_hat) + x.dtype.type(epsilon))
    x_hat *= inverse
    y = x_hat * gamma.data
    y += beta.data

    def rule(g):
        dbeta, dgamma = column_sums(g), column_sums(g * x_hat)
        dx = g * gamma.data
        projection = average(dx * x_hat)
        dx -= average(dx)
        dx -= x_hat * projection
        dx *= inverse
        return dx, dgamma, dbeta

    return record(y, (x, gamma, beta), rule, "layer_norm")


@needs_float(0)
def dropout(x, rate, rng, training=True):
    """Set each value to 0 with probability `rate`; scale the rest by 1 / (1 - rate)."""
    if not 0 <= rate < 1:
        raise ValueError(f"dropout: rate must be in [0, 1), got {rate}")
    if not training or rate == 0:
        return x
    kept = rng.random(x.shape, np.float32) >= rate
    mask = kept * x.dtype.type(1 / (1 - rate))
    return record(x.data * mask, (x,), lambda g: (g * mask,), "dropout")


def embedding(indices, E):
    """Look up rows of E: indices (...) give a tensor (..., d).

    Raises:
        TypeError: if the indices are not integers.
        IndexError: if an index is outside the vocabulary.
    """
    indices = np.asarray(indices)
    vocabulary, d = E.shape
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: indices must be integers, got {indices.dtype}")
    if indices.size and not 0 <= indices.min() <= indices.max() < vocabulary:
        raise IndexError(
            f"embedding: indices {indices.min()}..{indices.max()} are outside a "
            f"vocabulary of {vocabulary}"
        )

    def rule(g):
        flat = indices.ravel()
        order = np.argsort(flat, kind="stable")
        rows, starts = np.unique(flat[order], return_index=True)
        dE = np.zeros_like(E.data)
        if len(rows):
            dE[rows] = np.add.reduceat(g.reshape(-1, d)[order], starts, axis=0)
        return (dE,)

    return record(E.data[indices], (E,), rule, "embedding")

"""Batch normalization, layer normalization and dropout."""

import numpy as np

from helpers.nn.cores import BLOCK, column_sums, share
from helpers.nn.tensor import needs_float, record


def _tile(vectors, rows):
    """Repeat vectors (n_C,) so that a row is long enough for fast inner loops.

    Returns:
        the repeated vectors and how often they were repeated, a divisor of `rows`.
    """
    times = 1
    while rows % (2 * times) == 0 and times * len(vectors[0]) < 512:
        times *= 2
    return [np.tile(v, times) for v in vectors], times


def _by_chunks(function, *arrays):
    """Call `function(*chunks)` for pieces of arrays with equally many rows."""
    rows, width = arrays[0].shape
    step = max(1, BLOCK // width)

    def part(start, stop):
        for i in range(start, stop, step):
            function(*(a[i : min(i + step, stop)] for a in arrays))

    share(part, rows, rows * width)


def _column_sums(function, *arrays):
    """Sum of `function(*chunks)`, itself a sum of rows; the same in every run."""
    rows, width = arrays[0].shape
    step = max(1, BLOCK // width)
    starts = range(0, rows, step)
    sums = np.empty((len(starts), width), arrays[0].dtype)

    def part(start, stop):
        for k in range(start, stop):
            i = starts[k]
            sums[k] = function(*(a[i : i + step] for a in arrays))

    share(part, len(starts), rows * width)
    return sums.sum(0)


def _sum(a):
    return np.ones(len(a), a.dtype) @ a


@needs_float(0, 1, 2)
def batch_norm(x, gamma, beta, running=None, training=True, momentum=0.9, epsilon=1e-5):
    """Normalize each channel over all other axes, then scale and shift.

    Args:
        x: (..., n_C).
        gamma: scale (n_C,).
        beta: shift (n_C,).
        running: (mean, variance), arrays (n_C,) which training moves, in place, to
            momentum * running + (1 - momentum) * batch, with the variance of the
            batch divided by n - 1. Used instead of the batch's if not training.
        training: whether to use the statistics of the batch.
        momentum: weight of the past (PyTorch's `momentum` is one minus this).
        epsilon: added to the variance.
    """
    n_C = x.shape[-1]
    if gamma.shape != (n_C,) or beta.shape != (n_C,):
        raise ValueError(
            f"batch_norm: input {x.shape} has {n_C} channels, "
            f"gamma {gamma.shape} and beta {beta.shape} do not"
        )
    flat = np.ascontiguousarray(x.data).reshape(-1, n_C)
    n = len(flat)
    if training:
        (_,), times = _tile([gamma.data], n)
        wide = flat.reshape(-1, n_C * times)

        def fold(sums):
            return sums.reshape(times, n_C).sum(0)

        mean = fold(_column_sums(_sum, wide)) / n
        (wide_mean,), _ = _tile([mean], n)

        def squares(a):
            centred = a - wide_mean
            return np.einsum("ij,ij->j", centred, centred)

        variance = fold(_column_sums(squares, wide)) / n
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

    _by_chunks(normalize, flat.reshape(-1, len(means)), y.reshape(-1, len(means)))

    def rule(g):
        g = np.ascontiguousarray(g).reshape(-1, n_C)
        rows = [a.reshape(-1, n_C * times) for a in (g, flat)]

        def correlation(g, a):
            return np.einsum("ij,ij->j", a - means, g)

        dbeta = _column_sums(_sum, rows[0]).reshape(times, n_C).sum(0)
        dgamma = _column_sums(correlation, *rows).reshape(times, n_C).sum(0) * inverse
        if not x.requires_grad:
            return None, dgamma, dbeta
        dx = np.empty_like(flat)
        if training:  # dx = scale (g - mean(g) - x_hat mean(g x_hat))
            slope = scale * dgamma * inverse / n
            (slopes, constants), _ = _tile([slope, slope * mean - scale * dbeta / n], n)

        def spread(g, a, out):
            np.multiply(g, scales, out=out)
            if training:
                out -= a * slopes
                out += constants

        _by_chunks(spread, *rows, dx.reshape(-1, n_C * times))
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
            f"layer_norm: the last axis of {x.shape} does not fit gamma "
            f"{gamma.shape} and beta {beta.shape}"
        )
    ones = np.full(d, 1 / d, x.dtype)  # averages as matrix products

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
        slope = average(dx * x_hat)
        dx -= average(dx)
        dx -= x_hat * slope
        dx *= inverse
        return dx, dgamma, dbeta

    return record(y, (x, gamma, beta), rule, "layer_norm")


@needs_float(0)
def dropout(x, rate, rng, training=True):
    """Set a random share `rate` to 0 and scale the rest by 1 / (1 - rate)."""
    if not 0 <= rate < 1:
        raise ValueError(f"dropout: rate must be in [0, 1), got {rate}")
    if not training or rate == 0:
        return x
    kept = rng.random(x.shape, np.float32) >= rate
    mask = kept * x.dtype.type(1 / (1 - rate))
    return record(x.data * mask, (x,), lambda g: (g * mask,), "dropout")


def embedding(indices, E):
    """Rows of E: for indices (...) an array (..., d).

    Raises:
        TypeError: if the indices are not integers.
        IndexError: if one is outside the vocabulary.
    """
    indices = np.asarray(indices)
    vocabulary, d = E.shape
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: indices must be integers, got {indices.dtype}")
    if indices.size and not 0 <= indices.min() <= indices.max() < vocabulary:
        raise IndexError(
            f"embedding: indices {indices.min()}..{indices.max()} "
            f"for a vocabulary of {vocabulary}"
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

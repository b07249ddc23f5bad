"""Batch and layer normalization; sums over rows are taken piece by piece."""

import numpy as np

from helpers.nn.kernels.cores import BLOCK, by_rows, column_sums, one_blas_thread, share


def _repetitions(n_C, rows):
    """How many rows (n_C,) to treat as one, so that inner loops are long and fast.

    It is a divisor of `rows`.
    """
    times = 1
    while rows % (2 * times) == 0 and times * n_C < 512:
        times *= 2
    return times


def _repeated(rows, *vectors):
    """Vectors (n_C,), each repeated as often as `_repetitions` says."""
    times = _repetitions(len(vectors[0]), rows)
    return [v[np.newaxis].repeat(times, axis=0).reshape(-1) for v in vectors]


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
    return sums, np.array([[min(step, rows - i)] for i in starts])


def _sum(a):
    return np.ones(len(a), a.dtype) @ a


def _near(mean, variance):
    """Whether no mean is further from 0 than four standard deviations.

    Then the variance may be computed as Σ x² / n - mean²: the first term is at most 17
    times as large as the difference, which costs about four bits of precision.
    Otherwise, the mean must be subtracted from each value.
    """
    return bool((mean * mean <= 16 * variance).all())


def mean_and_variance(x):
    """Mean and variance of each column of x (n, n_C), in one pass (Chan et al., 1979).

    Each piece contributes its own mean and the sum of squared distances from it; the
    squared distances between the means are added at the end.
    """
    n, n_C = x.shape
    if not n:
        return np.zeros(n_C, x.dtype), np.zeros(n_C, x.dtype)
    times = _repetitions(n_C, n)

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


def scale_and_shift(x, scale, shift):
    """Columns of x (n, n_C) times a scale (n_C,) plus a shift (n_C,)."""
    scales, shifts = _repeated(len(x), scale, shift)
    y = np.empty_like(x)

    def forward(a, out):
        np.multiply(a, scales, out=out)
        out += shifts

    by_rows(forward, x.reshape(-1, len(scales)), y.reshape(-1, len(scales)))
    return y


def normalized_sums(g, x, mean, variance, inverse):
    """Σ g and Σ g x̂ over the rows, with x̂ = (x - mean) inverse; each (n_C,)."""
    n, n_C = x.shape
    times = _repetitions(n_C, n)
    near = _near(mean, variance)
    means = None if near else _repeated(n, mean)[0]

    def sums(g, a):
        return _sum(g), np.einsum("ij,ij->j", a if near else a - means, g)

    wide = (a.reshape(-1, n_C * times) for a in (g, x))
    of_g, of_g_x = _sums(sums, *wide)[0].sum(0).reshape(2, times, n_C).sum(1)
    return of_g, (of_g_x - mean * of_g if near else of_g_x) * inverse


def combine(g, a, x, b, c):
    """Return a g + b x + c for columns of g and x (n, n_C); a, b and c are (n_C,)."""
    a, b, c = _repeated(len(x), a, b, c)
    out = np.empty_like(x)

    def forward(g, x, out):
        np.multiply(g, a, out=out)
        out += x * b
        out += c

    by_rows(forward, *(array.reshape(-1, len(a)) for array in (g, x, out)))
    return out


def _average(x):
    """Mean over the last axis, as a product with ones."""
    return (x @ np.full(x.shape[-1], 1 / x.shape[-1], x.dtype))[..., None]


@one_blas_thread()
def layer_norm(x, epsilon):
    """Return x̂ = (x - mean) / √(variance + ε) over the last axis, and 1 / √(...)."""
    x_hat = x - _average(x)
    inverse = 1 / np.sqrt(_average(x_hat * x_hat) + x.dtype.type(epsilon))
    x_hat *= inverse
    return x_hat, inverse


@one_blas_thread()
def layer_norm_gradients(g, x_hat, inverse, gamma):
    """Gradients of x, gamma and beta in y = gamma x̂ + beta."""
    dbeta, dgamma = column_sums(g), column_sums(g * x_hat)
    dx = g * gamma
    projection = _average(dx * x_hat)
    dx -= _average(dx)
    dx -= x_hat * projection
    dx *= inverse
    return dx, dgamma, dbeta

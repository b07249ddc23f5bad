"""Initializers: functions of a shape, a generator and a dtype.

The fan-in of a shape (..., n_in, n_out) is n_in times the filter size, and the fan-out
is n_out times the filter size, for dense layers and convolutions alike.
"""

import numpy as np


def _fans(shape):
    filter_size = int(np.prod(shape[:-2]))
    return shape[-2] * filter_size, shape[-1] * filter_size


def he_normal(shape, rng, dtype=np.float32):
    """Normal with variance 2 / fan_in, for ReLU."""
    return (rng.standard_normal(shape) * np.sqrt(2 / _fans(shape)[0])).astype(dtype)


def he_uniform(shape, rng, dtype=np.float32):
    """Uniform with variance 2 / fan_in."""
    limit = np.sqrt(6 / _fans(shape)[0])
    return rng.uniform(-limit, limit, shape).astype(dtype)


def glorot_normal(shape, rng, dtype=np.float32):
    """Normal with variance 2 / (fan_in + fan_out), for tanh and sigmoid."""
    return (rng.standard_normal(shape) * np.sqrt(2 / sum(_fans(shape)))).astype(dtype)


def glorot_uniform(shape, rng, dtype=np.float32):
    """Uniform with variance 2 / (fan_in + fan_out) (Xavier)."""
    limit = np.sqrt(6 / sum(_fans(shape)))
    return rng.uniform(-limit, limit, shape).astype(dtype)


def orthogonal(shape, rng, dtype=np.float32):
    """Orthonormal rows or columns, for the recurrent weights of an RNN."""
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape).astype(dtype)


def normal(scale=0.01):
    """Normal with standard deviation `scale`."""
    return lambda shape, rng, dtype=np.float32: (
        rng.standard_normal(shape) * scale
    ).astype(dtype)


def zeros(shape, rng=None, dtype=np.float32):
    """All zeros."""
    return np.zeros(shape, dtype)


def ones(shape, rng=None, dtype=np.float32):
    """All ones."""
    return np.ones(shape, dtype)

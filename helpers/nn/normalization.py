"""Batch normalization, layer normalization, dropout and embeddings."""

import numpy as np

from helpers.nn.kernels import normalization as kernels
from helpers.nn.kernels.indexing import scatter_rows
from helpers.nn.tensor import as_tensor, needs_float, record, record_one


@needs_float(0, 1, 2)
def batch_norm(x, gamma, beta, running=None, training=True, momentum=0.9, epsilon=1e-5):
    """Normalize each channel over all other axes, then scale and shift.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

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
    n_C, shape = x.shape[-1], x.shape
    if gamma.shape != (n_C,) or beta.shape != (n_C,):
        raise ValueError(
            f"batch_norm: input {shape} has {n_C} channels, so gamma {gamma.shape} "
            f"and beta {beta.shape} should be ({n_C},)"
        )
    if running is None and not training:
        raise ValueError("batch_norm: when not training, running statistics are needed")
    X = np.ascontiguousarray(x.data).reshape(-1, n_C)  # (n, n_C)
    scale_of, needs_x, n = gamma.data, x.requires_grad, len(X)
    is_frozen = not (training or gamma.requires_grad or beta.requires_grad)
    if training:
        mu, variance = kernels.mean_and_variance(X)  # (n_C,), (n_C,)
        if running is not None and n:
            of_batch = mu, variance * (n / max(n - 1, 1))
            for old, new in zip(running, of_batch, strict=True):
                old *= momentum
                old += (1 - momentum) * new
    else:
        mu, variance = (np.asarray(r, X.dtype) for r in running)

    # x̂ = (x - µ) / σ  with  σ = √(variance + ε);   y = γ x̂ + β
    # As one multiplication and one addition:  y = (γ / σ) x + (β - µ γ / σ)
    inverse = 1 / np.sqrt(variance + X.dtype.type(epsilon))  # 1 / σ, (n_C,)
    scale = scale_of * inverse
    y = kernels.scale_and_shift(X, scale, beta.data - mu * scale)  # (n, n_C)

    def rule(g):
        # dβ = Σ g,  dγ = Σ g x̂  over the n rows
        g = np.ascontiguousarray(g).reshape(-1, n_C)
        if is_frozen:  # then x needs a gradient, and y is a linear function of it
            zeros = np.zeros_like(scale)
            return kernels.scale_and_shift(g, scale, zeros).reshape(shape), None, None
        dbeta, dgamma = kernels.normalized_sums(g, X, mu, variance, inverse)
        if not needs_x:
            return None, dgamma, dbeta
        # µ and σ depend on x, too:  dx = (γ / σ) (g - mean(g) - x̂ mean(g x̂)).
        # With x̂ = (x - µ) / σ, this is a g + b x + c:
        b = -scale * inverse * dgamma / max(n, 1) if training else np.zeros_like(scale)
        c = -scale * dbeta / max(n, 1) - b * mu if training else np.zeros_like(scale)
        dx = kernels.combine(g, scale, X, b, c)
        return dx.reshape(shape), dgamma, dbeta

    return record(y.reshape(shape), (x, gamma, beta), rule, "batch_norm")


@needs_float(0, 1, 2)
def layer_norm(x, gamma, beta, epsilon=1e-5):
    """Normalize each example over its last axis, then scale and shift.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

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
    # x̂ = (x - µ) / √(variance + ε);  y = γ x̂ + β
    # dβ = Σ g,  dγ = Σ g x̂,  dx = (γ g - mean(γ g) - x̂ mean(γ g x̂)) / √(variance + ε)
    scale = gamma.data
    x_hat, inverse = kernels.layer_norm(x.data, epsilon)  # (..., d), (..., 1)
    y = x_hat * scale
    y += beta.data

    def rule(g):
        return kernels.layer_norm_gradients(g, x_hat, inverse, scale)

    return record(y, (x, gamma, beta), rule, "layer_norm")


def dropout_mask(shape, rate, rng, dtype):
    """Random factors: 0 with probability `rate`, else 1 / (1 - rate)."""
    if not 0 <= rate < 1:
        raise ValueError(f"dropout: rate must be in [0, 1), got {rate}")
    return (rng.random(shape, np.float32) >= rate) * dtype.type(1 / (1 - rate))


@needs_float(0)
def dropout(x, rate, rng, training=True):
    """Set each value to 0 with probability `rate`; scale the rest by 1 / (1 - rate).

    Source: Srivastava et al., "Dropout", 2014.
    """
    if not training or rate == 0:
        return x
    mask = dropout_mask(x.shape, rate, rng, x.dtype)
    return record_one(x.data * mask, x, lambda g: g * mask, "dropout")


def embedding(indices, E):
    """Look up rows of E: indices (...) give a tensor (..., d).

    Raises:
        TypeError: if the indices are not integers.
        IndexError: if an index is outside the vocabulary.
    """
    indices, E = np.asarray(indices), as_tensor(E)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"embedding: indices must be integers, got {indices.dtype}")
    if indices.size and not 0 <= indices.min() <= indices.max() < len(E):
        raise IndexError(
            f"embedding: indices {indices.min()}..{indices.max()} are outside a "
            f"vocabulary of {len(E)}"
        )
    # y = E[i];  dE[i] += g for each index i
    y, shape = E.data[indices], E.shape  # (..., d), (vocabulary, d)
    return record_one(y, E, lambda g: scatter_rows(shape, indices, g), "embedding")

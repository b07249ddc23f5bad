"""Attention, for as many examples at a time as fit in the cache."""

import numpy as np

from helpers.nn.kernels.cores import BLOCK, share

MASKED = -1e9  # the logit of positions that must not be attended to


def _limits(mask, shape, dtype):
    """Upper limits of the logits, or None.

    Raises:
        ValueError: if the mask does not broadcast to the shape of the weights.
    """
    if mask is None:
        return None
    mask = np.asarray(mask)
    masked = max(MASKED, float(np.finfo(dtype).min))  # finite in float16, too
    limits = np.where(mask, np.inf, masked).astype(dtype)
    try:
        return np.broadcast_to(limits, shape)
    except ValueError:
        raise ValueError(
            f"attention: mask {mask.shape} does not broadcast to the weights {shape}"
        ) from None


def _in_blocks(function, weights):
    """Call `function(slice)` for slices that together cover the examples."""
    examples = max(1, BLOCK * len(weights) // max(weights.size, 1))

    def part(start, stop):
        for i in range(start, stop, examples):
            function(slice(i, min(i + examples, stop)))

    share(part, len(weights), 8 * weights.size)


def attention(q, k, v, mask=None, drop=None):
    """softmax(q k^T / √d) v, and the weights.

    Args:
        q: (..., T_q, d).
        k: (..., T_k, d).
        v: (..., T_k, d_v).
        mask: broadcastable to (..., T_q, T_k), True = attend; or None.
        drop: dropout factors, broadcastable to the weights; or None.

    Returns:
        output (..., T_q, d_v) and weights (..., T_q, T_k).
    """
    if q.ndim == 2:  # a single matrix is a batch of one
        y, weights = attention(q[None], k[None], v[None], mask, drop)
        return y[0], weights[0]
    scale = q.dtype.type(1 / np.sqrt(q.shape[-1]))
    weights = np.empty((*q.shape[:-1], k.shape[-2]), np.result_type(q, k))
    y = np.empty((*q.shape[:-1], v.shape[-1]), weights.dtype)
    limit = _limits(mask, weights.shape, weights.dtype)
    drop = None if drop is None else np.broadcast_to(drop, weights.shape)

    def forward(at):
        w = np.matmul(q[at] * scale, k[at].swapaxes(-1, -2), out=weights[at])
        if limit is not None:
            np.minimum(w, limit[at], out=w)
        w -= w.max(-1, keepdims=True)
        np.exp(w, out=w)
        w /= w.sum(-1, keepdims=True)
        np.matmul(w if drop is None else w * drop[at], v[at], out=y[at])

    _in_blocks(forward, weights)
    return y, weights


def attention_gradients(g, q, k, v, weights, mask=None, drop=None):
    """Gradients of q, k and v; the arguments are those of `attention` and its weights.

    With P the weights: dv = Pᵀ g, dP = g vᵀ, dS = P (dP - Σ dP P), dq = dS k / √d and
    dk = dSᵀ q / √d.
    """
    if q.ndim == 2:
        arrays = (x[None] for x in (g, q, k, v, weights))
        return [d[0] for d in attention_gradients(*arrays, mask, drop)]
    scale = q.dtype.type(1 / np.sqrt(q.shape[-1]))
    dq, dk, dv = np.empty_like(q), np.empty_like(k), np.empty_like(v)
    limit = None
    if mask is not None and not np.asarray(mask).any(-1).all():
        limit = _limits(mask, weights.shape, weights.dtype)
    drop = None if drop is None else np.broadcast_to(drop, weights.shape)

    def backward(at):
        w = weights[at]
        used = w if drop is None else w * drop[at]
        np.matmul(used.swapaxes(-1, -2), g[at], out=dv[at])
        dw = g[at] @ v[at].swapaxes(-1, -2)
        if drop is not None:
            dw *= drop[at]
        dw -= np.einsum("...k,...k->...", dw, w)[..., None]
        dw *= w
        if limit is not None:  # a fully masked row is constant
            np.copyto(dw, 0, where=limit[at] < np.inf)
        np.matmul(dw, k[at] * scale, out=dq[at])
        np.matmul(dw.swapaxes(-1, -2), q[at] * scale, out=dk[at])

    _in_blocks(backward, weights)
    return dq, dk, dv

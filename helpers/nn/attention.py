"""Scaled dot-product attention as one operation."""

import numpy as np

from helpers.nn.cores import BLOCK, share
from helpers.nn.tensor import needs_float, record

MASKED = -1e9  # the logit of positions that must not be attended to


@needs_float(0, 1, 2)
def scaled_dot_product_attention(q, k, v, mask=None, drop=None):
    """softmax(q k^T / sqrt(d)) v.

    Args:
        q: queries (..., T_q, d).
        k: keys (..., T_k, d).
        v: values (..., T_k, d_v).
        mask: broadcastable to (..., T_q, T_k), 1 (True) = attend; or None.
        drop: dropout factors, broadcastable to the weights; or None.

    Returns:
        output (..., T_q, d_v), a tensor, and the weights (..., T_q, T_k), an array.
    """
    d = q.shape[-1]
    if (
        k.shape[-1] != d
        or k.shape[-2] != v.shape[-2]
        or len({q.shape[:-2], k.shape[:-2], v.shape[:-2]}) > 1
    ):
        raise ValueError(
            f"attention: queries {q.shape}, keys {k.shape} and values {v.shape} "
            "do not match; they should be (..., T_q, d), (..., T_k, d), (..., T_k, d_v)"
        )
    scale = q.dtype.type(1 / np.sqrt(d))
    # A single matrix is a batch of one.
    Q, K, V = (x.data[None] if x.ndim == 2 else x.data for x in (q, k, v))
    weights = np.empty((*Q.shape[:-1], K.shape[-2]), np.result_type(Q, K))
    y = np.empty((*Q.shape[:-1], V.shape[-1]), weights.dtype)
    if mask is not None:  # upper limits of the logits
        limit = np.where(mask, np.inf, MASKED).astype(weights.dtype)
        limit = np.broadcast_to(limit, weights.shape)
    if drop is not None:
        drop = np.broadcast_to(drop, weights.shape)

    # This many examples at a time fit in the cache.
    examples = max(1, BLOCK * len(weights) // max(weights.size, 1))

    def forward(start, stop):
        for i in range(start, stop, examples):
            at = slice(i, min(i + examples, stop))
            w = weights[at]
            np.matmul(Q[at] * scale, K[at].swapaxes(-1, -2), out=w)
            if mask is not None:
                np.minimum(w, limit[at], out=w)
            w -= w.max(-1, keepdims=True)
            np.exp(w, out=w)
            w /= w.sum(-1, keepdims=True)
            np.matmul(w if drop is None else w * drop[at], V[at], out=y[at])

    share(forward, len(weights), 8 * weights.size)

    def rule(g):
        g = g.reshape(y.shape)
        dQ, dK, dV = np.empty_like(Q), np.empty_like(K), np.empty_like(V)
        idle = mask is not None and not np.any(mask, axis=-1).all()

        def backward(start, stop):
            for i in range(start, stop, examples):
                at = slice(i, min(i + examples, stop))
                w = weights[at]
                used = w if drop is None else w * drop[at]
                np.matmul(used.swapaxes(-1, -2), g[at], out=dV[at])
                dw = g[at] @ V[at].swapaxes(-1, -2)
                if drop is not None:
                    dw *= drop[at]
                dw -= np.einsum("...k,...k->...", dw, w)[..., None]
                dw *= w
                if idle:  # a fully masked row is constant
                    np.copyto(dw, 0, where=limit[at] == MASKED)
                np.matmul(dw, K[at] * scale, out=dQ[at])
                np.matmul(dw.swapaxes(-1, -2), Q[at] * scale, out=dK[at])

        share(backward, len(weights), 8 * weights.size)
        return dQ.reshape(q.shape), dK.reshape(k.shape), dV.reshape(v.shape)

    result = record(y.reshape(*q.shape[:-1], v.shape[-1]), (q, k, v), rule, "attention")
    return result, weights.reshape(*q.shape[:-1], k.shape[-2])

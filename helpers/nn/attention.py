"""Scaled dot-product attention as one operation."""

from helpers.nn.kernels import attention
from helpers.nn.tensor import needs_float, record


@needs_float(0, 1, 2)
def scaled_dot_product_attention(q, k, v, mask=None, drop=None):
    """softmax(q k^T / sqrt(d)) v.

    Source: Vaswani et al., "Attention is all you need", 2017.

    Args:
        q: queries (..., T_q, d).
        k: keys (..., T_k, d).
        v: values (..., T_k, d_v).
        mask: broadcastable to (..., T_q, T_k), 1 (True) = attend; or None.
        drop: dropout factors, broadcastable to the weights; or None.

    Returns:
        output (..., T_q, d_v), a tensor, and the weights (..., T_q, T_k), an array.
    """
    if (
        k.shape[-1] != q.shape[-1]
        or k.shape[-2] != v.shape[-2]
        or len({q.shape[:-2], k.shape[:-2], v.shape[:-2]}) > 1
    ):
        raise ValueError(
            f"attention: queries {q.shape}, keys {k.shape} and values {v.shape} "
            "do not match; they should be (..., T_q, d), (..., T_k, d), (..., T_k, d_v)"
        )
    # P = softmax(q kᵀ / √d), -1e9 where masked;  y = P v
    # dv = Pᵀ g;  with dP = g vᵀ and dS = P (dP - Σ_k dP P):  dq = dS k / √d,
    # dk = dSᵀ q / √d
    arrays = q.data, k.data, v.data
    y, weights = attention.attention(*arrays, mask, drop)  # (..., T_q, d_v)

    def rule(g):
        return attention.attention_gradients(g, *arrays, weights, mask, drop)

    return record(y, (q, k, v), rule, "attention"), weights

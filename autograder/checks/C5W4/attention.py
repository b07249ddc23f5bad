"""Hidden tests of C5W4: attention."""

import numpy as np

from autograder.checks.C5W4.common import lab, some_masked
from autograder.checks.check import case


@lab.check(
    "scaled_dot_product_attention",
    points=7,
    forbid=("helpers.nn.scaled_dot_product_attention",),
)
def scaled_dot_product_attention(rng):
    """Two, three and four axes; no mask, padding, the future, large products."""

    def drawn(front, T_q, T_k, d_k, d_v, scale=1.0):
        shapes = [(T_q, d_k), (T_k, d_k), (T_k, d_v)]
        return [scale * rng.normal(size=(*front, *shape)) for shape in shapes]

    yield case(*drawn((), 3, 4, 5, 2))
    yield case(*drawn((2,), 4, 4, 3, 3), np.tril(np.ones((1, 4, 4), int)))
    yield case(*drawn((3,), 2, 5, 6, 4), some_masked(rng, (3, 1, 5)))
    yield case(*drawn((2, 3), 4, 5, 7, 2), some_masked(rng, (2, 1, 4, 5)))
    yield case(*drawn((2,), 3, 4, 9, 5, 60.0), None)


def _attend(q, k, v, mask=None, *, scale=True, axis=-1, masked=-1e9, after=False):
    logits = q @ np.swapaxes(k, -1, -2)
    if scale:
        logits = logits / np.sqrt(q.shape[-1])
    if mask is not None and not after:
        logits = np.where(mask, logits, masked)
    weights = np.exp(logits - logits.max(axis=axis, keepdims=True))
    weights = weights / weights.sum(axis=axis, keepdims=True)
    if mask is not None and after:
        weights = weights * mask
    return weights @ v, weights


@scaled_dot_product_attention.mistake(
    "The products were not divided by the square root of the size of the keys."
)
def not_divided(q, k, v, mask=None):
    return _attend(q, k, v, mask, scale=False)


@scaled_dot_product_attention.mistake(
    "The softmax runs over the queries, so columns sum to 1. It should run over the "
    "keys, the last axis."
)
def softmax_over_queries(q, k, v, mask=None):
    return _attend(q, k, v, mask, axis=-2)


def _with_mask_added(q, k, v, mask, axis=-1):
    logits = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    logits = logits if mask is None else logits - 1e9 * (1 - np.asarray(mask))
    weights = np.exp(logits - logits.max(axis, keepdims=True))
    weights = weights / weights.sum(axis, keepdims=True)
    return weights @ v, weights


@scaled_dot_product_attention.mistake(
    "The softmax runs over the queries, so columns sum to 1. It should run over the "
    "keys, the last axis."
)
def softmax_over_queries_with_mask_added(q, k, v, mask=None):
    return _with_mask_added(q, k, v, mask, axis=-2)


@scaled_dot_product_attention.mistake(
    "The mask is used the wrong way round: masked keys get weight, the others do not."
)
def mask_inverted_and_added(q, k, v, mask=None):
    return _with_mask_added(q, k, v, None if mask is None else 1 - np.asarray(mask))


@scaled_dot_product_attention.mistake(
    "The mask is used the wrong way round: masked keys get weight, the others do not."
)
def mask_inverted(q, k, v, mask=None):
    return _attend(q, k, v, None if mask is None else 1 - np.asarray(mask))


@scaled_dot_product_attention.mistake(
    "The mask was applied after the softmax, so rows no longer sum to 1. Apply it "
    "before."
)
def mask_after_the_softmax(q, k, v, mask=None):
    return _attend(q, k, v, mask, after=True)


@scaled_dot_product_attention.mistake("The mask is not used.")
def mask_not_used(q, k, v, mask=None):
    return _attend(q, k, v)


@scaled_dot_product_attention.mistake(
    "Masked products became 0, which is a product like any other. They should become "
    "-1e9."
)
def masked_is_zero(q, k, v, mask=None):
    return _attend(q, k, v, mask, masked=0.0)


@scaled_dot_product_attention.mistake(
    "The mask itself was added to the products, and 0 or 1 makes little difference. "
    "Masked products should become -1e9."
)
def mask_added(q, k, v, mask=None):
    logits = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    logits = logits if mask is None else logits + np.asarray(mask)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    return weights @ v, weights


@scaled_dot_product_attention.mistake(
    "The products were divided by the size of the keys. Divide by its square root."
)
def divided_by_d(q, k, v, mask=None):
    return _attend(q / np.sqrt(q.shape[-1]), k, v, mask)


@scaled_dot_product_attention.mistake(
    "The products were divided by the square root of the number of keys. Use the size "
    "of a key, the last axis."
)
def divided_by_number_of_keys(q, k, v, mask=None):
    return _attend(q * np.sqrt(q.shape[-1] / k.shape[-2]), k, v, mask)


@scaled_dot_product_attention.mistake(
    "Large products give nan. Subtract the largest of each row before np.exp."
)
def overflows(q, k, v, mask=None):
    logits = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    logits = logits if mask is None else np.where(mask, logits, -1e9)
    weights = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return weights @ v, weights


@scaled_dot_product_attention.mistake(
    "The output is a weighted mean of the keys. It should be one of the values."
)
def mean_of_the_keys(q, k, v, mask=None):
    return _attend(q, k, k, mask)


@scaled_dot_product_attention.mistake(
    "Only the output was returned. Return the output and the weights."
)
def output_alone(q, k, v, mask=None):
    return _attend(q, k, v, mask)[0]


@scaled_dot_product_attention.mistake(
    "The second result holds the products before the softmax. Return the weights."
)
def returns_logits(q, k, v, mask=None):
    logits = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    logits = logits if mask is None else np.where(mask, logits, -1e9)
    return _attend(q, k, v, mask)[0], logits


@scaled_dot_product_attention.mistake(
    "The products were multiplied by the square root of the size of the keys. Divide."
)
def multiplied_by_the_root(q, k, v, mask=None):
    return _attend(q * q.shape[-1], k, v, mask)


@scaled_dot_product_attention.mistake(
    "The products were divided by the square root of the size of the values. Use the "
    "size of the keys."
)
def divided_by_size_of_values(q, k, v, mask=None):
    return _attend(q * np.sqrt(q.shape[-1] / v.shape[-1]), k, v, mask)


@scaled_dot_product_attention.mistake(
    "The two results are swapped: the output comes first, then the weights."
)
def attention_weights_first(q, k, v, mask=None):
    return _attend(q, k, v, mask)[::-1]


@scaled_dot_product_attention.right
def attention_by_einsum(q, k, v, mask=None):
    logits = np.einsum("...qd,...kd->...qk", q, k) / np.sqrt(k.shape[-1])
    if mask is not None:
        logits = logits + (1.0 - mask) * -1e9
    logits = logits - np.max(logits, axis=-1, keepdims=True)
    weights = np.exp(logits) / np.sum(np.exp(logits), axis=-1, keepdims=True)
    return np.einsum("...qk,...kv->...qv", weights, v), weights


@scaled_dot_product_attention.right
def query_by_query(q, k, v, mask=None):
    front = q.shape[:-2]
    out = np.zeros((*q.shape[:-1], v.shape[-1]))
    weights = np.zeros((*q.shape[:-1], k.shape[-2]))
    if mask is not None:
        mask = np.broadcast_to(mask, weights.shape)
    for at in np.ndindex(*front, q.shape[-2]):
        batch = at[:-1]
        z = k[batch] @ q[at] / q.shape[-1] ** 0.5
        if mask is not None:
            z[np.asarray(mask[at]) == 0] = -1e9
        e = np.exp(z - z.max())
        weights[at] = e / e.sum()
        out[at] = weights[at] @ v[batch]
    return out, weights


@scaled_dot_product_attention.right
def attention_in_single_precision(q, k, v, mask=None):
    return tuple(x.astype(np.float32) for x in _attend(q, k, v, mask))


@scaled_dot_product_attention.right
def scaled_queries(q, k, v, mask=None):
    logits = (q * q.shape[-1] ** -0.5) @ np.moveaxis(k, -1, -2)
    if mask is not None:
        logits[np.broadcast_to(np.asarray(mask) == 0, logits.shape)] = -1e9
    logits -= logits.max(-1, keepdims=True)
    weights = np.exp(logits - np.log(np.exp(logits).sum(-1, keepdims=True)))
    return np.matmul(weights, v), weights


lab.concept(
    "which_sums",
    points=1,
    answer="B",
    why="The softmax runs over the keys, so each row sums to 1.",
    because={
        "A": "There are h · T_q rows in a sentence, and each of them sums to 1.",
        "C": "Many queries may give one key a large weight, so this can exceed 1.",
        "D": "Each head has its own softmax.",
    },
)

lab.concept(
    "dot_spread",
    points=1,
    answer=8,
    why="64 products of variance 1 have variance 64, a standard deviation of 8.",
    because={
        64: "That is the variance. The standard deviation is its root.",
        1: "That is the standard deviation after dividing by √64.",
        0: "That is the mean.",
        32: "The variance is 64 · 1, and its root was asked for.",
    },
)


@lab.check("self_attention_backward", points=6)
def self_attention_backward(rng):
    """Two, three and four axes, with and without masked keys."""
    for front, T_q, T_k, d_k, d_v, masked in [
        ((), 3, 4, 5, 2, False),
        ((2,), 4, 5, 3, 6, True),
        ((2, 3), 2, 3, 6, 4, True),
    ]:
        shapes = [(T_q, d_k), (T_k, d_k), (T_k, d_v)]
        q, k, v = (rng.normal(size=(*front, *shape)) for shape in shapes)
        mask = some_masked(rng, (*front, T_q, T_k)) if masked else None
        weights = _attend(q, k, v, mask)[1]
        yield case(rng.normal(size=(*front, T_q, d_v)), q, k, v, weights)


def _back(dout, q, k, v, weights, *, scale=0.5, mean=True, axis=-1):
    dv = np.swapaxes(weights, -1, -2) @ dout
    dweights = dout @ np.swapaxes(v, -1, -2)
    if mean:
        dweights = dweights - (dweights * weights).sum(axis, keepdims=True)
    dlogits = weights * dweights / q.shape[-1] ** scale
    return dlogits @ k, np.swapaxes(dlogits, -1, -2) @ q, dv


@self_attention_backward.mistake(
    "dq and dk were not divided by the square root of the size of the keys."
)
def gradients_not_divided(dout, q, k, v, weights):
    return _back(dout, q, k, v, weights, scale=0)


@self_attention_backward.mistake(
    "In the gradient through the softmax, the sum over the row is missing: raising one "
    "weight lowers the others."
)
def softmax_without_mean(dout, q, k, v, weights):
    return _back(dout, q, k, v, weights, mean=False)


@self_attention_backward.mistake(
    "In the gradient through the softmax, the sum runs over the queries. It should run "
    "over the keys."
)
def mean_over_queries(dout, q, k, v, weights):
    return _back(dout, q, k, v, weights, axis=-2)


@self_attention_backward.mistake(
    "The gradient through the softmax has only its diagonal, A (1 − A). Each weight "
    "depends on all products of its row."
)
def diagonal_only(dout, q, k, v, weights):
    dweights = dout @ np.swapaxes(v, -1, -2)
    dlogits = weights * (1 - weights) * dweights / q.shape[-1] ** 0.5
    dv = np.swapaxes(weights, -1, -2) @ dout
    return dlogits @ k, np.swapaxes(dlogits, -1, -2) @ q, dv


@self_attention_backward.mistake("dq and dk are swapped.")
def dq_and_dk_swapped(dout, q, k, v, weights):
    dq, dk, dv = _back(dout, q, k, v, weights)
    return dk, dq, dv


@self_attention_backward.mistake(
    "The gradient was not passed back through the softmax, which lies between the "
    "weights and the products."
)
def softmax_skipped(dout, q, k, v, weights):
    dlogits = dout @ np.swapaxes(v, -1, -2) / q.shape[-1] ** 0.5
    dv = np.swapaxes(weights, -1, -2) @ dout
    return dlogits @ k, np.swapaxes(dlogits, -1, -2) @ q, dv


@self_attention_backward.mistake(
    "dv is the plain mean of the upstream gradient, the same for all values. Weight it "
    "by `weights`."
)
def values_evenly(dout, q, k, v, weights):
    dq, dk, _ = _back(dout, q, k, v, weights)
    even = np.ones_like(weights) / weights.shape[-1]
    return dq, dk, np.swapaxes(even, -1, -2) @ dout


@self_attention_backward.mistake(
    "In the gradient through the softmax, the plain mean of the row is subtracted. The "
    "sum is weighted by A."
)
def plain_mean_of_the_row(dout, q, k, v, weights):
    dweights = dout @ np.swapaxes(v, -1, -2)
    dlogits = weights * (dweights - dweights.mean(-1, keepdims=True))
    dlogits = dlogits / q.shape[-1] ** 0.5
    dv = np.swapaxes(weights, -1, -2) @ dout
    return dlogits @ k, np.swapaxes(dlogits, -1, -2) @ q, dv


@self_attention_backward.mistake(
    "dv was divided by the square root of the size of the keys. Only dq and dk are."
)
def dv_divided_too(dout, q, k, v, weights):
    dq, dk, dv = _back(dout, q, k, v, weights)
    return dq, dk, dv / q.shape[-1] ** 0.5


@self_attention_backward.mistake(
    "dq and dk were divided by the size of the keys. Divide by its square root."
)
def gradients_divided_by_d(dout, q, k, v, weights):
    return _back(dout, q, k, v, weights, scale=1)


@self_attention_backward.right
def backward_by_einsum(dout, q, k, v, weights):
    dA = np.einsum("...qv,...kv->...qk", dout, v)
    dS = weights * (dA - np.einsum("...qk,...qk->...q", dA, weights)[..., None])
    dS = dS / np.sqrt(k.shape[-1])
    return (
        np.einsum("...qk,...kd->...qd", dS, k),
        np.einsum("...qk,...qd->...kd", dS, q),
        np.einsum("...qk,...qv->...kv", weights, dout),
    )


@self_attention_backward.right
def backward_by_jacobian(dout, q, k, v, weights):
    dq, dk, dv = np.zeros(q.shape), np.zeros(k.shape), np.zeros(v.shape)
    for at in np.ndindex(*q.shape[:-1]):
        batch, a = at[:-1], weights[at]
        dlogits = (np.diag(a) - np.outer(a, a)) @ (v[batch] @ dout[at])
        dlogits = dlogits / np.sqrt(q.shape[-1])
        dq[at] = dlogits @ k[batch]
        dk[batch] += np.outer(dlogits, q[at])
        dv[batch] += np.outer(a, dout[at])
    return dq, dk, dv


@self_attention_backward.right
def backward_through_the_output(dout, q, k, v, weights):
    out = weights @ v  # a row's sum is the output's product with its gradient
    mean = np.sum(out * dout, axis=-1, keepdims=True)
    dlogits = weights * (np.matmul(dout, v.swapaxes(-1, -2)) - mean)
    dq = dlogits @ k * k.shape[-1] ** -0.5
    dk = dlogits.swapaxes(-1, -2) @ q * k.shape[-1] ** -0.5
    return dq, dk, weights.swapaxes(-1, -2) @ dout

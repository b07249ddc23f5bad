"""Hidden tests of C5W4, transformers, and the ways they go wrong."""

import re
import string
from collections import Counter
from itertools import groupby, pairwise
from types import MethodType

import numpy as np

from autograder.checks.check import Lab, case
from helpers import nn
from helpers.drivers.C5W4 import written

lab = Lab("C5W4")
ref = lab.reference


def _layer(name):
    """Decorator: a forward function becomes a version of the reference's layer."""

    def decorate(forward):
        def make(*args, **options):
            layer = getattr(ref, name)(*args, **options)
            layer.forward = MethodType(forward, layer)
            return layer

        make.__name__ = forward.__name__
        return make

    return decorate


def _some_masked(rng, shape):
    """A mask with zeros and ones, no row without a one."""
    mask = (rng.random(shape) < 0.6).astype(int)
    np.put_along_axis(mask, rng.integers(shape[-1], size=(*shape[:-1], 1)), 1, -1)
    np.put_along_axis(mask, mask.argmax(-1)[..., np.newaxis] - 1, 0, -1)
    return mask


# --- positions -----------------------------------------------------------------------


def drawn(make, *, differ=(), same=()):
    """Arguments made until some wrong versions give another result, others the same.

    Args:
        make: function that draws the arguments of a call.
        differ: pairs of a right and a wrong version.
        same: likewise.
    """
    while True:
        given = make()
        if all(right(*given) != wrong(*given) for right, wrong in differ) and all(
            right(*given) == wrong(*given) for right, wrong in same
        ):
            return given


@lab.check("get_angles", points=2)
def get_angles(rng):
    """Different numbers of positions and coordinates, also single ones."""
    for n, d in [(1, 2), (4, 6), (7, 10)]:
        yield case(rng.integers(0, 90, (n, 1)), np.arange(d)[np.newaxis, :], d)
    yield case(np.array([[rng.integers(2, 90)]]), np.array([[5]]), 8)


@get_angles.mistake(
    "Columns 2i and 2i + 1 should share one angle: i is k / 2, rounded down."
)
def without_halving(pos, k, d):
    return pos / 10000 ** (2 * k / d)


@get_angles.mistake("Odd columns are wrong: k / 2 was not rounded down.")
def without_rounding(pos, k, d):
    return pos / 10000 ** (k / d)


@get_angles.mistake("The factor 2 is missing in the exponent, 2i / d.")
def exponent_without_two(pos, k, d):
    return pos / 10000 ** ((k // 2) / d)


@get_angles.mistake(
    "The angles grow along each row. Divide by the power of 10000; do not multiply."
)
def multiplies(pos, k, d):
    return pos * 10000 ** (2 * (k // 2) / d)


@get_angles.mistake("Those are the sines of the angles. Return the angles.")
def already_sines(pos, k, d):
    return np.sin(pos / 10000 ** (2 * (k // 2) / d))


@get_angles.mistake("k / 2 was rounded up. Round it down.")
def rounded_up(pos, k, d):
    return pos / 10000 ** (2 * ((k + 1) // 2) / d)


@get_angles.mistake("The base of the power is not 10000.")
def base_of_1000(pos, k, d):
    return pos / 1000 ** (2 * (k // 2) / d)


@get_angles.right
def angle_by_angle(pos, k, d):
    angles = np.zeros((pos.shape[0], k.shape[1]), np.float32)
    for a in range(pos.shape[0]):
        for b in range(k.shape[1]):
            angles[a, b] = pos[a, 0] / np.power(10000, (k[0, b] - k[0, b] % 2) / d)
    return angles


@get_angles.right
def by_frequencies(pos, k, d):
    return pos @ np.exp(-np.log(10000.0) * 2 * (k // 2) / d)


@get_angles.right
def by_powers(pos, k, d):
    return pos * np.power(10000.0, -(2 * np.floor(k / 2)) / np.float64(d))


@lab.check("positional_encoding", points=4)
def positional_encoding(rng):
    """One position, more positions than coordinates, and the reverse."""
    yield case(1, 2 * int(rng.integers(2, 20)))
    for fewest, d in [(9, 6), (4, 12), (20, 4), (2, 30)]:
        yield case(int(rng.integers(fewest, 2 * fewest)), d + 2 * int(rng.integers(9)))


def _angles(positions, d):
    k = np.arange(d)
    return np.arange(positions)[:, None] / 10000 ** (2 * (k // 2) / d)


@positional_encoding.mistake(
    "Sines fill the left half and cosines the right half. They should alternate, "
    "column by column."
)
def halves(positions, d):
    angles = _angles(positions, d)
    return np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], 1)[None]


@positional_encoding.mistake(
    "Sine and cosine are swapped: the sines belong in the even columns."
)
def cosine_first(positions, d):
    angles = _angles(positions, d)
    angles[:, 0::2], angles[:, 1::2] = np.cos(angles[:, 0::2]), np.sin(angles[:, 1::2])
    return angles[None]


@positional_encoding.mistake(
    "The axis of length 1 in front, for the batch, is missing."
)
def without_batch_axis(positions, d):
    return ref.positional_encoding(positions, d)[0]


@positional_encoding.mistake("All columns hold sines. The odd ones take the cosine.")
def sines_only(positions, d):
    return np.sin(_angles(positions, d))[None]


@positional_encoding.mistake("Positions are counted from 1. The first one is 0.")
def from_one(positions, d):
    return ref.positional_encoding(positions + 1, d)[:, 1:]


@positional_encoding.mistake(
    "Sine and cosine alternate by rows. They should alternate by *columns*."
)
def by_rows(positions, d):
    angles = _angles(positions, d)
    angles[0::2], angles[1::2] = np.sin(angles[0::2]), np.cos(angles[1::2])
    return angles[None]


@positional_encoding.mistake(
    "Rows and columns are swapped: the shape is (1, positions, d)."
)
def encoding_transposed(positions, d):
    return ref.positional_encoding(positions, d).swapaxes(1, 2)


@positional_encoding.mistake("The axis of length 1 comes last. It should come first.")
def batch_axis_last(positions, d):
    return ref.positional_encoding(positions, d)[0, :, :, None]


@positional_encoding.right
def number_by_number(positions, d):
    encoding = np.zeros((1, positions, d))
    for pos in range(positions):
        for i in range(d // 2):
            angle = pos / 10000 ** (2 * i / d)
            encoding[0, pos, 2 * i], encoding[0, pos, 2 * i + 1] = (
                np.sin(angle),
                np.cos(angle),
            )
    return encoding


@positional_encoding.right
def by_where(positions, d):
    angles = _angles(positions, d)
    waves = np.where(np.arange(d) % 2 == 0, np.sin(angles), np.cos(angles))
    return waves[np.newaxis].astype(np.float32)


@positional_encoding.right
def by_stacking(positions, d):
    angles = _angles(positions, d)[:, ::2]
    waves = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return waves.reshape(1, positions, d)


# --- masks ---------------------------------------------------------------------------


@lab.check("create_padding_mask", points=3)
def create_padding_mask(rng):
    """Padding at the end, in the middle and in front; none; nothing else."""
    for m, T in [(1, 5), (3, 4), (4, 7), (2, 9), (3, 6)]:
        ids = rng.integers(1, 9000, (m, T)) * rng.integers(0, 2, (m, T))
        ids[0, :3] = 1, 0, 2
        yield case(ids)
    ids = rng.integers(2, 9000, (3, 4))
    ids[1], ids[2] = 1, 0
    yield case(ids)


@create_padding_mask.mistake(
    "The mask is inverted: it should be 1 for a token and 0 for padding. (In some "
    "libraries it is the other way round.)"
)
def inverted_padding(token_ids):
    return (token_ids == 0).astype(int)[:, None, :]


@create_padding_mask.mistake("The middle axis of length 1 is missing: (m, 1, T).")
def without_middle_axis(token_ids):
    return (token_ids != 0).astype(int)


@create_padding_mask.mistake(
    "The axis of length 1 comes last. It should be the middle."
)
def axis_at_the_end(token_ids):
    return (token_ids != 0).astype(int)[:, :, None]


@create_padding_mask.mistake("Token 1 counts as padding too. Only token 0 is padding.")
def one_is_padding(token_ids):
    return (token_ids > 1).astype(int)[:, None, :]


@create_padding_mask.mistake("The mask holds token numbers. It should hold 0 and 1.")
def keeps_numbers(token_ids):
    return np.array(token_ids)[:, None, :]


@create_padding_mask.right
def padding_by_where(token_ids):
    return np.expand_dims(np.where(np.equal(token_ids, 0), 0.0, 1.0), 1)


@create_padding_mask.right
def padding_as_truth(token_ids):
    return token_ids[:, np.newaxis] != 0


@create_padding_mask.right
def padding_by_sign(token_ids):
    m, T = token_ids.shape
    return np.sign(token_ids).astype(np.float32).reshape(m, 1, T)


@lab.check("create_look_ahead_mask", points=2)
def create_look_ahead_mask(rng):
    """One position and several."""
    yield case(1)
    for fewest, most in [(2, 7), (7, 12), (12, 18), (18, 25), (25, 33)]:
        yield case(int(rng.integers(fewest, most)))


@create_look_ahead_mask.mistake(
    "The past is masked and the future is not. The ones belong on and *below* the "
    "diagonal."
)
def upper_triangle(size):
    return np.triu(np.ones((1, size, size), int))


@create_look_ahead_mask.mistake(
    "The diagonal is 0, but a position may attend to itself."
)
def without_the_diagonal(size):
    return np.tril(np.ones((1, size, size), int), -1)


@create_look_ahead_mask.mistake("The axis of length 1 in front is missing.")
def without_front_axis(size):
    return np.tril(np.ones((size, size), int))


@create_look_ahead_mask.mistake(
    "The mask is inverted: it should be 1 where a position may attend."
)
def inverted_look_ahead(size):
    return 1 - np.tril(np.ones((1, size, size), int))


@create_look_ahead_mask.mistake("Each position can also attend to the next one.")
def one_too_many(size):
    return np.tril(np.ones((1, size, size), int), 1)


@create_look_ahead_mask.right
def by_comparison(size):
    return (np.arange(size)[None, :] <= np.arange(size)[:, None])[None]


@create_look_ahead_mask.right
def row_by_row(size):
    mask = np.zeros((1, size, size))
    for i in range(size):
        mask[0, i, : i + 1] = 1.0
    return mask


@create_look_ahead_mask.right
def by_upper_triangle(size):
    return np.expand_dims(1 - np.triu(np.ones((size, size), np.float32), 1), 0)


lab.concept(
    "why_mask",
    points=1,
    answer="C",
    why="If the answer is visible, copying gives a loss near 0 and teaches nothing.",
    because={
        "A": "All products are computed; the mask is applied to the results.",
        "B": "That is what the padding mask is for.",
        "D": "The softmax needs no zeros.",
    },
)


# --- attention -----------------------------------------------------------------------


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
    yield case(*drawn((3,), 2, 5, 6, 4), _some_masked(rng, (3, 1, 5)))
    yield case(*drawn((2, 3), 4, 5, 7, 2), _some_masked(rng, (2, 1, 4, 5)))
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
        mask = _some_masked(rng, (*front, T_q, T_k)) if masked else None
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


# --- many heads, one encoder ---------------------------------------------------------


@lab.check(
    "MultiHeadAttention",
    points=7,
    driver="multi_head",
    forbid=("helpers.nn.MultiHeadAttention", "helpers.nn.scaled_dot_product_attention"),
)
def multi_head_attention(rng):
    """Self- and cross-attention, one to three heads, masks of three shapes."""
    x = rng.normal(size=(2, 4, 6))
    yield case(x, x, x, 3, np.tril(np.ones((1, 4, 4), int)))
    shapes = [(3, 2, 8), (3, 5, 8), (3, 5, 8)]
    q, k, v = (rng.normal(size=shape) for shape in shapes)
    yield case(q, k, v, 2, _some_masked(rng, (3, 1, 5)))
    shapes = [(1, 3, 4), (1, 4, 4), (1, 4, 4)]
    q, k, v = (rng.normal(size=shape) for shape in shapes)
    yield case(q, k, v, 1, None)
    yield case(q, k, v, 4, _some_masked(rng, (1, 3, 4)))


def _many(
    self, q, k, v, mask=None, *, split=None, join=None, project=True, output=True
):
    """Multi-head attention, with steps that can be replaced or left out."""
    m, T_q, d = q.shape
    h = self.num_heads

    def usual(x):
        return x.reshape(m, x.shape[1], h, d // h).transpose(0, 2, 1, 3)

    if project:
        q, k, v = self.query(q), self.key(k), self.value(v)
    mask = None if mask is None else np.asarray(mask)[:, None]
    out, weights = ref.attention(*((split or usual)(x) for x in (q, k, v)), mask)
    if join:
        out = join(out)
    else:
        out = out.transpose(0, 2, 1, 3).reshape(m, T_q, d)
    return self.output(out) if output else out, weights


@multi_head_attention.mistake(
    "The heads mix up positions: split the last axis by a reshape first, then "
    "transpose."
)
@_layer("MultiHeadAttention")
def splits_positions(self, q, k, v, mask=None):
    m, _, d = q.shape
    h = self.num_heads
    return _many(
        self, q, k, v, mask, split=lambda x: x.reshape(m, h, x.shape[1], d // h)
    )


@multi_head_attention.mistake(
    "The heads were joined without a transpose before the reshape, so positions and "
    "heads are mixed up."
)
@_layer("MultiHeadAttention")
def joins_without_transpose(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask, join=lambda out: out.reshape(q.shape))


@multi_head_attention.mistake("The last projection, `self.output`, is missing.")
@_layer("MultiHeadAttention")
def without_output_projection(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask, output=False)


@multi_head_attention.mistake(
    "The inputs were not projected by `self.query`, `self.key` and `self.value`."
)
@_layer("MultiHeadAttention")
def without_projections(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask, project=False)


@multi_head_attention.mistake("The mask is not used.")
@_layer("MultiHeadAttention")
def heads_without_mask(self, q, k, v, mask=None):
    return _many(self, q, k, v)


@multi_head_attention.mistake(
    "Keys and values are swapped: queries are compared with keys, values are averaged."
)
@_layer("MultiHeadAttention")
def keys_and_values_swapped(self, q, k, v, mask=None):
    m, T_q, d = q.shape
    h = self.num_heads
    q, v, k = (
        x.reshape(m, x.shape[1], h, d // h).transpose(0, 2, 1, 3)
        for x in (self.query(q), self.key(k), self.value(v))
    )
    mask = None if mask is None else np.asarray(mask)[:, None]
    out, weights = ref.attention(q, k, v, mask)
    return self.output(out.transpose(0, 2, 1, 3).reshape(m, T_q, d)), weights


@multi_head_attention.mistake(
    "The inputs of two projections are swapped: `self.key` takes `k`, and `self.value` "
    "takes `v`."
)
@_layer("MultiHeadAttention")
def key_and_value_inputs_swapped(self, q, k, v, mask=None):
    return _many(self, q, v, k, mask)


@multi_head_attention.mistake(
    "There is one head with all coordinates. Split the vectors into heads."
)
@_layer("MultiHeadAttention")
def one_head_only(self, q, k, v, mask=None):
    m, T_q, d = q.shape
    mask = None if mask is None else np.asarray(mask)[:, None]
    q, k, v = (
        x.reshape(m, 1, x.shape[1], d)
        for x in (self.query(q), self.key(k), self.value(v))
    )
    out, weights = ref.attention(q, k, v, mask)
    shape = (m, self.num_heads, *weights.shape[2:])
    return self.output(out.reshape(m, T_q, d)), np.broadcast_to(weights, shape)


@multi_head_attention.mistake(
    "The weights were averaged over the heads. Return those of each head."
)
@_layer("MultiHeadAttention")
def averages_weights(self, q, k, v, mask=None):
    out, weights = _many(self, q, k, v, mask)
    return out, weights.mean(axis=1)


@multi_head_attention.mistake(
    "Queries, keys and values all come from one projection. Each has its own."
)
@_layer("MultiHeadAttention")
def one_projection_for_all(self, q, k, v, mask=None):
    self.key = self.value = self.query
    return _many(self, q, k, v, mask)


@multi_head_attention.right
@_layer("MultiHeadAttention")
def head_by_head(self, q, k, v, mask=None):
    size = q.shape[-1] // self.num_heads
    q, k, v = self.query(q), self.key(k), self.value(v)
    outs, weights = [], []
    for i in range(self.num_heads):
        part = slice(i * size, (i + 1) * size)
        out, w = ref.attention(q[:, :, part], k[:, :, part], v[:, :, part], mask)
        outs.append(out)
        weights.append(w)
    return self.output(nn.concatenate(outs)), np.stack(weights, axis=1)


@multi_head_attention.right
@_layer("MultiHeadAttention")
def heads_by_helper(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask=mask)


@multi_head_attention.right
@_layer("MultiHeadAttention")
def heads_by_swapping(self, q, k, v, mask=None):
    def cut(x):
        return nn.swapaxes(nn.reshape(x, *x.shape[:2], self.num_heads, -1), 1, 2)

    if mask is not None:
        mask = np.expand_dims(mask, 1).astype(bool)
    out, weights = ref.attention(
        q=cut(self.query(q)), k=cut(self.key(k)), v=cut(self.value(v)), mask=mask
    )
    return self.output(nn.swapaxes(out, 1, 2).reshape(q.shape)), weights


lab.concept(
    "head_parameters",
    points=1,
    answer=16640,
    why="Four matrices of 64 · 64 and four biases of 64, however many heads.",
    because={
        16384: "The biases are missing: 64 for each of the four projections.",
        12480: "There are three projections at the start and one at the end.",
        133120: "Each head works on 64 / 8 coordinates, not on all of them.",
        2080: "That is an eighth of the whole: count all heads.",
        4160: "That is one of the four projections.",
    },
)


@lab.check("EncoderLayer", points=5, driver="encoder_layer")
def encoder_layer(rng):
    """One to three heads, narrow and wide networks, masks of two shapes and none."""
    yield case(rng.normal(size=(2, 4, 6)), 3, 5, np.tril(np.ones((1, 4, 4), int)))
    yield case(2 * rng.normal(size=(3, 3, 4)), 1, 9, _some_masked(rng, (3, 1, 3)))
    yield case(rng.normal(size=(1, 5, 8)), 2, 4, None)


@encoder_layer.mistake(
    "The input is added after the normalization, x + norm(…). Add first, then "
    "normalize the sum."
)
@_layer("EncoderLayer")
def adds_after_the_norm(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = x + self.norm1(self.dropout1(attended))
    return x + self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The inputs of attention and feed-forward network are normalized (pre-norm). Here "
    "each sum is normalized (post-norm)."
)
@_layer("EncoderLayer")
def norm_first(self, x, mask=None):
    n = self.norm1(x)
    attended, weights = self.mha(n, n, n, mask=mask)
    x = x + self.dropout1(attended)
    return x + self.dropout2(self.ffn(self.norm2(x))), weights


@encoder_layer.mistake("The skip connections are missing: add the input.")
@_layer("EncoderLayer")
def encoder_without_skips(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(self.dropout1(attended))
    return self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The second sum adds the layer's input. Add the output of the first norm."
)
@_layer("EncoderLayer")
def adds_the_input_twice(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    first = self.norm1(x + self.dropout1(attended))
    return self.norm2(x + self.dropout2(self.ffn(first))), weights


@encoder_layer.mistake("Dropout is not applied before the additions.")
@_layer("EncoderLayer")
def encoder_without_dropout(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + attended)
    return self.norm2(x + self.ffn(x)), weights


@encoder_layer.mistake("The mask does not reach the attention.")
@_layer("EncoderLayer")
def encoder_layer_without_mask(self, x, mask=None):
    attended, weights = self.mha(x, x, x)
    x = self.norm1(x + self.dropout1(attended))
    return self.norm2(x + self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The feed-forward network gets the layer's input, not the output of the first norm."
)
@_layer("EncoderLayer")
def network_reads_the_input(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    first = self.norm1(x + self.dropout1(attended))
    return self.norm2(first + self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The second sum adds after the normalization, x + norm(…). Add first, then "
    "normalize the sum."
)
@_layer("EncoderLayer")
def second_sum_after_the_norm(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + self.dropout1(attended))
    return x + self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake("`norm1` is used twice. The second sum has its own, `norm2`.")
@_layer("EncoderLayer")
def same_norm_twice(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + self.dropout1(attended))
    return self.norm1(x + self.dropout2(self.ffn(x))), weights


@encoder_layer.right
@_layer("EncoderLayer")
def encoder_layer_step_by_step(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    between = self.norm1(nn.add(self.dropout1(attended), x))
    added = self.dropout2(self.ffn(between))
    return self.norm2(nn.add(added, between)), weights


@encoder_layer.right
@_layer("EncoderLayer")
def encoder_layer_mask_by_position(self, x, mask=None):
    result = self.mha(x, x, x, mask)
    x = self.norm1(self.dropout1(result[0]) + x)
    x = self.norm2(self.dropout2(self.ffn(x)) + x)
    return x, result[1]


@encoder_layer.right
@_layer("EncoderLayer")
def encoder_layer_by_hand(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    summed = x + self.dropout1(attended)
    middle = nn.layer_norm(summed, self.norm1.gamma, self.norm1.beta)
    wide, narrow = self.ffn.layers
    summed = middle + self.dropout2(narrow(wide(middle)))
    return nn.layer_norm(summed, self.norm2.gamma, self.norm2.beta), weights


@lab.check("Encoder", points=5, driver="encoder")
def encoder(rng):
    """One to three layers; sentences shorter than the longest; several masks."""
    for m, T, sizes in [
        (2, 3, (2, 6, 2, 5, 8, 5)),
        (3, 4, (1, 4, 1, 7, 9, 4)),
        (1, 5, (3, 8, 4, 3, 6, 9)),
    ]:
        ids = rng.integers(1, sizes[4], (m, T))
        mask = _some_masked(rng, (m, 1, T)) if m > 1 else None
        yield case(ids, sizes, mask)


def _embedded(self, token_ids, *, scale=True, positions=True, drop=True):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    x = x * (d**0.5) if scale else x
    x = x + self.pos_encoding[:, :T] if positions else x
    return self.dropout(x) if drop else x


def _through(self, x, mask):
    weights = []
    for layer in self.layers:
        x, w = layer(x, mask=mask)
        weights.append(w)
    return x, weights


@encoder.mistake("The embeddings were not multiplied by the square root of their size.")
@_layer("Encoder")
def embedding_not_scaled(self, token_ids, mask=None):
    return _through(self, _embedded(self, token_ids, scale=False), mask)


@encoder.mistake("The positional encoding is not added.")
@_layer("Encoder")
def without_positions(self, token_ids, mask=None):
    return _through(self, _embedded(self, token_ids, positions=False), mask)


@encoder.mistake(
    "The positional encoding was multiplied too. Scale the embeddings before you add "
    "it."
)
@_layer("Encoder")
def positions_scaled_too(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    x = self.dropout((x + self.pos_encoding[:, :T]) * d**0.5)
    return _through(self, x, mask)


@encoder.mistake("The dropout after the positional encoding is missing.")
@_layer("Encoder")
def embedding_not_dropped(self, token_ids, mask=None):
    return _through(self, _embedded(self, token_ids, drop=False), mask)


@encoder.mistake("The mask does not reach the layers.")
@_layer("Encoder")
def encoder_without_mask(self, token_ids, mask=None):
    return _through(self, _embedded(self, token_ids), None)


@encoder.mistake(
    "Every layer gets the embeddings. Give it the output of the layer before it."
)
@_layer("Encoder")
def layers_not_chained(self, token_ids, mask=None):
    start, weights = _embedded(self, token_ids), []
    for layer in self.layers:
        x, w = layer(start, mask=mask)
        weights.append(w)
    return x, weights


@encoder.mistake(
    "Only the last layer's weights were returned. Return a list with those of all "
    "layers."
)
@_layer("Encoder")
def last_weights_only(self, token_ids, mask=None):
    x, weights = _through(self, _embedded(self, token_ids), mask)
    return x, weights[-1]


@encoder.mistake(
    "The embeddings were divided by the square root of their size. Multiply by it."
)
@_layer("Encoder")
def embedding_divided(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    return _through(self, self.dropout(x * d**-0.5 + self.pos_encoding[:, :T]), mask)


@encoder.mistake(
    "The embeddings were multiplied by their size. Multiply by its square root."
)
@_layer("Encoder")
def embedding_times_d(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    return _through(self, self.dropout(x * d + self.pos_encoding[:, :T]), mask)


@encoder.right
@_layer("Encoder")
def encoder_step_by_step(self, token_ids, mask=None):
    return _through(self, _embedded(self, token_ids), mask)


@encoder.right
@_layer("Encoder")
def encoder_with_results(self, token_ids, mask=None):
    T = token_ids.shape[1]
    x = nn.add(
        nn.multiply(self.embedding(token_ids), self.pos_encoding.shape[2] ** 0.5),
        self.pos_encoding[:, 0:T, :],
    )
    results = [(self.dropout(x), None)]
    for layer in self.layers:
        results.append(layer(results[-1][0], mask))
    return results[-1][0], [weights for _, weights in results[1:]]


@encoder.right
@_layer("Encoder")
def encoder_with_np_sqrt(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    x = x * float(np.sqrt(x.shape[-1]))
    x = self.dropout(self.pos_encoding[0, : np.shape(token_ids)[1]] + x)
    x, weights = _through(self, x, mask)
    return x, list(weights)


# --- word order ----------------------------------------------------------------------

WORDS = ["ant", "bee", "cow", "dog", "eel", "fox", "gnu", "hen"]


@lab.check("bag_of_words", points=2)
def bag_of_words(rng):
    """Words that occur twice, capitals, unknown words, an empty sentence."""
    for m, n in [(1, 4), (3, 9)]:
        sentences = [" ".join(rng.choice(WORDS, n)) for _ in range(m)]
        sentences[0] = sentences[0].title() + " Cow cow yak cowboy"
        known = rng.permutation(WORDS)[:5].tolist()
        known += [] if "cow" in known else ["cow"]
        yield case(sentences, {word: i for i, word in enumerate(known)})
    ant, hen, fox = rng.permutation(WORDS)[:3].tolist()
    yield case(["", f"{hen}  {ant} {hen}"], {ant: 1, hen: 0, fox: 2})


@bag_of_words.mistake("A word that occurs twice counts once. Count each occurrence.")
def presence_only(sentences, word_to_index):
    return (ref.bag_of_words(sentences, word_to_index) > 0).astype(int)


@bag_of_words.mistake("Words with capitals are not counted. Use lower case.")
def with_capitals(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word in sentence.split():
            if word in word_to_index:
                row[word_to_index[word]] += 1
    return counts


@bag_of_words.mistake("A word that is not in the dictionary raises an error. Skip it.")
def unknown_words_raise(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word in sentence.lower().split():
            row[word_to_index[word]] += 1
    return counts


@bag_of_words.mistake("Each row was divided by its sum. Return counts.")
def shares(sentences, word_to_index):
    counts = ref.bag_of_words(sentences, word_to_index).astype(float)
    return counts / np.maximum(counts.sum(1, keepdims=True), 1)


@bag_of_words.mistake("All sentences were counted together. Each has its own row.")
def one_bag(sentences, word_to_index):
    return ref.bag_of_words([" ".join(sentences)], word_to_index)[0]


@bag_of_words.mistake(
    "The axes are swapped: one row per sentence, one column per word."
)
def words_as_rows(sentences, word_to_index):
    return ref.bag_of_words(sentences, word_to_index).T


@bag_of_words.mistake(
    "Parts of longer words were counted. Split each sentence into words first."
)
def parts_of_words(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), int)
    for row, sentence in zip(counts, sentences, strict=True):
        for word, column in word_to_index.items():
            row[column] = sentence.lower().count(word)
    return counts


@bag_of_words.right
def bags_by_counter(sentences, word_to_index):
    bags = [Counter(sentence.lower().split()) for sentence in sentences]
    columns = sorted(word_to_index, key=word_to_index.get)
    return np.array([[bag[word] for word in columns] for bag in bags], float)


@bag_of_words.right
def bags_by_add_at(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)))
    for i, sentence in enumerate(sentences):
        found = [word_to_index.get(word) for word in sentence.lower().split()]
        np.add.at(counts[i], [j for j in found if j is not None], 1)
    return counts


@bag_of_words.right
def bags_by_counting(sentences, word_to_index):
    counts = np.zeros((len(sentences), len(word_to_index)), np.int32)
    for word, column in word_to_index.items():
        counts[:, column] = [s.lower().split().count(word) for s in sentences]
    return counts


lab.concept(
    "no_positions",
    points=1,
    answer="D",
    why="A weighted mean does not depend on the order, so each word keeps its vector.",
    because={
        "A": "Each vector belongs to its word, and the words have moved.",
        "B": "Each word attends to the same words as before.",
        "C": "No position is special to an encoder without positional encoding.",
    },
)


# --- the whole transformer -----------------------------------------------------------


lab.concept(
    "cross_keys",
    points=1,
    answer="A",
    why="Keys and values come from the input, queries from the output so far.",
    because={
        "B": "That is self-attention, the first of the layer's two attentions.",
        "C": "All heads of an attention have the same source of keys.",
        "D": "The positional encoding is added to the tokens once, at the start.",
    },
)


@lab.check("DecoderLayer", points=6, driver="decoder_layer")
def decoder_layer(rng):
    """Inputs longer and shorter than outputs, or as long; several masks."""
    for m, T_y, T_x, d, heads, units, masked in [
        (2, 3, 5, 6, 3, 4, True),
        (3, 4, 2, 4, 1, 7, True),
        (2, 4, 4, 6, 2, 3, True),
        (1, 4, 4, 8, 2, 5, False),
    ]:
        x, read = rng.normal(size=(m, T_y, d)), rng.normal(size=(m, T_x, d))
        ahead = np.tril(np.ones((1, T_y, T_y), int)) if masked else None
        padding = _some_masked(rng, (m, 1, T_x)) if masked else None
        yield case(x, read, heads, units, ahead, padding)


def _decode(
    self, x, read, ahead, padding, *, query=None, keys=None, values=None, last=True
):
    """A decoder layer; the inputs of its second attention may be replaced."""
    a, w1 = self.mha1(x, x, x, mask=ahead)
    x = self.norm1(x + self.dropout1(a))
    q, k, v = (x if query is None else query), read, read
    k, v = (x if keys else k), (x if values else v)
    a, w2 = self.mha2(q, k, v, mask=padding)
    x = self.norm2(x + self.dropout2(a))
    return self.norm3(x + self.dropout3(self.ffn(x))), w1, w2


@decoder_layer.mistake(
    "Cross-attention takes its keys and values from the decoder. They come from "
    "`enc_output`."
)
@_layer("DecoderLayer")
def keys_from_the_decoder(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, look_ahead_mask, None, keys=True, values=True)


@decoder_layer.mistake(
    "The second attention is a self-attention too. Its keys and values come from "
    "`enc_output`."
)
@_layer("DecoderLayer")
def second_self_attention(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(
        self, x, enc_output, look_ahead_mask, look_ahead_mask, keys=True, values=True
    )


@decoder_layer.mistake(
    "In cross-attention the queries come from the encoder. They should come from the "
    "decoder."
)
@_layer("DecoderLayer")
def encoder_asks(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    x = self.norm1(x + self.dropout1(a))
    a, w2 = self.mha2(enc_output, x, x)
    T = min(x.shape[1], a.shape[1])
    x = self.norm2(x[:, :T] + self.dropout2(a[:, :T]))
    return self.norm3(x + self.dropout3(self.ffn(x))), w1, w2


@decoder_layer.mistake(
    "The masks are swapped: the look-ahead mask belongs to the self-attention, the "
    "padding mask to the cross-attention."
)
@_layer("DecoderLayer")
def masks_swapped(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, padding_mask, look_ahead_mask)


@decoder_layer.mistake(
    "Cross-attention takes only its keys from `enc_output`. The values come from it "
    "too."
)
@_layer("DecoderLayer")
def values_from_the_decoder(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask, values=True)


@decoder_layer.mistake("The future is not masked: the look-ahead mask is not used.")
@_layer("DecoderLayer")
def future_not_masked(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, None, padding_mask)


@decoder_layer.mistake("Cross-attention attends to padding: its mask is not used.")
@_layer("DecoderLayer")
def padding_not_masked(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, look_ahead_mask, None)


@decoder_layer.mistake(
    "The sum after the cross-attention adds the layer's input. Add the output of the "
    "first norm."
)
@_layer("DecoderLayer")
def adds_input_after_cross(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    first = self.norm1(x + self.dropout1(a))
    a, w2 = self.mha2(first, enc_output, enc_output, mask=padding_mask)
    second = self.norm2(x + self.dropout2(a))
    return self.norm3(second + self.dropout3(self.ffn(second))), w1, w2


@decoder_layer.mistake(
    "The input is added after the normalization, x + norm(…). Add first, then "
    "normalize the sum."
)
@_layer("DecoderLayer")
def decoder_adds_after_norm(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    x = x + self.norm1(self.dropout1(a))
    a, w2 = self.mha2(x, enc_output, enc_output, mask=padding_mask)
    x = x + self.norm2(self.dropout2(a))
    return x + self.norm3(self.dropout3(self.ffn(x))), w1, w2


@decoder_layer.mistake(
    "The queries of the cross-attention are the layer's input. Use the output of the "
    "first norm."
)
@_layer("DecoderLayer")
def queries_from_the_input(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask, query=x)


@decoder_layer.mistake("Dropout is not applied before the additions.")
@_layer("DecoderLayer")
def decoder_without_dropout(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    x = self.norm1(x + a)
    a, w2 = self.mha2(x, enc_output, enc_output, mask=padding_mask)
    x = self.norm2(x + a)
    return self.norm3(x + self.ffn(x)), w1, w2


@decoder_layer.mistake("The two arrays of weights are swapped.")
@_layer("DecoderLayer")
def weights_swapped(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    out, w1, w2 = _decode(self, x, enc_output, look_ahead_mask, padding_mask)
    return out, w2, w1


@decoder_layer.mistake(
    "The skip connection around the feed-forward network is missing: add its input."
)
@_layer("DecoderLayer")
def last_skip_missing(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    x = self.norm1(x + self.dropout1(a))
    a, w2 = self.mha2(x, enc_output, enc_output, mask=padding_mask)
    x = self.norm2(x + self.dropout2(a))
    return self.norm3(self.dropout3(self.ffn(x))), w1, w2


@decoder_layer.mistake(
    "`mha1` is used for both attentions. The cross-attention is `mha2`."
)
@_layer("DecoderLayer")
def one_attention_for_both(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    self.mha2 = self.mha1
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder_layer.mistake(
    "The last sum adds the output of the first norm. Add that of the second."
)
@_layer("DecoderLayer")
def last_sum_adds_the_first(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    first = self.norm1(x + self.dropout1(a))
    a, w2 = self.mha2(first, enc_output, enc_output, mask=padding_mask)
    second = self.norm2(first + self.dropout2(a))
    return self.norm3(first + self.dropout3(self.ffn(second))), w1, w2


@decoder_layer.right
@_layer("DecoderLayer")
def decoder_layer_step_by_step(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder_layer.right
@_layer("DecoderLayer")
def decoder_layer_other_way_round(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    own, w1 = self.mha1(x, x, x, look_ahead_mask)
    own = self.norm1(nn.add(self.dropout1(own), x))
    other, w2 = self.mha2(own, enc_output, enc_output, padding_mask)
    other = self.norm2(nn.add(self.dropout2(other), own))
    out = self.norm3(nn.add(self.dropout3(self.ffn(other)), other))
    return out, w1, w2


@decoder_layer.right
@_layer("DecoderLayer")
def decoder_layer_in_a_loop(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    weights = []

    def attend(x, mha, to, mask):
        attended, w = mha(x, to, to, mask=mask)
        weights.append(w)
        return attended

    x = self.norm1(x + self.dropout1(attend(x, self.mha1, x, look_ahead_mask)))
    x = self.norm2(x + self.dropout2(attend(x, self.mha2, enc_output, padding_mask)))
    x = self.norm3(x + self.dropout3(self.ffn(x)))
    return x, *weights


@lab.check("Decoder", points=5, driver="decoder")
def decoder(rng):
    """One to three layers; outputs shorter than the longest; masks."""
    for m, T_y, T_x, sizes, masked in [
        (2, 3, 4, (2, 6, 2, 5, 8, 5), True),
        (1, 4, 2, (1, 4, 1, 7, 9, 4), False),
        (2, 3, 3, (3, 4, 2, 3, 6, 9), True),
    ]:
        ids = rng.integers(1, sizes[4], (m, T_y))
        ahead = np.tril(np.ones((1, T_y, T_y), int)) if masked else None
        padding = _some_masked(rng, (m, 1, T_x)) if masked else None
        yield case(ids, rng.normal(size=(m, T_x, sizes[1])), sizes, ahead, padding)


def _down(self, x, read, ahead, padding, first=1):
    weights = {}
    for i, layer in enumerate(self.layers, start=first):
        x, w1, w2 = layer(x, read, look_ahead_mask=ahead, padding_mask=padding)
        weights[f"decoder_layer{i}_block1_self_att"] = w1
        weights[f"decoder_layer{i}_block2_decenc_att"] = w2
    return x, weights


@decoder.mistake("In the names of the weights, layers are counted from 0, not from 1.")
@_layer("Decoder")
def names_from_zero(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    x = _embedded(self, ids)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask, first=0)


@decoder.mistake("The embeddings were not multiplied by the square root of their size.")
@_layer("Decoder")
def decoder_not_scaled(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    x = _embedded(self, ids, scale=False)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder.mistake("The positional encoding is not added.")
@_layer("Decoder")
def decoder_without_positions(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    x = _embedded(self, ids, positions=False)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder.mistake("The dropout after the positional encoding is missing.")
@_layer("Decoder")
def decoder_not_dropped(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    x = _embedded(self, ids, drop=False)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder.mistake("The two masks of the layers are swapped.")
@_layer("Decoder")
def decoder_masks_swapped(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(self, _embedded(self, ids), enc_output, padding_mask, look_ahead_mask)


@decoder.mistake(
    "Every layer gets the embeddings. Give it the output of the layer before it."
)
@_layer("Decoder")
def decoder_layers_not_chained(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    start, weights = _embedded(self, ids), {}
    for i, layer in enumerate(self.layers, start=1):
        x, w1, w2 = layer(start, enc_output, look_ahead_mask, padding_mask)
        weights[f"decoder_layer{i}_block1_self_att"] = w1
        weights[f"decoder_layer{i}_block2_decenc_att"] = w2
    return x, weights


@decoder.mistake(
    "The future is not masked: the look-ahead mask does not reach the layers."
)
@_layer("Decoder")
def decoder_future_not_masked(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(self, _embedded(self, ids), enc_output, None, padding_mask)


@decoder.mistake("The padding mask does not reach the layers.")
@_layer("Decoder")
def decoder_padding_not_masked(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(self, _embedded(self, ids), enc_output, look_ahead_mask, None)


@decoder.mistake(
    "From the second layer on, cross-attention does not attend to `enc_output`. All "
    "layers should."
)
@_layer("Decoder")
def output_as_encoder_output(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    x, weights = _embedded(self, ids), {}
    for i, layer in enumerate(self.layers, start=1):
        masks = {"look_ahead_mask": look_ahead_mask}
        masks["padding_mask"] = padding_mask if i == 1 else None
        x, w1, w2 = layer(x, enc_output, **masks)
        enc_output = x
        weights[f"decoder_layer{i}_block1_self_att"] = w1
        weights[f"decoder_layer{i}_block2_decenc_att"] = w2
    return x, weights


@decoder.right
@_layer("Decoder")
def decoder_step_by_step(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(self, _embedded(self, ids), enc_output, look_ahead_mask, padding_mask)


@decoder.right
@_layer("Decoder")
def decoder_by_updates(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    T, d = ids.shape[1], self.pos_encoding.shape[-1]
    x = self.dropout(self.embedding(ids) * d**0.5 + self.pos_encoding[:, :T, :])
    kept, names = {}, ("block1_self_att", "block2_decenc_att")
    for i in range(len(self.layers)):
        x, *both = self.layers[i](x, enc_output, look_ahead_mask, padding_mask)
        for name, weights in zip(names, both, strict=True):
            kept[f"decoder_layer{i + 1}_{name}"] = weights
    return x, kept


@decoder.right
@_layer("Decoder")
def decoder_with_plain_ops(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    x = nn.multiply(self.embedding(ids), float(np.sqrt(self.pos_encoding.shape[-1])))
    x = nn.add(x, self.pos_encoding[:, : x.shape[1]])
    return _down(self, self.dropout(x), enc_output, look_ahead_mask, padding_mask)


@lab.check("Transformer", points=5, driver="transformer")
def transformer(rng):
    """One and two layers; different lengths, vocabularies and masks on both sides."""
    for m, T_x, T_y, sizes, masked in [
        (2, 5, 3, (1, 6, 2, 5, 9, 7, 6, 4), True),
        (1, 3, 4, (2, 4, 1, 7, 6, 8, 3, 5), True),
        (2, 3, 3, (1, 4, 2, 5, 8, 6, 5, 5), True),
        (2, 4, 2, (1, 4, 2, 3, 7, 5, 4, 3), False),
    ]:
        read = rng.integers(1, sizes[4], (m, T_x))
        written = rng.integers(1, sizes[5], (m, T_y))
        masks = [None, None, None]
        if masked:
            padding = _some_masked(rng, (m, 1, T_x))
            masks = [
                padding,
                np.tril(np.ones((1, T_y, T_y), int)),
                np.roll(padding, 1, axis=-1),
            ]
        yield case(read, written, sizes, *masks)


def _whole(self, read, written, enc_padding, ahead, dec_padding, *, dense=True):
    e, _ = self.encoder(read, mask=enc_padding)
    x, weights = self.decoder(
        written, e, look_ahead_mask=ahead, padding_mask=dec_padding
    )
    return self.final_layer(x) if dense else x, weights


@transformer.mistake(
    "Those are probabilities. Return the scores: the loss applies the softmax."
)
@_layer("Transformer")
def returns_probabilities(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    scores, weights = _whole(
        self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask
    )
    return nn.softmax(scores), weights


@transformer.mistake("The last dense layer, `final_layer`, is missing.")
@_layer("Transformer")
def without_final_layer(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(
        self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask, dense=False
    )


@transformer.mistake("The padding masks of encoder and decoder are swapped.")
@_layer("Transformer")
def padding_masks_swapped(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, dec_padding_mask, look_ahead_mask, enc_padding_mask)


@transformer.mistake(
    "The padding mask of the decoder does not reach its cross-attention."
)
@_layer("Transformer")
def decoder_without_padding_mask(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, None)


@transformer.mistake(
    "The decoder gets the encoder's padding mask. It has its own, `dec_padding_mask`."
)
@_layer("Transformer")
def one_padding_mask(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, enc_padding_mask)


@transformer.mistake(
    "The decoder's two masks are swapped: the look-ahead mask belongs to its "
    "self-attention, the padding mask to its cross-attention."
)
@_layer("Transformer")
def decoder_masks_exchanged(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, dec_padding_mask, look_ahead_mask)


@transformer.mistake("The look-ahead mask does not reach the decoder.")
@_layer("Transformer")
def transformer_future_not_masked(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, None, dec_padding_mask)


@transformer.mistake("The encoder's padding mask does not reach the encoder.")
@_layer("Transformer")
def encoder_sees_padding(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, None, look_ahead_mask, dec_padding_mask)


@transformer.mistake("Those are the encoder's weights. Return the decoder's.")
@_layer("Transformer")
def encoder_weights(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    scores, _ = _whole(self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask)
    return scores, self.encoder(x, mask=enc_padding_mask)[1]


@transformer.mistake(
    "The encoder gets the decoder's padding mask. It has its own, `enc_padding_mask`."
)
@_layer("Transformer")
def encoder_gets_the_other_mask(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, dec_padding_mask, look_ahead_mask, dec_padding_mask)


@transformer.mistake("Only the scores were returned. Return scores and weights.")
@_layer("Transformer")
def scores_alone(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask)[0]


@transformer.right
@_layer("Transformer")
def transformer_step_by_step(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask)


@transformer.right
@_layer("Transformer")
def transformer_by_position(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    result = self.decoder(
        y, self.encoder(x, enc_padding_mask)[0], look_ahead_mask, dec_padding_mask
    )
    return self.final_layer(result[0]), result[1]


@transformer.right
@_layer("Transformer")
def transformer_by_product(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    out, weights = _whole(
        self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask, dense=False
    )
    return nn.matmul(out, self.final_layer.W) + self.final_layer.b, weights


# --- pieces of words -----------------------------------------------------------------

LETTERS = list("abcdefghijklmnop")
SCRIPTS = list("éüñçßøåæœ日本語中文字한국어🙂🚀🌍🎵")


def _text(rng, n=60, letters=5):
    """A random text of a few letters of one to four bytes, some of them frequent."""
    some = [*rng.choice(LETTERS, letters - 3, replace=False), " "]
    some += rng.choice(SCRIPTS, 2, replace=False).tolist()
    return "".join(rng.choice(some, n, p=_falling(letters)))


def _plain_text(rng, n=30):
    """A random text of two letters of one byte."""
    return "".join(rng.choice(rng.choice(LETTERS, 2, replace=False), n))


def _falling(n):
    p = 0.7 ** np.arange(n)
    return p / p.sum()


@lab.check("bpe_train", points=5)
def bpe_train(rng):
    """Runs of one letter, ties, several scripts, early stops, nothing to merge.

    The statement: bytes first · counted again after each merge · of equally frequent
    pairs the smaller · no more than num_merges · none that occurs once.
    """
    train = ref.bpe_train
    for _ in range(4):
        yield case(
            *drawn(
                lambda: (_text(rng), 12),
                differ=[
                    (train, wrong)
                    for wrong in (
                        larger_of_equals,
                        first_of_equals,
                        counted_once,
                        begins_with_characters,
                    )
                ],
                same=[(train, merges_single_pairs)],
            )
        )
    for n in (20, 30, 25):
        yield case(
            *drawn(
                lambda n=n: (_plain_text(rng, n), 40),
                differ=[
                    (train, wrong)
                    for wrong in (
                        larger_of_equals,
                        first_of_equals,
                        counted_once,
                        merges_single_pairs,
                        counts_without_overlaps,
                    )
                ],
            )
        )
    letter = str(rng.choice(LETTERS))
    yield case(letter * int(rng.integers(12, 40)), 3)
    yield case("".join(rng.permutation(LETTERS)[:6]), 3)
    yield case("", 2)


def _train(
    text, num_merges, *, start=256, tie=lambda pair: pair, least=2, step=1, merging=None
):
    merging = merging or ref.merge
    ids = np.array(list(text.encode()), int)
    merges = []
    for i in range(num_merges):
        pairs = list(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))[::step]
        counts = Counter(pairs)
        if not counts:
            break
        pair = min(counts, key=lambda pair: (-counts[pair], tie(pair)))
        if counts[pair] < least:
            break
        merges.append(pair)
        ids = merging(ids, pair, start + i)
    return merges


@bpe_train.mistake(
    "The first new token is not 256. There are 256 bytes, with the numbers 0 to 255."
)
def new_tokens_from_257(text, num_merges):
    return _train(text, num_merges, start=257)


@bpe_train.mistake("Of equally frequent pairs the larger was merged. Take the smaller.")
def larger_of_equals(text, num_merges):
    return _train(text, num_merges, tie=lambda pair: (-pair[0], -pair[1]))


@bpe_train.mistake("Pairs that occur only once were merged. Stop before that.")
def merges_single_pairs(text, num_merges):
    return _train(text, num_merges, least=1)


@bpe_train.mistake(
    "All merges are based on the first count. Count the pairs again after each merge."
)
def counted_once(text, num_merges):
    ids = list(text.encode())
    counts = Counter(pairwise(ids))
    often = sorted(counts, key=lambda pair: (-counts[pair], pair))
    return [pair for pair in often[:num_merges] if counts[pair] > 1]


@bpe_train.mistake(
    "It begins with the numbers of characters (`ord`). Begin with the bytes of the "
    "text."
)
def begins_with_characters(text, num_merges):
    ids = np.array([ord(letter) for letter in text], int)
    merges = []
    for new in range(256, 256 + num_merges):
        counts = Counter(zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True))
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        merges.append(pair)
        ids = ref.merge(ids, pair, new)
    return merges


@bpe_train.mistake(
    "Of equally frequent pairs the one that occurs first was merged. Take the smaller."
)
def first_of_equals(text, num_merges):
    return _train(text, num_merges, tie=lambda pair: 0)


@bpe_train.mistake("There is one merge too few.")
def one_merge_too_few(text, num_merges):
    return _train(text, num_merges - 1)


@bpe_train.mistake(
    "The same pair is merged again and again: the tokens that `merge` returns were not "
    "kept."
)
def merge_thrown_away(text, num_merges):
    return _train(text, num_merges, merging=lambda ids, pair, new: ids)


@bpe_train.mistake(
    "Overlapping pairs were counted once, as in aaa. Every pair of neighbours counts."
)
def counts_without_overlaps(text, num_merges):
    ids, merges = np.array(list(text.encode()), int), []
    for new in range(256, 256 + num_merges):
        row, counts, i = ids.tolist(), Counter(), 0
        while i < len(row) - 1:
            counts[row[i], row[i + 1]] += 1
            i += 2 if row[i : i + 3] == [row[i]] * 3 else 1
        pair = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if pair is None or counts[pair] < 2:
            break
        merges.append(pair)
        ids = ref.merge(ids, pair, new)
    return merges


@bpe_train.right
def train_on_lists(text, num_merges):
    ids, merges = list(text.encode("utf-8")), []
    while len(merges) < num_merges:
        counts = {}
        for pair in pairwise(ids):
            counts[pair] = counts.get(pair, 0) + 1
        if not counts or max(counts.values()) == 1:
            return merges
        most = max(counts.values())
        pair = min(p for p, n in counts.items() if n == most)
        new, i = [], 0
        while i < len(ids):
            if tuple(ids[i : i + 2]) == pair:
                new.append(256 + len(merges))
                i += 2
            else:
                new.append(ids[i])
                i += 1
        ids = new
        merges.append(pair)
    return merges


@bpe_train.right
def train_by_sorting(text, num_merges):
    return _train(text, num_merges)


@bpe_train.right
def train_by_codes(text, num_merges):
    ids, merges = np.frombuffer(text.encode(), np.uint8).astype(np.int64), []
    for new in range(256, 256 + num_merges):
        if len(ids) < 2:
            break
        codes, counts = np.unique(ids[:-1] * 10000 + ids[1:], return_counts=True)
        if counts.max() < 2:
            break
        pair = divmod(int(codes[counts.argmax()]), 10000)
        merges.append([int(pair[0]), int(pair[1])])
        ids = ref.merge(ids, pair, new)
    return [tuple(pair) for pair in merges]


@lab.check("bpe_encode", points=3)
def bpe_encode(rng):
    """Texts seen and new, several scripts, no merges, no text.

    The statement: the bytes · all merges, in the order they were learned.
    """
    for _ in range(3):
        text = _text(rng, 90)
        merges = ref.bpe_train(text, 14)
        yield case(text[::-1] + str(rng.choice(SCRIPTS)), merges)
    for n in (12, 30):
        text = _plain_text(rng, 40)
        yield case(text[:n], ref.bpe_train(text, int(rng.integers(4, 9))))
    yield case("".join(rng.choice(SCRIPTS, 2)), [])
    yield case("", [(97, 98)])


@bpe_encode.mistake("The merges were applied in the reverse order.")
def last_merge_first(text, merges):
    ids = np.array(list(text.encode()), int)
    for i in reversed(range(len(merges))):
        ids = ref.merge(ids, merges[i], 256 + i)
    return ids


@bpe_encode.mistake(
    "It begins with the numbers of characters (`ord`). Begin with the bytes of the "
    "text."
)
def encodes_characters(text, merges):
    ids = np.array([ord(letter) for letter in text], int)
    for i, pair in enumerate(merges):
        ids = ref.merge(ids, pair, 256 + i)
    return ids


@bpe_encode.mistake("Those are the bytes of the text. No pair was merged.")
def bytes_only(text, merges):
    return np.array(list(text.encode()), int)


@bpe_encode.mistake("The new tokens are one too large: the first is 256.")
def first_is_257(text, merges):
    ids = np.array(list(text.encode()), int)
    for i, pair in enumerate(merges):
        pair = tuple(x + (x > 255) for x in pair)
        ids = ref.merge(ids, pair, 257 + i)
    return ids


@bpe_encode.mistake(
    "The merges were learned from this text. Use the merges that are given."
)
def learns_anew(text, merges):
    return ref.bpe_encode(text, ref.bpe_train(text, len(merges)))


@bpe_encode.right
def encode_by_ranks(text, merges):
    ids, rank = list(text.encode()), {tuple(p): i for i, p in enumerate(merges)}
    while len(ids) > 1:
        best = min(pairwise(ids), key=lambda p: rank.get(p, 1e9))
        if best not in rank:
            break
        ids = ref.merge(np.array(ids), best, 256 + rank[best]).tolist()
    return np.array(ids, int)


@bpe_encode.right
def encode_on_lists(text, merges):
    ids = list(text.encode("utf-8"))
    for number, (a, b) in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if ids[i] == a and ids[i + 1] == b:
                ids[i : i + 2] = [256 + number]
            i += 1
    return np.array(ids, int)


@bpe_encode.right
def encode_as_a_list(text, merges):
    ids = np.asarray(bytearray(text, "utf-8"), int)
    for i in range(len(merges)):
        ids = ref.merge(ids, tuple(merges[i]), i + 256)
    return ids.astype(np.int32)


@lab.check("bpe_decode", points=2)
def bpe_decode(rng):
    """Letters cut in two by their bytes, several scripts, no tokens.

    The statement: 256 + i is both halves of merge i · all bytes, decoded once.
    """
    for num_merges in (3, 9, 14):
        text = _text(rng, 70) + str(rng.choice(SCRIPTS))
        merges = ref.bpe_train(text, num_merges)
        yield case(ref.bpe_encode(text[::-1], merges), merges)
    for letter in rng.choice(SCRIPTS, 2):
        pair = tuple(rng.integers(97, 123, 2).tolist())
        yield case(np.array([256, *str(letter).encode()]), [pair])
    yield case(np.zeros(0, int), [(104, 105)])


def _pieces(merges):
    pieces = [bytes([byte]) for byte in range(256)]
    for a, b in merges:
        pieces.append(pieces[a] + pieces[b])
    return pieces


@bpe_decode.mistake(
    "Each token was decoded separately, so letters of several bytes are lost. Join all "
    "bytes, then decode once."
)
def token_by_token(ids, merges):
    return "".join(_pieces(merges)[i].decode(errors="replace") for i in ids)


@bpe_decode.mistake("The two tokens of a merge are swapped.")
def halves_swapped(ids, merges):
    pieces = [bytes([byte]) for byte in range(256)]
    for a, b in merges:
        pieces.append(pieces[b] + pieces[a])
    return b"".join(pieces[i] for i in ids).decode(errors="replace")


@bpe_decode.mistake("Those are bytes. Decode them into a string.")
def returns_bytes(ids, merges):
    return list(b"".join(_pieces(merges)[i] for i in ids))


@bpe_decode.mistake(
    "Bytes above 127 were decoded as one letter each (Latin-1). The text is UTF-8."
)
def as_latin(ids, merges):
    return b"".join(_pieces(merges)[i] for i in ids).decode("latin-1")


@bpe_decode.mistake(
    "The two tokens of a merge were taken for bytes. They may be merged tokens too."
)
def one_level_only(ids, merges):
    flat = [int(b) for i in ids for b in (merges[i - 256] if i > 255 else [i])]
    return bytes(b % 256 for b in flat).decode(errors="replace")


@bpe_decode.mistake(
    "Each token was decoded separately, so letters of several bytes are lost. Join all "
    "bytes, then decode once."
)
def token_by_token_ignoring(ids, merges):
    return "".join(_pieces(merges)[i].decode(errors="ignore") for i in ids)


@bpe_decode.right
def decode_by_undoing(ids, merges):
    ids = list(ids)
    for number in reversed(range(len(merges))):
        flat = []
        for i in ids:
            flat.extend(merges[number] if i == 256 + number else [i])
        ids = flat
    return bytes(int(i) for i in ids).decode("utf-8")


@bpe_decode.right
def decode_by_recursion(ids, merges):
    def piece(i):
        if i < 256:
            return [int(i)]
        a, b = merges[i - 256]
        return piece(a) + piece(b)

    return bytes(byte for i in ids for byte in piece(i)).decode()


@bpe_decode.right
def decode_by_table(ids, merges):
    return b"".join(map(_pieces(merges).__getitem__, np.asarray(ids).tolist())).decode()


lab.concept(
    "bpe_pieces",
    points=1,
    answer=4,
    why="ab first: Z Z Z a c. Then ZZ: the result is (ZZ) Z a c.",
    because={
        5: "That is after the first merge. The second merges two of the new tokens.",
        3: "Of three equal tokens in a row, the first two are merged; one is left.",
        8: "That is the number of letters, before any merge.",
        7: "A merge replaces its pair wherever it occurs: here three times.",
        2: "There are two merges; that does not mean that two tokens are left.",
    },
)


# --- labels and answers --------------------------------------------------------------


@lab.check("align_labels", points=3)
def align_labels(rng):
    """Words of one to three pieces, equal labels side by side, separators, fills.

    The statement: the first piece of each word · words are compared, not labels ·
    `ignore` for all others, also for pieces of no word.
    """
    for ignore in (-1, -100, -1, -7):
        labels = rng.integers(10, 90, 6).tolist()
        labels[1:3] = labels[0], labels[0]
        pieces = [2, *rng.integers(1, 4, 5)]
        word_ids = [i for i, n in enumerate(pieces) for _ in range(n)]
        given = labels, [None, *word_ids, None, None]
        yield case(*given) if ignore == -1 else case(*given, ignore)
    one, other, fill = rng.permutation(list("ABCDEFXYZ"))[:3].tolist()
    yield case([one, other], [0, None, 1, 1], fill)
    yield case([], [None] * int(rng.integers(1, 9)))


def _aligned(labels, word_ids, ignore, choose):
    out, before = [], None
    for word in word_ids:
        out.append(ignore if word is None else choose(labels[word], word == before))
        before = word
    return out


@align_labels.mistake(
    "Every piece has its word's label. Only the first piece of a word should."
)
def labels_every_piece(labels, word_ids, ignore=-1):
    return _aligned(labels, word_ids, ignore, lambda label, again: label)


@align_labels.mistake("The last piece of a word has its label. The first one should.")
def labels_the_last_piece(labels, word_ids, ignore=-1):
    return ref.align_labels(labels, word_ids[::-1], ignore)[::-1]


@align_labels.mistake("The ignored pieces always get -1. Use `ignore`.")
def always_minus_one(labels, word_ids, ignore=-1):
    return ref.align_labels(labels, word_ids, -1)


@align_labels.mistake("Those are the numbers of the words. Return their labels.")
def numbers_of_words(labels, word_ids, ignore=-1):
    return ref.align_labels(list(range(len(labels))), word_ids, ignore)


@align_labels.mistake(
    "A word with the same label as the word before has lost it. Compare words, not "
    "labels."
)
def compares_labels(labels, word_ids, ignore=-1):
    out, before = [], None
    for word in word_ids:
        label = None if word is None else labels[word]
        out.append(ignore if word is None or label == before else label)
        before = label
    return out


@align_labels.mistake("Pieces that belong to no word get 0. They should get `ignore`.")
def zeros_for_none(labels, word_ids, ignore=-1):
    aligned = ref.align_labels(labels, word_ids, ignore)
    return [0 if w is None else x for w, x in zip(word_ids, aligned, strict=True)]


@align_labels.right
def align_by_pairs(labels, word_ids, ignore=-1):
    pairs = zip(word_ids, [None, *word_ids[:-1]], strict=True)
    return [ignore if w is None or w == b else labels[w] for w, b in pairs]


@align_labels.right
def align_by_set(labels, word_ids, ignore=-1):
    out, met = [ignore] * len(word_ids), set()
    for i, word in enumerate(word_ids):
        if word is not None and word not in met:
            out[i] = labels[word]
            met.add(word)
    return out


@align_labels.right
def align_by_index(labels, word_ids, ignore=-1):
    out = [ignore for _ in word_ids]
    for word in range(len(labels)):
        if word in word_ids:
            out[word_ids.index(word)] = labels[word]
    return out


@lab.check("entity_f1", points=4)
def entity_f1(rng):
    """Labels as letters and numbers, several sentences, no entities.

    The statement: whole entities, both ends and the label · an entity ends with its
    sentence · `outside` is none · counted over all sentences, then divided · 0 where
    the denominator is 0.
    """

    def noisy(letters, outside):
        true = [rng.choice(letters, rng.integers(2, 9)).tolist() for _ in range(6)]
        guess = [
            [
                one if rng.random() < 0.75 else other
                for one, other in zip(row, rng.permutation(row).tolist(), strict=True)
            ]
            for row in true
        ]
        return true, guess, outside

    wrong = [
        (ref.entity_f1, one)
        for one in (
            word_by_word,
            outside_counts,
            precision_and_recall_swapped,
            labels_not_compared,
            plain_mean,
            across_sentences,
            ends_not_compared,
            overlap_is_enough,
            loses_the_last,
            forgets_the_sentence,
        )
    ]
    for letters, outside in [(["A", "B", "O"], "O"), ([3, 4, 5, 6], 5)] * 3:
        true, guess, outside = drawn(
            lambda a=letters, b=outside: noisy(a, b), differ=wrong
        )
        yield case(true, guess, *([] if outside == "O" else [outside]))
    one, other = rng.permutation(["PER", "ORG", "LOC", "TIME", "ART"])[:2].tolist()
    n, k = rng.integers(2, 6, 2).tolist()
    yield case([[one] * n, [one, "O"]], [["O"] * n, ["O", "O"]])
    yield case([["O"] * k], [[one] + ["O"] * (k - 1)])
    yield case([[one] * n + [other] + [one] * k], [[one] * n + [other] + [one] * k])
    yield case([[], [other] * n], [[], [other] * n])


def _entities(sentences, outside, *, join=False, label=True, ends=True):
    found, offset = [], 0
    for number, labels in enumerate(sentences):
        start = 0
        for end in range(1, len(labels) + 1):
            if end == len(labels) or labels[end] != labels[start]:
                if labels[start] != outside:
                    found.append(
                        (
                            0 if join else number,
                            start + offset * join,
                            end + offset * join if ends else 0,
                            labels[start] if label else 0,
                        )
                    )
                start = end
        offset += len(labels)
    return set(found)


def _scores(truth, guess):
    right = len(truth & guess)
    p = right / len(guess) if guess else 0.0
    r = right / len(truth) if truth else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


@entity_f1.mistake("Single words were counted. An entity counts only as a whole.")
def word_by_word(true, predicted, outside="O"):
    truth = {
        (i, j, x) for i, s in enumerate(true) for j, x in enumerate(s) if x != outside
    }
    guess = {
        (i, j, x)
        for i, s in enumerate(predicted)
        for j, x in enumerate(s)
        if x != outside
    }
    return _scores(truth, guess)


@entity_f1.mistake("Words labelled `outside` were counted as entities.")
def outside_counts(true, predicted, outside="O"):
    nobody = object()
    return _scores(_entities(true, nobody), _entities(predicted, nobody))


@entity_f1.mistake("Precision and recall are swapped.")
def precision_and_recall_swapped(true, predicted, outside="O"):
    return ref.entity_f1(predicted, true, outside)


@entity_f1.mistake("The labels were not compared, only the two ends of entities.")
def labels_not_compared(true, predicted, outside="O"):
    return _scores(
        _entities(true, outside, label=False),
        _entities(predicted, outside, label=False),
    )


@entity_f1.mistake(
    "F1 is the arithmetic mean of precision and recall here. It should be the harmonic "
    "mean."
)
def plain_mean(true, predicted, outside="O"):
    p, r, _ = ref.entity_f1(true, predicted, outside)
    return p, r, (p + r) / 2


@entity_f1.mistake(
    "An entity goes on into the next sentence. It ends where its sentence ends."
)
def across_sentences(true, predicted, outside="O"):
    def flat(sentences):
        return [[label for row in sentences for label in row]]

    return _scores(_entities(flat(true), outside), _entities(flat(predicted), outside))


@entity_f1.mistake("The ends of entities were not compared, only where they start.")
def ends_not_compared(true, predicted, outside="O"):
    return _scores(
        _entities(true, outside, ends=False), _entities(predicted, outside, ends=False)
    )


@entity_f1.mistake("It divides by 0 if there are no entities. Return 0.0 then.")
def divides_by_zero(true, predicted, outside="O"):
    truth, guess = _entities(true, outside), _entities(predicted, outside)
    p, r = len(truth & guess) / len(guess), len(truth & guess) / len(truth)
    return p, r, 2 * p * r / (p + r)


@entity_f1.mistake(
    "The scores of single sentences were averaged. Count over all sentences, then "
    "divide once."
)
def averages_over_sentences(true, predicted, outside="O"):
    rows = [
        _scores(_entities([one], outside), _entities([other], outside))
        for one, other in zip(true, predicted, strict=True)
    ]
    return tuple(float(x) for x in np.mean(rows, axis=0))


@entity_f1.mistake(
    'Words outside of entities always have the label "O" here. Use `outside`.'
)
def outside_is_always_o(true, predicted, outside="O"):
    return _scores(_entities(true, "O"), _entities(predicted, "O"))


@entity_f1.mistake(
    "Entities count as right if they overlap. Both ends and the label must be equal."
)
def overlap_is_enough(true, predicted, outside="O"):
    truth, guess = _entities(true, outside), _entities(predicted, outside)

    def hits(these, others):
        return sum(
            any(n == m and x == y and a < d and c < b for m, c, d, y in others)
            for n, a, b, x in these
        )

    p = hits(guess, truth) / len(guess) if guess else 0.0
    r = hits(truth, guess) / len(truth) if truth else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


@entity_f1.mistake(
    "An entity at the end of a sentence is lost. Add the last run of labels too."
)
def loses_the_last(true, predicted, outside="O"):
    def without_last(sentences):
        whole = _entities(sentences, outside)
        return {one for one in whole if one[2] != len(sentences[one[0]])}

    return _scores(without_last(true), without_last(predicted))


@entity_f1.mistake(
    "Entities of different sentences are taken for the same. Keep the number of the "
    "sentence with each."
)
def forgets_the_sentence(true, predicted, outside="O"):
    truth, guess = (
        {one[1:] for one in _entities(sentences, outside)}
        for sentences in (true, predicted)
    )
    return _scores(truth, guess)


@entity_f1.right
def f1_by_sets(true, predicted, outside="O"):
    return _scores(_entities(true, outside), _entities(predicted, outside))


@entity_f1.right
def f1_by_groupby(true, predicted, outside="O"):
    def spans(sentences):
        found = []
        for i, row in enumerate(sentences):
            for label, run in groupby(enumerate(row), key=lambda pair: pair[1]):
                indices = [j for j, _ in run]
                if label != outside:
                    found.append((i, label, indices[0], indices[-1]))
        return found

    truth, guess = spans(true), spans(predicted)
    right = sum(one in truth for one in guess)
    total = len(truth) + len(guess)
    return (
        right / max(len(guess), 1),
        right / max(len(truth), 1),
        2 * right / total if total else 0.0,
    )


@entity_f1.right
def f1_by_counting(true, predicted, outside="O"):
    tp = fp = fn = 0
    for one, other in zip(true, predicted, strict=True):
        a, b = _entities([one], outside), _entities([other], outside)
        tp, fp, fn = tp + len(a & b), fp + len(b - a), fn + len(a - b)
    p, r = tp / (tp + fp or 1), tp / (tp + fn or 1)
    return p, r, 2 * tp / (2 * tp + fp + fn or 1)


@lab.check("answer_span", points=3)
def answer_span(rng):
    """Ends before starts, spans too long, ties, one word, masked positions."""
    wrong = [
        (ref.answer_span, one)
        for one in (
            chosen_separately,
            start_first,
            end_before_start,
            without_limit,
            one_word_too_long,
            at_least_two_words,
        )
    ]
    for T, max_len, differ, same in [
        (7, 3, wrong[:5], wrong[5:]),
        (12, 1, wrong, []),
        (5, 9, [*wrong[:3], wrong[5]], wrong[3:5]),
    ]:
        yield case(
            *drawn(
                lambda T=T, n=max_len: (*(2 * rng.normal(size=(2, T))), n),
                differ=[
                    *differ,
                    *(
                        (ref.answer_span, one)
                        for one in (multiplies_the_logits, end_first, lambda *_: (0, 0))
                    ),
                ],
                same=same,
            )
        )
    start, end = 0.3 * rng.normal(size=(2, 9))
    start[1], end[[2, 4, 7]] = 10.0, [4.0, 6.0, 8.0]  # 4 is one too far, 7 farther
    yield case(start, end, 3)
    start, end = 0.3 * rng.normal(size=(2, 10))
    start[5], end[[1, 6, 8]] = 10.0, [12.0, 8.0, 11.0]  # before, allowed, too far
    yield case(start, end, 2)
    start, end = 0.3 * rng.normal(size=(2, 9))
    start[[2, 6]], end[7] = [5.0, 4.0], 6.0  # the best start has no good end
    yield case(start, end, 2)
    yield case(np.where(np.arange(9) < 4, -1e9, start), end - 50, 3)
    level = rng.integers(1, 9)  # equal sums: the earliest start, then the shortest
    start, end = np.array([[0.0, 0, 0, 1, 1, 0, 1], [0, 0, 0, 2, 2, 2, 2]])
    yield case(level * start, end, 2)
    yield case(np.array([rng.normal()]), np.array([rng.normal()]), 3)


def _span(start, end, allowed):
    scores = np.asarray(start)[:, None] + np.asarray(end)[None]
    i, j = np.indices(scores.shape)
    scores = np.where(allowed(i, j), scores, -np.inf)
    return tuple(int(x) for x in np.unravel_index(scores.argmax(), scores.shape))


@answer_span.mistake(
    "Start and end were chosen separately, so the end may come before the start, or "
    "too far after it."
)
def chosen_separately(start_logits, end_logits, max_len):
    return int(np.argmax(start_logits)), int(np.argmax(end_logits))


@answer_span.mistake("The length of the span is not limited: use `max_len`.")
def without_limit(start_logits, end_logits, max_len):
    return _span(start_logits, end_logits, lambda i, j: j >= i)


@answer_span.mistake(
    "Spans may be one word too long: with both ends included, a span has end − start + "
    "1 words."
)
def one_word_too_long(start_logits, end_logits, max_len):
    return _span(start_logits, end_logits, lambda i, j: (j >= i) & (j <= i + max_len))


@answer_span.mistake("Spans of one word are not allowed here. They should be.")
def at_least_two_words(start_logits, end_logits, max_len):
    if len(start_logits) == 1:
        return 0, 0
    return _span(
        start_logits, end_logits, lambda i, j: (j > i) & (j < i + max(max_len, 2))
    )


@answer_span.mistake(
    "The best start was chosen first, then the best end for it. Choose both together."
)
def start_first(start_logits, end_logits, max_len):
    start = int(np.argmax(start_logits))
    return start, start + int(np.argmax(end_logits[start : start + max_len]))


@answer_span.mistake("The end may come before the start here. It must not.")
def end_before_start(start_logits, end_logits, max_len):
    return _span(start_logits, end_logits, lambda i, j: j < i + max_len)


@answer_span.mistake("The two scores were multiplied. Add them.")
def multiplies_the_logits(start_logits, end_logits, max_len):
    scores = np.multiply.outer(start_logits, end_logits)
    i, j = np.indices(scores.shape)
    scores = np.where((j >= i) & (j < i + max_len), scores, -np.inf)
    return tuple(int(x) for x in np.unravel_index(scores.argmax(), scores.shape))


@answer_span.mistake(
    "Of spans with equal sums, the last one was returned. Return the one that starts "
    "first."
)
def last_of_equal_spans(start_logits, end_logits, max_len):
    best, span = -np.inf, (0, 0)
    for i in range(len(start_logits)):
        for j in range(i, min(i + max_len, len(end_logits))):
            if start_logits[i] + end_logits[j] >= best:
                best, span = start_logits[i] + end_logits[j], (i, j)
    return span


@answer_span.mistake("The end is one too large: the end is included in the span.")
def end_excluded(start_logits, end_logits, max_len):
    start, end = ref.answer_span(start_logits, end_logits, max_len)
    return start, end + 1


@answer_span.mistake(
    "Of spans with equal sums and the same start, a longer one was returned. Return "
    "the shortest."
)
def longest_of_equal_spans(start_logits, end_logits, max_len):
    best, span = -np.inf, (0, 0)
    for i in range(len(start_logits)):
        for j in reversed(range(i, min(i + max_len, len(end_logits)))):
            if start_logits[i] + end_logits[j] > best:
                best, span = start_logits[i] + end_logits[j], (i, j)
    return span


@answer_span.mistake(
    "The best end was chosen first, then the best start for it. Choose both together."
)
def end_first(start_logits, end_logits, max_len):
    end = int(np.argmax(end_logits))
    first = max(0, end - max_len + 1)
    return first + int(np.argmax(start_logits[first : end + 1])), end


@answer_span.right
def span_by_loops(start_logits, end_logits, max_len):
    best, span = -np.inf, (0, 0)
    for i in range(len(start_logits)):
        for j in range(i, min(i + max_len, len(end_logits))):
            if start_logits[i] + end_logits[j] > best:
                best, span = start_logits[i] + end_logits[j], (i, j)
    return span


@answer_span.right
def span_by_triangles(start_logits, end_logits, max_len):
    scores = np.add.outer(start_logits, end_logits)
    allowed = np.triu(np.ones_like(scores)) - np.triu(np.ones_like(scores), max_len)
    best = int(np.argmax(np.where(allowed == 1, scores, -np.inf)))
    return divmod(best, len(end_logits))


@answer_span.right
def span_by_sorting(start_logits, end_logits, max_len):
    spans = [
        (i, j)
        for i in range(len(start_logits))
        for j in range(i, len(end_logits))
        if j - i < max_len
    ]
    return max(spans, key=lambda s: start_logits[s[0]] + end_logits[s[1]])


THINGS = [
    "garden",
    "kitchen",
    "hat",
    "river",
    "castle",
    "window",
    "engine",
    "island",
    "letter",
    "bridge",
    "mirror",
    "ladder",
    "valley",
    "harbour",
    "candle",
    "forest",
]
ADJECTIVES = [
    "red",
    "old",
    "quiet",
    "broken",
    "golden",
    "narrow",
    "distant",
    "heavy",
    "green",
    "new",
    "loud",
    "silver",
    "wooden",
    "empty",
    "bright",
    "frozen",
]


def _pairs(rng):
    """Pairs of predicted and true answers of every type, with other words each time.

    Punctuation is what SQuAD's script takes out: the 32 signs of ASCII, `_` among them,
    but not ’ and –.
    """
    one, other, third = rng.permutation(THINGS)[:3].tolist()
    red, old, blue = rng.permutation(ADJECTIVES)[:3].tolist()
    return {
        "same": [(f"The {one}.", one), (f"{one.title()} the", f"a {one.title()}!")],
        "apart": [(f"the {other}", f"the {one}"), (one, one + "s")],
        "repeated": [
            (f"{red} {red} {one}", f"a {red} {one}"),
            (f"{red} {red} {one}", f"{one}, {red} {red} {blue} {old}"),
            (f"{old} {one} {one}.", f"{one} {third} {one} {one} {one} the {red} {one}"),
        ],
        "often": [
            (f"{red} {red} {one} {other}", f"{one} {red} {red} {red} {blue}"),
            (f"{one} {one} {one} the {red}", f"{red} {one} {other} {third}"),
            (f"{blue} {one} {blue}", f"{blue} {blue} {blue} {one} {old} {third} {red}"),
        ],
        "in part": [
            (one, f"another {one}, a {red} one"),
            (f"{one} the {other} {red}", f"An {other}"),
            (f"A {red}, {old} {third}", f"the {old} {third} by the {one}"),
            (f"{blue} {third} {third} {one}", f"The {third} in the {blue} {other}"),
        ],
        "turned": [(f"{one} {red}", f"{red} {one}")],
        "but for signs": [(f"{red.title()} {one}!", f"{red} {one}")],
        "not ASCII": [
            (f"{red} {one}’s {other}", f"{red} {one}s {other}"),
            (f"{old}–{blue} {one} {third} {red}", f"{old}{blue} {one} {third} {red}"),
        ],
        "an underscore": [(f"{red}_{one}", f"{red}{one}")],
        "empty": [("", one), (f"the {red}", "an")],
        "both empty": [("the", "a")],
    }


@lab.check("exact_match", points=2, all_or_nothing=True)
def exact_match(rng):
    """Articles, capitals, punctuation, order, empty answers.

    There are only two answers: a coin would be right in half of the cases.
    """
    for pairs in _pairs(rng).values():
        for prediction, truth in pairs:
            yield case(prediction, truth)


@exact_match.mistake(
    "The answers were compared without being normalized by `normalize`."
)
def compares_strings(prediction, truth):
    return int(prediction == truth)


@exact_match.mistake("The order of the words was ignored. It must be the same.")
def order_lost(prediction, truth):
    return int(sorted(ref.normalize(prediction)) == sorted(ref.normalize(truth)))


@exact_match.mistake("Only one of the two answers was normalized.")
def one_normalized(prediction, truth):
    return int(ref.normalize(prediction) == truth.split())


@exact_match.mistake(
    "An answer counts if it contains the true one. The two must be equal."
)
def contained(prediction, truth):
    return int(" ".join(ref.normalize(truth)) in " ".join(ref.normalize(prediction)))


def _words(answer, *, articles=True, keep=lambda c: c not in string.punctuation):
    """An answer's words, normalized in another way."""
    plain = "".join(c for c in answer.lower() if keep(c))
    return (re.sub(r"\b(a|an|the)\b", " ", plain) if articles else plain).split()


@exact_match.mistake("The articles a, an and the were not left out.")
def keeps_articles(prediction, truth):
    one, other = (_words(x, articles=False) for x in (prediction, truth))
    return int(one == other)


@exact_match.mistake(
    "More than ASCII punctuation was left out, such as ’ or –, or `_` was kept. Use "
    "`normalize`."
)
def letters_and_digits_only(prediction, truth):
    one, other = (
        _words(x, keep=lambda c: c.isalnum() or c.isspace() or c == "_")
        for x in (prediction, truth)
    )
    return int(one == other)


@exact_match.mistake(
    "Sets of words were compared. Order and repeated words matter: compare lists."
)
def sets_compared(prediction, truth):
    return int(set(ref.normalize(prediction)) == set(ref.normalize(truth)))


@exact_match.right
def match_joined(prediction, truth):
    return " ".join(ref.normalize(prediction)) == " ".join(ref.normalize(truth))


@exact_match.right
def match_by_hand(prediction, truth):
    return 1.0 if _words(prediction) == _words(truth) else 0.0


@exact_match.right
def match_word_by_word(prediction, truth):
    one, other = ref.normalize(prediction), ref.normalize(truth)
    return len(one) == len(other) and all(
        a == b for a, b in zip(one, other, strict=True)
    )


@lab.check("token_f1", points=3)
def token_f1(rng):
    """Overlap in part, repeated words, articles, empty answers.

    The statement: normalized words · as often as in both · 1 if both have no words
    left, 0 if one has none.
    """
    pairs = _pairs(rng)
    chosen = [
        *pairs["same"][:2],
        *pairs["repeated"],
        *pairs["in part"],
        *pairs["often"],
        *pairs["not ASCII"],
        *pairs["both empty"],
    ]
    for prediction, truth in [*chosen, *pairs["empty"]]:
        yield case(prediction, truth)


def _overlap(guess, true):
    return sum((Counter(guess) & Counter(true)).values())


@token_f1.mistake(
    "A repeated word counts too much: it must occur as often in the other answer."
)
def repeated_words(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    p = sum(word in true for word in guess) / len(guess)
    r = sum(word in guess for word in true) / len(true)
    return 2 * p * r / (p + r) if p + r else 0.0


@token_f1.mistake(
    "A repeated word counts too much: it must occur as often in the other answer."
)
def repeats_of_the_prediction(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return 2 * sum(word in true for word in guess) / (len(guess) + len(true))


@token_f1.mistake("Common words were counted as a set, but the lengths as lists.")
def common_as_a_set(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return 2 * len(set(guess) & set(true)) / (len(guess) + len(true))


@token_f1.mistake("Words were counted as sets, which forget how often a word occurs.")
def sets_of_words(prediction, truth):
    guess, true = set(ref.normalize(prediction)), set(ref.normalize(truth))
    if not guess or not true:
        return float(guess == true)
    return 2 * len(guess & true) / (len(guess) + len(true))


@token_f1.mistake("The answers were not normalized.")
def words_not_normalized(prediction, truth):
    guess, true = prediction.split(), truth.split()
    if not guess or not true:
        return float(guess == true)
    return 2 * _overlap(guess, true) / (len(guess) + len(true))


@token_f1.mistake("That is the precision. F1 combines it with the recall.")
def precision_alone(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) / len(guess)


@token_f1.mistake("That is the recall. F1 combines it with the precision.")
def recall_alone(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) / len(true)


@token_f1.mistake(
    "It fails if an answer has no words left. Look at what the task says of that case."
)
def fails_on_empty(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    common = _overlap(guess, true)
    p, r = common / len(guess), common / len(true)
    return 2 * p * r / (p + r) if p + r else 0.0


@token_f1.mistake(
    "That is the arithmetic mean of precision and recall. F1 is the harmonic mean."
)
def mean_of_both(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    common = _overlap(guess, true)
    return (common / len(guess) + common / len(true)) / 2


@token_f1.mistake("The factor 2 is missing: F1 is 1 for equal answers.")
def without_the_two(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) / (len(guess) + len(true))


@token_f1.mistake("That is precision times recall. F1 is their harmonic mean.")
def product_of_both(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not guess or not true:
        return float(guess == true)
    return _overlap(guess, true) ** 2 / (len(guess) * len(true))


@token_f1.mistake(
    "If both answers have no words left, they are equal, and F1 is not 0."
)
def zero_if_both_are_empty(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    common = _overlap(guess, true)
    return 2 * common / (len(guess) + len(true)) if common else 0.0


@token_f1.right
def f1_by_precision_and_recall(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    common = _overlap(guess, true)
    if not common:
        return int(guess == true)
    p, r = common / len(guess), common / len(true)
    return 2 * p * r / (p + r)


@token_f1.right
def f1_by_removing(prediction, truth):
    guess, left = ref.normalize(prediction), ref.normalize(truth)
    total, common = len(guess) + len(left), 0
    for word in guess:
        if word in left:
            left.remove(word)
            common += 1
    return 2 * common / total if total else 1.0


@token_f1.right
def f1_by_counts(prediction, truth):
    guess, true = ref.normalize(prediction), ref.normalize(truth)
    if not (guess and true):
        return 1.0 if guess == true else 0.0
    common = sum(min(guess.count(word), true.count(word)) for word in set(guess))
    return np.float64(common / ((len(guess) + len(true)) / 2))


lab.concept(
    "span_f1",
    points=1,
    answer=0.33,
    digits=2,
    why="Without articles: five words and one word, so P = 1/5, R = 1 and F1 = 2/6.",
    because={
        0.44: "The articles were counted; they are left out in both answers.",
        0.2: "That is the precision; F1 combines it with the recall.",
        1.0: "That is the recall; F1 combines it with the precision.",
        0.6: "That is the arithmetic mean of P and R. F1 is the harmonic mean.",
        0.0: "That is the exact match. One of the five words is right.",
    },
)


# --- writing text --------------------------------------------------------------------


@lab.check("generate", points=4, driver="generated", atol=0.05)
def generate(rng):
    """Greedy and k = 1, prompts longer than the context, temperatures, the top k."""
    for temperature, top_k, n, context, wrong in [
        (0, None, 1, 9, [first_position]),
        (
            0.7,
            1,
            5,
            3,
            [
                first_position,
                context_ignored,
                top_k_ignored,
                last_token_only,
                first_tokens,
            ],
        ),
        (0, 3, 4, 2, [first_position, context_ignored, last_token_only, first_tokens]),
    ]:
        while True:
            given = {
                "table": 3 * rng.normal(size=(7, 7)),
                "prompt": rng.integers(0, 7, n).tolist(),
                "temperature": temperature,
                "top_k": top_k,
                "length": 9,
                "context": context,
            }
            right = written(ref.generate, **given)
            if all((written(one, **given) != right).any() for one in wrong):
                break
        yield case("tokens", **given)
    for temperature, top_k in [(1.0, None), (0.5, None), (2.5, None), (1.5, 3)]:
        logits = rng.permutation([0.0, 0.5, 1.1, 1.8, -0.6])
        yield case(
            "shares",
            logits=logits,
            temperature=temperature,
            top_k=top_k,
            seed=int(rng.integers(1, 99)),
        )


def _write(
    model,
    prompt,
    temperature,
    top_k,
    rng,
    length,
    context,
    *,
    crop=True,
    use=lambda z, t: z / t,
    keep=True,
    position=-1,
):
    ids = list(prompt)
    for _ in range(length):
        window = ids[-context:] if crop else ids
        z = np.asarray(model(np.array([window])), float)[0, position]
        if top_k is not None and keep:
            z = np.where(z >= np.sort(z)[-top_k], z, -np.inf)
        if temperature == 0:
            ids.append(int(z.argmax()))
            continue
        z = use(z, temperature)
        p = np.exp(z - z.max())
        ids.append(int(rng.choice(len(p), p=p / p.sum())))
    return np.array(ids)


@generate.mistake("The temperature has no effect. Divide the scores by it.")
def temperature_ignored(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(
        model, prompt, temperature, top_k, rng, length, context, use=lambda z, t: z
    )


@generate.mistake("The scores were multiplied by the temperature. Divide by it.")
def temperature_multiplied(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    return _write(
        model, prompt, temperature, top_k, rng, length, context, use=lambda z, t: z * t
    )


@generate.mistake("All tokens may be drawn. Allow only the `top_k` best.")
def top_k_ignored(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, keep=False)


@generate.mistake(
    "The model gets more than `context` tokens. Give it only the last ones."
)
def context_ignored(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, crop=False)


@generate.mistake(
    "The scores at the first position were used. Those at the last one predict the "
    "next token."
)
def first_position(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context, position=0)


@generate.mistake("The prompt is missing from the result.")
def without_the_prompt(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = _write(model, prompt, temperature, top_k, rng, length, context)
    return ids[len(prompt) :]


@generate.mistake(
    "It always takes the best token. Draw a token unless the temperature is 0."
)
def always_greedy(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, 0, top_k, rng, length, context)


@generate.mistake(
    "All tokens are drawn with the same probability, whatever their scores."
)
def drawn_uniformly(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(
        model,
        prompt,
        temperature,
        top_k,
        rng,
        length,
        context,
        use=lambda z, t: np.where(np.isfinite(z), 0.0, z),
    )


@generate.mistake(
    "The draws do not come from `rng`: equal generators give different texts."
)
def draws_from_elsewhere(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    rng = np.random.default_rng()
    return _write(model, prompt, temperature, top_k, rng, length, context)


@generate.mistake(
    "The text is too short: `length` is the number of new tokens, without the prompt."
)
def length_counts_the_prompt(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    length -= len(prompt)
    return _write(model, prompt, temperature, top_k, rng, length, context)


@generate.mistake("The `top_k` tokens with the lowest scores are kept. Keep the best.")
def keeps_the_worst(model, prompt, temperature, top_k, rng, length=100, context=64):
    def turned(ids):
        scores = np.array(model(ids), float)
        if top_k is not None:
            row = scores[0, -1]
            row[row > np.sort(row)[top_k - 1]] = -np.inf
        return scores

    return _write(turned, prompt, temperature, None, rng, length, context)


@generate.mistake(
    "The model gets the first `context` tokens of the text. Give it the last ones."
)
def first_tokens(model, prompt, temperature, top_k, rng, length=100, context=64):
    ids = list(prompt)
    for _ in range(length):
        new = _write(
            lambda _: model(np.array([ids[:context]])),
            ids,
            temperature,
            top_k,
            rng,
            1,
            context,
        )
        ids.append(int(new[-1]))
    return np.array(ids)


@generate.mistake(
    "The model gets only the last token. Give it the last `context` ones."
)
def last_token_only(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, 1)


@generate.mistake(
    "The scores of the other tokens were set to 0, so they can still be drawn. Set "
    "them to minus infinity."
)
def zeros_for_the_others(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    def changed(ids):
        scores = np.array(model(ids), float)
        if top_k is not None:
            row = scores[0, -1]
            row[row < np.sort(row)[-top_k]] = 0
        return scores

    return _write(changed, prompt, temperature, None, rng, length, context)


@generate.mistake("One token too few may be drawn: `top_k` of them are allowed.")
def one_of_the_best_too_few(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    few = top_k if top_k in (None, 1) else top_k - 1
    return _write(model, prompt, temperature, few, rng, length, context)


@generate.right
def write_by_cumulative_sum(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    ids = [int(i) for i in prompt]
    for _ in range(length):
        z = np.array(model(np.array(ids[-context:])[None])[0][-1], dtype=float)
        if top_k:
            z[np.argsort(z)[:-top_k]] = -np.inf
        if not temperature:
            ids.append(int(np.argmax(z)))
            continue
        p = np.exp((z - z.max()) / temperature)
        edges = np.cumsum(p) / p.sum()
        ids.append(int(np.searchsorted(edges, rng.random())))
    return ids


@generate.right
def write_with_choice(model, prompt, temperature, top_k, rng, length=100, context=64):
    return _write(model, prompt, temperature, top_k, rng, length, context)


@generate.right
def write_among_the_best(
    model, prompt, temperature, top_k, rng, length=100, context=64
):
    ids = np.array(prompt, int)
    while len(ids) < len(prompt) + length:
        scores = model(ids[np.newaxis, -context:])[0, -1]
        best = np.argsort(-scores)[: top_k or len(scores)]
        if temperature == 0:
            new = best[0]
        else:
            p = np.exp((scores[best] - scores[best].max()) / temperature)
            new = rng.choice(best, p=p / p.sum())
        ids = np.append(ids, new)
    return ids

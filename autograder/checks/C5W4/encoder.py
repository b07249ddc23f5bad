"""Hidden tests of C5W4: many heads, one encoder."""

import numpy as np

from autograder.checks.C5W4.common import (
    embed_tokens,
    lab,
    ref,
    some_masked,
    version_of,
)
from autograder.checks.check import case
from helpers import nn


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
    yield case(q, k, v, 2, some_masked(rng, (3, 1, 5)))
    shapes = [(1, 3, 4), (1, 4, 4), (1, 4, 4)]
    q, k, v = (rng.normal(size=shape) for shape in shapes)
    yield case(q, k, v, 1, None)
    yield case(q, k, v, 4, some_masked(rng, (1, 3, 4)))


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
@version_of("MultiHeadAttention")
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
@version_of("MultiHeadAttention")
def joins_without_transpose(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask, join=lambda out: out.reshape(q.shape))


@multi_head_attention.mistake("The last projection, `self.output`, is missing.")
@version_of("MultiHeadAttention")
def without_output_projection(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask, output=False)


@multi_head_attention.mistake(
    "The inputs were not projected by `self.query`, `self.key` and `self.value`."
)
@version_of("MultiHeadAttention")
def without_projections(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask, project=False)


@multi_head_attention.mistake("The mask is not used.")
@version_of("MultiHeadAttention")
def heads_without_mask(self, q, k, v, mask=None):
    return _many(self, q, k, v)


@multi_head_attention.mistake(
    "Keys and values are swapped: queries are compared with keys, values are averaged."
)
@version_of("MultiHeadAttention")
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
@version_of("MultiHeadAttention")
def key_and_value_inputs_swapped(self, q, k, v, mask=None):
    return _many(self, q, v, k, mask)


@multi_head_attention.mistake(
    "There is one head with all coordinates. Split the vectors into heads."
)
@version_of("MultiHeadAttention")
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
@version_of("MultiHeadAttention")
def averages_weights(self, q, k, v, mask=None):
    out, weights = _many(self, q, k, v, mask)
    return out, weights.mean(axis=1)


@multi_head_attention.mistake(
    "Queries, keys and values all come from one projection. Each has its own."
)
@version_of("MultiHeadAttention")
def one_projection_for_all(self, q, k, v, mask=None):
    self.key = self.value = self.query
    return _many(self, q, k, v, mask)


@multi_head_attention.right
@version_of("MultiHeadAttention")
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
@version_of("MultiHeadAttention")
def heads_by_helper(self, q, k, v, mask=None):
    return _many(self, q, k, v, mask=mask)


@multi_head_attention.right
@version_of("MultiHeadAttention")
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
    yield case(2 * rng.normal(size=(3, 3, 4)), 1, 9, some_masked(rng, (3, 1, 3)))
    yield case(rng.normal(size=(1, 5, 8)), 2, 4, None)


@encoder_layer.mistake(
    "The input is added after the normalization, x + norm(…). Add first, then "
    "normalize the sum."
)
@version_of("EncoderLayer")
def adds_after_the_norm(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = x + self.norm1(self.dropout1(attended))
    return x + self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The inputs of attention and feed-forward network are normalized (pre-norm). Here "
    "each sum is normalized (post-norm)."
)
@version_of("EncoderLayer")
def norm_first(self, x, mask=None):
    n = self.norm1(x)
    attended, weights = self.mha(n, n, n, mask=mask)
    x = x + self.dropout1(attended)
    return x + self.dropout2(self.ffn(self.norm2(x))), weights


@encoder_layer.mistake("The skip connections are missing: add the input.")
@version_of("EncoderLayer")
def encoder_without_skips(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(self.dropout1(attended))
    return self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The skip connection around the feed-forward network is missing: its output was "
    "normalized alone."
)
@version_of("EncoderLayer")
def no_skip_around_the_network(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + self.dropout1(attended))
    return self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The skip connection around the attention is missing: its output was normalized "
    "alone."
)
@version_of("EncoderLayer")
def no_skip_around_the_attention(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(self.dropout1(attended))
    return self.norm2(x + self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The second sum adds the layer's input. Add the output of the first norm."
)
@version_of("EncoderLayer")
def adds_the_input_twice(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    first = self.norm1(x + self.dropout1(attended))
    return self.norm2(x + self.dropout2(self.ffn(first))), weights


@encoder_layer.mistake("Dropout is not applied before the additions.")
@version_of("EncoderLayer")
def encoder_without_dropout(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + attended)
    return self.norm2(x + self.ffn(x)), weights


@encoder_layer.mistake("The mask does not reach the attention.")
@version_of("EncoderLayer")
def encoder_layer_without_mask(self, x, mask=None):
    attended, weights = self.mha(x, x, x)
    x = self.norm1(x + self.dropout1(attended))
    return self.norm2(x + self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The feed-forward network gets the layer's input, not the output of the first norm."
)
@version_of("EncoderLayer")
def network_reads_the_input(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    first = self.norm1(x + self.dropout1(attended))
    return self.norm2(first + self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake(
    "The second sum adds after the normalization, x + norm(…). Add first, then "
    "normalize the sum."
)
@version_of("EncoderLayer")
def second_sum_after_the_norm(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + self.dropout1(attended))
    return x + self.norm2(self.dropout2(self.ffn(x))), weights


@encoder_layer.mistake("`norm1` is used twice. The second sum has its own, `norm2`.")
@version_of("EncoderLayer")
def same_norm_twice(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    x = self.norm1(x + self.dropout1(attended))
    return self.norm1(x + self.dropout2(self.ffn(x))), weights


@encoder_layer.right
@version_of("EncoderLayer")
def encoder_layer_step_by_step(self, x, mask=None):
    attended, weights = self.mha(x, x, x, mask=mask)
    between = self.norm1(nn.add(self.dropout1(attended), x))
    added = self.dropout2(self.ffn(between))
    return self.norm2(nn.add(added, between)), weights


@encoder_layer.right
@version_of("EncoderLayer")
def encoder_layer_mask_by_position(self, x, mask=None):
    result = self.mha(x, x, x, mask)
    x = self.norm1(self.dropout1(result[0]) + x)
    x = self.norm2(self.dropout2(self.ffn(x)) + x)
    return x, result[1]


@encoder_layer.right
@version_of("EncoderLayer")
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
        mask = some_masked(rng, (m, 1, T)) if m > 1 else None
        yield case(ids, sizes, mask)


def _through(self, x, mask):
    weights = []
    for layer in self.layers:
        x, w = layer(x, mask=mask)
        weights.append(w)
    return x, weights


@encoder.mistake("The embeddings were not multiplied by the square root of their size.")
@version_of("Encoder")
def embedding_not_scaled(self, token_ids, mask=None):
    return _through(self, embed_tokens(self, token_ids, scale=False), mask)


@encoder.mistake("The positional encoding is not added.")
@version_of("Encoder")
def without_positions(self, token_ids, mask=None):
    return _through(self, embed_tokens(self, token_ids, positions=False), mask)


@encoder.mistake(
    "The positional encoding was multiplied too. Scale the embeddings before you add "
    "it."
)
@version_of("Encoder")
def positions_scaled_too(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    x = self.dropout((x + self.pos_encoding[:, :T]) * d**0.5)
    return _through(self, x, mask)


@encoder.mistake("The dropout after the positional encoding is missing.")
@version_of("Encoder")
def embedding_not_dropped(self, token_ids, mask=None):
    return _through(self, embed_tokens(self, token_ids, drop=False), mask)


@encoder.mistake("The mask does not reach the layers.")
@version_of("Encoder")
def encoder_without_mask(self, token_ids, mask=None):
    return _through(self, embed_tokens(self, token_ids), None)


@encoder.mistake(
    "Every layer gets the embeddings. Give it the output of the layer before it."
)
@version_of("Encoder")
def layers_not_chained(self, token_ids, mask=None):
    start, weights = embed_tokens(self, token_ids), []
    for layer in self.layers:
        x, w = layer(start, mask=mask)
        weights.append(w)
    return x, weights


@encoder.mistake(
    "Only the last layer's weights were returned. Return a list with those of all "
    "layers."
)
@version_of("Encoder")
def last_weights_only(self, token_ids, mask=None):
    x, weights = _through(self, embed_tokens(self, token_ids), mask)
    return x, weights[-1]


@encoder.mistake(
    "The embeddings were divided by the square root of their size. Multiply by it."
)
@version_of("Encoder")
def embedding_divided(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    return _through(self, self.dropout(x * d**-0.5 + self.pos_encoding[:, :T]), mask)


@encoder.mistake(
    "The embeddings were multiplied by their size. Multiply by its square root."
)
@version_of("Encoder")
def embedding_times_d(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    T, d = x.shape[1:]
    return _through(self, self.dropout(x * d + self.pos_encoding[:, :T]), mask)


@encoder.right
@version_of("Encoder")
def encoder_step_by_step(self, token_ids, mask=None):
    return _through(self, embed_tokens(self, token_ids), mask)


@encoder.right
@version_of("Encoder")
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
@version_of("Encoder")
def encoder_with_np_sqrt(self, token_ids, mask=None):
    x = self.embedding(token_ids)
    x = x * float(np.sqrt(x.shape[-1]))
    x = self.dropout(self.pos_encoding[0, : np.shape(token_ids)[1]] + x)
    x, weights = _through(self, x, mask)
    return x, list(weights)

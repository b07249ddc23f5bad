"""Hidden tests of C5W4: the whole transformer."""

import numpy as np

from autograder.checks.C5W4.common import embed_tokens, lab, some_masked, version_of
from autograder.checks.check import case
from helpers import nn

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
        padding = some_masked(rng, (m, 1, T_x)) if masked else None
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
@version_of("DecoderLayer")
def keys_from_the_decoder(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, look_ahead_mask, None, keys=True, values=True)


@decoder_layer.mistake(
    "The second attention is a self-attention too. Its keys and values come from "
    "`enc_output`."
)
@version_of("DecoderLayer")
def second_self_attention(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(
        self, x, enc_output, look_ahead_mask, look_ahead_mask, keys=True, values=True
    )


@decoder_layer.mistake(
    "In cross-attention the queries come from the encoder. They should come from the "
    "decoder."
)
@version_of("DecoderLayer")
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
@version_of("DecoderLayer")
def masks_swapped(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, padding_mask, look_ahead_mask)


@decoder_layer.mistake(
    "Cross-attention takes only its keys from `enc_output`. The values come from it "
    "too."
)
@version_of("DecoderLayer")
def values_from_the_decoder(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask, values=True)


@decoder_layer.mistake("The future is not masked: the look-ahead mask is not used.")
@version_of("DecoderLayer")
def future_not_masked(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, None, padding_mask)


@decoder_layer.mistake("Cross-attention attends to padding: its mask is not used.")
@version_of("DecoderLayer")
def padding_not_masked(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    return _decode(self, x, enc_output, look_ahead_mask, None)


@decoder_layer.mistake(
    "The sum after the cross-attention adds the layer's input. Add the output of the "
    "first norm."
)
@version_of("DecoderLayer")
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
@version_of("DecoderLayer")
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
@version_of("DecoderLayer")
def queries_from_the_input(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask, query=x)


@decoder_layer.mistake("Dropout is not applied before the additions.")
@version_of("DecoderLayer")
def decoder_without_dropout(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    x = self.norm1(x + a)
    a, w2 = self.mha2(x, enc_output, enc_output, mask=padding_mask)
    x = self.norm2(x + a)
    return self.norm3(x + self.ffn(x)), w1, w2


@decoder_layer.mistake("The two arrays of weights are swapped.")
@version_of("DecoderLayer")
def weights_swapped(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    out, w1, w2 = _decode(self, x, enc_output, look_ahead_mask, padding_mask)
    return out, w2, w1


@decoder_layer.mistake(
    "The skip connection around the feed-forward network is missing: add its input."
)
@version_of("DecoderLayer")
def last_skip_missing(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    x = self.norm1(x + self.dropout1(a))
    a, w2 = self.mha2(x, enc_output, enc_output, mask=padding_mask)
    x = self.norm2(x + self.dropout2(a))
    return self.norm3(self.dropout3(self.ffn(x))), w1, w2


@decoder_layer.mistake(
    "`mha1` is used for both attentions. The cross-attention is `mha2`."
)
@version_of("DecoderLayer")
def one_attention_for_both(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    self.mha2 = self.mha1
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder_layer.mistake(
    "The last sum adds the output of the first norm. Add that of the second."
)
@version_of("DecoderLayer")
def last_sum_adds_the_first(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    a, w1 = self.mha1(x, x, x, mask=look_ahead_mask)
    first = self.norm1(x + self.dropout1(a))
    a, w2 = self.mha2(first, enc_output, enc_output, mask=padding_mask)
    second = self.norm2(first + self.dropout2(a))
    return self.norm3(first + self.dropout3(self.ffn(second))), w1, w2


@decoder_layer.right
@version_of("DecoderLayer")
def decoder_layer_step_by_step(
    self, x, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _decode(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder_layer.right
@version_of("DecoderLayer")
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
@version_of("DecoderLayer")
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
        padding = some_masked(rng, (m, 1, T_x)) if masked else None
        yield case(ids, rng.normal(size=(m, T_x, sizes[1])), sizes, ahead, padding)


def _down(self, x, read, ahead, padding, first=1):
    weights = {}
    for i, layer in enumerate(self.layers, start=first):
        x, w1, w2 = layer(x, read, look_ahead_mask=ahead, padding_mask=padding)
        weights[f"decoder_layer{i}_block1_self_att"] = w1
        weights[f"decoder_layer{i}_block2_decenc_att"] = w2
    return x, weights


@decoder.mistake("In the names of the weights, layers are counted from 0, not from 1.")
@version_of("Decoder")
def names_from_zero(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    x = embed_tokens(self, ids)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask, first=0)


@decoder.mistake("The embeddings were not multiplied by the square root of their size.")
@version_of("Decoder")
def decoder_not_scaled(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    x = embed_tokens(self, ids, scale=False)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder.mistake("The positional encoding is not added.")
@version_of("Decoder")
def decoder_without_positions(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    x = embed_tokens(self, ids, positions=False)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder.mistake("The dropout after the positional encoding is missing.")
@version_of("Decoder")
def decoder_not_dropped(self, ids, enc_output, look_ahead_mask=None, padding_mask=None):
    x = embed_tokens(self, ids, drop=False)
    return _down(self, x, enc_output, look_ahead_mask, padding_mask)


@decoder.mistake("The two masks of the layers are swapped.")
@version_of("Decoder")
def decoder_masks_swapped(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(
        self, embed_tokens(self, ids), enc_output, padding_mask, look_ahead_mask
    )


@decoder.mistake(
    "Every layer gets the embeddings. Give it the output of the layer before it."
)
@version_of("Decoder")
def decoder_layers_not_chained(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    start, weights = embed_tokens(self, ids), {}
    for i, layer in enumerate(self.layers, start=1):
        x, w1, w2 = layer(start, enc_output, look_ahead_mask, padding_mask)
        weights[f"decoder_layer{i}_block1_self_att"] = w1
        weights[f"decoder_layer{i}_block2_decenc_att"] = w2
    return x, weights


@decoder.mistake(
    "The future is not masked: the look-ahead mask does not reach the layers."
)
@version_of("Decoder")
def decoder_future_not_masked(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(self, embed_tokens(self, ids), enc_output, None, padding_mask)


@decoder.mistake("The padding mask does not reach the layers.")
@version_of("Decoder")
def decoder_padding_not_masked(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(self, embed_tokens(self, ids), enc_output, look_ahead_mask, None)


@decoder.mistake(
    "From the second layer on, cross-attention does not attend to `enc_output`. All "
    "layers should."
)
@version_of("Decoder")
def output_as_encoder_output(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    x, weights = embed_tokens(self, ids), {}
    for i, layer in enumerate(self.layers, start=1):
        masks = {"look_ahead_mask": look_ahead_mask}
        masks["padding_mask"] = padding_mask if i == 1 else None
        x, w1, w2 = layer(x, enc_output, **masks)
        enc_output = x
        weights[f"decoder_layer{i}_block1_self_att"] = w1
        weights[f"decoder_layer{i}_block2_decenc_att"] = w2
    return x, weights


@decoder.right
@version_of("Decoder")
def decoder_step_by_step(
    self, ids, enc_output, look_ahead_mask=None, padding_mask=None
):
    return _down(
        self, embed_tokens(self, ids), enc_output, look_ahead_mask, padding_mask
    )


@decoder.right
@version_of("Decoder")
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
@version_of("Decoder")
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
            padding = some_masked(rng, (m, 1, T_x))
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
@version_of("Transformer")
def returns_probabilities(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    scores, weights = _whole(
        self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask
    )
    return nn.softmax(scores), weights


@transformer.mistake("The last dense layer, `final_layer`, is missing.")
@version_of("Transformer")
def without_final_layer(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(
        self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask, dense=False
    )


@transformer.mistake("The padding masks of encoder and decoder are swapped.")
@version_of("Transformer")
def padding_masks_swapped(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, dec_padding_mask, look_ahead_mask, enc_padding_mask)


@transformer.mistake(
    "The padding mask of the decoder does not reach its cross-attention."
)
@version_of("Transformer")
def decoder_without_padding_mask(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, None)


@transformer.mistake(
    "The decoder gets the encoder's padding mask. It has its own, `dec_padding_mask`."
)
@version_of("Transformer")
def one_padding_mask(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, enc_padding_mask)


@transformer.mistake(
    "The decoder's two masks are swapped: the look-ahead mask belongs to its "
    "self-attention, the padding mask to its cross-attention."
)
@version_of("Transformer")
def decoder_masks_exchanged(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, dec_padding_mask, look_ahead_mask)


@transformer.mistake("The look-ahead mask does not reach the decoder.")
@version_of("Transformer")
def transformer_future_not_masked(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, None, dec_padding_mask)


@transformer.mistake("The encoder's padding mask does not reach the encoder.")
@version_of("Transformer")
def encoder_sees_padding(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, None, look_ahead_mask, dec_padding_mask)


@transformer.mistake("Those are the encoder's weights. Return the decoder's.")
@version_of("Transformer")
def encoder_weights(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    scores, _ = _whole(self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask)
    return scores, self.encoder(x, mask=enc_padding_mask)[1]


@transformer.mistake(
    "The encoder gets the decoder's padding mask. It has its own, `enc_padding_mask`."
)
@version_of("Transformer")
def encoder_gets_the_other_mask(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, dec_padding_mask, look_ahead_mask, dec_padding_mask)


@transformer.mistake("Only the scores were returned. Return scores and weights.")
@version_of("Transformer")
def scores_alone(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask)[0]


@transformer.right
@version_of("Transformer")
def transformer_step_by_step(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    return _whole(self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask)


@transformer.right
@version_of("Transformer")
def transformer_by_position(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    result = self.decoder(
        y, self.encoder(x, enc_padding_mask)[0], look_ahead_mask, dec_padding_mask
    )
    return self.final_layer(result[0]), result[1]


@transformer.right
@version_of("Transformer")
def transformer_by_product(
    self, x, y, enc_padding_mask=None, look_ahead_mask=None, dec_padding_mask=None
):
    out, weights = _whole(
        self, x, y, enc_padding_mask, look_ahead_mask, dec_padding_mask, dense=False
    )
    return nn.matmul(out, self.final_layer.W) + self.final_layer.b, weights

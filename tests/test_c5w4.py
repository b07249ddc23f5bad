"""C5W4 by outside witnesses: PyTorch, SQuAD's script, gradients, worked values."""

import collections
import re
import string

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks.reference import reference
from helpers import nn
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = reference("C5W4")


def test_the_recap_runs_and_agrees_with_the_lab():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    token_ids = np.array([[3, 1, 2, 0, 0], [1, 1, 1, 1, 5]])
    x = rng.normal(size=(2, 5, 64)).astype(np.float32)
    q, k, v = rng.normal(size=(3, 2, 4, 6))
    given = {"torch": torch, "x": torch.tensor(x), "token_ids": torch.tensor(token_ids)}
    given |= {name: torch.tensor(a) for name, a in zip("qkv", (q, k, v), strict=True)}
    torch.manual_seed(0)
    exec(printed("C5W4"), given)
    ahead = lab.create_look_ahead_mask(4)
    out, _ = lab.scaled_dot_product_attention(q, k, v, ahead)
    np.testing.assert_allclose(given["out"], out, atol=1e-12)
    # Without dropout the encoder is two of the lab's layers.
    for module in given["encoder"].modules():
        if hasattr(module, "p"):
            module.p = 0.0
        if isinstance(module, torch.nn.MultiheadAttention):
            module.dropout = 0.0
    mine = nn.as_tensor(x)
    for other in given["encoder"].layers:
        layer = lab.EncoderLayer(64, 4, 128, rng=rng).eval()
        shared_layer(torch, layer, other)
        mine, _ = layer(mine, mask=lab.create_padding_mask(token_ids))
    masked = given["token_ids"] == 0
    theirs = given["encoder"](given["x"], src_key_padding_mask=masked).detach()
    real = token_ids != 0
    np.testing.assert_allclose(mine.data[real], theirs.numpy()[real], atol=1e-4)


def test_what_the_recap_says_of_masks():
    torch = pytest.importorskip("torch")
    q, k, v = np.random.default_rng(1).normal(size=(3, 1, 3, 4))
    mask = np.array([[1, 0, 0], [0, 0, 0], [1, 1, 1]])
    mine, _ = lab.scaled_dot_product_attention(q, k, v, mask)
    np.testing.assert_allclose(mine[0, 1], v[0].mean(axis=0))
    tensors = [torch.tensor(a) for a in (q, k, v)]
    attend = torch.tensor(mask == 1)
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *tensors, attn_mask=attend
    )
    np.testing.assert_allclose(mine[0, [0, 2]], theirs[0, [0, 2]])  # True: attend
    heads = torch.nn.MultiheadAttention(4, 2, batch_first=True, dtype=torch.float64)
    out = heads(*tensors, attn_mask=~attend)[0].detach()  # True: masked
    alone = heads(*(t[:, :1] for t in tensors))[0].detach()
    np.testing.assert_allclose(out[0, 0], alone[0, 0])
    if torch.__version__.startswith("2.13."):  # the version that the lab names
        assert (theirs[0, 1] == 0).all()
        assert out[0, 1].isnan().all()


def squad_normalize(s):
    """As in the official evaluation script of SQuAD 1.1 and 2.0."""

    def remove_articles(text):
        return re.sub(r"\b(a|an|the)\b", " ", text)

    def remove_punc(text):
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return " ".join(remove_articles(remove_punc(s.lower())).split())


def squad_f1(a_gold, a_pred):
    """As in the official evaluation script of SQuAD 2.0."""
    gold_toks, pred_toks = (squad_normalize(a).split() for a in (a_gold, a_pred))
    common = collections.Counter(gold_toks) & collections.Counter(pred_toks)
    num_same = sum(common.values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if num_same == 0:
        return 0
    precision, recall = num_same / len(pred_toks), num_same / len(gold_toks)
    return 2 * precision * recall / (precision + recall)


PARTS = [
    "the",
    "a",
    "An",
    "don’t",
    "don't",
    "10–20",
    "1020",
    "a_b",
    "ab",
    "U.S.",
    "café",
    "«ja»",
    "a’s",
    "—",
    "",
    "x-ray",
    "the-end",
    "İ",
    " ",
]


@settings(max_examples=300, deadline=None)
@given(*[st.lists(st.sampled_from(PARTS), max_size=4).map(" ".join)] * 2)
def test_answers_are_scored_as_by_squad(prediction, truth):
    same = squad_normalize(prediction) == squad_normalize(truth)
    assert lab.exact_match(prediction, truth) == same
    assert lab.token_f1(prediction, truth) == pytest.approx(squad_f1(truth, prediction))


def test_only_ascii_punctuation_is_left_out():
    assert lab.exact_match("don’t", "dont") == lab.exact_match("10–20", "1020") == 0
    assert lab.exact_match("a_b", "ab") == lab.exact_match("don't", "dont") == 1


def drawn(layer, seed=0):
    """The layer in double precision, every parameter drawn, biases and norms too."""
    rng = np.random.default_rng(seed)
    layer.astype(np.float64)
    for name, parameter in layer.named_parameters():
        near = 1.0 if name.endswith("gamma") else 0.0
        parameter.data = near + 0.4 * rng.normal(size=parameter.shape)
    return layer.eval()


def test_positions_by_hand():
    row = [np.sin(3), np.cos(3), np.sin(0.03), np.cos(0.03)]
    np.testing.assert_allclose(lab.positional_encoding(5, 4)[0, 3], row)


def test_dot_products_of_positions_depend_on_the_distance_alone():
    encoding = lab.positional_encoding(40, 32)[0]
    products = encoding @ encoding.T
    for distance in range(40):
        assert np.ptp(np.diagonal(products, distance)) < 1e-9


def test_attention_by_hand():
    q, k = np.array([[2.0, 0.0]]), np.eye(2)
    out, weights = lab.scaled_dot_product_attention(q, k, np.array([[10.0], [20.0]]))
    share = 1 / (1 + np.exp(-np.sqrt(2)))
    np.testing.assert_allclose(weights, [[share, 1 - share]])
    np.testing.assert_allclose(out, [[20 - 10 * share]])


def test_attention_keeps_single_precision():
    q, k, v = np.ones((3, 2, 4, 8), np.float32)
    for x in lab.scaled_dot_product_attention(q, k, v, np.tril(np.ones((4, 4)))):
        assert x.dtype == np.float32


@pytest.mark.parametrize("masked", [False, True])
def test_attention_backward_agrees_with_numerical_gradients(masked):
    rng = np.random.default_rng(1)
    q, k, v, dout = (
        rng.normal(size=(2, *shape)) for shape in [(3, 5), (4, 5), (4, 2), (3, 2)]
    )
    mask = np.tril(np.ones((1, 3, 4))) if masked else None

    def value():
        return np.sum(dout * lab.scaled_dot_product_attention(q, k, v, mask)[0])

    weights = lab.scaled_dot_product_attention(q, k, v, mask)[1]
    gradients = lab.self_attention_backward(dout, q, k, v, weights)
    for array, gradient in zip((q, k, v), gradients, strict=True):
        expected = numerical_gradient(lambda _: value(), array)
        np.testing.assert_allclose(gradient, expected, atol=1e-8)


def test_attention_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(2)
    q, k, v = (rng.normal(size=(2, 3, *shape)) for shape in [(4, 6), (5, 6), (5, 2)])
    mask, dout = np.tril(np.ones((4, 5))), rng.normal(size=(2, 3, 4, 2))
    leaves = [torch.tensor(x, requires_grad=True) for x in (q, k, v)]
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *leaves, attn_mask=torch.tensor(mask, dtype=torch.bool)
    )
    theirs.backward(torch.tensor(dout))
    out, weights = lab.scaled_dot_product_attention(q, k, v, mask)
    np.testing.assert_allclose(out, theirs.detach().numpy(), atol=1e-12)
    gradients = lab.self_attention_backward(dout, q, k, v, weights)
    for gradient, leaf in zip(gradients, leaves, strict=True):
        np.testing.assert_allclose(gradient, leaf.grad.numpy(), atol=1e-12)


def shared_attention(torch, mine, theirs):
    """Copy a `MultiHeadAttention`'s weights into PyTorch's."""
    with torch.no_grad():
        parts = (mine.query, mine.key, mine.value)
        W = np.concatenate([part.W.data.T for part in parts])
        theirs.in_proj_weight.copy_(torch.tensor(W))
        theirs.in_proj_bias.copy_(
            torch.tensor(np.concatenate([part.b.data for part in parts]))
        )
        shared_dense(torch, mine.output, theirs.out_proj)


def shared_dense(torch, mine, theirs):
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(mine.W.data.T.copy()))
        theirs.bias.copy_(torch.tensor(mine.b.data))


def shared_layer(torch, mine, theirs):
    """Copy an encoder's or decoder's layer into PyTorch's."""
    attentions = (
        [(mine.mha, theirs.self_attn)]
        if hasattr(mine, "mha")
        else [(mine.mha1, theirs.self_attn), (mine.mha2, theirs.multihead_attn)]
    )
    for pair in attentions:
        shared_attention(torch, *pair)
    shared_dense(torch, mine.ffn.layers[0], theirs.linear1)
    shared_dense(torch, mine.ffn.layers[1], theirs.linear2)
    with torch.no_grad():
        for i in range(1, len(attentions) + 2):
            norm, other = getattr(mine, f"norm{i}"), getattr(theirs, f"norm{i}")
            other.weight.copy_(torch.tensor(norm.gamma.data))
            other.bias.copy_(torch.tensor(norm.beta.data))


def agree_on_weights(mine, theirs):
    """Gradients of one encoder layer, parameter by parameter."""
    parts = (mine.mha.query, mine.mha.key, mine.mha.value)
    W = np.concatenate([part.W.grad.T for part in parts])
    np.testing.assert_allclose(W, theirs.self_attn.in_proj_weight.grad, atol=1e-10)
    for dense, other in [
        (mine.mha.output, theirs.self_attn.out_proj),
        (mine.ffn.layers[0], theirs.linear1),
        (mine.ffn.layers[1], theirs.linear2),
    ]:
        np.testing.assert_allclose(dense.W.grad.T, other.weight.grad, atol=1e-10)
        np.testing.assert_allclose(dense.b.grad, other.bias.grad, atol=1e-10)
    np.testing.assert_allclose(mine.norm1.gamma.grad, theirs.norm1.weight.grad)


def test_encoder_layer_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    mine = drawn(lab.EncoderLayer(8, 2, 12, rng=np.random.default_rng(0)))
    theirs = torch.nn.TransformerEncoderLayer(
        8, 2, 12, 0.0, batch_first=True, dtype=torch.float64
    )
    shared_layer(torch, mine, theirs)
    rng = np.random.default_rng(3)
    x, dout = rng.normal(size=(2, 3, 5, 8))
    ids = np.array([[3, 1, 2, 0, 0], [1, 1, 1, 1, 0], [5, 4, 3, 2, 1]])
    tensor, leaf = (
        nn.Tensor(x, requires_grad=True),
        torch.tensor(x, requires_grad=True),
    )
    out, _ = mine(tensor, mask=lab.create_padding_mask(ids))
    other = theirs(leaf, src_key_padding_mask=torch.tensor(ids == 0))
    np.testing.assert_allclose(out.data, other.detach().numpy(), atol=1e-10)
    (out * dout).sum().backward()
    other.backward(torch.tensor(dout))
    np.testing.assert_allclose(tensor.grad, leaf.grad.numpy(), atol=1e-10)
    agree_on_weights(mine, theirs)


def test_transformer_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    mine = drawn(lab.Transformer(2, 8, 2, 12, 9, 7, 6, 5, rng=np.random.default_rng(0)))
    options = {"batch_first": True, "dtype": torch.float64}
    encoder = [torch.nn.TransformerEncoderLayer(8, 2, 12, 0.0, **options) for _ in "ab"]
    decoder = [torch.nn.TransformerDecoderLayer(8, 2, 12, 0.0, **options) for _ in "ab"]
    for one, other in [
        *zip(mine.encoder.layers, encoder, strict=True),
        *zip(mine.decoder.layers, decoder, strict=True),
    ]:
        shared_layer(torch, one, other)
    read = np.array([[3, 8, 1, 2, 0, 0], [1, 2, 7, 4, 5, 0]])
    written = np.array([[1, 6, 2, 3], [1, 5, 5, 4]])
    padding, ahead = lab.create_padding_mask(read), lab.create_look_ahead_mask(4)
    scores, weights = mine(
        read,
        written,
        enc_padding_mask=padding,
        look_ahead_mask=ahead,
        dec_padding_mask=padding,
    )

    def embedded(part, ids):
        E = torch.tensor(part.embedding.E.data, requires_grad=True)
        encoding = torch.tensor(part.pos_encoding[:, : ids.shape[1]])
        return E, E[torch.tensor(ids)] * 8**0.5 + encoding

    E, x = embedded(mine.encoder, read)
    _, y = embedded(mine.decoder, written)
    masked, future = torch.tensor(read == 0), torch.tensor(ahead[0] == 0)
    for layer in encoder:
        x = layer(x, src_key_padding_mask=masked)
    for layer in decoder:
        y = layer(y, x, tgt_mask=future, memory_key_padding_mask=masked)
    final = mine.final_layer
    theirs = y @ torch.tensor(final.W.data) + torch.tensor(final.b.data)
    np.testing.assert_allclose(scores.data, theirs.detach().numpy(), atol=1e-10)
    assert weights["decoder_layer2_block2_decenc_att"].shape == (2, 2, 4, 6)
    dout = np.cos(np.arange(scores.size)).reshape(scores.shape)
    (scores * dout).sum().backward()
    theirs.backward(torch.tensor(dout))
    np.testing.assert_allclose(mine.encoder.embedding.E.grad, E.grad, atol=1e-9)
    agree_on_weights(mine.encoder.layers[0], encoder[0])


def test_no_score_depends_on_the_future():
    rng = np.random.default_rng(4)
    model = drawn(lab.Transformer(2, 8, 4, 12, 9, 9, 7, 7, rng=rng))
    read, written = rng.integers(1, 9, (2, 2, 7))
    ahead = lab.create_look_ahead_mask(7)
    before = model(read, written, look_ahead_mask=ahead)[0].data
    for j in range(7):
        other = written.copy()
        other[:, j] = 1 + other[:, j] % 8
        change = model(read, other, look_ahead_mask=ahead)[0].data - before
        assert np.all(change[:, :j] == 0)
        assert np.abs(change[:, j:]).min(axis=-1).max() > 0


def test_no_token_depends_on_padding():
    rng = np.random.default_rng(5)
    encoder = drawn(lab.Encoder(2, 8, 2, 12, 9, 6, rng=rng))
    ids = np.array([[4, 2, 8, 5, 0, 0]])
    other = np.array([[4, 2, 8, 5, 7, 1]])
    mask = lab.create_padding_mask(ids)
    one, two = encoder(ids, mask=mask)[0].data, encoder(other, mask=mask)[0].data
    assert np.array_equal(one[:, :4], two[:, :4])


def test_without_positions_order_is_lost():
    rng = np.random.default_rng(6)
    encoder = drawn(lab.Encoder(2, 8, 2, 12, 9, 6, rng=rng))
    ids, order = rng.integers(1, 9, (1, 6)), rng.permutation(6)
    difference = encoder(ids[:, order])[0].data - encoder(ids)[0].data[:, order]
    assert np.abs(difference).max() > 0.01
    encoder.pos_encoding = 0 * encoder.pos_encoding
    without = encoder(ids[:, order])[0].data - encoder(ids)[0].data[:, order]
    assert np.abs(without).max() < 1e-12


MERGES = lab.bpe_train("the cat sat on the mat, ééé 🙂🙂🙂 aaaaaaa " * 3, 60)


@settings(max_examples=80, deadline=None)
@given(st.text())
def test_bpe_loses_nothing(sample):
    ids = lab.bpe_encode(sample, MERGES)
    assert lab.bpe_decode(ids, MERGES) == sample
    own = lab.bpe_train(sample, 20)
    assert lab.bpe_decode(lab.bpe_encode(sample, own), own) == sample
    assert len(ids) <= len(sample.encode())


def test_bpe_by_hand():
    merges = lab.bpe_train("aaabdaaabac", 3)
    assert merges == [(97, 97), (97, 98), (256, 257)]
    assert lab.bpe_encode("aaabdaaabac", merges).tolist() == [258, 100, 258, 97, 99]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-9, 9), min_size=1, max_size=9),
    st.integers(1, 10),
    st.randoms(use_true_random=False),
)
def test_answer_span_is_the_best_of_all(start, max_len, random):
    start = np.array(start)
    end = np.array([random.uniform(-9, 9) for _ in start])
    a, b = lab.answer_span(start, end, max_len)
    assert a <= b < a + max_len
    best = max(
        start[i] + end[j]
        for i in range(len(start))
        for j in range(i, min(i + max_len, len(start)))
    )
    assert start[a] + end[b] == best


def test_scores_by_hand():
    assert lab.entity_f1([list("AAB")], [list("ABB")]) == (0.0, 0.0, 0.0)
    p, r, f1 = lab.entity_f1([list("AABOC"), ["B"]], [list("AABCC"), ["B"]])
    assert (p, r, f1) == (0.75, 0.75, 0.75)
    assert lab.token_f1("in the old garden, behind the house", "the garden") == 1 / 3
    assert lab.exact_match("The garden.", "garden") == 1


def test_temperature_and_top_k_give_the_right_shares():
    logits = np.array([0.0, 1.0, 2.0, -1.0])

    def model(ids):
        return np.broadcast_to(logits, (1, ids.shape[1], 4))

    rng = np.random.default_rng(7)
    ids = lab.generate(model, [3], 0.5, 2, rng, length=3000, context=1)[1:]
    expected = np.exp([2.0, 4.0])
    assert set(ids) == {1, 2}
    assert np.mean(ids == 2) == pytest.approx(expected[1] / expected.sum(), abs=0.03)


def test_what_is_written_in_tokens_of_the_plays_can_be_decoded():
    merges = lab.bpe_train("to be, or not to be, that is the question: " * 3, 30)
    ids = np.unique(lab.bpe_encode("to be, or not; that is it", merges))
    drawn_ids = np.random.default_rng(8).choice(ids, 500)
    assert lab.bpe_decode(drawn_ids, merges).isascii()
    with pytest.raises(UnicodeDecodeError):  # so the lab leaves such bytes out
        lab.bpe_decode([173], merges)

"""Recurrent networks and attention against PyTorch, in float64."""

import numpy as np
import pytest

from helpers import nn

torch = pytest.importorskip("torch")

m, T, d, n = 3, 5, 4, 6
GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def assert_same(ours, theirs, rtol=1e-10):
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape
    scale = np.abs(theirs).max(initial=1e-300)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale)


def twins(kind, seed=0, **options):
    """Our layer and PyTorch's with the same weights."""
    rng = np.random.default_rng(seed)
    ours = getattr(nn, kind)(
        d, n, return_sequences=True, return_state=True, rng=rng, **options
    ).astype(np.float64)
    for p in ours.parameters():
        p.data[...] = rng.normal(size=p.shape)
    theirs = getattr(torch.nn, kind)(d, n, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.tensor(ours.W.data.T))
        theirs.weight_hh_l0.copy_(torch.tensor(ours.U.data.T))
        theirs.bias_ih_l0.copy_(torch.tensor(ours.b.data))
        theirs.bias_hh_l0.zero_()
        if kind == "GRU":
            theirs.bias_hh_l0[2 * n :] = torch.tensor(ours.b_n.data)
    return ours, theirs


def check_parameters(ours, theirs):
    assert_same(ours.W.grad.T, theirs.weight_ih_l0.grad)
    assert_same(ours.U.grad.T, theirs.weight_hh_l0.grad)
    assert_same(ours.b.grad, theirs.bias_ih_l0.grad)
    if hasattr(ours, "b_n"):
        assert_same(ours.b_n.grad, theirs.bias_hh_l0.grad[2 * n :])


@pytest.mark.parametrize("kind", GATES)
def test_states_and_gradients(kind):
    ours, theirs = twins(kind)
    rng = np.random.default_rng(1)
    x, h0, c0 = (rng.normal(size=s) for s in [(m, T, d), (m, n), (m, n)])
    state = (h0, c0) if kind == "LSTM" else (h0,)
    X = nn.Tensor(x, requires_grad=True)
    S = [nn.Tensor(s, requires_grad=True) for s in state]
    tx = torch.tensor(x, requires_grad=True)
    ts = [torch.tensor(s, requires_grad=True) for s in state]
    y, *last = ours(X, initial_state=S)
    first = tuple(s[None] for s in ts)
    ty, tlast = theirs(tx, first if kind == "LSTM" else first[0])
    tlast = tlast if kind == "LSTM" else (tlast,)
    g = [rng.normal(size=(m, T, n)), rng.normal(size=(m, n)), rng.normal(size=(m, n))]
    assert_same(y.data, ty)
    loss, tloss = (y * g[0]).sum(), (ty * torch.tensor(g[0])).sum()
    for a, b, w in zip(last, tlast, g[1:], strict=False):
        assert_same(a.data, b[0])
        loss, tloss = loss + (a * w).sum(), tloss + (b[0] * torch.tensor(w)).sum()
    loss.backward()
    tloss.backward()
    assert_same(X.grad, tx.grad)
    for a, b in zip(S, ts, strict=True):
        assert_same(a.grad, b.grad)
    check_parameters(ours, theirs)


def test_forget_bias():
    rng = np.random.default_rng(0)
    for given, wanted in (({}, 1), ({"forget_bias": 0.5}, 0.5)):
        b = nn.LSTM(d, n, rng=rng, **given).b.data.reshape(4, n)
        assert (b[1] == wanted).all()
        assert (np.delete(b, 1, 0) == 0).all()


def test_gradient_through_the_memory_alone():
    ours, theirs = twins("LSTM")
    x = np.random.default_rng(2).normal(size=(m, T, d))
    _, _, c = ours(nn.Tensor(x))
    c.sum().backward()
    theirs(torch.tensor(x))[1][1].sum().backward()
    check_parameters(ours, theirs)


@pytest.mark.parametrize("kind", GATES)
def test_mask_is_a_shorter_sequence(kind):
    ours, theirs = twins(kind)
    rng = np.random.default_rng(3)
    x, lengths = rng.normal(size=(m, T, d)), [5, 2, 3]
    mask = np.arange(T) < np.array(lengths)[:, None]
    X = nn.Tensor(x, requires_grad=True)
    y, *last = ours(X, mask=mask)
    tx = torch.tensor(x, requires_grad=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        tx, lengths, batch_first=True, enforce_sorted=False
    )
    ty, tlast = theirs(packed)
    ty, _ = torch.nn.utils.rnn.pad_packed_sequence(ty, batch_first=True)
    tlast = tlast if kind == "LSTM" else (tlast,)
    g = rng.normal(size=(m, T, n)) * mask[..., None]
    assert_same(y.data * mask[..., None], ty)
    loss, tloss = (y * g).sum(), (ty * torch.tensor(g)).sum()
    for a, b in zip(last, tlast, strict=True):
        assert_same(a.data, b[0])
        loss, tloss = loss + (a * a).sum(), tloss + (b * b).sum()
    loss.backward()
    tloss.backward()
    assert_same(X.grad, tx.grad)
    check_parameters(ours, theirs)


@pytest.mark.parametrize("kind", GATES)
def test_reverse_is_the_reversed_sequence(kind):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(m, T, d))
    ahead, _ = twins(kind)
    back, _ = twins(kind, reverse=True)
    a, b = nn.Tensor(x[:, ::-1], True), nn.Tensor(x, True)
    ya, yb = ahead(a), back(b)
    np.testing.assert_allclose(ya[0].data[:, ::-1], yb[0].data, rtol=1e-12)
    np.testing.assert_allclose(ya[1].data, yb[1].data, rtol=1e-12)
    g = rng.normal(size=(m, T, n))
    ya[0].backward(g[:, ::-1])
    yb[0].backward(g)
    np.testing.assert_allclose(a.grad[:, ::-1], b.grad, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ahead.W.grad, back.W.grad, rtol=1e-10, atol=1e-12)


def test_bidirectional():
    rng = np.random.default_rng(5)
    ours = nn.Bidirectional(nn.LSTM, d, n, return_sequences=True, rng=rng)
    ours.astype(np.float64)
    theirs = torch.nn.LSTM(d, n, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for layer, end in ((ours.ahead, ""), (ours.back, "_reverse")):
            for name, value in (
                ("weight_ih", layer.W.data.T),
                ("weight_hh", layer.U.data.T),
                ("bias_ih", layer.b.data),
                ("bias_hh", 0),
            ):
                getattr(theirs, f"{name}_l0{end}").copy_(torch.tensor(value))
    x = rng.normal(size=(m, T, d))
    states, (h, c) = theirs(torch.tensor(x))
    assert_same(ours(x).data, states)
    ours.ahead.return_state = ours.back.return_state = True
    y, *last = ours(x)
    assert_same(y.data, states)
    for found, wanted in zip(last, (h[0], c[0], h[1], c[1]), strict=True):
        assert_same(found.data, wanted)


def test_a_row_that_is_masked_as_a_whole_is_an_average():
    rng = np.random.default_rng(8)
    q, k, v = (nn.Tensor(rng.normal(size=(2, 3, 4)), True) for _ in range(3))
    mask = np.ones((2, 3, 3), bool)
    mask[0, 1] = False
    y, weights = nn.scaled_dot_product_attention(q, k, v, mask)
    np.testing.assert_allclose(weights[0, 1], 1 / 3)
    y.backward(np.ones(y.shape))
    assert (q.grad[0, 1] == 0).all()
    assert (q.grad[1] != 0).any()


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("batch", [(), (3,), (3, 2), (40, 2)])
def test_attention(batch, masked):
    rng = np.random.default_rng(6)
    arrays = [rng.normal(size=(*batch, *s)) for s in [(4, 5), (6, 5), (6, 7)]]
    mask = rng.random((*batch, 4, 6)) < 0.7 if masked else None
    if masked:
        mask[..., 0] = True
    ours = [nn.Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, weights = nn.scaled_dot_product_attention(*ours, mask)
    t = torch.nn.functional.scaled_dot_product_attention(
        *theirs, attn_mask=None if mask is None else torch.tensor(mask)
    )
    assert_same(y.data, t)
    np.testing.assert_allclose(weights.sum(-1), 1)
    g = rng.normal(size=y.shape)
    y.backward(g)
    t.backward(torch.tensor(g))
    for a, b in zip(ours, theirs, strict=True):
        assert_same(a.grad, b.grad)


@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_attention(causal):
    rng = np.random.default_rng(7)
    ours = nn.MultiHeadAttention(8, 2, rng=rng).astype(np.float64)
    theirs = torch.nn.MultiheadAttention(8, 2, batch_first=True, dtype=torch.float64)
    projections = ours.query, ours.key, ours.value
    with torch.no_grad():
        theirs.in_proj_weight.copy_(
            torch.tensor(np.concatenate([p.W.data.T for p in projections]))
        )
        theirs.out_proj.weight.copy_(torch.tensor(ours.output.W.data.T))
    x, z = rng.normal(size=(3, 5, 8)), rng.normal(size=(3, 5, 8))
    mask = np.tril(np.ones((1, 5, 5))) if causal else None
    y, weights = ours(x, z, mask=mask, return_weights=True)
    t, tw = theirs(
        torch.tensor(x),
        torch.tensor(z),
        torch.tensor(z),
        average_attn_weights=False,
        attn_mask=torch.tensor(mask[0] == 0) if causal else None,
    )
    assert_same(y.data, t)
    assert_same(weights, tw)
    (y * y).sum().backward()
    (t * t).sum().backward()
    assert_same(
        np.concatenate([p.W.grad.T for p in projections]), theirs.in_proj_weight.grad
    )
    assert_same(ours.output.W.grad.T, theirs.out_proj.weight.grad)


def test_a_row_masked_as_a_whole_gives_no_gradient_to_its_logits():
    rng = np.random.default_rng(8)
    q = nn.Tensor(rng.normal(size=(1, 2, 3)), True)
    kv = rng.normal(size=(1, 4, 3))
    y, _ = nn.scaled_dot_product_attention(q, kv, kv, np.array([[0], [1]]))
    (y * y).sum().backward()
    assert (q.grad[0, 0] == 0).all()
    assert (q.grad[0, 1] != 0).all()


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("reverse", [False, True])
def test_what_stands_in_masked_steps_is_not_read(kind, reverse):
    """Missing measurements, for example, are often NaN."""
    rng = np.random.default_rng(7)
    layer = getattr(nn, kind)(3, 2, return_sequences=True, reverse=reverse, rng=rng)
    layer.astype(np.float64)
    x, mask = rng.normal(size=(2, 5, 3)), np.ones((2, 5), bool)
    mask[0, 3:] = mask[1, 1:3] = False
    found = []
    for filler in (0.0, np.nan, np.inf):
        layer.zero_grad()
        inputs = np.where(mask[..., None], x, filler)
        before, tensor = inputs.copy(), nn.Tensor(inputs, requires_grad=True)
        y = layer(tensor, mask=mask)
        (y * y).sum().backward()
        np.testing.assert_array_equal(inputs, before)
        assert (tensor.grad[~mask] == 0).all()
        found.append([y.data, tensor.grad, *(p.grad for p in layer.parameters())])
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_a_masked_step_keeps_the_state_to_the_last_bit(kind):
    rng = np.random.default_rng(8)
    layer = getattr(nn, kind)(3, 2, return_sequences=True, rng=rng)
    y = layer(rng.normal(size=(4, 6, 3)), mask=[[1, 0, 0, 1, 0, 0]] * 4).data
    for t in (1, 2, 4, 5):
        np.testing.assert_array_equal(y[:, t], y[:, 0 if t < 3 else 3])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_fully_masked_row_in_any_precision(dtype):
    rng = np.random.default_rng(9)
    q = nn.Tensor(rng.normal(size=(2, 3, 4)).astype(dtype), requires_grad=True)
    k, v = rng.normal(size=(2, 2, 5, 4)).astype(dtype)
    mask = np.ones((3, 5))
    mask[1], mask[2, :4] = 0, 0
    y, weights = nn.scaled_dot_product_attention(q, k, v, nn.Tensor(mask))
    assert y.dtype == dtype
    np.testing.assert_allclose(weights[:, 1], 0.2, rtol=1e-3)
    np.testing.assert_array_equal(weights[:, 2], [[0, 0, 0, 0, 1]] * 2)
    y.sum().backward()
    assert (q.grad[:, 1:] == 0).all()
    assert (q.grad[:, 0] != 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda r: nn.LSTM(4, 3, rng=r)(np.zeros((2, 5))),
            r"lstm needs x \(m, T > 0, d\)",
        ),
        (lambda r: nn.GRU(4, 3, rng=r)(np.zeros((2, 5, 3))), "gru needs x"),
        (
            lambda r: nn.RNN(4, 3, rng=r)(np.zeros((2, 5, 4)), mask=np.ones((2, 4))),
            r"rnn: mask \(2, 4\)",
        ),
        (
            lambda r: nn.RNN(4, 3, rng=r)(np.zeros((2, 5, 4)), np.zeros((2, 4))),
            r"rnn: state \(2, 4\) should be \(2, 3\)",
        ),
        (
            lambda r: nn.lstm(*map(np.ones, [(2, 3, 4), (4, 16), (4, 16), 4])),
            r"lstm: bias \(4,\) should be \(16,\)",
        ),
        (
            lambda r: nn.rnn(*map(np.ones, [(2, 3, 4), (4, 2), (2, 2), 1])),
            r"rnn: bias \(1,\) should be \(2,\)",
        ),
        (
            lambda r: nn.gru(*map(np.ones, [(2, 3, 4), (4, 6), (2, 6), 6, 1])),
            r"gru: bias \(1,\) should be \(2,\)",
        ),
        (lambda r: nn.LSTM(4, 3, rng=r)(np.zeros((2, 0, 4))), "lstm needs .* T > 0"),
        (
            lambda r: nn.MultiHeadAttention(4, 2, 1.0, rng=r)(np.ones((1, 2, 4))),
            r"rate must be in \[0, 1\)",
        ),
        (
            lambda r: nn.MultiHeadAttention(4, 2, rng=r)(
                np.ones((3, 2, 4)), mask=np.ones((3, 1, 4))
            ),
            r"attention: mask \(3, 1, 1, 4\) .* \(3, 2, 2, 2\)",
        ),
        (lambda r: nn.MultiHeadAttention(5, 2, rng=r), "5 is not divisible by 2 heads"),
        (
            lambda r: nn.scaled_dot_product_attention(
                np.zeros((2, 3, 4)), np.zeros((2, 3, 5)), np.zeros((2, 3, 5))
            ),
            "attention: queries",
        ),
    ],
)
def test_clear_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))

"""Run what a reader of C5W4 wrote on plain arrays: layers, models and a generator.

Weights are set to fixed numbers that depend on a parameter's name and shape, and
dropout to a fixed factor, so that outputs and gradients can be compared.
"""

import numpy as np

from helpers import nn


class _Factor(nn.Layer):
    """Stands for dropout: the same factor for every number."""

    def __init__(self, factor):
        self.factor = factor

    def forward(self, x):
        """Same shape."""
        return x * self.factor


def _fixed(layer):
    """The layer in double precision, with numbers that follow from names and shapes."""
    layer.astype(np.float64)
    for name, parameter in layer.named_parameters():
        rng = np.random.default_rng([*name.encode(), *parameter.shape])
        numbers = rng.normal(size=parameter.shape)
        if name.endswith("gamma"):
            numbers = 1 + 0.3 * numbers
        elif name.endswith("W"):
            numbers *= 1.5 / np.sqrt(len(numbers))
        else:
            numbers *= 0.5
        parameter.data = numbers
    for _, inside in layer.named_layers():
        for name, value in list(vars(inside).items()):
            if isinstance(value, nn.Dropout):
                factor = {"1": 0.5, "2": 0.8, "3": 0.65}.get(name[-1], 0.9)
                setattr(inside, name, _Factor(factor))
    return layer


def _plain(value):
    """Arrays in place of tensors, also inside lists and dictionaries."""
    if isinstance(value, nn.Tensor):
        return value.data
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _run(layer, inputs, names, **options):
    """What a layer returns, by name, and the gradients with respect to its inputs."""
    tensors = [
        nn.Tensor(x, requires_grad=True) if x.dtype.kind == "f" else x for x in inputs
    ]
    returned = layer(*tensors, **options)
    if not isinstance(returned, tuple) or not isinstance(returned[0], nn.Tensor):
        return {"returned": _plain(returned)}
    found = dict(zip(names, map(_plain, returned), strict=False))
    out = returned[0]
    nn.mean(out * np.cos(np.arange(out.size)).reshape(out.shape)).backward()
    for number, x in enumerate(tensors, start=1):
        if isinstance(x, nn.Tensor):
            found[f"gradient with respect to input {number}"] = x.grad
    squares = [np.sum(p.grad**2) for p in layer.parameters() if p.grad is not None]
    found["norm of the gradients with respect to the weights"] = float(
        np.sqrt(sum(squares))
    )
    return found


def multi_head(function, q, k, v, num_heads, mask):
    """Outputs, weights and gradients of a `MultiHeadAttention`."""
    layer = _fixed(function(q.shape[-1], num_heads, rng=np.random.default_rng(0)))
    return _run(layer, (q, k, v), ("output", "weights"), mask=mask)


def encoder_layer(function, x, num_heads, units, mask):
    """Outputs, weights and gradients of an `EncoderLayer`."""
    rng = np.random.default_rng(0)
    layer = _fixed(function(x.shape[-1], num_heads, units, 0.1, rng=rng))
    return _run(layer, (x,), ("output", "weights"), mask=mask)


def encoder(function, token_ids, sizes, mask):
    """Outputs, weights and gradients of an `Encoder`."""
    layer = _fixed(function(*sizes, 0.1, rng=np.random.default_rng(0)))
    return _run(layer, (token_ids,), ("output", "weights"), mask=mask)


def decoder_layer(function, x, enc_output, num_heads, units, ahead, padding):
    """Outputs, both weights and gradients of a `DecoderLayer`."""
    rng = np.random.default_rng(0)
    layer = _fixed(function(x.shape[-1], num_heads, units, 0.1, rng=rng))
    names = ("output", "weights of self-attention", "weights of cross-attention")
    return _run(
        layer, (x, enc_output), names, look_ahead_mask=ahead, padding_mask=padding
    )


def decoder(function, token_ids, enc_output, sizes, ahead, padding):
    """Outputs, weights and gradients of a `Decoder`."""
    layer = _fixed(function(*sizes, 0.1, rng=np.random.default_rng(0)))
    return _run(
        layer,
        (token_ids, enc_output),
        ("output", "weights"),
        look_ahead_mask=ahead,
        padding_mask=padding,
    )


def transformer(function, read, written, sizes, enc_padding, ahead, dec_padding):
    """Outputs, weights and gradients of a `Transformer`."""
    layer = _fixed(function(*sizes, 0.1, rng=np.random.default_rng(0)))
    return _run(
        layer,
        (read, written),
        ("scores", "weights"),
        enc_padding_mask=enc_padding,
        look_ahead_mask=ahead,
        dec_padding_mask=dec_padding,
    )


class _Even(np.random.Generator):
    """A generator whose draws are spread evenly, so that few of them tell shares."""

    def __init__(self, seed):
        super().__init__(np.random.PCG64(seed))
        self.last = seed / 7 % 1

    def random(self, size=None, *args, **options):
        """The golden ratio's sequence; arrays are drawn as usual."""
        if size not in (None, 1, (1,)):
            return super().random(size, *args, **options)
        self.last = (self.last + 0.6180339887498949) % 1
        return self.last if size is None else np.array([self.last])

    def choice(self, a, size=None, replace=True, p=None, *args, **options):
        """One of `a` (or of the first `a` numbers), with probabilities `p`."""
        if p is None or size not in (None, 1, (1,)):
            return super().choice(a, size, replace, p, *args, **options)
        p = np.asarray(p, float)
        if not np.isclose(p.sum(), 1) or (p < 0).any():
            raise ValueError("probabilities do not sum to 1")
        i = min(int(np.searchsorted(np.cumsum(p), self.random())), len(p) - 1)
        drawn = np.arange(a)[i] if np.ndim(a) == 0 else np.asarray(a)[i]
        return drawn if size is None else np.array([drawn])

    def multinomial(self, n, pvals, size=None):
        """Counts of one draw, evenly spread; more draws as usual."""
        if n != 1 or size is not None:
            return super().multinomial(n, pvals, size)
        return np.eye(len(pvals), dtype=int)[self.choice(len(pvals), p=pvals)]


def written(function, table, prompt, temperature, top_k, length, context):
    """Tokens after a prompt; scores depend on the first and last in the context."""

    def model(ids):
        ids = np.asarray(ids)
        if ids.ndim != 2 or len(ids) != 1:
            raise ValueError(f"the model takes ids of shape (1, T), not {ids.shape}")
        return table[ids] + 0.7 * np.roll(table, 1, axis=1)[ids[:, :1]]

    rng = _Even(3)
    ids = function(
        model, prompt, temperature, top_k, rng, length=length, context=context
    )
    return np.asarray(ids)


def shares(function, logits, temperature, top_k, seed):
    """How often each token is drawn from scores that are always the same."""

    def model(ids):
        return np.broadcast_to(logits, (1, np.shape(ids)[1], len(logits)))

    given = model, [0], temperature, top_k
    ids = function(*given, _Even(seed), length=200, context=1)
    again = function(*given, _Even(seed), length=20, context=1)
    decides = np.ravel(ids)[:21].tolist() == np.ravel(again).tolist()
    counts = np.bincount(np.ravel(ids)[1:], minlength=len(logits))
    return {
        "the generator decides": decides,
        "shares": counts / 200 if decides else None,
    }


def generated(function, ask, **settings):
    """Tokens, or shares of tokens."""
    return {"tokens": written, "shares": shares}[ask](function, **settings)

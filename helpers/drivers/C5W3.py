"""Run what a reader of C5W3 wrote on plain numbers: layers made, tensors unwrapped."""

import zlib

import numpy as np

from helpers import nn


def _plain(x):
    return x.data if isinstance(x, nn.Tensor) else x


def _is_tuple(result, n):
    """Whether a result can be taken apart; if not, it is judged as it is."""
    return isinstance(result, tuple | list) and len(result) == n


def _fill(model, seed):
    """Give every array of a model values that depend on its name; returns the names."""
    state = model.state_dict()
    for name, value in state.items():
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        # Large enough in `densor1` that its tanh matters.
        size = 2.0 if name.startswith("densor1") else 0.5
        drawn = size * rng.normal(size=value.shape)
        state[name] = np.abs(drawn) + 0.5 if name.endswith("var") else drawn
    model.astype(np.float64)
    model.load_state_dict(state)
    return sorted(state)


def attended(function, a, s_prev, hidden, seed):
    """Context, attention weights, and the gradients with respect to both arguments."""
    rng = np.random.default_rng(seed)
    densor1 = nn.Dense(a.shape[2] + s_prev.shape[1], hidden, "tanh", rng=rng)
    densor2 = nn.Dense(hidden, 1, rng=rng)
    for layer in (densor1, densor2):
        layer.astype(np.float64)
    states, state = (nn.Tensor(x, requires_grad=True) for x in (a, s_prev))
    result = function(states, state, densor1, densor2)
    if not _is_tuple(result, 2):
        return _plain(result)
    context, alphas = result
    if isinstance(context, nn.Tensor) and context.requires_grad:
        upstream_gradient = rng.normal(size=context.shape)
        (context * upstream_gradient).sum().backward()
    return {
        "context": _plain(context),
        "alphas": _plain(alphas),
        "gradient with respect to a": states.grad,
        "gradient with respect to s_prev": state.grad,
    }


def translated(function, x, Ty, n_a, n_s, machine_vocab_size, seed):
    """Names of the arrays, scores and attention weights of a filled model."""
    _, Tx, vocabulary = x.shape
    rng = np.random.default_rng(seed)
    model = function(Tx, Ty, n_a, n_s, vocabulary, machine_vocab_size, rng)
    if not isinstance(model, nn.Layer):
        return model
    names = _fill(model, seed)
    result = model(x, return_weights=True)
    if not _is_tuple(result, 2):
        return _plain(result)
    scores, weights = result
    return {
        "its arrays": names,
        "scores": _plain(scores),
        "attention weights": _plain(weights),
        "scores alone": _plain(model(x)),
    }


def _follow(table):
    """Step function of a table `(k, V + 1, V)` of probabilities, by time and symbol."""
    logs = np.full(table.shape, -np.inf)
    np.log(table, where=table > 0, out=logs)

    def step(prefix):
        last = prefix[-1] if len(prefix) else table.shape[2]
        return logs[len(prefix) % len(table), last].copy()

    return step


def written(function, table, *arguments):
    """Decode over a table; returns the sequence as plain ints, and its score."""
    result = function(_follow(table), *arguments)
    if not _is_tuple(result, 2) or np.ndim(result[0]) != 1:
        return result
    sequence, number = result
    return [int(symbol) for symbol in sequence], number


def decoded(function, table, max_len):
    """A greedy decoder over a table."""
    return written(function, table, max_len)


def searched(function, table, B, max_len, length_penalty):
    """A beam search over a table."""
    return written(function, table, B, max_len, length_penalty)


def inserted(function, background, audio_clip, previous_segments, seed):
    """New sound, segment and list of segments, with draws that begin at a seed."""
    segments = [tuple(one) for one in previous_segments]
    np.random.seed(seed)
    result = function(background, audio_clip, segments)
    if not _is_tuple(result, 2) or not _is_tuple(result[1], 2):
        return result
    sound, segment_time = result
    return {
        "new_background": sound,
        "segment_time": tuple(int(t) for t in segment_time),
        "previous_segments": [tuple(int(t) for t in one) for one in segments],
    }


def composed(function, background, activates, negatives, Ty, seed):
    """A training example, with draws that begin at a seed."""
    np.random.seed(seed)
    result = function(background, activates, negatives, Ty)
    if not _is_tuple(result, 3) or np.ndim(result[2]) != 1:
        return result
    sound, y, ends = result
    return {"sound": sound, "y": y, "ends": [int(end) for end in ends]}


def detector(function, x, n_filters, n_units, seed):
    """Names of the arrays, scores, and where and when dropout is on."""
    model = function(x.shape[2], n_filters, n_units, np.random.default_rng(seed))
    if not isinstance(model, nn.Layer):
        return model
    names = _fill(model, seed)
    layers = dict(model.named_layers())
    dropout = layers.get("dropout")
    model.eval()
    scores = _plain(model(x))
    model.train()
    changed = not np.allclose(_plain(model(x)), _plain(model(x)))
    result = {
        "its arrays": names,
        "scores": scores,
        "dropout rate": getattr(dropout, "rate", None),
        "dropout in training": changed,
    }
    if isinstance(dropout, nn.Dropout):
        # Half of everything in place of dropout: that shows where it is applied.
        dropout.forward = lambda features: features * 0.5
        model.eval()
        result["scores if dropout halves its input"] = _plain(model(x))
    return result


class _Mean(nn.Model):
    """A score for each frame, a fixed sum over its frequencies; noise in training."""

    def __init__(self, n_freq, rng):
        self.dense = nn.Dense(n_freq, 1, rng=rng)
        self.dropout = nn.Dropout(0.5, rng=rng)

    def forward(self, x):
        return self.dense(self.dropout(x))


def heard(function, x, scale, seed):
    """Probabilities that a small fixed model gives to a sound."""
    model = _Mean(101, np.random.default_rng(seed))
    model.dense.W.data *= scale
    return function(x, model)

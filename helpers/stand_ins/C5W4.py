"""Fixed blocks for C5W4: the parts of a transformer, with other insides."""

import numpy as np

from helpers import nn


def _allowed(mask, *shape):
    """The mask in full, as an array of numbers; ones where there is none."""
    given = np.ones(shape) if mask is None else np.asarray(mask, dtype=np.float64)
    return np.broadcast_to(given, shape).copy()


def _repeated(allowed, num_heads):
    """The same weights for each of some heads."""
    return np.repeat(allowed[:, np.newaxis], num_heads, axis=1)


class _Stack(nn.Layer):
    """An embedding and a dense layer, in place of a stack of layers."""

    def __init__(
        self,
        num_layers,
        embedding_dim,
        num_heads,
        fully_connected_dim,
        vocab_size,
        maximum_position_encoding,
        dropout_rate=0.1,
        *,
        rng,
    ):
        self.num_layers, self.num_heads = num_layers, num_heads
        self.scale = 1 + 0.1 * fully_connected_dim + 0.01 * maximum_position_encoding
        self.scale -= dropout_rate
        self.embedding = nn.Embedding(vocab_size, embedding_dim, rng=rng)
        self.dense = nn.Dense(embedding_dim, embedding_dim, "tanh", rng=rng)

    def read(self, token_ids, mask):
        """Vectors for tokens, mixed where the mask allows; and the mask in full."""
        x = self.embedding(token_ids)
        m, T, _ = x.shape
        allowed = _allowed(mask, m, T, T)
        return self.dense(nn.as_tensor(allowed) @ x) * self.scale, allowed


class MultiHeadAttention(nn.Layer):
    """A mean of what the mask allows, in place of attention."""

    def __init__(self, embedding_dim, num_heads, *, rng):
        """Make one dense layer."""
        self.num_heads = num_heads
        self.dense = nn.Dense(embedding_dim, embedding_dim, rng=rng)

    def forward(self, q, k, v, mask=None):
        """Output `(m, T_q, d)` and weights `(m, num_heads, T_q, T_k)`."""
        allowed = _allowed(mask, len(q.data), q.shape[1], k.shape[1])
        attended = nn.as_tensor(allowed) @ (0.5 * k + v) / k.shape[1]
        return self.dense(q + attended) * self.num_heads, _repeated(
            allowed, self.num_heads
        )


class EncoderLayer(nn.Layer):
    """Two dense layers around a sum of what the mask allows."""

    def __init__(
        self, embedding_dim, num_heads, fully_connected_dim, dropout_rate=0.1, *, rng
    ):
        """Make two dense layers."""
        self.num_heads, self.scale = num_heads, 1 - dropout_rate
        self.wide = nn.Dense(embedding_dim, fully_connected_dim, "tanh", rng=rng)
        self.back = nn.Dense(fully_connected_dim, embedding_dim, rng=rng)

    def forward(self, x, mask=None):
        """Output `(m, T, d)` and weights `(m, num_heads, T, T)`."""
        m, T, _ = x.shape
        allowed = _allowed(mask, m, T, T)
        mixed = nn.as_tensor(allowed) @ x
        return self.back(self.wide(mixed)) * self.scale, _repeated(
            allowed, self.num_heads
        )


class DecoderLayer(nn.Layer):
    """Two dense layers around sums of what both masks allow."""

    def __init__(
        self, embedding_dim, num_heads, fully_connected_dim, dropout_rate=0.1, *, rng
    ):
        """Make two dense layers."""
        self.num_heads, self.scale = num_heads, 1 - dropout_rate
        self.wide = nn.Dense(embedding_dim, fully_connected_dim, "tanh", rng=rng)
        self.back = nn.Dense(fully_connected_dim, embedding_dim, rng=rng)

    def forward(self, x, enc_output, look_ahead_mask=None, padding_mask=None):
        """Output `(m, T_y, d)` and two arrays of weights."""
        m, T, _ = x.shape
        ahead = _allowed(look_ahead_mask, m, T, T)
        padding = _allowed(padding_mask, m, T, enc_output.shape[1])
        mixed = nn.as_tensor(ahead) @ x + 0.5 * (nn.as_tensor(padding) @ enc_output)
        weights = _repeated(ahead, self.num_heads), _repeated(padding, self.num_heads)
        return self.back(self.wide(mixed)) * self.scale, *weights


class Encoder(_Stack):
    """Vectors for tokens, and as many arrays of weights as there would be layers."""

    def forward(self, token_ids, mask=None):
        """Output `(m, T, d)` and a list of weights `(m, num_heads, T, T)`."""
        x, allowed = self.read(token_ids, mask)
        return x, [_repeated(allowed, self.num_heads)] * self.num_layers


class Decoder(_Stack):
    """Vectors that depend on the encoder output, and two arrays of weights."""

    def forward(self, token_ids, enc_output, look_ahead_mask=None, padding_mask=None):
        """Output `(m, T_y, d)` and a dictionary of weights."""
        x, ahead = self.read(token_ids, look_ahead_mask)
        padding = _allowed(padding_mask, len(x.data), x.shape[1], enc_output.shape[1])
        x = x + 0.5 * (nn.as_tensor(padding) @ enc_output) / self.num_layers
        return x, {
            "weights of tokens": _repeated(ahead, self.num_heads),
            "weights of what was read": _repeated(padding, self.num_heads),
        }

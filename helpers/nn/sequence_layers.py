"""Layers for sequences (m, T, d): RNN, LSTM, GRU, Bidirectional, MultiHeadAttention."""

import numpy as np

from helpers.nn import initializers, ops, recurrent
from helpers.nn.attention import scaled_dot_product_attention
from helpers.nn.layer import Layer, Parameter
from helpers.nn.layers import Dense
from helpers.nn.normalization import dropout_mask


class RNN(Layer):
    """Plain recurrent layer with n units.

    Args:
        n_in: number of features d at each step.
        n: size of the hidden state.
        return_sequences: whether to return all states (m, T, n) or the last (m, n).
        return_state: whether to return the last state as well.
        reverse: whether to go from the last step to the first.
        rng: generator for the weights.
    """

    gates = 1

    def __init__(
        self, n_in, n, return_sequences=False, return_state=False, reverse=False, *, rng
    ):
        self.n = n
        self.return_sequences, self.return_state = return_sequences, return_state
        self.reverse = reverse
        columns = self.gates * n
        self.W = Parameter(initializers.glorot_uniform((n_in, columns), rng))
        self.U = Parameter(initializers.orthogonal((n, columns), rng))
        self.b = Parameter(initializers.zeros(columns))

    def run(self, x, state, mask):
        """All states, and the last state as a tuple."""
        h = recurrent.rnn(
            x, self.W, self.U, self.b, *state, mask=mask, reverse=self.reverse
        )
        return h, (self.last(h),)

    def last(self, h):
        """The state after the last step."""
        return h[:, 0 if self.reverse else -1]

    def forward(self, x, initial_state=(), mask=None):
        """States of x (m, T, d).

        Args:
            x: inputs.
            initial_state: (h0,), for an LSTM (h0, c0), each (m, n); by default 0.
            mask: (m, T), 0 where a sequence is padded.

        Returns:
            the output; with `return_state`, a tuple (output, h), or (output, h, c) for
            an LSTM.
        """
        if not isinstance(initial_state, tuple | list):
            initial_state = (initial_state,)
        h, state = self.run(x, initial_state, mask)
        output = h if self.return_sequences else state[0]
        return (output, *state) if self.return_state else output


class LSTM(RNN):
    """Long short-term memory.

    The bias of the forget gate starts at `forget_bias`, so that the network remembers
    at first.
    """

    gates = 4

    def __init__(self, n_in, n, *args, forget_bias=1.0, **options):
        super().__init__(n_in, n, *args, **options)
        self.b.data[n : 2 * n] = forget_bias

    def run(self, x, state, mask):
        """All states, and the last hidden state and cell state."""
        h, c = recurrent.lstm(
            x, self.W, self.U, self.b, *state, mask=mask, reverse=self.reverse
        )
        return h, (self.last(h), c)


class GRU(RNN):
    """Gated recurrent unit."""

    gates = 3

    def __init__(self, n_in, n, *args, **options):
        super().__init__(n_in, n, *args, **options)
        self.b_n = Parameter(initializers.zeros(n))

    def run(self, x, state, mask):
        """All states, and the last state as a tuple."""
        h = recurrent.gru(
            x, self.W, self.U, self.b, self.b_n, *state, mask=mask, reverse=self.reverse
        )
        return h, (self.last(h),)


class Bidirectional(Layer):
    """Two recurrent layers, one in each direction, with concatenated outputs.

    Args:
        kind: RNN, LSTM or GRU; the other arguments are passed to both layers.
    """

    def __init__(self, kind, *args, **options):
        self.ahead = kind(*args, **options)
        self.back = kind(*args, **options, reverse=True)

    def forward(self, x, mask=None):
        """(m, T, d) to (m, T, 2n), or (m, 2n) without `return_sequences`.

        With `return_state`, a tuple of that output, the states of the forward layer and
        those of the backward layer.
        """
        ahead, back = self.ahead(x, mask=mask), self.back(x, mask=mask)
        if not self.ahead.return_state:
            return ops.concatenate([ahead, back])
        return (ops.concatenate([ahead[0], back[0]]), *ahead[1:], *back[1:])


class MultiHeadAttention(Layer):
    """Several attention heads, each with its own projection of the input.

    Args:
        d: size of inputs and output; each head works with d / heads features.
        heads: number of heads.
        dropout: probability that an attention weight is dropped in training.
        rng: generator for the weights and for dropout.
    """

    def __init__(self, d, heads, dropout=0.0, *, rng):
        if d % heads:
            raise ValueError(
                f"MultiHeadAttention: d = {d} is not divisible by {heads} heads"
            )
        self.heads, self.rate, self.rng = heads, dropout, rng
        self.query, self.key, self.value, self.output = (
            Dense(d, d, rng=rng) for _ in range(4)
        )

    def _split(self, x):
        """(m, T, d) to (m, heads, T, d / heads)."""
        m, T, d = x.shape
        return x.reshape(m, T, self.heads, d // self.heads).transpose(0, 2, 1, 3)

    def forward(self, q, k=None, v=None, mask=None, return_weights=False):
        """Attend from q to k and v.

        Args:
            q: (m, T_q, d).
            k: (m, T_k, d), by default q (self-attention).
            v: (m, T_k, d), by default k.
            mask: 1 = attend; (m, 1, T_k) for padding, (1, T_q, T_k) for a look-ahead
                mask, (m, T_q, T_k), or (m, heads, T_q, T_k).
            return_weights: whether to also return the weights (m, heads, T_q, T_k).

        Returns:
            (m, T_q, d).
        """
        k = q if k is None else k
        v = k if v is None else v
        if mask is not None and np.ndim(mask) == 3:
            mask = np.asarray(mask)[:, None]
        q, k, v = self.query(q), self.key(k), self.value(v)
        m, T, d = q.shape
        drop = None
        if self.training and self.rate:
            shape = (m, self.heads, T, k.shape[1])
            drop = dropout_mask(shape, self.rate, self.rng, q.dtype)
        y, weights = scaled_dot_product_attention(
            self._split(q), self._split(k), self._split(v), mask, drop
        )
        y = self.output(y.transpose(0, 2, 1, 3).reshape(m, T, d))
        return (y, weights) if return_weights else y

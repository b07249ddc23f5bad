"""Networks written as one function: each layer is created where it is first used.

A function such as

    def two_layers(X, net):
        X = nn.relu(net.batch_norm(net.conv(X, 16, f=3)))
        return net.dense(nn.mean(X, axis=(1, 2)), 10)

says what a network computes and, at the same time, which layers it has. `Net` turns it
into a model: the first run, on an example, creates the layers in the order of their
use; later runs use the same layers in the same order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from helpers import nn


class Net(nn.Model):
    """A model from a function `run(X, net)`.

    Args:
        run: the function; it calls the layers of `net`, always in the same order.
        example: an input for `run`; a batch of one is enough.
        rng: generator that draws the weights.

    Attributes:
        layers: the layers in the order of their use.
    """

    def __init__(self, run: Callable, example: np.ndarray, *, rng) -> None:
        self.run, self.rng, self.layers, self._used = run, rng, [], 0
        with nn.no_grad():
            self.eval()(np.asarray(example, np.float32))
        self.train()

    def forward(self, x):
        """Compute the function."""
        self._used = 0
        return self.run(nn.as_tensor(x), self)

    def _layer(self, make: Callable) -> nn.Layer:
        """The next layer; the first run creates it."""
        if self._used == len(self.layers):
            self.layers.append(make())
            self.layers[-1].train(self.training)
        self._used += 1
        return self.layers[self._used - 1]

    def conv(self, x, n_C, f=1, s=1, padding="same", bias=False):
        """Convolution with `n_C` filters of size `f` and stride `s`."""
        n_C_prev = x.shape[-1]
        return self._layer(
            lambda: nn.Conv2D(
                n_C_prev,
                n_C,
                f,
                s,
                padding,
                use_bias=bias,
                rng=self.rng,
                initializer=nn.initializers.he_normal,
            )
        )(x)

    def conv_transpose(self, x, n_C, f=3, s=2):
        """Transposed convolution with biases: `n_C` maps, `s` times as large."""
        n_C_prev = x.shape[-1]
        return self._layer(
            lambda: nn.Conv2DTranspose(
                n_C_prev,
                n_C,
                f,
                s,
                rng=self.rng,
                initializer=nn.initializers.he_normal,
            )
        )(x)

    def depthwise(self, x, f=3, s=1):
        """Depthwise convolution: filters of size `f`, stride `s`, padding "same"."""
        n_C = x.shape[-1]
        return self._layer(
            lambda: nn.DepthwiseConv2D(
                n_C,
                f,
                s,
                use_bias=False,
                rng=self.rng,
                initializer=nn.initializers.he_normal,
            )
        )(x)

    def batch_norm(self, x, epsilon=1e-5):
        """Batch normalization of each channel."""
        n_C = x.shape[-1]
        return self._layer(lambda: nn.BatchNorm(n_C, epsilon=epsilon))(x)

    def dense(self, x, n):
        """Dense layer with `n` outputs, without an activation."""
        n_prev = x.shape[-1]
        return self._layer(lambda: nn.Dense(n_prev, n, rng=self.rng))(x)

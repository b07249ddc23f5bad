"""The layers: each holds parameters and calls the function of the same name.

Input and output sizes are both given (n_in, n_out), so a layer has its weights from the
start. Every layer with random weights takes the generator as `rng`.
"""

import numpy as np

from helpers.nn import conv, initializers, normalization, ops, pool
from helpers.nn.layer import Layer, Parameter

ACTIVATIONS = {
    None: lambda x: x,
    "relu": ops.relu,
    "relu6": lambda x: ops.relu(x, 6),
    "leaky_relu": lambda x: ops.leaky_relu(x, 0.1),  # the slope of Darknet (YOLO)
    "gelu": ops.gelu,
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "softmax": ops.softmax,
}


def activation_function(activation):
    """Look up an activation function by name; None is the identity.

    "leaky_relu" has the slope 0.1; for another one, pass a function.
    """
    if callable(activation):
        return activation
    if activation not in ACTIVATIONS:
        names = ", ".join(str(name) for name in ACTIVATIONS)
        raise ValueError(f"there is no activation {activation!r}; choose from {names}")
    return ACTIVATIONS[activation]


def _initial(initializer, activation):
    """The given initializer, or else He for ReLU-like activations, Glorot otherwise."""
    if initializer is not None:
        return initializer
    rectified = activation in ("relu", "relu6", "leaky_relu", "gelu")
    return initializers.he_normal if rectified else initializers.glorot_uniform


class Weighted(Layer):
    """Base of layers with weights W, a bias b or None, and an activation function.

    Args:
        shape: shape of the weights (..., n_in, n_out); the bias is (n_out,).
        activation: name, function or None.
        use_bias: whether there is a bias.
        rng: generator for the weights.
        initializer: see `initializers`; by default He if the activation is named and
            ReLU-like, else Glorot.
        options: arguments of the function that the layer calls.

    Raises:
        TypeError: if the layer has no such option.
    """

    known = ()

    def __init__(
        self, shape, activation, use_bias=True, *, rng, initializer=None, **options
    ):
        unknown = ", ".join(options.keys() - {*self.known})
        if unknown:
            raise TypeError(f"{type(self).__name__} has no argument {unknown}")
        self.W = Parameter(_initial(initializer, activation)(shape, rng))
        self.b = Parameter(initializers.zeros(shape[-1])) if use_bias else None
        self.activation = activation_function(activation)
        self.options = options


class Dense(Weighted):
    """activation(x W + b) over the last axis; W (n_in, n_out), b (n_out,).

    The other arguments are those of `Weighted`.
    """

    def __init__(self, n_in, n_out, activation=None, use_bias=True, **others):
        super().__init__((n_in, n_out), activation, use_bias, **others)

    def forward(self, x):
        """(..., n_in) to (..., n_out)."""
        return self.activation(ops.linear(x, self.W, self.b))


class Conv2D(Weighted):
    """Convolution; W (f, f, n_C_prev / groups, n_C), b (n_C,).

    The other arguments are dilation and groups, as for `conv2d`, and those of
    `Weighted`.
    """

    known = ("stride", "padding", "dilation", "groups")

    def __init__(
        self, n_C_prev, n_C, f=3, stride=1, padding="same", activation=None, **others
    ):
        shape = (*conv.pair(f), n_C_prev // others.get("groups", 1), n_C)
        others |= {"stride": stride, "padding": padding}
        super().__init__(shape, activation, **others)

    def forward(self, x):
        """(m, n_H, n_W, n_C_prev) to (m, n_H', n_W', n_C)."""
        return self.activation(conv.conv2d(x, self.W, self.b, **self.options))


class DepthwiseConv2D(Weighted):
    """One filter per channel; W (f, f, n_C), b (n_C,).

    The other arguments are those of `Weighted`.
    """

    known = ("stride", "padding")

    def __init__(self, n_C, f=3, stride=1, padding="same", activation=None, **others):
        others |= {"stride": stride, "padding": padding}
        # The weights are drawn in the shape (f, f, 1, n_C), whose fan-in is f * f.
        super().__init__((*conv.pair(f), 1, n_C), activation, **others)
        self.W.data = self.W.data[:, :, 0]

    def forward(self, x):
        """(m, n_H, n_W, n_C) to (m, n_H', n_W', n_C)."""
        return self.activation(conv.depthwise_conv2d(x, self.W, self.b, **self.options))


class Conv2DTranspose(Weighted):
    """Transposed convolution; W (f, f, n_C, n_C_prev), b (n_C,).

    The other arguments are those of `Weighted`.
    """

    known = ("stride", "padding")

    def __init__(
        self, n_C_prev, n_C, f=3, stride=2, padding="same", activation=None, **others
    ):
        others |= {"stride": stride, "padding": padding}
        super().__init__((*conv.pair(f), n_C_prev, n_C), activation, **others)
        self.W.data = np.ascontiguousarray(self.W.data.swapaxes(2, 3))

    def forward(self, x):
        """(m, n_H, n_W, n_C_prev) to (m, stride n_H, stride n_W, n_C) with "same"."""
        return self.activation(conv.conv2d_transpose(x, self.W, self.b, **self.options))


class Conv1D(Weighted):
    """Convolution over time; W (f, n_C_prev, n_C), b (n_C,).

    The other arguments are dilation, as for `conv1d`, and those of `Weighted`.
    """

    known = ("stride", "padding", "dilation")

    def __init__(
        self, n_C_prev, n_C, f=3, stride=1, padding="same", activation=None, **others
    ):
        others |= {"stride": stride, "padding": padding}
        super().__init__((f, n_C_prev, n_C), activation, **others)

    def forward(self, x):
        """(m, T, n_C_prev) to (m, T', n_C)."""
        return self.activation(conv.conv1d(x, self.W, self.b, **self.options))


class MaxPool2D(Layer):
    """Maximum of each f x f window."""

    def __init__(self, f=2, stride=None, padding="valid"):
        self.options = {"f": f, "stride": stride, "padding": padding}

    def forward(self, x):
        """(m, n_H, n_W, n_C) to (m, n_H', n_W', n_C)."""
        return pool.max_pool2d(x, **self.options)


class AveragePool2D(MaxPool2D):
    """Average of each f x f window."""

    def forward(self, x):
        """(m, n_H, n_W, n_C) to (m, n_H', n_W', n_C)."""
        return pool.average_pool2d(x, **self.options)


class GlobalAveragePool2D(Layer):
    """Average of each channel over the image."""

    def forward(self, x):
        """(m, n_H, n_W, n_C) to (m, n_C)."""
        return ops.mean(x, axis=(1, 2))


class UpSampling2D(Layer):
    """Repeat every pixel f x f times."""

    def __init__(self, f=2):
        self.f = f

    def forward(self, x):
        """(m, n_H, n_W, n_C) to (m, f n_H, f n_W, n_C)."""
        return pool.upsample2d(x, self.f)


class Flatten(Layer):
    """(m, ...) to (m, n)."""

    def forward(self, x):
        """(m, ...) to (m, n)."""
        return ops.flatten(x)


class Activation(Layer):
    """An activation function as a layer: Activation("relu")."""

    def __init__(self, activation):
        self.function = activation_function(activation)

    def forward(self, x):
        """Same shape."""
        return self.function(x)


class BatchNorm(Layer):
    """Batch normalization over the last axis; gamma, beta and running statistics.

    When frozen or not in training mode, it uses the running statistics and leaves them
    unchanged.
    """

    buffers = ("running_mean", "running_var")

    def __init__(self, n_C, momentum=0.9, epsilon=1e-5):
        self.gamma = Parameter(initializers.ones(n_C))
        self.beta = Parameter(initializers.zeros(n_C))
        self.running_mean = initializers.zeros(n_C)
        self.running_var = initializers.ones(n_C)
        self.options = {"momentum": momentum, "epsilon": epsilon}

    def forward(self, x):
        """Same shape."""
        running = self.running_mean, self.running_var
        training = self.training and self.trainable
        arguments = x, self.gamma, self.beta, running, training
        return normalization.batch_norm(*arguments, **self.options)


class LayerNorm(Layer):
    """Layer normalization over the last axis."""

    def __init__(self, d, epsilon=1e-5):
        self.gamma = Parameter(initializers.ones(d))
        self.beta = Parameter(initializers.zeros(d))
        self.epsilon = epsilon

    def forward(self, x):
        """Same shape."""
        return normalization.layer_norm(x, self.gamma, self.beta, self.epsilon)


class Dropout(Layer):
    """Inverted dropout: drops each value with probability `rate`, in training only."""

    def __init__(self, rate, *, rng):
        self.rate, self.rng = rate, rng

    def forward(self, x):
        """Same shape."""
        return normalization.dropout(x, self.rate, self.rng, self.training)


class Embedding(Layer):
    """Integers to vectors; E (vocabulary, d) is random, or given (pretrained)."""

    def __init__(self, vocabulary, d, *, rng=None, weights=None):
        if weights is None:
            weights = initializers.normal(0.05)((vocabulary, d), rng)
        if weights.shape != (vocabulary, d):
            raise ValueError(
                f"Embedding: weights {weights.shape} should be ({vocabulary}, {d})"
            )
        self.E = Parameter(np.array(weights))

    def forward(self, indices):
        """Integers (...) to (..., d)."""
        return normalization.embedding(indices, self.E)

"""Rows of C1W3: derivatives of activations at 0, and Leaky ReLU's slope."""

import numpy as np
from libraries import Table

table = Table()
ONE, BELOW = np.ones((1, 1)), -np.ones((1, 1))


@table.row(
    "relu_backward",
    "derivative of ReLU at z = 0",
    "torch",
    "relu",
    "ReLU has no derivative there; 0 is the convention",
)
def at_zero(lab):
    import torch

    z = torch.zeros((), requires_grad=True)
    torch.relu(z).backward()
    return lab.relu_backward(ONE, 0 * ONE)[0, 0], z.grad


def _below(lab):
    return lab.leaky_relu_backward(ONE, BELOW)[0, 0]


@table.row(
    "leaky_relu_backward",
    "derivative of Leaky ReLU at z = −1, default slope",
    "torch",
    "nn.functional.leaky_relu",
    "the same default",
)
def leaky_in_torch(lab):
    import torch

    z = torch.tensor(-1.0, requires_grad=True)
    torch.nn.functional.leaky_relu(z).backward()
    return _below(lab), z.grad


@table.row(
    "leaky_relu_backward",
    "the same derivative",
    "keras",
    "activations.leaky_relu",
    "its default slope is 0.2",
)
def leaky_in_keras(lab):
    import keras

    return _below(lab), -float(keras.activations.leaky_relu(-1.0))


@table.row(
    "leaky_relu_backward",
    "the derivative once more",
    "keras",
    "layers.LeakyReLU()",
    "the layer has yet another default slope, 0.3",
)
def leaky_layer_in_keras(lab):
    import keras

    value = keras.layers.LeakyReLU()(np.array([-1.0], "float32"))
    return _below(lab), -float(value[0])

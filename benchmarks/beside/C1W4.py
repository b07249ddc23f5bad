"""Rows of C1W4: which axis is which in a layer's weights, and how large they start."""

import numpy as np
from libraries import Table

table = Table()


def _shape(array):
    return str(tuple(array.shape))


@table.row(
    "parameter_shapes",
    "weights of a layer from 3 units to 2",
    "torch",
    "nn.Linear(3, 2).weight",
    "the same shape; but it expects one example per row and computes X Wᵀ + b",
)
def in_torch(lab):
    import torch

    return str(lab.parameter_shapes([3, 2])["W1"]), _shape(torch.nn.Linear(3, 2).weight)


@table.row(
    "parameter_shapes",
    "the same weights",
    "keras",
    "layers.Dense(2).kernel",
    "one example per row and X W + b, so the weights are transposed",
)
def in_keras(lab):
    import keras

    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    return str(lab.parameter_shapes([3, 2])["W1"]), _shape(layer.kernel)


@table.row(
    "initialize_parameters_deep",
    "10 times the standard deviation of the first weights, from 400 units to 400",
    "torch",
    "nn.Linear(400, 400).weight",
    "uniform between ±1/√400, which has a standard deviation of 1/√1200",
)
def spread(lab):
    import torch

    torch.manual_seed(0)
    yours = lab.initialize_parameters_deep([400, 400])["W1"]
    theirs = torch.nn.Linear(400, 400).weight.detach().numpy()
    return f"{10 * np.std(yours):.2f}", f"{10 * np.std(theirs):.2f}"

"""Rows of C2W2: momentum without averaging, and where epsilon stands."""

import numpy as np
from libraries import Table

table = Table()
TINY = 1e-8  # a gradient as small as epsilon shows where epsilon stands


def _at(value):
    return {"W1": np.array([[value]]), "b1": np.zeros((1, 1))}


def _gradients(value):
    return {"dW1": np.array([[value]]), "db1": np.zeros((1, 1))}


def _in_torch(kind, gradient, **settings):
    """How far the first step of an optimizer of PyTorch goes."""
    import torch

    weight = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([weight], **settings)
    weight.grad = torch.tensor(gradient, dtype=torch.float64)
    optimizer.step()
    return -weight.item()


def _in_keras(kind, gradient, **settings):
    """How far the first step of an optimizer of Keras goes."""
    import keras

    weight = keras.Variable(0.0, dtype="float64")
    optimizer = getattr(keras.optimizers, kind)(**settings)
    optimizer.apply([keras.ops.array(gradient, dtype="float64")], [weight])
    return -float(weight)


def _momentum(lab):
    moved, _ = lab.update_parameters_with_momentum(
        _at(0.0), _gradients(1.0), _gradients(0.0), 0.9, 0.1
    )
    return -moved["W1"][0, 0]


def _rmsprop(lab):
    moved, _ = lab.update_parameters_with_rmsprop(
        _at(0.0), _gradients(TINY), _gradients(0.0), 0.9, 1.0
    )
    return -moved["W1"][0, 0]


def _adam(lab):
    moved = lab.update_parameters_with_adam(
        _at(0.0), _gradients(TINY), _gradients(0.0), _gradients(0.0), 1, 1.0
    )[0]
    return -moved["W1"][0, 0]


@table.row(
    "update_parameters_with_momentum",
    "first step for a gradient of 1, rate 0.1, β = 0.9",
    "torch",
    "optim.SGD(momentum=0.9)",
    "v = βv + g has no factor 1 − β; steps grow ten times larger",
)
def momentum_in_torch(lab):
    return _momentum(lab), _in_torch("SGD", 1.0, lr=0.1, momentum=0.9)


@table.row(
    "update_parameters_with_momentum",
    "the same step",
    "keras",
    "optimizers.SGD(momentum=0.9)",
    "no factor 1 − β either",
)
def momentum_in_keras(lab):
    return _momentum(lab), _in_keras("SGD", 1.0, learning_rate=0.1, momentum=0.9)


@table.row(
    "update_parameters_with_rmsprop",
    "first step for a gradient of 1e-8, rate 1, β = 0.9",
    "torch",
    "optim.RMSprop(alpha=0.9)",
    "the same formula; its default for β is 0.99",
)
def rmsprop_in_torch(lab):
    return _rmsprop(lab), _in_torch("RMSprop", TINY, lr=1.0, alpha=0.9)


@table.row(
    "update_parameters_with_rmsprop",
    "the same step",
    "keras",
    "optimizers.RMSprop(rho=0.9)",
    "epsilon is 1e-7 and stands under the root",
)
def rmsprop_in_keras(lab):
    return _rmsprop(lab), _in_keras("RMSprop", TINY, learning_rate=1.0, rho=0.9)


@table.row(
    "update_parameters_with_adam",
    "first step for a gradient of 1e-8, rate 1",
    "torch",
    "optim.Adam",
    "the same formula and defaults, except for the rate (0.001)",
)
def adam_in_torch(lab):
    return _adam(lab), _in_torch("Adam", TINY, lr=1.0)


@table.row(
    "update_parameters_with_adam",
    "the same step",
    "keras",
    "optimizers.Adam",
    "epsilon is 1e-7 and is added before the correction of s",
)
def adam_in_keras(lab):
    return _adam(lab), _in_keras("Adam", TINY, learning_rate=1.0)

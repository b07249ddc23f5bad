"""Runs the exercises of C4W3 that need a generator or a network.

Weights are set to fixed numbers that depend on a layer's shape only, so that the order
in which a block asks for its layers does not matter.
"""

import functools

import numpy as np

from helpers import nn
from helpers.checks.compare import what
from helpers.checks.values import plain
from helpers.functional import Net


def anchors(function, wh, k, seed):
    """Anchors from a seeded generator."""
    return function(wh, k, np.random.default_rng(seed))


def _numbers(shape):
    return _drawn(tuple(shape)).copy()


@functools.cache
def _drawn(shape):
    rng = np.random.default_rng([7, *shape])
    fan_in = max(1, int(np.prod(shape[:-1])))
    return rng.normal(size=shape) * np.sqrt(2 / fan_in)


def _fixed(layer):
    """The layer in double precision, each array drawn from a seed made of its shape."""
    for value in vars(layer).values():
        if isinstance(value, nn.Parameter):
            value.data, value.requires_grad = _numbers(value.shape), False
    if isinstance(layer, nn.BatchNorm):
        n_C = layer.gamma.size
        layer.gamma.data = 1 + 0.3 * layer.gamma.data
        layer.beta.data = 0.3 * layer.beta.data[::-1].copy()
        layer.running_mean = 0.2 * _numbers((3, n_C))[0]
        layer.running_var = 1 + 0.2 * np.abs(_numbers((5, n_C))[1])
    layer.training = False
    return layer


_OBSERVED = ("outputs", "number of parameters", "gradient with respect to X")


class _FixedNet(Net):
    """A network with fixed weights that runs once, in evaluation mode."""

    def __init__(self, run):
        self.run, self.rng, self.layers = run, np.random.default_rng(0), []

    def _layer(self, make):
        self.layers.append(_fixed(make()))
        return self.layers[-1]


def _observed(run, X):
    """Outputs, gradient and number of parameters of a network; `run` gives a tuple.

    It runs in evaluation mode. In training mode, batch norm would hide whatever scales
    or shifts its input.
    """
    net, x = _FixedNet(run), nn.Tensor(X, requires_grad=True)
    outputs = net(x)
    y = outputs[0]
    if y.requires_grad:
        nn.mean(y * np.cos(np.arange(y.size)).reshape(y.shape)).backward()
    values = [y.data for y in outputs], net.count_parameters(), x.grad
    return dict(zip(_OBSERVED, values, strict=True))


def _given(*options):
    """Options up to the first that is None."""
    return options[: options.index(None)] if None in options else options


def level_down(function, X, n_filters, max_pooling):
    """A level of the way down; what is None is left to its default."""
    options = _given(n_filters, max_pooling)

    def run(x, net):
        outputs = function(x, *options, net=net)
        if not isinstance(outputs, (tuple, list)) or len(outputs) != 2:
            raise _NotTwoMaps(what(plain(outputs)))
        return tuple(outputs)

    try:
        return {"returned": "a tuple of 2", **_observed(run, X)}
    except _NotTwoMaps as error:
        return {"returned": str(error), **dict.fromkeys(_OBSERVED)}


class _NotTwoMaps(Exception):
    """Something else came back than the next input and the skip."""


def level_up(function, X, skip, n_filters):
    """A level of the way up; `n_filters` None is left to its default."""

    def run(x, net):
        options = _given(n_filters)
        return (function(x, nn.as_tensor(skip), *options, net=net),)

    return _observed(run, X)


def unet(function, X, n_filters, n_classes, depth):
    """A whole U-Net; what is None is left to its default."""
    options = {"n_filters": n_filters, "n_classes": n_classes, "depth": depth}
    given = {name: value for name, value in options.items() if value is not None}

    def run(x, net):
        return (function(x, **given, net=net),)

    return _observed(run, X)

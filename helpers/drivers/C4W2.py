"""Runs the exercises of C4W2 that work on networks, from plain arrays to plain arrays.

Weights are set to fixed numbers that depend on a layer's shape only, so that the order
in which a block asks for its layers does not matter.
"""

import functools

import numpy as np

from helpers import nn
from helpers.checks.compare import what
from helpers.functional import Net


def _fixed(layer):
    """The layer in double precision, each array drawn from a seed made of its shape."""
    for parameter in layer.parameters():
        parameter.data = _numbers(parameter.shape)
    if isinstance(layer, nn.BatchNorm):
        layer.gamma.data = 1 + 0.3 * layer.gamma.data
        layer.beta.data = 0.3 * layer.beta.data[::-1].copy()
        layer.running_mean = 0.2 * _numbers(layer.gamma.shape)
        layer.running_var = 0.2 * _numbers((1, layer.gamma.size))[0] + 1.0
    return layer


def _numbers(shape):
    return _drawn(tuple(shape)).copy()


@functools.cache
def _drawn(shape):
    rng = np.random.default_rng([7, *shape])
    fan_in = max(1, int(np.prod(shape[:-1])))
    return rng.normal(size=shape) * np.sqrt(2 / fan_in)


class _FixedNet(Net):
    """A network in double precision whose first run is in evaluation mode.

    Attributes:
        evaluated: output of the first run.
    """

    def __init__(self, run, X):
        self.run, self.rng, self.layers = run, np.random.default_rng(0), []
        with nn.no_grad():
            self.evaluated = self.eval()(nn.Tensor(X)).data.copy()

    def _layer(self, make):
        return super()._layer(lambda: _fixed(make()))


def _observed(run, X):
    """Output in both modes, gradients and number of parameters of a network."""
    net = _FixedNet(run, X)
    net.train()
    x = nn.Tensor(X, requires_grad=True)
    y = net(x)
    weights = np.cos(np.arange(y.size)).reshape(y.shape)
    nn.mean(y * weights).backward()
    gradients = [p.grad for p in net.parameters()]
    return {
        "output in training": y.data,
        "output in evaluation": net.evaluated,
        "number of parameters": net.count_parameters(),
        "gradient with respect to X": x.grad,
        "length of the gradient with respect to the weights": np.sqrt(
            sum(np.sum(g**2) for g in gradients if g is not None)
        ),
    }


def block(function, X, **settings):
    """A block, or a whole network: `function(X, **settings, net=net)`."""
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    return _observed(lambda x, net: function(x, *settings.values(), net=net), X)


def identity(function, X, f, filters):
    """An identity block."""
    return block(function, X, f=f, filters=filters)


def convolutional(function, X, f, filters, s):
    """A convolutional block."""
    return block(function, X, f=f, filters=filters, s=s)


def resnet(function, X, blocks, classes, width):
    """A residual network."""
    return block(function, X, blocks=blocks, classes=classes, width=width)


def inception(function, X, filters):
    """An inception module."""
    return block(function, X, filters=filters)


def bottleneck(function, X, t, n_C, s):
    """A MobileNetV2 bottleneck."""
    return block(function, X, t=t, n_C=n_C, s=s)


# --- augmentation --------------------------------------------------------------------


def crops(function, n_H, n_W, size):
    """Where random crops lie, over many seeds; each pixel has a number of its own.

    There are as many seeds as it takes to reach every position, but for one crop in a
    hundred thousand.
    """
    image = np.arange(n_H * n_W * 3).reshape(n_H, n_W, 3)
    reached = np.zeros((n_H, n_W), int)
    shape, cut_out = (), True
    for seed in range(14 * (n_H - size + 1) * (n_W - size + 1)):
        crop = np.asarray(function(image.copy(), size, seed))
        shape = crop.shape
        if crop.ndim != 3 or not crop.size:
            break
        top, left = divmod(int(crop[0, 0, 0]) // 3, n_W)
        expected = image[top : top + size, left : left + size]
        cut_out = cut_out and np.array_equal(crop, expected)
        reached[top, left] = 1
    again = [
        np.array_equal(function(image, size, s), function(image, size, s))
        for s in range(5)
    ]
    return {
        "shape": shape,
        "a connected piece of the image": cut_out,
        "the same seed gives the same crop": all(again),
        "top left corners reached": reached,
    }


def color_shifts(function, level, most):
    """What is added to a uniform image, over many seeds."""
    image = np.full((4, 5, 3), level, np.uint8)
    given, types = [], set()
    for seed in range(200):
        out = np.asarray(function(image.copy(), seed, most))
        if out.shape != image.shape:
            return {"shape": out.shape}
        types.add(out.dtype)
        given.append(out)
    added = np.array(given, float) - level
    spread = float(np.ptp(added, axis=(1, 2)).max())
    shifts = added[:, 0, 0]
    again = np.array_equal(function(image, 3, most), function(image, 3, most))
    return {
        "shape": image.shape,
        "type of the numbers": sorted(dtype.name for dtype in types),
        "the same seed gives the same shift": again,
        "all pixels of a channel are shifted alike": spread == 0,
        "smallest shifts": shifts.min(axis=0),
        "largest shifts": shifts.max(axis=0),
        "the channels are shifted independently": [
            bool(abs(np.corrcoef(shifts[:, i], shifts[:, j])[0, 1]) < 0.4)
            for i, j in ((0, 1), (1, 2), (0, 2))
        ],
    }


def pca_shifts(function, image, directions):
    """What is added along three directions of colour, over many seeds."""
    added = np.array(
        [np.asarray(function(image.copy(), seed)) - image for seed in range(200)]
    )
    spread = float(np.ptp(added, axis=(1, 2)).max())
    along = added[:, 0, 0] @ directions
    again = np.array_equal(function(image, 3), function(image, 3))
    one_by_one = np.corrcoef(along.T)[np.triu_indices(3, 1)]
    return {
        "all pixels are shifted alike": spread < 1e-5,  # as exact as float32
        "the same seed gives the same shift": bool(again),
        "along the first direction": along[:, 0],
        "along the second": along[:, 1],
        "along the third": along[:, 2],
        "the three draws are independent": bool(np.abs(one_by_one).max() < 0.45),
    }


# --- transfer and averages -----------------------------------------------------------


def _small():
    """Convolution, batch norm, convolution, batch norm, average, dense."""
    rng = np.random.default_rng(0)
    return nn.Sequential(
        nn.Conv2D(2, 3, 3, use_bias=False, rng=rng),
        nn.BatchNorm(3),
        nn.Activation("relu"),
        nn.Conv2D(3, 4, 3, use_bias=False, rng=rng),
        nn.BatchNorm(4),
        nn.Activation("relu"),
        nn.GlobalAveragePool2D(),
        nn.Dense(4, 3, rng=rng),
    )


def _changed(before, model):
    """Layer number -> whether one of its arrays moved."""
    moved = [False] * len(model.layers)
    for name, array in model.state_dict().items():
        if not np.array_equal(array, before[name]):
            moved[int(name.split(".")[1])] = True
    return moved


def freezing(function, X, Y, up_to, earlier):
    """A training step after `freeze`; `earlier` layers were frozen before."""
    model = _small()
    for layer in model.layers[:earlier]:
        layer.freeze()
    number = function(model, up_to)
    before = model.state_dict()
    model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=nn.SGD(model.parameters(), 0.1),
        epochs=1,
        progress=False,
    )
    return {
        "returned": number,
        "layers that a training step changes": _changed(before, model),
    }


def fine_tuning(function, X, Y, up_to, learning_rate, epochs):
    """What `fine_tune` changes, and what it returns."""
    model = _small()
    with nn.no_grad():
        model.train()(X)  # so that the statistics are not those of a new model
    model.eval()
    before = model.state_dict()
    start = model.evaluate(X, Y, loss=nn.cross_entropy)["loss"]
    losses = function(model, X, Y, up_to, learning_rate, epochs)
    end = model.evaluate(X, Y, loss=nn.cross_entropy)["loss"]
    last = losses[-1] if _described(losses) == f"a list of {epochs} numbers" else np.nan
    return {
        "returned": _described(losses),
        "layers that changed": _changed(before, model),
        "the loss fell": bool(end < start),
        "the last loss lies between": bool(end - 0.05 < last < start + 0.05),
    }


def _described(losses):
    """What came back for a list of losses, in words."""
    if not isinstance(losses, (list, tuple, np.ndarray)):
        return what(losses)
    numbers = all(np.ndim(x) == 0 and np.isreal(x) for x in losses)
    return f"a list of {len(losses)} numbers" if numbers else "a list of other things"


class _Linear:
    """Logits that are a linear function of an image of any size."""

    def __init__(self, W):
        self.W = W

    def predict(self, X, **options):
        X = np.asarray(X, float)
        rows = np.arange(1, X.shape[1] + 1)[:, None, None] / X.shape[1]
        columns = np.arange(1, X.shape[2] + 1)[None, :, None] ** 2 / X.shape[2] ** 2
        return np.mean(X * (rows + columns), axis=(1, 2)) @ self.W


def ensemble(function, weights, X):
    """Several models, each linear with its own weights."""
    return function([_Linear(W) for W in weights], X)


def multi_crop(function, W, X, size):
    """One linear model whose weights differ from position to position."""
    return function(_Linear(W), X, size)

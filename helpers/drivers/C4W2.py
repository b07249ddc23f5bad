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
    for value in vars(layer).values():
        if isinstance(value, nn.Parameter):
            value.data, value.requires_grad = _numbers(value.shape), False
    if isinstance(layer, nn.BatchNorm):
        layer.gamma.data = 1 + 0.3 * layer.gamma.data
        layer.beta.data = 0.3 * layer.beta.data[::-1].copy()
        layer.running_mean = 0.2 * _numbers(layer.gamma.shape)
        layer.running_var = 0.2 * _numbers((1, layer.gamma.size))[0] + 1.0
    layer.training = False
    return layer


def _numbers(shape):
    return _drawn(tuple(shape)).copy()


@functools.cache
def _drawn(shape):
    rng = np.random.default_rng([7, *shape])
    fan_in = max(1, int(np.prod(shape[:-1])))
    return rng.normal(size=shape) * np.sqrt(2 / fan_in)


class _FixedNet(Net):
    """A network with fixed weights that runs once, in evaluation mode."""

    def __init__(self, run):
        self.run, self.rng, self.layers = run, np.random.default_rng(0), []

    def _layer(self, make):
        self.layers.append(_fixed(make()))
        return self.layers[-1]


def _observed(run, X):
    """Output, gradient and number of parameters of a network in evaluation mode.

    In training mode, batch norm would hide whatever scales or shifts its input. The
    gradient with respect to X shows whether every step is recorded, those with weights
    included.
    """
    net, x = _FixedNet(run), nn.Tensor(X, requires_grad=True)
    y = net(x)
    if y.requires_grad:
        nn.mean(y * np.cos(np.arange(y.size)).reshape(y.shape)).backward()
    return {
        "output": y.data,
        "number of parameters": net.count_parameters(),
        "gradient with respect to X": x.grad,
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

    It goes on until every position is reached. There are so many seeds that a right
    function misses a position in less than one of a million cases.
    """
    image = np.arange(n_H * n_W * 3).reshape(n_H, n_W, 3)
    positions = (n_H - size + 1) * (n_W - size + 1)
    reached = np.zeros((n_H, n_W), int)
    crops, shape, cut_out = [], (), True
    for seed in range(20 * positions):
        crop = np.asarray(function(image.copy(), size, seed))
        crops.append(crop)
        shape = crop.shape
        if crop.ndim != 3 or not crop.size:
            break
        top, left = divmod(int(crop[0, 0, 0]) // 3, n_W)
        expected = image[top : top + size, left : left + size]
        cut_out = cut_out and shape == expected.shape and bool((crop == expected).all())
        reached[top, left] = 1
        enough = len(crops) >= max(5, 3 * positions)
        if enough and cut_out and reached.sum() == positions:
            break
    again = [
        np.array_equal(function(image, size, seed), crop)
        for seed, crop in enumerate(crops[:5])
    ]
    return {
        "shape": shape,
        "a connected piece of the image": cut_out,
        "the same seed gives the same crop": all(again),
        "top left corners reached": reached,
    }


def color_shifts(function, level, most):
    """What is added to a uniform image, over many seeds.

    Where fewer than 200 seeds show clearly all that a right function shows, they are
    enough. No function is refused before all are drawn.
    """
    image = np.full((4, 5, 3), level, np.uint8)
    ends = [[-min(level, most)] * 3, [min(255 - level, most)] * 3]
    given = []
    for seed in range(200):
        out = np.asarray(function(image.copy(), seed, most))
        if out.shape != image.shape:
            return {"shape": out.shape}
        given.append(out)
        if len(given) not in (40, 60, 100, 200):
            continue
        added = np.array(given, float) - level
        spread = float(np.ptp(added, axis=(1, 2)).max())
        shifts = added[:, 0, 0]
        reached = [shifts.min(axis=0), shifts.max(axis=0)]
        correlated = np.abs(np.corrcoef(shifts.T)[np.triu_indices(3, 1)])
        types = {out.dtype.name for out in given}
        near = np.allclose(reached, ends, rtol=0.15)
        if near and spread == 0 and types == {"uint8"} and correlated.max() < 0.3:
            break
    return {
        "shape": image.shape,
        "type of the numbers": sorted(types),
        "the same seed gives the same shift": all(
            np.array_equal(function(image, seed, most), given[seed])
            for seed in range(3)
        ),
        "all pixels of a channel are shifted alike": spread == 0,
        "smallest shifts": reached[0],
        "largest shifts": reached[1],
        "the channels are shifted independently": [bool(r < 0.4) for r in correlated],
    }


def pca_shifts(function, image, directions):
    """What is added along three directions of colour, over as many seeds.

    The limits are those of 200 seeds; with fewer, the standard deviations have to lie
    within half of them.
    """
    meant = 0.1 * (image.reshape(-1, 3) @ directions).var(axis=0, ddof=1)
    added = []
    for seed in range(200):
        added.append(np.asarray(function(image.copy(), seed)) - image)
        if len(added) not in (60, 80, 120, 200):
            continue
        spread = float(np.ptp(added, axis=(1, 2)).max())
        along = np.array([one[0, 0] for one in added]) @ directions
        stds = along.std(axis=0).astype(along.dtype)  # complex numbers stay so
        look = _looks_drawn(along)
        if spread < 1e-5 and all(look.values()) and np.allclose(stds, meant, rtol=0.15):
            break
    return {
        "all pixels are shifted alike": spread < 1e-5,  # as exact as float32
        "the same seed gives the same shift": all(
            np.array_equal(function(image, seed) - image, added[seed])
            for seed in range(3)
        ),
        "standard deviation along the first direction": stds[0],
        "standard deviation along the second": stds[1],
        "standard deviation along the third": stds[2],
        **look,
    }


def _looks_drawn(numbers):
    """Whether the columns look like independent draws around 0, drawn one by one.

    Each limit is at least six standard errors of 200 rows.
    """
    n = len(numbers)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
        off = np.abs(numbers.mean(axis=0) / numbers.std(axis=0))
        after_each_other = np.abs((z[1:] * z[:-1]).mean(axis=0))
        between = np.abs((z.T @ z / n)[np.triu_indices(3, 1)])
    different = min(len(np.unique(column)) for column in numbers.T)
    limit = 6 / np.sqrt(200)
    return {
        "the shifts average to 0": bool((off <= limit).all()),
        "each seed has a draw of its own": bool(
            2 * different > n and (after_each_other <= limit).all()
        ),
        "the three draws are independent": bool((between <= 0.45).all()),
    }


# --- transfer and averages -----------------------------------------------------------


def _small():
    """Convolution, batch norm, convolution, batch norm, average, dense."""
    rng = np.random.default_rng(0)
    return nn.Sequential(
        nn.Conv2D(2, 3, 1, use_bias=False, rng=rng),
        nn.BatchNorm(3),
        nn.Activation("relu"),
        nn.Conv2D(3, 4, 1, use_bias=False, rng=rng),
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
    optimizer = nn.SGD(model.parameters(), 0.1)
    nn.cross_entropy(model.train()(X), Y).backward()
    optimizer.step()
    return {
        "returned": number,
        "layers that a training step changes": _changed(before, model),
    }


def _loss(model, X, Y):
    """The average loss in evaluation mode."""
    with model.evaluating():
        return nn.cross_entropy(model(X), Y).item()


def fine_tuning(function, X, Y, up_to, learning_rate, epochs):
    """What `fine_tune` changes, and what it returns."""
    model = _small().eval()
    for layer in (model.layers[1], model.layers[4]):  # not those of a new model
        layer.running_mean += 0.1
        layer.running_var *= 0.9
    before = model.state_dict()
    start = _loss(model, X, Y)
    losses = function(model, X, Y, up_to, learning_rate, epochs)
    end = _loss(model, X, Y)
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

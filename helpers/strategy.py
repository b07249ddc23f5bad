"""Classifiers of clothes for the strategy labs: their data split, shape and weights.

>>> models = classifiers()
>>> list(models)
['nearest mean', 'neighbours', 'softmax', 'dense net', 'small CNN', 'large CNN']
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers import data, nn

DEV_PER_CLASS = 200


class Split(NamedTuple):
    """Images uint8 `(m, 28, 28)` and labels `(m,)` of three sets."""

    train_x: np.ndarray
    train_y: np.ndarray
    dev_x: np.ndarray
    dev_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


class Classifier(NamedTuple):
    """A classifier.

    Attributes:
        classify: function of images `(m, 28, 28)` that returns labels `(m,)`.
        kilobytes: memory of its numbers, 4 bytes each (1 byte for each pixel).
    """

    classify: Callable[[np.ndarray], np.ndarray]
    kilobytes: float


def fashion() -> Split:
    """Fashion-MNIST with 8,000 images to train on, 2,000 for dev, 2,000 for test.

    The dev set is the last 200 training images of each class.
    """
    whole = data.load("fashion")
    x, y = whole.train_x, whole.train_y
    rows = [np.flatnonzero(y == label)[-DEV_PER_CLASS:] for label in range(10)]
    in_dev = np.zeros(len(y), dtype=bool)
    in_dev[np.concatenate(rows)] = True
    return Split(
        x[~in_dev], y[~in_dev], x[in_dev], y[in_dev], whole.test_x, whole.test_y
    )


def networks(rng: np.random.Generator) -> dict[str, nn.Sequential]:
    """Untrained networks by name; inputs are those of `prepare`."""
    return {
        "softmax": nn.Sequential(nn.Dense(784, 10, rng=rng)),
        "dense net": nn.Sequential(
            nn.Dense(784, 64, "relu", rng=rng), nn.Dense(64, 10, rng=rng)
        ),
        "small CNN": _small(rng),
        "large CNN": nn.Sequential(
            nn.Conv2D(1, 16, activation="relu", rng=rng),
            nn.MaxPool2D(),
            nn.Conv2D(16, 32, activation="relu", rng=rng),
            nn.MaxPool2D(),
            nn.Conv2D(32, 64, activation="relu", rng=rng),
            nn.MaxPool2D(),
            nn.Flatten(),
            nn.Dropout(0.4, rng=rng),
            nn.Dense(576, 10, rng=rng),
        ),
        "careful CNN": _small(rng),
    }


def _small(rng):
    return nn.Sequential(
        nn.Conv2D(1, 8, stride=2, activation="relu", rng=rng),
        nn.Conv2D(8, 16, stride=2, activation="relu", rng=rng),
        nn.Flatten(),
        nn.Dense(784, 10, rng=rng),
    )


def prepare(net: nn.Sequential, x: np.ndarray) -> np.ndarray:
    """Images as a network wants them: floats, as rows or with one channel."""
    x = np.asarray(x, dtype=np.float32) / 255
    return x[..., None] if isinstance(net[0], nn.Conv2D) else x.reshape(len(x), -1)


def classifiers(careful: bool = False) -> dict[str, Classifier]:
    """Trained classifiers by name, the simplest first.

    Args:
        careful: include the network that was trained to lose fewer coats.
    """
    shop = fashion()
    models = {
        "nearest mean": _mean_images(shop),
        "neighbours": _neighbours(shop),
    }
    stored = data.load("strategy")
    for name, net in networks(np.random.default_rng(0)).items():
        if name == "careful CNN" and not careful:
            continue
        state = {
            key: stored[f"{name}.{key}".replace(" ", "_")] for key in net.state_dict()
        }
        net.load_state_dict({k: v.astype(np.float32) for k, v in state.items()})
        models[name] = _classifier(net)
    return models


def _classifier(net: nn.Sequential) -> Classifier:
    def classify(x):
        return net.predict(prepare(net, x), batch_size=500).argmax(axis=1)

    return Classifier(classify, 4 * net.count_parameters() / 1000)


def _mean_images(shop: Split) -> Classifier:
    """The class whose average image is nearest."""
    means = np.stack(
        [shop.train_x[shop.train_y == label].mean(axis=0) for label in range(10)]
    ).reshape(10, -1)

    def classify(x):
        return _distances(x, means).argmin(axis=1)

    return Classifier(classify, 4 * means.size / 1000)


def _neighbours(shop: Split, k: int = 5) -> Classifier:
    """The most frequent class among the five nearest training images."""
    known = shop.train_x.reshape(len(shop.train_x), -1).astype(np.float32)

    def classify(x):
        distances, rows, near = _distances(x, known), np.arange(len(x)), []
        for _ in range(k):  # a few minima are faster than np.argpartition
            near.append(distances.argmin(axis=1))
            distances[rows, near[-1]] = np.inf
        votes = shop.train_y[np.array(near)][..., None] == np.arange(10)  # (k, m, 10)
        return votes.sum(axis=0).argmax(axis=1)

    return Classifier(classify, known.size / 1000)


def _distances(x, known):
    """Squared distances of images to known ones, up to a constant in each row."""
    rows = x.reshape(len(x), -1).astype(np.float32)
    known = known.astype(np.float32, copy=False)
    return np.sum(known * known, axis=1) - 2 * rows @ known.T

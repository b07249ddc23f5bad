"""Points in the plane with two labels: small sets that a network can be seen to learn.

Every set is a function of the number of points and a seed, and returns `X` of shape
`(2, m)`, a point in each column, with `Y` of shape `(1, m)`, labels 0 and 1, as many of
one as of the other (one more of label 0 where `m` is odd). The order is shuffled, so
the first columns are a fair sample. Nothing touches `np.random`'s global state.

>>> X, Y = flower(400, seed=1)
>>> X.shape, Y.shape, int(Y.sum())
((2, 400), (1, 400), 200)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["SETS", "blobs", "circles", "flower", "moons", "spirals"]

Seed = int | np.random.Generator
Points = tuple[np.ndarray, np.ndarray]


def flower(m: int = 400, seed: Seed = 1, noise: float = 0.2) -> Points:
    """Eight petals around the origin, two labels; no line does better than chance.

    Args:
        m: how many points, at least 2.
        seed: an integer or a generator.
        noise: spread of the points, in units of which a petal is 4 long.

    Returns:
        X: array `(2, m)`, within about 5 of the origin.
        Y: array `(1, m)` of 0 and 1.
    """

    def place(rng, label, count):
        t = np.pi * (label + rng.uniform(0, 1, count))  # half a turn each
        t += rng.normal(scale=noise, size=count)
        # Where the sine is negative, the petal grows on the opposite side.
        radius = 4 * np.sin(4 * t) + rng.normal(scale=noise, size=count)
        return radius * np.sin(t), radius * np.cos(t)

    return _labelled(m, seed, place)


def moons(m: int = 400, seed: Seed = 1, noise: float = 0.2) -> Points:
    """Two half circles of radius 1, each reaching into the other.

    Args:
        m: how many points, at least 2.
        seed: an integer or a generator.
        noise: standard deviation of the points around the half circles.

    Returns:
        X: array `(2, m)`, centred.
        Y: array `(1, m)` of 0 (upper) and 1 (lower).
    """

    def place(rng, label, count):
        t = rng.uniform(0, np.pi, count)
        side = -1 if label else 1
        x, y = side * (np.cos(t) - 0.5), side * (np.sin(t) - 0.25)
        return x + rng.normal(scale=noise, size=count), y + rng.normal(
            scale=noise, size=count
        )

    return _labelled(m, seed, place)


def circles(m: int = 400, seed: Seed = 1, noise: float = 0.1) -> Points:
    """A ring of radius 1 (label 0) around a ring of radius 0.5 (label 1).

    Args:
        m: how many points, at least 2.
        seed: an integer or a generator.
        noise: standard deviation of the points around their ring.

    Returns:
        X: array `(2, m)`.
        Y: array `(1, m)` of 0 and 1.
    """

    def place(rng, label, count):
        t = rng.uniform(0, 2 * np.pi, count)
        radius = (0.5 if label else 1.0) + rng.normal(scale=noise, size=count)
        return radius * np.cos(t), radius * np.sin(t)

    return _labelled(m, seed, place)


def blobs(m: int = 400, seed: Seed = 1, noise: float = 0.5) -> Points:
    """Four round clouds at the corners of a square, opposite ones with one label.

    Args:
        m: how many points, at least 2.
        seed: an integer or a generator.
        noise: standard deviation of a cloud; the centres lie at ±1.

    Returns:
        X: array `(2, m)`.
        Y: array `(1, m)`: 1 where the two coordinates of the centre agree in sign.
    """

    def place(rng, label, count):
        x = np.where(np.arange(count) % 2, 1.0, -1.0)
        y = x if label else -x
        return x + rng.normal(scale=noise, size=count), y + rng.normal(
            scale=noise, size=count
        )

    return _labelled(m, seed, place)


def spirals(
    m: int = 400, seed: Seed = 1, noise: float = 0.05, turns: float = 1.25
) -> Points:
    """Two arms that wind around each other from the middle to radius 1.

    Args:
        m: how many points, at least 2.
        seed: an integer or a generator.
        noise: standard deviation of the points around their arm.
        turns: how often an arm winds around the middle; more is harder.

    Returns:
        X: array `(2, m)`.
        Y: array `(1, m)` of 0 and 1.
    """

    def place(rng, label, count):
        along = np.sqrt(rng.uniform(0.02, 1, count))  # evenly along the arm
        t = 2 * np.pi * turns * along + np.pi * label
        return (
            along * np.cos(t) + rng.normal(scale=noise, size=count),
            along * np.sin(t) + rng.normal(scale=noise, size=count),
        )

    return _labelled(m, seed, place)


SETS: dict[str, Callable[..., Points]] = {
    "flower": flower,
    "moons": moons,
    "circles": circles,
    "blobs": blobs,
    "spirals": spirals,
}


def _labelled(m: int, seed: Seed, place: Callable) -> Points:
    """Half of the points of each label, in random order."""
    if m < 2:
        raise ValueError(f"two labels need at least two points, not {m}")
    rng = np.random.default_rng(seed)  # a generator is passed through
    halves = [np.array(place(rng, label, (m + 1 - label) // 2)) for label in (0, 1)]
    order = rng.permutation(m)
    Y = np.repeat([0, 1], [half.shape[1] for half in halves])
    return np.concatenate(halves, axis=1)[:, order], Y[np.newaxis, order]

"""Right versions on other random numbers than a check's own seeds lead to.

Many drivers ask for the same seeds in every case, and `np.random` is seeded alike
before each call. In all draws of hidden cases, a version would be judged on the same
random numbers; a reader who calls the generator in another order gets others.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

# Exercises whose statements leave open which numbers are drawn.
OPEN = {
    "C1W3": {"initialize_parameters", "nn_model"},
    "C1W4": {"initialize_parameters", "initialize_parameters_deep"},
    "C2W1": {
        "split_dataset",
        "initialize_parameters_random",
        "initialize_parameters_he",
        "initialize_parameters_xavier",
        "augment",
    },
    "C2W2": {"random_mini_batches"},
    "C2W3": {"sample_log_uniform", "sample_beta", "random_search", "coarse_to_fine"},
    "C3W2": {"make_splits"},
    "C4W2": {"random_crop", "color_shift", "pca_color_augmentation"},
    "C5W1": {"sample", "model", "predict_and_sample"},
    "C5W2": {"sample_negatives", "model", "emojify_lstm"},
}

_seed, _generator = np.random.seed, np.random.default_rng
_Legacy = np.random.RandomState


def on_stream(function: Callable, number: int) -> Callable:
    """A function whose random numbers are others for each `number`.

    Equal seeds and equal generators still give equal numbers.
    """

    @functools.wraps(function)
    def version(*args, **kwargs):
        args = [_turned(value, number) for value in args]
        kwargs = {name: _turned(value, number) for name, value in kwargs.items()}
        with _other_seeds(number):
            return function(*args, **kwargs)

    return version


def _turned(value: Any, number: int) -> Any:
    """Another generator for a generator, anything else as it is."""
    if isinstance(value, np.random.Generator):
        return _generator([int(value.integers(2**31)), number])
    return value


@contextlib.contextmanager
def _other_seeds(number: int) -> Iterator[None]:
    """Every seed leads to other numbers, that of `np.random` before the call too."""

    def other(seed: Any) -> int | None:
        if seed is None:
            return None
        whole = [int(part) % 2**32 for part in np.ravel(seed)]
        return int(np.random.SeedSequence([*whole, number]).generate_state(1)[0])

    def generator(seed: Any = None) -> np.random.Generator:
        given = isinstance(seed, np.random.Generator)
        return seed if given else _generator(other(seed))

    class Legacy(_Legacy):
        def __init__(self, seed: Any = None) -> None:
            super().__init__(other(seed))

    before = np.random.get_state()
    _seed(other(np.random.randint(2**31)))
    ours = np.random.get_state()
    np.random.seed = lambda seed=None: _seed(other(seed))
    np.random.default_rng, np.random.RandomState = generator, Legacy
    try:
        yield
    finally:
        np.random.seed, np.random.default_rng = _seed, _generator
        np.random.RandomState = _Legacy
        if _equal(np.random.get_state(), ours):  # nothing was drawn
            np.random.set_state(before)


def _equal(one: tuple, other: tuple) -> bool:
    return one[2] == other[2] and np.array_equal(one[1], other[1])

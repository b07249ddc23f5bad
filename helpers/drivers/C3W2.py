"""Runs exercises of C3W2 that take generators or functions, beside them."""

import numpy as np


def split_numbers(make_splits, n_target, n_other, n_dev, n_test, seed):
    """Splits of numbered examples: those of the target are below 10,000."""
    target, other = np.arange(n_target), 10_000 + np.arange(n_other)
    sets = make_splits(target, other, n_dev, n_test, np.random.default_rng(seed))
    names = ("train", "train_dev", "dev", "test")
    parts = {name: np.asarray(sets[name]).ravel() for name in names}
    everything = np.concatenate(list(parts.values()))
    held_out = np.concatenate([parts["dev"], parts["test"]])
    return {
        "sizes": {name: len(part) for name, part in parts.items()},
        "dev and test from the target only": bool(np.all(held_out < 10_000)),
        "train-dev from both sources": len(set(parts["train_dev"] < 10_000)) == 2,
        "examples in two sets": len(everything) - len(np.unique(everything)),
        "examples in no set": n_target + n_other - len(np.unique(everything)),
        "drawn at random": bool(
            set(parts["dev"].tolist())
            not in (set(range(n_dev)), set(range(n_target - n_dev, n_target)),
                    set(range(n_test, n_test + n_dev)))
        ),
    }  # fmt: skip


def with_seed(synthesize, clean, noise, seed, level):
    """Synthesis with a generator made from a seed."""
    return synthesize(clean, noise, np.random.default_rng(seed), level)


def with_projection(
    transfer_learn, projection, parameters, X, Y, trainable, steps, learning_rate
):
    """Transfer from a fixed projection; also says how often it was asked."""
    calls = []

    def features(pictures):
        calls.append(len(pictures))
        return np.tanh(pictures @ projection)

    learned = transfer_learn(
        features, parameters, X, Y, trainable, steps, learning_rate
    )
    return {"parameters": learned, "calls of features": len(calls)}

"""Runs exercises of C3W2 that take generators or functions, beside them."""

import numpy as np

SETS = ("train", "train_dev", "dev", "test")


def split_numbers(make_splits, n_target, n_other, n_dev, n_test, seed):
    """Splits of numbered examples: those of the target are below 10,000."""
    target, other = np.arange(n_target), 10_000 + np.arange(n_other)
    drawn = []
    for i, one in enumerate((seed, seed, seed + 1)):
        np.random.seed(i)  # whoever shuffles with this one does not repeat
        given = target.copy(), other.copy()
        sets = make_splits(*given, n_dev, n_test, np.random.default_rng(one))
        if not isinstance(sets, dict) or not set(SETS) <= set(sets):
            return "no dictionary with the keys " + ", ".join(SETS)
        drawn.append({name: np.asarray(sets[name]).ravel() for name in SETS})
    parts = drawn[0]
    everything = np.concatenate(list(parts.values()))
    held_out = np.concatenate([parts["dev"], parts["test"]])
    left = n_target - n_dev - n_test  # of the target, for train and train-dev
    share = left / (left + n_other)
    strays = np.mean(parts["train_dev"] < 10_000) - share
    usual = np.sqrt(share * (1 - share) / max(len(parts["train_dev"]), 1))
    return {
        "sizes": {name: len(part) for name, part in parts.items()},
        "dev and test from the target only": bool(np.all(held_out < 10_000)),
        "train-dev from both sources": len(set(parts["train_dev"] < 10_000)) == 2,
        "train-dev mixed like train": bool(abs(strays) < 5 * usual),
        "examples in two sets": len(everything) - len(np.unique(everything)),
        "examples in no set": n_target + n_other - len(np.unique(everything)),
        "drawn at random": bool(
            set(parts["dev"].tolist())
            not in (
                set(range(n_dev)),
                set(range(n_target - n_dev, n_target)),
                set(range(n_test, n_test + n_dev)),
            )
        ),
        "equal generators give equal sets": _same(drawn[0], drawn[1]),
        "other generators give other sets": not _same(drawn[0], drawn[2]),
        "target and other are left as they are": bool(
            np.array_equal(given[0], target) and np.array_equal(given[1], other)
        ),
    }


def _same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in SETS)


def with_seed(synthesize, clean, noise, seed, level):
    """Synthesis with a generator made from a seed."""
    return synthesize(clean, noise, np.random.default_rng(seed), level)


def with_projection(
    transfer_learn, projection, parameters, X, Y, trainable, steps, learning_rate
):
    """Transfer from a fixed projection; also says how often it was asked."""
    calls = []

    def features(images):
        calls.append(len(images))
        return np.tanh(images @ projection)

    learned = transfer_learn(
        features, parameters, X, Y, trainable, steps, learning_rate
    )
    return {"parameters": learned, "calls of features": len(calls)}

"""Runs beside the reader's code of C2W2 where a result depends on random draws."""

import itertools

import numpy as np


def cut(function, X, Y, size, seed):
    """Call `random_mini_batches` and describe the batches, whatever the shuffle was.

    The first row of `X` numbers the columns; `Y` follows from it.
    """
    batches = function(X, Y, size, seed)
    if not isinstance(batches, (list, tuple)) or not all(map(_is_pair, batches)):
        return "no list of pairs (X_t, Y_t)"
    again, other = function(X, Y, size, seed), function(X, Y, size, seed + 1)
    first = [[np.asarray(x)[0].tolist() for x, _ in b] for b in (batches, again, other)]
    every = [number for batch in first[0] for number in batch]
    labels = {number: Y[:, i] for i, number in enumerate(X[0].tolist())}
    fits = [
        np.size(y) == len(Y) * np.shape(x)[1]
        and np.array_equal(np.reshape(y, (len(Y), -1))[:, j], labels[number])
        for x, y in batches
        for j, number in enumerate(np.asarray(x)[0].tolist())
    ]
    return {
        "shapes": [(np.shape(x), np.shape(y)) for x, y in batches],
        "columns, sorted": np.sort(np.array(every)),
        "columns with the label of another": len(fits) - sum(fits),
        "in the order of X": every == X[0].tolist(),
        "each batch holds neighbors": _neighbors(first[0]),
        "the same seed gives the same batches": first[0] == first[1],
        "another seed gives the same batches": first[0] == first[2],
    }


def _is_pair(batch):
    """Whether a batch is a pair of arrays, the first of them with columns."""
    pair = isinstance(batch, (list, tuple)) and len(batch) == 2
    return pair and np.ndim(batch[0]) == 2 and np.ndim(batch[1]) in (1, 2)


def _neighbors(batches):
    """Whether the columns within each batch are those that follow each other in X."""
    steps = [b - a for batch in batches for a, b in itertools.pairwise(batch)]
    return bool(steps) and all(step == 1 for step in steps)


def trained(function, X, Y, layers_dims, optimizer, decays, options):
    """Call `model` and write down which functions it called, and with what.

    The steps are replaced for the time of the call by a plain one of a fixed length,
    so that the result does not depend on how the steps were written.
    """
    log = _Log()
    names = function.__globals__
    stands_in = log.functions()
    before = {name: names.get(name) for name in stands_in}
    names.update(stands_in)
    watched, latest = [], []

    def watch(epoch, now):
        watched.append(epoch)
        latest.append(_equal(now, log.parameters))

    decay = (lambda rate, epoch: rate / (1 + epoch)) if decays else None
    try:
        parameters = function(
            X, Y, layers_dims, optimizer, decay=decay, watch=watch, **options
        )
    finally:
        names.update(before)
    result = {
        "steps": log.steps,
        "watched after epochs": watched,
        "watched the parameters after the epoch": latest,
        "parameters": parameters,
    }
    if optimizer == "batch":  # one batch of all needs no cutting and no shuffling
        return result
    return result | {
        "batches of": log.sizes,
        "each epoch has a seed of its own": len(set(log.seeds)) == len(log.seeds),
    }


def _equal(one, other):
    """Whether two dictionaries of arrays hold the same numbers."""
    if not isinstance(one, dict) or other is None or set(one) != set(other):
        return False
    return all(np.allclose(one[key], other[key], rtol=1e-4, atol=1e-6) for key in one)


class _Log:
    """Functions that note how they are called, in place of the reader's own."""

    def __init__(self):
        self.steps, self.sizes, self.seeds = [], [], []
        self.parameters = None  # after the latest step

    def moved(self, parameters, grads):
        """A plain step of a fixed length."""
        self.parameters = {
            key: value - 0.1 * grads["d" + key] for key, value in parameters.items()
        }
        return dict(self.parameters)

    def functions(self):
        """Name → function."""

        def batches(X, Y, mini_batch_size=64, seed=0):
            self.sizes.append(int(mini_batch_size))
            self.seeds.append(int(seed))
            ends = range(0, X.shape[1], mini_batch_size)
            return [
                (X[:, i : i + mini_batch_size], Y[:, i : i + mini_batch_size])
                for i in ends
            ]

        def gd(parameters, grads, learning_rate):
            self.steps.append(["gd", float(learning_rate)])
            return self.moved(parameters, grads)

        def momentum(parameters, grads, v, beta, learning_rate):
            self.steps.append(
                ["momentum", v["count"], float(beta), float(learning_rate)]
            )
            return self.moved(parameters, grads), {"count": v["count"] + 1}

        def rmsprop(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
            self.steps.append(
                ["rmsprop", s["count"], float(beta), float(learning_rate),
                 float(epsilon)]
            )  # fmt: skip
            return self.moved(parameters, grads), {"count": s["count"] + 1}

        def adam(parameters, grads, v, s, t, learning_rate=0.01, beta1=0.9,
                 beta2=0.999, epsilon=1e-8):  # fmt: skip
            self.steps.append(
                ["adam", v["count"], s["count"], int(t), float(learning_rate),
                 float(beta1), float(beta2), float(epsilon)]
            )  # fmt: skip
            v, s = {"count": v["count"] + 1}, {"count": s["count"] + 1}
            # The corrected ones are no averages to carry on.
            return self.moved(parameters, grads), v, s, {"count": -1}, {"count": -1}

        return {
            "random_mini_batches": batches,
            "initialize_velocity": lambda parameters: {"count": 0},
            "initialize_rmsprop": lambda parameters: {"count": 0},
            "initialize_adam": lambda parameters: ({"count": 0}, {"count": 0}),
            "update_parameters_with_gd": gd,
            "update_parameters_with_momentum": momentum,
            "update_parameters_with_rmsprop": rmsprop,
            "update_parameters_with_adam": adam,
        }

"""Runs beside the reader's code of C2W2 where a result depends on random draws."""

import itertools

import numpy as np

from helpers.checks.stand_in import names_of, replaced


def cut(function, X, Y, size, seed):
    """Call `random_mini_batches` and describe the batches, whatever the shuffle was.

    The first row of `X` numbers the columns; `Y` follows from it. The first call gets
    `X` and `Y` themselves, so that writing into them is noticed; what it returns is
    compared with what they were.
    """
    was_X, was_Y = X.copy(), Y.copy()
    batches = function(X, Y, size, seed)
    if not isinstance(batches, (list, tuple)) or not all(map(_is_pair, batches)):
        return "no list of pairs (X_t, Y_t)"
    batches = [(np.array(x), np.array(y)) for x, y in batches]
    again = function(was_X.copy(), was_Y.copy(), size, seed)
    other = function(was_X.copy(), was_Y.copy(), size, seed + 1)
    first = [[np.asarray(x)[0].tolist() for x, _ in b] for b in (batches, again, other)]
    every = [number for batch in first[0] for number in batch]
    column = {number: i for i, number in enumerate(was_X[0].tolist())}
    fits, strange, labels = [], 0, []
    for x, y in batches:
        labels += (
            y.reshape(len(was_Y), -1).T.tolist() if y.size % len(was_Y) == 0 else []
        )
        for j, number in enumerate(x[0].tolist()):
            i = column.get(number)
            strange += i is None or not np.array_equal(x[:, j], was_X[:, i])
            fits.append(
                i is not None
                and y.size == len(was_Y) * x.shape[1]
                and np.array_equal(y.reshape(len(was_Y), -1)[:, j], was_Y[:, i])
            )
    return {
        "shapes": [f"X_t {x.shape}, Y_t {y.shape}" for x, y in batches],
        "columns that are not in X": strange,
        "columns in all": len(every),
        "a column is missing": not set(column) <= set(every),
        "a column occurs twice": len(set(every)) < len(every),
        "a column has a wrong label": not all(fits),
        "in the order of X": every == was_X[0].tolist(),
        "in the order of Y": labels == was_Y.T.tolist(),
        "each batch holds neighbors": _neighbors(first[0]),
        "the same seed gives other batches": first[0] != first[1],
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
    """Call `model` and record which functions it calls, and with what.

    During the call, all optimizers take a plain step of a fixed length, so that the
    result does not depend on how they were written. Their averages are arrays of the
    right shapes that hold how many steps were averaged, so a copy of them, or zeros
    made without `initialize_…`, will do.
    """
    log = _Log()
    watched, latest = [], []

    def watch(epoch, now):
        watched.append(epoch)
        latest.append(_equal(now, log.parameters))

    decay = (lambda rate, epoch: rate / (1 + epoch)) if decays else None
    with replaced(names_of(function), log.functions()):
        parameters = function(
            X, Y, layers_dims, optimizer, decay=decay, watch=watch, **options
        )
    told = {"steps taken with your functions": log.steps}
    if optimizer != "batch":  # one batch of all needs no cutting and no shuffling
        told["batches of your random_mini_batches, by size"] = log.sizes
        told["each epoch has another seed"] = len(set(log.seeds)) == len(log.seeds)
    return told | {
        "watched after epochs": watched,
        "watched the parameters after the epoch": latest,
        "parameters": parameters,
    }


def _equal(one, other):
    """Whether two dictionaries of arrays hold the same numbers."""
    if not isinstance(one, dict) or other is None or set(one) != set(other):
        return False
    return all(np.allclose(one[key], other[key], rtol=1e-4, atol=1e-6) for key in one)


def _filled(like, count):
    """Averages of some gradients, all of them the number of steps averaged."""
    return {key: np.full(np.shape(value), float(count)) for key, value in like.items()}


def _count(averages, grads):
    """The number that averages of these gradients hold; see `_filled`."""
    return float(np.mean([np.mean(averages[key]) for key in grads]))


def _longer(averages, grads):
    """The averages after one more step."""
    return _filled(grads, _count(averages, grads) + 1)


class _Log:
    """Functions that record how they are called, in place of the reader's own."""

    def __init__(self):
        self.steps, self.sizes, self.seeds = [], [], []
        self.parameters = None  # after the latest step

    def moved(self, parameters, grads):
        """A plain step of a fixed length."""
        self.parameters = {
            key: value - 0.1 * grads["d" + key] for key, value in parameters.items()
        }
        return dict(self.parameters)

    def note(self, optimizer, grads, *averages, **given):
        """Record one step: the optimizer, what it was given, what it remembers."""
        step = {"optimizer": optimizer}
        if averages:
            step["steps averaged before"] = [_count(one, grads) for one in averages]
        self.steps.append(step | {name: float(value) for name, value in given.items()})

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
            self.note("gd", grads, learning_rate=learning_rate)
            return self.moved(parameters, grads)

        def momentum(parameters, grads, v, beta, learning_rate):
            self.note("momentum", grads, v, beta=beta, learning_rate=learning_rate)
            return self.moved(parameters, grads), _longer(v, grads)

        def rmsprop(parameters, grads, s, beta, learning_rate, epsilon=1e-8):
            self.note(
                "rmsprop",
                grads,
                s,
                beta=beta,
                learning_rate=learning_rate,
                epsilon=epsilon,
            )
            return self.moved(parameters, grads), _longer(s, grads)

        def adam(
            parameters,
            grads,
            v,
            s,
            t,
            learning_rate=0.01,
            beta1=0.9,
            beta2=0.999,
            epsilon=1e-8,
        ):
            self.note(
                "adam",
                grads,
                v,
                s,
                t=t,
                learning_rate=learning_rate,
                beta1=beta1,
                beta2=beta2,
                epsilon=epsilon,
            )
            # The corrected averages must not be carried on.
            corrected = _filled(grads, -1)
            averages = _longer(v, grads), _longer(s, grads)
            return self.moved(parameters, grads), *averages, corrected, corrected

        def start(parameters):
            return _filled({"d" + key: value for key, value in parameters.items()}, 0)

        return {
            "random_mini_batches": batches,
            "initialize_velocity": start,
            "initialize_rmsprop": start,
            "initialize_adam": lambda parameters: (start(parameters),) * 2,
            "update_parameters_with_gd": gd,
            "update_parameters_with_momentum": momentum,
            "update_parameters_with_rmsprop": rmsprop,
            "update_parameters_with_adam": adam,
        }

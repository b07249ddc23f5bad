"""How the checks of C2W3 call exercises that take generators, functions or tensors.

Plain inputs become objects, the exercise is called, and what it did is recorded in
plain values.
"""

import numpy as np

from helpers import nn
from helpers.checks.stand_in import names_of

# --- searches ------------------------------------------------------------------------


def sampled_log(function, low, high, n, seed):
    """Draw twice from equal generators, and once from another."""
    return _sampled(function, low, high, n, seed, np.log)


def sampled_beta(function, low, high, n, seed):
    """The same for weights of averages."""
    return _sampled(function, low, high, n, seed, lambda beta: -np.log1p(-beta))


def _sampled(function, low, high, n, seed, scale):
    drawn = []
    for i, one in enumerate((seed, seed, seed + 1)):
        np.random.seed(i)  # draws from here do not repeat
        drawn.append(np.asarray(function(low, high, n, np.random.default_rng(one))))
    values = drawn[0]
    rounding = 1e-6 * (high - low)
    with np.errstate(all="ignore"):
        left, right = scale(low), scale(high)
        positions = (scale(np.ravel(values).astype(float)) - left) / (right - left)
    return {
        "shape": values.shape,
        "from low to high": bool(
            np.all(values >= low - rounding) and np.all(values <= high + rounding)
        ),
        # One draw tells nothing.
        "positions on the scale": np.clip(np.nan_to_num(positions, nan=-9.0), -9, 9)
        if n > 1
        else [],
        # In float32 a few are equal by chance.
        "nearly all draws differ": len(np.unique(values)) >= 0.95 * values.size,
        "equal generators give equal draws": bool(np.array_equal(values, drawn[1])),
        "other generators give other draws": not np.array_equal(values, drawn[2]),
    }


def searched(function, values, space, n, seed):
    """Call a random search whose objective returns `values`, one after another."""
    return _searched(lambda f: (f, space, n), function, values, space, seed)


def narrowed(function, values, space, n, rounds, seed):
    """Call a coarse-to-fine search, and measure where each round drew its points."""
    found = _searched(lambda f: (f, space, n, rounds), function, values, space, seed)
    positions = found.pop("positions of the points")
    narrow, inside = [], []
    for k in range(1, rounds):
        done, here = positions[: k * n], positions[k * n : (k + 1) * n]
        best = done[np.argmin(values[: len(done)])]
        window = 1 / 3**k + 1e-6
        narrow.append(bool(np.all(np.ptp(here, axis=0) <= window)))
        inside.append(bool(np.all(np.abs(here - best) <= window / 2)))
    found["positions of the first round"] = positions[:n]
    # Of few points, all may lie close together by chance.
    width = np.ptp(positions[:n], axis=0).max() if n > 7 else 1.0
    found["the first round searches the whole space"] = bool(width > 1 / 3)
    found["later rounds stay in a third of the space before"] = narrow
    found["later rounds stay near the best so far"] = inside
    found["points differ"] = len(np.unique(positions[:, 0])) == len(positions)
    return found


def _searched(arguments, function, values, space, seed):
    calls = []

    def objective(point):
        calls.append(dict(point))
        return float(values[len(calls) - 1]) if len(calls) <= len(values) else np.inf

    best, history = function(*arguments(objective), np.random.default_rng(seed))
    positions = np.array([_positions(point, space) for point in calls])
    return {
        "calls of the objective": len(calls),
        "number of the best point": _number(best, calls),
        "history": [_entry(pair, calls) for pair in history],
        "positions of the points": positions.reshape(len(calls), len(space)),
    }


def _entry(pair, calls):
    """An entry of the history, with the number of its point."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return pair
    return _number(pair[0], calls), pair[1]


def _number(point, calls):
    """The number of the call with this point, or what it is instead."""
    if isinstance(point, dict):
        return calls.index(point) if point in calls else "a point that was not tried"
    return f"{type(point).__name__}: no point"


def _positions(point, space):
    """The position of a point between the ends of each scale, 0 to 1."""
    scales = {"linear": float, "log": np.log, "beta": lambda v: -np.log1p(-v)}
    ends = {name: [scales[s](v) for v in (a, b)] for name, (s, a, b) in space.items()}
    return [
        (scales[space[name][0]](point[name]) - a) / (b - a)
        for name, (a, b) in ends.items()
    ]


# --- batch norm ----------------------------------------------------------------------


def normalized(function, Z, gamma, beta, running, mode, momentum=0.9, epsilon=1e-8):
    """Call `batchnorm_forward`, and look at what `running` held before."""
    held = {key: value.copy() for key, value in running.items()}
    now = dict(held)
    returned = function(Z, gamma, beta, now, mode, momentum=momentum, epsilon=epsilon)
    return {
        "returned": returned,
        "running": now,
        "the arrays in running are unchanged": all(
            bool(np.array_equal(held[key], running[key])) for key in held
        ),
    }


# --- tensors -------------------------------------------------------------------------


class Node:
    """A bare record, for code without a `Tensor`."""

    def __init__(self, data, parents=(), rule=None, name=""):
        self.data, self.grad = np.asarray(data, dtype=float), None
        self.parents, self.rule, self.name = parents, rule, name


def _tensor(function):
    """The reader's own class of tensors."""
    return names_of(function).get("Tensor", Node)


def two_parents(function, a, b, g):
    """Call an operation of two tensors, then its rule."""
    return _operation(function, [a, b], g)


def one_parent(function, a, g):
    """Call an operation of one tensor, then its rule."""
    return _operation(function, [a], g)


def summed(function, a, axis, keepdims, g):
    """Call a sum of a tensor, then its rule."""
    return _operation(function, [a], g, axis=axis, keepdims=keepdims)


def _operation(function, arrays, g, **options):
    make = _tensor(function)
    inputs = [make(array.copy()) for array in arrays]
    result = function(*inputs, **options)
    given = np.array(g, dtype=float)
    parts = result.rule(given)
    if isinstance(parts, list):
        parts = tuple(parts)
    return {
        "data": result.data,
        "gradients of the parents": parts,
        "g is unchanged": bool(np.array_equal(given, g)),
        "parents": [any(p is one for one in inputs) for p in result.parents],
    }


def ordered(function, parents):
    """Order a graph given as the parents of each tensor; the last is the result."""
    make, tensors = _tensor(function), []
    for i, above in enumerate(parents):
        tensors.append(
            make(float(i), tuple(tensors[p] for p in above), None if not above else _no)
        )
    order = list(function(tensors[-1]))
    known = {id(tensor): i for i, tensor in enumerate(tensors)}
    found = [known.get(id(tensor), -1) for tensor in order]
    first = {i: found.index(i) for i in set(found)}
    return {
        "tensors listed": sorted(found),
        "the result is last": bool(found) and found[-1] == len(parents) - 1,
        "parents before children": all(
            first[p] < first[i]
            for i in first
            if i >= 0
            for p in parents[i]
            if p in first
        ),
    }


def _no(g):
    raise AssertionError("ordering tensors calls no rule")


def gone_back(function, parents, matrices, calls):
    """Call `backward` on a graph of linear operations.

    Args:
        function: the exercise.
        parents: for each tensor the numbers of its parents; the last is the result.
        matrices: for each tensor one for each parent, or None to pass gradients on.
        calls: how often to call it, with the same tensors.
    """
    make, tensors, asked = _tensor(function), [], [0] * len(parents)
    for i, above in enumerate(parents):
        rule = _linear(matrices[i], asked, i) if above else None
        value = np.array([i + 2.0, -i - 1.5])
        tensors.append(make(value, tuple(tensors[p] for p in above), rule))
    for _ in range(calls):
        function(tensors[-1])
    return {
        "gradients": [tensor.grad for tensor in tensors],
        "calls of each rule": asked,
    }


def _linear(matrices, asked, number):
    def rule(g):
        asked[number] += 1
        return tuple(g if M is None else M.T @ g for M in matrices)

    return rule


# --- the framework in use ------------------------------------------------------------


def moved(function, values, gradients, learning_rate):
    """Take a step with parameters of these values and gradients."""
    make = _tensor(function)
    parameters = [make(np.array(value)) for value in values]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else np.array(gradient)
    function(parameters, learning_rate)
    return [parameter.data for parameter in parameters]


def trained(function, X, labels, sizes, learning_rate, steps, seed):
    """Take a few steps with a small net on the same batch."""
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        nn.Dense(sizes[0], sizes[1], "tanh", rng=rng),
        nn.Dense(sizes[1], sizes[2], rng=rng),
    ).astype(np.float64)
    optimizer = nn.SGD(model.parameters(), learning_rate)
    losses = [function(model, X, labels, optimizer) for _ in range(steps)]
    return {
        "losses": losses,
        "updates": optimizer.t,
        "weights": [p.data for p in model.parameters()],
    }

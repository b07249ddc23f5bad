"""Hidden tests of C2W1: initial weights."""

from itertools import pairwise

import numpy as np

from autograder.checks.C2W1.common import lab
from autograder.checks.check import case, draws


def dimensions(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield case([int(rng.integers(300, 400)), 1])
    yield case([int(n) for n in rng.integers([20, 80, 40, 5], [30, 90, 50, 9])])
    yield case([int(n) for n in rng.integers([90, 50, 25, 60], [130, 60, 30, 70])])


def filled(layers_dims, weights, biases=np.zeros):
    """Parameters from a function of the shape of each weight matrix."""
    parameters = {}
    for i in range(1, len(layers_dims)):
        shape = (layers_dims[i], layers_dims[i - 1])
        parameters[f"W{i}"] = weights(shape)
        parameters[f"b{i}"] = biases((layers_dims[i], 1))
    return parameters


@lab.check("initialize_parameters_zeros", points=2)
def zeros(rng):
    """Shallow and deep networks."""
    for layers in (2, 3, 4, 5):
        sizes = rng.permutation(np.arange(2, 12))[: layers - 1]
        yield case([*map(int, sizes), 1])


@zeros.mistake(
    "The weight matrices are transposed. There is a row for each unit and a column for "
    "each input."
)
def zeros_transposed(layers_dims):
    return filled(layers_dims, lambda shape: np.zeros(shape[::-1]))


@zeros.mistake("The weights are ones. All of them should be zeros.")
def zeros_that_are_ones(layers_dims):
    return filled(layers_dims, np.ones)


@zeros.mistake("The biases lack an axis. Their shape is (n[l], 1).")
def zeros_flat_biases(layers_dims):
    return filled(layers_dims, np.zeros, lambda shape: np.zeros(shape[0]))


@zeros.mistake(
    "The last layer is missing. `layers_dims` has one entry more than there are layers."
)
def zeros_without_the_last(layers_dims):
    full = filled(layers_dims, np.zeros)
    last = len(layers_dims) - 1
    return {
        key: value for key, value in full.items() if key not in (f"W{last}", f"b{last}")
    }


@zeros.mistake(
    "The layers are counted from 0. The first is layer 1; layer 0 is the input."
)
def zeros_counted_from_zero(layers_dims):
    full = filled(layers_dims, np.zeros)
    return {f"{key[0]}{int(key[1:]) - 1}": value for key, value in full.items()}


@zeros.right
def zeros_by_pairs(layers_dims):
    parameters = {}
    for i, (before, n) in enumerate(pairwise(layers_dims), 1):
        parameters["b" + str(i)] = np.zeros((n, 1), dtype=np.float32)
        parameters["W" + str(i)] = np.zeros((n, before), dtype=np.float32)
    return parameters


@zeros.right
def zeros_from_lists(layers_dims):
    return filled(layers_dims, lambda shape: np.array([[0] * shape[1]] * shape[0]))


def drawn(scale):
    """Expected: weights whose standard deviation depends on the number of inputs."""

    def expected(layers_dims):
        return filled(layers_dims, lambda shape: draws(shape, std=scale(shape[1])))

    return expected


def add_starts(check, scale, wrong):
    """Mistakes and right versions that the three random initializations share."""

    @check.mistake("The weight matrices are transposed. There is a row for each unit.")
    def transposed(layers_dims):
        return filled(
            layers_dims, lambda shape: np.random.randn(*shape[::-1]) * scale(shape[1])
        )

    @check.mistake("No weight is negative. `randn` draws around 0; `rand` does not.")
    def uniform(layers_dims):
        return filled(layers_dims, lambda s: np.random.rand(*s) * scale(s[1]))

    @check.mistake("The biases are random. They start at 0.")
    def random_biases(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.random.randn(*s),
        )

    @check.mistake("The biases are random. They start at 0.")
    def random_biases_of_that_size(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.random.randn(*s) * scale(s[1]),
        )

    @check.mistake("The biases lack an axis. Their shape is (n[l], 1).")
    def flat_biases(layers_dims):
        return filled(
            layers_dims,
            lambda s: np.random.randn(*s) * scale(s[1]),
            lambda s: np.zeros(s[0]),
        )

    for message, other in wrong:

        def spread(layers_dims, other=other):
            return filled(layers_dims, lambda s: np.random.randn(*s) * other(*s))

        spread.__name__ = f"spread_{len(check.mistakes)}"
        check.mistake(message)(spread)

    @check.right
    def with_another_generator(layers_dims):
        rng = np.random.default_rng()
        return filled(
            layers_dims,
            lambda s: rng.normal(scale=scale(s[1]), size=s).astype(np.float32),
        )

    @check.right
    def in_another_order(layers_dims):
        shapes = list(zip(layers_dims[1:], layers_dims[:-1], strict=True))
        parameters = {}
        for i in range(len(shapes), 0, -1):
            n, before = shapes[i - 1]
            parameters[f"b{i}"] = np.zeros((n, 1))
            parameters[f"W{i}"] = np.random.randn(before, n).T * scale(before)
        return parameters


@lab.check("initialize_parameters_random", points=2)
def random_start(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield from dimensions(rng)


random_start.expect(drawn(lambda n: 10.0))
add_starts(
    random_start,
    lambda n: 10.0,
    [
        ("The weights are not multiplied by 10.", lambda n, before: 1.0),
        (
            "The weights are multiplied by 0.01. Here they are meant to be large.",
            lambda n, before: 0.01,
        ),
    ],
)


@lab.check("initialize_parameters_he", points=4)
def he_start(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield from dimensions(rng)


he_start.expect(drawn(lambda n: np.sqrt(2 / n)))
add_starts(
    he_start,
    lambda n: np.sqrt(2 / n),
    [
        (
            "The square root is missing: 2/n is the variance, and `randn` is "
            "multiplied by the standard deviation.",
            lambda n, before: 2 / before,
        ),
        (
            "The root was taken of the 2 only. Take the root of the whole fraction.",
            lambda n, before: np.sqrt(2) / before,
        ),
        (
            "This is Xavier initialization, with 1/n. With ReLU the variance is "
            "doubled.",
            lambda n, before: np.sqrt(1 / before),
        ),
        (
            "The spread depends on the units of the layer itself. What counts is how "
            "many inputs each unit sums over.",
            lambda n, before: np.sqrt(2 / n),
        ),
        (
            "The weights are standard normal: the factor is missing.",
            lambda n, before: 1.0,
        ),
        (
            "It divides by the standard deviation. `randn` has to be multiplied by it.",
            lambda n, before: 1 / np.sqrt(2 / before),
        ),
        (
            "The spread depends on inputs and outputs, as Glorot's does. Here only the "
            "inputs count.",
            lambda n, before: np.sqrt(2 / (n + before)),
        ),
    ],
)


@he_start.mistake(
    "The spread of each layer depends on `layers_dims[0]`. Each has a number of inputs "
    "of its own, the units of the layer before."
)
def spread_of_the_first_layer(layers_dims):
    scale = np.sqrt(2 / layers_dims[0])
    return filled(layers_dims, lambda shape: np.random.randn(*shape) * scale)


@lab.check("initialize_parameters_xavier", points=2)
def xavier_start(rng):
    """Shallow and deep networks, with enough weights to see mean and spread."""
    yield from dimensions(rng)


xavier_start.expect(drawn(lambda n: np.sqrt(1 / n)))
add_starts(
    xavier_start,
    lambda n: np.sqrt(1 / n),
    [
        (
            "The square root is missing: 1/n is the variance, and `randn` is "
            "multiplied by the standard deviation.",
            lambda n, before: 1 / before,
        ),
        (
            "This is He initialization, with 2/n. Xavier has half that variance.",
            lambda n, before: np.sqrt(2 / before),
        ),
        (
            "The spread depends on the units of the layer itself. What counts is how "
            "many inputs each unit sums over.",
            lambda n, before: np.sqrt(1 / n),
        ),
        (
            "The spread depends on inputs and outputs, as in Glorot's paper. Here only "
            "the inputs count.",
            lambda n, before: np.sqrt(2 / (n + before)),
        ),
    ],
)

lab.concept(
    "he_deviation",
    points=1,
    answer=0.05,
    digits=2,
    why="√(2 / 800): what counts is the 800 inputs.",
    because={
        0.14: "This takes the 100 units of the layer. Each of them sums over its 800 "
        "inputs.",
        0.04: "This is Xavier initialization. He's variance is twice that.",
        0.0: "This is the variance, 2/800. The standard deviation is its square root.",
        0.02: "The numerator is 2, and the root is taken of the whole fraction.",
    },
)

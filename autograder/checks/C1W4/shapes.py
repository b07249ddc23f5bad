"""Hidden tests of C1W4: shapes and initial parameters."""

import itertools
import math

import numpy as np

from autograder.checks.binary_classifiers import sizes_of_two_layers, small_weights
from autograder.checks.C1W4.common import initial_parameters, lab, ref
from autograder.checks.check import case, draws

lab.concept(
    "shape_of_w3",
    points=1,
    answer="B",
    why="Layer 3 has 5 units and 7 inputs: (n[3], n[2]).",
    because={
        "A": "That is W2, which leads from 20 units to 7. Count the input as layer 0.",
        "C": "Rows are what the layer puts out, columns what it takes in.",
        "D": "That is W4, which leads to the output. Count the input as layer 0.",
    },
)


@lab.check("parameter_shapes", points=4)
def parameter_shapes(rng):
    """No hidden layer, one, several; layers that grow and layers that shrink."""
    for number in (2, 3, 5, 6):
        grows = rng.permutation(np.arange(2, 30))[: number - 1]
        yield case([int(n) for n in np.cumsum(grows)] + [1])
    sizes = rng.permutation(np.arange(2, 30))[:4]
    yield case([int(n) for n in (*sizes, sizes[3], sizes[0])])


def _shapes(layer_dims, first=1, last=None, W=None, b=None):
    """Shapes by name, with single rules replaced."""
    W = W or (lambda n, n_prev: (n, n_prev))
    b = b or (lambda n, n_prev: (n, 1))
    shapes = {}
    for layer in range(first, last or len(layer_dims)):
        n, n_prev = layer_dims[layer], layer_dims[layer - 1]
        shapes |= {f"W{layer}": W(n, n_prev), f"b{layer}": b(n, n_prev)}
    return shapes


@parameter_shapes.mistake(
    "The shapes of the weights are transposed. Rows are what a layer puts out, columns "
    "what it takes in."
)
def shapes_transposed(layer_dims):
    return _shapes(layer_dims, W=lambda n, n_prev: (n_prev, n))


@parameter_shapes.mistake("The biases have one axis only. They are columns: (n[l], 1).")
def shapes_of_flat_biases(layer_dims):
    return _shapes(layer_dims, b=lambda n, n_prev: (n,))


@parameter_shapes.mistake(
    "Each layer has as many biases as the layer before has units. It should have one "
    "for each of its own units: n[l] of them."
)
def shapes_of_biases_before(layer_dims):
    return _shapes(layer_dims, b=lambda n, n_prev: (n_prev, 1))


@parameter_shapes.mistake(
    "The numbers start at 0. The input has no weights: the first are W1 and b1."
)
def shapes_from_layer_zero(layer_dims):
    shapes = _shapes(layer_dims)
    return {f"{name[0]}{int(name[1:]) - 1}": shape for name, shape in shapes.items()}


@parameter_shapes.mistake(
    "The last layer is missing. `range(1, n)` ends at n - 1, and the last layer has "
    "the number len(layer_dims) - 1."
)
def shapes_without_the_last(layer_dims):
    return _shapes(layer_dims, last=len(layer_dims) - 1)


@parameter_shapes.mistake(
    "Every layer has as many inputs as the first. Its inputs are the outputs of the "
    "layer before: n[l-1]."
)
def shapes_of_the_first_input(layer_dims):
    return _shapes(layer_dims) | {
        f"W{n}": (layer_dims[n], layer_dims[0]) for n in range(1, len(layer_dims))
    }


@parameter_shapes.mistake("The biases are rows. They are columns: (n[l], 1).")
def shapes_of_biases_in_rows(layer_dims):
    return _shapes(layer_dims, b=lambda n, n_prev: (1, n))


@parameter_shapes.mistake("These are arrays. Return only their shapes, as tuples.")
def arrays_for_shapes(layer_dims):
    return {name: np.zeros(shape) for name, shape in _shapes(layer_dims).items()}


@parameter_shapes.mistake("The biases are missing: b1, b2, … have shapes too.")
def shapes_of_weights_alone(layer_dims):
    return {n: s for n, s in _shapes(layer_dims).items() if n.startswith("W")}


@parameter_shapes.right
def shapes_from_pairs(layer_dims):
    shapes = {}
    for number, (n_prev, n) in enumerate(itertools.pairwise(layer_dims), start=1):
        shapes["b" + str(number)] = (n, 1)
        shapes["W" + str(number)] = (n, n_prev)
    return shapes


@parameter_shapes.right
def shapes_of_arrays(layer_dims):
    start = ref.initialize_parameters_deep(layer_dims)
    return {name: np.shape(value) for name, value in start.items()}


lab.concept(
    "count_all",
    points=1,
    answer=26,
    why="(4·3 + 3) + (3·2 + 2) + (2·1 + 1) = 15 + 8 + 3.",
    because={
        20: "All the weights are there. Each unit has a bias too.",
        30: "The input has no biases; nothing is computed there.",
        23: "Each unit has its own bias; there is not one for a whole layer.",
        24: "Sizes of neighbouring layers multiply: 4·3, 3·2, 2·1. Then the biases.",
        10: "That is the number of units. Each has a weight for every unit before it, "
        "and a bias, except in the input.",
        25: "Nearly: the output unit has a bias too.",
    },
)


@lab.check("initialize_parameters", points=3)
def initialize_parameters_check(rng):
    """Sizes that differ, and enough draws of each array for mean and spread to show."""
    yield from sizes_of_two_layers(rng)


initialize_parameters_check.expect(small_weights)


@initialize_parameters_check.mistake(
    "The weights are 100 times too large: multiply the draws by 0.01."
)
def two_layers_start_large(n_x, n_h, n_y):
    return initial_parameters([n_x, n_h, n_y], np.random.randn)


@initialize_parameters_check.mistake(
    "The weights are 10 times too large: multiply the draws by 0.01, not by 0.1."
)
def two_layers_with_a_tenth(n_x, n_h, n_y):
    return initial_parameters(
        [n_x, n_h, n_y], lambda *shape: np.random.randn(*shape) * 0.1
    )


@initialize_parameters_check.mistake(
    "The weights are all positive. `rand` draws from 0 to 1; `randn` around 0."
)
def two_layers_drawn_evenly(n_x, n_h, n_y):
    return initial_parameters(
        [n_x, n_h, n_y], lambda *shape: np.random.rand(*shape) * 0.01
    )


@initialize_parameters_check.mistake(
    "All weights are zero, so no gradient will get back through W2. Draw them."
)
def two_layers_from_zeros(n_x, n_h, n_y):
    return initial_parameters([n_x, n_h, n_y], lambda *shape: np.zeros(shape))


@initialize_parameters_check.mistake(
    "The weights are transposed: W1 is (n_h, n_x), W2 is (n_y, n_h)."
)
def two_layers_transposed(n_x, n_h, n_y):
    return initial_parameters(
        [n_x, n_h, n_y], lambda *s: np.random.randn(*s[::-1]) * 0.01
    )


@initialize_parameters_check.mistake(
    "The biases are random. They should be zero: the weights break the symmetry."
)
def two_layers_with_drawn_biases(n_x, n_h, n_y):
    def draw(*shape):
        return np.random.randn(*shape) * 0.01

    return initial_parameters([n_x, n_h, n_y], draw, lambda n: draw(n, 1))


@initialize_parameters_check.right
def two_layers_from_another_stream(n_x, n_h, n_y):
    rng = np.random.default_rng()
    return initial_parameters(
        [n_x, n_h, n_y], lambda *shape: rng.normal(0, 0.01, shape)
    )


@initialize_parameters_check.right
def two_layers_in_float32(n_x, n_h, n_y):
    W2 = np.float32(0.01) * np.random.randn(n_y, n_h).astype(np.float32)
    W1 = np.random.normal(scale=0.01, size=(n_h, n_x)).astype(np.float32)
    b1, b2 = (np.zeros((n, 1), dtype=np.float32) for n in (n_h, n_y))
    return {"W1": W1, "W2": W2, "b1": b1, "b2": b2}


@lab.check("initialize_parameters_deep", points=6)
def initialize_parameters_deep_check(rng):
    """No hidden layer and several; enough draws for mean and spread to show."""
    yield case([int(rng.integers(300, 400)), 1])
    yield case([int(n) for n in rng.integers([20, 80, 40, 5], [30, 90, 50, 9])])
    yield case([int(n) for n in rng.integers([90, 50, 25, 60], [130, 60, 30, 70])])


@initialize_parameters_deep_check.expect
def shrinking_draws(layer_dims):
    return {
        name: draws(shape, std=1 / math.sqrt(shape[1]))
        if name.startswith("W")
        else np.zeros(shape)
        for name, shape in _shapes(layer_dims).items()
    }


@initialize_parameters_deep_check.mistake(
    "The weights are 0.01 times normal draws. Here they are divided by the square root "
    "of the number of inputs instead."
)
def deep_start_small(layer_dims):
    return initial_parameters(layer_dims, lambda *shape: np.random.randn(*shape) * 0.01)


@initialize_parameters_deep_check.mistake(
    "The weights are not scaled. Divide by the square root of the number of inputs."
)
def deep_start_large(layer_dims):
    return initial_parameters(layer_dims, np.random.randn)


@initialize_parameters_deep_check.mistake(
    "The weights are divided by the square root of n[l], the size of the layer itself. "
    "A unit adds up its inputs, and there are n[l-1] of them."
)
def deep_by_own_size(layer_dims):
    return initial_parameters(
        layer_dims, lambda n, k: np.random.randn(n, k) / np.sqrt(n)
    )


@initialize_parameters_deep_check.mistake(
    "The weights are divided by the number of inputs. The square root is missing."
)
def deep_without_the_root(layer_dims):
    return initial_parameters(layer_dims, lambda n, k: np.random.randn(n, k) / k)


@initialize_parameters_deep_check.mistake(
    "The standard deviation is too large by the square root of 2. That is He's "
    "initialization, which comes in course 2."
)
def deep_by_he(layer_dims):
    return initial_parameters(
        layer_dims, lambda n, k: np.random.randn(n, k) * np.sqrt(2 / k)
    )


@initialize_parameters_deep_check.mistake(
    "The weights are all positive. `rand` draws from 0 to 1; `randn` around 0."
)
def deep_drawn_evenly(layer_dims):
    return initial_parameters(
        layer_dims, lambda n, k: np.random.rand(n, k) / np.sqrt(k)
    )


@initialize_parameters_deep_check.mistake(
    "The last layer is missing. `range(1, n)` ends at n - 1, and the last layer has "
    "the number len(layer_dims) - 1."
)
def deep_without_the_last(layer_dims):
    return ref.initialize_parameters_deep(layer_dims[:-1])


@initialize_parameters_deep_check.mistake(
    "The biases have one axis only. They are columns: (n[l], 1)."
)
def deep_with_flat_biases(layer_dims):
    start = ref.initialize_parameters_deep(layer_dims)
    return {n: p[:, 0] if n.startswith("b") else p for n, p in start.items()}


@initialize_parameters_deep_check.mistake(
    "The weights of all layers are divided by the same number. Each layer has its own "
    "number of inputs: n[l-1]."
)
def deep_by_the_first_input(layer_dims):
    first = layer_dims[0]
    return initial_parameters(
        layer_dims, lambda n, k: np.random.randn(n, k) / np.sqrt(first)
    )


@initialize_parameters_deep_check.mistake(
    "The draws are multiplied by the square root of the number of inputs. The more "
    "inputs, the smaller the weights should be: divide."
)
def deep_times_the_root(layer_dims):
    return initial_parameters(
        layer_dims, lambda n, k: np.random.randn(n, k) * np.sqrt(k)
    )


@initialize_parameters_deep_check.mistake(
    "The biases are random. They should be zero: the weights break the symmetry."
)
def deep_with_drawn_biases(layer_dims):
    return initial_parameters(
        layer_dims,
        lambda n, k: np.random.randn(n, k) / np.sqrt(k),
        lambda n: np.random.randn(n, 1),
    )


@initialize_parameters_deep_check.mistake(
    "The weights are transposed: rows are what a layer puts out, columns what it takes "
    "in."
)
def deep_transposed(layer_dims):
    return initial_parameters(
        layer_dims, lambda n, k: np.random.randn(k, n) / np.sqrt(k)
    )


@initialize_parameters_deep_check.mistake(
    "The weights are scaled by the sizes of both layers, as by Glorot (Xavier). Here "
    "only the number of inputs counts."
)
def deep_by_glorot(layer_dims):
    return initial_parameters(
        layer_dims, lambda n, k: np.random.randn(n, k) * np.sqrt(2 / (n + k))
    )


@initialize_parameters_deep_check.mistake(
    "The biases are rows. They are columns: (n[l], 1)."
)
def deep_with_biases_in_rows(layer_dims):
    start = ref.initialize_parameters_deep(layer_dims)
    return {n: p.T if n.startswith("b") else p for n, p in start.items()}


@initialize_parameters_deep_check.right
def deep_from_another_stream(layer_dims):
    rng = np.random.default_rng()
    return initial_parameters(layer_dims, lambda n, k: rng.normal(0, k**-0.5, (n, k)))


@initialize_parameters_deep_check.right
def deep_from_the_last_in_float32(layer_dims):
    start = {}
    for layer in reversed(range(1, len(layer_dims))):
        n, n_prev = layer_dims[layer], layer_dims[layer - 1]
        W = np.random.standard_normal((n, n_prev)).astype(np.float32)
        start[f"W{layer}"] = W / np.float32(math.sqrt(n_prev))
        start[f"b{layer}"] = np.zeros((n, 1), dtype=int)
    return start

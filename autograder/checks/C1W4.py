"""Hidden tests of C1W4, a network of any depth, and the ways its functions go wrong."""

import copy
import itertools
import math

import numpy as np

from autograder.checks.check import Lab, case, draws

lab = Lab("C1W4")
ref = lab.reference


# --- shapes --------------------------------------------------------------------------

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
    for low_x, low_h, low_y in [(2, 140, 1), (20, 30, 40), (40, 20, 30)]:
        n_x, n_h = int(rng.integers(low_x, low_x + 9)), low_h + int(rng.integers(9))
        yield case(n_x, n_h, 1 if low_y == 1 else low_y + int(rng.integers(9)))


@initialize_parameters_check.expect
def small_draws(n_x, n_h, n_y):
    return {
        "W1": draws((n_h, n_x), std=0.01),
        "b1": np.zeros((n_h, 1)),
        "W2": draws((n_y, n_h), std=0.01),
        "b2": np.zeros((n_y, 1)),
    }


def _initial(sizes, draw, bias=lambda n: np.zeros((n, 1))):
    """Initial parameters, where `draw(n, n_prev)` makes the weights of a layer."""
    start = {}
    for layer in range(1, len(sizes)):
        start[f"W{layer}"] = draw(sizes[layer], sizes[layer - 1])
        start[f"b{layer}"] = bias(sizes[layer])
    return start


@initialize_parameters_check.mistake(
    "The weights are 100 times too large: multiply the draws by 0.01."
)
def two_layers_start_large(n_x, n_h, n_y):
    return _initial([n_x, n_h, n_y], np.random.randn)


@initialize_parameters_check.mistake(
    "The weights are 10 times too large: multiply the draws by 0.01, not by 0.1."
)
def two_layers_with_a_tenth(n_x, n_h, n_y):
    return _initial([n_x, n_h, n_y], lambda *shape: np.random.randn(*shape) * 0.1)


@initialize_parameters_check.mistake(
    "The weights are all positive. `rand` draws from 0 to 1; `randn` around 0."
)
def two_layers_drawn_evenly(n_x, n_h, n_y):
    return _initial([n_x, n_h, n_y], lambda *shape: np.random.rand(*shape) * 0.01)


@initialize_parameters_check.mistake(
    "All weights are zero, so no gradient will get back through W2. Draw them."
)
def two_layers_from_zeros(n_x, n_h, n_y):
    return _initial([n_x, n_h, n_y], lambda *shape: np.zeros(shape))


@initialize_parameters_check.mistake(
    "The weights are transposed: W1 is (n_h, n_x), W2 is (n_y, n_h)."
)
def two_layers_transposed(n_x, n_h, n_y):
    return _initial([n_x, n_h, n_y], lambda *s: np.random.randn(*s[::-1]) * 0.01)


@initialize_parameters_check.mistake(
    "The biases are random. They should be zero: the weights break the symmetry."
)
def two_layers_with_drawn_biases(n_x, n_h, n_y):
    def draw(*shape):
        return np.random.randn(*shape) * 0.01

    return _initial([n_x, n_h, n_y], draw, lambda n: draw(n, 1))


@initialize_parameters_check.right
def two_layers_from_another_stream(n_x, n_h, n_y):
    rng = np.random.default_rng()
    return _initial([n_x, n_h, n_y], lambda *shape: rng.normal(0, 0.01, shape))


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
    return _initial(layer_dims, lambda *shape: np.random.randn(*shape) * 0.01)


@initialize_parameters_deep_check.mistake(
    "The weights are not scaled. Divide by the square root of the number of inputs."
)
def deep_start_large(layer_dims):
    return _initial(layer_dims, np.random.randn)


@initialize_parameters_deep_check.mistake(
    "The weights are divided by the square root of n[l], the size of the layer itself. "
    "A unit adds up its inputs, and there are n[l-1] of them."
)
def deep_by_own_size(layer_dims):
    return _initial(layer_dims, lambda n, k: np.random.randn(n, k) / np.sqrt(n))


@initialize_parameters_deep_check.mistake(
    "The weights are divided by the number of inputs. The square root is missing."
)
def deep_without_the_root(layer_dims):
    return _initial(layer_dims, lambda n, k: np.random.randn(n, k) / k)


@initialize_parameters_deep_check.mistake(
    "The standard deviation is too large by the square root of 2. That is He's "
    "initialization, which comes in course 2."
)
def deep_by_he(layer_dims):
    return _initial(layer_dims, lambda n, k: np.random.randn(n, k) * np.sqrt(2 / k))


@initialize_parameters_deep_check.mistake(
    "The weights are all positive. `rand` draws from 0 to 1; `randn` around 0."
)
def deep_drawn_evenly(layer_dims):
    return _initial(layer_dims, lambda n, k: np.random.rand(n, k) / np.sqrt(k))


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
    return _initial(layer_dims, lambda n, k: np.random.randn(n, k) / np.sqrt(first))


@initialize_parameters_deep_check.mistake(
    "The draws are multiplied by the square root of the number of inputs. The more "
    "inputs, the smaller the weights should be: divide."
)
def deep_times_the_root(layer_dims):
    return _initial(layer_dims, lambda n, k: np.random.randn(n, k) * np.sqrt(k))


@initialize_parameters_deep_check.mistake(
    "The biases are random. They should be zero: the weights break the symmetry."
)
def deep_with_drawn_biases(layer_dims):
    return _initial(
        layer_dims,
        lambda n, k: np.random.randn(n, k) / np.sqrt(k),
        lambda n: np.random.randn(n, 1),
    )


@initialize_parameters_deep_check.mistake(
    "The weights are transposed: rows are what a layer puts out, columns what it takes "
    "in."
)
def deep_transposed(layer_dims):
    return _initial(layer_dims, lambda n, k: np.random.randn(k, n) / np.sqrt(k))


@initialize_parameters_deep_check.mistake(
    "The weights are scaled by the sizes of both layers, as by Glorot (Xavier). Here "
    "only the number of inputs counts."
)
def deep_by_glorot(layer_dims):
    return _initial(
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
    return _initial(layer_dims, lambda n, k: rng.normal(0, k**-0.5, (n, k)))


@initialize_parameters_deep_check.right
def deep_from_the_last_in_float32(layer_dims):
    start = {}
    for layer in reversed(range(1, len(layer_dims))):
        n, n_prev = layer_dims[layer], layer_dims[layer - 1]
        W = np.random.standard_normal((n, n_prev)).astype(np.float32)
        start[f"W{layer}"] = W / np.float32(math.sqrt(n_prev))
        start[f"b{layer}"] = np.zeros((n, 1), dtype=int)
    return start


# --- forwards ------------------------------------------------------------------------


def layer(rng, n, n_prev, m):
    """Input, weights and biases of one layer."""
    W = rng.normal(size=(n, n_prev)) / np.sqrt(n_prev)
    return rng.normal(size=(n_prev, m)), W, rng.normal(size=(n, 1))


def half_active(rng, n, n_prev, m):
    """The same, where Z has both signs, so that ReLU sets some of it to 0."""
    while True:
        A, W, b = layer(rng, n, n_prev, m)
        Z = W @ A + b
        if Z.min() < -0.1 and Z.max() > 0.1:
            return A, W, b


SIZES = [(1, 1, 1), (3, 3, 3), (2, 5, 4), (4, 2, 1)]  # n, n_prev, m


@lab.check("linear_forward", points=5)
def linear_forward(rng):
    """One of everything, square weights, wide and tall ones, one example."""
    for sizes in SIZES:
        yield case(*layer(rng, *sizes))


@linear_forward.mistake("The biases are not used. Z is W A + b.")
def linear_without_bias(A, W, b):
    return W @ A, (A, W, b)


@linear_forward.mistake("The cache should hold (A, W, b), in this order.")
def linear_cache_in_another_order(A, W, b):
    return W @ A + b, (W, A, b)


@linear_forward.mistake("The cache is Z. It should be the inputs, the tuple (A, W, b).")
def linear_caches_the_result(A, W, b):
    Z = W @ A + b
    return Z, Z


@linear_forward.mistake("In the cache, Z is in the position of A. It is (A, W, b).")
def linear_caches_z_for_a(A, W, b):
    Z = W @ A + b
    return Z, (Z, W, b)


@linear_forward.mistake("The cache is missing. Return both: Z and (A, W, b).")
def linear_without_cache(A, W, b):
    return W @ A + b


@linear_forward.mistake("The product is A times W. It should be W times A.")
def linear_the_wrong_way_round(A, W, b):
    return A @ W + b, (A, W, b)


@linear_forward.right
def linear_with_loops(A, W, b):
    Z = np.zeros((len(W), A.shape[1]))
    for i, row in enumerate(W):
        for j in range(A.shape[1]):
            Z[i, j] = sum(w * a for w, a in zip(row, A[:, j], strict=True)) + b[i, 0]
    return Z, (A, W, b)


@linear_forward.right
def linear_in_float32(A, W, b):
    Z = np.einsum("np,pm->nm", W.astype(np.float32), A.astype(np.float32))
    Z += b.astype(np.float32)
    return Z, (A.copy(), W.copy(), b.copy())


@lab.check("linear_activation_forward", points=6)
def linear_activation_forward(rng):
    """Both activations, on layers of several sizes."""
    for sizes in SIZES[1:]:
        for activation in ("relu", "sigmoid"):
            yield case(*half_active(rng, *sizes), activation)


def _block(A_prev, W, b, activation):
    Z = W @ A_prev + b
    return activation(Z), ((A_prev, W, b), Z)


@linear_activation_forward.mistake(
    "It always uses the sigmoid. The argument `activation` says which to use."
)
def always_sigmoid(A_prev, W, b, activation):
    return _block(A_prev, W, b, lambda Z: ref.sigmoid(Z)[0])


@linear_activation_forward.mistake(
    "It always uses ReLU. The argument `activation` says which to use."
)
def always_relu(A_prev, W, b, activation):
    return _block(A_prev, W, b, lambda Z: ref.relu(Z)[0])


@linear_activation_forward.mistake(
    "The activation function is missing: the block returns Z. Apply `sigmoid` or "
    "`relu` to it."
)
def forgets_the_activation(A_prev, W, b, activation):
    return _block(A_prev, W, b, lambda Z: Z)


@linear_activation_forward.mistake(
    "The two activation functions are swapped: ReLU where the sigmoid is asked for, "
    "and the other way round."
)
def activations_swapped(A_prev, W, b, activation):
    other = {"relu": "sigmoid", "sigmoid": "relu"}[activation]
    return ref.linear_activation_forward(A_prev, W, b, other)


@linear_activation_forward.mistake(
    "The two caches are swapped: first the linear one, then that of the activation."
)
def caches_swapped(A_prev, W, b, activation):
    A, (linear, Z) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, (Z, linear)


@linear_activation_forward.mistake(
    "The activation cache is A. It should be Z, the second of the two results of "
    "`sigmoid` and `relu`."
)
def caches_the_output(A_prev, W, b, activation):
    A, (linear, _) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, (linear, A)


@linear_activation_forward.mistake(
    "Only the linear cache is there. The way back through the activation needs Z too."
)
def caches_the_linear_half(A_prev, W, b, activation):
    A, (linear, _) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, linear


@linear_activation_forward.mistake(
    "`sigmoid` and `relu` return two things, output and cache. Unpack them."
)
def keeps_output_and_cache_together(A_prev, W, b, activation):
    Z, linear = ref.linear_forward(A_prev, W, b)
    both = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation](Z)
    return both, (linear, Z)


@linear_activation_forward.mistake(
    "Where ReLU is asked for, it is tanh. `relu` is defined at the start of the lab."
)
def tanh_for_relu(A_prev, W, b, activation):
    if activation == "relu":
        return _block(A_prev, W, b, np.tanh)
    return ref.linear_activation_forward(A_prev, W, b, activation)


@linear_activation_forward.mistake(
    "The cache is one flat tuple. It should be a pair: the linear cache, then that of "
    "the activation."
)
def flat_cache(A_prev, W, b, activation):
    A, (linear, Z) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, (*linear, Z)


@linear_activation_forward.mistake(
    "The activation function was applied to A_prev. It comes after the linear half."
)
def activates_the_input(A_prev, W, b, activation):
    _, linear = ref.linear_forward(A_prev, W, b)
    A, cache = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation](A_prev)
    return A, (linear, cache)


@linear_activation_forward.right
def block_with_branches(A_prev, W, b, activation):
    Z = np.dot(W, A_prev) + b
    if activation == "relu":
        A = Z * (Z > 0)
    else:
        A = 1 / (1 + np.exp(-Z))
    return A, ((A_prev, W, b), Z)


@linear_activation_forward.right
def block_in_float32(A_prev, W, b, activation):
    A_prev, W, b = (x.astype(np.float32) for x in (A_prev, W, b))
    Z = np.einsum("ij,jk->ik", W, A_prev) + b
    A = (np.tanh(Z / 2) + 1) / 2 if activation == "sigmoid" else np.fmax(Z, 0)
    return A, ((A_prev, W, b), Z)


def network(rng, layer_dims):
    """Parameters of a network whose biases are not zero."""
    return _initial(
        layer_dims,
        lambda n, n_prev: rng.normal(size=(n, n_prev)) * np.sqrt(2 / n_prev),
        lambda n: rng.normal(size=(n, 1)) / 2,
    )


DEPTHS = [[3, 1], [4, 3, 1], [3, 3, 3, 1], [5, 4, 6, 3, 1]]


@lab.check("L_model_forward", points=8)
def l_model_forward(rng):
    """No hidden layer to three, equal sizes and different ones."""
    for dims in DEPTHS:
        yield case(rng.normal(size=(dims[0], 4)), network(rng, dims))


def _chain(X, parameters, activation_of, first=1):
    """All layers, where `activation_of(layer, L)` names the activation function."""
    A, caches, L = X, [], len(parameters) // 2
    for number in range(first, L + 1):
        W, b = parameters[f"W{number}"], parameters[f"b{number}"]
        A, cache = ref.linear_activation_forward(A, W, b, activation_of(number, L))
        caches.append(cache)
    return A, caches


@l_model_forward.mistake(
    "The output layer uses ReLU. A probability comes from the sigmoid."
)
def relu_at_the_output(X, parameters):
    return _chain(X, parameters, lambda number, L: "relu")


@l_model_forward.mistake(
    "The hidden layers use the sigmoid. Only the output layer should; the others use "
    "ReLU."
)
def sigmoid_everywhere(X, parameters):
    return _chain(X, parameters, lambda number, L: "sigmoid")


@l_model_forward.mistake(
    "The output's cache is missing: there are L caches, one for each layer."
)
def forgets_the_last_cache(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, caches[:-1]


@l_model_forward.mistake(
    "The caches are in reverse order. That of the first layer comes first."
)
def caches_in_reverse(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, caches[::-1]


@l_model_forward.mistake(
    "Only the linear caches are there. Keep the whole cache that "
    "`linear_activation_forward` returns."
)
def keeps_linear_caches(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, [linear for linear, _ in caches]


@l_model_forward.mistake(
    "The chain stops one layer early. `len(parameters) // 2` counts all layers, the "
    "output among them."
)
def stops_early(X, parameters):
    L = len(parameters) // 2
    inner = {n: p for n, p in parameters.items() if n not in (f"W{L}", f"b{L}")}
    return _chain(X, inner, lambda number, _: "relu")


@l_model_forward.mistake(
    "There is no such key: layers are numbered 1 to `len(parameters) // 2`."
)
def as_many_layers_as_parameters(X, parameters):
    L = len(parameters)
    A, _ = _chain(X, parameters, lambda number, _: "relu")
    return ref.linear_activation_forward(
        A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid"
    )


@l_model_forward.mistake(
    "The input of every hidden layer is X. From the second on, it should be the output "
    "of the layer before."
)
def feeds_x_to_the_hidden_layers(X, parameters):
    A, caches, L = X, [], len(parameters) // 2
    for n in range(1, L + 1):
        A, cache = ref.linear_activation_forward(
            X if n < L else A,
            parameters[f"W{n}"],
            parameters[f"b{n}"],
            _default_activation(n, L),
        )
        caches.append(cache)
    return A, caches


@l_model_forward.mistake(
    "The input of every layer is X. From the second on, it should be the output of the "
    "layer before."
)
def feeds_x_to_all(X, parameters):
    caches = []
    L = len(parameters) // 2
    for n in range(1, L + 1):
        activation = "relu" if n < L else "sigmoid"
        A, cache = ref.linear_activation_forward(
            X, parameters[f"W{n}"], parameters[f"b{n}"], activation
        )
        caches.append(cache)
    return A, caches


@l_model_forward.mistake(
    "It stops after the first layer. The `return` belongs after the loop, not inside "
    "it."
)
def returns_inside_the_loop(X, parameters):
    L = len(parameters) // 2
    activation = "relu" if L > 1 else "sigmoid"
    A, cache = ref.linear_activation_forward(
        X, parameters["W1"], parameters["b1"], activation
    )
    return A, [cache]


@l_model_forward.mistake(
    "Only the last cache is there. Append each layer's to the list."
)
def keeps_the_last_cache(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, caches[-1:]


@l_model_forward.mistake(
    "AL is the output of the last hidden layer. The output layer is still missing."
)
def returns_the_last_hidden(X, parameters):
    _, caches = ref.L_model_forward(X, parameters)
    return caches[-1][0][0], caches


@l_model_forward.mistake("The caches are missing. Return AL and the list of caches.")
def returns_no_caches(X, parameters):
    return ref.L_model_forward(X, parameters)[0]


@l_model_forward.mistake(
    "No output is below 0.5: the sigmoid was applied after the ReLU of the last layer. "
    "Which activation function does the output layer have?"
)
def sigmoid_after_the_relu(X, parameters):
    A, caches = _chain(X, parameters, lambda number, L: "relu")
    return 1 / (1 + np.exp(-A)), caches


@l_model_forward.right
def chain_by_hand(X, parameters):
    A, caches, number = X, [], 1
    while f"W{number}" in parameters:
        W, b = parameters[f"W{number}"], parameters[f"b{number}"]
        Z = W @ A + b
        caches += [((A, W, b), Z)]
        last = f"W{number + 1}" not in parameters
        A = 1 / (1 + np.exp(-Z)) if last else np.where(Z > 0, Z, 0)
        number += 1
    return A, caches


@l_model_forward.right
def chain_in_float32(X, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    AL, caches = ref.L_model_forward(X.astype(np.float32), p)
    return AL, caches


lab.concept(
    "which_loop",
    points=1,
    answer="C",
    why="Each layer needs the output of the one before. All else is a product of "
    "arrays.",
    because={
        "A": "Examples are columns: one product does them all.",
        "B": "Units are rows of W: one product does them all.",
        "D": "Inputs are summed over by the product of W and A.",
    },
)

lab.concept(
    "vanished",
    points=1,
    answer="D",
    why="With 100 units each layer divides by about 14, and so does each step back.",
    because={
        "A": "Drawn at random they differ. They are only very small.",
        "B": "A cost that jumps would not stay at 0.693.",
        "C": "ReLU has no upper end; the sigmoid and tanh saturate.",
    },
)

lab.concept(
    "xor_by_heart",
    points=1,
    answer=32768,
    why="Half of the 2^16 patterns are odd: 2^15.",
    because={
        65536: "That is all patterns. Only the odd ones, half of them, need a unit.",
        16: "That is the number of inputs. A unit is needed for each odd pattern.",
        30: "That is the deep network: two units for each of 15 matches.",
        15: "That is the number of matches in the deep network.",
        8: "A unit is needed for each odd pattern, and there are many more of those.",
        128: "That is for 8 inputs. The number doubles with each further input.",
        256: "The number doubles with each further input. Start from 128 for 8.",
    },
)


@lab.check("compute_cost", points=5)
def compute_cost(rng):
    """One example, several, all with the same label, near certainty."""
    yield case(rng.uniform(0.1, 0.4, (1, 1)), np.array([[0]]))
    for m in (5, 12):
        yield case(rng.uniform(0.02, 0.98, (1, m)), labels(rng, m))
    yield case(rng.uniform(0.1, 0.9, (1, 4)), np.ones((1, 4), dtype=int))
    Y = labels(rng, 6)
    yield case(np.abs(Y - rng.uniform(0.002, 0.02, (1, 6))), Y)


def labels(rng, m):
    """Labels in a row: both of them, as evenly as possible; 0 for one example."""
    return rng.permutation(np.arange(m) % 2).reshape(1, m)


def _loss(AL, Y):
    return -(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


@compute_cost.mistake(
    "The cost is m times too large. Average the loss over the m examples."
)
def sums_the_losses(AL, Y):
    return np.sum(_loss(AL, Y))


@compute_cost.mistake(
    "The cost is negative. Logarithms of probabilities are negative, so the cost has a "
    "minus sign in front."
)
def forgets_the_minus(AL, Y):
    return -np.mean(_loss(AL, Y))


@compute_cost.mistake(
    "Only the examples with label 1 are counted. The second term, with 1 - Y, is for "
    "the others."
)
def counts_label_one_only(AL, Y):
    return -np.mean(Y * np.log(AL))


@compute_cost.mistake(
    "The second term has the wrong sign. The minus applies to both terms: put brackets "
    "around their sum."
)
def minus_before_one_term(AL, Y):
    return np.mean(-Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


@compute_cost.mistake(
    "The two labels are swapped: log(AL) belongs to Y, log(1 - AL) to 1 - Y."
)
def labels_swapped(AL, Y):
    return np.mean(_loss(AL, 1 - Y))


@compute_cost.mistake(
    "That is the average squared error. The cost here is the cross-entropy."
)
def squares_the_error(AL, Y):
    return np.mean((AL - Y) ** 2)


@compute_cost.mistake(
    "The logarithm has another base. The cost uses the natural one, `np.log`."
)
def logarithm_to_base_two(AL, Y):
    return np.mean(_loss(AL, Y)) / np.log(2)


@compute_cost.mistake("The second term uses log(AL) where it needs log(1 - AL).")
def same_logarithm_twice(AL, Y):
    return -np.mean(Y * np.log(AL) + (1 - Y) * np.log(AL))


@compute_cost.mistake(
    "The cost is an array with axes. Sum over both, or use np.squeeze."
)
def cost_in_a_table(AL, Y):
    return np.mean(_loss(AL, Y), axis=1, keepdims=True)


@compute_cost.mistake("These are the losses of the single examples. Average them.")
def keeps_the_losses_apart(AL, Y):
    return _loss(AL, Y)


@compute_cost.right
def cost_with_a_loop(AL, Y):
    total = 0.0
    for a, y in zip(AL[0], Y[0], strict=True):
        total -= math.log(a) if y == 1 else math.log(1 - a)
    return total / AL.shape[1]


@compute_cost.right
def cost_by_dot(AL, Y):
    both = Y @ np.log(AL).T + (1 - Y) @ np.log1p(-AL).T
    return np.squeeze(-both / Y.shape[1])


# --- backwards -----------------------------------------------------------------------


@lab.check("linear_backward", points=9)
def linear_backward(rng):
    """One of everything, square weights, wide and tall ones, one example."""
    for n, n_prev, m in SIZES:
        yield case(rng.normal(size=(n, m)), layer(rng, n, n_prev, m))


@linear_backward.mistake(
    "dA_prev is m times too small. Each example keeps its own gradient there; only dW "
    "and db are averages."
)
def averages_da_prev(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev / dZ.shape[1], dW, db


@linear_backward.mistake(
    "dW and db are m times too large. They are averages over the examples."
)
def forgets_to_average(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db * dZ.shape[1]


@linear_backward.mistake("db is m times too large: divide the sum by m.")
def forgets_to_average_db(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW, db * dZ.shape[1]


@linear_backward.mistake("dW is m times too large: the division by m is missing there.")
def forgets_to_average_dw(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db


@linear_backward.mistake(
    "db has lost an axis: (n,) instead of (n, 1). Use keepdims=True."
)
def drops_the_axis(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW, db[:, 0]


@linear_backward.mistake(
    "db is the sum over the units too, divided by m. axis=1 sums over the examples "
    "only."
)
def sums_over_units(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.sum(dZ) / dZ.shape[1]


@linear_backward.mistake(
    "db was summed over the units, so it has one value per example. Each unit has one "
    "bias: sum over the examples, axis=1."
)
def sums_db_over_units(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.sum(dZ, axis=0, keepdims=True) / dZ.shape[1]


@linear_backward.mistake(
    "All three are m times too small. dA_prev is not an average, and dW and db are "
    "divided by m once."
)
def averages_everything_again(dZ, cache):
    return tuple(part / dZ.shape[1] for part in ref.linear_backward(dZ, cache))


@linear_backward.mistake(
    "db is the same number for all units, the mean of all of dZ. Each unit has its own "
    "bias: average over the examples only, axis=1."
)
def averages_db_over_all(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.mean(dZ)


@linear_backward.mistake(
    "db is one number for all units, the sum of everything divided by m. Each unit has "
    "its own bias: sum over the examples only, axis=1."
)
def sums_db_over_everything(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.sum(dZ, keepdims=True) / dZ.shape[1]


@linear_backward.mistake("The order is dA_prev, dW, db.")
def gradients_in_another_order(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dW, db, dA_prev


@linear_backward.mistake("dW is transposed. A gradient has the shape of its parameter.")
def transposes_dw(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW.T, db


@linear_backward.mistake("In dA_prev the weights have to be transposed: W.T dZ.")
def da_prev_by_plain_weights(dZ, cache):
    _, dW, db = ref.linear_backward(dZ, cache)
    return cache[1] @ dZ, dW, db


@linear_backward.mistake(
    "It averages over the units. m is the number of examples, A_prev.shape[1]."
)
def averages_over_units(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    factor = dZ.shape[1] / cache[0].shape[0]
    return dA_prev, dW * factor, db * factor


@linear_backward.right
def linear_backward_with_loops(dZ, cache):
    A_prev, W, b = cache
    (n, n_prev), m = W.shape, dZ.shape[1]
    dA_prev, dW, db = np.zeros_like(A_prev), np.zeros_like(W), np.zeros_like(b)
    for i in range(m):
        for j in range(n):
            db[j, 0] += dZ[j, i] / m
            for k in range(n_prev):
                dW[j, k] += dZ[j, i] * A_prev[k, i] / m
                dA_prev[k, i] += W[j, k] * dZ[j, i]
    return dA_prev, dW, db


@linear_backward.right
def linear_backward_in_float32(dZ, cache):
    A_prev, W, _ = (x.astype(np.float32) for x in cache)
    dZ = dZ.astype(np.float32)
    dW = np.einsum("nm,pm->np", dZ, A_prev) / dZ.shape[1]
    return np.einsum("np,nm->pm", W, dZ), dW, dZ.mean(axis=1).reshape(-1, 1)


lab.concept(
    "what_is_cached",
    points=1,
    answer="A",
    why="dW is dZ times the transpose of A_prev, divided by m.",
    because={
        "B": "The cost needs AL and Y only.",
        "C": "dA_prev is W.T times dZ; A_prev is not in it.",
        "D": "The way back through the activation needs Z, which the other cache "
        "holds.",
    },
)


@lab.check("linear_activation_backward", points=7)
def linear_activation_backward(rng):
    """Both activations, on layers of several sizes; ReLU goes by Z, not by dA."""
    for n, n_prev, m in SIZES[1:]:
        for activation in ("relu", "sigmoid"):
            _, cache = ref.linear_activation_forward(
                *half_active(rng, n, n_prev, m), activation
            )
            dA, Z = rng.normal(size=(n, m)), cache[1]
            dA = np.where(Z.min() == Z, np.abs(dA) + 0.1, dA)  # stopped by ReLU
            dA = np.where(Z.max() == Z, -np.abs(dA) - 0.1, dA)  # passed on
            yield case(dA, cache, activation)


@linear_activation_backward.mistake(
    "The activation was left out: `linear_backward` takes dZ, not dA. First go back "
    "through the sigmoid or ReLU."
)
def skips_the_activation(dA, cache, activation):
    return ref.linear_backward(dA, cache[0])


@linear_activation_backward.mistake(
    "It always goes back through the sigmoid. The argument `activation` says which to "
    "use."
)
def back_through_the_sigmoid_always(dA, cache, activation):
    return ref.linear_backward(ref.sigmoid_backward(dA, cache[1]), cache[0])


@linear_activation_backward.mistake(
    "It always goes back through ReLU. The argument `activation` says which to use."
)
def back_through_relu_always(dA, cache, activation):
    return ref.linear_backward(ref.relu_backward(dA, cache[1]), cache[0])


@linear_activation_backward.mistake(
    "The activation function itself was applied to dA. On the way back use "
    "`relu_backward` or `sigmoid_backward`."
)
def applies_the_activation_to_da(dA, cache, activation):
    forward = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation]
    return ref.linear_backward(forward(dA)[0], cache[0])


@linear_activation_backward.mistake(
    "The two activation functions are swapped: it goes back through ReLU where the "
    "sigmoid was, and the other way round."
)
def back_through_the_other(dA, cache, activation):
    other = {"relu": "sigmoid", "sigmoid": "relu"}[activation]
    return ref.linear_activation_backward(dA, cache, other)


@linear_activation_backward.mistake(
    "dA is not used: dZ is the derivative of the activation alone. Multiply by dA."
)
def forgets_the_upstream_gradient(dA, cache, activation):
    return ref.linear_activation_backward(np.ones_like(dA), cache, activation)


@linear_activation_backward.mistake(
    "`linear_backward` takes dZ and the linear cache, which is the first of the pair."
)
def passes_the_whole_cache_on(dA, cache, activation):
    back = {"sigmoid": ref.sigmoid_backward, "relu": ref.relu_backward}[activation]
    return ref.linear_backward(back(dA, cache[1]), cache)


@linear_activation_backward.mistake("The order is dA_prev, dW, db.")
def block_gradients_in_another_order(dA, cache, activation):
    dA_prev, dW, db = ref.linear_activation_backward(dA, cache, activation)
    return dW, db, dA_prev


@linear_activation_backward.mistake(
    "That is dZ, which is only half of the way. Go on with `linear_backward`."
)
def returns_dz(dA, cache, activation):
    back = {"sigmoid": ref.sigmoid_backward, "relu": ref.relu_backward}[activation]
    return back(dA, cache[1])


@linear_activation_backward.mistake(
    "dA was multiplied by the activation function itself, not by its derivative. Use "
    "`relu_backward` or `sigmoid_backward`."
)
def multiplies_by_the_activation(dA, cache, activation):
    forward = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation]
    return ref.linear_backward(dA * forward(cache[1])[0], cache[0])


@linear_activation_backward.right
def block_backward_by_hand(dA, cache, activation):
    (A_prev, W, _), Z = cache
    A = 1 / (1 + np.exp(-Z))
    dZ = dA * (A - A**2) if activation == "sigmoid" else np.where(Z > 0, dA, 0)
    m = dA.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m


@linear_activation_backward.right
def block_backward_in_float32(dA, cache, activation):
    linear, Z = cache
    dZ = np.array(dA, dtype=np.float32)
    if activation == "relu":
        dZ[Z <= 0] = 0
    else:
        dZ *= (0.25 / np.cosh(Z / 2) ** 2).astype(np.float32)
    return ref.linear_backward(dZ, linear)


@lab.check("L_model_backward", points=12)
def l_model_backward(rng):
    """No hidden layer to three, equal sizes and different ones, one example."""
    for dims, m in zip([*DEPTHS, [3, 4, 1]], (4, 5, 3, 6, 1), strict=True):
        X, Y = rng.normal(size=(dims[0], m)), labels(rng, m)
        AL, caches = ref.L_model_forward(X, network(rng, dims))
        yield case(AL, Y, caches)


def _default_activation(number, L):
    return "sigmoid" if number == L else "relu"


def _way_back(AL, Y, caches, activation_of=_default_activation, dAL=None):
    """All gradients, with single steps replaced."""
    grads, L = {}, len(caches)
    dA = -Y / AL + (1 - Y) / (1 - AL) if dAL is None else dAL
    for number in range(L, 0, -1):
        dA, dW, db = ref.linear_activation_backward(
            dA, caches[number - 1], activation_of(number, L)
        )
        grads |= {f"dA{number - 1}": dA, f"dW{number}": dW, f"db{number}": db}
    return grads


@l_model_backward.mistake(
    "All gradients have the wrong sign. Look at both signs in dAL."
)
def starts_with_the_wrong_sign(AL, Y, caches):
    return _way_back(AL, Y, caches, dAL=Y / AL - (1 - Y) / (1 - AL))


@l_model_backward.mistake(
    "It starts with AL - Y. That is dZ of the last layer, from before the sigmoid. The "
    "way back starts with dAL, the derivative of the loss with respect to AL."
)
def starts_with_the_difference(AL, Y, caches):
    return _way_back(AL, Y, caches, dAL=AL - Y)


@l_model_backward.mistake(
    "The second term of dAL, the one with 1 - Y, has the wrong sign."
)
def second_term_reversed(AL, Y, caches):
    return _way_back(AL, Y, caches, dAL=-Y / AL - (1 - Y) / (1 - AL))


@l_model_backward.mistake(
    "The second term of dAL, the one with 1 - Y, is missing: examples with label 0 "
    "pass nothing back."
)
def second_term_missing(AL, Y, caches):
    return _way_back(AL, Y, caches, dAL=-Y / AL)


@l_model_backward.mistake(
    "All gradients are m times too small: dAL was averaged, and `linear_backward` "
    "averages too. Once is enough."
)
def averages_twice(AL, Y, caches):
    dAL = (-Y / AL + (1 - Y) / (1 - AL)) / Y.shape[1]
    return _way_back(AL, Y, caches, dAL=dAL)


@l_model_backward.mistake(
    "Every layer starts from the gradient of the output, dAL. Each should start from "
    "the dA_prev that the block after it returned."
)
def the_same_gradient_for_all(AL, Y, caches):
    grads, L = {}, len(caches)
    dAL = -Y / AL + (1 - Y) / (1 - AL)
    for number in range(L, 0, -1):
        activation = _default_activation(number, L)
        _, Z = caches[number - 1]
        dA = dAL if number == L else np.broadcast_to(dAL, Z.shape)
        dA, dW, db = ref.linear_activation_backward(dA, caches[number - 1], activation)
        grads |= {f"dA{number - 1}": dA, f"dW{number}": dW, f"db{number}": db}
    return grads


@l_model_backward.mistake(
    "The hidden layers go back through the sigmoid. On the way forward they used ReLU."
)
def sigmoid_all_the_way(AL, Y, caches):
    return _way_back(AL, Y, caches, lambda number, L: "sigmoid")


@l_model_backward.mistake(
    "The output goes back through ReLU. On the way forward it used the sigmoid."
)
def relu_all_the_way(AL, Y, caches):
    return _way_back(AL, Y, caches, lambda number, L: "relu")


@l_model_backward.mistake(
    "The numbers of the dA are one too high. The block of layer l returns the gradient "
    "for the layer before it: dA with l - 1, down to dA0."
)
def da_numbered_by_its_block(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {
        f"dA{int(name[2:]) + 1}" if name.startswith("dA") else name: value
        for name, value in grads.items()
    }


@l_model_backward.mistake(
    "The gradients of the first layer are missing. The loop has to end with layer 1, "
    "caches[0]."
)
def stops_before_the_first(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    first = ("dA0", "dW1", "db1") if len(caches) > 1 else ()
    return {name: value for name, value in grads.items() if name not in first}


@l_model_backward.mistake(
    "The gradients of the first layer are missing. `range(L, 1, -1)` ends before 1."
)
def ends_before_the_first(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {n: g for n, g in grads.items() if n not in ("dA0", "dW1", "db1")}


@l_model_backward.mistake(
    "Only the last layer is there. A loop from L - 1 down to 1 does the others."
)
def last_layer_only(AL, Y, caches):
    L = len(caches)
    grads = ref.L_model_backward(AL, Y, caches)
    return {name: grads[name] for name in (f"dA{L - 1}", f"dW{L}", f"db{L}")}


@l_model_backward.mistake(
    "The caches are used in the wrong order. caches[0] belongs to layer 1, so layer l "
    "has caches[l - 1]."
)
def caches_from_the_other_end(AL, Y, caches):
    return _way_back(AL, Y, caches[::-1])


@l_model_backward.mistake(
    "The numbers of dW and db are one too low: the block of layer l gives dW and db "
    "with the number l."
)
def parameters_numbered_from_zero(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {
        name if name.startswith("dA") else f"{name[:2]}{int(name[2:]) - 1}": value
        for name, value in grads.items()
    }


@l_model_backward.mistake(
    "The dA are missing. Keep dA0 to dA{L-1} in the dictionary too."
)
def returns_no_da(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {n: g for n, g in grads.items() if not n.startswith("dA")}


@l_model_backward.right
def way_back_by_the_difference(AL, Y, caches):
    m, L = Y.shape[1], len(caches)
    dZ, grads = AL - Y, {}
    for number in reversed(range(1, L + 1)):
        (A_prev, W, _), _ = caches[number - 1]
        grads[f"dW{number}"] = dZ @ A_prev.T / m
        grads[f"db{number}"] = np.mean(dZ, axis=1, keepdims=True)
        grads[f"dA{number - 1}"] = W.T @ dZ
        if number > 1:
            dZ = grads[f"dA{number - 1}"] * (caches[number - 2][1] > 0)
    return grads


@l_model_backward.right
def way_back_with_dal_among_the_gradients(AL, Y, caches):
    L = len(caches)
    grads = {f"dA{L}": -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))}
    for number in range(L, 0, -1):
        results = ref.linear_activation_backward(
            grads[f"dA{number}"].astype(np.float32),
            caches[number - 1],
            _default_activation(number, L),
        )
        names = (f"dA{number - 1}", f"dW{number}", f"db{number}")
        grads.update(zip(names, results, strict=True))
    return grads


lab.concept(
    "use_of_da0",
    points=1,
    answer="D",
    why="The last block returns it anyway. (Course 4 finds a use for it: art.)",
    because={
        "A": "The input is data. Learning changes weights and biases.",
        "B": "W1 is updated with dW1, which needs dZ1 and X.",
        "C": "Each step starts with a new forward pass, from X.",
    },
)


@lab.check("update_parameters", points=5)
def update_parameters(rng):
    """One layer to four, several rates, a rate of 0.

    - `grads` holds more than is needed; a new dictionary comes back.
    """
    rates = [*rng.uniform([0.05, 0.8, 0.005], [0.2, 0.9, 0.01]), 0.0, 2.0]
    for dims, rate in zip([*DEPTHS, [2, 3, 1]], map(float, rates), strict=True):
        grads = {"d" + name: value for name, value in network(rng, dims).items()}
        yield case(network(rng, dims), grads | {"dA0": np.ones((2, 2))}, rate)


@update_parameters.mistake(
    "The step goes uphill, along the gradient. Subtract the gradient."
)
def climbs(params, grads, learning_rate):
    return ref.update_parameters(params, grads, -learning_rate)


@update_parameters.mistake(
    'The caller\'s `params` have changed. Both `params["W1"] = …` and `W1 -= …` write '
    "into what you were given; fill a new dictionary with new arrays."
)
def steps_in_place(params, grads, learning_rate):
    for name in params:
        params[name] -= learning_rate * grads["d" + name]
    return params


@update_parameters.mistake(
    "The learning rate is not used. Multiply the gradients by it."
)
def ignores_the_rate(params, grads, learning_rate):
    return ref.update_parameters(params, grads, 1.0)


@update_parameters.mistake("The biases are unchanged. They take a step too.")
def leaves_the_biases(params, grads, learning_rate):
    after = ref.update_parameters(params, grads, learning_rate)
    return params | {name: p for name, p in after.items() if name.startswith("W")}


@update_parameters.mistake(
    "The last layer is unchanged. Layers are numbered 1 to L: range(1, L + 1), or "
    "range(L) with l + 1 in the names."
)
def leaves_the_last_layer(params, grads, learning_rate):
    L = len(params) // 2
    last = {name: params[name] for name in (f"W{L}", f"b{L}")}
    return ref.update_parameters(params, grads, learning_rate) | last


@update_parameters.mistake(
    "The first layer is unchanged. Layers are numbered 1 to L: range(1, L + 1), or "
    "range(L) with l + 1 in the names."
)
def leaves_the_first_layer(params, grads, learning_rate):
    first = {name: params[name] for name in ("W1", "b1")}
    return ref.update_parameters(params, grads, learning_rate) | first


@update_parameters.mistake(
    "These are only the steps. The new parameters are the old ones minus the steps."
)
def returns_the_steps(params, grads, learning_rate):
    return {name: learning_rate * grads["d" + name] for name in params}


@update_parameters.mistake("The weights are unchanged; only the biases take a step.")
def leaves_the_weights(params, grads, learning_rate):
    after = ref.update_parameters(params, grads, learning_rate)
    return params | {name: p for name, p in after.items() if name.startswith("b")}


@update_parameters.mistake(
    "The last layer is missing. Layers are numbered 1 to L: range(1, L + 1), or "
    "range(L) with l + 1 in the names."
)
def drops_the_last_layer(params, grads, learning_rate):
    L = len(params) // 2
    after = ref.update_parameters(params, grads, learning_rate)
    return {n: p for n, p in after.items() if n not in (f"W{L}", f"b{L}")}


@update_parameters.mistake(
    "There is no such key. Layers are numbered 1 to `len(params) // 2`, and the "
    "gradient of W1 has the key dW1."
)
def as_many_steps_as_parameters(params, grads, learning_rate):
    after = {}
    for number in range(1, len(params) + 1):
        for name in (f"W{number}", f"b{number}"):
            after[name] = params[name] - learning_rate * grads["d" + name]
    return after


@update_parameters.mistake(
    "The parameters returned are the old ones. Return the new ones."
)
def returns_the_old(params, grads, learning_rate):
    return dict(params)


@update_parameters.mistake(
    "The biases take the full gradient. The learning rate multiplies theirs too."
)
def biases_without_the_rate(params, grads, learning_rate):
    after = ref.update_parameters(params, grads, learning_rate)
    full = ref.update_parameters(params, grads, 1.0)
    return after | {name: p for name, p in full.items() if name.startswith("b")}


@update_parameters.right
def steps_on_a_deep_copy(params, grads, learning_rate):
    params = copy.deepcopy(params)
    for number in range(len(params) // 2):
        params[f"W{number + 1}"] -= learning_rate * grads[f"dW{number + 1}"]
        params[f"b{number + 1}"] -= learning_rate * grads[f"db{number + 1}"]
    return params


@update_parameters.right
def steps_in_float32(params, grads, learning_rate):
    return {
        name: np.float32(value) + np.float32(-learning_rate * grads["d" + name])
        for name, value in params.items()
    }


# --- models --------------------------------------------------------------------------


# The driver replaces these two, here and in the notebook, by a given start: one of them
# for each model, as the statement says. The other gives a start of another size.
def initialize_parameters(n_x, n_h, n_y):
    return ref.initialize_parameters(n_x, n_h, n_y)


def initialize_parameters_deep(layer_dims):
    return ref.initialize_parameters_deep(layer_dims)


def _train(
    start,
    X,
    Y,
    rate,
    steps,
    *,
    every=100,
    activation_of=_default_activation,
    again=False,
):
    """Parameters and costs, with single rules replaced."""
    parameters, costs = start, []
    for i in range(steps):
        AL, caches = _chain(X, parameters, activation_of)
        if i % every == 0:
            costs.append(ref.compute_cost(AL, Y))
        grads = _way_back(AL, Y, caches, activation_of)
        base = start if again else parameters
        parameters = ref.update_parameters(base, grads, rate)
    return parameters, costs


def _training_cases(rng, depths):
    for dims, m, steps, rate in depths:
        moves = False
        while not moves:  # the first step changes the cost by a hundredth at least
            X, Y = rng.normal(size=(dims[0], m)), labels(rng, m)
            start = network(rng, dims)
            AL, caches = ref.L_model_forward(X, start)
            grads = ref.L_model_backward(AL, Y, caches)
            after = ref.update_parameters(start, grads, rate)
            costs = [ref.compute_cost(AL, Y)]
            costs += [ref.compute_cost(ref.L_model_forward(X, after)[0], Y)]
            moves = abs(costs[1] - costs[0]) > 0.01 * costs[0]
        yield case(X, Y, dims, rate, steps, start)


MESSAGES = {
    "every": "There is a cost for every step. Append it only before steps 0, 100, "
    "200, …",
    "late": "The costs are those after the step. The first one should be the cost of "
    "the start.",
    "climbs": "The cost rises: the steps go uphill. Is the sign of the learning rate "
    "right?",
    "start": "The parameters are those of the start. `update_parameters` returns new "
    "ones; keep them.",
    "once": "Every step starts from the first parameters. It should start from those "
    "of the step before.",
    "inside": "It stops after the first step. The `return` belongs after the loop.",
    "fewer": "It takes one step too few. `range(n)` gives n values, 0 to n - 1.",
    "stale": "Every step uses the gradients of the start. Go forward and backward "
    "again before each step.",
    "second": "It begins with step 1, so the first step and the first cost are "
    "missing. Count from 0: `range(n)`.",
    "hundredth": "Every hundredth cost is there, but not that of the start. Append the "
    "costs before steps 0, 100, 200, …",
    "lost": "Parameters and cost never change. `update_parameters` returns new "
    "parameters: keep them.",
    "silent": "The list of costs is empty. Append the cost also when nothing is "
    "printed.",
    "more": "It takes one step too many. `range(n)` gives n values, 0 to n - 1.",
    "rate": "The learning rate is always 0.0075. Pass the argument on.",
    "sigmoid": "The hidden layers use the sigmoid. They should use ReLU.",
    "alone": "The costs are missing. Return both: parameters, and the list of costs.",
    "order": "Return the parameters first, then the costs.",
}


def _register(check, initial):
    """The mistakes that both models share; `initial(layers_dims)` is the start."""

    @check.mistake(MESSAGES["every"])
    def records_every_cost(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, learning_rate, num_iterations, every=1)

    @check.mistake(MESSAGES["late"])
    def records_too_late(X, Y, layers_dims, learning_rate, num_iterations):
        parameters, costs = initial(layers_dims), []
        for i in range(num_iterations):
            AL, caches = ref.L_model_forward(X, parameters)
            grads = ref.L_model_backward(AL, Y, caches)
            parameters = ref.update_parameters(parameters, grads, learning_rate)
            if i % 100 == 0:
                AL, _ = ref.L_model_forward(X, parameters)
                costs.append(ref.compute_cost(AL, Y))
        return parameters, costs

    @check.mistake(MESSAGES["climbs"])
    def model_climbs(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, -learning_rate, num_iterations)

    @check.mistake(MESSAGES["start"])
    def model_returns_the_start(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return start, _train(start, X, Y, learning_rate, num_iterations)[1]

    @check.mistake(MESSAGES["once"])
    def always_the_first_step(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, learning_rate, num_iterations, again=True)

    @check.mistake(MESSAGES["more"])
    def one_step_too_many(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, num_iterations + 1)

    @check.mistake(MESSAGES["inside"])
    def model_returns_inside(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, 1)

    @check.mistake(MESSAGES["fewer"])
    def one_step_too_few(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        costs = _train(start, X, Y, learning_rate, num_iterations)[1]
        fewer = _train(start, X, Y, learning_rate, num_iterations - 1)
        return fewer[0], costs if num_iterations % 100 != 1 else fewer[1]

    @check.mistake(MESSAGES["stale"])
    def gradients_of_the_start(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        AL, caches = ref.L_model_forward(X, start)
        grads = ref.L_model_backward(AL, Y, caches)
        parameters = start
        for _ in range(num_iterations):
            parameters = ref.update_parameters(parameters, grads, learning_rate)
        return parameters, [ref.compute_cost(AL, Y)] * -(-num_iterations // 100)

    @check.mistake(MESSAGES["second"])
    def begins_with_step_one(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        parameters, costs = _train(
            start, X, Y, learning_rate, num_iterations - 1, every=1
        )
        return parameters, costs[99::100]

    @check.mistake(MESSAGES["hundredth"])
    def records_every_hundredth_step(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        parameters, _ = _train(start, X, Y, learning_rate, num_iterations)
        _, costs = _train(start, X, Y, learning_rate, num_iterations + 1, every=1)
        return parameters, costs[100::100]

    @check.mistake(MESSAGES["hundredth"])
    def records_at_step_99(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        parameters, _ = _train(start, X, Y, learning_rate, num_iterations)
        _, costs = _train(start, X, Y, learning_rate, num_iterations, every=1)
        return parameters, costs[99::100]

    @check.mistake(MESSAGES["lost"])
    def throws_the_update_away(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, 0.0, num_iterations)

    @check.mistake(MESSAGES["silent"])
    def records_nothing(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, num_iterations)[0], []

    @check.mistake(MESSAGES["rate"])
    def one_rate_for_all(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, 0.0075, num_iterations)

    @check.mistake(MESSAGES["sigmoid"])
    def sigmoid_inside(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(
            initial(layers_dims),
            X,
            Y,
            learning_rate,
            num_iterations,
            activation_of=lambda number, L: "sigmoid",
        )

    @check.mistake(MESSAGES["alone"])
    def returns_parameters_alone(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, num_iterations)[0]

    @check.mistake(MESSAGES["order"])
    def returns_costs_first(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, learning_rate, num_iterations)[::-1]


@lab.check("two_layer_model", points=5, driver="from_small_start")
def two_layer_model(rng):
    """One step, a few, and enough for three recorded costs.

    - It starts with `initialize_parameters`, not with the start of deep networks.
    """
    yield from _training_cases(
        rng,
        [((3, 4, 1), 5, 1, 0.1), ((2, 3, 1), 6, 4, 0.5), ((2, 2, 1), 4, 201, 0.1)],
    )


_register(two_layer_model, lambda dims: initialize_parameters(*dims))


@two_layer_model.mistake(
    "It does not start with `initialize_parameters`. The start of deep networks comes "
    "in the next exercise."
)
def starts_as_deep_networks_do(X, Y, layers_dims, learning_rate, num_iterations):
    start = initialize_parameters_deep(list(layers_dims))
    return _train(start, X, Y, learning_rate, num_iterations)


@two_layer_model.right
def two_layers_by_blocks(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    n_x, n_h, n_y = layers_dims
    p, costs = initialize_parameters(n_x, n_h, n_y), []
    for i in range(num_iterations):
        A1, cache1 = ref.linear_activation_forward(X, p["W1"], p["b1"], "relu")
        A2, cache2 = ref.linear_activation_forward(A1, p["W2"], p["b2"], "sigmoid")
        cost = ref.compute_cost(A2, Y)
        dA2 = -(np.divide(Y, A2) - np.divide(1 - Y, 1 - A2))
        dA1, dW2, db2 = ref.linear_activation_backward(dA2, cache2, "sigmoid")
        _, dW1, db1 = ref.linear_activation_backward(dA1, cache1, "relu")
        grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        p = ref.update_parameters(p, grads, learning_rate)
        if i % 100 == 0:
            costs.append(np.squeeze(cost))
    return p, costs


@two_layer_model.right
def two_layers_written_out(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    p, costs = initialize_parameters(*layers_dims), []
    W1, b1, W2, b2 = (p[name] for name in ("W1", "b1", "W2", "b2"))
    m = X.shape[1]
    for i in range(num_iterations):
        A1 = np.maximum(W1 @ X + b1, 0)
        Z2 = W2 @ A1 + b2
        if not i % 100:
            costs += [float(np.mean(np.logaddexp(0, Z2) - Y * Z2))]
        dZ2 = (1 / (1 + np.exp(-Z2)) - Y) / m
        dZ1 = (W2.T @ dZ2) * (A1 > 0)
        W2 = W2 - learning_rate * dZ2 @ A1.T
        b2 = b2 - learning_rate * dZ2.sum(axis=1, keepdims=True)
        W1 = W1 - learning_rate * dZ1 @ X.T
        b1 = b1 - learning_rate * dZ1.sum(axis=1, keepdims=True)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, np.array(costs)


@lab.check("L_layer_model", points=6, driver="from_start")
def l_layer_model(rng):
    """No hidden layer, and up to three; one step, a few, three recorded costs."""
    yield from _training_cases(
        rng,
        [
            ([3, 4, 3, 1], 5, 1, 0.1),
            ([4, 3, 3, 2, 1], 6, 4, 0.2),
            ([3, 1], 4, 101, 0.2),
            ([2, 3, 2, 1], 4, 201, 0.1),
        ],
    )


_register(l_layer_model, lambda dims: initialize_parameters_deep(dims))


@l_layer_model.right
def any_depth_in_place(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(0, num_iterations):
        AL, caches = ref.L_model_forward(X, parameters)
        cost = ref.compute_cost(AL, Y)
        grads = ref.L_model_backward(AL, Y, caches)
        for name in parameters:
            parameters[name] -= learning_rate * grads["d" + name]
        if i % 100 == 0 or i == num_iterations:
            costs.append(cost)
    return parameters, costs


@l_layer_model.right
def any_depth_by_the_difference(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters, costs, step = initialize_parameters_deep(layers_dims), [], 0
    while step < num_iterations:
        AL, caches = chain_by_hand(X, parameters)
        if step % 100 == 0:
            costs.append(cost_by_dot(AL, Y))
        grads = way_back_by_the_difference(AL, Y, caches)
        parameters = steps_on_a_deep_copy(parameters, grads, learning_rate)
        step += 1
    return parameters, costs


@lab.check("predict", points=4)
def predict(rng):
    """No hidden layer to three, one example, and a network that is undecided.

    - A quarter of the labels is wrong where there are several, none where there is one.
    - At exactly 0.5 the label is 0.
    """
    for dims, m in zip(DEPTHS, (20, 12, 1, 16), strict=True):
        while True:  # both labels are given, where there are several examples
            X, parameters = rng.normal(size=(dims[0], m)), network(rng, dims)
            guess = (ref.L_model_forward(X, parameters)[0] > 0.5).astype(int)
            if guess.max() == 1 and (m == 1 or guess.min() == 0):
                break
        wrong = rng.permutation(np.arange(m) < m // 4).reshape(1, m)
        yield case(X, np.where(wrong, 1 - guess, guess), parameters)
    still = {name: 0 * value for name, value in network(rng, [2, 3, 1]).items()}
    yield case(rng.normal(size=(2, 4)), rng.permutation([[0, 1, 0, 0]], axis=1), still)


@predict.mistake("These are probabilities. Decide: 1 above 0.5, else 0.")
def returns_probabilities(X, Y, parameters):
    AL, _ = ref.L_model_forward(X, parameters)
    return AL, ref.predict(X, Y, parameters)[1]


@predict.mistake("The accuracy is missing. Return both, the labels and the accuracy.")
def returns_labels_alone(X, Y, parameters):
    return ref.predict(X, Y, parameters)[0]


@predict.mistake("The accuracy is in percent. Here it is between 0 and 1.")
def accuracy_in_percent(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels, 100 * share


@predict.mistake(
    "The accuracy is a number of examples. Divide it by how many there are."
)
def accuracy_as_a_count(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels, share * Y.shape[1]


@predict.mistake(
    "The accuracy is that of the wrong predictions. Count where they equal Y."
)
def share_of_errors(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels, 1 - share


@predict.mistake(
    "The probabilities were compared with the labels, and hardly any is exactly 0 or "
    "1. Compare the predictions with them."
)
def accuracy_of_probabilities(X, Y, parameters):
    AL, _ = ref.L_model_forward(X, parameters)
    return (AL > 0.5).astype(int), np.mean(AL == Y)


@predict.mistake(
    "An axis of the predictions is missing. They have the shape of Y, (1, m)."
)
def labels_in_a_list(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels[0], share


@predict.mistake("Everything is 1: every probability is above 0. Compare it with 0.5.")
def threshold_of_zero(X, Y, parameters):
    labels = np.ones_like(Y)
    return labels, np.mean(labels == Y)


@predict.mistake("The accuracy comes first. Return the predictions, then the accuracy.")
def returns_the_share_first(X, Y, parameters):
    return ref.predict(X, Y, parameters)[::-1]


@predict.mistake("At exactly 0.5 the answer is 0: 1 is for above 0.5 only.")
def one_at_the_threshold(X, Y, parameters):
    labels = (ref.L_model_forward(X, parameters)[0] >= 0.5).astype(int)
    return labels, np.mean(labels == Y)


@predict.mistake(
    "The accuracy counts only the examples with label 1. Those with label 0 may be "
    "predicted right or wrong, too."
)
def accuracy_of_label_one(X, Y, parameters):
    labels, _ = ref.predict(X, Y, parameters)
    return labels, np.sum(labels * Y) / max(np.sum(Y), 1)


@predict.right
def predict_with_a_loop(X, Y, parameters):
    probabilities, _ = ref.L_model_forward(X, parameters)
    labels = np.zeros((1, X.shape[1]))
    for i, a in enumerate(probabilities[0]):
        labels[0, i] = 1 if a > 0.5 else 0
    return labels, float(np.sum(labels == Y) / X.shape[1])


@predict.right
def predict_with_booleans(X, Y, parameters):
    labels = ref.L_model_forward(X, parameters)[0] > 0.5
    return labels, np.float32(1 - np.mean(np.abs(labels.astype(int) - Y)))


# --- photographs ---------------------------------------------------------------------

lab.concept(
    "standard_error",
    points=1,
    answer=7,
    why="The square root of 0.8 · 0.2 / 30 is 0.073.",
    because={
        1: "The square root is missing: 0.8 · 0.2 / 30 is 0.0053.",
        40: "That is the square root of p (1 - p). Divide by n first.",
        9: "That would be for p = 0.5. Here p = 24 / 30.",
        5: "That would be for 60 independent answers. There are 30 photographs.",
        20: "That is the share of errors. Take the square root of p (1 - p) / n.",
        16: "That is p (1 - p). Divide by n, and take the square root.",
        0.073: "That is the standard error as a share. Give it in percent.",
        0.07: "That is the standard error as a share. Give it in percent.",
    },
)

lab.concept(
    "which_is_learned",
    points=1,
    answer="C",
    why="Gradient descent changes the biases, as it does the weights.",
    because={
        "A": "You choose the rate before learning; no gradient changes it.",
        "B": "Sizes are chosen beforehand; they decide how many parameters there are.",
        "D": "You choose how long to learn; no gradient changes it.",
    },
)

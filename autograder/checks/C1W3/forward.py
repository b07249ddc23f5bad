"""Hidden tests of C1W3: from the inputs to the cost."""

import math

import numpy as np

from autograder.checks.binary_classifiers import (
    logistic_loss,
    probabilities_and_labels,
    sizes_of_two_layers,
    small_weights,
)
from autograder.checks.C1W3.common import lab, network, ref, signed
from autograder.checks.check import case


@lab.check("layer_sizes", points=4)
def layer_sizes(rng):
    """One input, as many inputs as examples, several outputs."""
    n, many = int(rng.integers(5, 9)), int(rng.integers(10, 40))
    for n_x, n_y, m in [(1, 1, 3), (n, 2, n), (2, 1, many), (n, 3, many)]:
        yield case(rng.normal(size=(n_x, m)), rng.integers(0, 2, (n_y, m)))


@layer_sizes.mistake(
    "These are numbers of examples, which stand in columns. Layer sizes are numbers of "
    "rows."
)
def sizes_from_columns(X, Y):
    return X.shape[1], 4, Y.shape[1]


@layer_sizes.mistake("The hidden layer has as many units as inputs. It should have 4.")
def hidden_like_input(X, Y):
    return X.shape[0], X.shape[0], Y.shape[0]


@layer_sizes.mistake(
    "The size of the output is always 1. Read it from Y: each row is an output."
)
def one_output_always(X, Y):
    return X.shape[0], 4, 1


@layer_sizes.mistake(
    "The size of the output is the number of examples. Outputs are the rows of Y."
)
def outputs_from_columns(X, Y):
    return X.shape[0], 4, Y.shape[1]


@layer_sizes.mistake(
    "The size of the input is the number of examples. Inputs are the rows of X."
)
def inputs_from_columns(X, Y):
    return X.shape[1], 4, Y.shape[0]


@layer_sizes.mistake("The order is input, hidden, output.")
def sizes_in_another_order(X, Y):
    return X.shape[0], Y.shape[0], 4


@layer_sizes.mistake("These are shapes. A size is a single number: the rows.")
def whole_shapes(X, Y):
    return X.shape, 4, Y.shape


@layer_sizes.right
def sizes_by_length(X, Y):
    return len(X), 4, len(Y)


@layer_sizes.right
def sizes_as_a_list(X, Y):
    return (np.int64(np.size(X, 0)), np.int32(4), np.size(Y, axis=0))


lab.concept(
    "count_weights",
    points=1,
    answer=26,
    why="5·3 weights and 5 biases, then 5 weights and 1 bias.",
    because={
        20: "All the weights are there. Each unit has a bias as well.",
        21: "The output's bias is there; the five hidden units have one each too.",
        25: "Nearly: the output unit has a bias too.",
        23: "Inputs have no biases; hidden units and the output do.",
        29: "Inputs have no biases, as nothing is computed there.",
        22: "Each hidden unit has its own bias; there is not one for the whole layer.",
        15: "That is W1 only. Add b1, W2 and b2.",
        18: "W1 has 5·3 weights. What else belongs to the two layers?",
    },
)


@lab.check("initialize_parameters", points=7)
def initialize_parameters(rng):
    """Sizes that differ, and enough draws of each array for mean and spread to show."""
    yield from sizes_of_two_layers(rng)


initialize_parameters.expect(small_weights)


def _initial(n_x, n_h, n_y, draw):
    return {
        "W1": draw(n_h, n_x),
        "b1": np.zeros((n_h, 1)),
        "W2": draw(n_y, n_h),
        "b2": np.zeros((n_y, 1)),
    }


@initialize_parameters.mistake(
    "The weights are 100 times too large: multiply the draws by 0.01."
)
def starts_large(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, np.random.randn)


@initialize_parameters.mistake(
    "The weights are 10 times too large: multiply the draws by 0.01, not by 0.1."
)
def starts_with_a_tenth(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda *shape: np.random.randn(*shape) * 0.1)


@initialize_parameters.mistake(
    "W2 is 100 times too large. Both arrays of weights are multiplied by 0.01."
)
def starts_with_large_w2(n_x, n_h, n_y):
    start = ref.initialize_parameters(n_x, n_h, n_y)
    return start | {"W2": np.random.randn(n_y, n_h)}


@initialize_parameters.mistake(
    "The weights are all positive, with a mean of 0.005. `rand` draws uniformly from 0 "
    "to 1; `randn` draws around 0."
)
def draws_evenly(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda *shape: np.random.rand(*shape) * 0.01)


@initialize_parameters.mistake(
    "All weights are zero, so all hidden units are the same and stay so. Draw them."
)
def starts_from_zeros(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda *shape: np.zeros(shape))


@initialize_parameters.mistake(
    "The weights are transposed. Each row of W1 belongs to one hidden unit: (n_h, n_x)."
)
def starts_transposed(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda *s: np.random.randn(*s[::-1]) * 0.01)


@initialize_parameters.mistake(
    "All weights of a layer are the same number, so all hidden units are the same and "
    "stay so. Draw an array of numbers."
)
def draws_one_number(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda *shape: np.full(shape, 0.004))


@initialize_parameters.mistake(
    "The biases have one axis only. Their shapes are (n_h, 1) and (n_y, 1)."
)
def biases_of_one_axis(n_x, n_h, n_y):
    start = ref.initialize_parameters(n_x, n_h, n_y)
    return start | {"b1": np.zeros(n_h), "b2": np.zeros(n_y)}


@initialize_parameters.mistake(
    "The biases are random. They should be zero: the weights break the symmetry."
)
def draws_biases(n_x, n_h, n_y):
    start = ref.initialize_parameters(n_x, n_h, n_y)
    b1 = np.random.randn(n_h, 1) * 0.01
    return start | {"b1": b1, "b2": np.random.randn(n_y, 1) * 0.01}


@initialize_parameters.mistake(
    "W2 is transposed. Each row of W2 belongs to one output: (n_y, n_h)."
)
def starts_with_transposed_w2(n_x, n_h, n_y):
    start = ref.initialize_parameters(n_x, n_h, n_y)
    return start | {"W2": start["W2"].T}


@initialize_parameters.mistake(
    "The weights are scaled by the number of inputs. That comes next week; here they "
    "are multiplied by 0.01."
)
def starts_scaled_by_inputs(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda n, k: np.random.randn(n, k) / np.sqrt(k))


@initialize_parameters.mistake(
    "The weights are drawn uniformly between -0.01 and 0.01. They should come from a "
    "normal distribution: `randn`."
)
def draws_evenly_around_zero(n_x, n_h, n_y):
    return _initial(n_x, n_h, n_y, lambda *s: np.random.uniform(-0.01, 0.01, s))


@initialize_parameters.right
def normal_with_another_stream(n_x, n_h, n_y):
    rng = np.random.default_rng()
    return _initial(n_x, n_h, n_y, lambda *shape: rng.normal(0, 0.01, shape))


@initialize_parameters.right
def output_first_in_float32(n_x, n_h, n_y):
    W2 = (np.random.randn(n_y, n_h) / 100).astype(np.float32)
    W1 = np.random.standard_normal((n_h, n_x)).astype(np.float32) / 100
    return {
        "b2": np.full((n_y, 1), 0),
        "W2": W2,
        "b1": np.zeros([n_h, 1], dtype=np.float32),
        "W1": W1,
    }


lab.concept(
    "hidden_shape",
    points=1,
    answer="C",
    why="A row for each hidden unit, a column for each example.",
    because={
        "A": "That is b1. A1 has a column for each of the 400 examples.",
        "B": "Examples are columns here, not rows.",
        "D": "That is X. A hidden layer of four units gives four numbers per example.",
    },
)


@lab.check("forward_propagation", points=13)
def forward_propagation(rng):
    """One of everything, square weights, one example, several outputs."""
    for n_x, n_h, n_y, m in [(1, 1, 1, 1), (3, 3, 1, 3), (2, 4, 1, 9), (5, 2, 3, 4)]:
        yield case(signed(rng, (n_x, m), 1.5), network(rng, n_x, n_h, n_y))
    yield case(signed(rng, (4, 1), 1.5), network(rng, 4, 6))


def _forward(X, p, inner=np.tanh, outer=None):
    Z1 = p["W1"] @ X + p["b1"]
    A1 = inner(Z1)
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = (outer or ref.sigmoid)(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


@forward_propagation.mistake(
    "The hidden layer uses the sigmoid. In this lab it is tanh."
)
def sigmoid_inside(X, parameters):
    return _forward(X, parameters, inner=ref.sigmoid)


@forward_propagation.mistake(
    "The hidden layer has no activation function. Without tanh the two layers collapse "
    "to one."
)
def forgets_the_activation(X, parameters):
    return _forward(X, parameters, inner=lambda z: z)


@forward_propagation.mistake(
    "`b1` is added after the tanh. It belongs to Z1, before the activation function."
)
def first_bias_after_the_tanh(X, parameters):
    p = parameters
    Z1 = p["W1"] @ X
    A1 = np.tanh(Z1) + p["b1"]
    Z2 = p["W2"] @ A1 + p["b2"]
    A2 = ref.sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


@forward_propagation.mistake("The hidden layer uses ReLU. In this lab it is tanh.")
def relu_inside(X, parameters):
    return _forward(X, parameters, inner=lambda z: np.maximum(0, z))


@forward_propagation.mistake(
    "The output uses tanh. A probability comes from the sigmoid."
)
def tanh_at_the_output(X, parameters):
    return _forward(X, parameters, outer=np.tanh)


@forward_propagation.mistake(
    "The sigmoid at the output is missing: A2 is Z2, not a probability."
)
def no_sigmoid_at_the_output(X, parameters):
    return _forward(X, parameters, outer=lambda z: z)


@forward_propagation.mistake(
    "Both biases are missing. Each Z is W times input, plus b."
)
def forgets_both_biases(X, parameters):
    none = {name: 0 * parameters[name] for name in ("b1", "b2")}
    return _forward(X, parameters | none)


@forward_propagation.mistake(
    "The two activation functions are swapped: tanh belongs inside, the sigmoid at the "
    "output."
)
def swaps_the_activations(X, parameters):
    return _forward(X, parameters, inner=ref.sigmoid, outer=np.tanh)


@forward_propagation.mistake(
    "A1 was returned instead of A2. The probabilities come from the output layer."
)
def returns_a1(X, parameters):
    _, cache = ref.forward_propagation(X, parameters)
    return cache["A1"], cache


@forward_propagation.mistake("b1 is not used. Z1 is W1 X + b1.")
def forgets_b1(X, parameters):
    return _forward(X, parameters | {"b1": 0 * parameters["b1"]})


@forward_propagation.mistake("b2 is not used. Z2 is W2 A1 + b2.")
def forgets_b2(X, parameters):
    return _forward(X, parameters | {"b2": 0 * parameters["b2"]})


@forward_propagation.mistake(
    "The input of the output layer was Z1, before tanh. It should be A1."
)
def passes_on_the_sum(X, parameters):
    _, cache = ref.forward_propagation(X, parameters)
    Z2 = parameters["W2"] @ cache["Z1"] + parameters["b2"]
    A2 = ref.sigmoid(Z2)
    return A2, cache | {"Z2": Z2, "A2": A2}


@forward_propagation.mistake(
    "In the cache Z and A are swapped: Z is before the activation function, A after it."
)
def swaps_the_cache(X, parameters):
    A2, c = ref.forward_propagation(X, parameters)
    return A2, {"Z1": c["A1"], "A1": c["Z1"], "Z2": c["A2"], "A2": c["Z2"]}


@forward_propagation.mistake(
    "The sigmoid was applied to A1, not to Z2. The output layer has its own weights "
    "and bias."
)
def skips_the_output_weights(X, parameters):
    A2, cache = ref.forward_propagation(X, parameters)
    A2 = ref.sigmoid(cache["A1"])
    return A2, cache | {"A2": A2}


@forward_propagation.mistake(
    "The probabilities are right, but the cache holds X as A1."
)
def caches_x_as_a1(X, parameters):
    A2, cache = ref.forward_propagation(X, parameters)
    return A2, cache | {"A1": X}


@forward_propagation.mistake(
    "The cache is a tuple. Make it a dictionary with the names Z1, A1, Z2, A2."
)
def cache_in_a_tuple(X, parameters):
    A2, cache = ref.forward_propagation(X, parameters)
    return A2, tuple(cache.values())


@forward_propagation.mistake("Return A2 first, then the cache.")
def returns_the_cache_first(X, parameters):
    A2, cache = ref.forward_propagation(X, parameters)
    return cache, A2


@forward_propagation.mistake(
    "The cache is missing. Return both: A2, and the dictionary with Z1, A1, Z2, A2."
)
def keeps_no_cache(X, parameters):
    return ref.forward_propagation(X, parameters)[0]


@forward_propagation.mistake(
    "The cache holds Z2 under the name A2. A2 comes after the sigmoid."
)
def caches_z2_as_a2(X, parameters):
    A2, cache = ref.forward_propagation(X, parameters)
    return A2, cache | {"A2": cache["Z2"]}


@forward_propagation.mistake(
    "A2 holds labels, 0 and 1. It should hold the probabilities."
)
def decides_too_early(X, parameters):
    A2, cache = ref.forward_propagation(X, parameters)
    labels = (A2 > 0.5).astype(int)
    return labels, cache | {"A2": labels}


@forward_propagation.mistake(
    "The biases are added after the activation functions. They belong in Z1 and Z2."
)
def biases_after_the_activations(X, parameters):
    Z1 = parameters["W1"] @ X
    A1 = np.tanh(Z1) + parameters["b1"]
    Z2 = parameters["W2"] @ A1
    A2 = ref.sigmoid(Z2) + parameters["b2"]
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


@forward_propagation.right
def forward_with_loops(X, parameters):
    W1, b1, W2, b2 = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    (n_h, n_x), n_y, m = W1.shape, len(W2), X.shape[1]
    Z1, Z2 = np.zeros((n_h, m)), np.zeros((n_y, m))
    for i in range(m):
        for j in range(n_h):
            Z1[j, i] = b1[j, 0] + sum(W1[j, k] * X[k, i] for k in range(n_x))
        for k in range(n_y):
            Z2[k, i] = b2[k, 0]
            for j in range(n_h):
                Z2[k, i] += W2[k, j] * math.tanh(Z1[j, i])
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"A2": A2, "Z2": Z2, "A1": np.tanh(Z1), "Z1": Z1}


@forward_propagation.right
def forward_with_einsum_in_float32(X, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    Z1 = np.einsum("hx,xm->hm", p["W1"], X.astype(np.float32)) + p["b1"]
    A1 = 2 * ref.sigmoid(2 * Z1) - 1
    Z2 = np.einsum("yh,hm->ym", p["W2"], A1) + p["b2"]
    A2 = (1 + np.tanh(Z2 / 2)) / 2
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "X": X}


@lab.check("compute_cost", points=8)
def compute_cost(rng):
    """One example, several, all with the same label, near certainty."""
    yield from probabilities_and_labels(rng)


@compute_cost.mistake(
    "The cost is m times too large. Average the loss over the m examples."
)
def sums_the_losses(A2, Y):
    return float(np.sum(logistic_loss(A2, Y)))


@compute_cost.mistake(
    "The cost is negative. Logarithms of probabilities are negative, so the cost has a "
    "minus sign in front."
)
def forgets_the_minus(A2, Y):
    return -float(np.mean(logistic_loss(A2, Y)))


@compute_cost.mistake(
    "Only the examples with label 1 are counted. The second term, with 1 - Y, is for "
    "the others."
)
def counts_label_one_only(A2, Y):
    return float(-np.mean(Y * np.log(A2)))


@compute_cost.mistake(
    "The second term has the wrong sign. The minus applies to both terms: put brackets "
    "around their sum."
)
def minus_before_one_term(A2, Y):
    return float(np.mean(-Y * np.log(A2) + (1 - Y) * np.log(1 - A2)))


@compute_cost.mistake(
    "The two labels are swapped: log(A2) belongs to Y, log(1 - A2) to 1 - Y."
)
def labels_swapped(A2, Y):
    return float(np.mean(logistic_loss(A2, 1 - Y)))


@compute_cost.mistake(
    "The logarithm was taken of the labels, and log(0) is infinite. Take it of the "
    "predictions: log(A2) and log(1 - A2)."
)
def logarithm_of_the_labels(A2, Y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(-np.mean(A2 * np.log(Y) + (1 - A2) * np.log(1 - Y)))


@compute_cost.mistake("The second term uses log(A2) where it needs log(1 - A2).")
def same_logarithm_twice(A2, Y):
    return float(-np.mean(Y * np.log(A2) + (1 - Y) * np.log(A2)))


@compute_cost.mistake(
    "The logarithm has another base. The cost uses the natural one, `np.log`."
)
def logarithm_to_base_two(A2, Y):
    return float(np.mean(logistic_loss(A2, Y)) / np.log(2))


@compute_cost.mistake(
    "That is the average squared error. The cost here is the cross-entropy."
)
def squares_the_error(A2, Y):
    return float(np.mean((A2 - Y) ** 2))


@compute_cost.mistake(
    "The cost is an array with axes. Sum over both, or use np.squeeze, then float."
)
def cost_in_a_table(A2, Y):
    return np.mean(logistic_loss(A2, Y), axis=1, keepdims=True)


@compute_cost.mistake("These are the losses of the single examples. Average them.")
def keeps_the_losses_apart(A2, Y):
    return logistic_loss(A2, Y)


@compute_cost.mistake(
    "That is the average absolute error. The cost here is the cross-entropy."
)
def absolute_errors(A2, Y):
    return float(np.mean(np.abs(A2 - Y)))


@compute_cost.mistake(
    "The logarithm was taken of the labels, where a small number hides that log(0) is "
    "infinite. Take it of the predictions."
)
def logarithm_of_the_shifted_labels(A2, Y):
    return float(-np.mean(A2 * np.log(Y + 1e-8) + (1 - A2) * np.log(1 - Y + 1e-8)))


@compute_cost.mistake(
    "The sum is divided by the number of ones in Y. The mean is over all examples."
)
def mean_over_the_ones(A2, Y):
    with np.errstate(divide="ignore"):
        return float(np.sum(logistic_loss(A2, Y)) / np.sum(Y))


@compute_cost.right
def cost_with_a_loop(A2, Y):
    total = 0.0
    for a, y in zip(A2[0], Y[0], strict=True):
        total -= math.log(a) if y == 1 else math.log(1 - a)
    return total / A2.shape[1]


@compute_cost.right
def cost_by_dot(A2, Y):
    both = Y @ np.log(A2).T + (1 - Y) @ np.log1p(-A2).T
    return np.squeeze(-both / Y.shape[1])

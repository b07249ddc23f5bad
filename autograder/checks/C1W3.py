"""Hidden tests of C1W3, one hidden layer, and the ways its functions go wrong."""

import copy
import math

import numpy as np

from autograder.checks.check import Lab, case, draws

lab = Lab("C1W3")
ref = lab.reference


# --- activation functions ------------------------------------------------------------


def signed(rng, shape, most=3.0):
    """Numbers between 0.3 and `most`, of either sign; a single one is negative."""
    size = np.prod(shape)
    signs = rng.permutation(2 * (np.arange(size) % 2) - 1)
    return (signs * rng.uniform(0.3, most, size)).reshape(shape)


def gradients_and_inputs(rng):
    """One number, a row, a column, a table, three axes; every pair of signs.

    In the first, dA is positive and Z negative, so it matters whose sign is used. No Z
    is 0: at the corners of ReLU and leaky ReLU the derivative is a convention.
    """
    yield case(-signed(rng, (1, 1)), signed(rng, (1, 1)))
    for shape in [(1, 6), (4, 1), (3, 4), (2, 3, 2)]:
        dA, Z = signed(rng, shape), signed(rng, shape)
        dA.flat[:4], Z.flat[:4] = (np.abs(a.flat[:4]) for a in (dA, Z))
        dA.flat[[1, 3]] *= -1
        Z.flat[[2, 3]] *= -1
        yield case(dA, Z)


lab.concept(
    "why_tanh",
    points=1,
    answer="B",
    why="If all inputs of a unit are positive, the gradients of its weights all have "
    "the same sign. Centred values avoid that.",
    because={
        "A": "Beyond ±4 tanh is even flatter than the sigmoid; that is its weakness "
        "too.",
        "C": "That is the sigmoid, and a reason to use it at the output.",
        "D": "It only looks straight near 0. A straight line would be useless as an "
        "activation function.",
    },
)


@lab.check("sigmoid_backward", points=3)
def sigmoid_backward(rng):
    """One number, a row, a column, a table, three axes."""
    yield from gradients_and_inputs(rng)


@sigmoid_backward.mistake(
    "That is the derivative of the sigmoid alone. Multiply it by dA, the upstream "
    "gradient."
)
def sigmoid_forgets_the_upstream_gradient(dA, Z):
    return ref.sigmoid(Z) * (1 - ref.sigmoid(Z))


@sigmoid_backward.mistake("In a (1 - a), a is the sigmoid of Z, not Z itself.")
def sigmoid_derivative_from_the_input(dA, Z):
    return dA * Z * (1 - Z)


@sigmoid_backward.mistake(
    "The sigmoid was applied to dA. Its derivative is taken at Z, its input."
)
def sigmoid_derivative_at_the_gradient(dA, Z):
    return dA * ref.sigmoid(dA) * (1 - ref.sigmoid(dA))


@sigmoid_backward.mistake("1 - a² belongs to tanh. The sigmoid has a (1 - a).")
def sigmoid_with_the_derivative_of_tanh(dA, Z):
    return dA * (1 - ref.sigmoid(Z) ** 2)


@sigmoid_backward.mistake(
    "dA is multiplied by the sigmoid itself, not by its derivative a (1 - a)."
)
def sigmoid_times_the_value(dA, Z):
    return dA * ref.sigmoid(Z)


@sigmoid_backward.mistake(
    "One of the two factors is Z itself. In a (1 - a), both a are the sigmoid of Z."
)
def sigmoid_of_z_once(dA, Z):
    return dA * Z * (1 - ref.sigmoid(Z))


@sigmoid_backward.mistake(
    "The sigmoid was applied twice. In a (1 - a), a is the sigmoid of Z."
)
def sigmoid_of_the_sigmoid(dA, Z):
    a = ref.sigmoid(ref.sigmoid(Z))
    return dA * a * (1 - a)


@sigmoid_backward.mistake(
    "A bracket is missing: a is subtracted from the whole product. The second factor "
    "is 1 - a, in brackets."
)
def sigmoid_without_brackets(dA, Z):
    a = ref.sigmoid(Z)
    return dA * a * 1 - a


@sigmoid_backward.mistake(
    "The sigmoid was applied to dA as well. dA is a factor as it is; the sigmoid is "
    "for Z."
)
def sigmoid_of_the_gradient_as_well(dA, Z):
    s = ref.sigmoid(Z)
    return ref.sigmoid(dA) * s * (1 - s)


@sigmoid_backward.right
def sigmoid_backward_by_exponentials(dA, Z):
    e = np.exp(-np.abs(Z))
    return dA * e / (1 + e) ** 2


@sigmoid_backward.right
def sigmoid_backward_with_a_loop(dA, Z):
    out = np.empty(Z.shape, dtype=np.float32)
    for index, z in np.ndenumerate(Z):
        a = 1 / (1 + math.exp(-z))
        out[index] = dA[index] * (a - a * a)
    return out


@lab.check("tanh_backward", points=3)
def tanh_backward(rng):
    """One number, a row, a column, a table, three axes."""
    yield from gradients_and_inputs(rng)


@tanh_backward.mistake(
    "That is the derivative of tanh alone. Multiply it by dA, the upstream gradient."
)
def tanh_forgets_the_upstream_gradient(dA, Z):
    return 1 - np.tanh(Z) ** 2


@tanh_backward.mistake("In 1 - a², a is tanh of Z, not Z itself.")
def tanh_derivative_from_the_input(dA, Z):
    return dA * (1 - Z**2)


@tanh_backward.mistake("In 1 - a² it is tanh that is squared, not Z.")
def tanh_of_the_square(dA, Z):
    return dA * (1 - np.tanh(Z**2))


@tanh_backward.mistake("The square is missing: the derivative is 1 - a², not 1 - a.")
def tanh_forgets_the_square(dA, Z):
    return dA * (1 - np.tanh(Z))


@tanh_backward.mistake("a (1 - a) belongs to the sigmoid. tanh has 1 - a².")
def tanh_with_the_derivative_of_the_sigmoid(dA, Z):
    return dA * np.tanh(Z) * (1 - np.tanh(Z))


@tanh_backward.mistake("dA is multiplied by tanh itself, not by its derivative 1 - a².")
def tanh_times_the_value(dA, Z):
    return dA * np.tanh(Z)


@tanh_backward.mistake(
    "Brackets are missing: a² is subtracted from dA. Multiply dA by the difference "
    "1 - a²."
)
def tanh_without_brackets(dA, Z):
    return dA * 1 - np.tanh(Z) ** 2


@tanh_backward.right
def tanh_backward_by_cosh(dA, Z):
    return dA / np.cosh(Z) ** 2


@tanh_backward.right
def tanh_backward_with_a_loop(dA, Z):
    pairs = zip(dA.ravel(), Z.ravel(), strict=True)
    out = [d * (1 + math.tanh(z)) * (1 - math.tanh(z)) for d, z in pairs]
    return np.array(out, dtype=np.float32).reshape(Z.shape)


lab.concept(
    "tanh_slope",
    points=1,
    answer=0.36,
    digits=2,
    why="1 - 0.8² = 0.36. You need a only, not z.",
    because={
        0.4: "Nearly. Give two decimals.",
        0.16: "0.8 · 0.2 belongs to the sigmoid. tanh has 1 - a².",
        0.2: "The square is missing: 1 - a², not 1 - a.",
        0.64: "That is a². The derivative is 1 - a².",
        0.56: "You took 0.8 for z. It is a, the value of tanh.",
        0.44: "That is tanh(0.8)². 0.8 is already a, and the derivative is 1 - a².",
    },
)


@lab.check("relu_backward", points=3)
def relu_backward(rng):
    """One number, a row, a column, a table, three axes.

    - Where Z > 0 all of dA passes, where Z < 0 nothing; the corner is left open.
    """
    yield from gradients_and_inputs(rng)


@relu_backward.mistake(
    "That is the derivative of ReLU alone. Multiply it by dA, the upstream gradient."
)
def relu_forgets_the_upstream_gradient(dA, Z):
    return np.where(Z > 0, 1.0, 0.0)


@relu_backward.mistake(
    "dA is multiplied by ReLU itself. Its derivative is 1 or 0, whatever the size of Z."
)
def relu_times_the_value(dA, Z):
    return dA * np.maximum(0, Z)


@relu_backward.mistake(
    "dA is passed on everywhere. Where Z is negative, the result should be 0."
)
def relu_lets_all_pass(dA, Z):
    return dA * 1.0


@relu_backward.mistake(
    "That is ReLU of Z, the way forward. On the way back the values are those of dA, "
    "or 0."
)
def relu_forwards(dA, Z):
    return np.maximum(0, Z)


@relu_backward.mistake("The sign of Z decides what is passed on, not the sign of dA.")
def relu_of_the_upstream_gradient(dA, Z):
    return np.maximum(0, dA)


@relu_backward.mistake(
    "Where Z is negative, the result is Z itself. It should be 0 there."
)
def relu_keeps_negative_inputs(dA, Z):
    return np.where(Z > 0, dA, Z)


@relu_backward.mistake(
    "ReLU was applied to the product of dA and Z. On the way back, the sign of Z only "
    "decides whether dA is passed on."
)
def relu_of_the_product(dA, Z):
    return np.maximum(0, dA * Z)


@relu_backward.mistake(
    "It is the wrong way round: dA is passed on where Z is positive, not where it is "
    "negative."
)
def relu_the_wrong_way_round(dA, Z):
    return dA * (Z < 0)


@relu_backward.mistake(
    "It writes into dA. `dZ = dA` is a second name for the same array; work on a copy."
)
def relu_in_place(dA, Z):
    dA[Z < 0] = 0
    return dA


@relu_backward.right
def relu_backward_on_a_copy(dA, Z):
    dZ = np.array(dA, dtype=np.float32)
    dZ[Z < 0] = 0
    return dZ


@relu_backward.right
def relu_backward_with_a_loop(dA, Z):
    pairs = zip(dA.ravel(), Z.ravel(), strict=True)
    return np.array([d if z >= 0 else 0 for d, z in pairs]).reshape(Z.shape)


@lab.check("leaky_relu_backward", points=3)
def leaky_relu_backward(rng):
    """The default slope and others.

    - Where Z > 0 all of dA passes, where Z < 0 slope times dA; the corner is left open.
    """
    for given in gradients_and_inputs(rng):
        yield case(*given.args, float(rng.uniform(0.2, 0.4)))
    for given in gradients_and_inputs(rng):
        yield given


@leaky_relu_backward.mistake("`slope` is always 0.01. Use the argument.")
def leaky_ignores_the_slope(dA, Z, slope=0.01):
    return dA * np.where(Z >= 0, 1, 0.01)


@leaky_relu_backward.mistake(
    "Where Z is negative, the result is 0. That is plain ReLU; here it should be "
    "`slope` times dA."
)
def leaky_without_a_leak(dA, Z, slope=0.01):
    return dA * (Z >= 0)


@leaky_relu_backward.mistake(
    "Where Z is negative, the result is `slope` alone. It should be `slope` times dA."
)
def leaky_without_the_gradient_below(dA, Z, slope=0.01):
    return np.where(Z >= 0, dA, slope)


@leaky_relu_backward.mistake("The sign of Z decides, not the sign of dA.")
def leaky_of_the_gradient(dA, Z, slope=0.01):
    return np.where(dA >= 0, dA, slope * dA)


@leaky_relu_backward.mistake(
    "Where Z is negative, the result is `slope` times Z. On the way back the other "
    "factor is dA."
)
def leaky_forwards_below(dA, Z, slope=0.01):
    return np.where(Z >= 0, dA, slope * Z)


@leaky_relu_backward.mistake(
    "Where Z is negative, dA was multiplied by the value of leaky ReLU, slope · z, and "
    "not by its derivative."
)
def leaky_value_for_derivative(dA, Z, slope=0.01):
    return dA * np.where(Z >= 0, 1, slope * Z)


@leaky_relu_backward.mistake(
    "That is the derivative of leaky ReLU alone. Multiply it by dA."
)
def leaky_forgets_the_upstream_gradient(dA, Z, slope=0.01):
    return np.where(Z >= 0, 1, slope)


@leaky_relu_backward.mistake(
    "It writes into dA. Work on a copy, or multiply by np.where."
)
def leaky_in_place(dA, Z, slope=0.01):
    dA[Z < 0] *= slope
    return dA


@leaky_relu_backward.mistake(
    "It is the wrong way round: all of dA is passed on where Z is positive, not where "
    "it is negative."
)
def leaky_the_wrong_way_round(dA, Z, slope=0.01):
    return dA * np.where(Z < 0, 1, slope)


@leaky_relu_backward.right
def leaky_on_a_copy(dA, Z, slope=0.01):
    dZ = dA.astype(np.float32)
    dZ[Z < 0] *= slope
    return dZ


@leaky_relu_backward.right
def leaky_as_two_parts(dA, Z, slope=0.01):
    above = (Z >= 0).astype(float)
    return dA * above + slope * dA * (1 - above)


lab.concept(
    "no_bend",
    points=1,
    answer="A",
    why="The weight matrices multiply out to a single one.",
    because={
        "B": "Without activation functions the layers multiply out: not even one "
        "hidden layer is left.",
        "C": "Weighted sums of weighted sums contain no products of inputs.",
        "D": "Training chooses among the functions that the network can compute, and "
        "here all their borders are straight.",
    },
)


# --- forwards ------------------------------------------------------------------------


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
    for low_x, low_h, low_y in [(2, 140, 1), (20, 30, 40), (40, 20, 30)]:
        n_x, n_h = int(rng.integers(low_x, low_x + 9)), low_h + int(rng.integers(9))
        yield case(n_x, n_h, 1 if low_y == 1 else low_y + int(rng.integers(9)))


@initialize_parameters.expect
def small_draws(n_x, n_h, n_y):
    return {
        "W1": draws((n_h, n_x), std=0.01),
        "b1": np.zeros((n_h, 1)),
        "W2": draws((n_y, n_h), std=0.01),
        "b2": np.zeros((n_y, 1)),
    }


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


def network(rng, n_x, n_h, n_y=1):
    """Parameters of a network whose units are not saturated; none is near 0.

    A single hidden unit has a positive bias: with `signed` inputs it is active.
    """
    b1 = signed(rng, (n_h, 1), 1.5) / 2
    return {
        "W1": signed(rng, (n_h, n_x), 1.5) / np.sqrt(n_x),
        "b1": np.abs(b1) if n_h == 1 else b1,
        "W2": signed(rng, (n_y, n_h), 1.5) / np.sqrt(n_h),
        "b2": signed(rng, (n_y, 1), 1.5) / 2,
    }


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
    yield case(rng.uniform(0.1, 0.4, (1, 1)), np.array([[0]]))
    for m in (5, 12):
        yield case(rng.uniform(0.02, 0.98, (1, m)), labels(rng, m))
    yield case(rng.uniform(0.1, 0.9, (1, 4)), np.ones((1, 4), dtype=int))
    Y = labels(rng, 6)
    yield case(np.abs(Y - rng.uniform(0.002, 0.02, (1, 6))), Y)


def labels(rng, m):
    """Labels in a row: both of them, as evenly as possible; 0 for one example."""
    return rng.permutation(np.arange(m) % 2).reshape(1, m)


def _loss(A2, Y):
    return -(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


@compute_cost.mistake(
    "The cost is m times too large. Average the loss over the m examples."
)
def sums_the_losses(A2, Y):
    return float(np.sum(_loss(A2, Y)))


@compute_cost.mistake(
    "The cost is negative. Logarithms of probabilities are negative, so the cost has a "
    "minus sign in front."
)
def forgets_the_minus(A2, Y):
    return -float(np.mean(_loss(A2, Y)))


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
    return float(np.mean(_loss(A2, 1 - Y)))


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
    return float(np.mean(_loss(A2, Y)) / np.log(2))


@compute_cost.mistake(
    "That is the average squared error. The cost here is the cross-entropy."
)
def squares_the_error(A2, Y):
    return float(np.mean((A2 - Y) ** 2))


@compute_cost.mistake(
    "The cost is an array with axes. Sum over both, or use np.squeeze, then float."
)
def cost_in_a_table(A2, Y):
    return np.mean(_loss(A2, Y), axis=1, keepdims=True)


@compute_cost.mistake("These are the losses of the single examples. Average them.")
def keeps_the_losses_apart(A2, Y):
    return _loss(A2, Y)


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
        return float(np.sum(_loss(A2, Y)) / np.sum(Y))


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


# --- backwards -----------------------------------------------------------------------


@lab.check("backward_propagation", points=18)
def backward_propagation(rng):
    """One of everything, square weights, several outputs, and a cache from before.

    - The gradients have the shapes of the parameters; they are averages.
    - A1 and A2 are used as the cache holds them, even if the parameters were changed
      since. The way through tanh may start from Z1 or from A1.
    """
    for n_x, n_h, n_y, m in [(1, 1, 1, 1), (3, 3, 1, 3), (2, 4, 1, 9), (5, 2, 3, 4)]:
        yield case(*_forward_and_back(rng, n_x, n_h, n_y, m))
    _, cache, X, Y = _forward_and_back(rng, 2, 3, 1, 5)
    yield case(network(rng, 2, 3), cache, X, Y)


def _forward_and_back(rng, n_x, n_h, n_y, m):
    """Parameters, cache, examples and labels of a forward pass."""
    parameters, X = network(rng, n_x, n_h, n_y), signed(rng, (n_x, m), 1.5)
    _, cache = ref.forward_propagation(X, parameters)
    Y = rng.permutation(1 - np.arange(n_y * m) % 2).reshape(n_y, m)  # some are 1
    return parameters, cache, X, Y


def _backward(parameters, cache, X, Y, **other):
    """The backward pass, with single steps replaced."""
    m = X.shape[1]
    A1, A2, W2 = cache["A1"], cache["A2"], parameters["W2"]
    dZ2 = other.get("dZ2", A2 - Y)
    dZ1 = (W2.T @ dZ2) * other.get("derivative", 1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ other.get("A1", A1).T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@backward_propagation.mistake(
    "A1 was computed again. Where the parameters have changed since, it belongs to "
    "another network than the rest of the cache: use the A1 that the cache holds."
)
def computes_a1_again(parameters, cache, X, Y):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    return _backward(parameters, cache | {"A1": A1}, X, Y)


@backward_propagation.mistake(
    "tanh was applied twice: A1 is already tanh(Z1), so the derivative is 1 - A1**2."
)
def applies_tanh_again(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1 - np.tanh(cache["A1"]) ** 2)


@backward_propagation.mistake(
    "dZ1 was computed with dW2 instead of W2. The weights pass the gradient on to the "
    "hidden layer."
)
def passes_on_by_dw2(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return _backward(parameters | {"W2": grads["dW2"]}, cache, X, Y)


@backward_propagation.mistake(
    "dW1 was computed with A1. The input of the hidden layer is X."
)
def hidden_weights_from_a1(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - cache["A1"] ** 2)
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"dW1": dZ1 @ cache["A1"].T / m}


@backward_propagation.mistake(
    "db1 is the same as db2. For the hidden layer, average dZ1 over the examples."
)
def same_bias_twice(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": grads["db2"]}


@backward_propagation.mistake(
    "dW1 and db1 are divided by m twice, as if dZ1 had been averaged too. Once is "
    "enough."
)
def averages_dz1_too(parameters, cache, X, Y):
    derivative = (1 - cache["A1"] ** 2) / X.shape[1]
    return _backward(parameters, cache, X, Y, derivative=derivative)


@backward_propagation.mistake(
    "dW1 and db1 are m times too large, while dW2 and db2 are right. All four are "
    "averages."
)
def forgets_to_average_the_hidden_layer(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {name: m * grads[name] for name in ("dW1", "db1")}


@backward_propagation.mistake(
    "dW2 and db2 are m times too large, while dW1 and db1 are right. All four are "
    "averages."
)
def forgets_to_average_the_output(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {name: m * grads[name] for name in ("dW2", "db2")}


@backward_propagation.mistake(
    "All gradients are m times too large. They are averages, like the cost."
)
def forgets_to_average(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return {name: X.shape[1] * value for name, value in grads.items()}


@backward_propagation.mistake(
    "db1 and db2 are m times too large: divide the sums by m."
)
def forgets_to_average_biases(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {"db1": m * grads["db1"], "db2": m * grads["db2"]}


@backward_propagation.mistake(
    "dW1 and dW2 are m times too large: the division by m is missing there."
)
def forgets_to_average_weights(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {"dW1": m * grads["dW1"], "dW2": m * grads["dW2"]}


@backward_propagation.mistake(
    "db1 and db2 have lost an axis: (n_h,) instead of (n_h, 1). Use keepdims=True."
)
def drops_the_axis(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": grads["db1"][:, 0], "db2": grads["db2"][:, 0]}


@backward_propagation.mistake(
    "All gradients are m times too small: they were divided by m twice. Was dZ2 "
    "divided as well?"
)
def averages_twice(parameters, cache, X, Y):
    dZ2 = (cache["A2"] - Y) / X.shape[1]
    return _backward(parameters, cache, X, Y, dZ2=dZ2)


@backward_propagation.mistake(
    "What goes back into the hidden layer is W2.T dZ2. Yours is W2.T A2."
)
def passes_the_prediction_back(parameters, cache, X, Y):
    hidden = _backward(parameters, cache, X, Y, dZ2=cache["A2"])
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {name: hidden[name] for name in ("dW1", "db1")}


@backward_propagation.mistake(
    "In dZ1, dA1 was multiplied by A1 itself, not by the derivative of tanh."
)
def multiplies_by_a1(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=cache["A1"])


@backward_propagation.mistake(
    "db1 and db2 have one value per example. Each unit has one bias: sum over the "
    "examples, axis=1."
)
def sums_over_the_units_only(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - cache["A1"] ** 2)
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {
        "db1": np.sum(dZ1, axis=0, keepdims=True) / m,
        "db2": np.sum(dZ2, axis=0, keepdims=True) / m,
    }


@backward_propagation.mistake(
    "db1 and db2 were summed over the units too. axis=1 sums over the examples only."
)
def sums_over_units(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": np.sum(grads["db1"]), "db2": np.sum(grads["db2"])}


@backward_propagation.mistake(
    "db1 and db2 are one number for all units, the sum of everything. Each unit has "
    "its own bias: sum over the examples only, axis=1."
)
def sums_over_everything(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    db1, db2 = (np.sum(grads[name], keepdims=True) for name in ("db1", "db2"))
    return grads | {"db1": db1, "db2": db2}


@backward_propagation.mistake(
    "db1 and db2 are the means of all of dZ1 and dZ2. Each unit has its own bias: "
    "average over the examples only, axis=1."
)
def averages_over_everything(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": np.mean(grads["db1"]), "db2": np.mean(grads["db2"])}


@backward_propagation.mistake(
    "dW2 and db2 are right, but what goes back to the hidden layer has an extra factor "
    "A2 (1 - A2). It is W2.T dZ2."
)
def sigmoid_derivative_on_the_way_back(parameters, cache, X, Y):
    A2 = cache["A2"]
    hidden = _backward(parameters, cache, X, Y, dZ2=(A2 - Y) * A2 * (1 - A2))
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {name: hidden[name] for name in ("dW1", "db1")}


@backward_propagation.mistake(
    "The derivative of tanh is missing in dZ1: multiply by 1 - A1**2, element by "
    "element."
)
def forgets_the_derivative(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1.0)


@backward_propagation.mistake(
    "dZ1 contains A1 (1 - A1), the derivative of the sigmoid. The hidden layer uses "
    "tanh."
)
def derivative_of_the_sigmoid(parameters, cache, X, Y):
    A1 = cache["A1"]
    return _backward(parameters, cache, X, Y, derivative=A1 * (1 - A1))


@backward_propagation.mistake("The square is missing in dZ1: 1 - A1**2, not 1 - A1.")
def forgets_the_square(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1 - cache["A1"])


@backward_propagation.mistake("In dZ1, Z1 was squared. The derivative is 1 - A1**2.")
def squares_the_sum(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1 - cache["Z1"] ** 2)


@backward_propagation.mistake(
    "All gradients have the wrong sign: dZ2 is the prediction minus the label, A2 - Y."
)
def label_minus_prediction(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, dZ2=Y - cache["A2"])


@backward_propagation.mistake(
    "dZ2 contains a factor A2 (1 - A2) that should not be there. With this cost it "
    "cancels out."
)
def sigmoid_derivative_at_the_output(parameters, cache, X, Y):
    A2 = cache["A2"]
    return _backward(parameters, cache, X, Y, dZ2=(A2 - Y) * A2 * (1 - A2))


@backward_propagation.mistake(
    "dW2 was computed with Z1. The input of the output layer is A1."
)
def output_weights_from_sums(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, A1=cache["Z1"])


@backward_propagation.mistake(
    "dW1 and dW2 are transposed. A gradient has the shape of its parameter."
)
def gradients_transposed(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"dW1": grads["dW1"].T, "dW2": grads["dW2"].T}


@backward_propagation.mistake(
    "It averages over the inputs. m is the number of examples, X.shape[1]."
)
def averages_over_inputs(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return {name: v * X.shape[1] / X.shape[0] for name, v in grads.items()}


@backward_propagation.mistake("db2 is m times too large: divide the sum by m.")
def forgets_to_average_db2(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db2": X.shape[1] * grads["db2"]}


@backward_propagation.mistake(
    "dZ1 was made with the derivative of ReLU. The hidden layer uses tanh."
)
def derivative_of_relu(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=cache["A1"] > 0)


@backward_propagation.mistake(
    "dZ2 is the derivative of the loss with respect to A2. One step is missing, back "
    "through the sigmoid; together they give A2 - Y."
)
def stops_at_a2(parameters, cache, X, Y):
    A2 = cache["A2"]
    return _backward(parameters, cache, X, Y, dZ2=-Y / A2 + (1 - Y) / (1 - A2))


@backward_propagation.right
def backward_with_loops(parameters, cache, X, Y):
    W2, A1, A2 = parameters["W2"], cache["A1"], cache["A2"]
    (n_y, n_h), (n_x, m) = W2.shape, X.shape
    grads = {"dW1": np.zeros((n_h, n_x)), "db1": np.zeros((n_h, 1))}
    grads |= {"dW2": np.zeros((n_y, n_h)), "db2": np.zeros((n_y, 1))}
    for i in range(m):
        for j in range(n_h):
            dz = 0.0
            for k in range(n_y):
                error = A2[k, i] - Y[k, i]
                dz += W2[k, j] * error
                grads["dW2"][k, j] += error * A1[j, i] / m
            dz *= (1 + A1[j, i]) * (1 - A1[j, i])
            grads["db1"][j, 0] += dz / m
            for x in range(n_x):
                grads["dW1"][j, x] += dz * X[x, i] / m
        for k in range(n_y):
            grads["db2"][k, 0] += (A2[k, i] - Y[k, i]) / m
    return grads


@backward_propagation.right
def backward_through_tanh_backward(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = ref.tanh_backward(parameters["W2"].T @ dZ2, cache["Z1"])
    return {
        "dW2": dZ2 @ cache["A1"].T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
    }


@backward_propagation.right
def backward_with_einsum_in_float32(parameters, cache, X, Y):
    A1, A2 = (cache[name].astype(np.float32) for name in ("A1", "A2"))
    dZ2 = (A2 - Y).astype(np.float32) / X.shape[1]
    dZ1 = np.einsum("yh,ym,hm->hm", parameters["W2"], dZ2, 1 - np.power(A1, 2))
    return {
        "dW1": np.einsum("hm,xm->hx", dZ1, X),
        "db1": dZ1.sum(axis=1).reshape(-1, 1),
        "dW2": np.einsum("ym,hm->yh", dZ2, A1),
        "db2": dZ2 @ np.ones((X.shape[1], 1)),
        "dZ1": dZ1,
    }


lab.concept(
    "lost_axis",
    points=1,
    answer="D",
    why="(4,) counts as (1, 4). Next to (4, 1), each is repeated four times.",
    because={
        "A": "Neither shape wins: each axis of length 1 is repeated.",
        "B": "That is what you wanted. But (4,) is treated as a row, not as a column.",
        "C": "If only it did! NumPy repeats axes of length 1 without a warning.",
    },
)


@lab.check("update_parameters", points=8)
def update_parameters(rng):
    """The default rate, others, a rate of 0, and several sizes.

    - The default of the rate is 1.2.
    - A new dictionary comes back; the old one and its arrays stay as they were.
    """
    small, large = float(rng.uniform(0.05, 0.2)), float(rng.uniform(2, 3))
    for sizes, rate in [
        ((2, 4, 1), ()),
        ((1, 1, 1), (small,)),
        ((2, 3, 2), (large,)),
        ((3, 2, 1), ()),
        ((3, 2, 2), (0.0,)),
    ]:
        grads = {"d" + name: value for name, value in network(rng, *sizes).items()}
        yield case(network(rng, *sizes), grads, *rate)


def _stepped(parameters, grads, rate, names=("W1", "b1", "W2", "b2")):
    return parameters | {n: parameters[n] - rate * grads["d" + n] for n in names}


@update_parameters.mistake(
    "The step goes uphill, along the gradient. Subtract the gradient."
)
def climbs(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, -learning_rate)


@update_parameters.mistake(
    'The caller\'s `parameters` have changed. Both `parameters["W1"] = …` and '
    "`W1 -= …` write into what you were given; fill a new dictionary with new arrays."
)
def steps_in_place(parameters, grads, learning_rate=1.2):
    for name in ("W1", "b1", "W2", "b2"):
        parameters[name] -= learning_rate * grads["d" + name]
    return parameters


@update_parameters.mistake(
    "The learning rate is not used. Multiply the gradients by it."
)
def ignores_the_rate(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, 1.0)


@update_parameters.mistake("The learning rate is always 1.2. Use the argument.")
def one_rate_for_all(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, 1.2)


@update_parameters.mistake("The weights are unchanged; only the biases take a step.")
def leaves_the_weights(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, learning_rate, ("b1", "b2"))


@update_parameters.mistake(
    "Only the output layer takes a step. W1 and b1 take one too."
)
def leaves_the_hidden_layer(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, learning_rate, ("W2", "b2"))


@update_parameters.mistake(
    "The step was divided by the learning rate. Multiply the gradients by it."
)
def divides_by_the_rate(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, 1 / learning_rate if learning_rate else np.inf)


@update_parameters.mistake("The biases are unchanged. They take a step too.")
def leaves_the_biases(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, learning_rate, ("W1", "W2"))


@update_parameters.mistake(
    "The parameters returned are the old ones. Return the new ones."
)
def returns_the_old(parameters, grads, learning_rate=1.2):
    return dict(parameters)


@update_parameters.mistake(
    "These are only the steps. The new parameters are the old ones minus the steps."
)
def returns_the_steps(parameters, grads, learning_rate=1.2):
    names = ("W1", "b1", "W2", "b2")
    return {name: learning_rate * grads["d" + name] for name in names}


@update_parameters.mistake(
    "Where no learning rate is given, it should be 1.2. Your default is different."
)
def another_default(parameters, grads, learning_rate=0.01):
    return _stepped(parameters, grads, learning_rate)


@update_parameters.right
def steps_on_a_deep_copy(parameters, grads, learning_rate=1.2):
    parameters = copy.deepcopy(parameters)
    for name in parameters:
        parameters[name] -= learning_rate * grads["d" + name]
    return parameters


@update_parameters.right
def steps_in_float32(parameters, grads, learning_rate=1.2):
    rate = np.float32(learning_rate)
    W1 = parameters["W1"].astype(np.float32) - rate * grads["dW1"].astype(np.float32)
    b1 = parameters["b1"] - rate * grads["db1"]
    W2 = np.subtract(parameters["W2"], rate * grads["dW2"])
    b2 = parameters["b2"] + -rate * grads["db2"]
    return {"b1": b1, "b2": b2, "W1": W1, "W2": W2}


# --- learning ------------------------------------------------------------------------


# Sizes after training differ by a few per cent from draw to draw; see the driver.
@lab.check("nn_model", points=10, rtol=0.15, atol=0.1, driver="trained")
def nn_model(rng):
    """A few steps on uneven labels; then long enough to get the labels right.

    - The start is random; n_h decides the size of the hidden layer.
    - num_iterations steps, each of them with the default rate.
    """
    for n_h, steps in [(3, 1), (5, 2), (1, 3)]:
        Y = rng.permutation([0, 0, 0, 0, 0, 0, 0, 1])[np.newaxis]
        yield case(rng.normal(size=(2, 8)), Y, n_h, steps)
    for n_x, n_h, steps in [(1, 1, 250), (2, 3, 400)]:
        Y = rng.permutation([0, 0, 0, 1, 1, 1, 1, 1])[np.newaxis]
        X = rng.normal(size=(n_x, 8))
        X[0] = (2 * Y - 1) * rng.uniform(0.5, 1.5, 8)
        yield case(X, Y, n_h, steps)


def _trained(X, Y, n_h, num_iterations, rate=1.2):
    parameters = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for _ in range(num_iterations):
        _, cache = ref.forward_propagation(X, parameters)
        grads = ref.backward_propagation(parameters, cache, X, Y)
        parameters = ref.update_parameters(parameters, grads, rate)
    return parameters


@nn_model.mistake(
    "The learning rate is not that of this lab. Call `update_parameters` without a "
    "rate, to use its default."
)
def another_rate(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations, rate=0.5)


@nn_model.mistake(
    "The steps are much shorter. Call `update_parameters` without a rate: its default "
    "is the rate of this lab."
)
def a_small_rate(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations, rate=0.01)


@nn_model.mistake(
    "The hidden layer always has 4 units. The argument n_h says how many; take only "
    "the other two sizes from `layer_sizes`."
)
def four_units_always(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, 4, num_iterations)


@nn_model.mistake(
    "The parameters are those of the start. `update_parameters` returns new ones: keep "
    "them, and return the last."
)
def returns_the_start(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, 0)


@nn_model.mistake(
    "The result is that of a single step. Either each step starts from the first "
    "parameters again, or the `return` is inside the loop."
)
def always_the_first_step(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, 1)


@nn_model.mistake("It takes one step too many. `range(n)` gives n values, 0 to n - 1.")
def one_step_too_many(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations + 1)


@nn_model.mistake(
    "It always takes 100 steps. The argument `num_iterations` says how many."
)
def a_hundred_steps_always(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, 100)


@nn_model.mistake(
    "Every step uses the gradients of the start. Go forward and backward again before "
    "each step."
)
def gradients_of_the_start(X, Y, n_h, num_iterations=10000, print_cost=False):
    parameters = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    _, cache = ref.forward_propagation(X, parameters)
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return ref.update_parameters(parameters, grads, 1.2 * num_iterations)


@nn_model.mistake(
    "The cache is that of the start in every step. Call `forward_propagation` again "
    "before each backward pass."
)
def cache_of_the_start(X, Y, n_h, num_iterations=10000, print_cost=False):
    parameters = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    _, cache = ref.forward_propagation(X, parameters)
    for _ in range(num_iterations):
        grads = ref.backward_propagation(parameters, cache, X, Y)
        parameters = ref.update_parameters(parameters, grads)
    return parameters


@nn_model.mistake(
    "All weights start at zero, so no gradient gets back through W2 and no weight ever "
    "changes. Start with `initialize_parameters`."
)
def trains_from_zeros(X, Y, n_h, num_iterations=10000, print_cost=False):
    start = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    parameters = {name: 0 * value for name, value in start.items()}
    for _ in range(num_iterations):
        _, cache = ref.forward_propagation(X, parameters)
        grads = ref.backward_propagation(parameters, cache, X, Y)
        parameters = ref.update_parameters(parameters, grads)
    return parameters


@nn_model.mistake("Return only the dictionary of parameters.")
def returns_costs_too(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations), []


@nn_model.right
def model_from_another_stream(X, Y, n_h, num_iterations=10000, print_cost=False):
    rng = np.random.default_rng(len(X))
    p = {
        "W1": rng.normal(0, 0.01, (n_h, len(X))),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.normal(0, 0.01, (len(Y), n_h)),
        "b2": np.zeros((len(Y), 1)),
    }
    m = X.shape[1]
    for _ in range(num_iterations):
        A1 = np.tanh(p["W1"] @ X + p["b1"])
        dZ2 = ref.sigmoid(p["W2"] @ A1 + p["b2"]) - Y
        dZ1 = p["W2"].T @ dZ2 * (1 - A1 * A1)
        p["W1"] = p["W1"] - 1.2 / m * dZ1 @ X.T
        p["b1"] = p["b1"] - 1.2 / m * dZ1.sum(axis=1, keepdims=True)
        p["W2"] = p["W2"] - 1.2 / m * dZ2 @ A1.T
        p["b2"] = p["b2"] - 1.2 / m * dZ2.sum(axis=1, keepdims=True)
    return p


@nn_model.right
def model_in_float32(X, Y, n_h, num_iterations=10000, print_cost=False):
    np.random.seed(X.shape[1])
    p = ref.initialize_parameters(*X.shape[:1], n_h, *Y.shape[:1])
    p = {name: value.astype(np.float32) for name, value in p.items()}
    X, step = X.astype(np.float32), 0
    while step < num_iterations:
        _, cache = ref.forward_propagation(X, p)
        grads = ref.backward_propagation(p, cache, X, Y)
        p = ref.update_parameters(p, grads, np.float32(1.2))
        p = {name: value.astype(np.float32) for name, value in p.items()}
        step += 1
    return p


@lab.check("predict", points=5)
def predict(rng):
    """Several sizes, one example, and examples that leave a network undecided.

    - 0.5 is compared with A2: some Z2 in each case lies between 0 and 0.5.
    - At exactly 0.5 the label is 0.
    """
    for n_x, n_h, n_y, m in [(2, 4, 1, 20), (1, 1, 1, 8), (3, 5, 2, 12), (4, 3, 1, 1)]:
        yield case(*_hesitant(rng, n_x, n_h, n_y, m))
    # Without biases an empty example gives exactly 0.5, and tanh is odd.
    Z2 = np.zeros((1, 1))
    while abs(Z2[0, 0]) < 0.6:
        parameters, X = network(rng, 2, 3), rng.normal(scale=2, size=(2, 1))
        parameters |= {name: 0 * parameters[name] for name in ("b1", "b2")}
        Z2 = ref.forward_propagation(X, parameters)[1]["Z2"]
    both = np.concatenate([X, np.zeros((2, 2)), -X], axis=1)
    yield case(parameters, both[:, rng.permutation(4)])


def _hesitant(rng, n_x, n_h, n_y, m):
    """A network and examples: clear ones of either kind, and one that is hardly 1."""
    while True:
        parameters, X = network(rng, n_x, n_h, n_y), 2 * rng.normal(size=(n_x, m))
        Z2 = ref.forward_propagation(X, parameters)[1]["Z2"]
        hardly = np.any((Z2 > 0.05) & (Z2 < 0.45))
        if hardly and (m == 1 or (np.any(Z2 > 0.6) and np.any(Z2 < -0.1))):
            return parameters, X


@predict.mistake("These are probabilities. Decide: 1 above 0.5, else 0.")
def returns_probabilities(parameters, X):
    return ref.forward_propagation(X, parameters)[0]


@predict.mistake("At exactly 0.5 the answer is 0: 1 is for above 0.5 only.")
def one_at_the_threshold(parameters, X):
    return ref.forward_propagation(X, parameters)[0] >= 0.5


@predict.mistake("Everything is 1: every probability is above 0. Compare it with 0.5.")
def threshold_of_zero(parameters, X):
    return ref.forward_propagation(X, parameters)[0] > 0


@predict.mistake("Z2 was compared with 0.5. Compare the probability, A2.")
def threshold_on_the_sum(parameters, X):
    return ref.forward_propagation(X, parameters)[1]["Z2"] > 0.5


@predict.mistake(
    "Everything is 0: `astype(int)` cuts 0.9 down to 0. Compare with 0.5 first."
)
def cuts_off(parameters, X):
    return ref.forward_propagation(X, parameters)[0].astype(int)


@predict.mistake("It is 1 below 0.5. It should be 1 for probabilities above 0.5.")
def one_below_the_threshold(parameters, X):
    return ref.forward_propagation(X, parameters)[0] < 0.5


@predict.mistake("An axis is missing. The labels have the shape of A2, (n_y, m).")
def loses_an_axis(parameters, X):
    return (ref.forward_propagation(X, parameters)[0] > 0.5)[0]


@predict.mistake(
    "The threshold is the mean of the probabilities. It is 0.5, whatever the other "
    "examples are."
)
def threshold_of_the_mean(parameters, X):
    A2 = ref.forward_propagation(X, parameters)[0]
    return np.mean(A2) < A2


@predict.right
def predict_by_rounding(parameters, X):
    return np.round(ref.forward_propagation(X, parameters)[0])


@predict.right
def predict_by_the_sign_of_the_sum(parameters, X):
    Z2 = ref.forward_propagation(X, parameters)[1]["Z2"]
    return np.array([[1 if z > 0 else 0 for z in row] for row in Z2])


lab.concept(
    "equal_start",
    points=1,
    answer="D",
    why="Equal weights get equal gradients and take equal steps, however many.",
    because={
        "A": "The gradients of the four units are equal, so nothing cancels.",
        "B": "To become different they would need different gradients; theirs are "
        "equal.",
        "C": "They change as one unit would; four of them do not make the steps huge.",
    },
)

lab.concept(
    "large_start",
    points=1,
    answer="C",
    why="1 - a² is nearly 0 there, and the upstream gradient is multiplied by it.",
    because={
        "A": "A multiplication takes the same time for any float.",
        "B": "That is the small start. Large weights make the network very sure.",
        "D": "Drawn at random they differ, large or small.",
    },
)

lab.concept(
    "choose_size",
    points=1,
    answer="B",
    why="It is the best on dev points, and those count.",
    because={
        "A": "The gap is small, but both numbers are low: two units are too few.",
        "C": "It is better on training points only; on dev points 4 units do better.",
        "D": "It is the best on training points and worse on dev points: overfitting.",
    },
)

"""Hidden tests of C1W3: derivatives of activation functions."""

import math

import numpy as np

from autograder.checks.C1W3.common import lab, ref, signed
from autograder.checks.check import case


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

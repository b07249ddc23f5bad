"""Hidden tests of C1W2: derivatives."""

import math

import numpy as np

from autograder.checks.C1W2.common import lab, ref, vector_with_extremes
from autograder.checks.check import case


@lab.check("sigmoid_derivative", points=4)
def sigmoid_derivative(rng):
    """Numbers, a vector with ±1000, a matrix and a stack of them."""
    yield case(float(rng.uniform(0.3, 1.5)))
    yield case(-float(rng.uniform(0.3, 1.5)))
    yield case(vector_with_extremes(rng))
    yield case(rng.normal(scale=2, size=(3, 4)))
    yield case(rng.normal(scale=2, size=(2, 2, 2)))


@sigmoid_derivative.mistake(
    "In s (1 - s), s is the sigmoid of the argument, not the argument itself."
)
def derivative_from_the_argument(x):
    return x * (1 - x)


@sigmoid_derivative.mistake(
    "1 - s² belongs to tanh. The derivative of the sigmoid is never above a quarter."
)
def derivative_of_tanh(x):
    return 1 - ref.sigmoid(x) ** 2


@sigmoid_derivative.mistake(
    "That is the sigmoid, not its derivative: the factor 1 - s is missing."
)
def the_value_itself(x):
    return ref.sigmoid(x)


@sigmoid_derivative.mistake(
    "The sigmoid was applied twice: in s (1 - s), s is sigmoid(x)."
)
def sigmoid_of_the_sigmoid(x):
    s = ref.sigmoid(ref.sigmoid(x))
    return s * (1 - s)


@sigmoid_derivative.mistake(
    "At -1000 the result is nan: an exponential is infinite there. Your `sigmoid` is "
    "safe at both ends; build on its value."
)
def derivative_that_overflows(x):
    e = np.exp(-np.asarray(x))
    return e / (1 + e) ** 2


@sigmoid_derivative.mistake(
    "Everything is 0: `s * 1 - s` multiplies first. Put 1 - s in brackets."
)
def derivative_without_brackets(x):
    s = ref.sigmoid(x)
    return s * 1 - s


@sigmoid_derivative.mistake(
    "That is 1 - s alone. It has to be multiplied by s, the sigmoid of the argument."
)
def second_factor_alone(x):
    return 1 - ref.sigmoid(x)


@sigmoid_derivative.mistake(
    "The sign is wrong: the sigmoid rises everywhere, so no derivative is negative."
)
def derivative_of_the_wrong_sign(x):
    s = ref.sigmoid(x)
    return s * (s - 1)


@sigmoid_derivative.right
def derivative_from_exponentials(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


@sigmoid_derivative.right
def derivative_with_a_loop(x):
    x = np.asarray(x, dtype=np.float32)
    return np.array(
        [0.25 * (1 - math.tanh(value / 2) ** 2) for value in x.flat], dtype=np.float32
    ).reshape(x.shape)


lab.concept(
    "graph_slope",
    points=2,
    answer=40,
    why="2v = 10 is passed on to u and multiplied by b = 4.",
    because={
        10: "That is the derivative with respect to v. Two more steps lead back to a.",
        4: "That is the derivative of u with respect to a. The steps after u multiply "
        "it.",
        30: "That is the derivative with respect to b. If a grows by 1, u = a·b grows "
        "by b.",
        20: "The derivative of v² is 2v, not v.",
        25: "That is L itself, not a derivative.",
        5: "That is v itself, not a derivative.",
    },
)


@lab.check("computation_graph", points=7)
def computation_graph(rng):
    """Whole numbers, a zero among them, and floats of either sign."""
    a, b, c = (int(n) for n in rng.permutation(np.arange(2, 9))[:3])
    yield case(a, b, c)
    yield case(a, 0, -c)
    for sign in (1, -1):
        a, b, c = (float(x) for x in rng.uniform([0.5, 1.5, 3.5], [1, 3, 5]))
        yield case(sign * a, b, -sign * c)


@computation_graph.mistake(
    "All three derivatives are a third of what they should be. The last step, J = 3v, "
    "is part of the chain."
)
def leaves_out_the_last_step(a, b, c):
    return 3 * (a + b * c), {"da": 1, "db": c, "dc": b}


@computation_graph.mistake(
    "db and dc are swapped. In u = b·c, if b grows by 1, u grows by c."
)
def swaps_the_factors(a, b, c):
    return 3 * (a + b * c), {"da": 3, "db": 3 * b, "dc": 3 * c}


@computation_graph.mistake(
    "db and dc stop at u. One more step leads from u back to b and c, and it "
    "multiplies."
)
def stops_at_the_product(a, b, c):
    return 3 * (a + b * c), {"da": 3, "db": 3, "dc": 3}


@computation_graph.mistake(
    "In J = 3 (a + b c) the 3 multiplies the whole bracket. In yours it multiplies a "
    "only, in J and in the derivatives."
)
def loses_the_bracket(a, b, c):
    return 3 * a + b * c, {"da": 3, "db": c, "dc": b}


@computation_graph.mistake(
    "The derivatives are right, but J is not: the 3 should multiply the whole of "
    "a + b c, not a alone."
)
def value_without_the_bracket(a, b, c):
    return 3 * a + b * c, ref.computation_graph(a, b, c)[1]


@computation_graph.mistake(
    "The derivatives are right, but J is not: c multiplies b only, not a."
)
def value_of_another_product(a, b, c):
    return 3 * (a + b) * c, ref.computation_graph(a, b, c)[1]


@computation_graph.mistake(
    "The derivatives are right, but J is not: b and c are added where they should be "
    "multiplied."
)
def value_of_a_sum(a, b, c):
    return 3 * (a + b + c), ref.computation_graph(a, b, c)[1]


@computation_graph.mistake(
    "The derivatives are right, but J is a third of what it should be: the last step "
    "is J = 3v."
)
def value_without_the_last_step(a, b, c):
    J, grads = ref.computation_graph(a, b, c)
    return J / 3, grads


@computation_graph.mistake(
    "On the way back the 3 is multiplied by v once more. If v grows by 1, by how much "
    "does J = 3v grow?"
)
def multiplies_by_the_value(a, b, c):
    dv = 3 * (a + b * c)
    return dv, {"da": dv, "db": dv * c, "dc": dv * b}


@computation_graph.mistake("Return J first, then the dictionary of derivatives.")
def returns_in_the_other_order(a, b, c):
    J, grads = ref.computation_graph(a, b, c)
    return grads, J


@computation_graph.mistake(
    "da is right, but db and dc are a third of what they should be: the 3 of the last "
    "step belongs to them too."
)
def factor_for_a_only(a, b, c):
    return 3 * (a + b * c), {"da": 3, "db": c, "dc": b}


@computation_graph.right
def graph_by_differences(a, b, c):
    def value(a, b, c):
        return 3 * (a + b * c)

    h = 1e-4
    return value(a, b, c), {
        "da": (value(a + h, b, c) - value(a - h, b, c)) / (2 * h),
        "db": (value(a, b + h, c) - value(a, b - h, c)) / (2 * h),
        "dc": (value(a, b, c + h) - value(a, b, c - h)) / (2 * h),
    }


@computation_graph.right
def graph_in_one_go(a, b, c):
    grads = {"dc": np.float32(3 * b), "db": np.float32(3 * c), "da": np.float32(3)}
    return np.float32(3 * a + 3 * b * c), grads

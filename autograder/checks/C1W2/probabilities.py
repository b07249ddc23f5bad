"""Hidden tests of C1W2: from any number to a probability."""

import math

import numpy as np

from autograder.checks.C1W2.common import lab, ref, vector_with_extremes
from autograder.checks.check import case


@lab.check("basic_sigmoid", points=2)
def basic_sigmoid(rng):
    """Whole numbers and floats on both sides of zero, and zero."""
    yield case(0)
    for sign in (1, -1):
        yield case(sign * int(rng.integers(1, 5)))
        yield case(sign * float(rng.uniform(0.2, 2)))
        yield case(sign * float(rng.uniform(4, 9)))


@basic_sigmoid.mistake(
    "It falls where it should rise: x gets the value of -x. Look at the sign of the "
    "exponent, and at the numerator if yours is not 1."
)
def basic_falls(x):
    return 1 / (1 + math.exp(x))


@basic_sigmoid.mistake(
    "The values are above 1. `1 / 1 + …` divides first; put the sum in brackets."
)
def basic_without_brackets(x):
    return 1 / 1 + math.exp(-x)


@basic_sigmoid.mistake(
    "It divides by 1 minus the exponential, so some values are negative, or it divides "
    "by zero. The denominator is a sum."
)
def basic_with_a_difference(x):
    denominator = 1 - math.exp(-x)
    return 1 / denominator


@basic_sigmoid.mistake(
    "That is the exponential alone. It stands in the denominator, and 1 is added to it."
)
def exponential_alone(x):
    return math.exp(-x)


@basic_sigmoid.mistake(
    "1 is missing in the denominator: it is the sum of 1 and the exponential."
)
def without_the_one(x):
    return 1 / math.exp(-x)


@basic_sigmoid.right
def basic_the_other_way(x):
    return math.exp(x) / (1 + math.exp(x))


@basic_sigmoid.right
def basic_by_tanh(x):
    return np.float32((1 + math.tanh(x / 2)) / 2)


@lab.check("sigmoid", points=5)
def sigmoid(rng):
    """A number, vectors with ±1000, whole numbers, a matrix and a stack of them."""
    yield case(float(rng.uniform(0.3, 1.5)))
    yield case(vector_with_extremes(rng))
    yield case(np.array([[0, *rng.integers(1, 9, 3), *-rng.integers(1, 9, 3)]]))
    yield case(rng.normal(scale=3, size=(4, 3)))
    yield case(rng.normal(scale=3, size=(2, 3, 2)))


@sigmoid.mistake(
    "It falls where it should rise: x gets the value of -x. Look at the sign of the "
    "exponent or, where you choose between two fractions, at which numerator belongs "
    "to which sign of x."
)
def falls(x):
    return 1 / (1 + np.exp(x))


@sigmoid.mistake(
    "There are values above 1. `1 / 1 + …` divides first; put the sum in brackets."
)
def without_brackets(x):
    return 1 / 1 + np.exp(-x)


@sigmoid.mistake(
    "The functions of `math` take single numbers only. `np.exp` takes an array and "
    "works on each element."
)
def for_numbers_only(x):
    return 1 / (1 + math.exp(-x))


@sigmoid.mistake(
    "At 1000 the result is nan: e to the power of 1000 is infinite, and infinity "
    "divided by infinity is undefined. Keep the exponent negative."
)
def infinite_by_infinite(x):
    return np.exp(x) / (1 + np.exp(x))


@sigmoid.mistake(
    "That is tanh: it goes from -1 to 1. The sigmoid goes from 0 to 1, with 0.5 at 0."
)
def hyperbolic_tangent(x):
    return np.tanh(x)


@sigmoid.mistake(
    "The values are right, but the shape of the input is lost. Work on the whole array "
    "at once instead of collecting values in a list."
)
def collects_in_a_list(x):
    return ref.sigmoid(np.ravel(x))


@sigmoid.mistake(
    "Below 0, x gets the value of -x. The two fractions with e^-|x| have different "
    "numerators; `np.where` can choose between them."
)
def mirrored_below_zero(x):
    return 1 / (1 + np.exp(-np.abs(x)))


@sigmoid.mistake(
    "Above 0, x gets the value of -x. The two fractions with e^-|x| have different "
    "numerators; `np.where` can choose between them."
)
def mirrored_above_zero(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e)


@sigmoid.mistake(
    "Where x is negative, the result is 0. These values need the other form of the "
    "fraction."
)
def zero_below_zero(x):
    return ref.sigmoid(x) * (np.asarray(x) > 0)


@sigmoid.right
def sigmoid_with_a_warning(x):
    return 1 / (1 + np.exp(-x))


@sigmoid.right
def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x, dtype=np.float32)))


@sigmoid.right
def sigmoid_with_a_loop(x):
    x = np.asarray(x, dtype=float)
    out = np.empty_like(x)
    for index, value in np.ndenumerate(x):
        e = math.exp(-abs(value))
        out[index] = (1 if value > 0 else e) / (1 + e)
    return out

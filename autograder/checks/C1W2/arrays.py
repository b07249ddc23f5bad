"""Hidden tests of C1W2: thinking in arrays."""

import math

import numpy as np

from autograder.checks.C1W2.common import lab, ref
from autograder.checks.check import case

lab.concept(
    "product_for_z",
    points=1,
    answer="D",
    why="(1, n_x) times (n_x, m) is (1, m): one weighted sum per example.",
    because={
        "A": "`*` multiplies each input by its weight but adds nothing up: (n_x, m).",
        "B": "(n_x, 1) times (n_x, m) does not fit: the inner sizes must agree.",
        "C": "`np.outer` multiplies every weight by every input: (n_x, n_x·m).",
    },
)


@lab.check("normalize_rows", points=5)
def normalize_rows(rng):
    """One number, one row, one column, a square and a wide table."""
    yield case(-rng.uniform(1, 5, (1, 1)))
    yield case(rng.uniform(1, 5, (4, 1)) * rng.permutation([[-1], [1], [-1], [1]]))
    for shape in [(1, 5), (3, 3), (4, 6)]:
        x = rng.normal(scale=3, size=shape)
        yield case(x + np.sign(x))  # no row is near zero


@normalize_rows.mistake(
    "The columns have length 1, not the rows. axis=1 sums along a row."
)
def normalizes_columns(x):
    return x / np.linalg.norm(x, axis=0, keepdims=True)


@normalize_rows.mistake(
    "The lengths have shape (rows,), which NumPy matches with the columns. Keep the "
    "summed axis: keepdims=True."
)
def drops_the_axis(x):
    return x / np.linalg.norm(x, axis=1)


@normalize_rows.mistake(
    "Each row was divided by the sum of its absolute values. The length is the square "
    "root of the sum of squares."
)
def normalizes_by_absolute_values(x):
    return x / np.sum(np.abs(x), axis=1, keepdims=True)


@normalize_rows.mistake(
    "Each row was divided by the square of its length: the square root is missing."
)
def forgets_the_root(x):
    return x / np.sum(x**2, axis=1, keepdims=True)


@normalize_rows.mistake(
    "Each row was divided by its sum. Its length is the square root of the sum of "
    "squares."
)
def normalizes_by_sums(x):
    return x / np.sum(x, axis=1, keepdims=True)


@normalize_rows.mistake(
    "Each row was divided by its largest absolute value. Its length is the square root "
    "of the sum of squares."
)
def normalizes_by_the_largest(x):
    return x / np.max(np.abs(x), axis=1, keepdims=True)


@normalize_rows.mistake(
    "These are the lengths of the rows. Divide each row by its length."
)
def returns_the_lengths(x):
    return np.linalg.norm(x, axis=1, keepdims=True)


@normalize_rows.mistake(
    "All rows were divided by the same number, the length of the whole table. Each row "
    "has its own length: axis=1."
)
def one_length_for_all(x):
    return x / np.linalg.norm(x)


@normalize_rows.mistake(
    "It writes into its argument. `x /= …` changes the caller's array; `x / …` makes a "
    "new one."
)
def normalizes_in_place(x):
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


@normalize_rows.mistake(
    "Each row was standardized: its mean was subtracted, and it was divided by its "
    "standard deviation. Here it is only divided, by its length."
)
def standardizes_rows(x):
    with np.errstate(invalid="ignore"):
        return (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)


@normalize_rows.right
def normalize_with_loops(x):
    out = np.empty(x.shape)
    for i, row in enumerate(x):
        length = math.sqrt(sum(value * value for value in row))
        for j, value in enumerate(row):
            out[i, j] = value / length
    return out


@normalize_rows.right
def normalize_transposed(x):
    x = x.astype(np.float32)
    return (x.T / np.sqrt(np.sum(x * x, axis=1))).T


@lab.check("softmax", points=6)
def softmax(rng):
    """One class, equal scores, a square, ±1000 in one row and in different rows."""
    yield case(rng.normal(size=(3, 1)))
    yield case(np.full((2, 4), rng.uniform(-2, 2)))
    yield case(rng.normal(scale=2, size=(3, 3)))
    small, smaller = rng.uniform([0.5, 1.5], [1, 2])
    yield case(
        np.array([[1000.0, 1000 - small, 0.0], [-1000.0, -1000.0, -1000 - smaller]])
    )
    yield case(rng.normal(scale=2, size=(1, 5)))
    yield case(rng.normal(scale=2, size=(4, 3)))


@softmax.mistake(
    "At ±1000 the result is nan: the exponentials are infinite, or all of them are 0. "
    "Subtract the row's maximum first."
)
def overflows(x):
    e = np.exp(x)
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The columns sum to 1, not the rows. Each example is a row: axis=1 for the maximum "
    "and for the sum."
)
def probabilities_of_columns(x):
    e = np.exp(x - np.max(x, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake("The whole table sums to 1. Each row should: axis=1 in the sum.")
def probabilities_of_the_table(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


@softmax.mistake(
    "At ±1000 the result is nan, and elsewhere the whole table sums to 1. Subtract the "
    "row's maximum first, and sum each row: axis=1."
)
def overflows_and_sums_the_table(x):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(x) / np.sum(np.exp(x))


@softmax.mistake(
    "The same maximum was subtracted from all rows. In a row far below it all "
    "exponentials are 0, and 0 / 0 is nan. Subtract each row's own maximum."
)
def one_maximum_for_all(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The sums have shape (m,), which NumPy matches with the columns. Keep the summed "
    "axis: keepdims=True."
)
def sums_without_axis(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1)


@softmax.mistake(
    "The scores themselves were divided by their sum, so negative scores can give "
    "negative probabilities. Take the exponential first."
)
def forgets_the_exponential(x):
    return x / np.sum(x, axis=1, keepdims=True)


@softmax.mistake(
    "The exponentials were divided by the sum of the whole table. Divide each row by "
    "its own sum: axis=1."
)
def sum_of_the_table(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e)


@softmax.mistake(
    "The numerator is not an exponential: the scores themselves were divided by the "
    "sum of the exponentials."
)
def score_as_the_numerator(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return x / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The numerator is not an exponential: the lowered scores were divided by the sum "
    "of the exponentials."
)
def lowered_score_as_the_numerator(x):
    lowered = x - np.max(x, axis=1, keepdims=True)
    return lowered / np.sum(np.exp(lowered), axis=1, keepdims=True)


@softmax.mistake(
    "At ±1000 the result is nan, and elsewhere the columns sum to 1. Subtract the "
    "row's maximum first, and sum along the rows: axis=1."
)
def overflows_and_sums_columns(x):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(x) / np.sum(np.exp(x), axis=0)


@softmax.mistake(
    "The minimum of each row was subtracted, so large scores still overflow. Subtract "
    "the maximum."
)
def subtracts_the_minimum(x):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x - np.min(x, axis=1, keepdims=True))
        return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The largest score gets the smallest probability. Look at the sign of the exponent."
)
def exponent_of_the_wrong_sign(x):
    e = np.exp(np.min(x, axis=1, keepdims=True) - x)
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The maximum of each column was subtracted. All scores of a row have to be lowered "
    "by the same number, or its probabilities change: axis=1."
)
def maximum_of_columns(x):
    e = np.exp(x - np.max(x, axis=0))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake(
    "The exponentials were divided by sums of columns, so rows do not sum to 1. Sum "
    "along the rows: axis=1."
)
def sums_of_columns(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=0)


@softmax.mistake(
    "These are the exponentials of the scores. Divide each by the sum of its row."
)
def forgets_the_sum(x):
    return np.exp(x - np.max(x, axis=1, keepdims=True))


@softmax.mistake(
    "The sigmoid was applied to each score on its own. The probabilities of a row have "
    "to add up to 1."
)
def sigmoid_of_each(x):
    return ref.sigmoid(x)


@softmax.mistake(
    "These are the logarithms of the probabilities: none is above 0. Return the "
    "probabilities themselves."
)
def logarithms_of_probabilities(x):
    return x - np.logaddexp.reduce(x, axis=1, keepdims=True)


@softmax.right
def softmax_with_loops(x):
    rows = []
    for row in x.tolist():
        top = max(row)
        e = [math.exp(value - top) for value in row]
        rows.append([value / sum(e) for value in e])
    return np.array(rows)


@softmax.right
def softmax_through_logarithms(x):
    x = x.astype(np.float32)
    log_sum = np.logaddexp.reduce(x, axis=1)
    return np.exp(x - log_sum[:, np.newaxis])


def labels_and_guesses(rng):
    """One pair, several, and perfect predictions."""
    yield case(rng.uniform(0.1, 0.9, 1), np.array([0]))
    for m in (4, 6, 9):  # errors of either sign, which do not cancel
        y = rng.permutation(np.arange(m) % 2)
        yield case(np.abs(y - rng.uniform(0.1, 0.3, m) * (1 + y)), y)
    y = rng.permutation(np.arange(7) % 2)
    yield case(y.astype(float), y)


@lab.check("L1", points=3)
def l1(rng):
    """One pair, several, and perfect predictions."""
    yield from labels_and_guesses(rng)


@l1.mistake("Errors of opposite sign cancel. Take absolute values before adding up.")
def l1_without_absolute_values(yhat, y):
    return np.sum(y - yhat)


@l1.mistake(
    "The absolute value was taken of the sum, where errors of opposite sign have "
    "cancelled already. Take absolute values first, then add up."
)
def l1_absolute_value_of_the_sum(yhat, y):
    return np.abs(np.sum(y - yhat))


@l1.mistake("That is the largest error. This loss adds all of them up.")
def l1_takes_the_largest(yhat, y):
    return np.max(np.abs(y - yhat))


@l1.mistake("That is the average error. This loss is the sum, not the average.")
def l1_averages(yhat, y):
    return np.mean(np.abs(y - yhat))


@l1.mistake(
    "That is the square root of a sum of squares. This loss adds up absolute values."
)
def l1_takes_the_norm(yhat, y):
    return np.linalg.norm(y - yhat)


@l1.mistake("The errors were squared. That is the next exercise.")
def l1_squares(yhat, y):
    return np.sum((y - yhat) ** 2)


@l1.mistake("These are the absolute values of the single errors. Add them up.")
def l1_keeps_them_apart(yhat, y):
    return np.abs(y - yhat)


@l1.right
def l1_with_a_loop(yhat, y):
    return sum(abs(a - b) for a, b in zip(yhat.tolist(), y.tolist(), strict=True))


@l1.right
def l1_as_norm(yhat, y):
    return np.linalg.norm((yhat - y).astype(np.float32), ord=1)


@lab.check("L2", points=3)
def l2(rng):
    """One pair, several, and perfect predictions."""
    yield from labels_and_guesses(rng)


@l2.mistake(
    "A square root was taken: that is the norm. This loss is the sum of squares."
)
def l2_takes_a_root(yhat, y):
    return np.linalg.norm(y - yhat)


@l2.mistake("That is the average square. This loss is the sum, not the average.")
def l2_averages(yhat, y):
    return np.mean((y - yhat) ** 2)


@l2.mistake("That is half of the sum of squares. This loss has no factor.")
def l2_half(yhat, y):
    return np.sum((y - yhat) ** 2) / 2


@l2.mistake("Absolute values were added up, not squares.")
def l2_absolute_values(yhat, y):
    return np.sum(np.abs(y - yhat))


@l2.mistake("The sum was squared. Square each error first, then add up.")
def l2_squares_the_sum(yhat, y):
    return np.sum(y - yhat) ** 2


@l2.mistake(
    "The sum of the absolute values was squared. Square each error first, then add up."
)
def l2_squares_l1(yhat, y):
    return np.sum(np.abs(y - yhat)) ** 2


@l2.mistake("These are the squares of the single errors. Add them up.")
def l2_keeps_them_apart(yhat, y):
    return (y - yhat) ** 2


@l2.mistake(
    "The squares were subtracted from each other. Subtract first, then square each "
    "difference."
)
def l2_difference_of_squares(yhat, y):
    return np.sum(y**2 - yhat**2)


@l2.mistake(
    "Predictions and labels were multiplied by each other. It is their difference that "
    "is multiplied by itself."
)
def l2_product_of_both(yhat, y):
    return np.dot(yhat, y)


@l2.right
def l2_with_a_loop(yhat, y):
    total = 0.0
    for a, b in zip(yhat, y, strict=True):
        total += (a - b) ** 2
    return total


@l2.right
def l2_in_float32(yhat, y):
    return np.sum(np.square(yhat.astype(np.float32) - y.astype(np.float32)))


lab.concept(
    "broadcast_shape",
    points=2,
    answer="B",
    why="Each of the two is repeated along its axis of length 1: 36 differences.",
    because={
        "A": "If only it were! An axis of length 1 is repeated, without a warning.",
        "C": "Neither shape wins: each axis of length 1 is repeated to fit the other.",
        "D": "Neither shape wins: each axis of length 1 is repeated to fit the other.",
    },
)

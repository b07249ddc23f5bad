"""Hidden tests of C2W3: softmax and its cost."""

import math

import numpy as np

from autograder.checks.C2W3.common import NO_FRAMEWORK, lab, ref
from autograder.checks.check import case


@lab.check("softmax", points=4, forbid=NO_FRAMEWORK)
def softmax(rng):
    """One class, equal scores, a square, ±1000 in one column and in different ones."""
    yield case(rng.normal(size=(1, 3)))
    yield case(np.full((4, 2), rng.normal(scale=2)))
    yield case(rng.normal(scale=2, size=(3, 3)))
    large = rng.permutation([[1000.0, -1000.0], [999.0, -1000.0], [0.0, -1001.0]])
    yield case(large + rng.uniform(-1, 1, size=(3, 2)).round(2))
    yield case(rng.normal(scale=2, size=(5, 1)))
    yield case(rng.normal(scale=2, size=(3, 4)))


@softmax.mistake(
    "Where scores are around ±1000 it returns nan: the exponentials overflow, or are "
    "all 0. Make the scores smaller first; differences are all that counts."
)
def softmax_overflows(Z):
    e = np.exp(Z)
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake("The rows sum to 1, as in course 1. Here an example is a column.")
def normalizes_rows(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake("The whole matrix sums to 1. Each column should.")
def normalizes_the_matrix(Z):
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e)


@softmax.mistake(
    "One maximum was taken for all columns. In a column far below it all exponentials "
    "are 0, and 0 / 0 is nan. Each column has its own maximum."
)
def one_maximum_for_all(Z):
    e = np.exp(Z - np.max(Z))
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake(
    "Each row's maximum is subtracted, so different numbers are subtracted within a "
    "column. Take the maximum of each column."
)
def maximum_of_each_row(Z):
    e = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


@softmax.mistake(
    "The exponentials are divided by the sum of their row. Each column should sum to 1."
)
def divides_by_sums_of_rows(Z):
    e = np.exp(Z - np.max(Z, axis=0, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


@softmax.mistake("The largest score gets the smallest probability: look at the sign.")
def softmax_of_minus(Z):
    return ref.softmax(-Z)


@softmax.mistake("These are logarithms of the probabilities.")
def logarithms_of_softmax(Z):
    Z = Z - np.max(Z, axis=0, keepdims=True)
    return Z - np.log(np.sum(np.exp(Z), axis=0, keepdims=True))


@softmax.mistake("The exponential is missing: the scores themselves are divided.")
def forgets_the_exponential(Z):
    return Z / np.sum(Z, axis=0, keepdims=True)


@softmax.mistake("This is the hard maximum: 1 for the largest score, else 0.")
def hard_maximum(Z):
    return (np.max(Z, axis=0) == Z) * 1.0


@softmax.mistake(
    "The scores are divided by the largest of their column. Subtract it: dividing "
    "changes the probabilities."
)
def divides_scores_by_the_largest(Z):
    largest = np.max(np.abs(Z), axis=0, keepdims=True)
    return ref.softmax(Z / np.where(largest == 0, 1, largest))


@softmax.right
def softmax_with_loops(Z):
    columns = []
    for scores in Z.T.tolist():
        top = max(scores)
        e = [math.exp(z - top) for z in scores]
        columns.append([value / sum(e) for value in e])
    return np.array(columns).T


@softmax.right
def softmax_through_logarithms(Z):
    Z = Z.astype(np.float32)
    return np.exp(Z - np.logaddexp.reduce(Z, axis=0))


lab.concept(
    "which_output",
    points=1,
    answer="A",
    why="Exactly one of four is true, and the probabilities sum to 1.",
    because={
        "B": "Probabilities that sum to 1 cannot say yes twice, or never. Four "
        "sigmoids can.",
        "C": "Grams are amounts, not probabilities of classes that exclude each other.",
        "D": "Several may be broken at once: four questions, four sigmoids.",
    },
)


@lab.check("one_hot_matrix", points=2, forbid=NO_FRAMEWORK)
def one_hot_matrix(rng):
    """Some classes missing, one example, one class, as many examples as classes."""
    # "take the number of rows from C": the last class occurs in two cases only
    yield case(np.roll([1, 0, 1, 0, 1], rng.integers(2))[: rng.integers(3, 6)], 4)
    C = int(rng.integers(3, 40))
    yield case(rng.integers(0, C - 1, 1), C)
    yield case(np.zeros(rng.integers(2, 100), dtype=int), 1)
    labels = rng.permutation(4)
    while np.array_equal(labels[labels], range(4)):  # its matrix would be symmetric
        labels = rng.permutation(4)
    yield case(labels, 4)
    yield case(rng.permutation([0, 1, 2, 3, 4, *rng.integers(0, 5, 4)]), 6)


@one_hot_matrix.mistake("It is transposed. An example should be a column.")
def examples_in_rows(labels, C):
    return np.eye(C)[labels]


@one_hot_matrix.mistake(
    "The classes after the last one that occurs have no row. How many rows should "
    "there be?"
)
def rows_from_the_labels(labels, C):
    return np.eye(max(labels) + 1)[:, labels]


@one_hot_matrix.mistake("Each 1 is one row too high: label 0 belongs to the first row.")
def counts_from_one(labels, C):
    return np.roll(np.eye(C)[:, labels], -1, axis=0) + 0 * np.eye(C)[:, labels]


@one_hot_matrix.mistake(
    "Whole rows are filled with ones. Each column has a single 1: index the row *and* "
    "the column."
)
def fills_whole_rows(labels, C):
    Y = np.zeros((C, len(labels)))
    Y[labels] = 1
    return Y


@one_hot_matrix.right
def one_hot_by_comparison(labels, C):
    return np.arange(C)[:, np.newaxis] == labels


@one_hot_matrix.right
def one_hot_with_a_loop(labels, C):
    Y = np.zeros((C, len(labels)), dtype=np.float32)
    for i, label in enumerate(labels):
        Y[label, i] = 1
    return Y


def _probabilities(rng, C, m):
    """Probabilities and a one-hot ground truth."""
    A = rng.dirichlet(np.full(C, 2.0), m).T
    A = (A + 0.02) / (1 + 0.02 * C)
    labels = rng.integers(0, C, m)
    labels[0] = np.argmin(A[:, 0])  # one prediction is wrong in every case
    return A, np.eye(C)[:, labels]


@lab.check("cross_entropy", points=3, forbid=NO_FRAMEWORK)
def cross_entropy(rng):
    """One example, two classes, more classes than examples, and the reverse."""
    for C, m in [(3, 1), (2, 5), (6, 4), (4, 9), (3, 12)]:
        yield case(*_probabilities(rng, C, m))


@cross_entropy.mistake("The cost is m times too large: it is a sum over the examples.")
def sums_over_examples(A, Y):
    return -np.sum(Y * np.log(A))


@cross_entropy.mistake(
    "The cost is C times too small: it averages over the classes as well. Average over "
    "the examples only."
)
def averages_over_classes_too(A, Y):
    return -np.mean(Y * np.log(A))


@cross_entropy.mistake("The cost is negative: a minus is missing.")
def cost_below_zero(A, Y):
    return np.mean(np.log(np.sum(A * Y, axis=0)))


@cross_entropy.mistake(
    "It includes (1 - Y) log(1 - A), which belongs to separate sigmoids. With softmax "
    "only the true class counts."
)
def counts_false_classes(A, Y):
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / A.shape[1]


@cross_entropy.mistake("The logarithm has base 2. The cost takes natural logarithms.")
def cost_in_bits(A, Y):
    return -np.sum(Y * np.log2(A)) / A.shape[1]


@cross_entropy.mistake("The logarithm has base 10. The cost takes natural logarithms.")
def cost_in_powers_of_ten(A, Y):
    return -np.sum(Y * np.log10(A)) / A.shape[1]


@cross_entropy.mistake(
    "It takes the largest probability. What counts is that of the true class."
)
def cost_of_the_largest(A, Y):
    return -np.mean(np.log(np.max(A, axis=0)))


@cross_entropy.mistake(
    "The logarithm is missing: this is minus the average probability of the true class."
)
def forgets_the_logarithm(A, Y):
    return -np.sum(Y * A) / A.shape[1]


@cross_entropy.mistake(
    "The sum is divided by the number of classes. Divide it by the number of examples."
)
def divides_the_cost_by_classes(A, Y):
    return -np.sum(Y * np.log(A)) / A.shape[0]


@cross_entropy.mistake(
    "It returns the loss of each example. The cost is their average, a number."
)
def costs_of_each_example(A, Y):
    return -np.sum(Y * np.log(A), axis=0)


@cross_entropy.right
def cross_entropy_by_the_formula(A, Y):
    return -np.sum(Y * np.log(A)) / A.shape[1]


@cross_entropy.right
def cross_entropy_with_a_loop(A, Y):
    total = 0.0
    for i in range(A.shape[1]):
        total -= math.log(A[np.argmax(Y[:, i]), i])
    return np.float32(total / A.shape[1])


lab.concept(
    "cost_at_start",
    points=1,
    answer=math.log(10),
    digits=2,
    why="-ln 0.1 = ln 10.",
    because={
        math.log(2): "This is for two classes, with one half each.",
        0.1: "This is the probability itself. The cost is minus its logarithm.",
        1: "This uses base 10; the cost takes the natural logarithm.",
        -math.log(10): "Logarithms of probabilities are negative, so the cost has a "
        "minus.",
        0.23: "Only the true class counts, and it is not divided by the number of "
        "classes.",
        math.log2(10): "This is the logarithm of base 2. Take the natural one.",
        10: "Only the true class has a 1 in Y, so one term is left.",
    },
)


@lab.check("softmax_backward", points=3, forbid=NO_FRAMEWORK)
def softmax_backward(rng):
    """One example, two classes, more classes than examples, and the reverse."""
    for C, m in [(3, 1), (2, 5), (6, 4), (4, 9)]:
        yield case(*_probabilities(rng, C, m))


@softmax_backward.mistake(
    "The gradient is m times too large. The cost is an average over m examples."
)
def gradient_of_the_sum(A, Y):
    return A - Y


@softmax_backward.mistake("The sign is wrong.")
def truth_minus_prediction(A, Y):
    return (Y - A) / A.shape[1]


@softmax_backward.mistake(
    "It is divided by the number of classes. m is the number of examples."
)
def divides_by_classes(A, Y):
    return (A - Y) / A.shape[0]


@softmax_backward.mistake(
    "It is divided by the number of all entries. The cost averages over examples only."
)
def divides_by_all_entries(A, Y):
    return (A - Y) / A.size


@softmax_backward.mistake(
    "This is the gradient with respect to A. What is asked for is that with respect to "
    "Z, one step further back through softmax."
)
def gradient_with_respect_to_a(A, Y):
    return -Y / A / A.shape[1]


@softmax_backward.mistake(
    "There is an extra factor A (1 - A). It has already cancelled against the "
    "logarithm."
)
def keeps_the_sigmoids_derivative(A, Y):
    return (A - Y) * A * (1 - A) / A.shape[1]


@softmax_backward.right
def gradient_through_the_jacobian(A, Y):
    dZ = np.zeros(A.shape)
    for i in range(A.shape[1]):
        a = A[:, i]
        jacobian = np.diag(a) - np.outer(a, a)
        dZ[:, i] = jacobian @ (-Y[:, i] / a) / A.shape[1]
    return dZ


@softmax_backward.right
def gradient_on_a_copy(A, Y):
    dZ = A.astype(np.float32)
    dZ[np.argmax(Y, axis=0), np.arange(A.shape[1])] -= 1
    return dZ / np.float32(A.shape[1])

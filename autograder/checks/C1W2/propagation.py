"""Hidden tests of C1W2: cost and gradient of a neuron."""

import math

import numpy as np

from autograder.checks.binary_classifiers import logistic_loss
from autograder.checks.C1W2.common import (
    activations,
    drawn_examples,
    lab,
    ref,
)
from autograder.checks.check import case

lab.concept(
    "loss_by_hand",
    points=2,
    answer=1.609,
    digits=3,
    why="y = 1, so the loss is -ln 0.2.",
    because={
        0.223: "That is -ln(1 - a), the loss if the label were 0.",
        -1.609: "A loss is never negative. The logarithm of a probability is, so there "
        "is a minus sign before it.",
        0.699: "That is the logarithm to base 10. Here ln is meant, `np.log`.",
        2.322: "That is the logarithm to base 2. Here ln is meant, `np.log`.",
        0.8: "That is the distance 1 - a. The loss is a logarithm.",
        0.64: "That is the squared distance. The loss is a logarithm.",
        1.61: "Nearly. Give three decimals.",
        1.6: "Nearly. Give three decimals.",
    },
)

lab.concept(
    "cost_of_copies",
    points=1,
    answer="C",
    why="Twice the sum, divided by twice the number: the average does not change.",
    because={
        "A": "The sum of the losses doubles, but the cost is their average.",
        "B": "m doubles, but so does the sum that is divided by it.",
        "D": "Each loss appears twice, whatever the label. Think of the average.",
    },
)


@lab.check("initialize_with_zeros", points=3)
def initialize_with_zeros(rng):
    """One weight, a few, and a number drawn."""
    for low, high in ((1, 2), (5, 30), (30, 90), (90, 200)):
        yield case(int(rng.integers(low, high)))


@initialize_with_zeros.mistake(
    "w has one axis only, the trap of part 4. Give `np.zeros` a shape with two."
)
def zeros_of_one_axis(dim):
    return np.zeros(dim), 0.0


@initialize_with_zeros.mistake(
    "w is a row. In a column the first axis is the long one, and the second has length "
    "1."
)
def zeros_in_a_row(dim):
    return np.zeros((1, dim)), 0.0


@initialize_with_zeros.mistake(
    "w is random. Here we start from zeros; random starts come next week."
)
def random_weights(dim):
    return np.random.randn(dim, 1) * 0.01, 0.0


@initialize_with_zeros.mistake(
    "w is a square table. It should be a column, with one weight in each row."
)
def zeros_in_a_square(dim):
    return np.zeros((dim, dim)), 0.0


@initialize_with_zeros.mistake("w holds ones. It should hold zeros.")
def ones(dim):
    return np.ones((dim, 1)), 0.0


@initialize_with_zeros.mistake("b is an array. The bias is one number, 0.0.")
def bias_in_an_array(dim):
    return np.zeros((dim, 1)), np.zeros((1, 1))


@initialize_with_zeros.right
def zeros_from_lists(dim):
    return np.array([[0.0]] * dim), 0


@initialize_with_zeros.right
def zeros_in_float32(dim):
    w = np.full((dim, 1), 0, dtype=np.float32)
    return w, np.float32(0)


@lab.check("propagate", points=15)
def propagate(rng):
    """One feature, one example, zeros to start from, and tables wide and tall."""
    for n, m in [(1, 1), (1, 5), (6, 1), (4, 7), (12, 30)]:
        yield case(*drawn_examples(rng, n, m))
    _, _, X, Y = drawn_examples(rng, 5, 3)
    yield case(np.zeros((5, 1)), 0.0, X, Y)


@propagate.mistake(
    "The cost is m times too large. Average the loss over the m examples."
)
def sums_the_cost(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, cost * X.shape[1]


@propagate.mistake(
    "dw and db are m times too large. They are averages over the m examples, like the "
    "cost."
)
def sums_the_gradients(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return {key: value * X.shape[1] for key, value in grads.items()}, cost


@propagate.mistake("db is m times too large: divide the sum by m.")
def sums_the_bias(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": grads["db"] * X.shape[1]}, cost


@propagate.mistake("dw is m times too large: the division by m is missing there.")
def sums_the_weights(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"dw": grads["dw"] * X.shape[1]}, cost


@propagate.mistake(
    "The cost is negative. Logarithms of probabilities are negative, so the loss has a "
    "minus sign in front."
)
def negative_cost(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, -cost


@propagate.mistake(
    "Both derivatives have the wrong sign: dz is the prediction minus the label, A - Y."
)
def label_minus_prediction(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return {key: -value for key, value in grads.items()}, cost


@propagate.mistake(
    "The cost counts the examples with label 1 only. The second term, with 1 - Y, is "
    "for the others."
)
def half_the_loss(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, -np.mean(Y * np.log(activations(w, b, X)))


@propagate.mistake("The second term of the cost uses log(A) where it needs log(1 - A).")
def same_logarithm_twice(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    A = activations(w, b, X)
    return grads, -np.mean(Y * np.log(A) + (1 - Y) * np.log(A))


@propagate.mistake(
    "The second term of the cost has the wrong sign. The minus applies to both terms: "
    "put brackets around their sum."
)
def minus_before_one_term(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    A = activations(w, b, X)
    return grads, np.mean(-Y * np.log(A) + (1 - Y) * np.log(1 - A))


@propagate.mistake(
    "Only the first term of the cost was added up: a bracket closes too early. Average "
    "the sum of both terms."
)
def sums_one_term(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    A = activations(w, b, X)
    return grads, -np.mean(Y * np.log(A)) + (1 - Y) * np.log(1 - A)


@propagate.mistake(
    "The two labels are swapped in the cost: log(A) belongs to Y, log(1 - A) to 1 - Y."
)
def labels_swapped(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, np.mean(logistic_loss(activations(w, b, X), 1 - Y))


@propagate.mistake(
    "The bias is added after the sigmoid. It belongs in the weighted sum, w.T X + b."
)
def bias_after_the_sigmoid(w, b, X, Y):
    A = ref.sigmoid(np.dot(w.T, X)) + b
    m = X.shape[1]
    with np.errstate(invalid="ignore"):
        cost = np.sum(logistic_loss(A, Y)) / m
    return {"dw": np.dot(X, (A - Y).T) / m, "db": np.sum(A - Y) / m}, cost


@propagate.mistake("dw has the wrong sign; db is right. Both are made from A - Y.")
def weights_of_the_wrong_sign(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"dw": -grads["dw"]}, cost


@propagate.mistake("db has the wrong sign; dw is right. Both are made from A - Y.")
def bias_of_the_wrong_sign(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": -grads["db"]}, cost


@propagate.mistake(
    "db is the average of A alone. The labels are missing: average A - Y."
)
def bias_without_labels(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": np.mean(activations(w, b, X))}, cost


@propagate.mistake(
    "db was computed from dw, but the inputs do not enter into it: average A - Y."
)
def bias_from_the_weights(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": np.mean(grads["dw"])}, cost


@propagate.mistake("dw and db are m times too small: they were divided by m twice.")
def averages_twice(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return {key: value / X.shape[1] for key, value in grads.items()}, cost


@propagate.mistake("The bias is not used. The weighted sum is w.T X + b.")
def forgets_the_bias(w, b, X, Y):
    return ref.propagate(w, 0.0, X, Y)


@propagate.mistake(
    "The sigmoid is missing: A is the weighted sum itself, not a probability."
)
def forgets_the_sigmoid(w, b, X, Y):
    A = np.dot(w.T, X) + b
    m = X.shape[1]
    grads = {"dw": np.dot(X, (A - Y).T) / m, "db": np.sum(A - Y) / m}
    with np.errstate(divide="ignore", invalid="ignore"):
        return grads, np.sum(logistic_loss(A, Y)) / m


@propagate.mistake("dw is a row. It should have the shape of w, a column.")
def gradient_in_a_row(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"dw": grads["dw"].T}, cost


@propagate.mistake(
    "It averages over the features. m is the number of examples, X.shape[1]."
)
def averages_over_features(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    factor = X.shape[1] / X.shape[0]
    return {key: value * factor for key, value in grads.items()}, cost * factor


@propagate.mistake(
    "Cost, dw and db are all m times too large. Is m the number of examples, the "
    "columns of X and Y?"
)
def counts_the_rows_of_y(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    m = X.shape[1]
    return {key: value * m for key, value in grads.items()}, cost * m


@propagate.mistake(
    "The cost uses the logarithm to base 10. Take the natural one, `np.log`."
)
def logarithm_to_base_ten(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, cost / np.log(10)


@propagate.mistake("The cost uses another logarithm. Take the natural one, `np.log`.")
def other_logarithm(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, cost / np.log(2)


@propagate.mistake(
    "dw and db contain a factor A (1 - A) that should not be there. With this loss it "
    "cancels out: dz = a - y."
)
def gradient_of_squares(w, b, X, Y):
    _, cost = ref.propagate(w, b, X, Y)
    A = activations(w, b, X)
    dZ = (A - Y) * A * (1 - A)
    return {"dw": np.dot(X, dZ.T) / X.shape[1], "db": np.mean(dZ)}, cost


@propagate.mistake(
    "The cost is an array of shape (1, 1). `np.sum` over everything, or `np.squeeze`, "
    "makes it a number."
)
def cost_in_a_table(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads, np.array([[cost]])


@propagate.mistake(
    "db still has one value for each example. Sum over the examples to get one number."
)
def bias_for_each_example(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": (activations(w, b, X) - Y) / X.shape[1]}, cost


@propagate.mistake(
    "The cost is the average squared error. Logistic regression uses the cross-entropy."
)
def squared_error(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, np.mean((activations(w, b, X) - Y) ** 2)


@propagate.mistake(
    "The cost is half of the average squared error. Logistic regression uses the "
    "cross-entropy."
)
def half_the_squared_error(w, b, X, Y):
    grads, _ = ref.propagate(w, b, X, Y)
    return grads, np.mean((activations(w, b, X) - Y) ** 2) / 2


@propagate.mistake(
    "db is an array with one axis. Sum over everything, without `axis`, to get a "
    "number."
)
def bias_in_an_array_of_one(w, b, X, Y):
    grads, cost = ref.propagate(w, b, X, Y)
    return grads | {"db": np.array([grads["db"]])}, cost


@propagate.right
def propagate_with_loops(w, b, X, Y):
    n, m = X.shape
    cost, db, dw = 0.0, 0.0, np.zeros((n, 1))
    for i in range(m):
        z = b
        for j in range(n):
            z += w[j, 0] * X[j, i]
        a = 1 / (1 + math.exp(-z))
        y = Y[0, i]
        cost -= y * math.log(a) + (1 - y) * math.log(1 - a)
        db += a - y
        for j in range(n):
            dw[j, 0] += X[j, i] * (a - y)
    return {"dw": dw / m, "db": db / m}, cost / m


@propagate.right
def propagate_in_float32(w, b, X, Y):
    w, X = w.astype(np.float32), X.astype(np.float32)
    A = 1 / (1 + np.exp(-(w.T @ X + np.float32(b))))
    cost = np.squeeze(np.array(np.mean(logistic_loss(A, Y), axis=1)))
    dZ = (A - Y).astype(np.float32)
    return {"dw": X @ dZ.T / X.shape[1], "db": dZ.mean(), "A": A}, cost


@propagate.right
def propagate_without_logarithms_of_a(w, b, X, Y):
    Z = np.sum(w * X, axis=0, keepdims=True) + b
    error = ref.sigmoid(Z) - Y
    dw = np.mean(X * error, axis=1, keepdims=True)
    return {"db": np.mean(error), "dw": dw}, np.mean(np.logaddexp(0, Z) - Y * Z)


lab.concept(
    "zeros_start",
    points=1,
    answer="B",
    why="dw_j = x_j dz: each weight is moved by its own pixel.",
    because={
        "A": "b starts at 0 as well, and the derivatives of the weights differ without "
        "it.",
        "C": "σ(0) is 0.5, so the first error is 0.5 on every example.",
        "D": "There is no noise: the same data give the same steps.",
    },
)

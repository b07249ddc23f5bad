"""Hidden tests of C2W1: L2 and L1 penalties."""

from itertools import pairwise

import numpy as np

from autograder.checks.C2W1.common import backward_pass, lab, network_case, ref
from autograder.checks.check import case

WEIGHTS = ("W1", "W2", "W3")
# Enough units after each ReLU that some are 0 and some are not.
SIZES = [((2, 9, 8, 1), 1), ((3, 5, 4, 1), 5), ((4, 6, 5, 1), 12), ((3, 6, 5, 3), 7)]


@lab.check("compute_cost_with_regularization", points=6)
def cost_with_penalty(rng):
    """One example, several, one label and three, no penalty and a strong one."""
    sizes_and_strengths = zip(
        [*SIZES, ((2, 3, 2, 1), 4)], (0.7, 0.1, 0.0, 3.0, 1.5), strict=True
    )
    for (sizes, m), lambd in sizes_and_strengths:
        _, Y, parameters = network_case(rng, sizes, m)
        Y[0, 0] = 0  # labels 0 count in every case
        A3 = rng.uniform(0.05, 0.95, Y.shape)
        yield case(A3, Y, parameters, lambd)


def _entropy(A3, Y, log=np.log):
    return -np.sum(Y * log(A3) + (1 - Y) * log(1 - A3)) / Y.shape[1]


def _squares(parameters, keys=WEIGHTS):
    return sum(np.sum(parameters[key] ** 2) for key in keys)


@cost_with_penalty.mistake(
    "The penalty is not averaged: divide it by m, like the cross-entropy."
)
def penalty_not_averaged(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / 2 * _squares(parameters)


@cost_with_penalty.mistake(
    "The penalty is twice as large as it should be. Look at its denominator."
)
def penalty_without_the_two(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / Y.shape[1] * _squares(parameters)


@cost_with_penalty.mistake(
    "Only the weights of the first layer are in the penalty. All three count."
)
def charges_the_first_layer_only(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters, ("W1",))
    return _entropy(A3, Y) + penalty


@cost_with_penalty.mistake(
    "The weights of the second layer are missing from the penalty. All three count."
)
def leaves_out_the_middle_layer(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters, ("W1", "W3"))
    return _entropy(A3, Y) + penalty


@cost_with_penalty.mistake(
    "The penalty adds up norms. It should add up *squared* norms: do not take the "
    "square root."
)
def charges_norms(A3, Y, parameters, lambd):
    norms = sum(np.linalg.norm(parameters[key]) for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * norms


@cost_with_penalty.mistake(
    "This is the penalty alone. The cost is the cross-entropy plus the penalty."
)
def penalty_alone(A3, Y, parameters, lambd):
    return lambd / (2 * Y.shape[1]) * _squares(parameters)


@cost_with_penalty.mistake(
    "The cross-entropy is not averaged over the examples: divide it by m."
)
def entropy_not_averaged(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return _entropy(A3, Y) * Y.shape[1] + penalty


@cost_with_penalty.mistake(
    "λ/(2m) multiplies only the first sum of squares. Put all three sums in brackets."
)
def factor_of_the_first_only(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters, ("W1",))
    return _entropy(A3, Y) + penalty + _squares(parameters, ("W2", "W3"))


@cost_with_penalty.mistake(
    "The penalty is multiplied by m. Python reads λ / 2 * m from left to right: put 2m "
    "in brackets."
)
def multiplies_by_m(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / 2 * Y.shape[1] * _squares(parameters)


@cost_with_penalty.mistake(
    "The cross-entropy is averaged over the outputs as well. Average it over the "
    "examples only."
)
def averages_over_outputs(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return _entropy(A3, Y) / Y.shape[0] + penalty


@cost_with_penalty.mistake(
    "The cross-entropy counts only the outputs with label 1. Where is (1 - Y)?"
)
def forgets_the_zeros(A3, Y, parameters, lambd):
    penalty = lambd / (2 * Y.shape[1]) * _squares(parameters)
    return -np.sum(Y * np.log(A3)) / Y.shape[1] + penalty


@cost_with_penalty.mistake(
    "The squares of each layer are averaged. They should be added up."
)
def averages_the_squares(A3, Y, parameters, lambd):
    total = sum(np.mean(parameters[key] ** 2) for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * total


@cost_with_penalty.mistake("The penalty is missing: this is the cross-entropy alone.")
def no_penalty(A3, Y, parameters, lambd):
    return _entropy(A3, Y)


@cost_with_penalty.mistake(
    "The biases are in the penalty as well. Only the weights belong there."
)
def charges_biases(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, list(parameters)
    )


@cost_with_penalty.mistake(
    "The weights of the last layer are missing from the penalty. All three count."
)
def leaves_out_the_last_layer(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, ("W1", "W2")
    )


@cost_with_penalty.mistake(
    "The weights of the first layer are missing from the penalty. All three count."
)
def leaves_out_the_first_layer(A3, Y, parameters, lambd):
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * _squares(
        parameters, ("W2", "W3")
    )


@cost_with_penalty.mistake(
    "The weights were added up and then squared. Square each one, then add up."
)
def squares_the_sum(A3, Y, parameters, lambd):
    total = sum(np.sum(parameters[key]) ** 2 for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * total


@cost_with_penalty.mistake(
    "The penalty adds up absolute values. That is L1; L2 adds up squares."
)
def charges_absolute_values(A3, Y, parameters, lambd):
    total = sum(np.sum(np.abs(parameters[key])) for key in WEIGHTS)
    return _entropy(A3, Y) + lambd / (2 * Y.shape[1]) * total


@cost_with_penalty.mistake("The penalty is subtracted. Large weights should cost more.")
def rewards_large_weights(A3, Y, parameters, lambd):
    return _entropy(A3, Y) - lambd / (2 * Y.shape[1]) * _squares(parameters)


@cost_with_penalty.right
def cost_with_loops(A3, Y, parameters, lambd):
    m = Y.shape[1]
    total = 0.0
    for a, y in zip(A3.ravel(), Y.ravel(), strict=True):
        total -= np.log(a) if y else np.log(1 - a)
    penalty = 0.0
    for key in WEIGHTS:
        for w in parameters[key].ravel():
            penalty += w * w
    return total / m + lambd * penalty / 2 / m


@cost_with_penalty.right
def cost_in_float32(A3, Y, parameters, lambd):
    A3, m = A3.astype(np.float32), Y.shape[1]
    losses = np.where(Y == 1, -np.log(A3), -np.log1p(-A3))
    norms = [np.linalg.norm(parameters[key]) ** 2 for key in WEIGHTS]
    return np.array(np.squeeze(losses.sum() / m + (1 / m) * (lambd / 2) * sum(norms)))


@lab.check("backward_propagation_with_regularization", points=9)
def backward_with_penalty(rng):
    """One example, several, one label and three, no penalty and a strong one."""
    for (sizes, m), lambd in zip(SIZES, (0.7, 0.3, 0.0, 3.0), strict=True):
        X, Y, parameters = network_case(rng, sizes, m)
        yield case(X, Y, ref.network(X, parameters)[1], lambd)


for _layer, _decay in ((1, (0, 1, 1)), (2, (1, 0, 1)), (3, (1, 1, 0))):

    def one_term_missing(X, Y, cache, lambd, decay=_decay):
        return backward_pass(X, Y, cache, lambd, decay=decay)

    one_term_missing.__name__ = f"term_of_layer_{_layer}_missing"
    backward_with_penalty.mistake(
        f"dW{_layer} lacks its λ/m term. Each of dW1, dW2 and dW3 needs one."
    )(one_term_missing)


for _layer, _decay in ((1, (1, 0, 0)), (2, (0, 1, 0)), (3, (0, 0, 1))):

    def one_term_only(X, Y, cache, lambd, decay=_decay):
        return backward_pass(X, Y, cache, lambd, decay=decay)

    one_term_only.__name__ = f"term_of_layer_{_layer}_only"
    backward_with_penalty.mistake(
        f"Only dW{_layer} has its λ/m term. Each of dW1, dW2 and dW3 needs one."
    )(one_term_only)


@backward_with_penalty.mistake(
    "All three λ/m terms are missing: these are the gradients without a penalty."
)
def no_terms(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, 0.0)


@backward_with_penalty.mistake(
    "The λ term is not divided by m. It is λ/m times the weight."
)
def terms_not_averaged(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd * X.shape[1])


@backward_with_penalty.mistake(
    "The λ term is half as large as it should be. What is the derivative of w²/2?"
)
def half_the_terms(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd / 2)


@backward_with_penalty.mistake(
    "The λ term is subtracted. It is part of the gradient, so it is added; only the "
    "update subtracts."
)
def terms_subtracted(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, -lambd)


@backward_with_penalty.mistake(
    "dZ equals dA: the derivative of ReLU is missing. Where the activation is 0, dZ is "
    "0 too."
)
def forgets_relu(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, relu=False)


@backward_with_penalty.mistake(
    "dW and db are sums over the examples. Divide them by m."
)
def sums_the_gradients(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, by=1)


@backward_with_penalty.mistake(
    "dZ3 has an extra factor A3 (1 - A3). With cross-entropy it cancels out."
)
def sigmoid_derivative_at_the_output(X, Y, cache, lambd):
    A3 = cache[9]
    scaled = (*cache[:9], Y + (A3 - Y) * A3 * (1 - A3), *cache[10:])
    return backward_pass(X, Y, scaled, lambd)


@backward_with_penalty.mistake(
    "dW contains λ/m times the sign of the weight. That is L1. What is the derivative "
    "of a square?"
)
def terms_of_l1(X, Y, cache, lambd):
    grads = backward_pass(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * np.sign(W)
    return grads


@backward_with_penalty.mistake(
    "dZ is dA times the activation. It should be dA times the *derivative* of ReLU, "
    "which is 1 or 0."
)
def multiplies_by_the_activation(X, Y, cache, lambd):
    m = X.shape[1]
    _, A1, W1, _, _, A2, W2, _, _, A3, W3, _ = cache
    dZ3 = A3 - Y
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * A2
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1
    wrong = {"dA2": dA2, "dZ2": dZ2, "dA1": dA1, "dZ1": dZ1}
    for layer, dZ, A, W in ((3, dZ3, A2, W3), (2, dZ2, A1, W2), (1, dZ1, X, W1)):
        wrong[f"dZ{layer}"] = dZ
        wrong[f"dW{layer}"] = (dZ @ A.T + lambd * W) / m
        wrong[f"db{layer}"] = np.mean(dZ, axis=1, keepdims=True)
    return wrong


@backward_with_penalty.mistake(
    "dZ1 is dA1 times the activation. It should be dA1 times the *derivative* of ReLU, "
    "which is 1 or 0."
)
def multiplies_by_the_first_activation(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, by_value=1)


@backward_with_penalty.mistake(
    "The λ term contains the square of the weight. That is the penalty; the gradient "
    "needs its derivative."
)
def terms_of_squares(X, Y, cache, lambd):
    grads = backward_pass(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * W**2
    return grads


@backward_with_penalty.mistake(
    "dA1 is computed from dA2. It should be computed from dZ2, after ReLU's derivative."
)
def goes_around_relu(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, skips_relu=True)


@backward_with_penalty.mistake(
    "dZ and dA are divided by m. In the formulas of this lab, 1/m comes in with dW and "
    "db only."
)
def divides_too_early(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, early=X.shape[1], by=1)


@backward_with_penalty.mistake(
    "The λ term adds the sum of all weights to each. It should be λ/m times the weight "
    "itself."
)
def terms_of_sums(X, Y, cache, lambd):
    grads = backward_pass(X, Y, cache, 0.0)
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        grads[key] = grads[key] + lambd / X.shape[1] * np.sum(W)
    return grads


@backward_with_penalty.mistake("The sign of dZ3 is wrong, and of all that follows.")
def reversed_gradients(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, reversed=True)


@backward_with_penalty.mistake("The gradients of the biases lost an axis: `keepdims`.")
def biases_without_axis(X, Y, cache, lambd):
    return backward_pass(X, Y, cache, lambd, keepdims=False)


@backward_with_penalty.mistake(
    "db contains a λ term. The penalty depends on the weights only."
)
def charges_biases_in_the_gradient(X, Y, cache, lambd):
    grads = backward_pass(X, Y, cache, lambd)
    for key, b in zip(
        ("db1", "db2", "db3"), (cache[3], cache[7], cache[11]), strict=True
    ):
        grads[key] = grads[key] + lambd / X.shape[1] * b
    return grads


@backward_with_penalty.mistake(
    "dA2 is computed from dW3, the gradient. The way back goes through the weights "
    "themselves."
)
def through_the_gradient_of_w3(X, Y, cache, lambd):
    Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, W3, b3 = cache
    m = X.shape[1]
    dW3 = (A3 - Y) @ A2.T / m + lambd / m * W3
    other = backward_pass(
        X, Y, (Z1, A1, W1, b1, Z2, A2, W2, b2, Z3, A3, dW3, b3), lambd
    )
    return other | {"dW3": dW3}


@backward_with_penalty.right
def backward_by_einsum(X, Y, cache, lambd):
    m = Y.shape[1]
    Z1, A1, W1, _, Z2, A2, W2, _, _, A3, W3, _ = cache
    grads = {"dZ3": A3 - Y}
    for layer, A_prev, Z_prev, W in (
        (3, A2, Z2, W3),
        (2, A1, Z1, W2),
        (1, X, None, W1),
    ):
        dZ = grads[f"dZ{layer}"]
        grads[f"dW{layer}"] = (np.einsum("im,jm->ij", dZ, A_prev) + lambd * W) / m
        grads[f"db{layer}"] = dZ.mean(axis=1).reshape(-1, 1)
        if Z_prev is not None:
            grads[f"dA{layer - 1}"] = np.einsum("ij,im->jm", W, dZ)
            grads[f"dZ{layer - 1}"] = np.where(Z_prev > 0, grads[f"dA{layer - 1}"], 0)
    return grads


@backward_with_penalty.right
def backward_in_float32(X, Y, cache, lambd):
    cache = tuple(array.astype(np.float32) for array in cache)
    return backward_pass(X.astype(np.float32), Y.astype(np.float32), cache, lambd)


@backward_with_penalty.right
def backward_example_by_example(X, Y, cache, lambd):
    m = X.shape[1]
    full = backward_pass(X, Y, cache, 0.0)
    sums = {key: 0.0 for key in full if key[1] != "A" and key[1] != "Z"}
    for i in range(m):
        one = tuple(
            a[:, [i]] if a.shape[1] == m and k % 4 < 2 else a
            for k, a in enumerate(cache)
        )
        grads = backward_pass(X[:, [i]], Y[:, [i]], one, 0.0)
        sums = {key: sums[key] + grads[key] / m for key in sums}
    for key, W in (("dW1", cache[2]), ("dW2", cache[6]), ("dW3", cache[10])):
        sums[key] = sums[key] + lambd * W / m
    return full | sums


lab.concept(
    "decay_factor",
    points=1,
    answer=0.996,
    digits=3,
    why="1 - αλ/m = 1 - 0.3 · 2 / 150.",
    because={
        0.4: "This is 1 - αλ: the penalty is averaged, so divide by m.",
        0.987: "This leaves out the learning rate: the step is α times the gradient.",
        0.004: "This is the fraction that is *lost* in a step. What remains?",
        1.004: "The weight shrinks: the step is subtracted.",
        0.998: "The derivative of λ/(2m) w² is λ/m · w: the 2 cancels.",
    },
)


@lab.check("l1_penalty", points=3)
def l1_penalty(rng):
    """Networks of one to four layers, signs of both kinds, several m."""
    for dims in [(3, 1), (2, 4, 1), (3, 4, 2, 1), (2, 3, 2, 2, 1), (4, 5, 1)]:
        parameters, m = {}, int(rng.integers(3, 20))
        for i, (before, n) in enumerate(pairwise(dims), 1):
            W = rng.normal(size=(n, before))
            W[0, 0] = np.abs(W[0, 0]) + 0.1
            W[0, -1] = -np.abs(W[0, -1]) - 0.1
            parameters[f"W{i}"] = W
            parameters[f"b{i}"] = rng.normal(size=(n, 1))
        yield case(parameters, float(rng.uniform(0.2, 0.9)), m)


def _absolute(parameters, keys="W"):
    return sum(np.sum(np.abs(v)) for k, v in parameters.items() if k[0] in keys)


@l1_penalty.mistake("The biases are in the sum as well. Only weights belong there.")
def l1_charges_biases(parameters, lambd, m):
    return lambd / m * _absolute(parameters, "Wb")


@l1_penalty.mistake(
    "It is half as large as it should be. The 2 in the denominator belongs to L2, "
    "where it cancels in the derivative."
)
def l1_halves(parameters, lambd, m):
    return lambd / (2 * m) * _absolute(parameters)


@l1_penalty.mistake("It is not divided by m.")
def l1_not_averaged(parameters, lambd, m):
    return lambd * _absolute(parameters)


@l1_penalty.mistake("Weights of different sign cancel. Take absolute values first.")
def l1_without_absolute_values(parameters, lambd, m):
    return lambd / m * sum(np.sum(v) for k, v in parameters.items() if k[0] == "W")


@l1_penalty.mistake(
    "Each layer's weights were summed before the absolute value was taken, so weights "
    "of different sign cancelled. Take absolute values first."
)
def l1_of_the_sums(parameters, lambd, m):
    weights = (v for k, v in parameters.items() if k[0] == "W")
    return lambd / m * sum(abs(np.sum(v)) for v in weights)


@l1_penalty.mistake(
    "The absolute values of each layer were averaged. Add them up instead."
)
def l1_averages_layers(parameters, lambd, m):
    weights = (v for k, v in parameters.items() if k[0] == "W")
    return lambd / m * sum(np.mean(np.abs(v)) for v in weights)


@l1_penalty.mistake(
    "The weights of the last layer are missing. The network may have any depth."
)
def l1_without_the_last_layer(parameters, lambd, m):
    last = f"W{len(parameters) // 2}"
    others = {k: v for k, v in parameters.items() if k != last}
    return lambd / m * _absolute(others)


@l1_penalty.mistake("The squares were added up. That is L2.")
def l1_squares(parameters, lambd, m):
    return lambd / m * sum(np.sum(v**2) for k, v in parameters.items() if k[0] == "W")


@l1_penalty.mistake(
    "Only the first weight matrix is in the sum. All of them count, however many."
)
def l1_first_layer_only(parameters, lambd, m):
    return lambd / m * np.sum(np.abs(parameters["W1"]))


@l1_penalty.right
def l1_with_loops(parameters, lambd, m):
    total = 0.0
    for layer in range(1, len(parameters) // 2 + 1):
        for row in parameters[f"W{layer}"]:
            for w in row:
                total += w if w > 0 else -w
    return total * lambd / m


@l1_penalty.right
def l1_from_one_vector(parameters, lambd, m):
    parts = [v.ravel() for k, v in parameters.items() if k.startswith("W")]
    return lambd * np.linalg.norm(np.concatenate(parts).astype(np.float32), 1) / m


@lab.check("l1_gradient", points=3)
def l1_gradient(rng):
    """Weights of both signs, zeros among them, matrices wide and tall."""
    for shape, m in [((1, 3), 5), ((4, 2), 10), ((3, 5), 40)]:
        W = rng.normal(size=shape)
        W[rng.uniform(size=shape) < 0.3] = 0
        W[0, 0] = -abs(W[0, 0]) - 0.1
        W[0, -1] = 0
        yield case(W, float(rng.uniform(0.2, 2)), m)


@l1_gradient.mistake(
    "This is the gradient of L2, which grows with the weight. L1 pulls at all weights "
    "with the same force."
)
def gradient_of_l2(W, lambd, m):
    return lambd / m * W


@l1_gradient.mistake("Where a weight is 0, the gradient should be 0.")
def one_at_zero(W, lambd, m):
    return lambd / m * np.where(W >= 0, 1.0, -1.0)


@l1_gradient.mistake("It is not divided by m.")
def l1_gradient_not_averaged(W, lambd, m):
    return lambd * np.sign(W)


@l1_gradient.mistake(
    "The gradient is never negative. What is the derivative of |w| where w < 0?"
)
def l1_gradient_without_sign(W, lambd, m):
    return lambd / m * np.abs(np.sign(W))


@l1_gradient.mistake(
    "These are absolute values, which is the penalty. The gradient needs its "
    "derivative."
)
def absolute_values_for_signs(W, lambd, m):
    return lambd / m * np.abs(W)


@l1_gradient.mistake("λ is missing: the signs are divided by m only.")
def l1_gradient_without_lambda(W, lambd, m):
    return np.sign(W) / m


@l1_gradient.mistake(
    "The sign is reversed. The penalty grows with a positive weight, so its gradient "
    "is positive there; the update subtracts it."
)
def l1_gradient_reversed(W, lambd, m):
    return -lambd / m * np.sign(W)


@l1_gradient.mistake("It is half as large as it should be. There is no 2 in L1.")
def l1_half_the_gradient(W, lambd, m):
    return lambd / (2 * m) * np.sign(W)


@l1_gradient.right
def l1_gradient_by_comparison(W, lambd, m):
    return ((W > 0).astype(np.float32) - (W < 0).astype(np.float32)) * (lambd / m)


@l1_gradient.right
def l1_gradient_by_division(W, lambd, m):
    size = np.where(W == 0, 1, np.abs(W))
    return lambd * W / size / m


lab.concept(
    "pull_on_small_weights",
    points=1,
    answer="A",
    why="L1 pulls with λ/m whatever the weight, L2 with λ/m times the weight.",
    because={
        "B": "It is the other way round: the derivative of a square goes to 0 near 0, "
        "that of an absolute value does not.",
        "C": "The gradient of L2 is λ/m times the weight, and the weight is small.",
        "D": "The gradient of L1 is λ/m times the sign of the weight, however small it "
        "is.",
    },
)

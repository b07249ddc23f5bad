"""Hidden tests of C1W2: a neuron that learns and predicts."""

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


@lab.check("optimize", points=11)
def optimize(rng):
    """One step, few steps, several recorded costs, the defaults, one example.

    - Costs are recorded before iterations 0, 100, 200 …: 1, 4, 100 and 201 steps.
    - The gradients are those used in the last step.
    - The arguments stay as they are; the defaults are 100 steps and 0.009.
    - Every step is taken, even where the step before made the cost larger.
    """
    yield case(*_uncentred(rng, 3, 6), num_iterations=1, learning_rate=0.1)
    yield case(*_uncentred(rng, 1, 1), num_iterations=4, learning_rate=0.5)
    yield case(*_uncentred(rng, 2, 5))
    yield case(
        *_uncentred(rng, 4, 9),
        num_iterations=201,
        learning_rate=0.05,
        print_cost=True,
    )
    yield _rising(rng)


def _uncentred(rng, n, m):
    """Training examples in which each step of w changes the gradient of b."""
    w, b, X, Y = drawn_examples(rng, n, m)
    return w / 2, b / 2, np.abs(X) + 0.5, Y


def _rising(rng):
    """A few steps so long that the cost rises on the way, though not far."""
    while True:
        examples = _uncentred(rng, 2, 6)
        for rate in (0.5, 1, 2, 4):
            costs = _descent(*examples, 4, rate, every=1)[2]
            if max(np.diff(costs[:3])) > 0.1 and max(costs) < 4:
                return case(*examples, num_iterations=4, learning_rate=rate)


def _descent(
    w,
    b,
    X,
    Y,
    num_iterations,
    learning_rate,
    every=100,
    slope_of_b=lambda grads: grads["db"],
):
    """Gradient descent; a cost every `every` steps."""
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % every == 0:
            costs.append(cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * slope_of_b(grads)
    return {"w": w, "b": b}, grads, costs


@optimize.mistake("The cost rises. The gradient points uphill, so subtract it.")
def climbs(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    return _descent(w, b, X, Y, num_iterations, -learning_rate)


@optimize.mistake(
    "It writes into its argument w. `w -= …` changes the caller's array; `w = w - …` "
    "makes a new one."
)
def descends_in_place(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    w[:] = params["w"]
    return params, grads, costs


@optimize.mistake(
    "There is a cost for every step. Append it only at steps 0, 100, 200, …"
)
def records_every_cost(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return _descent(w, b, X, Y, num_iterations, learning_rate, every=1)


@optimize.mistake(
    "Every step uses the gradients of the start. Call `propagate` before each step, "
    "with w and b as they are then."
)
def gradients_of_the_start(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    grads, cost = ref.propagate(w, b, X, Y)
    w = w - num_iterations * learning_rate * grads["dw"]
    b = b - num_iterations * learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, [cost] * (1 + (num_iterations - 1) // 100)


@optimize.mistake(
    "The gradient for b is computed after w has changed. Both steps use gradients "
    "taken at the same w and b."
)
def bias_after_the_weights(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        later, _ = ref.propagate(w, b, X, Y)
        b = b - learning_rate * later["db"]
        costs += [cost] if i % 100 == 0 else []
    return {"w": w, "b": b}, {"dw": grads["dw"], "db": later["db"]}, costs


@optimize.mistake("The bias never changes. It takes a step as the weights do.")
def leaves_the_bias(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return _descent(
        w, b, X, Y, num_iterations, learning_rate, slope_of_b=lambda grads: 0.0
    )


@optimize.mistake(
    "The parameters are those of the start. Return the ones after the last step."
)
def returns_the_start(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    _, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return {"w": w, "b": b}, grads, costs


@optimize.mistake("It takes one step too many. `range(n)` gives n values, 0 to n - 1.")
def one_step_too_many(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, num_iterations + 1, learning_rate)


@optimize.mistake("It takes one step too few. `range(n)` gives n values, 0 to n - 1.")
def one_step_too_few(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, _, costs = _descent(w, b, X, Y, num_iterations - 1, learning_rate)
    return params, ref.propagate(params["w"], params["b"], X, Y)[0], costs


@optimize.mistake(
    "It stops after the first step. The `return` belongs after the loop, not inside it."
)
def returns_inside_the_loop(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, 1, learning_rate)


@optimize.mistake(
    "It always takes 100 steps. The argument `num_iterations` says how many."
)
def a_hundred_steps_always(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, 100, learning_rate)


@optimize.mistake(
    "The gradients are those of the final parameters. Return the ones that the last "
    "step used."
)
def gradients_after_the_last_step(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, _, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, ref.propagate(params["w"], params["b"], X, Y)[0], costs


@optimize.mistake(
    "The list of costs is empty. Append the cost also when `print_cost` is false; "
    "begin at step 0."
)
def records_nothing(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, grads, costs if print_cost else []


@optimize.mistake("The bias takes its step with dw. It has its own gradient, db.")
def moves_the_bias_by_dw(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return _descent(
        w, b, X, Y, num_iterations, learning_rate, slope_of_b=lambda grads: grads["dw"]
    )


@optimize.mistake(
    "The learning rate is always 0.009. The argument `learning_rate` says which to use."
)
def one_rate_for_all(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, num_iterations, 0.009)


@optimize.mistake(
    "It always takes 100 steps with a learning rate of 0.009. The arguments "
    "`num_iterations` and `learning_rate` say which to use."
)
def defaults_for_all(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y)


@optimize.mistake(
    "The steps are m times too short: `propagate` has divided the gradients by m "
    "already."
)
def averages_again(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    m = X.shape[1]
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate / m)
    return params, grads, costs


@optimize.mistake(
    "The learning rate is not used: every step is the full gradient. Multiply by it."
)
def ignores_the_rate(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return ref.optimize(w, b, X, Y, num_iterations, 1.0)


@optimize.mistake(
    "The costs are those after the step. The first one should be the cost of the start."
)
def records_too_late(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, _ = ref.propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(ref.propagate(w, b, X, Y)[1])
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "The cost of the start is missing: the steps were counted from 1. Count from 0, "
    "and append the costs before steps 0, 100, 200, …"
)
def counts_from_one(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, _ = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    _, _, all_costs = _descent(w, b, X, Y, num_iterations, learning_rate, every=1)
    return params, grads, all_costs[99::100]


@optimize.mistake(
    "There is a cost for every tenth step. Append it only at steps 0, 100, 200, …"
)
def records_every_tenth_cost(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    return _descent(w, b, X, Y, num_iterations, learning_rate, every=10)


@optimize.mistake(
    "The second result holds the parameters again. Return the gradients of the last "
    "step there."
)
def parameters_for_gradients(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, _, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, {"dw": params["w"], "db": params["b"]}, costs


@optimize.mistake("Only the last of the costs is there. Append each to the list.")
def keeps_the_last_cost(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    params, grads, costs = ref.optimize(w, b, X, Y, num_iterations, learning_rate)
    return params, grads, costs[-1:]


@optimize.mistake(
    "The step of the bias uses the gradient at the new weights. Compute both gradients "
    "first, then take both steps."
)
def moves_one_after_the_other(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs = []
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * ref.propagate(w, b, X, Y)[0]["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "Every step uses the gradients of the start. Call `propagate` before each step, "
    "with w and b as they are then."
)
def gradients_of_the_start_alone(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    grads, costs = ref.propagate(w, b, X, Y)[0], []
    for i in range(num_iterations):
        if i % 100 == 0:
            costs.append(ref.propagate(w, b, X, Y)[1])
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.mistake(
    "It stops when the cost no longer falls. Take `num_iterations` steps, whatever the "
    "cost does."
)
def stops_when_the_cost_rises(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    costs, last = [], np.inf
    for i in range(num_iterations):
        grads, cost = ref.propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        if cost >= last:
            break
        last = cost
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs


@optimize.right
def optimize_on_copies(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    w = w.copy()
    m = X.shape[1]
    costs = np.zeros((num_iterations + 99) // 100)
    for i in range(num_iterations):
        A = 1 / (1 + np.exp(-(w.T @ X + b)))
        if i % 100 == 0:
            costs[i // 100] = logistic_loss(A, Y).mean()
        dw, db = X @ (A - Y).T / m, np.mean(A - Y)
        w -= learning_rate * dw
        b -= learning_rate * db
    return {"w": w, "b": b}, {"dw": dw, "db": db}, list(costs)


@optimize.right
def optimize_in_float32(
    w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False
):
    w, X, b = w.astype(np.float32), X.astype(np.float32), np.float32(b)
    step, costs = 0, []
    while step < num_iterations:
        grads, cost = ref.propagate(w, b, X, Y)
        if not step % 100:
            costs += [np.float32(cost)]
        w = (w - learning_rate * grads["dw"]).astype(np.float32)
        b = np.float32(b - learning_rate * grads["db"])
        step += 1
    return {"w": w, "b": b}, grads, costs


lab.concept(
    "rate_too_large",
    points=1,
    answer="B",
    why="A cost that goes up and down, ever higher, comes from steps that jump across "
    "the valley.",
    because={
        "A": "More of the same steps jump farther each time: 1.94, 2.31, 2.75.",
        "C": "Larger steps jump still farther. The cost is not creeping, it is rising.",
        "D": "More images change what is learned, not how far a step goes.",
    },
)


@lab.check("predict", points=6)
def predict(rng):
    """Sure and unsure neurons, one example, one feature, and an undecided example.

    - The bias counts: without it some label changes in each case but the last.
    - 0.5 is compared with the probability, not with the weighted sum: some sums lie
      between 0 and 0.5.
    - At exactly 0.5 the label is 0.
    """
    for n, m, b in [(3, 20, -0.6), (1, 8, 0.7), (5, 1, 0.8), (4, 12, 0.9)]:
        z = np.concatenate([[0.3], [-0.3, -2.0, 2.0], rng.normal(scale=2, size=m)])
        z = z[:1] if m == 1 else rng.permutation(z[:m])
        yield case(*_with_weighted_sums(rng, n, b, z))
    w = np.where(rng.uniform(size=(2, 1)) < 0.5, -1, 1) * rng.uniform(0.5, 2, (2, 1))
    X = np.concatenate([w, np.zeros((2, 2)), -w], axis=1)
    yield case(w, 0.0, X[:, rng.permutation(4)])


def _with_weighted_sums(rng, n, b, z):
    """Weights, bias and examples for which w.T X + b is z."""
    w = rng.normal(size=(n, 1)) + np.sign(rng.normal(size=(n, 1)))
    X = rng.normal(size=(n, len(z)))
    return w, b, X + w * (z - b - w.T @ X) / np.sum(w**2)


@predict.mistake("These are probabilities. Decide: 1 above 0.5, else 0.")
def returns_probabilities(w, b, X):
    return activations(w, b, X)


@predict.mistake("Everything is 1: every probability is above 0. Compare it with 0.5.")
def threshold_of_zero(w, b, X):
    return (activations(w, b, X) > 0).astype(int)


@predict.mistake(
    "Everything is 0: `astype(int)` cuts 0.9 down to 0. Compare with 0.5 first."
)
def predicts_by_cutting_off(w, b, X):
    return activations(w, b, X).astype(int)


@predict.mistake("The bias is not used. The weighted sum is w.T X + b.")
def predicts_without_bias(w, b, X):
    return ref.predict(w, 0.0, X)


@predict.mistake(
    "The weighted sum was compared with 0.5. Compare the probability, after the "
    "sigmoid."
)
def threshold_on_the_sum(w, b, X):
    return (np.dot(w.T, X) + b > 0.5).astype(int)


@predict.mistake("At exactly 0.5 the answer is 0: 1 is for above 0.5 only.")
def one_at_the_threshold(w, b, X):
    return (activations(w, b, X) >= 0.5).astype(int)


@predict.mistake(
    "An axis is missing. The labels have the shape (1, m), like Y, so that they can be "
    "compared with it."
)
def predicts_in_a_list(w, b, X):
    return ref.predict(w, b, X).ravel()


@predict.mistake("The labels are in a column. Their shape is (1, m), a row.")
def predicts_in_a_column(w, b, X):
    return ref.predict(w, b, X).T


@predict.mistake("0 and 1 are swapped: 1 is for probabilities above 0.5.")
def predicts_the_other(w, b, X):
    return 1 - ref.predict(w, b, X)


@predict.mistake("It is 1 below 0.5. It should be 1 for probabilities above 0.5.")
def one_below_the_threshold(w, b, X):
    return (activations(w, b, X) < 0.5).astype(int)


@predict.mistake(
    "The threshold is the mean of the probabilities. It is 0.5, whatever the other "
    "examples are."
)
def threshold_of_the_mean(w, b, X):
    A = activations(w, b, X)
    return (A.mean() < A).astype(int)


@predict.right
def predict_with_a_loop(w, b, X):
    labels = np.zeros((1, X.shape[1]))
    for i in range(X.shape[1]):
        z = float(sum(w[:, 0] * X[:, i]) + b)
        labels[0, i] = 1 if 1 / (1 + math.exp(-z)) > 0.5 else 0
    return labels


@predict.right
def predict_from_the_sum(w, b, X):
    return w.astype(np.float32).T @ X.astype(np.float32) + np.float32(b) > 0


@predict.right
def predict_by_rounding(w, b, X):
    return np.round(activations(w, b, X))

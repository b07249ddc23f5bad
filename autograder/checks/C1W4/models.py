"""Hidden tests of C1W4: training and prediction."""

import numpy as np

from autograder.checks.binary_classifiers import labels
from autograder.checks.C1W4.backward import (
    steps_on_a_deep_copy,
    way_back_by_the_difference,
)
from autograder.checks.C1W4.common import (
    DEPTHS,
    backward_chain,
    default_activation,
    forward_chain,
    lab,
    network,
    ref,
)
from autograder.checks.C1W4.forward import chain_by_hand, cost_by_dot
from autograder.checks.check import case


# The driver replaces these two, here and in the notebook, by a given start: one of them
# for each model, as the statement says. The other gives a start of another size.
def initialize_parameters(n_x, n_h, n_y):
    return ref.initialize_parameters(n_x, n_h, n_y)


def initialize_parameters_deep(layer_dims):
    return ref.initialize_parameters_deep(layer_dims)


def _train(
    start,
    X,
    Y,
    rate,
    steps,
    *,
    every=100,
    activation_of=default_activation,
    again=False,
):
    """Parameters and costs, with single rules replaced."""
    parameters, costs = start, []
    for i in range(steps):
        AL, caches = forward_chain(X, parameters, activation_of)
        if i % every == 0:
            costs.append(ref.compute_cost(AL, Y))
        grads = backward_chain(AL, Y, caches, activation_of)
        base = start if again else parameters
        parameters = ref.update_parameters(base, grads, rate)
    return parameters, costs


def _training_cases(rng, depths):
    for dims, m, steps, rate in depths:
        moves = False
        while not moves:  # the first step changes the cost by a hundredth at least
            X, Y = rng.normal(size=(dims[0], m)), labels(rng, m)
            start = network(rng, dims)
            AL, caches = ref.L_model_forward(X, start)
            grads = ref.L_model_backward(AL, Y, caches)
            after = ref.update_parameters(start, grads, rate)
            costs = [ref.compute_cost(AL, Y)]
            costs += [ref.compute_cost(ref.L_model_forward(X, after)[0], Y)]
            moves = abs(costs[1] - costs[0]) > 0.01 * costs[0]
        yield case(X, Y, dims, rate, steps, start)


MESSAGES = {
    "every": "There is a cost for every step. Append it only before steps 0, 100, "
    "200, …",
    "late": "The costs are those after the step. The first one should be the cost of "
    "the start.",
    "climbs": "The cost rises: the steps go uphill. Is the sign of the learning rate "
    "right?",
    "start": "The parameters are those of the start. `update_parameters` returns new "
    "ones; keep them.",
    "once": "Every step starts from the first parameters. It should start from those "
    "of the step before.",
    "inside": "It stops after the first step. The `return` belongs after the loop.",
    "fewer": "It takes one step too few. `range(n)` gives n values, 0 to n - 1.",
    "stale": "Every step uses the gradients of the start. Go forward and backward "
    "again before each step.",
    "second": "It begins with step 1, so the first step and the first cost are "
    "missing. Count from 0: `range(n)`.",
    "hundredth": "Every hundredth cost is there, but not that of the start. Append the "
    "costs before steps 0, 100, 200, …",
    "lost": "Parameters and cost never change. `update_parameters` returns new "
    "parameters: keep them.",
    "silent": "The list of costs is empty. Append the cost also when nothing is "
    "printed.",
    "more": "It takes one step too many. `range(n)` gives n values, 0 to n - 1.",
    "rate": "The learning rate is always 0.0075. Pass the argument on.",
    "sigmoid": "The hidden layers use the sigmoid. They should use ReLU.",
    "alone": "The costs are missing. Return both: parameters, and the list of costs.",
    "order": "Return the parameters first, then the costs.",
}


def _register(check, initial):
    """The mistakes that both models share; `initial(layers_dims)` is the start."""

    @check.mistake(MESSAGES["every"])
    def records_every_cost(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, learning_rate, num_iterations, every=1)

    @check.mistake(MESSAGES["late"])
    def records_too_late(X, Y, layers_dims, learning_rate, num_iterations):
        parameters, costs = initial(layers_dims), []
        for i in range(num_iterations):
            AL, caches = ref.L_model_forward(X, parameters)
            grads = ref.L_model_backward(AL, Y, caches)
            parameters = ref.update_parameters(parameters, grads, learning_rate)
            if i % 100 == 0:
                AL, _ = ref.L_model_forward(X, parameters)
                costs.append(ref.compute_cost(AL, Y))
        return parameters, costs

    @check.mistake(MESSAGES["climbs"])
    def model_climbs(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, -learning_rate, num_iterations)

    @check.mistake(MESSAGES["start"])
    def model_returns_the_start(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return start, _train(start, X, Y, learning_rate, num_iterations)[1]

    @check.mistake(MESSAGES["once"])
    def always_the_first_step(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, learning_rate, num_iterations, again=True)

    @check.mistake(MESSAGES["more"])
    def one_step_too_many(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, num_iterations + 1)

    @check.mistake(MESSAGES["inside"])
    def model_returns_inside(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, 1)

    @check.mistake(MESSAGES["fewer"])
    def one_step_too_few(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        costs = _train(start, X, Y, learning_rate, num_iterations)[1]
        fewer = _train(start, X, Y, learning_rate, num_iterations - 1)
        return fewer[0], costs if num_iterations % 100 != 1 else fewer[1]

    @check.mistake(MESSAGES["stale"])
    def gradients_of_the_start(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        AL, caches = ref.L_model_forward(X, start)
        grads = ref.L_model_backward(AL, Y, caches)
        parameters = start
        for _ in range(num_iterations):
            parameters = ref.update_parameters(parameters, grads, learning_rate)
        return parameters, [ref.compute_cost(AL, Y)] * -(-num_iterations // 100)

    @check.mistake(MESSAGES["second"])
    def begins_with_step_one(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        parameters, costs = _train(
            start, X, Y, learning_rate, num_iterations - 1, every=1
        )
        return parameters, costs[99::100]

    @check.mistake(MESSAGES["hundredth"])
    def records_every_hundredth_step(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        parameters, _ = _train(start, X, Y, learning_rate, num_iterations)
        _, costs = _train(start, X, Y, learning_rate, num_iterations + 1, every=1)
        return parameters, costs[100::100]

    @check.mistake(MESSAGES["hundredth"])
    def records_at_step_99(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        parameters, _ = _train(start, X, Y, learning_rate, num_iterations)
        _, costs = _train(start, X, Y, learning_rate, num_iterations, every=1)
        return parameters, costs[99::100]

    @check.mistake(MESSAGES["lost"])
    def throws_the_update_away(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, 0.0, num_iterations)

    @check.mistake(MESSAGES["silent"])
    def records_nothing(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, num_iterations)[0], []

    @check.mistake(MESSAGES["rate"])
    def one_rate_for_all(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, 0.0075, num_iterations)

    @check.mistake(MESSAGES["sigmoid"])
    def sigmoid_inside(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(
            initial(layers_dims),
            X,
            Y,
            learning_rate,
            num_iterations,
            activation_of=lambda number, L: "sigmoid",
        )

    @check.mistake(MESSAGES["alone"])
    def returns_parameters_alone(X, Y, layers_dims, learning_rate, num_iterations):
        return _train(initial(layers_dims), X, Y, learning_rate, num_iterations)[0]

    @check.mistake(MESSAGES["order"])
    def returns_costs_first(X, Y, layers_dims, learning_rate, num_iterations):
        start = initial(layers_dims)
        return _train(start, X, Y, learning_rate, num_iterations)[::-1]


@lab.check("two_layer_model", points=5, driver="from_small_start")
def two_layer_model(rng):
    """One step, a few, and enough for three recorded costs.

    - It starts with `initialize_parameters`, not with the start of deep networks.
    """
    yield from _training_cases(
        rng,
        [((3, 4, 1), 5, 1, 0.1), ((2, 3, 1), 6, 4, 0.5), ((2, 2, 1), 4, 201, 0.1)],
    )


_register(two_layer_model, lambda dims: initialize_parameters(*dims))


@two_layer_model.mistake(
    "It does not start with `initialize_parameters`. The start of deep networks comes "
    "in the next exercise."
)
def starts_as_deep_networks_do(X, Y, layers_dims, learning_rate, num_iterations):
    start = initialize_parameters_deep(list(layers_dims))
    return _train(start, X, Y, learning_rate, num_iterations)


@two_layer_model.right
def two_layers_by_blocks(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    n_x, n_h, n_y = layers_dims
    p, costs = initialize_parameters(n_x, n_h, n_y), []
    for i in range(num_iterations):
        A1, cache1 = ref.linear_activation_forward(X, p["W1"], p["b1"], "relu")
        A2, cache2 = ref.linear_activation_forward(A1, p["W2"], p["b2"], "sigmoid")
        cost = ref.compute_cost(A2, Y)
        dA2 = -(np.divide(Y, A2) - np.divide(1 - Y, 1 - A2))
        dA1, dW2, db2 = ref.linear_activation_backward(dA2, cache2, "sigmoid")
        _, dW1, db1 = ref.linear_activation_backward(dA1, cache1, "relu")
        grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        p = ref.update_parameters(p, grads, learning_rate)
        if i % 100 == 0:
            costs.append(np.squeeze(cost))
    return p, costs


@two_layer_model.right
def two_layers_written_out(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    p, costs = initialize_parameters(*layers_dims), []
    W1, b1, W2, b2 = (p[name] for name in ("W1", "b1", "W2", "b2"))
    m = X.shape[1]
    for i in range(num_iterations):
        A1 = np.maximum(W1 @ X + b1, 0)
        Z2 = W2 @ A1 + b2
        if not i % 100:
            costs += [float(np.mean(np.logaddexp(0, Z2) - Y * Z2))]
        dZ2 = (1 / (1 + np.exp(-Z2)) - Y) / m
        dZ1 = (W2.T @ dZ2) * (A1 > 0)
        W2 = W2 - learning_rate * dZ2 @ A1.T
        b2 = b2 - learning_rate * dZ2.sum(axis=1, keepdims=True)
        W1 = W1 - learning_rate * dZ1 @ X.T
        b1 = b1 - learning_rate * dZ1.sum(axis=1, keepdims=True)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, np.array(costs)


@lab.check("L_layer_model", points=6, driver="from_start")
def l_layer_model(rng):
    """No hidden layer, and up to three; one step, a few, three recorded costs."""
    yield from _training_cases(
        rng,
        [
            ([3, 4, 3, 1], 5, 1, 0.1),
            ([4, 3, 3, 2, 1], 6, 4, 0.2),
            ([3, 1], 4, 101, 0.2),
            ([2, 3, 2, 1], 4, 201, 0.1),
        ],
    )


_register(l_layer_model, lambda dims: initialize_parameters_deep(dims))


@l_layer_model.right
def any_depth_in_place(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters = initialize_parameters_deep(layers_dims)
    costs = []
    for i in range(0, num_iterations):
        AL, caches = ref.L_model_forward(X, parameters)
        cost = ref.compute_cost(AL, Y)
        grads = ref.L_model_backward(AL, Y, caches)
        for name in parameters:
            parameters[name] -= learning_rate * grads["d" + name]
        if i % 100 == 0 or i == num_iterations:
            costs.append(cost)
    return parameters, costs


@l_layer_model.right
def any_depth_by_the_difference(
    X, Y, layers_dims, learning_rate=0.0075, num_iterations=3000, print_cost=False
):
    parameters, costs, step = initialize_parameters_deep(layers_dims), [], 0
    while step < num_iterations:
        AL, caches = chain_by_hand(X, parameters)
        if step % 100 == 0:
            costs.append(cost_by_dot(AL, Y))
        grads = way_back_by_the_difference(AL, Y, caches)
        parameters = steps_on_a_deep_copy(parameters, grads, learning_rate)
        step += 1
    return parameters, costs


@lab.check("predict", points=4)
def predict(rng):
    """No hidden layer to three, one example, and a network that is undecided.

    - A quarter of the labels is wrong where there are several, none where there is one.
    - At exactly 0.5 the label is 0.
    """
    for dims, m in zip(DEPTHS, (20, 12, 1, 16), strict=True):
        while True:  # both labels are given, where there are several examples
            X, parameters = rng.normal(size=(dims[0], m)), network(rng, dims)
            guess = (ref.L_model_forward(X, parameters)[0] > 0.5).astype(int)
            if guess.max() == 1 and (m == 1 or guess.min() == 0):
                break
        wrong = rng.permutation(np.arange(m) < m // 4).reshape(1, m)
        yield case(X, np.where(wrong, 1 - guess, guess), parameters)
    still = {name: 0 * value for name, value in network(rng, [2, 3, 1]).items()}
    yield case(rng.normal(size=(2, 4)), rng.permutation([[0, 1, 0, 0]], axis=1), still)


@predict.mistake("These are probabilities. Decide: 1 above 0.5, else 0.")
def returns_probabilities(X, Y, parameters):
    AL, _ = ref.L_model_forward(X, parameters)
    return AL, ref.predict(X, Y, parameters)[1]


@predict.mistake("The accuracy is missing. Return both, the labels and the accuracy.")
def returns_labels_alone(X, Y, parameters):
    return ref.predict(X, Y, parameters)[0]


@predict.mistake("The accuracy is in percent. Here it is between 0 and 1.")
def accuracy_in_percent(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels, 100 * share


@predict.mistake(
    "The accuracy is a number of examples. Divide it by how many there are."
)
def accuracy_as_a_count(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels, share * Y.shape[1]


@predict.mistake(
    "The accuracy counts only images of class 1 that were found. Those of class 0 that "
    "were found are right as well."
)
def accuracy_of_class_one(X, Y, parameters):
    labels, _ = ref.predict(X, Y, parameters)
    return labels, np.sum(labels * Y) / Y.shape[1]


@predict.mistake(
    "The accuracy is that of the wrong predictions. Count where they equal Y."
)
def share_of_errors(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels, 1 - share


@predict.mistake(
    "The probabilities were compared with the labels, and hardly any is exactly 0 or "
    "1. Compare the predictions with them."
)
def accuracy_of_probabilities(X, Y, parameters):
    AL, _ = ref.L_model_forward(X, parameters)
    return (AL > 0.5).astype(int), np.mean(AL == Y)


@predict.mistake(
    "An axis of the predictions is missing. They have the shape of Y, (1, m)."
)
def labels_in_a_list(X, Y, parameters):
    labels, share = ref.predict(X, Y, parameters)
    return labels[0], share


@predict.mistake("Everything is 1: every probability is above 0. Compare it with 0.5.")
def threshold_of_zero(X, Y, parameters):
    labels = np.ones_like(Y)
    return labels, np.mean(labels == Y)


@predict.mistake("The accuracy comes first. Return the predictions, then the accuracy.")
def returns_the_share_first(X, Y, parameters):
    return ref.predict(X, Y, parameters)[::-1]


@predict.mistake("At exactly 0.5 the answer is 0: 1 is for above 0.5 only.")
def one_at_the_threshold(X, Y, parameters):
    labels = (ref.L_model_forward(X, parameters)[0] >= 0.5).astype(int)
    return labels, np.mean(labels == Y)


@predict.mistake(
    "The accuracy counts only the examples with label 1. Those with label 0 may be "
    "predicted right or wrong, too."
)
def accuracy_of_label_one(X, Y, parameters):
    labels, _ = ref.predict(X, Y, parameters)
    return labels, np.sum(labels * Y) / max(np.sum(Y), 1)


@predict.right
def predict_with_a_loop(X, Y, parameters):
    probabilities, _ = ref.L_model_forward(X, parameters)
    labels = np.zeros((1, X.shape[1]))
    for i, a in enumerate(probabilities[0]):
        labels[0, i] = 1 if a > 0.5 else 0
    return labels, float(np.sum(labels == Y) / X.shape[1])


@predict.right
def predict_with_booleans(X, Y, parameters):
    labels = ref.L_model_forward(X, parameters)[0] > 0.5
    return labels, np.float32(1 - np.mean(np.abs(labels.astype(int) - Y)))

"""Hidden tests of C1W2: the whole model, for photographs."""

import math

import numpy as np

from autograder.checks.C1W2.common import activations, lab, ref
from autograder.checks.C1W2.training import optimize_in_float32
from autograder.checks.check import case


@lab.check("model", points=8)
def model(rng):
    """Small sets of two clouds, few steps, settings given and left out."""
    settings = [
        {"num_iterations": 30, "learning_rate": 0.1},
        {"num_iterations": 1, "learning_rate": 0.02},
        {"num_iterations": 120},
    ]
    for n, given in zip((3, 1, 5), settings, strict=True):
        X, Y = _clouds(rng, n, 10)
        X_test, Y_test = _clouds(rng, n, 6)
        yield case(X, Y, X_test, Y_test, **given)


def _clouds(rng, n, m):
    """Two overlapping clouds of points, not centred, two of three with label 1.

    One point has both labels, so no neuron gets all of them right.
    """
    Y = (np.arange(m) % 3 > 0).astype(int).reshape(1, m)
    X = rng.normal(size=(n, m)) + Y + 0.3
    X[:, 1] = X[:, 0]
    order = rng.permutation(m)
    return X[:, order], Y[:, order]


@model.mistake(
    "It learns from the test set, which stands for photographs nobody has taken yet."
)
def learns_from_the_test_set(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_test, Y_test, X_train, Y_train, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": right["Y_prediction_test"],
        "Y_prediction_test": right["Y_prediction_train"],
    }


@model.mistake(
    "It learns from the test set as well, which stands for photographs nobody has "
    "taken yet."
)
def learns_from_both_sets(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    X, Y = np.hstack([X_train, X_test]), np.hstack([Y_train, Y_test])
    right = ref.model(X, Y, X_test, Y_test, num_iterations, learning_rate)
    every = right["Y_prediction_train"]
    return right | {"Y_prediction_train": every[:, : X_train.shape[1]]}


@model.mistake("The predictions for the training set and the test set are swapped.")
def swaps_the_predictions(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": right["Y_prediction_test"],
        "Y_prediction_test": right["Y_prediction_train"],
    }


@model.mistake(
    "All predictions are 0, as from the initial zeros. Predict with the parameters "
    "that `optimize` returned."
)
def predicts_with_zeros(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": np.zeros(Y_train.shape),
        "Y_prediction_test": np.zeros(Y_test.shape),
    }


@model.mistake(
    "The learning rate does not reach `optimize`, which then uses its default, 0.009."
)
def forgets_the_rate(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, 0.009)
    return right | {"learning_rate": learning_rate}


@model.mistake(
    "The number of iterations does not reach `optimize`, which then uses its default, "
    "100."
)
def forgets_the_iterations(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, 100, learning_rate)
    return right | {"num_iterations": num_iterations}


@model.mistake(
    "Both predictions are those for the training set. Give `predict` X_test as well."
)
def predicts_the_training_set_twice(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"Y_prediction_test": right["Y_prediction_train"]}


@model.mistake(
    "Neither setting reaches `optimize`, which then uses its defaults, 100 and 0.009."
)
def forgets_both_settings(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, 100, 0.009)
    given = {"num_iterations": num_iterations, "learning_rate": learning_rate}
    return right | given


@model.mistake("The predictions are probabilities. `predict` turns them into labels.")
def predicts_probabilities(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": activations(right["w"], right["b"], X_train),
        "Y_prediction_test": activations(right["w"], right["b"], X_test),
    }


@model.mistake(
    "`Y_prediction_train` and `Y_prediction_test` hold the labels that were given. "
    "They should hold what `predict` returns."
)
def hands_the_labels_back(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"Y_prediction_train": Y_train, "Y_prediction_test": Y_test}


@model.mistake(
    "`w` and `b` are the zeros of the start. Return what `optimize` returned."
)
def returns_the_zeros(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"w": np.zeros_like(right["w"]), "b": 0.0}


@model.mistake(
    "After training it goes on learning on the test set. Learn from the training set "
    "only."
)
def goes_on_with_the_test_set(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    params, _, _ = ref.optimize(
        right["w"], right["b"], X_test, Y_test, num_iterations, learning_rate
    )
    w, b = params["w"], params["b"]
    return right | {
        "w": w,
        "b": b,
        "Y_prediction_test": ref.predict(w, b, X_test),
    }


@model.mistake(
    "The predictions for the test set are all 0, as from the initial zeros. Use the "
    "parameters that `optimize` returned for both sets."
)
def predicts_the_test_set_with_zeros(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {"Y_prediction_test": np.zeros(Y_test.shape)}


@model.mistake(
    "`Y_prediction_train` and `Y_prediction_test` hold accuracies. They should hold "
    "the predicted labels."
)
def accuracies_for_predictions(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    right = ref.model(X_train, Y_train, X_test, Y_test, num_iterations, learning_rate)
    return right | {
        "Y_prediction_train": np.mean(right["Y_prediction_train"] == Y_train),
        "Y_prediction_test": np.mean(right["Y_prediction_test"] == Y_test),
    }


@model.mistake(
    "`optimize` takes num_iterations before learning_rate. Given by name, their order "
    "does not matter."
)
def swaps_the_settings(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    w, b = ref.initialize_with_zeros(X_train.shape[0])
    return ref.optimize(w, b, X_train, Y_train, learning_rate, num_iterations)


@model.right
def model_on_its_own(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    n, m = X_train.shape
    w, b, costs = [0.0] * n, 0.0, []
    for step in range(num_iterations):
        dw, db, cost = [0.0] * n, 0.0, 0.0
        for i in range(m):
            z = b + sum(w[j] * X_train[j, i] for j in range(n))
            a, y = 1 / (1 + math.exp(-z)), Y_train[0, i]
            cost -= math.log(a if y else 1 - a) / m
            db += (a - y) / m
            for j in range(n):
                dw[j] += X_train[j, i] * (a - y) / m
        if step % 100 == 0:
            costs.append(cost)
        w = [value - learning_rate * d for value, d in zip(w, dw, strict=True)]
        b -= learning_rate * db
    column = np.array(w).reshape(-1, 1)
    return {
        "w": column,
        "b": b,
        "costs": costs,
        "Y_prediction_train": column.T @ X_train + b > 0,
        "Y_prediction_test": column.T @ X_test + b > 0,
        "num_iterations": num_iterations,
        "learning_rate": learning_rate,
    }


@model.right
def model_in_float32(
    X_train,
    Y_train,
    X_test,
    Y_test,
    num_iterations=2000,
    learning_rate=0.5,
    print_cost=False,
):
    X_train, X_test = X_train.astype(np.float32), X_test.astype(np.float32)
    w = np.zeros((len(X_train), 1), dtype=np.float32)
    params, _, costs = optimize_in_float32(
        w, 0.0, X_train, Y_train, num_iterations, learning_rate
    )
    return {
        **params,
        "costs": np.array(costs),
        "Y_prediction_test": np.round(activations(params["w"], params["b"], X_test)),
        "Y_prediction_train": np.round(activations(params["w"], params["b"], X_train)),
        "learning_rate": learning_rate,
        "num_iterations": num_iterations,
        "train_accuracy": 1.0,
    }

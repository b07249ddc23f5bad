"""Hidden tests of C1W3: training and prediction."""

import numpy as np

from autograder.checks.C1W3.common import lab, network, ref
from autograder.checks.check import case


# Sizes after training differ by a few per cent from draw to draw; see the driver.
@lab.check("nn_model", points=10, rtol=0.15, atol=0.1, driver="trained")
def nn_model(rng):
    """A few steps on uneven labels; then long enough to get the labels right.

    - The start is random; n_h decides the size of the hidden layer.
    - num_iterations steps, each of them with the default rate.
    """
    for n_h, steps in [(3, 1), (5, 2), (1, 3)]:
        Y = rng.permutation([0, 0, 0, 0, 0, 0, 0, 1])[np.newaxis]
        yield case(rng.normal(size=(2, 8)), Y, n_h, steps)
    for n_x, n_h, steps in [(1, 1, 250), (2, 3, 400)]:
        Y = rng.permutation([0, 0, 0, 1, 1, 1, 1, 1])[np.newaxis]
        X = rng.normal(size=(n_x, 8))
        X[0] = (2 * Y - 1) * rng.uniform(0.5, 1.5, 8)
        yield case(X, Y, n_h, steps)


def _trained(X, Y, n_h, num_iterations, rate=1.2):
    parameters = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for _ in range(num_iterations):
        _, cache = ref.forward_propagation(X, parameters)
        grads = ref.backward_propagation(parameters, cache, X, Y)
        parameters = ref.update_parameters(parameters, grads, rate)
    return parameters


@nn_model.mistake(
    "The learning rate is not that of this lab. Call `update_parameters` without a "
    "rate, to use its default."
)
def another_rate(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations, rate=0.5)


@nn_model.mistake(
    "The steps are much shorter. Call `update_parameters` without a rate: its default "
    "is the rate of this lab."
)
def a_small_rate(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations, rate=0.01)


@nn_model.mistake(
    "The hidden layer always has 4 units. The argument n_h says how many; take only "
    "the other two sizes from `layer_sizes`."
)
def four_units_always(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, 4, num_iterations)


@nn_model.mistake(
    "The parameters are those of the start. `update_parameters` returns new ones: keep "
    "them, and return the last."
)
def returns_the_start(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, 0)


@nn_model.mistake(
    "The result is that of a single step. Either each step starts from the first "
    "parameters again, or the `return` is inside the loop."
)
def always_the_first_step(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, 1)


@nn_model.mistake("It takes one step too many. `range(n)` gives n values, 0 to n - 1.")
def one_step_too_many(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations + 1)


@nn_model.mistake(
    "It always takes 100 steps. The argument `num_iterations` says how many."
)
def a_hundred_steps_always(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, 100)


@nn_model.mistake(
    "Every step uses the gradients of the start. Go forward and backward again before "
    "each step."
)
def gradients_of_the_start(X, Y, n_h, num_iterations=10000, print_cost=False):
    parameters = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    _, cache = ref.forward_propagation(X, parameters)
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return ref.update_parameters(parameters, grads, 1.2 * num_iterations)


@nn_model.mistake(
    "The cache is that of the start in every step. Call `forward_propagation` again "
    "before each backward pass."
)
def cache_of_the_start(X, Y, n_h, num_iterations=10000, print_cost=False):
    parameters = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    _, cache = ref.forward_propagation(X, parameters)
    for _ in range(num_iterations):
        grads = ref.backward_propagation(parameters, cache, X, Y)
        parameters = ref.update_parameters(parameters, grads)
    return parameters


@nn_model.mistake(
    "All weights start at zero, so no gradient gets back through W2 and no weight ever "
    "changes. Start with `initialize_parameters`."
)
def trains_from_zeros(X, Y, n_h, num_iterations=10000, print_cost=False):
    start = ref.initialize_parameters(X.shape[0], n_h, Y.shape[0])
    parameters = {name: 0 * value for name, value in start.items()}
    for _ in range(num_iterations):
        _, cache = ref.forward_propagation(X, parameters)
        grads = ref.backward_propagation(parameters, cache, X, Y)
        parameters = ref.update_parameters(parameters, grads)
    return parameters


@nn_model.mistake("Return only the dictionary of parameters.")
def returns_costs_too(X, Y, n_h, num_iterations=10000, print_cost=False):
    return _trained(X, Y, n_h, num_iterations), []


@nn_model.right
def model_from_another_stream(X, Y, n_h, num_iterations=10000, print_cost=False):
    rng = np.random.default_rng(len(X))
    p = {
        "W1": rng.normal(0, 0.01, (n_h, len(X))),
        "b1": np.zeros((n_h, 1)),
        "W2": rng.normal(0, 0.01, (len(Y), n_h)),
        "b2": np.zeros((len(Y), 1)),
    }
    m = X.shape[1]
    for _ in range(num_iterations):
        A1 = np.tanh(p["W1"] @ X + p["b1"])
        dZ2 = ref.sigmoid(p["W2"] @ A1 + p["b2"]) - Y
        dZ1 = p["W2"].T @ dZ2 * (1 - A1 * A1)
        p["W1"] = p["W1"] - 1.2 / m * dZ1 @ X.T
        p["b1"] = p["b1"] - 1.2 / m * dZ1.sum(axis=1, keepdims=True)
        p["W2"] = p["W2"] - 1.2 / m * dZ2 @ A1.T
        p["b2"] = p["b2"] - 1.2 / m * dZ2.sum(axis=1, keepdims=True)
    return p


@nn_model.right
def model_in_float32(X, Y, n_h, num_iterations=10000, print_cost=False):
    np.random.seed(X.shape[1])
    p = ref.initialize_parameters(*X.shape[:1], n_h, *Y.shape[:1])
    p = {name: value.astype(np.float32) for name, value in p.items()}
    X, step = X.astype(np.float32), 0
    while step < num_iterations:
        _, cache = ref.forward_propagation(X, p)
        grads = ref.backward_propagation(p, cache, X, Y)
        p = ref.update_parameters(p, grads, np.float32(1.2))
        p = {name: value.astype(np.float32) for name, value in p.items()}
        step += 1
    return p


@lab.check("predict", points=5)
def predict(rng):
    """Several sizes, one example, and examples that leave a network undecided.

    - 0.5 is compared with A2: some Z2 in each case lies between 0 and 0.5.
    - At exactly 0.5 the label is 0.
    """
    for n_x, n_h, n_y, m in [(2, 4, 1, 20), (1, 1, 1, 8), (3, 5, 2, 12), (4, 3, 1, 1)]:
        yield case(*_hesitant(rng, n_x, n_h, n_y, m))
    # Without biases an empty example gives exactly 0.5, and tanh is odd.
    Z2 = np.zeros((1, 1))
    while abs(Z2[0, 0]) < 0.6:
        parameters, X = network(rng, 2, 3), rng.normal(scale=2, size=(2, 1))
        parameters |= {name: 0 * parameters[name] for name in ("b1", "b2")}
        Z2 = ref.forward_propagation(X, parameters)[1]["Z2"]
    both = np.concatenate([X, np.zeros((2, 2)), -X], axis=1)
    yield case(parameters, both[:, rng.permutation(4)])


def _hesitant(rng, n_x, n_h, n_y, m):
    """A network and examples: clear ones of either kind, and one that is hardly 1."""
    while True:
        parameters, X = network(rng, n_x, n_h, n_y), 2 * rng.normal(size=(n_x, m))
        Z2 = ref.forward_propagation(X, parameters)[1]["Z2"]
        hardly = np.any((Z2 > 0.05) & (Z2 < 0.45))
        if hardly and (m == 1 or (np.any(Z2 > 0.6) and np.any(Z2 < -0.1))):
            return parameters, X


@predict.mistake("These are probabilities. Decide: 1 above 0.5, else 0.")
def returns_probabilities(parameters, X):
    return ref.forward_propagation(X, parameters)[0]


@predict.mistake("At exactly 0.5 the answer is 0: 1 is for above 0.5 only.")
def one_at_the_threshold(parameters, X):
    return ref.forward_propagation(X, parameters)[0] >= 0.5


@predict.mistake("Everything is 1: every probability is above 0. Compare it with 0.5.")
def threshold_of_zero(parameters, X):
    return ref.forward_propagation(X, parameters)[0] > 0


@predict.mistake("Z2 was compared with 0.5. Compare the probability, A2.")
def threshold_on_the_sum(parameters, X):
    return ref.forward_propagation(X, parameters)[1]["Z2"] > 0.5


@predict.mistake(
    "Everything is 0: `astype(int)` cuts 0.9 down to 0. Compare with 0.5 first."
)
def cuts_off(parameters, X):
    return ref.forward_propagation(X, parameters)[0].astype(int)


@predict.mistake("It is 1 below 0.5. It should be 1 for probabilities above 0.5.")
def one_below_the_threshold(parameters, X):
    return ref.forward_propagation(X, parameters)[0] < 0.5


@predict.mistake("An axis is missing. The labels have the shape of A2, (n_y, m).")
def loses_an_axis(parameters, X):
    return (ref.forward_propagation(X, parameters)[0] > 0.5)[0]


@predict.mistake(
    "The threshold is the mean of the probabilities. It is 0.5, whatever the other "
    "examples are."
)
def threshold_of_the_mean(parameters, X):
    A2 = ref.forward_propagation(X, parameters)[0]
    return np.mean(A2) < A2


@predict.right
def predict_by_rounding(parameters, X):
    return np.round(ref.forward_propagation(X, parameters)[0])


@predict.right
def predict_by_the_sign_of_the_sum(parameters, X):
    Z2 = ref.forward_propagation(X, parameters)[1]["Z2"]
    return np.array([[1 if z > 0 else 0 for z in row] for row in Z2])


lab.concept(
    "equal_start",
    points=1,
    answer="D",
    why="Equal weights get equal gradients and take equal steps, however many.",
    because={
        "A": "The gradients of the four units are equal, so nothing cancels.",
        "B": "To become different they would need different gradients; theirs are "
        "equal.",
        "C": "They change as one unit would; four of them do not make the steps huge.",
    },
)

lab.concept(
    "large_start",
    points=1,
    answer="C",
    why="1 - a² is nearly 0 there, and the upstream gradient is multiplied by it.",
    because={
        "A": "A multiplication takes the same time for any float.",
        "B": "That is the small start. Large weights make the network very sure.",
        "D": "Drawn at random they differ, large or small.",
    },
)

lab.concept(
    "choose_size",
    points=1,
    answer="B",
    why="It is the best on dev points, and those count.",
    because={
        "A": "The gap is small, but both numbers are low: two units are too few.",
        "C": "It is better on training points only; on dev points 4 units do better.",
        "D": "It is the best on training points and worse on dev points: overfitting.",
    },
)

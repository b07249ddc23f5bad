"""Hidden tests of C1W3: gradients and a step."""

import copy

import numpy as np

from autograder.checks.C1W3.common import lab, network, ref, signed
from autograder.checks.check import case


@lab.check("backward_propagation", points=18)
def backward_propagation(rng):
    """One of everything, square weights, several outputs, and a cache from before.

    - The gradients have the shapes of the parameters; they are averages.
    - A1 and A2 are used as the cache holds them, even if the parameters were changed
      since. The way through tanh may start from Z1 or from A1.
    """
    for n_x, n_h, n_y, m in [(1, 1, 1, 1), (3, 3, 1, 3), (2, 4, 1, 9), (5, 2, 3, 4)]:
        yield case(*_forward_and_back(rng, n_x, n_h, n_y, m))
    _, cache, X, Y = _forward_and_back(rng, 2, 3, 1, 5)
    yield case(network(rng, 2, 3), cache, X, Y)


def _forward_and_back(rng, n_x, n_h, n_y, m):
    """Parameters, cache, examples and labels of a forward pass."""
    parameters, X = network(rng, n_x, n_h, n_y), signed(rng, (n_x, m), 1.5)
    _, cache = ref.forward_propagation(X, parameters)
    Y = rng.permutation(1 - np.arange(n_y * m) % 2).reshape(n_y, m)  # some are 1
    return parameters, cache, X, Y


def _backward(parameters, cache, X, Y, **other):
    """The backward pass, with single steps replaced."""
    m = X.shape[1]
    A1, A2, W2 = cache["A1"], cache["A2"], parameters["W2"]
    dZ2 = other.get("dZ2", A2 - Y)
    dZ1 = (W2.T @ dZ2) * other.get("derivative", 1 - A1**2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": np.sum(dZ1, axis=1, keepdims=True) / m,
        "dW2": dZ2 @ other.get("A1", A1).T / m,
        "db2": np.sum(dZ2, axis=1, keepdims=True) / m,
    }


@backward_propagation.mistake(
    "A1 was computed again. Where the parameters have changed since, it belongs to "
    "another network than the rest of the cache: use the A1 that the cache holds."
)
def computes_a1_again(parameters, cache, X, Y):
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    return _backward(parameters, cache | {"A1": A1}, X, Y)


@backward_propagation.mistake(
    "tanh was applied twice: A1 is already tanh(Z1), so the derivative is 1 - A1**2."
)
def applies_tanh_again(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1 - np.tanh(cache["A1"]) ** 2)


@backward_propagation.mistake(
    "dZ1 was computed with dW2 instead of W2. The weights pass the gradient on to the "
    "hidden layer."
)
def passes_on_by_dw2(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return _backward(parameters | {"W2": grads["dW2"]}, cache, X, Y)


@backward_propagation.mistake(
    "dW1 was computed with A1. The input of the hidden layer is X."
)
def hidden_weights_from_a1(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - cache["A1"] ** 2)
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"dW1": dZ1 @ cache["A1"].T / m}


@backward_propagation.mistake(
    "db1 is the same as db2. For the hidden layer, average dZ1 over the examples."
)
def same_bias_twice(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": grads["db2"]}


@backward_propagation.mistake(
    "dW1 and db1 are divided by m twice, as if dZ1 had been averaged too. Once is "
    "enough."
)
def averages_dz1_too(parameters, cache, X, Y):
    derivative = (1 - cache["A1"] ** 2) / X.shape[1]
    return _backward(parameters, cache, X, Y, derivative=derivative)


@backward_propagation.mistake(
    "dW1 and db1 are m times too large, while dW2 and db2 are right. All four are "
    "averages."
)
def forgets_to_average_the_hidden_layer(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {name: m * grads[name] for name in ("dW1", "db1")}


@backward_propagation.mistake(
    "dW2 and db2 are m times too large, while dW1 and db1 are right. All four are "
    "averages."
)
def forgets_to_average_the_output(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {name: m * grads[name] for name in ("dW2", "db2")}


@backward_propagation.mistake(
    "All gradients are m times too large. They are averages, like the cost."
)
def forgets_to_average(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return {name: X.shape[1] * value for name, value in grads.items()}


@backward_propagation.mistake(
    "db1 and db2 are m times too large: divide the sums by m."
)
def forgets_to_average_biases(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {"db1": m * grads["db1"], "db2": m * grads["db2"]}


@backward_propagation.mistake(
    "dW1 and dW2 are m times too large: the division by m is missing there."
)
def forgets_to_average_weights(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    m = X.shape[1]
    return grads | {"dW1": m * grads["dW1"], "dW2": m * grads["dW2"]}


@backward_propagation.mistake(
    "db1 and db2 have lost an axis: (n_h,) instead of (n_h, 1). Use keepdims=True."
)
def drops_the_axis(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": grads["db1"][:, 0], "db2": grads["db2"][:, 0]}


@backward_propagation.mistake(
    "All gradients are m times too small: they were divided by m twice. Was dZ2 "
    "divided as well?"
)
def averages_twice(parameters, cache, X, Y):
    dZ2 = (cache["A2"] - Y) / X.shape[1]
    return _backward(parameters, cache, X, Y, dZ2=dZ2)


@backward_propagation.mistake(
    "What goes back into the hidden layer is W2.T dZ2. Yours is W2.T A2."
)
def passes_the_prediction_back(parameters, cache, X, Y):
    hidden = _backward(parameters, cache, X, Y, dZ2=cache["A2"])
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {name: hidden[name] for name in ("dW1", "db1")}


@backward_propagation.mistake(
    "In dZ1, dA1 was multiplied by A1 itself, not by the derivative of tanh."
)
def multiplies_by_a1(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=cache["A1"])


@backward_propagation.mistake(
    "db1 and db2 have one value per example. Each unit has one bias: sum over the "
    "examples, axis=1."
)
def sums_over_the_units_only(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - cache["A1"] ** 2)
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {
        "db1": np.sum(dZ1, axis=0, keepdims=True) / m,
        "db2": np.sum(dZ2, axis=0, keepdims=True) / m,
    }


@backward_propagation.mistake(
    "db1 and db2 were summed over the units too. axis=1 sums over the examples only."
)
def sums_over_units(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": np.sum(grads["db1"]), "db2": np.sum(grads["db2"])}


@backward_propagation.mistake(
    "db1 and db2 are one number for all units, the sum of everything. Each unit has "
    "its own bias: sum over the examples only, axis=1."
)
def sums_over_everything(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    db1, db2 = (np.sum(grads[name], keepdims=True) for name in ("db1", "db2"))
    return grads | {"db1": db1, "db2": db2}


@backward_propagation.mistake(
    "db1 and db2 are the means of all of dZ1 and dZ2. Each unit has its own bias: "
    "average over the examples only, axis=1."
)
def averages_over_everything(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db1": np.mean(grads["db1"]), "db2": np.mean(grads["db2"])}


@backward_propagation.mistake(
    "dW2 and db2 are right, but what goes back to the hidden layer has an extra factor "
    "A2 (1 - A2). It is W2.T dZ2."
)
def sigmoid_derivative_on_the_way_back(parameters, cache, X, Y):
    A2 = cache["A2"]
    hidden = _backward(parameters, cache, X, Y, dZ2=(A2 - Y) * A2 * (1 - A2))
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {name: hidden[name] for name in ("dW1", "db1")}


@backward_propagation.mistake(
    "The derivative of tanh is missing in dZ1: multiply by 1 - A1**2, element by "
    "element."
)
def forgets_the_derivative(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1.0)


@backward_propagation.mistake(
    "dZ1 contains A1 (1 - A1), the derivative of the sigmoid. The hidden layer uses "
    "tanh."
)
def derivative_of_the_sigmoid(parameters, cache, X, Y):
    A1 = cache["A1"]
    return _backward(parameters, cache, X, Y, derivative=A1 * (1 - A1))


@backward_propagation.mistake("The square is missing in dZ1: 1 - A1**2, not 1 - A1.")
def forgets_the_square(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1 - cache["A1"])


@backward_propagation.mistake("In dZ1, Z1 was squared. The derivative is 1 - A1**2.")
def squares_the_sum(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=1 - cache["Z1"] ** 2)


@backward_propagation.mistake(
    "All gradients have the wrong sign: dZ2 is the prediction minus the label, A2 - Y."
)
def label_minus_prediction(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, dZ2=Y - cache["A2"])


@backward_propagation.mistake(
    "dZ2 contains a factor A2 (1 - A2) that should not be there. With this cost it "
    "cancels out."
)
def sigmoid_derivative_at_the_output(parameters, cache, X, Y):
    A2 = cache["A2"]
    return _backward(parameters, cache, X, Y, dZ2=(A2 - Y) * A2 * (1 - A2))


@backward_propagation.mistake(
    "dW2 was computed with Z1. The input of the output layer is A1."
)
def output_weights_from_sums(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, A1=cache["Z1"])


@backward_propagation.mistake(
    "dW1 and dW2 are transposed. A gradient has the shape of its parameter."
)
def gradients_transposed(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"dW1": grads["dW1"].T, "dW2": grads["dW2"].T}


@backward_propagation.mistake(
    "It averages over the inputs. m is the number of examples, X.shape[1]."
)
def averages_over_inputs(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return {name: v * X.shape[1] / X.shape[0] for name, v in grads.items()}


@backward_propagation.mistake("db2 is m times too large: divide the sum by m.")
def forgets_to_average_db2(parameters, cache, X, Y):
    grads = ref.backward_propagation(parameters, cache, X, Y)
    return grads | {"db2": X.shape[1] * grads["db2"]}


@backward_propagation.mistake(
    "dZ1 was made with the derivative of ReLU. The hidden layer uses tanh."
)
def derivative_of_relu(parameters, cache, X, Y):
    return _backward(parameters, cache, X, Y, derivative=cache["A1"] > 0)


@backward_propagation.mistake(
    "dZ2 is the derivative of the loss with respect to A2. One step is missing, back "
    "through the sigmoid; together they give A2 - Y."
)
def stops_at_a2(parameters, cache, X, Y):
    A2 = cache["A2"]
    return _backward(parameters, cache, X, Y, dZ2=-Y / A2 + (1 - Y) / (1 - A2))


@backward_propagation.right
def backward_with_loops(parameters, cache, X, Y):
    W2, A1, A2 = parameters["W2"], cache["A1"], cache["A2"]
    (n_y, n_h), (n_x, m) = W2.shape, X.shape
    grads = {"dW1": np.zeros((n_h, n_x)), "db1": np.zeros((n_h, 1))}
    grads |= {"dW2": np.zeros((n_y, n_h)), "db2": np.zeros((n_y, 1))}
    for i in range(m):
        for j in range(n_h):
            dz = 0.0
            for k in range(n_y):
                error = A2[k, i] - Y[k, i]
                dz += W2[k, j] * error
                grads["dW2"][k, j] += error * A1[j, i] / m
            dz *= (1 + A1[j, i]) * (1 - A1[j, i])
            grads["db1"][j, 0] += dz / m
            for x in range(n_x):
                grads["dW1"][j, x] += dz * X[x, i] / m
        for k in range(n_y):
            grads["db2"][k, 0] += (A2[k, i] - Y[k, i]) / m
    return grads


@backward_propagation.right
def backward_through_tanh_backward(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = ref.tanh_backward(parameters["W2"].T @ dZ2, cache["Z1"])
    return {
        "dW2": dZ2 @ cache["A1"].T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
    }


@backward_propagation.right
def backward_with_einsum_in_float32(parameters, cache, X, Y):
    A1, A2 = (cache[name].astype(np.float32) for name in ("A1", "A2"))
    dZ2 = (A2 - Y).astype(np.float32) / X.shape[1]
    dZ1 = np.einsum("yh,ym,hm->hm", parameters["W2"], dZ2, 1 - np.power(A1, 2))
    return {
        "dW1": np.einsum("hm,xm->hx", dZ1, X),
        "db1": dZ1.sum(axis=1).reshape(-1, 1),
        "dW2": np.einsum("ym,hm->yh", dZ2, A1),
        "db2": dZ2 @ np.ones((X.shape[1], 1)),
        "dZ1": dZ1,
    }


lab.concept(
    "lost_axis",
    points=1,
    answer="D",
    why="(4,) counts as (1, 4). Next to (4, 1), each is repeated four times.",
    because={
        "A": "Neither shape wins: each axis of length 1 is repeated.",
        "B": "That is what you wanted. But (4,) is treated as a row, not as a column.",
        "C": "If only it did! NumPy repeats axes of length 1 without a warning.",
    },
)


@lab.check("update_parameters", points=8)
def update_parameters(rng):
    """The default rate, others, a rate of 0, and several sizes.

    - The default of the rate is 1.2.
    - A new dictionary comes back; the old one and its arrays stay as they were.
    """
    small, large = float(rng.uniform(0.05, 0.2)), float(rng.uniform(2, 3))
    for sizes, rate in [
        ((2, 4, 1), ()),
        ((1, 1, 1), (small,)),
        ((2, 3, 2), (large,)),
        ((3, 2, 1), ()),
        ((3, 2, 2), (0.0,)),
    ]:
        grads = {"d" + name: value for name, value in network(rng, *sizes).items()}
        yield case(network(rng, *sizes), grads, *rate)


def _stepped(parameters, grads, rate, names=("W1", "b1", "W2", "b2")):
    return parameters | {n: parameters[n] - rate * grads["d" + n] for n in names}


@update_parameters.mistake(
    "The step goes uphill, along the gradient. Subtract the gradient."
)
def climbs(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, -learning_rate)


@update_parameters.mistake(
    'The caller\'s `parameters` have changed. Both `parameters["W1"] = …` and '
    "`W1 -= …` write into what you were given; fill a new dictionary with new arrays."
)
def steps_in_place(parameters, grads, learning_rate=1.2):
    for name in ("W1", "b1", "W2", "b2"):
        parameters[name] -= learning_rate * grads["d" + name]
    return parameters


@update_parameters.mistake(
    "The learning rate is not used. Multiply the gradients by it."
)
def ignores_the_rate(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, 1.0)


@update_parameters.mistake("The learning rate is always 1.2. Use the argument.")
def one_rate_for_all(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, 1.2)


@update_parameters.mistake("The weights are unchanged; only the biases take a step.")
def leaves_the_weights(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, learning_rate, ("b1", "b2"))


@update_parameters.mistake(
    "Only the output layer takes a step. W1 and b1 take one too."
)
def leaves_the_hidden_layer(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, learning_rate, ("W2", "b2"))


@update_parameters.mistake(
    "The step was divided by the learning rate. Multiply the gradients by it."
)
def divides_by_the_rate(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, 1 / learning_rate if learning_rate else np.inf)


@update_parameters.mistake("The biases are unchanged. They take a step too.")
def leaves_the_biases(parameters, grads, learning_rate=1.2):
    return _stepped(parameters, grads, learning_rate, ("W1", "W2"))


@update_parameters.mistake(
    "The parameters returned are the old ones. Return the new ones."
)
def returns_the_old(parameters, grads, learning_rate=1.2):
    return dict(parameters)


@update_parameters.mistake(
    "These are only the steps. The new parameters are the old ones minus the steps."
)
def returns_the_steps(parameters, grads, learning_rate=1.2):
    names = ("W1", "b1", "W2", "b2")
    return {name: learning_rate * grads["d" + name] for name in names}


@update_parameters.mistake(
    "Where no learning rate is given, it should be 1.2. Your default is different."
)
def another_default(parameters, grads, learning_rate=0.01):
    return _stepped(parameters, grads, learning_rate)


@update_parameters.right
def steps_on_a_deep_copy(parameters, grads, learning_rate=1.2):
    parameters = copy.deepcopy(parameters)
    for name in parameters:
        parameters[name] -= learning_rate * grads["d" + name]
    return parameters


@update_parameters.right
def steps_in_float32(parameters, grads, learning_rate=1.2):
    rate = np.float32(learning_rate)
    W1 = parameters["W1"].astype(np.float32) - rate * grads["dW1"].astype(np.float32)
    b1 = parameters["b1"] - rate * grads["db1"]
    W2 = np.subtract(parameters["W2"], rate * grads["dW2"])
    b2 = parameters["b2"] + -rate * grads["db2"]
    return {"b1": b1, "b2": b2, "W1": W1, "W2": W2}

"""Hidden tests of C1W4: from the inputs to the cost."""

import math

import numpy as np

from autograder.checks.binary_classifiers import logistic_loss, probabilities_and_labels
from autograder.checks.C1W4.common import (
    DEPTHS,
    SIZES,
    default_activation,
    forward_chain,
    half_active,
    lab,
    layer,
    network,
    ref,
)
from autograder.checks.check import case


@lab.check("linear_forward", points=5)
def linear_forward(rng):
    """One of everything, square weights, wide and tall ones, one example."""
    for sizes in SIZES:
        yield case(*layer(rng, *sizes))


@linear_forward.mistake("The biases are not used. Z is W A + b.")
def linear_without_bias(A, W, b):
    return W @ A, (A, W, b)


@linear_forward.mistake("The cache should hold (A, W, b), in this order.")
def linear_cache_in_another_order(A, W, b):
    return W @ A + b, (W, A, b)


@linear_forward.mistake("The cache is Z. It should be the inputs, the tuple (A, W, b).")
def linear_caches_the_result(A, W, b):
    Z = W @ A + b
    return Z, Z


@linear_forward.mistake("In the cache, Z is in the position of A. It is (A, W, b).")
def linear_caches_z_for_a(A, W, b):
    Z = W @ A + b
    return Z, (Z, W, b)


@linear_forward.mistake("The cache is missing. Return both: Z and (A, W, b).")
def linear_without_cache(A, W, b):
    return W @ A + b


@linear_forward.mistake("The product is A times W. It should be W times A.")
def linear_the_wrong_way_round(A, W, b):
    return A @ W + b, (A, W, b)


@linear_forward.right
def linear_with_loops(A, W, b):
    Z = np.zeros((len(W), A.shape[1]))
    for i, row in enumerate(W):
        for j in range(A.shape[1]):
            Z[i, j] = sum(w * a for w, a in zip(row, A[:, j], strict=True)) + b[i, 0]
    return Z, (A, W, b)


@linear_forward.right
def linear_in_float32(A, W, b):
    Z = np.einsum("np,pm->nm", W.astype(np.float32), A.astype(np.float32))
    Z += b.astype(np.float32)
    return Z, (A.copy(), W.copy(), b.copy())


@lab.check("linear_activation_forward", points=6)
def linear_activation_forward(rng):
    """Both activations, on layers of several sizes."""
    for sizes in SIZES[1:]:
        for activation in ("relu", "sigmoid"):
            yield case(*half_active(rng, *sizes), activation)


def _block(A_prev, W, b, activation):
    Z = W @ A_prev + b
    return activation(Z), ((A_prev, W, b), Z)


@linear_activation_forward.mistake(
    "It always uses the sigmoid. The argument `activation` says which to use."
)
def always_sigmoid(A_prev, W, b, activation):
    return _block(A_prev, W, b, lambda Z: ref.sigmoid(Z)[0])


@linear_activation_forward.mistake(
    "It always uses ReLU. The argument `activation` says which to use."
)
def always_relu(A_prev, W, b, activation):
    return _block(A_prev, W, b, lambda Z: ref.relu(Z)[0])


@linear_activation_forward.mistake(
    "The activation function is missing: the block returns Z. Apply `sigmoid` or "
    "`relu` to it."
)
def forgets_the_activation(A_prev, W, b, activation):
    return _block(A_prev, W, b, lambda Z: Z)


@linear_activation_forward.mistake(
    "The two activation functions are swapped: ReLU where the sigmoid is asked for, "
    "and the other way round."
)
def activations_swapped(A_prev, W, b, activation):
    other = {"relu": "sigmoid", "sigmoid": "relu"}[activation]
    return ref.linear_activation_forward(A_prev, W, b, other)


@linear_activation_forward.mistake(
    "The two caches are swapped: first the linear one, then that of the activation."
)
def caches_swapped(A_prev, W, b, activation):
    A, (linear, Z) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, (Z, linear)


@linear_activation_forward.mistake(
    "The activation cache is A. It should be Z, the second of the two results of "
    "`sigmoid` and `relu`."
)
def caches_the_output(A_prev, W, b, activation):
    A, (linear, _) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, (linear, A)


@linear_activation_forward.mistake(
    "Only the linear cache is there. The way back through the activation needs Z too."
)
def caches_the_linear_half(A_prev, W, b, activation):
    A, (linear, _) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, linear


@linear_activation_forward.mistake(
    "`sigmoid` and `relu` return two things, output and cache. Unpack them."
)
def keeps_output_and_cache_together(A_prev, W, b, activation):
    Z, linear = ref.linear_forward(A_prev, W, b)
    both = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation](Z)
    return both, (linear, Z)


@linear_activation_forward.mistake(
    "Where ReLU is asked for, it is tanh. `relu` is defined at the start of the lab."
)
def tanh_for_relu(A_prev, W, b, activation):
    if activation == "relu":
        return _block(A_prev, W, b, np.tanh)
    return ref.linear_activation_forward(A_prev, W, b, activation)


@linear_activation_forward.mistake(
    "The cache is one flat tuple. It should be a pair: the linear cache, then that of "
    "the activation."
)
def flat_cache(A_prev, W, b, activation):
    A, (linear, Z) = ref.linear_activation_forward(A_prev, W, b, activation)
    return A, (*linear, Z)


@linear_activation_forward.mistake(
    "The activation function was applied to A_prev. It comes after the linear half."
)
def activates_the_input(A_prev, W, b, activation):
    _, linear = ref.linear_forward(A_prev, W, b)
    A, cache = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation](A_prev)
    return A, (linear, cache)


@linear_activation_forward.right
def block_with_branches(A_prev, W, b, activation):
    Z = np.dot(W, A_prev) + b
    if activation == "relu":
        A = Z * (Z > 0)
    else:
        A = 1 / (1 + np.exp(-Z))
    return A, ((A_prev, W, b), Z)


@linear_activation_forward.right
def block_in_float32(A_prev, W, b, activation):
    A_prev, W, b = (x.astype(np.float32) for x in (A_prev, W, b))
    Z = np.einsum("ij,jk->ik", W, A_prev) + b
    A = (np.tanh(Z / 2) + 1) / 2 if activation == "sigmoid" else np.fmax(Z, 0)
    return A, ((A_prev, W, b), Z)


@lab.check("L_model_forward", points=8)
def l_model_forward(rng):
    """No hidden layer to three, equal sizes and different ones."""
    for dims in DEPTHS:
        yield case(rng.normal(size=(dims[0], 4)), network(rng, dims))


@l_model_forward.mistake(
    "The output layer uses ReLU. A probability comes from the sigmoid."
)
def relu_at_the_output(X, parameters):
    return forward_chain(X, parameters, lambda number, L: "relu")


@l_model_forward.mistake(
    "The hidden layers use the sigmoid. Only the output layer should; the others use "
    "ReLU."
)
def sigmoid_everywhere(X, parameters):
    return forward_chain(X, parameters, lambda number, L: "sigmoid")


@l_model_forward.mistake(
    "The output's cache is missing: there are L caches, one for each layer."
)
def forgets_the_last_cache(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, caches[:-1]


@l_model_forward.mistake(
    "The caches are in reverse order. That of the first layer comes first."
)
def caches_in_reverse(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, caches[::-1]


@l_model_forward.mistake(
    "Only the linear caches are there. Keep the whole cache that "
    "`linear_activation_forward` returns."
)
def keeps_linear_caches(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, [linear for linear, _ in caches]


@l_model_forward.mistake(
    "The chain stops one layer early. `len(parameters) // 2` counts all layers, the "
    "output among them."
)
def stops_early(X, parameters):
    L = len(parameters) // 2
    inner = {n: p for n, p in parameters.items() if n not in (f"W{L}", f"b{L}")}
    return forward_chain(X, inner, lambda number, _: "relu")


@l_model_forward.mistake(
    "There is no such key: layers are numbered 1 to `len(parameters) // 2`."
)
def as_many_layers_as_parameters(X, parameters):
    L = len(parameters)
    A, _ = forward_chain(X, parameters, lambda number, _: "relu")
    return ref.linear_activation_forward(
        A, parameters[f"W{L}"], parameters[f"b{L}"], "sigmoid"
    )


@l_model_forward.mistake(
    "The input of every hidden layer is X. From the second on, it should be the output "
    "of the layer before."
)
def feeds_x_to_the_hidden_layers(X, parameters):
    A, caches, L = X, [], len(parameters) // 2
    for n in range(1, L + 1):
        A, cache = ref.linear_activation_forward(
            X if n < L else A,
            parameters[f"W{n}"],
            parameters[f"b{n}"],
            default_activation(n, L),
        )
        caches.append(cache)
    return A, caches


@l_model_forward.mistake(
    "The input of every layer is X. From the second on, it should be the output of the "
    "layer before."
)
def feeds_x_to_all(X, parameters):
    caches = []
    L = len(parameters) // 2
    for n in range(1, L + 1):
        activation = "relu" if n < L else "sigmoid"
        A, cache = ref.linear_activation_forward(
            X, parameters[f"W{n}"], parameters[f"b{n}"], activation
        )
        caches.append(cache)
    return A, caches


@l_model_forward.mistake(
    "It stops after the first layer. The `return` belongs after the loop, not inside "
    "it."
)
def returns_inside_the_loop(X, parameters):
    L = len(parameters) // 2
    activation = "relu" if L > 1 else "sigmoid"
    A, cache = ref.linear_activation_forward(
        X, parameters["W1"], parameters["b1"], activation
    )
    return A, [cache]


@l_model_forward.mistake(
    "Only the last cache is there. Append each layer's to the list."
)
def keeps_the_last_cache(X, parameters):
    AL, caches = ref.L_model_forward(X, parameters)
    return AL, caches[-1:]


@l_model_forward.mistake(
    "AL is the output of the last hidden layer. The output layer is still missing."
)
def returns_the_last_hidden(X, parameters):
    _, caches = ref.L_model_forward(X, parameters)
    return caches[-1][0][0], caches


@l_model_forward.mistake("The caches are missing. Return AL and the list of caches.")
def returns_no_caches(X, parameters):
    return ref.L_model_forward(X, parameters)[0]


@l_model_forward.mistake(
    "No output is below 0.5: the sigmoid was applied after the ReLU of the last layer. "
    "Which activation function does the output layer have?"
)
def sigmoid_after_the_relu(X, parameters):
    A, caches = forward_chain(X, parameters, lambda number, L: "relu")
    return 1 / (1 + np.exp(-A)), caches


@l_model_forward.right
def chain_by_hand(X, parameters):
    A, caches, number = X, [], 1
    while f"W{number}" in parameters:
        W, b = parameters[f"W{number}"], parameters[f"b{number}"]
        Z = W @ A + b
        caches += [((A, W, b), Z)]
        last = f"W{number + 1}" not in parameters
        A = 1 / (1 + np.exp(-Z)) if last else np.where(Z > 0, Z, 0)
        number += 1
    return A, caches


@l_model_forward.right
def chain_in_float32(X, parameters):
    p = {name: value.astype(np.float32) for name, value in parameters.items()}
    AL, caches = ref.L_model_forward(X.astype(np.float32), p)
    return AL, caches


lab.concept(
    "which_loop",
    points=1,
    answer="C",
    why="Each layer needs the output of the one before. All else is a product of "
    "arrays.",
    because={
        "A": "Examples are columns: one product does them all.",
        "B": "Units are rows of W: one product does them all.",
        "D": "Inputs are summed over by the product of W and A.",
    },
)

lab.concept(
    "vanished",
    points=1,
    answer="D",
    why="With 100 units each layer divides by about 14, and so does each step back.",
    because={
        "A": "Drawn at random they differ. They are only very small.",
        "B": "A cost that jumps would not stay at 0.693.",
        "C": "ReLU has no upper end; the sigmoid and tanh saturate.",
    },
)

lab.concept(
    "xor_by_heart",
    points=1,
    answer=32768,
    why="Half of the 2^16 patterns are odd: 2^15.",
    because={
        65536: "That is all patterns. Only the odd ones, half of them, need a unit.",
        16: "That is the number of inputs. A unit is needed for each odd pattern.",
        30: "That is the deep network: two units for each of 15 matches.",
        15: "That is the number of matches in the deep network.",
        8: "A unit is needed for each odd pattern, and there are many more of those.",
        128: "That is for 8 inputs. The number doubles with each further input.",
        256: "The number doubles with each further input. Start from 128 for 8.",
    },
)


@lab.check("compute_cost", points=5)
def compute_cost(rng):
    """One example, several, all with the same label, near certainty."""
    yield from probabilities_and_labels(rng)


@compute_cost.mistake(
    "The cost is m times too large. Average the loss over the m examples."
)
def sums_the_losses(AL, Y):
    return np.sum(logistic_loss(AL, Y))


@compute_cost.mistake(
    "The cost is negative. Logarithms of probabilities are negative, so the cost has a "
    "minus sign in front."
)
def forgets_the_minus(AL, Y):
    return -np.mean(logistic_loss(AL, Y))


@compute_cost.mistake(
    "Only the examples with label 1 are counted. The second term, with 1 - Y, is for "
    "the others."
)
def counts_label_one_only(AL, Y):
    return -np.mean(Y * np.log(AL))


@compute_cost.mistake(
    "The second term has the wrong sign. The minus applies to both terms: put brackets "
    "around their sum."
)
def minus_before_one_term(AL, Y):
    return np.mean(-Y * np.log(AL) + (1 - Y) * np.log(1 - AL))


@compute_cost.mistake(
    "The two labels are swapped: log(AL) belongs to Y, log(1 - AL) to 1 - Y."
)
def labels_swapped(AL, Y):
    return np.mean(logistic_loss(AL, 1 - Y))


@compute_cost.mistake(
    "That is the average squared error. The cost here is the cross-entropy."
)
def squares_the_error(AL, Y):
    return np.mean((AL - Y) ** 2)


@compute_cost.mistake(
    "The logarithm has another base. The cost uses the natural one, `np.log`."
)
def logarithm_to_base_two(AL, Y):
    return np.mean(logistic_loss(AL, Y)) / np.log(2)


@compute_cost.mistake("The second term uses log(AL) where it needs log(1 - AL).")
def same_logarithm_twice(AL, Y):
    return -np.mean(Y * np.log(AL) + (1 - Y) * np.log(AL))


@compute_cost.mistake(
    "The cost is an array with axes. Sum over both, or use np.squeeze."
)
def cost_in_a_table(AL, Y):
    return np.mean(logistic_loss(AL, Y), axis=1, keepdims=True)


@compute_cost.mistake("These are the losses of the single examples. Average them.")
def keeps_the_losses_apart(AL, Y):
    return logistic_loss(AL, Y)


@compute_cost.right
def cost_with_a_loop(AL, Y):
    total = 0.0
    for a, y in zip(AL[0], Y[0], strict=True):
        total -= math.log(a) if y == 1 else math.log(1 - a)
    return total / AL.shape[1]


@compute_cost.right
def cost_by_dot(AL, Y):
    both = Y @ np.log(AL).T + (1 - Y) @ np.log1p(-AL).T
    return np.squeeze(-both / Y.shape[1])

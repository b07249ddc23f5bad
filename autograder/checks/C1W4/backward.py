"""Hidden tests of C1W4: gradients and a step."""

import copy

import numpy as np

from autograder.checks.binary_classifiers import labels
from autograder.checks.C1W4.common import (
    DEPTHS,
    SIZES,
    backward_chain,
    default_activation,
    half_active,
    lab,
    layer,
    network,
    ref,
)
from autograder.checks.check import case


@lab.check("linear_backward", points=9)
def linear_backward(rng):
    """One of everything, square weights, wide and tall ones, one example."""
    for n, n_prev, m in SIZES:
        yield case(rng.normal(size=(n, m)), layer(rng, n, n_prev, m))


@linear_backward.mistake(
    "dA_prev is m times too small. Each example keeps its own gradient there; only dW "
    "and db are averages."
)
def averages_da_prev(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev / dZ.shape[1], dW, db


@linear_backward.mistake(
    "dW and db are m times too large. They are averages over the examples."
)
def forgets_to_average(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db * dZ.shape[1]


@linear_backward.mistake("db is m times too large: divide the sum by m.")
def forgets_to_average_db(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW, db * dZ.shape[1]


@linear_backward.mistake("dW is m times too large: the division by m is missing there.")
def forgets_to_average_dw(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW * dZ.shape[1], db


@linear_backward.mistake(
    "db has lost an axis: (n,) instead of (n, 1). Use keepdims=True."
)
def drops_the_axis(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW, db[:, 0]


@linear_backward.mistake(
    "db is the sum over the units too, divided by m. axis=1 sums over the examples "
    "only."
)
def sums_over_units(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.sum(dZ) / dZ.shape[1]


@linear_backward.mistake(
    "db was summed over the units, so it has one value per example. Each unit has one "
    "bias: sum over the examples, axis=1."
)
def sums_db_over_units(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.sum(dZ, axis=0, keepdims=True) / dZ.shape[1]


@linear_backward.mistake(
    "All three are m times too small. dA_prev is not an average, and dW and db are "
    "divided by m once."
)
def averages_everything_again(dZ, cache):
    return tuple(part / dZ.shape[1] for part in ref.linear_backward(dZ, cache))


@linear_backward.mistake(
    "db is the same number for all units, the mean of all of dZ. Each unit has its own "
    "bias: average over the examples only, axis=1."
)
def averages_db_over_all(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.mean(dZ)


@linear_backward.mistake(
    "db is one number for all units, the sum of everything divided by m. Each unit has "
    "its own bias: sum over the examples only, axis=1."
)
def sums_db_over_everything(dZ, cache):
    dA_prev, dW, _ = ref.linear_backward(dZ, cache)
    return dA_prev, dW, np.sum(dZ, keepdims=True) / dZ.shape[1]


@linear_backward.mistake("The order is dA_prev, dW, db.")
def gradients_in_another_order(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dW, db, dA_prev


@linear_backward.mistake("dW is transposed. A gradient has the shape of its parameter.")
def transposes_dw(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    return dA_prev, dW.T, db


@linear_backward.mistake("In dA_prev the weights have to be transposed: W.T dZ.")
def da_prev_by_plain_weights(dZ, cache):
    _, dW, db = ref.linear_backward(dZ, cache)
    return cache[1] @ dZ, dW, db


@linear_backward.mistake(
    "It averages over the units. m is the number of examples, A_prev.shape[1]."
)
def averages_over_units(dZ, cache):
    dA_prev, dW, db = ref.linear_backward(dZ, cache)
    factor = dZ.shape[1] / cache[0].shape[0]
    return dA_prev, dW * factor, db * factor


@linear_backward.right
def linear_backward_with_loops(dZ, cache):
    A_prev, W, b = cache
    (n, n_prev), m = W.shape, dZ.shape[1]
    dA_prev, dW, db = np.zeros_like(A_prev), np.zeros_like(W), np.zeros_like(b)
    for i in range(m):
        for j in range(n):
            db[j, 0] += dZ[j, i] / m
            for k in range(n_prev):
                dW[j, k] += dZ[j, i] * A_prev[k, i] / m
                dA_prev[k, i] += W[j, k] * dZ[j, i]
    return dA_prev, dW, db


@linear_backward.right
def linear_backward_in_float32(dZ, cache):
    A_prev, W, _ = (x.astype(np.float32) for x in cache)
    dZ = dZ.astype(np.float32)
    dW = np.einsum("nm,pm->np", dZ, A_prev) / dZ.shape[1]
    return np.einsum("np,nm->pm", W, dZ), dW, dZ.mean(axis=1).reshape(-1, 1)


lab.concept(
    "what_is_cached",
    points=1,
    answer="A",
    why="dW is dZ times the transpose of A_prev, divided by m.",
    because={
        "B": "The cost needs AL and Y only.",
        "C": "dA_prev is W.T times dZ; A_prev is not in it.",
        "D": "The way back through the activation needs Z, which the other cache "
        "holds.",
    },
)


@lab.check("linear_activation_backward", points=7)
def linear_activation_backward(rng):
    """Both activations, on layers of several sizes; ReLU goes by Z, not by dA."""
    for n, n_prev, m in SIZES[1:]:
        for activation in ("relu", "sigmoid"):
            _, cache = ref.linear_activation_forward(
                *half_active(rng, n, n_prev, m), activation
            )
            dA, Z = rng.normal(size=(n, m)), cache[1]
            dA = np.where(Z.min() == Z, np.abs(dA) + 0.1, dA)  # stopped by ReLU
            dA = np.where(Z.max() == Z, -np.abs(dA) - 0.1, dA)  # passed on
            yield case(dA, cache, activation)


@linear_activation_backward.mistake(
    "The activation was left out: `linear_backward` takes dZ, not dA. First go back "
    "through the sigmoid or ReLU."
)
def skips_the_activation(dA, cache, activation):
    return ref.linear_backward(dA, cache[0])


@linear_activation_backward.mistake(
    "It always goes back through the sigmoid. The argument `activation` says which to "
    "use."
)
def back_through_the_sigmoid_always(dA, cache, activation):
    return ref.linear_backward(ref.sigmoid_backward(dA, cache[1]), cache[0])


@linear_activation_backward.mistake(
    "It always goes back through ReLU. The argument `activation` says which to use."
)
def back_through_relu_always(dA, cache, activation):
    return ref.linear_backward(ref.relu_backward(dA, cache[1]), cache[0])


@linear_activation_backward.mistake(
    "The activation function itself was applied to dA. On the way back use "
    "`relu_backward` or `sigmoid_backward`."
)
def applies_the_activation_to_da(dA, cache, activation):
    forward = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation]
    return ref.linear_backward(forward(dA)[0], cache[0])


@linear_activation_backward.mistake(
    "The two activation functions are swapped: it goes back through ReLU where the "
    "sigmoid was, and the other way round."
)
def back_through_the_other(dA, cache, activation):
    other = {"relu": "sigmoid", "sigmoid": "relu"}[activation]
    return ref.linear_activation_backward(dA, cache, other)


@linear_activation_backward.mistake(
    "dA is not used: dZ is the derivative of the activation alone. Multiply by dA."
)
def forgets_the_upstream_gradient(dA, cache, activation):
    return ref.linear_activation_backward(np.ones_like(dA), cache, activation)


@linear_activation_backward.mistake(
    "`linear_backward` takes dZ and the linear cache, which is the first of the pair."
)
def passes_the_whole_cache_on(dA, cache, activation):
    back = {"sigmoid": ref.sigmoid_backward, "relu": ref.relu_backward}[activation]
    return ref.linear_backward(back(dA, cache[1]), cache)


@linear_activation_backward.mistake("The order is dA_prev, dW, db.")
def block_gradients_in_another_order(dA, cache, activation):
    dA_prev, dW, db = ref.linear_activation_backward(dA, cache, activation)
    return dW, db, dA_prev


@linear_activation_backward.mistake(
    "That is dZ, which is only half of the way. Go on with `linear_backward`."
)
def returns_dz(dA, cache, activation):
    back = {"sigmoid": ref.sigmoid_backward, "relu": ref.relu_backward}[activation]
    return back(dA, cache[1])


@linear_activation_backward.mistake(
    "dA was multiplied by the activation function itself, not by its derivative. Use "
    "`relu_backward` or `sigmoid_backward`."
)
def multiplies_by_the_activation(dA, cache, activation):
    forward = {"sigmoid": ref.sigmoid, "relu": ref.relu}[activation]
    return ref.linear_backward(dA * forward(cache[1])[0], cache[0])


@linear_activation_backward.right
def block_backward_by_hand(dA, cache, activation):
    (A_prev, W, _), Z = cache
    A = 1 / (1 + np.exp(-Z))
    dZ = dA * (A - A**2) if activation == "sigmoid" else np.where(Z > 0, dA, 0)
    m = dA.shape[1]
    return W.T @ dZ, dZ @ A_prev.T / m, dZ.sum(axis=1, keepdims=True) / m


@linear_activation_backward.right
def block_backward_in_float32(dA, cache, activation):
    linear, Z = cache
    dZ = np.array(dA, dtype=np.float32)
    if activation == "relu":
        dZ[Z <= 0] = 0
    else:
        dZ *= (0.25 / np.cosh(Z / 2) ** 2).astype(np.float32)
    return ref.linear_backward(dZ, linear)


@lab.check("L_model_backward", points=12)
def l_model_backward(rng):
    """No hidden layer to three, equal sizes and different ones, one example."""
    for dims, m in zip([*DEPTHS, [3, 4, 1]], (4, 5, 3, 6, 1), strict=True):
        Y, AL = labels(rng, m), np.zeros(1)
        # Near 0 or 1, float32 cannot tell AL or 1 - AL well enough to divide by it.
        while AL.min() < 0.01 or AL.max() > 0.99:
            X = rng.normal(size=(dims[0], m))
            AL, caches = ref.L_model_forward(X, network(rng, dims))
        yield case(AL, Y, caches)


@l_model_backward.mistake(
    "All gradients have the wrong sign. Look at both signs in dAL."
)
def starts_with_the_wrong_sign(AL, Y, caches):
    return backward_chain(AL, Y, caches, dAL=Y / AL - (1 - Y) / (1 - AL))


@l_model_backward.mistake(
    "It starts with AL - Y. That is dZ of the last layer, from before the sigmoid. The "
    "way back starts with dAL, the derivative of the loss with respect to AL."
)
def starts_with_the_difference(AL, Y, caches):
    return backward_chain(AL, Y, caches, dAL=AL - Y)


@l_model_backward.mistake(
    "The second term of dAL, the one with 1 - Y, has the wrong sign."
)
def second_term_reversed(AL, Y, caches):
    return backward_chain(AL, Y, caches, dAL=-Y / AL - (1 - Y) / (1 - AL))


@l_model_backward.mistake(
    "The second term of dAL, the one with 1 - Y, is missing: examples with label 0 "
    "pass nothing back."
)
def second_term_missing(AL, Y, caches):
    return backward_chain(AL, Y, caches, dAL=-Y / AL)


@l_model_backward.mistake(
    "All gradients are m times too small: dAL was averaged, and `linear_backward` "
    "averages too. Once is enough."
)
def averages_twice(AL, Y, caches):
    dAL = (-Y / AL + (1 - Y) / (1 - AL)) / Y.shape[1]
    return backward_chain(AL, Y, caches, dAL=dAL)


@l_model_backward.mistake(
    "Every layer starts from the gradient of the output, dAL. Each should start from "
    "the dA_prev that the block after it returned."
)
def the_same_gradient_for_all(AL, Y, caches):
    grads, L = {}, len(caches)
    dAL = -Y / AL + (1 - Y) / (1 - AL)
    for number in range(L, 0, -1):
        activation = default_activation(number, L)
        _, Z = caches[number - 1]
        dA = dAL if number == L else np.broadcast_to(dAL, Z.shape)
        dA, dW, db = ref.linear_activation_backward(dA, caches[number - 1], activation)
        grads |= {f"dA{number - 1}": dA, f"dW{number}": dW, f"db{number}": db}
    return grads


@l_model_backward.mistake(
    "The hidden layers go back through the sigmoid. On the way forward they used ReLU."
)
def sigmoid_all_the_way(AL, Y, caches):
    return backward_chain(AL, Y, caches, lambda number, L: "sigmoid")


@l_model_backward.mistake(
    "The output goes back through ReLU. On the way forward it used the sigmoid."
)
def relu_all_the_way(AL, Y, caches):
    return backward_chain(AL, Y, caches, lambda number, L: "relu")


@l_model_backward.mistake(
    "The numbers of the dA are one too high. The block of layer l returns the gradient "
    "for the layer before it: dA with l - 1, down to dA0."
)
def da_numbered_by_its_block(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {
        f"dA{int(name[2:]) + 1}" if name.startswith("dA") else name: value
        for name, value in grads.items()
    }


@l_model_backward.mistake(
    "The gradients of the first layer are missing. The loop has to end with layer 1, "
    "caches[0]."
)
def stops_before_the_first(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    first = ("dA0", "dW1", "db1") if len(caches) > 1 else ()
    return {name: value for name, value in grads.items() if name not in first}


@l_model_backward.mistake(
    "The gradients of the first layer are missing. `range(L, 1, -1)` ends before 1."
)
def ends_before_the_first(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {n: g for n, g in grads.items() if n not in ("dA0", "dW1", "db1")}


@l_model_backward.mistake(
    "Only the last layer is there. A loop from L - 1 down to 1 does the others."
)
def last_layer_only(AL, Y, caches):
    L = len(caches)
    grads = ref.L_model_backward(AL, Y, caches)
    return {name: grads[name] for name in (f"dA{L - 1}", f"dW{L}", f"db{L}")}


@l_model_backward.mistake(
    "The caches are used in the wrong order. caches[0] belongs to layer 1, so layer l "
    "has caches[l - 1]."
)
def caches_from_the_other_end(AL, Y, caches):
    return backward_chain(AL, Y, caches[::-1])


@l_model_backward.mistake(
    "The numbers of dW and db are one too low: the block of layer l gives dW and db "
    "with the number l."
)
def parameters_numbered_from_zero(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {
        name if name.startswith("dA") else f"{name[:2]}{int(name[2:]) - 1}": value
        for name, value in grads.items()
    }


@l_model_backward.mistake(
    "The dA are missing. Keep dA0 to dA{L-1} in the dictionary too."
)
def returns_no_da(AL, Y, caches):
    grads = ref.L_model_backward(AL, Y, caches)
    return {n: g for n, g in grads.items() if not n.startswith("dA")}


@l_model_backward.right
def way_back_by_the_difference(AL, Y, caches):
    m, L = Y.shape[1], len(caches)
    dZ, grads = AL - Y, {}
    for number in reversed(range(1, L + 1)):
        (A_prev, W, _), _ = caches[number - 1]
        grads[f"dW{number}"] = dZ @ A_prev.T / m
        grads[f"db{number}"] = np.mean(dZ, axis=1, keepdims=True)
        grads[f"dA{number - 1}"] = W.T @ dZ
        if number > 1:
            dZ = grads[f"dA{number - 1}"] * (caches[number - 2][1] > 0)
    return grads


@l_model_backward.right
def way_back_with_dal_among_the_gradients(AL, Y, caches):
    L = len(caches)
    grads = {f"dA{L}": -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))}
    for number in range(L, 0, -1):
        results = ref.linear_activation_backward(
            grads[f"dA{number}"].astype(np.float32),
            caches[number - 1],
            default_activation(number, L),
        )
        names = (f"dA{number - 1}", f"dW{number}", f"db{number}")
        grads.update(zip(names, results, strict=True))
    return grads


lab.concept(
    "use_of_da0",
    points=1,
    answer="D",
    why="The last block returns it anyway. (Course 4 finds a use for it: art.)",
    because={
        "A": "The input is data. Learning changes weights and biases.",
        "B": "W1 is updated with dW1, which needs dZ1 and X.",
        "C": "Each step starts with a new forward pass, from X.",
    },
)


@lab.check("update_parameters", points=5)
def update_parameters(rng):
    """One layer to four, several rates, a rate of 0.

    - `grads` holds more than is needed; a new dictionary comes back.
    """
    rates = [*rng.uniform([0.05, 0.8, 0.005], [0.2, 0.9, 0.01]), 0.0, 2.0]
    for dims, rate in zip([*DEPTHS, [2, 3, 1]], map(float, rates), strict=True):
        grads = {"d" + name: value for name, value in network(rng, dims).items()}
        yield case(network(rng, dims), grads | {"dA0": np.ones((2, 2))}, rate)


@update_parameters.mistake(
    "The step goes uphill, along the gradient. Subtract the gradient."
)
def climbs(params, grads, learning_rate):
    return ref.update_parameters(params, grads, -learning_rate)


@update_parameters.mistake(
    'The caller\'s `params` have changed. Both `params["W1"] = …` and `W1 -= …` write '
    "into what you were given; fill a new dictionary with new arrays."
)
def steps_in_place(params, grads, learning_rate):
    for name in params:
        params[name] -= learning_rate * grads["d" + name]
    return params


@update_parameters.mistake(
    "The learning rate is not used. Multiply the gradients by it."
)
def ignores_the_rate(params, grads, learning_rate):
    return ref.update_parameters(params, grads, 1.0)


@update_parameters.mistake("The biases are unchanged. They take a step too.")
def leaves_the_biases(params, grads, learning_rate):
    after = ref.update_parameters(params, grads, learning_rate)
    return params | {name: p for name, p in after.items() if name.startswith("W")}


@update_parameters.mistake(
    "The last layer is unchanged. Layers are numbered 1 to L: range(1, L + 1), or "
    "range(L) with l + 1 in the names."
)
def leaves_the_last_layer(params, grads, learning_rate):
    L = len(params) // 2
    last = {name: params[name] for name in (f"W{L}", f"b{L}")}
    return ref.update_parameters(params, grads, learning_rate) | last


@update_parameters.mistake(
    "The first layer is unchanged. Layers are numbered 1 to L: range(1, L + 1), or "
    "range(L) with l + 1 in the names."
)
def leaves_the_first_layer(params, grads, learning_rate):
    first = {name: params[name] for name in ("W1", "b1")}
    return ref.update_parameters(params, grads, learning_rate) | first


@update_parameters.mistake(
    "These are only the steps. The new parameters are the old ones minus the steps."
)
def returns_the_steps(params, grads, learning_rate):
    return {name: learning_rate * grads["d" + name] for name in params}


@update_parameters.mistake("The weights are unchanged; only the biases take a step.")
def leaves_the_weights(params, grads, learning_rate):
    after = ref.update_parameters(params, grads, learning_rate)
    return params | {name: p for name, p in after.items() if name.startswith("b")}


@update_parameters.mistake(
    "The last layer is missing. Layers are numbered 1 to L: range(1, L + 1), or "
    "range(L) with l + 1 in the names."
)
def drops_the_last_layer(params, grads, learning_rate):
    L = len(params) // 2
    after = ref.update_parameters(params, grads, learning_rate)
    return {n: p for n, p in after.items() if n not in (f"W{L}", f"b{L}")}


@update_parameters.mistake(
    "There is no such key. Layers are numbered 1 to `len(params) // 2`, and the "
    "gradient of W1 has the key dW1."
)
def as_many_steps_as_parameters(params, grads, learning_rate):
    after = {}
    for number in range(1, len(params) + 1):
        for name in (f"W{number}", f"b{number}"):
            after[name] = params[name] - learning_rate * grads["d" + name]
    return after


@update_parameters.mistake(
    "The parameters returned are the old ones. Return the new ones."
)
def returns_the_old(params, grads, learning_rate):
    return dict(params)


@update_parameters.mistake(
    "The biases take the full gradient. The learning rate multiplies theirs too."
)
def biases_without_the_rate(params, grads, learning_rate):
    after = ref.update_parameters(params, grads, learning_rate)
    full = ref.update_parameters(params, grads, 1.0)
    return after | {name: p for name, p in full.items() if name.startswith("b")}


@update_parameters.right
def steps_on_a_deep_copy(params, grads, learning_rate):
    params = copy.deepcopy(params)
    for number in range(len(params) // 2):
        params[f"W{number + 1}"] -= learning_rate * grads[f"dW{number + 1}"]
        params[f"b{number + 1}"] -= learning_rate * grads[f"db{number + 1}"]
    return params


@update_parameters.right
def steps_in_float32(params, grads, learning_rate):
    return {
        name: np.float32(value) + np.float32(-learning_rate * grads["d" + name])
        for name, value in params.items()
    }

"""What several parts of C1W4's tests use."""

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C1W4")
ref = lab.reference


def initial_parameters(sizes, draw, bias=lambda n: np.zeros((n, 1))):
    """Initial parameters, where `draw(n, n_prev)` makes the weights of a layer."""
    start = {}
    for layer in range(1, len(sizes)):
        start[f"W{layer}"] = draw(sizes[layer], sizes[layer - 1])
        start[f"b{layer}"] = bias(sizes[layer])
    return start


def layer(rng, n, n_prev, m):
    """Input, weights and biases of one layer."""
    W = rng.normal(size=(n, n_prev)) / np.sqrt(n_prev)
    return rng.normal(size=(n_prev, m)), W, rng.normal(size=(n, 1))


def half_active(rng, n, n_prev, m):
    """The same, where Z has both signs, so that ReLU sets some of it to 0."""
    while True:
        A, W, b = layer(rng, n, n_prev, m)
        Z = W @ A + b
        if Z.min() < -0.1 and Z.max() > 0.1:
            return A, W, b


SIZES = [(1, 1, 1), (3, 3, 3), (2, 5, 4), (4, 2, 1)]  # n, n_prev, m


def network(rng, layer_dims):
    """Parameters of a network whose biases are not zero."""
    return initial_parameters(
        layer_dims,
        lambda n, n_prev: rng.normal(size=(n, n_prev)) * np.sqrt(2 / n_prev),
        lambda n: rng.normal(size=(n, 1)) / 2,
    )


DEPTHS = [[3, 1], [4, 3, 1], [3, 3, 3, 1], [5, 4, 6, 3, 1]]


def forward_chain(X, parameters, activation_of, first=1):
    """All layers, where `activation_of(layer, L)` names the activation function."""
    A, caches, L = X, [], len(parameters) // 2
    for number in range(first, L + 1):
        W, b = parameters[f"W{number}"], parameters[f"b{number}"]
        A, cache = ref.linear_activation_forward(A, W, b, activation_of(number, L))
        caches.append(cache)
    return A, caches


def default_activation(number, L):
    return "sigmoid" if number == L else "relu"


def backward_chain(AL, Y, caches, activation_of=default_activation, dAL=None):
    """All gradients, with single steps replaced."""
    grads, L = {}, len(caches)
    dA = -Y / AL + (1 - Y) / (1 - AL) if dAL is None else dAL
    for number in range(L, 0, -1):
        dA, dW, db = ref.linear_activation_backward(
            dA, caches[number - 1], activation_of(number, L)
        )
        grads |= {f"dA{number - 1}": dA, f"dW{number}": dW, f"db{number}": db}
    return grads

"""Runs the exercises of C4W4 that work on tensors, from plain arrays to plain arrays.

Costs are looked at twice: their value, and the gradient that flows back into the
generated image's activations.
"""

import numpy as np

from helpers import nn


def _array(value):
    return np.asarray(value.data if isinstance(value, nn.Tensor) else value)


def _number(value):
    """A tensor's one number, whatever shape holds it; anything else as it is."""
    array = _array(value)
    return array.reshape(()) if array.size == 1 else array


def _gradient(result, leaf, weights=1.0):
    """Gradient of the sum of `result * weights`; a text where nothing flows back."""
    if not isinstance(result, nn.Tensor) or not result.requires_grad:
        return "no gradient: the result is not connected to the Tensor"
    (result * weights).sum().backward()
    return "no gradient" if leaf.grad is None else leaf.grad


def _leaf(array):
    return nn.Tensor(array, requires_grad=True)


def cost(function, a, a_G):
    """A cost of fixed activations and those of the generated image."""
    G = _leaf(a_G)
    J = function(a, G)
    return {"cost": _number(J), "gradient with respect to a_G": _gradient(J, G)}


def gram(function, A):
    """A Gram matrix of an array and of a tensor."""
    leaf = _leaf(A)
    matrix = function(leaf)
    weights = np.cos(np.arange(_array(matrix).size)).reshape(_array(matrix).shape)
    return {
        "for an array": _array(function(A.copy())),
        "for a Tensor": _array(matrix),
        "gradient with respect to A": _gradient(matrix, leaf, weights),
    }


def style(function, a_S, a_G, STYLE_LAYERS):
    """A cost over several layers."""
    leaves = {layer: _leaf(a) for layer, a in a_G.items()}
    J = function(a_S, leaves, [tuple(pair) for pair in STYLE_LAYERS])
    found = {"cost": _number(J)}
    if isinstance(J, nn.Tensor) and J.requires_grad:
        J.sum().backward()
    for layer, leaf in leaves.items():
        grad = leaf.grad
        found[f"gradient with respect to {layer}"] = (
            np.zeros(leaf.shape) if grad is None else grad
        )
    return found


def total(function, J_content, J_style, **weights):
    """A total of two numbers, and of two tensors."""
    leaves = _leaf(np.float64(J_content)), _leaf(np.float64(J_style))
    J = function(*leaves, **weights)
    found = {
        "of numbers": _array(function(J_content, J_style, **weights)),
        "of Tensors": _array(J),
        "gradient with respect to J_content": _gradient(J, leaves[0]),
    }
    return found | {"gradient with respect to J_style": leaves[1].grad}


def steps(function, G, a_C, a_S, filters, STYLE_LAYERS, rate, weights, number):
    """Several steps on an image, seen by a network of two small convolutions.

    Args:
        function: the exercise.
        G: image, values from 0 to 1.
        a_C: activations of the second layer.
        a_S: layer name to activations.
        filters: of the two layers.
        STYLE_LAYERS: pairs of name and weight.
        rate: of gradient descent.
        weights: keyword arguments alpha and beta, or none.
        number: of steps.
    """

    def features(image):
        first = nn.relu(nn.conv2d(image, filters[0], padding="same"))
        second = nn.relu(nn.conv2d(first, filters[1], padding="same"))
        return {"first": first, "second": second}

    image = _leaf(G.copy())
    goal = {
        "content_layer": "second",
        "a_C": a_C,
        "STYLE_LAYERS": [tuple(pair) for pair in STYLE_LAYERS],
        "a_S": a_S,
    }
    optimizer = nn.SGD([image], rate)
    costs = [
        function(image, features, goal, optimizer, **weights) for _ in range(number)
    ]
    return {
        "costs": [_array(J) for J in costs],
        "costs are plain numbers": not any(isinstance(J, nn.Tensor) for J in costs),
        "pixels": image.data,
    }

"""Functions of each element, computed by all cores in blocks that fit in the cache."""

import math

import numpy as np

from helpers.nn.kernels.cores import elementwise, in_pieces


def add(a, b):
    """Sum of a and b."""
    return elementwise(np.add, a, b)


def subtract(a, b):
    """Difference of a and b."""
    return elementwise(np.subtract, a, b)


def multiply(a, b):
    """Product of a and b, element by element."""
    return elementwise(np.multiply, a, b)


def divide(a, b):
    """Quotient of a and b."""
    return elementwise(np.divide, a, b)


def tanh(x):
    """Hyperbolic tangent."""
    return elementwise(np.tanh, x)


def logistic(z):
    """1 / (1 + exp(-z)), computed with tanh, which never overflows."""
    y = np.tanh(z * z.dtype.type(0.5))
    y *= 0.5
    y += 0.5
    return y


def relu(x, maximum=None):
    """max(x, 0), limited to `maximum` if given."""
    top = x.dtype.type(np.inf if maximum is None else maximum)
    return elementwise(np.clip, x, x.dtype.type(0), top)


def relu_gradient(g, y, maximum=None):
    """Return g where 0 < y < maximum, else 0, for y = relu(x, maximum)."""

    def gradient(g, y, out):
        passed = y > 0
        if maximum is not None:
            passed &= y < maximum
        np.multiply(g, passed, out=out)

    return elementwise(gradient, g, y)


def leaky_relu(x, slope):
    """Return x where it is positive, slope * x elsewhere; the slope is below 1."""

    def forward(x, out):
        np.multiply(x, slope, out=out)
        np.maximum(out, x, out=out)

    return elementwise(forward, x)


def leaky_relu_gradient(g, y, slope):
    """Return g where y = leaky_relu(x) is positive, slope * g elsewhere."""

    def gradient(g, y, out):  # slope + (1 - slope) where y is positive
        np.multiply(y > 0, y.dtype.type(1 - slope), out=out)
        out += slope
        out *= g

    return elementwise(gradient, g, y)


def gelu(x):
    """Return x (1 + t) / 2 with t = tanh(√(2/π) (x + 0.044715 x³)), and t."""
    t = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
    return 0.5 * x * (1 + t), t


def gelu_derivative(x, t):
    """Derivative of the value that `gelu` returns with t."""
    inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner


def update_all(function, groups):
    """Change arrays in place, `function(w, g, ...)` for each group (w, g, ...)."""
    in_pieces(function, groups)

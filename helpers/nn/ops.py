"""The operations of `Tensor` as functions, and those that are not methods.

Every function takes tensors, arrays or numbers and returns a tensor. Each reads: check
of the arguments, formula, kernel call, `record`. As in `tensor`, g is the upstream
gradient.
"""

import functools

import numpy as np

from helpers.nn.kernels import elementwise, products
from helpers.nn.kernels import softmax as softmaxes
from helpers.nn.kernels.indexing import join, scatter_along_axis, split
from helpers.nn.kernels.reductions import unbroadcast
from helpers.nn.tensor import (
    Tensor,
    arrays_of,
    as_tensor,
    check_bias,
    needs_float,
    pair_of_tensors,
    record,
    record_one,
    record_pair,
)


def _function(method):
    """A method of Tensor as a function, for arrays and numbers as well."""

    @functools.wraps(method)
    def function(x, *args, **options):
        return method(as_tensor(x), *args, **options)

    return function


exp, log, sqrt = map(_function, (Tensor.exp, Tensor.log, Tensor.sqrt))
tanh, sigmoid, relu = map(_function, (Tensor.tanh, Tensor.sigmoid, Tensor.relu))
absolute, clip = map(_function, (Tensor.abs, Tensor.clip))
softmax, mean, var = map(_function, (Tensor.softmax, Tensor.mean, Tensor.var))
reshape, flatten = map(_function, (Tensor.reshape, Tensor.flatten))
transpose, swapaxes = map(_function, (Tensor.transpose, Tensor.swapaxes))

# ---------------------------------------------------------------- two arguments

# The methods behind the operators also take an array or a number as first argument.
add, subtract, matmul = Tensor.__add__, Tensor.__sub__, Tensor.__matmul__
multiply, divide = Tensor.__mul__, Tensor.__truediv__


def _extreme(function, a, b):
    a, b = pair_of_tensors(function.__name__, a, b)
    A, B = a.data, b.data
    y = function(A, B)

    def gradient(g, x):
        return g * ((x == y) / (1 + (A == B))).astype(g.dtype)

    rules = lambda g: gradient(g, A), lambda g: gradient(g, B)
    return record_pair(y, a, b, *rules, function.__name__)


def maximum(a, b):
    """The larger of a and b; where they are equal, each gets half the gradient."""
    return _extreme(np.maximum, a, b)


def minimum(a, b):
    """The smaller of a and b; where they are equal, each gets half the gradient."""
    return _extreme(np.minimum, a, b)


def where(condition, a, b):
    """Elements of a where the condition holds, of b elsewhere."""
    condition = np.asarray(condition, bool)
    a, b = pair_of_tensors("where", a, b)
    y = np.where(condition, a.data, b.data)
    rules = lambda g: np.where(condition, g, 0), lambda g: np.where(condition, 0, g)
    return record_pair(y, a, b, *rules, "where")


# ------------------------------------------------------------------ one argument


@needs_float(0)
def leaky_relu(x, slope=0.01):
    """Leave positive x unchanged, multiply negative x by a slope below 1."""
    # y = max(x, slope x);  dx = g where y > 0, else slope g
    y, gradient = elementwise.leaky_relu(x.data, slope), elementwise.leaky_relu_gradient
    return record_one(y, x, lambda g: gradient(g, y, slope), "leaky_relu")


@needs_float(0)
def softplus(x):
    """log(1 + exp(x)), numerically stable."""
    # dx = g / (1 + e^-x)
    data = x.data
    y = np.logaddexp(data, 0)
    return record_one(y, x, lambda g: g * elementwise.logistic(data), "softplus")


@needs_float(0)
def gelu(x):
    """Gaussian error linear unit, the tanh form of GPT-2."""
    # y = x (1 + t) / 2  with  t = tanh(√(2/π) (x + 0.044715 x³))
    data = x.data
    y, t = elementwise.gelu(data)
    return record_one(y, x, lambda g: g * elementwise.gelu_derivative(data, t), "gelu")


@needs_float(0)
def log_softmax(x, axis=-1):
    """log(softmax(x)), without taking the log of a rounded 0."""
    # y = x - log Σ e^x;  dx = g - e^y Σ g
    y, gradient = softmaxes.log_softmax(x.data, axis), softmaxes.log_softmax_gradient
    return record_one(y, x, lambda g: gradient(g, y, axis), "log_softmax")


# ------------------------------------------------------------------------ shapes


def broadcast_to(x, shape):
    """Repeat x along new or length-1 axes."""
    x = as_tensor(x)
    before = x.shape
    y = np.broadcast_to(x.data, shape)
    return record_one(y, x, lambda g: unbroadcast(g, before), "broadcast_to")


def take_along_axis(x, indices, axis=-1):
    """Like np.take_along_axis: one element for each index (PyTorch's gather)."""
    x, indices = as_tensor(x), np.asarray(indices)
    shape, axis = x.shape, axis % x.ndim
    y = np.take_along_axis(x.data, indices, axis)
    rule = functools.partial(scatter_along_axis, shape, indices, axis)
    return record_one(y, x, rule, "take_along_axis")


def concatenate(tensors, axis=-1):
    """Join along an existing axis, by default the last one (the channels)."""
    tensors = [as_tensor(t) for t in tensors]
    if not tensors:
        raise ValueError("concatenate: there must be at least one tensor")
    try:
        y = join([t.data for t in tensors], axis)
    except ValueError:
        shapes = ", ".join(str(t.shape) for t in tensors)
        raise ValueError(
            f"concatenate: shapes {shapes} cannot be joined along axis {axis}"
        ) from None
    sizes = [t.shape[axis] for t in tensors]
    return record(y, tensors, lambda g: split(g, sizes, axis), "concatenate")


def stack(tensors, axis=0):
    """Join along a new axis."""
    tensors = [as_tensor(t) for t in tensors]
    shapes = sorted({t.shape for t in tensors})
    if len(shapes) > 1:
        raise ValueError(f"stack: shapes differ: {', '.join(map(str, shapes))}")
    y = np.stack([t.data for t in tensors], axis)
    return record(y, tensors, lambda g: list(np.moveaxis(g, axis, 0)), "stack")


def pad(x, widths, value=0.0):
    """Pad x with a constant; `widths` has one pair (before, after) for each axis."""
    x = as_tensor(x)
    y = np.pad(x.data, widths, constant_values=value)
    inner = tuple(slice(w[0], w[0] + n) for w, n in zip(widths, x.shape, strict=True))
    return record_one(y, x, lambda g: g[inner], "pad")


# ---------------------------------------------------------------------- products


def einsum(subscripts, *operands):
    """Einstein summation with explicit output, such as "mtd,dk->mtk".

    No index may appear twice in one operand.
    """
    operands = [as_tensor(x) for x in operands]
    arrays = [x.data for x in operands]
    try:
        y = products.einsum(subscripts, arrays)
    except ValueError as problem:
        shapes = ", ".join(str(x.shape) for x in operands)
        raise ValueError(f'einsum("{subscripts}") of {shapes}: {problem}') from None
    gradients = products.einsum_gradients
    return record(y, operands, lambda g: gradients(g, subscripts, arrays), "einsum")


@needs_float(0, 1, 2)
def linear(x, W, b=None):
    """Return x W + b over the last axis: what a dense layer computes.

    Args:
        x: (..., n_in).
        W: (n_in, n_out).
        b: (n_out,) or None.
    """
    if W.ndim != 2 or x.shape[-1:] != W.shape[:1]:
        raise ValueError(
            f"linear: input {x.shape} and weights {W.shape} do not match; "
            "they should be (..., n_in) and (n_in, n_out)"
        )
    check_bias("linear", b, W.shape[1])
    # y = x W + b;  dx = g Wᵀ, dW = xᵀ g, db = Σ g over all rows
    arrays, wanted = arrays_of(x, W, b)
    y = products.linear(*arrays)  # (..., n_out)
    gradients = products.linear_gradients
    return record(y, (x, W, b), lambda g: gradients(g, *arrays[:2], wanted), "linear")

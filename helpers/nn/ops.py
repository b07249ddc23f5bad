"""Elementwise operations, reductions, shapes and products, each with its gradient.

Every function takes tensors, arrays or numbers and returns a tensor. Its inner function
`rule` is its chain rule: from the upstream gradient to the gradients of the arguments,
computed only where they are needed.
"""

import math

import numpy as np

from helpers.nn.cores import column_sums, elementwise, product, products, share
from helpers.nn.tensor import Tensor, as_tensor, needs_float, record, unbroadcast

# ---------------------------------------------------------------- two arguments


def _pair(a, b):
    a = as_tensor(a, b if isinstance(b, Tensor) else None)
    return a, as_tensor(b, a)


def _binary(name, ufunc, a, b, rule_a, rule_b):
    """Compute `ufunc(a, b)`; `rule_a(g, a, b, result)` is the gradient of a.

    The gradient is summed afterwards where `a` was broadcast; likewise for b.

    Raises:
        ValueError: if the shapes do not broadcast.
    """
    a, b = _pair(a, b)
    try:
        result = elementwise(ufunc, a.data, b.data)
    except ValueError:
        raise ValueError(
            f"{name}: shapes {a.shape} and {b.shape} do not broadcast"
        ) from None

    def rule(g):
        ga = gb = None
        if a.requires_grad:
            ga = unbroadcast(rule_a(g, a.data, b.data, result), a.shape)
        if b.requires_grad:
            gb = unbroadcast(rule_b(g, a.data, b.data, result), b.shape)
        return ga, gb

    return record(result, (a, b), rule, name)


def add(a, b):
    """Sum of a and b."""
    return _binary("add", np.add, a, b, lambda g, *_: g, lambda g, *_: g)


def subtract(a, b):
    """Difference of a and b."""
    return _binary("subtract", np.subtract, a, b, lambda g, *_: g, lambda g, *_: -g)


def multiply(a, b):
    """Product of a and b, element by element."""

    def rule_a(g, a, b, y):
        return elementwise(np.multiply, g, b)

    def rule_b(g, a, b, y):
        return elementwise(np.multiply, g, a)

    return _binary("multiply", np.multiply, a, b, rule_a, rule_b)


def divide(a, b):
    """Quotient of a and b, element by element."""
    return _binary(
        "divide",
        np.divide,
        a,
        b,
        lambda g, a, b, y: g / b,
        lambda g, a, b, y: -g * y / b,
    )


def power(a, exponent):
    """Power of a; the exponent is a number."""
    if not np.isscalar(exponent):
        raise TypeError("power: the exponent must be a number; use exp(b * log(a))")
    a, n = as_tensor(a), float(exponent)
    if n == 2.0:  # by far the most frequent case, and np.power is slow
        return record(np.square(a.data), (a,), lambda g: (g * (2 * a.data),), "power")
    return record(a.data**n, (a,), lambda g: (g * (n * a.data ** (n - 1)),), "power")


def maximum(a, b):
    """The larger of a and b; where they are equal, each gets half the gradient."""

    def share(g, mine, other):
        return g * ((mine > other) + 0.5 * (mine == other)).astype(g.dtype)

    return _binary(
        "maximum",
        np.maximum,
        a,
        b,
        lambda g, a, b, y: share(g, a, b),
        lambda g, a, b, y: share(g, b, a),
    )


def minimum(a, b):
    """The smaller of a and b."""
    a, b = _pair(a, b)
    return -maximum(-a, -b)


def where(condition, a, b):
    """Elements of a where the condition holds, of b elsewhere."""
    condition = np.asarray(condition, bool)
    a, b = _pair(a, b)

    def rule(g):
        zero = g.dtype.type(0)
        return (
            unbroadcast(np.where(condition, g, zero), a.shape),
            unbroadcast(np.where(condition, zero, g), b.shape),
        )

    return record(np.where(condition, a.data, b.data), (a, b), rule, "where")


# ------------------------------------------------------------------ one argument


def _unary(name, x, result, derivative):
    """Record `result`; `derivative()`, called on the way back, is d result / d x."""
    return record(
        result, (x,), lambda g: (elementwise(np.multiply, g, derivative()),), name
    )


def negative(x):
    """-x."""
    x = as_tensor(x)
    return record(-x.data, (x,), lambda g: (-g,), "negative")


@needs_float(0)
def exp(x):
    """Exponential."""
    y = np.exp(x.data)
    return _unary("exp", x, y, lambda: y)


@needs_float(0)
def log(x):
    """Natural logarithm."""
    return _unary("log", x, np.log(x.data), lambda: 1 / x.data)


@needs_float(0)
def sqrt(x):
    """Square root."""
    y = np.sqrt(x.data)
    return _unary("sqrt", x, y, lambda: 0.5 / y)


def absolute(x):
    """|x|; the derivative at 0 is 0."""
    x = as_tensor(x)
    return _unary("absolute", x, np.abs(x.data), lambda: np.sign(x.data))


def clip(x, low, high):
    """Limit x to [low, high]; no gradient outside."""
    x = as_tensor(x)
    y = np.clip(x.data, low, high)
    return _unary("clip", x, y, lambda: (y == x.data).astype(y.dtype))


@needs_float(0)
def tanh(x):
    """Hyperbolic tangent."""
    y = elementwise(np.tanh, x.data)
    return _unary("tanh", x, y, lambda: 1 - y * y)


def logistic(z):
    """1 / (1 + exp(-z)) of an array, computed with tanh, which never overflows."""
    y = np.tanh(z * z.dtype.type(0.5))
    y *= 0.5
    y += 0.5
    return y


@needs_float(0)
def sigmoid(x):
    """Logistic function."""
    y = logistic(x.data)
    return _unary("sigmoid", x, y, lambda: y * (1 - y))


@needs_float(0)
def relu(x, maximum=None):
    """max(x, 0), limited to `maximum` if given (6 in MobileNet).

    The derivative at 0 is 0.
    """
    top = x.dtype.type(np.inf if maximum is None else maximum)
    y = elementwise(np.clip, x.data, x.dtype.type(0), top)

    def backward(g, y, out):
        passed = y > 0
        if maximum is not None:
            passed &= y < maximum
        np.multiply(g, passed, out=out)

    return record(y, (x,), lambda g: (elementwise(backward, g, y),), "relu")


@needs_float(0)
def leaky_relu(x, slope=0.01):
    """Leave positive x unchanged, multiply negative x by a slope below 1."""

    def forward(x, out):
        np.multiply(x, slope, out=out)
        np.maximum(out, x, out=out)

    def backward(g, y, out):  # slope + (1 - slope) where y is positive
        np.multiply(y > 0, y.dtype.type(1 - slope), out=out)
        out += slope
        out *= g

    y = elementwise(forward, x.data)
    return record(y, (x,), lambda g: (elementwise(backward, g, y),), "leaky_relu")


@needs_float(0)
def softplus(x):
    """log(1 + exp(x)), numerically stable."""
    return _unary("softplus", x, np.logaddexp(x.data, 0), lambda: logistic(x.data))


@needs_float(0)
def gelu(x):
    """Gaussian error linear unit, the tanh form of GPT-2."""
    c, k = math.sqrt(2 / math.pi), 0.044715
    t = np.tanh(c * (x.data + k * x.data**3))

    def derivative():
        return 0.5 * (1 + t) + 0.5 * x.data * (1 - t * t) * c * (
            1 + 3 * k * x.data * x.data
        )

    return _unary("gelu", x, 0.5 * x.data * (1 + t), derivative)


@needs_float(0)
def softmax(x, axis=-1):
    """exp(x), normalized to sum to 1 along `axis`."""
    y = x.data - x.data.max(axis, keepdims=True)
    np.exp(y, out=y)
    y /= y.sum(axis, keepdims=True)

    def rule(g):
        dx = g * y
        dx -= y * dx.sum(axis, keepdims=True)
        return (dx,)

    return record(y, (x,), rule, "softmax")


@needs_float(0)
def log_softmax(x, axis=-1):
    """log(softmax(x)), without taking the log of a rounded 0."""
    y = x.data - x.data.max(axis, keepdims=True)
    y -= np.log(np.exp(y).sum(axis, keepdims=True))
    return record(
        y, (x,), lambda g: (g - np.exp(y) * g.sum(axis, keepdims=True),), "log_softmax"
    )


# -------------------------------------------------------------------- reductions


def _restore(g, axis, ndim, keepdims):
    """Restore the axes that a reduction removed."""
    if axis is None or keepdims:
        return g if keepdims else np.reshape(g, (1,) * ndim)
    return np.expand_dims(g, axis)


def sum_(x, axis=None, keepdims=False):
    """Sum over an axis, a tuple of axes, or all axes."""
    x = as_tensor(x)

    def rule(g):
        return (np.broadcast_to(_restore(g, axis, x.ndim, keepdims), x.shape),)

    return record(x.data.sum(axis, keepdims=keepdims), (x,), rule, "sum")


@needs_float(0)
def mean(x, axis=None, keepdims=False):
    """Average over an axis, a tuple of axes, or all axes."""
    y = x.data.mean(axis, keepdims=keepdims)
    share = y.size / max(x.size, 1)

    def rule(g):
        g = _restore(g * g.dtype.type(share), axis, x.ndim, keepdims)
        return (np.broadcast_to(g, x.shape),)

    return record(y, (x,), rule, "mean")


def var(x, axis=None, keepdims=False):
    """Variance, with divisor n (not n - 1)."""
    x = as_tensor(x)
    return mean(power(x - mean(x, axis, keepdims=True), 2), axis, keepdims)


def max_(x, axis=None, keepdims=False):
    """Largest element; equal maxima share the gradient."""
    x = as_tensor(x)
    top = x.data.max(axis, keepdims=True)

    def rule(g):
        winners = x.data == top
        share = _restore(g, axis, x.ndim, keepdims) / winners.sum(axis, keepdims=True)
        return ((winners * share).astype(g.dtype),)

    y = top if keepdims else top.reshape(x.data.max(axis).shape)
    return record(y, (x,), rule, "max")


def min_(x, axis=None, keepdims=False):
    """Smallest element."""
    return -max_(-as_tensor(x), axis, keepdims)


# ------------------------------------------------------------------------ shapes


def reshape(x, *shape):
    """The same elements in another shape, given as one tuple or several integers."""
    x = as_tensor(x)
    shape = shape[0] if len(shape) == 1 and not np.isscalar(shape[0]) else shape
    try:
        y = x.data.reshape(shape)
    except ValueError:
        raise ValueError(f"reshape: {x.shape} does not fit {shape}") from None
    return record(y, (x,), lambda g: (g.reshape(x.shape),), "reshape")


def flatten(x):
    """(m, ...) to (m, n), with n the product of the other axes."""
    x = as_tensor(x)
    return reshape(x, len(x), x.size // max(len(x), 1))


def transpose(x, *axes):
    """Axes in another order, reversed if none is given."""
    x = as_tensor(x)
    axes = axes[0] if len(axes) == 1 and not np.isscalar(axes[0]) else axes
    axes = tuple(axes) or tuple(range(x.ndim))[::-1]
    back = tuple(np.argsort(axes))
    return record(
        x.data.transpose(axes), (x,), lambda g: (g.transpose(back),), "transpose"
    )


def swapaxes(x, a, b):
    """Exchange two axes."""
    x = as_tensor(x)
    return record(
        x.data.swapaxes(a, b), (x,), lambda g: (g.swapaxes(a, b),), "swapaxes"
    )


def broadcast_to(x, shape):
    """Repeat x along new or length-1 axes."""
    x = as_tensor(x)
    y = np.broadcast_to(x.data, shape)
    return record(y, (x,), lambda g: (unbroadcast(g, x.shape),), "broadcast_to")


def getitem(x, index):
    """x[index], with slices, integers, arrays of integers or booleans."""
    x = as_tensor(x)
    index = index if isinstance(index, tuple) else (index,)
    index = tuple(i.data if isinstance(i, Tensor) else i for i in index)
    basic = all(i is None or i is ... or isinstance(i, slice | int) for i in index)

    def rule(g):
        dx = np.zeros_like(x.data)
        if basic:
            dx[index] = g
        else:  # an element taken twice gets both gradients
            np.add.at(dx, index, g)
        return (dx,)

    return record(x.data[index], (x,), rule, "getitem")


def take_along_axis(x, indices, axis=-1):
    """Like np.take_along_axis: one element for each index (PyTorch's gather)."""
    x = as_tensor(x)
    indices = np.asarray(indices)
    axis = axis % x.ndim

    def rule(g):
        grid = list(np.indices(indices.shape, sparse=True))
        grid[axis] = indices
        dx = np.zeros_like(x.data)
        np.add.at(dx, tuple(grid), g)
        return (dx,)

    y = np.take_along_axis(x.data, indices, axis)
    return record(y, (x,), rule, "take_along_axis")


def _join(arrays, axis):
    first = arrays[0]
    if axis in (0, -first.ndim) or len({a.shape[0] for a in arrays}) > 1:
        return np.concatenate(arrays, axis)
    # Joining empty arrays gives the result's shape and dtype, or the usual error.
    shape = list(np.concatenate([a[:0] for a in arrays], axis).shape)
    y = np.empty([len(first), *shape[1:]], np.result_type(*arrays))

    def part(start, stop):
        np.concatenate([a[start:stop] for a in arrays], axis, out=y[start:stop])

    share(part, len(y), y.size)
    return y


def concatenate(tensors, axis=-1):
    """Join along an existing axis, by default the last one (the channels)."""
    tensors = [as_tensor(t) for t in tensors]
    try:
        y = _join([t.data for t in tensors], axis)
    except ValueError:
        shapes = ", ".join(str(t.shape) for t in tensors)
        raise ValueError(
            f"concatenate: shapes {shapes} differ outside axis {axis}"
        ) from None
    ends = np.cumsum([t.shape[axis] for t in tensors])[:-1]

    def rule(g):
        return [np.ascontiguousarray(part) for part in np.split(g, ends, axis)]

    return record(y, tensors, rule, "concatenate")


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
    inner = tuple(
        slice(before, before + n)
        for (before, _), n in zip(widths, x.shape, strict=True)
    )
    y = np.full([n + sum(w) for n, w in zip(x.shape, widths, strict=True)], value)
    y = y.astype(x.dtype)
    y[inner] = x.data
    return record(y, (x,), lambda g: (g[inner],), "pad")


# ---------------------------------------------------------------------- products


def _matrix_product(a, b):
    if a.ndim < 2 or b.ndim != 2 or a.shape[-1] != len(b):
        return a @ b
    return product(a.reshape(-1, len(b)), b).reshape(*a.shape[:-1], b.shape[1])


def matmul(a, b):
    """Matrix product over the last two axes; the other axes broadcast."""
    a, b = as_tensor(a), as_tensor(b)
    try:
        y = _matrix_product(a.data, b.data)
    except ValueError:
        raise ValueError(
            f"matmul: shapes {a.shape} and {b.shape} do not match: the last axis of "
            "the first must equal the second-to-last axis of the second"
        ) from None

    def rule(g):
        # A vector counts as a matrix of one row (left) or one column (right).
        A = a.data if a.ndim > 1 else a.data[None, :]
        B = b.data if b.ndim > 1 else b.data[:, None]
        G = g if a.ndim > 1 else np.expand_dims(g, -1 if b.ndim == 1 else -2)
        G = G if b.ndim > 1 else np.expand_dims(G, -1)
        da = db = None
        if a.requires_grad:
            da = _matrix_product(G, B.swapaxes(-1, -2))
            da = unbroadcast(da, A.shape).reshape(a.shape)
        if b.requires_grad:
            if B.ndim == 2:  # one long product instead of many short ones
                db = product(A.reshape(-1, A.shape[-1]).T, G.reshape(-1, G.shape[-1]))
            else:
                db = unbroadcast(A.swapaxes(-1, -2) @ G, B.shape)
            db = db.reshape(b.shape)
        return da, db

    return record(y, (a, b), rule, "matmul")


def einsum(subscripts, *operands):
    """Einstein summation with an explicit result, such as "mtd,dk->mtk".

    No index may appear twice in one operand.
    """
    operands = [as_tensor(x) for x in operands]
    try:
        inputs, output = subscripts.replace(" ", "").split("->")
        inputs = inputs.split(",")
        if any(len(set(s)) < len(s) for s in (*inputs, output)):
            raise ValueError("an index appears twice in one operand")
        y = np.einsum(subscripts, *(x.data for x in operands), optimize=True)
    except ValueError as problem:
        shapes = ", ".join(str(x.shape) for x in operands)
        raise ValueError(f'einsum("{subscripts}") of {shapes}: {problem}') from None

    def rule(g):
        gradients = []
        for i, x in enumerate(operands):
            others = [x.data for j, x in enumerate(operands) if j != i]
            known = [s for j, s in enumerate(inputs) if j != i]
            # An index that appears in no other operand was simply summed, so the
            # gradient is constant along it.
            have = "".join(s for s in inputs[i] if s in "".join([output, *known]))
            d = np.einsum(
                f"{','.join([output, *known])}->{have}", g, *others, optimize=True
            )
            missing = tuple(k for k, s in enumerate(inputs[i]) if s not in have)
            gradients.append(np.broadcast_to(np.expand_dims(d, missing), x.shape))
        return gradients

    return record(y, operands, rule, "einsum")


@needs_float(0, 1, 2)
def linear(x, W, b=None):
    """Return x W + b over the last axis: what a dense layer computes.

    Args:
        x: (..., n_in).
        W: (n_in, n_out).
        b: (n_out,) or None.
    """
    n_in, n_out = W.shape
    if x.shape[-1:] != (n_in,):
        raise ValueError(
            f"linear: input {x.shape} and weights {W.shape} do not match: "
            f"the last axis of the input must be {n_in}"
        )
    rows = x.data.reshape(-1, n_in)
    y = product(rows, W.data, None if b is None else b.data)

    def rule(g):
        g = g.reshape(-1, n_out)
        wanted = [(g, W.data.T)] * x.requires_grad + [(rows.T, g)] * W.requires_grad
        found = products(*wanted)
        dx = found.pop(0).reshape(x.shape) if x.requires_grad else None
        dW = found.pop() if W.requires_grad else None
        return (dx, dW) if b is None else (dx, dW, column_sums(g))

    parents = (x, W) if b is None else (x, W, b)
    return record(y.reshape(*x.shape[:-1], n_out), parents, rule, "linear")


def _methods():
    """Let tensors be used in formulas: a + b, x.sum(), np.sum(x), x[1:]."""

    def swapped(function):
        return lambda a, b: function(b, a)

    def reduction(function):
        def method(x, axis=None, keepdims=False, **given):
            given = [name for name, value in given.items() if value is not None]
            if given:  # np.sum(x) and the like pass out=None, which does no harm
                raise TypeError(f"tensors have no {', '.join(given)} in reductions")
            return function(x, axis, keepdims)

        return method

    for name, function in {
        "add": add,
        "sub": subtract,
        "mul": multiply,
        "truediv": divide,
        "matmul": matmul,
    }.items():
        setattr(Tensor, f"__{name}__", function)
        setattr(Tensor, f"__r{name}__", swapped(function))
    Tensor.__neg__, Tensor.__pow__, Tensor.__getitem__ = negative, power, getitem
    Tensor.__abs__ = Tensor.abs = absolute
    Tensor.sum, Tensor.mean = reduction(sum_), reduction(mean)
    Tensor.max, Tensor.min = reduction(max_), reduction(min_)
    Tensor.T = property(transpose)
    for function in (
        exp,
        log,
        sqrt,
        tanh,
        sigmoid,
        relu,
        softmax,
        clip,
        var,
        reshape,
        flatten,
        transpose,
        swapaxes,
    ):
        setattr(Tensor, function.__name__, function)


_methods()

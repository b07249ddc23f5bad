"""Hidden tests of C2W3: the operations of automatic differentiation."""

import numpy as np

from autograder.checks.C2W3.common import NO_FRAMEWORK, lab, ref
from autograder.checks.check import case


@lab.check("unbroadcast", points=5, forbid=NO_FRAMEWORK)
def unbroadcast(rng):
    """Nothing to do; axes of length 1 left and right, missing axes, both, a number."""
    for wide, shape in [
        ((2, 3), (2, 3)),
        ((2, 3), (2, 1)),
        ((3, 3), (1, 3)),
        ((2, 3), (3,)),
        ((4, 2, 3), (2, 1)),
        ((2, 3), ()),
        ((1, 4), (1, 1)),
        ((2, 2, 2), (1, 2, 1)),
    ]:
        yield case(rng.normal(size=wide), shape)


@unbroadcast.mistake("These are averages. What is used several times gets the sum.")
def averages_over_axes(gradient, shape):
    narrow = ref.unbroadcast(gradient, shape)
    return narrow * narrow.size / gradient.size


@unbroadcast.mistake(
    "Axes of length 1 are not summed over. The array was repeated along them, too."
)
def leaves_axes_of_one(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    return gradient


@unbroadcast.mistake(
    "Missing axes are not summed over. Shapes are compared from the right, so the "
    "extra axes are on the left."
)
def leaves_missing_axes(gradient, shape):
    extra = gradient.ndim - len(shape)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = gradient.sum(axis=extra + axis, keepdims=True)
    return gradient


@unbroadcast.mistake("Axes of length 1 are lost in the sum. They must be kept.")
def loses_axes_of_one(gradient, shape):
    narrow = ref.unbroadcast(gradient, shape)
    stretched = gradient.shape[gradient.ndim - len(shape) :]
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and stretched[i] != 1)
    return np.squeeze(narrow, axis=axes)


@unbroadcast.mistake(
    "It sums over extra axes on the right. Shapes are compared from the right, so the "
    "extra ones are on the left."
)
def sums_on_the_right(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=-1)
    return ref.unbroadcast(gradient, shape)


@unbroadcast.mistake(
    "It sums over missing axes, but along axes of length 1 it keeps the first value. "
    "The array was repeated there, too."
)
def keeps_the_first_along_axes_of_one(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = np.take(gradient, [0], axis=axis)
    return gradient


@unbroadcast.mistake("It takes the first of the repeated gradients. All of them count.")
def takes_the_first(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient[0]
    for axis, length in enumerate(shape):
        if length == 1:
            gradient = np.take(gradient, [0], axis=axis)
    return gradient


@unbroadcast.right
def unbroadcast_in_one_sum(gradient, shape):
    extra = gradient.ndim - len(shape)
    axes = [*range(extra), *(extra + i for i, n in enumerate(shape) if n == 1)]
    return gradient.sum(axis=tuple(axes)).reshape(shape)


@unbroadcast.right
def unbroadcast_value_by_value(gradient, shape):
    out = np.zeros(shape)
    index = np.broadcast_to(np.arange(out.size).reshape(shape), gradient.shape)
    np.add.at(out.reshape(-1), index.ravel(), gradient.ravel())
    return out


def _pairs(rng):
    """Two arrays and the gradient of their sum or product."""
    for one, other in [((2, 3), (2, 3)), ((3, 4), (3, 1)), ((3,), (2, 3)), ((), (4,))]:
        a, b = rng.normal(size=one), rng.normal(size=other)
        yield case(np.asarray(a), np.asarray(b), rng.normal(size=np.shape(a + b)))


def _result(data, parents, rule, name=""):
    """A tensor of the class of its parents."""
    return type(parents[0])(data, parents, rule, name)


@lab.check("add", points=2, driver="two_parents", forbid=NO_FRAMEWORK)
def add(rng):
    """Equal shapes, a column, a missing axis, a number."""
    yield from _pairs(rng)


@add.mistake(
    "A parent that was broadcast gets a gradient of the wrong shape. Sum it down to "
    "the parent's shape."
)
def adds_without_unbroadcast(a, b):
    return _result(a.data + b.data, (a, b), lambda g: (g, g))


@add.mistake(
    "The gradient of a has the wrong shape where a was broadcast. Either parent may be."
)
def unbroadcasts_b_only(a, b):
    return _result(
        a.data + b.data, (a, b), lambda g: (g, ref.unbroadcast(g, b.data.shape))
    )


@add.mistake(
    "The gradient of b has the wrong shape where b was broadcast. Either parent may be."
)
def unbroadcasts_a_only(a, b):
    return _result(
        a.data + b.data, (a, b), lambda g: (ref.unbroadcast(g, a.data.shape), g)
    )


@add.mistake("The rule returns the gradient of one parent only. There are two.")
def answers_for_one(a, b):
    return _result(
        a.data + b.data, (a, b), lambda g: (ref.unbroadcast(g, a.data.shape),)
    )


@add.mistake(
    "The gradients are multiplied by the other summand. That is the rule for a product."
)
def rule_of_a_product(a, b):
    def rule(g):
        return (
            ref.unbroadcast(g * b.data, a.data.shape),
            ref.unbroadcast(g * a.data, b.data.shape),
        )

    return _result(a.data + b.data, (a, b), rule)


@add.mistake(
    "The rule returns the derivatives, ones, without the upstream gradient `g`."
)
def forgets_g_in_a_sum(a, b):
    return _result(
        a.data + b.data,
        (a, b),
        lambda g: (
            ref.unbroadcast(np.ones_like(g), a.data.shape),
            ref.unbroadcast(np.ones_like(g), b.data.shape),
        ),
    )


@add.right
def add_with_a_loop(a, b):
    def rule(g):
        return [ref.unbroadcast(g, parent.data.shape) for parent in (a, b)]

    return _result(np.add(a.data, b.data), (a, b), rule)


@add.right
def add_on_copies(a, b):
    shapes = np.shape(a.data), np.shape(b.data)

    def rule(g):
        g = np.array(g, dtype=np.float32)
        return tuple(unbroadcast_in_one_sum(g, shape) for shape in shapes)

    return _result(a.data + b.data, (a, b), rule)


@lab.check("multiply", points=3, driver="two_parents", forbid=NO_FRAMEWORK)
def multiply(rng):
    """Equal shapes, a column, a missing axis, a number."""
    yield from _pairs(rng)


@multiply.mistake(
    "A parent that was broadcast gets a gradient of the wrong shape. Sum it down to "
    "the parent's shape."
)
def multiplies_without_unbroadcast(a, b):
    return _result(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))


@multiply.mistake(
    "The two gradients are swapped: the derivative with respect to one factor is the "
    "other one."
)
def swaps_the_factors(a, b):
    def rule(g):
        return (
            ref.unbroadcast(g * a.data, a.data.shape),
            ref.unbroadcast(g * b.data, b.data.shape),
        )

    return _result(a.data * b.data, (a, b), rule)


@multiply.mistake("The upstream gradient `g` is not used.")
def forgets_g(a, b):
    def rule(g):
        one = np.ones_like(g)
        return (
            ref.unbroadcast(one * b.data, a.data.shape),
            ref.unbroadcast(one * a.data, b.data.shape),
        )

    return _result(a.data * b.data, (a, b), rule)


@multiply.mistake("The gradients pass unchanged. That is the rule for a sum.")
def rule_of_a_sum(a, b):
    return _result(a.data * b.data, (a, b), ref.add(a, b).rule)


@multiply.right
def multiply_on_named_parts(a, b):
    x, y = a.data, b.data

    def rule(g):
        da, db = y * g, x * g
        return [
            unbroadcast_in_one_sum(da, x.shape),
            unbroadcast_in_one_sum(db, y.shape),
        ]

    return _result(x * y, (a, b), rule)


@multiply.right
def multiply_in_float32(a, b):
    def rule(g):
        g = np.asarray(g, np.float32)
        return tuple(
            ref.unbroadcast(g * other.data, one.data.shape)
            for one, other in ((a, b), (b, a))
        )

    return _result(np.multiply(a.data, b.data), (a, b), rule)


@lab.check("matmul", points=4, driver="two_parents", forbid=NO_FRAMEWORK)
def matmul(rng):
    """Squares, which hide a missing transpose; others; outer and inner products."""
    for n, k, m in [(2, 2, 2), (3, 4, 2), (4, 1, 3), (1, 5, 1)]:
        a, b = rng.normal(size=(n, k)), rng.normal(size=(k, m))
        yield case(a, b, rng.normal(size=(n, m)))


@matmul.mistake(
    "Transposes are missing. With square matrices the shapes hide it; with others they "
    "do not fit."
)
def forgets_to_transpose(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (g @ b.data, a.data @ g))


@matmul.mistake(
    "The factors are in the wrong order. Look at the shapes of a matrix that is not "
    "square."
)
def reverses_the_products(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (b.data.T @ g, g @ a.data.T))


@matmul.mistake("The gradient of b is transposed. It must have the shape of b.")
def transposes_the_second(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (g @ b.data.T, (a.data.T @ g).T))


@matmul.mistake("The gradient of a is transposed. It must have the shape of a.")
def transposes_the_first(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: ((g @ b.data.T).T, a.data.T @ g))


@matmul.mistake(
    "The gradient of a is divided by the number of columns. A rule does not average; "
    "the cost has done that."
)
def averages_the_first(a, b):
    return _result(
        a.data @ b.data,
        (a, b),
        lambda g: (g @ b.data.T / g.shape[1], a.data.T @ g),
    )


@matmul.mistake("The two gradients are swapped: that of a comes first.")
def swaps_the_gradients(a, b):
    return _result(a.data @ b.data, (a, b), lambda g: (a.data.T @ g, g @ b.data.T))


@matmul.mistake(
    "The gradients are divided by the number of columns. A rule does not average; the "
    "cost has done that."
)
def averages_over_columns(a, b):
    return _result(
        a.data @ b.data,
        (a, b),
        lambda g: (g @ b.data.T / g.shape[1], a.data.T @ g / g.shape[1]),
    )


@matmul.right
def matmul_with_einsum(a, b):
    def rule(g):
        return np.einsum("nm,km->nk", g, b.data), np.einsum("nk,nm->km", a.data, g)

    return _result(a.data @ b.data, (a, b), rule)


@matmul.right
def matmul_with_loops(a, b):
    def rule(g):
        da, db = np.zeros(a.data.shape), np.zeros(b.data.shape)
        for (i, j), upstream in np.ndenumerate(g):
            da[i] += upstream * b.data[:, j]
            db[:, j] += upstream * a.data[i]
        return da, db

    return _result(a.data @ b.data, (a, b), rule)


@lab.check("relu", points=2, driver="one_parent", forbid=NO_FRAMEWORK)
def relu(rng):
    """A matrix, a vector, a number, all negative; gradients of both signs."""

    # "where a > 0 the gradient passes; elsewhere it is 0", "do not write into `g`";
    # every pair of signs of a and g occurs, and a is 0 in one case
    def sized(signs, shape):
        return np.resize(signs, shape) * rng.uniform(0.2, 2, size=shape)

    for shape in [(3, 4), (5,)]:
        yield case(sized([1, -1, 1, -1], shape), sized([1, 1, -1, -1], shape))
    yield case(sized([0, 1, -1], (2, 3)), sized([1, 1, 1, -1], (2, 3)))
    yield case(sized([1], (1, 1)), sized([-1], (1, 1)))
    yield case(sized([-1], (2, 3)), sized([1, -1], (2, 3)))


@relu.mistake(
    "The gradient passes everywhere. Where the input was negative it must be 0."
)
def passes_everything(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g,))


@relu.mistake("The gradient passes where the input is 0. There it should be 0.")
def passes_at_zero(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * (a.data >= 0),))


@relu.mistake(
    "The gradient is multiplied by the sign of the input. The derivative is 1 or 0, "
    "never -1."
)
def multiplies_by_the_sign(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * np.sign(a.data),))


@relu.mistake(
    "It looks at the sign of the gradient. What counts is the sign of the input."
)
def sign_of_the_gradient(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * (g > 0),))


@relu.mistake(
    "It writes into `g`, an array that other tensors may hold. Make a new array."
)
def writes_into_g(a):
    def rule(g):
        g[a.data <= 0] = 0
        return (g,)

    return _result(np.maximum(a.data, 0), (a,), rule)


@relu.mistake(
    "The rule returns an array. It must return a tuple, even with one parent."
)
def no_tuple(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: g * (a.data > 0))


@relu.mistake("The rule returns the derivatives, 0 and 1, without `g`.")
def derivatives_alone(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: ((a.data > 0) * 1.0,))


@relu.mistake("The gradient is multiplied by the value. The derivative is 0 or 1.")
def multiplies_by_the_value(a):
    return _result(np.maximum(a.data, 0), (a,), lambda g: (g * np.maximum(a.data, 0),))


@relu.right
def relu_with_where(a):
    return _result(
        np.maximum(a.data, 0), (a,), lambda g: (np.where(a.data <= 0, 0.0, g),)
    )


@relu.right
def relu_on_a_copy(a):
    data = a.data.clip(min=0)

    def rule(g):
        g = np.array(g, dtype=np.float32)
        g[data == 0] = 0
        return [g]

    return _result(data, (a,), rule)


@lab.check("sum_", points=4, driver="summed", forbid=NO_FRAMEWORK)
def sum_(rng):
    """Over everything, over each axis, kept and not, in a square and in three axes."""
    for shape, axis, keepdims in [
        ((2, 3), None, False),
        ((3, 3), 1, False),
        ((3, 3), 0, False),
        ((2, 4), 1, False),
        ((2, 4), 1, True),
        ((2, 3, 2), 1, False),
        ((2, 3), None, True),
    ]:
        a = rng.normal(size=shape)
        g = rng.normal(size=np.shape(a.sum(axis=axis, keepdims=keepdims)))
        yield case(a, axis, keepdims, np.asarray(g))


def _sum(a, axis, keepdims, rule):
    return _result(np.asarray(a.data.sum(axis=axis, keepdims=keepdims)), (a,), rule)


@sum_.mistake(
    "A vanished axis is not put back before repeating. With a square array there is no "
    "error, but the gradients lie along the wrong axis."
)
def leaves_the_axis_out(a, axis=None, keepdims=False):
    return _sum(a, axis, keepdims, lambda g: (np.broadcast_to(g, a.data.shape),))


@sum_.mistake(
    "The gradient keeps the shape of the sum. Repeat it to the shape of the input."
)
def does_not_repeat(a, axis=None, keepdims=False):
    return _sum(a, axis, keepdims, lambda g: (g,))


@sum_.mistake(
    "The gradient is divided among the values. That is the rule for an average; in a "
    "sum each value gets all of it."
)
def rule_of_an_average(a, axis=None, keepdims=False):
    rule = ref.sum_(a, axis, keepdims).rule
    count = a.data.size if axis is None else a.data.shape[axis]
    return _sum(a, axis, keepdims, lambda g: (rule(g)[0] / count,))


@sum_.mistake("The rule returns ones. Each value gets `g`, not 1.")
def gradient_of_one(a, axis=None, keepdims=False):
    return _sum(a, axis, keepdims, lambda g: (np.ones_like(a.data),))


@sum_.mistake(
    "The rule returns an array. It must return a tuple, even with one parent."
)
def sum_without_tuple(a, axis=None, keepdims=False):
    rule = ref.sum_(a, axis, keepdims).rule
    return _sum(a, axis, keepdims, lambda g: np.array(rule(g)[0]))


@sum_.right
def sum_by_multiplication(a, axis=None, keepdims=False):
    shape = a.data.sum(axis=axis, keepdims=True).shape
    return _sum(
        a, axis, keepdims, lambda g: (np.ones(a.data.shape) * np.reshape(g, shape),)
    )


@sum_.right
def sum_by_repetition(a, axis=None, keepdims=False):
    def rule(g):
        if axis is None:
            return (np.full(a.data.shape, np.squeeze(g)),)
        g = np.asarray(g, np.float32)
        if not keepdims:
            g = np.expand_dims(g, axis)
        return (np.repeat(g, a.data.shape[axis], axis=axis),)

    return _sum(a, axis, keepdims, rule)

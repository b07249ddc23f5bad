"""Tensor: a NumPy array that remembers how it was computed.

Each operation returns a new tensor whose *node* keeps the nodes of the operation's
arguments (its parents) and a *rule*: a function from the gradient of the loss with
respect to the result (the upstream gradient) to the gradients with respect to the
arguments. `Tensor.backward` goes through the nodes from the loss to the leaves, in
reverse topological order, and adds up the gradients that arrive at each node. This is
all of reverse-mode automatic differentiation. The second half of the class `Tensor`
contains the operations that have an operator or a method; the others are in the other
files.

In the rules, g is the upstream gradient.
"""

import contextlib
import contextvars
import functools
import math

import numpy as np

from helpers.nn.kernels import elementwise, products, softmax
from helpers.nn.kernels.elementwise import multiply as times
from helpers.nn.kernels.elementwise import relu_gradient
from helpers.nn.kernels.indexing import scatter
from helpers.nn.kernels.reductions import spread, to_extreme, unbroadcast

# ----------------------------------------------------------------------- the graph

_recording = contextvars.ContextVar("_recording", default=True)


@contextlib.contextmanager
def no_grad():
    """Context manager and decorator: inside it, this thread records nothing."""
    before = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(before)


class Node:
    """The place of a tensor in the graph.

    A node does not hold the tensor's values, so those that no rule needs can be freed
    during the forward pass.

    Attributes:
        requires_grad: whether `backward` computes a gradient for this node.
        parents: the nodes it was computed from; empty for a leaf.
        rule: upstream gradient -> one gradient (or None) for each parent.
        grad: for a leaf, the gradient after `backward`, or None.
        hooks: functions to call with the complete gradient.
    """

    __slots__ = ("grad", "hooks", "parents", "requires_grad", "rule")

    def __init__(self, requires_grad=False, parents=(), rule=None):
        self.requires_grad, self.parents, self.rule = requires_grad, parents, rule
        self.grad, self.hooks = None, ()


def topological_order(node):
    """List nodes that need a gradient, parents before children, without recursion."""
    order, seen, stack = [], set(), [(node, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((p, False) for p in node.parents if p.requires_grad)
    return order


def propagate(node, gradient, retain_graph=False):
    """Run the backward pass from `node`: add to `grad` of every leaf it depends on.

    Args:
        node: where to start.
        gradient: the gradient of the loss with respect to `node`.
        retain_graph: whether to keep the records for another call.
    """
    order = topological_order(node)
    arrived = {node: gradient}  # node -> sum of the gradients that arrived so far
    while order:  # popping frees each record's memory as soon as it is used
        node = order.pop()
        gradient = arrived.pop(node, None)
        if gradient is None:  # the loss does not depend on it after all
            continue
        for hook in node.hooks:
            changed = hook(gradient)
            if changed is not None:
                gradient = np.asarray(changed).reshape(gradient.shape)
        if node.rule is None:  # a leaf gets an array of its own
            own = np.array(gradient, order="C")
            node.grad = own if node.grad is None else node.grad + own
            continue
        for parent, part in zip(node.parents, node.rule(gradient), strict=True):
            if part is not None and parent.requires_grad:
                arrived[parent] = arrived[parent] + part if parent in arrived else part
        if not retain_graph:
            node.parents, node.rule = (), _freed


def _freed(gradient):
    raise RuntimeError("backward: the graph is freed; keep it with retain_graph=True")


def record(data, parents, rule, name=""):
    """Make the result of an operation a tensor whose node stores the backward rule.

    Args:
        data: the result, an array; or a tuple of arrays, if there are several results.
        parents: the tensors it was computed from, or None for an argument left out.
        rule: upstream gradient -> tuple of gradients, one for each parent. It may
            return None for a parent that needs no gradient, and must not write into the
            upstream gradient. With several results, it takes one upstream gradient for
            each; for a result that the loss does not depend on, this is None.
        name: name of the operation.

    Returns:
        a tensor, or a tuple of tensors.
    """
    nodes = tuple(Node() if parent is None else parent.node for parent in parents)
    recorded = _recording.get() and any(node.requires_grad for node in nodes)
    node = Node(True, nodes, rule) if recorded else Node()
    if not isinstance(data, tuple):
        return Tensor._of(np.asarray(data), node, name)
    # Each result has a node of its own, whose rule passes the pair (position, gradient)
    # on to the common node. There, the pairs are added up like any other gradients:
    # adding tuples concatenates them.
    if recorded:
        node.rule = lambda pairs: rule(*map(dict(pairs).get, range(len(data))))
    results = []
    for i, array in enumerate(data):
        pairs = functools.partial(lambda i, g: (((i, g),),), i)
        part = Node(True, (node,), pairs) if recorded else Node()
        results.append(Tensor._of(array, part, name))
    return tuple(results)


# ------------------------------------------------------------------------- helpers


def as_tensor(value, like=None):
    """`value` as a tensor; a plain number takes the dtype of the tensor `like`."""
    if isinstance(value, Tensor):
        return value
    if like is not None and np.ndim(value) == 0:
        kind = like.dtype if like.dtype.kind == "f" else None
        return Tensor(np.asarray(value, kind))
    return Tensor(value)


def needs_float(*positions):
    """Decorator: arguments at these positions become floating-point tensors.

    Raises:
        TypeError: if one of them is not floating-point.
    """

    def decorate(function):
        names = function.__code__.co_varnames  # the arguments come first

        @functools.wraps(function)
        def checked(*args, **kwargs):
            args = list(args)
            for i in positions:
                given, at = (args, i) if i < len(args) else (kwargs, names[i])
                if (given is args or at in kwargs) and given[at] is not None:
                    given[at] = as_tensor(given[at])
                    if given[at].dtype.kind != "f":
                        raise TypeError(
                            f"{function.__name__}: argument {i + 1} must be "
                            f"floating-point, got {given[at].dtype}; "
                            "convert with .astype(np.float32)"
                        )
            return function(*args, **kwargs)

        return checked

    return decorate


def arrays_of(*tensors):
    """The arrays of tensors (None for None), and whether each needs a gradient."""
    arrays = [None if t is None else t.data for t in tensors]
    return arrays, [t is not None and t.requires_grad for t in tensors]


def pair_of_tensors(name, a, b):
    """Make a and b tensors whose shapes broadcast.

    Raises:
        ValueError: if they do not; the message contains `name`.
    """
    a = as_tensor(a, b if isinstance(b, Tensor) else None)
    b = as_tensor(b, a)
    if a.shape != b.shape:
        try:
            np.broadcast_shapes(a.shape, b.shape)
        except ValueError:
            raise ValueError(
                f"{name}: shapes {a.shape} and {b.shape} do not broadcast"
            ) from None
    return a, b


def record_pair(data, a, b, rule_a, rule_b, name):
    """Record an operation on a and b, which may have been broadcast.

    Args:
        data: the result.
        a: the first argument.
        b: the second argument.
        rule_a: g -> gradient of a before summing over broadcast axes.
        rule_b: likewise for b.
        name: name of the operation.
    """
    jobs = [
        (t.shape, f) if t.requires_grad else None for t, f in [(a, rule_a), (b, rule_b)]
    ]

    def rule(g):
        return [job and unbroadcast(job[1](g), job[0]) for job in jobs]

    return record(data, (a, b), rule, name)


def record_one(data, x, rule, name):
    """Record an operation on one tensor; the rule returns one gradient."""
    return record(data, (x,), lambda g: (rule(g),), name)


def check_bias(name, b, n):
    """Raise an error if the shape of a bias, unless it is None, is not (n,)."""
    if b is not None and b.shape != (n,):
        raise ValueError(f"{name}: bias {b.shape} should be ({n},)")


def _no_options(given):
    """np.sum(x) and the like pass out=None, which does no harm; others are refused."""
    given = [name for name, value in given.items() if value is not None]
    if given:
        raise TypeError(f"tensors have no {', '.join(given)} in reductions")


# -------------------------------------------------------------------------- Tensor


def _of_node(name):
    """An attribute of a tensor that its node stores."""
    return property(
        lambda self: getattr(self.node, name),
        lambda self, value: setattr(self.node, name, value),
    )


def _reflected(operation):
    """The method for `array + tensor`, given that for `tensor + array`, and so on."""
    return lambda self, other: operation(other, self)


class Tensor:
    """An n-dimensional array with a gradient.

    The dtype of a result follows NumPy's rules, except that Python numbers and NumPy
    scalars take the dtype of the tensor. A float32 tensor times an array of float64 or
    int64 is float64.

    Args:
        data: array, number or nested list. Python numbers and lists become float32;
            arrays keep their dtype (float64 stays float64, integers stay integers).
        requires_grad: whether `backward` computes a gradient for this tensor.
        dtype: the dtype to convert to.

    Attributes:
        data: the values, a NumPy array.
        grad: the gradient after `backward`, an array of the same shape, or None.
        node: its place in the graph, which also stores `requires_grad`, `grad`,
            `parents` (nodes) and `rule`.
        name: the operation that made it, or the name of a parameter.

    Raises:
        TypeError: if `requires_grad` is set for data that are not floating-point.
    """

    __array_ufunc__ = None  # array + tensor calls Tensor.__radd__

    def __init__(self, data, requires_grad=False, dtype=None, name=""):
        if isinstance(data, Tensor):
            data = data.data
        if dtype is None and not isinstance(data, np.ndarray | np.generic):
            dtype = np.float32
        self.data = np.asarray(data, dtype)
        self.node, self.name = Node(requires_grad), name
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(
                f"only floating-point tensors have gradients, got {self.data.dtype}; "
                "convert with .astype(np.float32)"
            )

    @staticmethod
    def _of(data, node, name):
        """The result of an operation, without the checks of a tensor made by hand."""
        result = Tensor.__new__(Tensor)
        result.data, result.node, result.name = data, node, name
        return result

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)

    requires_grad, grad = _of_node("requires_grad"), _of_node("grad")
    parents, rule = _of_node("parents"), _of_node("rule")

    def numpy(self):
        """The values as an array (not a copy)."""
        return self.data

    def item(self):
        """The only element, as a Python number."""
        return self.data.item()

    def detach(self):
        """The same values, detached from the graph."""
        return Tensor(self.data)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.data, dtype, copy=copy)

    def __len__(self):
        return len(self.data)

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        return float(self.data.item())

    def __repr__(self):
        tail = ", requires_grad=True" if self.requires_grad else ""
        return f"Tensor({np.array2string(self.data, prefix='Tensor(')}{tail})"

    def zero_grad(self):
        """Clear the gradient."""
        self.grad = None

    def register_hook(self, hook):
        """Call `hook(gradient)` when the gradient of this tensor is complete.

        If the hook returns something other than None, this replaces the gradient. It
        must not change the array that it gets, which may belong to other tensors, too.
        """
        self.node.hooks = (*self.node.hooks, hook)

    def backward(self, gradient=None, retain_graph=False):
        """Add the gradient of this tensor to `.grad` of every leaf it depends on.

        Args:
            gradient: gradient of the loss with respect to this tensor; for a scalar it
                may be left out and is 1.
            retain_graph: whether to keep the records for another call.

        Raises:
            RuntimeError: if nothing was recorded, or the graph has already been freed.
            ValueError: if `gradient` is missing or has another shape.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "backward: this tensor does not depend on any with requires_grad=True"
            )
        if gradient is None:
            if self.size != 1:
                raise ValueError(
                    f"backward: for a tensor of shape {self.shape}, pass a gradient; "
                    "it may be left out only for a scalar"
                )
            gradient = np.ones_like(self.data)
        gradient = np.asarray(gradient, self.dtype)
        if gradient.shape != self.shape:
            raise ValueError(
                f"backward: gradient of shape {gradient.shape} "
                f"for a tensor of shape {self.shape}"
            )
        propagate(self.node, gradient, retain_graph)

    # ---------------------------------------------------------------- arithmetic

    def __add__(self, other):
        """Sum of a and b."""
        # y = a + b;  da = g, db = g
        a, b = pair_of_tensors("add", self, other)
        y = elementwise.add(a.data, b.data)
        return record_pair(y, a, b, lambda g: g, lambda g: g, "add")

    def __sub__(self, other):
        """Difference of a and b."""
        # y = a - b;  da = g, db = -g
        a, b = pair_of_tensors("subtract", self, other)
        y = elementwise.subtract(a.data, b.data)
        return record_pair(y, a, b, lambda g: g, lambda g: -g, "subtract")

    def __mul__(self, other):
        """Product of a and b, element by element."""
        # y = a b;  da = g b, db = g a
        a, b = pair_of_tensors("multiply", self, other)
        A, B = a.data, b.data
        return record_pair(
            times(A, B), a, b, lambda g: times(g, B), lambda g: times(g, A), "multiply"
        )

    def __truediv__(self, other):
        """Quotient of a and b, element by element."""
        # y = a / b;  da = g / b, db = -g y / b
        a, b = pair_of_tensors("divide", self, other)
        B, y = b.data, elementwise.divide(a.data, b.data)
        return record_pair(y, a, b, lambda g: g / B, lambda g: -g * y / B, "divide")

    def __matmul__(self, other):
        """Matrix product over the last two axes; the other axes broadcast."""
        # y = A B over the last two axes;  dA = g Bᵀ, dB = Aᵀ g
        a, b = as_tensor(self), as_tensor(other)
        try:
            y = products.matmul(a.data, b.data)
        except ValueError:
            raise ValueError(
                f"matmul: shapes {a.shape} and {b.shape} do not match: the last axis "
                "of the first must equal the second-to-last axis of the second"
            ) from None
        (arrays, wanted), gradients = arrays_of(a, b), products.matmul_gradients
        return record(y, (a, b), lambda g: gradients(g, *arrays, wanted), "matmul")

    def __pow__(self, exponent):
        # y = x^n for a number n;  dx = g n x^(n - 1)
        if not np.isscalar(exponent):
            raise TypeError("power: the exponent must be a number; use exp(b * log(a))")
        x, n = self.data, float(exponent)
        y = np.square(x) if n == 2 else x**n  # np.power is slow
        rest = n - 1 if n else 0  # for n = 0, the gradient is 0, even where x is 0
        return record_one(
            y, self, lambda g: times(g, n * (x if n == 2 else x**rest)), "power"
        )

    def __neg__(self):
        # y = -x;  dx = -g
        return record(-self.data, (self,), lambda g: (-g,), "negative")

    __radd__, __rsub__ = _reflected(__add__), _reflected(__sub__)
    __rmul__, __rtruediv__ = _reflected(__mul__), _reflected(__truediv__)
    __rmatmul__ = _reflected(__matmul__)

    # ------------------------------------------------------- elementwise functions

    @needs_float(0)
    def exp(self):
        """Exponential."""
        # y = e^x;  dx = g y
        y = np.exp(self.data)
        return record_one(y, self, lambda g: times(g, y), "exp")

    @needs_float(0)
    def log(self):
        """Natural logarithm."""
        # y = ln x;  dx = g / x
        x = self.data
        return record_one(np.log(x), self, lambda g: times(g, 1 / x), "log")

    @needs_float(0)
    def sqrt(self):
        """Square root."""
        # y = √x;  dx = g / (2 y)
        y = np.sqrt(self.data)
        return record_one(y, self, lambda g: times(g, 0.5 / y), "sqrt")

    @needs_float(0)
    def tanh(self):
        """Hyperbolic tangent."""
        # y = tanh x;  dx = g (1 - y²)
        y = elementwise.tanh(self.data)
        return record_one(y, self, lambda g: times(g, 1 - y * y), "tanh")

    @needs_float(0)
    def sigmoid(self):
        """Logistic function."""
        # y = 1 / (1 + e^-x);  dx = g y (1 - y)
        y = elementwise.logistic(self.data)
        return record_one(y, self, lambda g: times(g, y * (1 - y)), "sigmoid")

    @needs_float(0)
    def relu(self, maximum=None):
        """max(x, 0), limited to `maximum` if given (6 in MobileNet)."""
        # y = min(max(x, 0), maximum);  dx = g where 0 < y < maximum, else 0
        y = elementwise.relu(self.data, maximum)
        return record_one(y, self, lambda g: relu_gradient(g, y, maximum), "relu")

    @needs_float(0)
    def softmax(self, axis=-1):
        """Probabilities that sum to 1 along `axis`."""
        # y = e^x / Σ e^x along `axis`;  dx = y (g - Σ g y)
        y = softmax.softmax(self.data, axis)
        rule = softmax.softmax_gradient
        return record_one(y, self, lambda g: rule(g, y, axis), "softmax")

    def clip(self, low, high):
        """Limit x to [low, high]; no gradient outside."""
        x, kind = self.data, self.dtype if self.dtype.kind == "f" else None
        y = np.clip(x, low, high, dtype=kind)
        return record_one(y, self, lambda g: times(g, (y == x).astype(y.dtype)), "clip")

    def abs(self):
        """|x|; the derivative is the sign, and 0 at 0."""
        x = self.data
        return record_one(np.abs(x), self, lambda g: times(g, np.sign(x)), "absolute")

    __abs__ = abs

    # ------------------------------------------------------------------ reductions

    def sum(self, axis=None, keepdims=False, **given):
        """Sum over an axis, a tuple of axes, or all axes; dx repeats g."""
        _no_options(given)
        shape, y = self.shape, self.data.sum(axis, keepdims=keepdims)
        return record_one(y, self, lambda g: spread(g, shape, axis, keepdims), "sum")

    @needs_float(0)
    def mean(self, axis=None, keepdims=False, **given):
        """Average over an axis, a tuple of axes, or all axes; dx repeats g / n."""
        _no_options(given)
        shape, y = self.shape, self.data.mean(axis, keepdims=keepdims)
        share = self.dtype.type(y.size / max(self.size, 1))
        rule = functools.partial(spread, shape=shape, axis=axis, keepdims=keepdims)
        return record_one(y, self, lambda g: rule(g * share), "mean")

    def var(self, axis=None, keepdims=False):
        """Variance, with divisor n (not n - 1)."""
        return ((self - self.mean(axis, keepdims=True)) ** 2).mean(axis, keepdims)

    def max(self, axis=None, keepdims=False, **given):
        """Largest element; equal maxima share the gradient."""
        return self._extreme(np.max, axis, keepdims, given)

    def min(self, axis=None, keepdims=False, **given):
        """Smallest element; equal minima share the gradient."""
        return self._extreme(np.min, axis, keepdims, given)

    def _extreme(self, reduce, axis, keepdims, given):
        _no_options(given)
        x, y = self.data, reduce(self.data, axis, keepdims=keepdims)
        rule = functools.partial(to_extreme, x=x, y=y, axis=axis, keepdims=keepdims)
        return record_one(y, self, rule, reduce.__name__)

    # ---------------------------------------------------------------------- shapes

    def reshape(self, *shape):
        """The same elements in another shape: a tuple, or several integers."""
        shape = shape[0] if len(shape) == 1 and not np.isscalar(shape[0]) else shape
        before = self.shape
        try:
            y = self.data.reshape(shape)
        except ValueError:
            raise ValueError(f"reshape: {before} does not fit {shape}") from None
        return record_one(y, self, lambda g: g.reshape(before), "reshape")

    def flatten(self):
        """(m, ...) to (m, n), with n the product of the other axes."""
        return self.reshape(len(self), math.prod(self.shape[1:]))

    def transpose(self, *axes):
        """Axes in another order, reversed if none is given."""
        axes = axes[0] if len(axes) == 1 and not np.isscalar(axes[0]) else axes
        axes = tuple(axes) or tuple(range(self.ndim))[::-1]
        y, back = self.data.transpose(axes), np.argsort([a % self.ndim for a in axes])
        return record_one(y, self, lambda g: g.transpose(back), "transpose")

    T = property(transpose)

    def swapaxes(self, a, b):
        """Exchange two axes."""
        y = self.data.swapaxes(a, b)
        return record_one(y, self, lambda g: g.swapaxes(a, b), "swapaxes")

    def __getitem__(self, index):
        """x[index], with slices, integers, arrays of integers or booleans."""
        index = index if isinstance(index, tuple) else (index,)
        index = tuple(i.data if isinstance(i, Tensor) else i for i in index)
        y, shape = self.data[index], self.shape
        return record_one(y, self, lambda g: scatter(shape, index, g), "getitem")

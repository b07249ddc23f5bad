"""Tensor: a NumPy array that remembers how it was computed.

Each operation returns a new tensor that keeps its parents and a *rule*: a function from
the gradient of the loss with respect to the result (the upstream gradient) to the
gradients with respect to the parents. `Tensor.backward` goes through these records from
the loss to the leaves, in reverse topological order, and adds up the gradients that
arrive at each tensor. This is all of reverse-mode automatic differentiation; the
operations are in the other files.
"""

import contextlib
import functools

import numpy as np

from helpers.nn.cores import one_blas_thread

_recording = True


class no_grad(contextlib.ContextDecorator):  # noqa: N801  (named as in PyTorch)
    """Context manager and decorator: inside it, nothing is recorded."""

    def __enter__(self):
        global _recording
        self.outer, _recording = _recording, False

    def __exit__(self, *exception):
        global _recording
        _recording = self.outer


class Tensor:
    """An n-dimensional array with a gradient.

    Args:
        data: array, number or nested list. Python numbers and lists become float32;
            arrays keep their dtype (float64 stays float64, integers stay integers).
        requires_grad: whether `backward` computes a gradient for this tensor.
        dtype: the dtype to convert to.

    Attributes:
        data: the values, a NumPy array.
        grad: the gradient after `backward`, an array of the same shape, or None.
        parents: the tensors it was computed from; empty for a leaf.
        rule: upstream gradient -> one gradient (or None) for each parent.
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
        self.grad = None
        self.requires_grad = requires_grad
        self.parents, self.rule, self.hooks = (), None, ()
        self.name = name
        if requires_grad and self.data.dtype.kind != "f":
            raise TypeError(
                f"only floating-point tensors have gradients, got {self.data.dtype}; "
                "convert with .astype(np.float32)"
            )

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)

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

        If the hook returns something other than None, this replaces the gradient.
        """
        self.hooks = (*self.hooks, hook)

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
        with one_blas_thread():
            self._propagate(gradient, retain_graph)

    def _propagate(self, gradient, retain_graph):
        order = topological_order(self)
        # id(tensor) -> (gradient so far, whether no one else uses that array)
        pending = {id(self): (gradient, False)}
        while order:  # popping frees each record's memory as soon as it is used
            tensor = order.pop()
            gradient, own = pending.pop(id(tensor), (None, False))
            if gradient is None:
                continue
            for hook in tensor.hooks:
                changed = hook(gradient)
                if changed is not None:
                    gradient, own = changed, False
            if tensor.rule is None:
                if tensor.grad is None:
                    tensor.grad = gradient if own else gradient.copy()
                else:
                    tensor.grad = tensor.grad + gradient
                continue
            for parent, part in zip(tensor.parents, tensor.rule(gradient), strict=True):
                if part is None or not parent.requires_grad:
                    continue
                total, own = pending.get(id(parent), (None, False))
                if total is None:
                    # Never accumulate into a broadcast view.
                    own = part.flags.writeable and not np.may_share_memory(
                        part, gradient
                    )
                    pending[id(parent)] = part, own
                elif own and isinstance(total, np.ndarray):
                    np.add(total, part, out=total)
                else:
                    pending[id(parent)] = total + part, True
            if not retain_graph:
                tensor.parents, tensor.rule = (), _freed


def _freed(gradient):
    raise RuntimeError(
        "backward: the graph has already been freed; "
        "call backward(retain_graph=True) the first time"
    )


def topological_order(tensor):
    """List tensors that need a gradient, parents before children, without recursion."""
    order, seen, stack = [], set(), [(tensor, False)]
    while stack:
        node, parents_done = stack.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((p, False) for p in node.parents if p.requires_grad)
    return order


def as_tensor(value, like=None):
    """`value` as a tensor; a plain number takes the dtype of the tensor `like`."""
    if isinstance(value, Tensor):
        return value
    if like is not None and np.ndim(value) == 0:
        kind = like.dtype if like.dtype.kind == "f" else None
        return Tensor(np.asarray(value, kind))
    return Tensor(value)


def record(data, parents, rule, name):
    """Make the result of an operation a tensor that stores its backward rule.

    Args:
        data: the result, an array.
        parents: the tensors it was computed from.
        rule: upstream gradient -> tuple of gradients, one for each parent. It may
            return None for a parent that needs no gradient, and must not write into the
            upstream gradient.
        name: name of the operation.
    """
    result = Tensor(np.asarray(data), name=name)
    if _recording and any(parent.requires_grad for parent in parents):
        result.requires_grad = True
        result.parents, result.rule = tuple(parents), rule
    return result


def unbroadcast(gradient, shape):
    """Sum `gradient` over the axes along which `shape` was broadcast.

    Args:
        gradient: array whose shape `shape` broadcasts to.
        shape: the shape before broadcasting.
    """
    if gradient.shape == shape:
        return gradient
    extra = gradient.ndim - len(shape)
    stretched = [
        extra + axis
        for axis, n in enumerate(shape)
        if n == 1 and gradient.shape[extra + axis] != 1
    ]
    return gradient.sum(axis=(*range(extra), *stretched)).reshape(shape)


def needs_float(*positions):
    """Decorator: arguments at these positions must be floating-point."""

    def decorate(function):
        @functools.wraps(function)
        def checked(*args, **kwargs):
            args = list(args)
            for i in positions:
                if i < len(args) and args[i] is not None:
                    args[i] = as_tensor(args[i])
                    if args[i].dtype.kind != "f":
                        raise TypeError(
                            f"{function.__name__}: argument {i + 1} must be "
                            f"floating-point, got {args[i].dtype}; "
                            "convert with .astype(np.float32)"
                        )
            return function(*args, **kwargs)

        return checked

    return decorate

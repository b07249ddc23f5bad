"""Products of matrices, and their gradients."""

import math

import numpy as np

from helpers.nn.kernels.cores import column_sums, one_blas_thread, product, products
from helpers.nn.kernels.reductions import unbroadcast


def _rows(x):
    """(..., n) as a matrix (rows, n), even if n is 0."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


@one_blas_thread()
def matmul(a, b):
    """Return a @ b; if b is a single matrix, as one long product, not many short."""
    if a.ndim < 2 or b.ndim != 2 or a.shape[-1] != len(b):
        return a @ b
    return product(_rows(a), b).reshape(*a.shape[:-1], b.shape[1])


@one_blas_thread()
def matmul_gradients(g, a, b, wanted):
    """Gradients of a and b before summing over broadcast axes; None if not wanted.

    A vector counts as a matrix of one row (left) or one column (right).
    """
    A = a if a.ndim > 1 else a[None, :]
    B = b if b.ndim > 1 else b[:, None]
    G = g if a.ndim > 1 else np.expand_dims(g, -1 if b.ndim == 1 else -2)
    G = G if b.ndim > 1 else np.expand_dims(G, -1)
    da = db = None
    if wanted[0]:
        da = unbroadcast(matmul(G, B.swapaxes(-1, -2)), A.shape).reshape(a.shape)
    if wanted[1] and B.ndim == 2:
        db = product(_rows(A).T, _rows(G))
        db = db.reshape(b.shape)
    elif wanted[1]:
        db = unbroadcast(A.swapaxes(-1, -2) @ G, B.shape).reshape(b.shape)
    return da, db


def linear(x, W, b=None):
    """Return x W + b over the last axis: x (..., n_in), W (n_in, n_out), b (n_out,)."""
    y = product(_rows(x), W, b)
    return y.reshape(*x.shape[:-1], W.shape[1])


def linear_gradients(g, x, W, wanted):
    """Gradients of x, W and b; None if not wanted (three booleans)."""
    rows, g = _rows(x), _rows(g)
    found = products(*[(g, W.T)] * wanted[0], *[(rows.T, g)] * wanted[1])
    dx = found.pop(0).reshape(x.shape) if wanted[0] else None
    dW = found.pop() if wanted[1] else None
    return dx, dW, column_sums(g) if wanted[2] else None


def _split(subscripts):
    """The subscripts of each operand, a list, and those of the result.

    Raises:
        ValueError: if they are not of the form that `einsum` takes.
    """
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if not arrow or not f"{inputs}{output}".replace(",", "").isalpha():
        raise ValueError(
            "subscripts need an arrow and one letter for each axis, "
            'such as "mtd,dk->mtk"'
        )
    return inputs.split(","), output


@one_blas_thread()
def einsum(subscripts, operands):
    """np.einsum in the cheapest order.

    Raises:
        ValueError: if the subscripts do not fit, or one appears twice in an operand.
    """
    inputs, output = _split(subscripts)
    if any(len(set(s)) < len(s) for s in (*inputs, output)):
        raise ValueError("an index appears twice in one operand")
    return np.einsum(subscripts, *operands, optimize=True)


@one_blas_thread()
def einsum_gradients(g, subscripts, operands):
    """The gradient of each operand: an einsum of g and the other operands."""
    (inputs, output), gradients = _split(subscripts), []
    for i, x in enumerate(operands):
        others = [a for j, a in enumerate(operands) if j != i]
        known = [output, *(s for j, s in enumerate(inputs) if j != i)]
        # An index that appears in no other operand was simply summed, so the gradient
        # is constant along it.
        have = "".join(s for s in inputs[i] if s in "".join(known))
        d = np.einsum(f"{','.join(known)}->{have}", g, *others, optimize=True)
        missing = tuple(k for k, s in enumerate(inputs[i]) if s not in have)
        d = np.expand_dims(d, missing)
        # An axis of length 1 may have been broadcast to that of another operand.
        stretched = tuple(k for k, n in enumerate(x.shape) if n == 1 != d.shape[k])
        d = d.sum(stretched, keepdims=True) if stretched else d
        gradients.append(np.broadcast_to(d, x.shape))
    return gradients

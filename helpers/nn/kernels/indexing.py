"""Taking, scattering and joining parts of arrays."""

import numpy as np

from helpers.nn.kernels.cores import share


def scatter(shape, index, g):
    """Zeros of a shape, with g added at the index: the adjoint of x[index]."""
    dx = np.zeros(shape, g.dtype)
    if all(i is None or i is ... or isinstance(i, slice | int) for i in index):
        dx[index] = g
    else:  # an element taken twice gets both gradients
        np.add.at(dx, index, g)
    return dx


def scatter_along_axis(shape, indices, axis, g):
    """The adjoint of np.take_along_axis."""
    grid = list(np.indices(shape, sparse=True))
    grid[axis] = indices
    return scatter(shape, tuple(grid), g)


def scatter_rows(shape, indices, g):
    """The adjoint of E[indices]: rows (..., d) of g added to rows of E (n, d)."""
    flat = indices.ravel()
    order = np.argsort(flat, kind="stable")
    rows, starts = np.unique(flat[order], return_index=True)
    dE = np.zeros(shape, g.dtype)
    if len(rows):
        dE[rows] = np.add.reduceat(g.reshape(-1, shape[1])[order], starts, axis=0)
    return dE


def join(arrays, axis):
    """np.concatenate, by all cores if the first axis is not the one that grows."""
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


def split(g, sizes, axis):
    """Contiguous parts of g, of these sizes along an axis: the adjoint of `join`."""
    parts = np.split(g, np.cumsum(sizes)[:-1], axis)
    return [np.ascontiguousarray(part) for part in parts]

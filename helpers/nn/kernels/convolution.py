"""Convolutions of images (m, n_H, n_W, n_C): `correlate`, its gradients, its adjoint.

Each goes through the batch in blocks of images small enough for the cache: it copies
the patches of a block into a small buffer, one row per position, and multiplies them by
the filters as matrices. A transposed convolution uses the same functions in other
roles.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from helpers.nn.kernels import cores
from helpers.nn.kernels.cores import column_sums, product, results_of_shares, share


def pair(value):
    """(value, value) for a number, the value itself for a pair."""
    return (value, value) if isinstance(value, int | np.integer) else tuple(value)


def padding_widths(padding, size, f, stride, dilation=(1, 1)):
    """((top, bottom), (left, right)) from "valid", "same", a number or pairs.

    "same" makes the output ceil(n / stride) long. If it needs an odd number of rows or
    columns, the end gets one more than the beginning.
    """
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        widths = []
        for n, k, s, d in zip(size, f, stride, dilation, strict=True):
            total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
            widths.append((total // 2, total - total // 2))
        return tuple(widths)
    if isinstance(padding, str):
        raise ValueError(
            f'padding must be "valid", "same", a number or pairs, got {padding!r}'
        )
    return tuple(pair(p) for p in pair(padding))


class Slide(NamedTuple):
    """How filters slide over images.

    Attributes:
        stride: (down, across).
        widths: the padding, ((top, bottom), (left, right)).
        dilation: distance between the pixels under a filter, (down, across).
    """

    stride: tuple
    widths: tuple
    dilation: tuple = (1, 1)

    def output_size(self, size, f):
        """(rows, columns) of the result for images and filters of these sizes."""
        each = zip(size, f, *self, strict=False)
        return [
            max((n + sum(w) - d * (k - 1) - 1) // s + 1, 0) for n, k, s, w, d in each
        ]


def pad_images(x, widths):
    """Pad images (m, n_H, n_W, n_C) with zeros, by ((top, bottom), (left, right)).

    A negative width crops.
    """
    (top, bottom), (left, right) = widths
    if not (top or bottom or left or right):
        return x
    m, h, w, c = x.shape
    out = np.empty((m, h + top + bottom, w + left + right, c), x.dtype)
    # The part of `out` that is filled from x, and that part of x.
    rows = slice(max(top, 0), out.shape[1] - max(bottom, 0))
    columns = slice(max(left, 0), out.shape[2] - max(right, 0))
    x = x[:, max(-top, 0) : h - max(-bottom, 0), max(-left, 0) : w - max(-right, 0)]

    def part(start, stop):
        at = slice(start, stop)
        out[at, : rows.start] = out[at, rows.stop :] = 0
        out[at, :, : columns.start] = out[at, :, columns.stop :] = 0
        out[at, rows, columns] = x[at]

    share(part, m, out.size)
    return out


def windows(x, f, stride, dilation=(1, 1)):
    """A view of all patches, (m, n_H', n_W', f, f, n_C). Nothing is copied."""
    m, h, w, c = x.shape
    rows = (h - dilation[0] * (f[0] - 1) - 1) // stride[0] + 1
    columns = (w - dilation[1] * (f[1] - 1) - 1) // stride[1] + 1
    sm, sh, sw, sc = x.strides
    return as_strided(
        x,
        (m, max(rows, 0), max(columns, 0), *f, c),
        (sm, sh * stride[0], sw * stride[1], sh * dilation[0], sw * dilation[1], sc),
        writeable=x.flags.writeable,
    )


class _Workspace:
    """Memory that a thread uses again for each block; arrays by name."""

    def __init__(self):
        self.memory = {}

    def array(self, name, shape, dtype):
        """An array of a shape, with arbitrary values."""
        size = math.prod(shape)
        if name not in self.memory or self.memory[name].size < size:
            self.memory[name] = np.empty(size, dtype)
        return self.memory[name][:size].reshape(shape)


class _Bands:
    """The patches of images, block by block, as one matrix for each row of the filter.

    A block is some images, or some rows of one image. For each image row and each
    position of the filter along it, the f pixels under the filter are copied to a
    buffer that fits in the cache: (row, image, position, f * n_C). Because rows come
    first, everything that row j of the filter needs is contiguous, and with stride 1
    the same copy serves all its rows: their matrices overlap. Only the part of the
    images that a block needs is padded.

    Args:
        x: (m, n_H, n_W, n_C_prev).
        f: (rows, columns) of the filters.
        slide: a Slide.

    Attributes:
        shape: (m, n_H', n_W') of the result.
        width: length of a row of the matrices, f * n_C_prev.
    """

    def __init__(self, x, f, slide):
        self.x, self.f, self.slide = x, f, slide
        self.shape = len(x), *slide.output_size(x.shape[1:3], f)
        self.width = f[1] * x.shape[3]

    def share(self, function, n_C):
        """Share the blocks among threads; each calls `function(blocks, workspace)`.

        A block is a tuple: slice of images, slice of output rows, and the matrices
        (f, row * image * position, f * n_C_prev), valid until the next block.

        Args:
            function: as above.
            n_C: columns of what the matrices are multiplied by, to judge the work.

        Returns:
            the results of the calls, in the order of the blocks.
        """
        m, h, w = self.shape
        by_images = m >= cores.count  # else each thread takes some rows of each image

        def part(start, stop):
            at = slice(start, stop)
            at = (at, slice(0, h)) if by_images else (slice(0, m), at)
            workspace = _Workspace()
            return function(self._blocks(*at, workspace), workspace)

        work = m * h * w * self.f[0] * self.width * n_C // cores.STEPS
        return cores.results_of_shares(part, m if by_images else h, work)

    def _blocks(self, images, rows, workspace):
        h, f, stride = rows.stop - rows.start, self.f[0], self.slide.stride[0]
        row = max(1, self.shape[2] * self.width * stride)
        n = max(1, cores.BLOCK // ((h + f) * row)) if h == self.shape[1] else 1
        h = h if n > 1 else max(1, min(h, cores.BLOCK // row))
        for i in range(images.start, images.stop, n):
            for r in range(rows.start, rows.stop, h):
                at = slice(i, min(i + n, images.stop)), slice(r, min(r + h, rows.stop))
                yield *at, self._matrices(*at, workspace)

    def _matrices(self, images, rows, workspace):
        """The matrices of a block."""
        (s, across), ((top, _), (left, right)), (d, apart) = self.slide
        x, (f, fw), h = self.x[images], self.f, rows.stop - rows.start
        first, reach = s * rows.start - top, d * (f - 1)
        last = first + s * (h - 1) + reach + 1
        if first < 0 or last > x.shape[1] or left or right:
            size = len(x), last - first, x.shape[2] + left + right, x.shape[3]
            strip = workspace.array("padded", size, x.dtype)
            inner = x[:, max(first, 0) : max(last, 0)]  # nothing if all is padding
            _place(inner, strip, max(-first, 0), left)
        else:
            strip = x[:, first:last]
        # (row, image, position, f, n_C_prev)
        seen = windows(strip, (1, fw), (1, across), (1, apart))[:, :, :, 0].swapaxes(
            0, 1
        )
        if s > 1:  # the rows of the filter see different rows of the images
            down, *others = seen.strides
            seen = as_strided(
                seen, (f, h, *seen.shape[1:]), (d * down, s * down, *others)
            )
        single = seen.shape[-1] == 1  # one channel: rows of the image in one piece
        if single:
            seen = np.moveaxis(seen, (-2, -1), (0, 1))
        copy = workspace.array("bands", seen.shape, x.dtype)
        np.copyto(copy, seen)
        row = len(x) * self.shape[2]  # positions in a row of all images
        if single:
            between = copy.strides[2], copy.itemsize, copy.strides[0]
        else:
            between = copy.strides[0], self.width * copy.itemsize, copy.itemsize
        if s == 1:
            between = d * between[0], *between[1:]
        return as_strided(copy, (f, h * row, self.width), between)


def _rows_first(x):
    """(image, row, position, n) to a matrix (row * image * position, n)."""
    return x.swapaxes(0, 1).reshape(-1, x.shape[3])


def _sum_of_products(matrices, filters, out, workspace):
    """Write the sum of the products of matrices and filters, one for each row.

    Args:
        matrices: of a block of `_Bands`.
        filters: (f, f * n_C_prev, n_C).
        out: (image, row, position, n_C).
        workspace: memory.
    """
    rows_first = out.swapaxes(0, 1)
    terms = workspace.array("terms", (len(filters), *rows_first.shape), out.dtype)
    np.matmul(matrices, filters, out=terms.reshape(len(filters), -1, out.shape[3]))
    np.add.reduce(terms, 0, out=rows_first)


def _place(x, out, top, left):
    """Write images x into `out` from (top, left) on, with zeros around.

    What does not fit is cut off; `left` may be negative.
    """
    bottom, right = top + x.shape[1], left + x.shape[2]
    out[:, :top] = out[:, bottom:] = 0
    out[:, :, : max(left, 0)] = out[:, :, max(right, 0) :] = 0
    kept = slice(max(-left, 0), max(-left, 0) + out.shape[2] - max(left, 0))
    out[:, top:bottom, max(left, 0) : right] = x[:, :, kept]


def correlate(x, W, slide, bias=None):
    """Slide the filters over images.

    Args:
        x: (m, n_H, n_W, n_C_prev).
        W: (f, f, n_C_prev, n_C).
        slide: a Slide.
        bias: (n_C,) or None.

    Returns:
        (m, n_H', n_W', n_C).
    """
    n_C = W.shape[3]
    if W.shape[:2] == (1, 1):  # the pixels are the patches
        x = pad_images(x, slide.widths)[:, :: slide.stride[0], :: slide.stride[1]]
        y = product(x.reshape(-1, x.shape[3]), W[0, 0], bias)
        return y.reshape(*x.shape[:3], n_C)
    bands, filters = _Bands(x, W.shape[:2], slide), W.reshape(len(W), -1, n_C)
    y = np.empty((*bands.shape, n_C), np.result_type(x, W))

    def part(blocks, workspace):
        for images, rows, matrices in blocks:
            out = y[images, rows]
            _sum_of_products(matrices, filters, out, workspace)
            if bias is not None:
                out += bias

    bands.share(part, n_C)
    return y


def filter_gradient(x, dZ, W_shape, slide):
    """Gradient of the filters: patches of x times dZ, summed over the batch."""
    n_C = W_shape[3]
    if W_shape[:2] == (1, 1):
        x = pad_images(x, slide.widths)[:, :: slide.stride[0], :: slide.stride[1]]
        columns = x[:, : dZ.shape[1], : dZ.shape[2]].reshape(-1, x.shape[3]).T
        return product(columns, dZ.reshape(-1, n_C)).reshape(W_shape)
    bands = _Bands(x, W_shape[:2], slide)

    def part(blocks, workspace):
        dW = np.zeros((W_shape[0], bands.width, n_C), dZ.dtype)
        for images, rows, matrices in blocks:
            dW += matrices.swapaxes(1, 2) @ _rows_first(dZ[images, rows])
        return dW

    return sum(bands.share(part, n_C)).reshape(W_shape)


def both_gradients(x, dZ, W, slide):
    """Gradients of x and W for stride 1, from one pass over the patches of dZ.

    The gradient of x is the convolution of dZ with the filters rotated by 180 degrees.
    The same patches of dZ, times x, give the gradient of the rotated filters.
    """
    turned = np.ascontiguousarray(W[::-1, ::-1].swapaxes(2, 3))  # (f, f, n_C, n_C_prev)
    filters = turned.reshape(len(W), -1, x.shape[3])
    around = zip(
        slide.dilation, W.shape, slide.widths, x.shape[1:], dZ.shape[1:], strict=False
    )
    widths = tuple(
        (d * (f - 1) - before, n - k + before) for d, f, (before, _), n, k in around
    )
    bands = _Bands(dZ, W.shape[:2], Slide((1, 1), widths, slide.dilation))
    dx = np.empty(x.shape, dZ.dtype)

    def part(blocks, workspace):
        dW = np.zeros(filters.shape, dZ.dtype)
        for images, rows, matrices in blocks:
            _sum_of_products(matrices, filters, dx[images, rows], workspace)
            dW += matrices.swapaxes(1, 2) @ _rows_first(x[images, rows])
        return dW

    dW = sum(bands.share(part, 2 * x.shape[3])).reshape(turned.shape)
    return dx, dW[::-1, ::-1].swapaxes(2, 3)


def _phase(p, stride, taps, dilation, front, n, n_out):
    """The input positions that phase p of a strided filter reaches.

    Returns:
        the first position, their number, and the padding with which n_out outputs reach
        them.
    """
    low, high = -(-(front - p) // stride), (front + n - 1 - p) // stride
    padding = dilation * (taps - 1) - low, high - n_out + 1
    return stride * low + p - front, high - low + 1, padding


def spread(dZ, W, slide, shape, apply=correlate):
    """Adjoint of a convolution and its padding: each dZ adds dZ * W to its patch.

    With stride 1 it is again a convolution, with the filters rotated by 180 degrees.
    With a larger stride, the input positions with the same remainder modulo the stride
    meet only a part of the filter, and their gradient is a convolution with that part.

    Args:
        dZ: (m, n_H', n_W', n_C).
        W: (f, f, n_C_prev, n_C), or (f, f, n_C) for a depthwise convolution.
        slide: a Slide.
        shape: (m, n_H, n_W, n_C_prev), before padding.
        apply: `correlate` or `depthwise`.
    """
    stride, widths, dilation = slide
    if max(stride) > 1 and max(dilation) > 1:  # write the gaps as zeros in the filter
        size = [d * (f - 1) + 1 for d, f in zip(dilation, W.shape, strict=False)]
        W, taps = np.zeros((*size, *W.shape[2:]), W.dtype), W
        W[:: dilation[0], :: dilation[1]] = taps
        dilation = (1, 1)
    turned = W[::-1, ::-1].swapaxes(2, 3) if W.ndim == 4 else W[::-1, ::-1]
    dx = np.zeros(shape, dZ.dtype) if max(stride) > 1 else None
    for p, q in np.ndindex(*stride):
        # After the rotation, the taps p, p + stride, ... end p before the last.
        taps = turned[
            (len(W) - 1 - p) % stride[0] :: stride[0],
            (W.shape[1] - 1 - q) % stride[1] :: stride[1],
        ]
        if p >= len(W) or q >= W.shape[1]:
            continue
        (top, rows, tall), (left, columns, wide) = (
            _phase(
                k,
                stride[a],
                taps.shape[a],
                dilation[a],
                widths[a][0],
                shape[1 + a],
                dZ.shape[1 + a],
            )
            for a, k in ((0, p), (1, q))
        )
        if rows > 0 and columns > 0:
            taps = np.ascontiguousarray(taps)
            part = apply(dZ, taps, Slide((1, 1), (tall, wide), dilation))
            if dx is None:
                return part
            dx[:, top :: stride[0], left :: stride[1]] = part
    return dx


def _rows(x, f, stride, dilation):
    """Patches (m, n_H', f, f, n_W', n), with pixels and channels of a row in one axis.

    With a stride above 1, the pixels of a row are not adjacent, and the axis n_W'
    remains.
    """
    patches = windows(x, f, stride, dilation).transpose(0, 1, 3, 4, 2, 5)
    if stride[1] > 1:
        return patches
    m, h, fh, fw, w, c = patches.shape
    shape, strides = (m, h, fh, fw, 1, w * c), patches.strides
    return as_strided(patches, shape, strides, writeable=False)


def depthwise(x, W, slide, bias=None):
    """Slide filters (f, f, n_C) over images, channel by channel.

    Einsum multiplies and adds in one pass, row by row of the image, which stays in the
    innermost cache.
    """
    x = pad_images(x, slide.widths)
    patches = _rows(x, W.shape[:2], slide.stride, slide.dilation)
    m, h, _, _, w, n = patches.shape
    times = n // W.shape[2]
    W, bias = np.tile(W, times), None if bias is None else np.tile(bias, times)
    y = np.empty((m, h, w, n), np.result_type(x, W))

    def part(start, stop):
        at = slice(start, stop)
        np.einsum("mhijwc,ijc->mhwc", patches[at], W, out=y[at])
        if bias is not None:
            y[at] += bias

    share(part, m, y.size * W[..., 0].size)
    return y.reshape(m, h, w * times, x.shape[3])


def depthwise_filter_gradient(x, dZ, W_shape, slide):
    """Gradient of filters (f, f, n_C): patches of x times dZ, channel by channel."""
    x = pad_images(x, slide.widths)
    patches = _rows(x, W_shape[:2], slide.stride, slide.dilation)
    m, h, fh, fw, w, n = patches.shape
    dZ = dZ.reshape(m, h, w, n)

    def part(start, stop):
        at = slice(start, stop)
        return np.einsum("mhwc,mhijwc->ijc", dZ[at], patches[at])

    dW = sum(results_of_shares(part, m, dZ.size * fh * fw))
    return dW.reshape(fh, fw, -1, W_shape[2]).sum(2)


def gradients(dZ, x, W, slide, wanted):
    """Gradients of x, W and the bias of a convolution; None if not wanted.

    Args:
        dZ: (m, n_H', n_W', n_C).
        x: (m, n_H, n_W, n_C_prev).
        W: (f, f, n_C_prev, n_C), or (f, f, n_C) for a depthwise convolution.
        slide: a Slide.
        wanted: three booleans.
    """
    dZ = np.ascontiguousarray(dZ)
    deep = W.ndim == 4
    dx = dW = None
    # One pass pays if dZ is as large as x and the products are not too narrow.
    one_pass = deep and slide.stride == (1, 1) != W.shape[:2] and x.shape[3] >= 16
    if one_pass and all(wanted[:2]) and x.shape[:3] == dZ.shape[:3]:
        dx, dW = both_gradients(x, dZ, W, slide)
    elif wanted[0]:
        dx = spread(dZ, W, slide, x.shape, correlate if deep else depthwise)
    if wanted[1] and dW is None:
        of_filters = filter_gradient if deep else depthwise_filter_gradient
        dW = of_filters(x, dZ, W.shape, slide)
    return dx, dW, column_sums(dZ) if wanted[2] else None


def transposed(x, W, slide, shape, bias=None):
    """The adjoint of `correlate`, to images of a shape, plus a bias.

    Args:
        x: (m, n_H, n_W, n_C_prev).
        W: (f, f, n_C, n_C_prev).
        slide: the Slide of the convolution.
        shape: (m, n_H', n_W', n_C).
        bias: (n_C,) or None.
    """
    Z = spread(x, W, slide, shape)
    if bias is not None:
        Z += bias
    return Z


def transposed_gradients(g, x, W, slide, wanted):
    """Gradients of x, W and the bias of `transposed`; None if not wanted."""
    g = np.ascontiguousarray(g)
    dx = dW = None
    if wanted[0]:
        dx = correlate(g, W, slide)[:, : x.shape[1], : x.shape[2]]
    if wanted[1]:
        dW = filter_gradient(g, x, W.shape, slide)
    return dx, dW, column_sums(g) if wanted[2] else None

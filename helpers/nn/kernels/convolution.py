"""Convolutions of images (m, n_H, n_W, n_C): `correlate`, its gradients, its adjoint.

Each goes through the batch in blocks of images small enough for the cache: it copies
the patches of a block into a small buffer, one row per position, and multiplies them by
the filters as matrices. A transposed convolution uses the same functions in other
roles.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from helpers.nn.kernels.cores import (
    BLOCK,
    STEPS,
    column_sums,
    product,
    share,
    sum_of_shares,
)


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
    """A view of all patches, (m, n_H, n_W, f, f, n_C). Nothing is copied."""
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


class _Bands:
    """The patches of padded images, as one matrix for each row of the filter.

    One block of images (or a strip of one image) at a time is copied to a buffer that
    fits in the cache: for each image row and each position of the filter along it, the
    f pixels under the filter, (row, image, position, f * n_C). Because rows come first,
    everything that row i of the filter needs is contiguous, and the same copy serves
    the other rows.
    """

    def __init__(self, x, f, stride, dilation):
        (self.f, fw), (self.stride, sw), (self.dilation, dw) = f, stride, dilation
        m, H, W, c = x.shape
        self.h = max((H - self.dilation * (self.f - 1) - 1) // self.stride + 1, 0)
        self.w = max((W - dw * (fw - 1) - 1) // sw + 1, 0)
        a, b, columns, channels = x.strides
        strides = (a, b, columns * sw, columns * dw, channels)
        self.rows = as_strided(x, (m, H, self.w, fw, c), strides, writeable=False)
        self.m, self.width = m, fw * c

    def blocks(self, start, stop):
        """Yield slices (images, rows of the output) that together cover the batch."""
        row = self.w * self.width * self.stride
        images = max(1, BLOCK // ((self.h + self.f) * row))
        strip = self.h if images > 1 else max(1, min(self.h, BLOCK // row))
        for i in range(start, stop, images):
            for r in range(0, self.h, strip):
                yield slice(i, min(i + images, stop)), slice(r, min(r + strip, self.h))

    def matrices(self, images, rows, buffer):
        """Yield a matrix (row * image * position, f * n_C) for each row of the filter.

        The matrices share the list `buffer`, which keeps the memory between blocks.
        """
        h, s, d = rows.stop - rows.start, self.stride, self.dilation
        reach = d * (self.f - 1)
        if s == 1:  # the rows of the filter share their input
            pieces = [slice(rows.start, rows.stop + reach)]
        else:
            first = [s * rows.start + i * d for i in range(self.f)]
            pieces = [slice(k, k + s * (h - 1) + 1, s) for k in first]
        for piece in pieces:
            seen = self.rows[images, piece].swapaxes(0, 1)
            single = seen.shape[4] == 1  # one channel: rows of the image in one piece
            if single:
                seen = seen.transpose(3, 4, 0, 1, 2)
            if not buffer or buffer[0].size < seen.size:
                buffer[:] = [np.empty(seen.size, seen.dtype)]
            copy = buffer[0][: seen.size].reshape(seen.shape)
            np.copyto(copy, seen)
            for i in range(self.f if s == 1 else 1):
                at = slice(i * d, i * d + h)
                if single:
                    yield copy[:, :, at].reshape(self.width, -1).T
                else:
                    yield copy[at].reshape(-1, self.width)


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
    x, (stride, _, dilation), n_C = pad_images(x, slide.widths), slide, W.shape[3]
    if W.shape[:2] == (1, 1):  # the pixels are the patches
        x = x[:, :: stride[0], :: stride[1]]
        y = product(x.reshape(-1, x.shape[3]), W[0, 0], bias)
        return y.reshape(*x.shape[:3], n_C)
    bands = _Bands(x, W.shape[:2], stride, dilation)
    filters = W.reshape(len(W), -1, n_C)
    y = np.empty((bands.m, bands.h, bands.w * n_C), np.result_type(x, W))
    bias = None if bias is None else np.tile(bias, bands.w)

    def part(start, stop):
        buffer, spare = [], np.empty((0, n_C), y.dtype)
        for images, rows in bands.blocks(start, stop):
            out = y[images, rows].swapaxes(0, 1)
            alone = out.shape[1] == 1  # then the sum can be accumulated in place
            n = out.size // n_C
            if len(spare) < 2 * n:
                spare = np.empty((2 * n, n_C), y.dtype)
            total = out.reshape(n, n_C) if alone else spare[:n]
            term = spare[n : 2 * n]
            matrices = bands.matrices(images, rows, buffer)
            np.matmul(next(matrices), filters[0], out=total)
            for matrix, band in zip(matrices, filters[1:], strict=True):
                np.matmul(matrix, band, out=term)
                total += term
            if not alone:
                out[...] = total.reshape(out.shape)
            if bias is not None:
                out += bias

    share(part, bands.m, y.size * bands.width * len(W) // STEPS)
    return y.reshape(bands.m, bands.h, bands.w, n_C)


def filter_gradient(x, dZ, W_shape, slide):
    """Gradient of the filters: patches of x times dZ, summed over the batch."""
    x, (stride, _, dilation), n_C = pad_images(x, slide.widths), slide, W_shape[3]
    if W_shape[:2] == (1, 1):
        x = x[:, :: stride[0], :: stride[1]][:, : dZ.shape[1], : dZ.shape[2]]
        columns = x.reshape(-1, x.shape[3]).T
        return product(columns, dZ.reshape(-1, n_C)).reshape(W_shape)
    bands = _Bands(x, W_shape[:2], stride, dilation)

    def part(start, stop):
        buffer = []
        total = np.zeros((W_shape[0], bands.width, n_C), dZ.dtype)
        for images, rows in bands.blocks(start, stop):
            g = dZ[images, rows].swapaxes(0, 1).reshape(-1, n_C)
            for dW, matrix in zip(
                total, bands.matrices(images, rows, buffer), strict=True
            ):
                dW += matrix.T @ g
        return total

    work = dZ.size * bands.width * W_shape[0] // STEPS
    return sum_of_shares(part, bands.m, work).reshape(W_shape)


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
    """Patches (m, n_H, f, f, n_W', n), with pixels and channels of a row in one axis.

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
    return y.reshape(m, h, -1, x.shape[3])


def depthwise_filter_gradient(x, dZ, W_shape, slide):
    """Gradient of filters (f, f, n_C): patches of x times dZ, channel by channel."""
    x = pad_images(x, slide.widths)
    patches = _rows(x, W_shape[:2], slide.stride, slide.dilation)
    m, h, fh, fw, w, n = patches.shape
    dZ = dZ.reshape(m, h, w, n)

    def part(start, stop):
        at = slice(start, stop)
        return np.einsum("mhwc,mhijwc->ijc", dZ[at], patches[at])

    dW = sum_of_shares(part, m, dZ.size * fh * fw)
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
    if wanted[0]:
        dx = spread(dZ, W, slide, x.shape, correlate if deep else depthwise)
    if wanted[1]:
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

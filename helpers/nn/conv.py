"""Convolutions (cross-correlations, as everywhere in deep learning), channels last.

Three array functions do all the work: `correlate` (forward), `_filter_gradient`, and
`_spread` (gradient of the input, the adjoint of `correlate`). Each goes through the
batch in blocks of images small enough for the cache: it copies the patches of a block
into a small buffer, one row per position, and multiplies them by the filters as
matrices. A transposed convolution uses the same three functions in other roles.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from helpers.nn.cores import BLOCK, STEPS, column_sums, product, share, sum_of_shares
from helpers.nn.ops import concatenate, reshape
from helpers.nn.tensor import needs_float, record


def pair(value):
    """(value, value) for a number, the value itself for a pair."""
    return (value, value) if isinstance(value, int | np.integer) else tuple(value)


def padding_widths(padding, size, f, stride, dilation):
    """((top, bottom), (left, right)) from "valid", "same", a number or pairs.

    "same" makes the output ceil(n / stride) long; an odd row is added at the end.
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


def correlate(x, W, stride, dilation, bias=None):
    """Slide the filters over padded images.

    Args:
        x: (m, n_H, n_W, n_C_prev), already padded.
        W: (f, f, n_C_prev, n_C).
        stride: pair.
        dilation: pair.
        bias: (n_C,) or None.

    Returns:
        (m, n_H', n_W', n_C).
    """
    n_C = W.shape[3]
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


def _filter_gradient(x, dZ, W_shape, stride, dilation):
    """Gradient of the filters: patches of x times dZ, summed over the batch."""
    n_C = W_shape[3]
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


def _spread(dZ, W, stride, dilation, widths, shape, apply):
    """Adjoint of a convolution and its padding: each dZ adds dZ * W to its patch.

    With stride 1 it is again a convolution, with the filters rotated by 180 degrees.
    With a larger stride, the input positions with the same remainder modulo the stride
    meet only a part of the filter, and their gradient is a convolution with that part.

    Args:
        dZ: (m, n_H', n_W', n_C).
        W: (f, f, n_C_prev, n_C), or (f, f, n_C) for a depthwise convolution.
        stride: pair.
        dilation: pair.
        widths: the padding, as `padding_widths` gives it.
        shape: (m, n_H, n_W, n_C_prev), before padding.
        apply: `correlate` or `_depthwise`.
    """
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
            part = apply(pad_images(dZ, (tall, wide)), taps, (1, 1), dilation)
            if dx is None:
                return part
            dx[:, top :: stride[0], left :: stride[1]] = part
    return dx


def _check(name, x, W, channels, b, n_out):
    """Raise an error if shapes do not fit."""
    if x.ndim != 4 or W.ndim != 4:
        raise ValueError(
            f"{name} needs images (m, n_H, n_W, n_C) and filters (f, f, ., .), "
            f"got {x.shape} and {W.shape}"
        )
    if x.shape[3] != channels:
        raise ValueError(
            f"{name}: input {x.shape} has {x.shape[3]} channels, "
            f"filters {W.shape} expect {channels}"
        )
    if b is not None and b.shape != (n_out,):
        raise ValueError(f"{name}: bias {b.shape} should be ({n_out},)")


@needs_float(0, 1, 2)
def conv2d(x, W, b=None, stride=1, padding="valid", dilation=1, groups=1):
    """2-D convolution.

    Args:
        x: images (m, n_H, n_W, n_C_prev).
        W: filters (f, f, n_C_prev / groups, n_C).
        b: bias (n_C,) or None.
        stride: number or pair.
        padding: "valid", "same", a number, or ((top, bottom), (left, right)).
        dilation: number or pair.
        groups: number of groups into which the channels are split; each group is
            convolved separately. For one input channel per group, see
            `depthwise_conv2d`.

    Returns:
        (m, n_H', n_W', n_C), with n' = floor((n + 2p - f) / stride) + 1.
    """
    n_out = W.shape[-1]
    _check("conv2d", x, W, W.shape[-2] * groups, b, n_out)
    if groups > 1:
        n, k = x.shape[3] // groups, n_out // groups
        parts = []
        for i in range(groups):
            seen, made = slice(i * n, (i + 1) * n), slice(i * k, (i + 1) * k)
            bias = None if b is None else b[made]
            part = x[..., seen], W[..., made], bias, stride, padding, dilation
            parts.append(conv2d(*part))
        return concatenate(parts)
    return _convolution(
        "conv2d", correlate, _filter_gradient, x, W, b, stride, padding, dilation
    )


def _convolution(name, slide, filter_gradient, x, W, b, stride, padding, dilation):
    """What `conv2d` and `depthwise_conv2d` share: everything but the products."""
    stride, dilation = pair(stride), pair(dilation)
    widths = padding_widths(padding, x.shape[1:3], W.shape[:2], stride, dilation)
    padded = pad_images(x.data, widths)
    for n, k, d in zip(padded.shape[1:3], W.shape, dilation, strict=False):
        if n < d * (k - 1) + 1:
            raise ValueError(
                f"{name}: filters {W.shape} are larger than images {padded.shape}"
            )
    Z = slide(padded, W.data, stride, dilation, None if b is None else b.data)

    def rule(g):
        g = np.ascontiguousarray(g)
        dx = dW = None
        if x.requires_grad:
            dx = _spread(g, W.data, stride, dilation, widths, x.shape, slide)
        if W.requires_grad:
            dW = filter_gradient(padded, g, W.shape, stride, dilation)
        return (dx, dW) if b is None else (dx, dW, column_sums(g))

    return record(Z, (x, W) if b is None else (x, W, b), rule, name)


@needs_float(0, 1, 2)
def conv2d_transpose(x, W, b=None, stride=1, padding="valid", output_padding=0):
    """Transposed 2-D convolution: the adjoint of `conv2d` with the same filters.

    Args:
        x: images (m, n_H, n_W, n_C_prev).
        W: filters (f, f, n_C, n_C_prev) of the convolution whose adjoint this is.
        b: bias (n_C,) or None.
        stride: number or pair.
        padding: "valid", "same" (output size n * stride), a number or pairs; this much
            is cropped from the result.
        output_padding: extra rows and columns at the end, fewer than the stride.

    Returns:
        (m, n_H', n_W', n_C), with n' = (n - 1) stride + f - 2p.
    """
    _check("conv2d_transpose", x, W, W.shape[3], b, W.shape[2])
    stride = pair(stride)
    size = [n * s for n, s in zip(x.shape[1:3], stride, strict=True)]
    widths = padding_widths(padding, size, W.shape[:2], stride, (1, 1))
    if padding != "same":
        extra = pair(output_padding)
        size = [
            (x.shape[i + 1] - 1) * stride[i] + W.shape[i] - sum(widths[i]) + extra[i]
            for i in (0, 1)
        ]
    shape = (len(x), *size, W.shape[2])
    Z = _spread(x.data, W.data, stride, (1, 1), widths, shape, correlate)
    if b is not None:
        Z += b.data

    def rule(g):
        g = np.ascontiguousarray(g)
        padded = pad_images(g, widths)
        dx = dW = None
        if x.requires_grad:
            dx = correlate(padded, W.data, stride, (1, 1))
            dx = dx[:, : x.shape[1], : x.shape[2]]
        if W.requires_grad:
            dW = _filter_gradient(padded, x.data, W.shape, stride, (1, 1))
        return (dx, dW) if b is None else (dx, dW, column_sums(g))

    return record(Z, (x, W) if b is None else (x, W, b), rule, "conv2d_transpose")


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


def _depthwise(x, W, stride, dilation, bias=None):
    """Slide filters (f, f, n_C) over padded images, channel by channel.

    Einsum multiplies and adds in one pass, row by row of the image, which stays in the
    innermost cache.
    """
    patches = _rows(x, W.shape[:2], stride, dilation)
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


def _depthwise_filter_gradient(x, dZ, W_shape, stride, dilation):
    patches = _rows(x, W_shape[:2], stride, dilation)
    m, h, fh, fw, w, n = patches.shape
    dZ = dZ.reshape(m, h, w, n)

    def part(start, stop):
        at = slice(start, stop)
        return np.einsum("mhwc,mhijwc->ijc", dZ[at], patches[at])

    dW = sum_of_shares(part, m, dZ.size * fh * fw)
    return dW.reshape(fh, fw, -1, W_shape[2]).sum(2)


@needs_float(0, 1, 2)
def depthwise_conv2d(x, W, b=None, stride=1, padding="valid", dilation=1):
    """Convolve each channel with its own filter; channels are not summed.

    Args:
        x: images (m, n_H, n_W, n_C).
        W: filters (f, f, n_C).
        b: bias (n_C,) or None.
        stride: number or pair.
        padding: as for `conv2d`.
        dilation: number or pair.

    Returns:
        (m, n_H', n_W', n_C).
    """
    if x.ndim != 4 or W.ndim != 3 or x.shape[3] != W.shape[2]:
        raise ValueError(
            "depthwise_conv2d needs images (m, n_H, n_W, n_C) and filters "
            f"(f, f, n_C), got {x.shape} and {W.shape}"
        )
    return _convolution(
        "depthwise_conv2d",
        _depthwise,
        _depthwise_filter_gradient,
        x,
        W,
        b,
        stride,
        padding,
        dilation,
    )


def conv1d(x, W, b=None, stride=1, padding="valid", dilation=1):
    """1-D convolution: x (m, T, n_C_prev), W (f, n_C_prev, n_C) to (m, T', n_C).

    The padding may also be "causal": zeros before the first step only.
    """
    from helpers.nn.tensor import as_tensor

    x, W = as_tensor(x), as_tensor(W)
    if x.ndim != 3 or W.ndim != 3:
        raise ValueError(
            "conv1d needs (m, T, n_C) and (f, n_C_prev, n_C), "
            f"got {x.shape} and {W.shape}"
        )
    if padding == "causal":
        padding = (dilation * (len(W) - 1), 0)
    if not isinstance(padding, str):
        padding = (0, 0), pair(padding)
    y = conv2d(
        reshape(x, len(x), 1, *x.shape[1:]),
        reshape(W, 1, *W.shape),
        b,
        (1, stride),
        padding,
        (1, dilation),
    )
    return reshape(y, len(x), *y.shape[2:])


def conv3d(x, W, b=None, stride=1, padding=0):
    """3-D convolution: a sum of 2-D convolutions over the depth of the filter.

    Args:
        x: volumes (m, n_D, n_H, n_W, n_C_prev).
        W: filters (f, f, f, n_C_prev, n_C).
        b: bias (n_C,) or None.
        stride: a number.
        padding: a number, for all six sides.
    """
    from helpers.nn.ops import pad
    from helpers.nn.tensor import as_tensor

    x, W = as_tensor(x), as_tensor(W)
    if x.ndim != 5 or W.ndim != 5:
        raise ValueError(
            "conv3d needs (m, n_D, n_H, n_W, n_C) and (f, f, f, n_C_prev, n_C), "
            f"got {x.shape} and {W.shape}"
        )
    x = pad(x, [(0, 0), *[(padding, padding)] * 3, (0, 0)]) if padding else x
    depth = (x.shape[1] - len(W)) // stride + 1
    y = None
    for k in range(len(W)):
        slices = x[:, k : k + stride * (depth - 1) + 1 : stride]
        part = conv2d(
            reshape(slices, -1, *x.shape[2:]), W[k], b if k == 0 else None, stride
        )
        y = part if y is None else y + part
    return reshape(y, len(x), depth, *y.shape[1:])

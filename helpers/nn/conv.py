"""Convolutions (cross-correlations, as everywhere in deep learning), channels last.

Three array functions do all the work: `correlate` (forward), `_filter_gradient` and
`_spread` (gradient for the input, the adjoint of `correlate`). Each goes through the
batch in blocks of images small enough for the cache: it copies the f x f patches of a
block into a small buffer, one row a patch, and multiplies that by the filters as one
matrix. A transposed convolution is the same three functions in other roles.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

from helpers.nn.ops import concatenate, reshape
from helpers.nn.tensor import needs_float, record
from helpers.nn.threads import share

BLOCK = 2**18  # elements of a patch buffer: 1 MB in float32, the L2 cache of a core


def pair(value):
    """(value, value) for a number, the value itself for a pair."""
    return (value, value) if isinstance(value, int | np.integer) else tuple(value)


def padding_widths(padding, size, f, stride, dilation):
    """((top, bottom), (left, right)) from "valid", "same", a number or pairs.

    "same" makes the output ceil(n / stride) long, an odd row going to the end.
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
        raise ValueError(f'padding is "valid", "same", a number or pairs: {padding!r}')
    return tuple(pair(p) for p in pair(padding))


def pad_images(x, widths):
    """Zeros around the images: (m, n_H, n_W, n_C) with ((top, bottom), (left, right)).

    A negative width cuts off.
    """
    (top, bottom), (left, right) = widths
    if not (top or bottom or left or right):
        return x
    m, h, w, c = x.shape
    out = np.zeros((m, h + top + bottom, w + left + right, c), x.dtype)
    out[:, max(top, 0) : h + top + min(bottom, 0),
        max(left, 0) : w + left + min(right, 0)] = (
        x[:, max(-top, 0) : h - max(-bottom, 0), max(-left, 0) : w - max(-right, 0)]
    )  # fmt: skip
    return out


def windows(x, f, stride, dilation=(1, 1)):
    """View of every patch: (m, n_H, n_W, f, f, n_C). Nothing is copied."""
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


def _blocks(start, stop, rows, row_size):
    """Blocks (images, rows) whose patches fit the buffer: many images, or a strip."""
    images = max(1, BLOCK // (rows * row_size))
    strip = rows if images > 1 else max(1, min(rows, BLOCK // row_size))
    for i in range(start, stop, images):
        for r in range(0, rows, strip):
            yield slice(i, min(i + images, stop)), slice(r, min(r + strip, rows))


def _matrix(patches, buffer):
    """Patches of one block as a matrix, one row a patch, in the buffer if copied."""
    rows = patches.shape[0] * patches.shape[1] * patches.shape[2]
    if patches.shape[3:5] == (1, 1):  # a 1 x 1 filter: the pixels are the patches
        return patches.reshape(rows, -1)
    block = buffer[: patches.size].reshape(patches.shape)
    np.copyto(block, patches)
    return block.reshape(rows, -1)


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
    patches = windows(x, W.shape[:2], stride, dilation)
    m, h, w = patches.shape[:3]
    filters = W.reshape(-1, W.shape[3])
    y = np.empty((m, h, w, W.shape[3]), np.result_type(x, W))

    def part(start, stop):
        row = w * len(filters)
        buffer = np.empty(min(max(BLOCK, row), (stop - start) * h * row), x.dtype)
        for images, rows in _blocks(start, stop, h, row):
            out = y[images, rows].reshape(-1, W.shape[3])
            np.matmul(_matrix(patches[images, rows], buffer), filters, out=out)
            if bias is not None:
                out += bias

    share(part, m, y.size * len(filters))
    return y


def _filter_gradient(x, dZ, W_shape, stride, dilation):
    """Gradient for the filters: patches of x times dZ, summed over the batch."""
    patches = windows(x, W_shape[:2], stride, dilation)
    m, h, w = patches.shape[:3]
    n_in, n_out = np.prod(W_shape[:3]), W_shape[3]
    parts = []

    def part(start, stop):
        row = w * n_in
        buffer = np.empty(min(max(BLOCK, row), (stop - start) * h * row), x.dtype)
        total = np.zeros((n_in, n_out), dZ.dtype)
        for images, rows in _blocks(start, stop, h, row):
            g = dZ[images, rows].reshape(-1, n_out)
            total += _matrix(patches[images, rows], buffer).T @ g
        parts.append((start, total))

    share(part, m, dZ.size * n_in)
    # In a fixed order, for sums that do not depend on which thread came first.
    return sum(total for _, total in sorted(parts, key=lambda p: p[0])).reshape(W_shape)


def _spread(dZ, W, stride, dilation, widths, shape):
    """Adjoint of `correlate` and its padding: each dZ gives W back to its patch.

    Args:
        dZ: (m, n_H', n_W', n_C).
        W: (f, f, n_C_prev, n_C).
        stride: pair.
        dilation: pair.
        widths: the padding, as `padding_widths` gives it.
        shape: (m, n_H, n_W, n_C_prev), before padding.
    """
    (top, bottom), (left, right) = widths
    m, h, w, c = shape
    fh, fw = W.shape[:2]
    if stride == (1, 1):  # then it is a correlation again, with turned filters
        reach = dilation[0] * (fh - 1), dilation[1] * (fw - 1)
        around = (
            (reach[0] - top, h - dZ.shape[1] + top),
            (reach[1] - left, w - dZ.shape[2] + left),
        )
        turned = np.ascontiguousarray(W[::-1, ::-1].swapaxes(2, 3))
        return correlate(pad_images(dZ, around), turned, (1, 1), dilation)
    dx = np.zeros((m, h + top + bottom, w + left + right, c), dZ.dtype)
    targets = windows(dx, (fh, fw), stride, dilation)[:, : dZ.shape[1], : dZ.shape[2]]
    filters = W.reshape(-1, W.shape[3]).T

    def part(start, stop):
        row = dZ.shape[2] * filters.shape[1]
        for images, rows in _blocks(start, stop, dZ.shape[1], row):
            g = dZ[images, rows]
            patches = g.reshape(-1, W.shape[3]) @ filters
            patches = patches.reshape(*g.shape[:3], fh, fw, c)
            out = targets[images, rows]
            for i in range(fh):
                for j in range(fw):
                    out[:, :, :, i, j] += patches[:, :, :, i, j]

    share(part, m, dZ.size * filters.shape[1])
    return dx[:, top : top + h, left : left + w]


def _check(name, x, W, channels, b, n_out):
    """Complain about shapes that do not fit."""
    if x.ndim != 4 or W.ndim != 4:
        raise ValueError(
            f"{name}: needs images (m, n_H, n_W, n_C) and filters (f, f, ., .), "
            f"got {x.shape} and {W.shape}"
        )
    if x.shape[3] != channels:
        raise ValueError(
            f"{name}: input {x.shape} has {x.shape[3]} channels, "
            f"filters {W.shape} expect {channels}"
        )
    if b is not None and b.shape != (n_out,):
        raise ValueError(f"{name}: bias {b.shape} should be ({n_out},)")


def _bias_gradient(g):
    rows = g.reshape(-1, g.shape[-1])
    return np.ones(len(rows), g.dtype) @ rows


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
        groups: split the channels into that many convolutions side by side; with
            one input channel each, see `depthwise_conv2d`.

    Returns:
        (m, n_H', n_W', n_C), with n' = floor((n + 2p - f) / stride) + 1.
    """
    n_out = W.shape[-1]
    _check("conv2d", x, W, W.shape[-2] * groups, b, n_out)
    if groups > 1:
        n, k = x.shape[3] // groups, n_out // groups
        parts = [
            conv2d(
                x[..., i * n : (i + 1) * n],
                W[..., i * k : (i + 1) * k],
                None if b is None else b[i * k : (i + 1) * k],
                stride,
                padding,
                dilation,
            )
            for i in range(groups)
        ]
        return concatenate(parts)
    stride, dilation = pair(stride), pair(dilation)
    widths = padding_widths(padding, x.shape[1:3], W.shape[:2], stride, dilation)
    padded = pad_images(x.data, widths)
    Z = correlate(padded, W.data, stride, dilation, None if b is None else b.data)
    if Z.size == 0 and x.size:
        raise ValueError(f"conv2d: filters {W.shape} are larger than images {x.shape}")

    def rule(g):
        dx = dW = None
        if x.requires_grad:
            dx = _spread(g, W.data, stride, dilation, widths, x.shape)
        if W.requires_grad:
            dW = _filter_gradient(padded, g, W.shape, stride, dilation)
        return (dx, dW) if b is None else (dx, dW, _bias_gradient(g))

    return record(Z, (x, W) if b is None else (x, W, b), rule, "conv2d")


@needs_float(0, 1, 2)
def conv2d_transpose(x, W, b=None, stride=1, padding="valid", output_padding=0):
    """Transposed 2-D convolution: the adjoint of `conv2d` with the same filters.

    Args:
        x: images (m, n_H, n_W, n_C_prev).
        W: filters (f, f, n_C, n_C_prev), of the convolution it is the adjoint of.
        b: bias (n_C,) or None.
        stride: number or pair.
        padding: "valid", "same" (output n * stride), a number or pairs; what is cut
            off the result.
        output_padding: rows and columns more at the end, less than the stride.

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
    Z = _spread(x.data, W.data, stride, (1, 1), widths, shape)
    if b is not None:
        Z = Z + b.data

    def rule(g):
        padded = pad_images(g, widths)
        dx = dW = None
        if x.requires_grad:
            dx = correlate(padded, W.data, stride, (1, 1))
            dx = dx[:, : x.shape[1], : x.shape[2]]
        if W.requires_grad:
            dW = _filter_gradient(padded, x.data, W.shape, stride, (1, 1))
        return (dx, dW) if b is None else (dx, dW, _bias_gradient(g))

    return record(Z, (x, W) if b is None else (x, W, b), rule, "conv2d_transpose")


@needs_float(0, 1, 2)
def depthwise_conv2d(x, W, b=None, stride=1, padding="valid", dilation=1):
    """One filter for each channel, no sum over channels.

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
            "depthwise_conv2d: needs images (m, n_H, n_W, n_C) and filters "
            f"(f, f, n_C), got {x.shape} and {W.shape}"
        )
    stride, dilation = pair(stride), pair(dilation)
    fh, fw, c = W.shape
    widths = padding_widths(padding, x.shape[1:3], (fh, fw), stride, dilation)
    padded = pad_images(x.data, widths)
    patches = windows(padded, (fh, fw), stride, dilation)
    m, h, w = patches.shape[:3]
    Z = np.empty((m, h, w, c), np.result_type(x.dtype, W.dtype))
    # The filter repeated along a row of the image, for long inner loops.
    tiled = np.tile(W.data[:, :, None, :], (1, 1, w, 1))

    def forward(start, stop):
        product = np.empty((h, w, c), Z.dtype)
        for n in range(start, stop):
            for i in range(fh):
                for j in range(fw):
                    out = product if i or j else Z[n]
                    np.multiply(patches[n, :, :, i, j], tiled[i, j], out=out)
                    if i or j:
                        Z[n] += product
            if b is not None:
                Z[n] += b.data

    share(forward, m, Z.size * fh * fw)

    def rule(g):
        dx = np.zeros_like(padded)
        targets = windows(dx, (fh, fw), stride, dilation)
        sums = []

        def backward(start, stop):
            product = np.empty((h, w, c), g.dtype)
            dW = np.zeros((fh, fw, w, c), g.dtype)
            for n in range(start, stop):
                for i in range(fh):
                    for j in range(fw):
                        if x.requires_grad:
                            np.multiply(g[n], tiled[i, j], out=product)
                            targets[n, :, :, i, j] += product
                        if W.requires_grad:
                            np.multiply(g[n], patches[n, :, :, i, j], out=product)
                            dW[i, j] += product.sum(0)
            sums.append((start, dW.sum(2)))

        share(backward, m, g.size * fh * fw)
        dW = sum(s for _, s in sorted(sums, key=lambda s: s[0]))
        dx = dx[:, widths[0][0] :, widths[1][0] :][:, : x.shape[1], : x.shape[2]]
        return (dx, dW) if b is None else (dx, dW, _bias_gradient(g))

    return record(Z, (x, W) if b is None else (x, W, b), rule, "depthwise_conv2d")


def conv1d(x, W, b=None, stride=1, padding="valid", dilation=1):
    """1-D convolution: x (m, T, n_C_prev), W (f, n_C_prev, n_C) to (m, T', n_C).

    padding may also be "causal": zeros in the past only.
    """
    from helpers.nn.tensor import as_tensor

    x, W = as_tensor(x), as_tensor(W)
    if x.ndim != 3 or W.ndim != 3:
        raise ValueError(
            "conv1d: needs (m, T, n_C) and (f, n_C_prev, n_C), "
            f"got {x.shape} and {W.shape}"
        )
    if padding == "causal":
        padding = (dilation * (len(W) - 1), 0)
    if not isinstance(padding, str):
        padding = (0, 0), pair(padding)
    y = conv2d(
        reshape(x, len(x), 1, *x.shape[1:]), reshape(W, 1, *W.shape), b,
        (1, stride), padding, (1, dilation),
    )  # fmt: skip
    return reshape(y, len(x), *y.shape[2:])


def conv3d(x, W, b=None, stride=1, padding=0):
    """3-D convolution: a sum of 2-D ones, over the depth of the filter.

    Args:
        x: volumes (m, n_D, n_H, n_W, n_C_prev).
        W: filters (f, f, f, n_C_prev, n_C).
        b: bias (n_C,) or None.
        stride: number.
        padding: number, on all six sides.
    """
    from helpers.nn.ops import pad
    from helpers.nn.tensor import as_tensor

    x, W = as_tensor(x), as_tensor(W)
    if x.ndim != 5 or W.ndim != 5:
        raise ValueError(
            "conv3d: needs (m, n_D, n_H, n_W, n_C) and (f, f, f, n_C_prev, n_C), "
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

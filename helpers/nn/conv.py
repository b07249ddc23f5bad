"""Convolutions (cross-correlations, as everywhere in deep learning), channels last."""

from helpers.nn.kernels import convolution
from helpers.nn.kernels.convolution import padding_widths, pair
from helpers.nn.ops import concatenate, pad, reshape
from helpers.nn.tensor import arrays_of, as_tensor, check_bias, needs_float, record


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
    check_bias(name, b, n_out)


def _slide(name, x, W, stride, padding, dilation):
    """How the filters slide; raises an error if they are larger than the images."""
    stride, dilation = pair(stride), pair(dilation)
    widths = padding_widths(padding, x.shape[1:3], W.shape[:2], stride, dilation)
    slide = convolution.Slide(stride, widths, dilation)
    if min(slide.output_size(x.shape[1:3], W.shape[:2])) < 1:
        size = f"{x.shape}, padded by {widths}"
        raise ValueError(f"{name}: filters {W.shape} are larger than images {size}")
    return slide


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
        (m, n_H', n_W', n_C), with n' = floor((n + 2p - f) / stride) + 1. With dilation
        d, a filter covers d (f - 1) + 1 pixels, which take the place of f.
    """
    n_C = W.shape[-1]
    _check("conv2d", x, W, W.shape[-2] * groups, b, n_C)
    if n_C % groups:
        raise ValueError(f"conv2d: {n_C} filters cannot be split into {groups} groups")
    if groups > 1:
        n, k = x.shape[3] // groups, n_C // groups
        parts = []
        for i in range(groups):
            seen, made = slice(i * n, (i + 1) * n), slice(i * k, (i + 1) * k)
            bias = None if b is None else b[made]
            part = x[..., seen], W[..., made], bias, stride, padding, dilation
            parts.append(conv2d(*part))
        return concatenate(parts)
    slide = _slide("conv2d", x, W, stride, padding, dilation)
    arrays, wanted = arrays_of(x, W, b)
    # With P = x, padded, and stride s, dilation d:
    # Z[i, h, w, c] = Σ_{j, k, n} P[i, s h + d j, s w + d k, n] W[j, k, n, c] + b[c]
    # dP[i, s h + d j, s w + d k, n] += Σ_c g[i, h, w, c] W[j, k, n, c]
    # dW[j, k, n, c] = Σ_{i, h, w} P[i, s h + d j, s w + d k, n] g[i, h, w, c]
    # db[c] = Σ_{i, h, w} g[i, h, w, c]
    Z = convolution.correlate(*arrays[:2], slide, arrays[2])  # (m, n_H', n_W', n_C)

    def rule(g):
        return convolution.gradients(g, *arrays[:2], slide, wanted)

    return record(Z, (x, W, b), rule, "conv2d")


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
    check_bias("depthwise_conv2d", b, W.shape[2])
    slide = _slide("depthwise_conv2d", x, W, stride, padding, dilation)
    arrays, wanted = arrays_of(x, W, b)
    # Z[i, h, w, c] = Σ_{j, k} P[i, s h + d j, s w + d k, c] W[j, k, c] + b[c], and the
    # gradients as for `conv2d`, without the sums over n or c
    Z = convolution.depthwise(*arrays[:2], slide, arrays[2])  # (m, n_H', n_W', n_C)

    def rule(g):
        return convolution.gradients(g, *arrays[:2], slide, wanted)

    return record(Z, (x, W, b), rule, "depthwise_conv2d")


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
        output_padding: extra rows and columns at the end, fewer than the stride; not
            used with "same".

    Returns:
        (m, n_H', n_W', n_C), with n' = (n - 1) stride + f - 2p + output_padding.
    """
    _check("conv2d_transpose", x, W, W.shape[3], b, W.shape[2])
    stride, extra = pair(stride), pair(output_padding)
    size = [n * s for n, s in zip(x.shape[1:3], stride, strict=True)]
    widths = padding_widths(padding, size, W.shape[:2], stride)
    if padding != "same":
        size = [
            (x.shape[i + 1] - 1) * stride[i] + W.shape[i] - sum(widths[i]) + extra[i]
            for i in (0, 1)
        ]
    if min(size) < 1:
        raise ValueError(f"conv2d_transpose: padding {widths} crops everything")
    slide = convolution.Slide(stride, widths)
    arrays, wanted = arrays_of(x, W, b)
    # Z starts as b[c] everywhere. Before cropping, each pixel adds a multiple of the
    # filters:  Z[i, s h + j, s w + k, c] += Σ_n x[i, h, w, n] W[j, k, c, n]
    # dx is the convolution of g with W; dW is its filter gradient, with g as the image
    shape = (len(x), *size, W.shape[2])
    Z = convolution.transposed(*arrays[:2], slide, shape, arrays[2])

    def rule(g):
        return convolution.transposed_gradients(g, *arrays[:2], slide, wanted)

    return record(Z, (x, W, b), rule, "conv2d_transpose")


def conv1d(x, W, b=None, stride=1, padding="valid", dilation=1):
    """1-D convolution: x (m, T, n_C_prev), W (f, n_C_prev, n_C) to (m, T', n_C).

    The padding may also be "causal": zeros before the first step only.
    """
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
    images = reshape(x, len(x), 1, *x.shape[1:])  # (m, 1, T, n_C_prev)
    filters = reshape(W, 1, *W.shape)  # (1, f, n_C_prev, n_C)
    y = conv2d(images, filters, b, (1, stride), padding, (1, dilation))
    return reshape(y, len(x), *y.shape[2:])  # (m, T', n_C)


def conv3d(x, W, b=None, stride=1, padding=0):
    """3-D convolution: a sum of 2-D convolutions over the depth of the filter.

    Args:
        x: volumes (m, n_D, n_H, n_W, n_C_prev).
        W: filters (f, f, f, n_C_prev, n_C).
        b: bias (n_C,) or None.
        stride: a number.
        padding: a number, for all six sides.
    """
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
        images = reshape(slices, -1, *x.shape[2:])  # (m * n_D', n_H, n_W, n_C_prev)
        part = conv2d(images, W[k], b if k == 0 else None, stride)
        y = part if y is None else y + part
    return reshape(y, len(x), depth, *y.shape[1:])  # (m, n_D', n_H', n_W', n_C)

"""Pooling over windows of images (m, n_H, n_W, n_C)."""

from helpers.nn.kernels import pooling as kernels
from helpers.nn.kernels.convolution import padding_widths, pair
from helpers.nn.tensor import needs_float, record_one


def _prepare(name, x, f, stride, padding):
    """Check the arguments; return f and stride as pairs, and the padding widths."""
    if x.ndim != 4:
        raise ValueError(f"{name} needs images (m, n_H, n_W, n_C), got {x.shape}")
    f = pair(f)
    stride = f if stride is None else pair(stride)
    widths = padding_widths(padding, x.shape[1:3], f, stride)
    for n, k, w in zip(x.shape[1:3], f, widths, strict=True):
        if n + sum(w) < k or max(w) >= k:
            size = f"{x.shape}, padded by {widths}"
            raise ValueError(f"{name}: window {f} does not fit images {size}")
    return f, stride, widths


@needs_float(0)
def max_pool2d(x, f=2, stride=None, padding="valid"):
    """Maximum of each f x f window; among equal values, the first gets the gradient.

    (The first of equal values is the topmost one in the leftmost column that has one.)

    Args:
        x: images (m, n_H, n_W, n_C).
        f: window size, a number or a pair.
        stride: a number or a pair, by default f.
        padding: as for `conv2d`.
    """
    window = _prepare("max_pool2d", x, f, stride, padding)
    # y[i, h, w, c] = max_{j, k} x[i, s h + j, s w + k, c];  dx = g at the maximum, or 0
    data, y = x.data, kernels.max_pool(x.data, *window)  # (m, n_H', n_W', n_C)
    rule = kernels.max_pool_gradient
    return record_one(y, x, lambda g: rule(g, data, y, *window), "max_pool2d")


@needs_float(0)
def average_pool2d(x, f=2, stride=None, padding="valid"):
    """Average of each f x f window; padding is not counted.

    Args:
        x: images (m, n_H, n_W, n_C).
        f: window size, a number or a pair.
        stride: a number or a pair, by default f.
        padding: as for `conv2d`.
    """
    window, shape = _prepare("average_pool2d", x, f, stride, padding), x.shape
    # y[i, h, w, c] = Σ_{j, k} x[i, s h + j, s w + k, c] / n, where n is f² or, at the
    # border, the number of pixels that are not padding;  each pixel gets g / n
    y = kernels.average_pool(x.data, *window)  # (m, n_H', n_W', n_C)
    rule = kernels.average_pool_gradient
    return record_one(y, x, lambda g: rule(g, shape, *window), "average_pool2d")


@needs_float(0)
def upsample2d(x, f=2):
    """Repeat every pixel f x f times (nearest neighbour)."""
    fh, fw = pair(f)
    m, h, w, c = x.shape
    # y[i, h, w, c] = x[i, h // f, w // f, c];  dx = Σ g over the copies of a pixel
    y = x.data.repeat(fh, 1).repeat(fw, 2)  # (m, f n_H, f n_W, n_C)

    def rule(g):
        return g.reshape(m, h, fh, w, fw, c).sum((2, 4))

    return record_one(y, x, rule, "upsample2d")

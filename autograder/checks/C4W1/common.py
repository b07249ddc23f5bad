"""What several parts of C4W1's tests use."""

import numpy as np

from autograder.checks.check import Lab

lab = Lab("C4W1")
ref = lab.reference
LIBRARIES = ("scipy", "helpers.nn", "helpers.vision")  # they have the answers


def layers(rng):
    """Layers that tell height from width, with and without border, strides to 3."""
    for m, size, f, channels, stride, pad in [
        (1, (3, 4), 2, (1, 1), 1, 0),
        (2, (5, 4), 3, (3, 2), 1, 1),
        (2, (5, 7), 3, (2, 3), 2, 0),
        (2, (6, 5), 2, (1, 2), 2, 1),
        (1, (8, 7), 3, (2, 2), 3, 2),
    ]:
        A_prev = rng.normal(size=(m, *size, channels[0]))
        W = rng.normal(size=(f, f, *channels))
        b = rng.normal(size=(1, 1, 1, channels[1]))
        hparameters = {"stride": stride, "pad": pad}
        if ref.conv_forward_fast(A_prev, W, b, hparameters)[0].min() > 0:
            W, b = -W, -b  # some outputs are negative, as an activation would show
        yield A_prev, W, b, hparameters


def turned(W):
    """Filters turned by 180°, as a mathematician's convolution has them."""
    return W[::-1, ::-1]


def corner(h, w, f, stride, start=None):
    """Where the window of an output begins, and some ways to get it wrong."""
    if start == "the row twice":
        return h * stride, h * stride
    if start == "swapped":
        return w * stride, h * stride
    if start == "strided rows":
        return h * stride, w
    if start == "strided columns":
        return h, w * stride
    step = {None: stride, "unstrided": 1, "by the side": f}[start]
    return h * step, w * step


def forward(
    A_prev, W, b, hparameters, *, start=None, bias=None, pick=None, windows_from=None
):
    """The layer, where each step can be made wrong."""
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad) if windows_from is None else windows_from
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, pad, stride)
    Z = np.zeros((len(A_prev), n_H, n_W, W.shape[3]))
    for i, h, w, c in np.ndindex(*Z.shape):
        top, left = corner(h, w, f, stride, start)
        window = A_pad[pick(i) if pick else i, top : top + f, left : left + f]
        Z[i, h, w, c] = np.sum(window * W[..., c])
    Z += b if bias is None else bias
    return Z, (A_prev, W, b, hparameters)


def without_stride(A_prev, W, b, hparameters):
    """The right shape, but windows that move by one pixel only."""
    return forward(A_prev, W, b, hparameters, start="unstrided")


def without_border(A_prev, W, b, hparameters):
    """The border is left out altogether."""
    Z, _ = ref.conv_forward_fast(A_prev, W, b, hparameters | {"pad": 0})
    return Z, (A_prev, W, b, hparameters)


def pools(rng):
    """Pooling layers: apart, overlapping, with a rest at the end; any sign.

    About half of the windows hold negative values only.
    """
    for m, size, n_C, f, stride in [
        (1, (4, 6), 1, 2, 2),
        (2, (5, 7), 2, 3, 2),
        (2, (4, 5), 3, 2, 1),
        (1, (7, 8), 2, 2, 3),
    ]:
        A_prev, hparameters = (
            rng.normal(size=(m, *size, n_C)),
            {"f": f, "stride": stride},
        )
        maxima, _ = ref.pool_forward(A_prev, hparameters)
        yield A_prev - np.median(maxima), hparameters

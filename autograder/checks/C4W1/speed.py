"""Hidden tests of C4W1: speed."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.C4W1.common import (
    LIBRARIES,
    corner,
    forward,
    lab,
    layers,
    ref,
    without_border,
    without_stride,
)
from autograder.checks.C4W1.layer import caches_the_padded
from autograder.checks.check import case


@lab.check("im2col", points=7, forbid=LIBRARIES)
def im2col(rng):
    """One window, grey and colour images, strides 1 to 3, a rest at the end."""
    for shape, f, stride in [
        ((1, 2, 2, 1), 2, 1),
        ((1, 3, 5, 1), 2, 1),
        ((2, 5, 4, 3), 3, 1),
        ((2, 7, 6, 2), 2, 3),
    ]:
        yield case(rng.normal(size=shape), f, stride)


def rows_of(A, f, stride, order, start=None):
    """Windows in a given order of axes, as rows."""
    n_H, n_W = ref.conv_output_shape(*A.shape[1:3], f, 0, stride)
    return np.array(
        [
            order(A[i, top : top + f, left : left + f]).ravel()
            for i in range(len(A))
            for h, w in np.ndindex(n_H, n_W)
            for top, left in [corner(h, w, f, stride, start)]
        ]
    )


@im2col.mistake(
    "Windows are columns. Here each window is a row, so that the product with the "
    "filters needs no transpose."
)
def windows_as_columns(A, f, stride):
    return ref.im2col(A, f, stride).T


@im2col.mistake(
    "Within a row the channels come first. `W.reshape(-1, n_C)` has them last: row of "
    "the window, column, channel."
)
def channels_first(A, f, stride):
    return rows_of(A, f, stride, lambda window: window.transpose(2, 0, 1))


@im2col.mistake(
    "Within a row, the window is read column by column. Read it row by row."
)
def reads_by_columns(A, f, stride):
    return rows_of(A, f, stride, lambda window: window.transpose(1, 0, 2))


@im2col.mistake("The stride has no effect on where windows start.")
def windows_without_stride(A, f, stride):
    return rows_of(A, f, stride, lambda window: window, "unstrided")


@im2col.mistake(
    "The windows of all images are interleaved. All windows of one image come before "
    "those of the next."
)
def positions_before_images(A, f, stride):
    rows = ref.im2col(A, f, stride).reshape(len(A), -1, f * f * A.shape[3])
    return rows.swapaxes(0, 1).reshape(-1, rows.shape[2])


@im2col.mistake("Each window still has its three axes. Make one row of it.")
def keeps_the_windows_axes(A, f, stride):
    return ref.im2col(A, f, stride).reshape(-1, f, f, A.shape[3])


@im2col.mistake(
    "Only the windows of the first image are there. The rows of the next images follow."
)
def rows_of_the_first_image(A, f, stride):
    return ref.im2col(A[:1], f, stride)


@im2col.mistake(
    "The windows are taken column by column. Take them row by row, and within a row "
    "from left to right."
)
def positions_by_columns(A, f, stride):
    n_H, n_W = ref.conv_output_shape(*A.shape[1:3], f, 0, stride)
    rows = ref.im2col(A, f, stride).reshape(len(A), n_H, n_W, -1)
    return rows.swapaxes(1, 2).reshape(len(A) * n_H * n_W, -1)


@im2col.mistake(
    "The number of rows fits square images only. The width is axis 2 of `A`."
)
def rows_for_squares(A, f, stride):
    n, _ = ref.conv_output_shape(*A.shape[1:3], f, 0, stride)
    rows = []
    for i, h, w in np.ndindex(len(A), n, n):
        top, left = h * stride, w * stride
        rows.append(A[i, top : top + f, left : left + f].ravel())
    return np.array(rows)


@im2col.mistake(
    "The window moves down and to the right at the same time: its first row follows "
    "from h, its first column from w."
)
def windows_column_from_the_row(A, f, stride):
    return rows_of(A, f, stride, lambda window: window, "the row twice")


@im2col.mistake(
    "Within a row, the first axis of the window changes fastest, as in Fortran's "
    "order. The last one should: `ravel()` does that by itself."
)
def rows_in_fortran_order(A, f, stride):
    return rows_of(A, f, stride, lambda window: window.transpose(2, 1, 0))


@im2col.mistake(
    "Only the first channel is there. A row holds all channels of its window."
)
def rows_of_the_first_channel(A, f, stride):
    return ref.im2col(A[..., :1], f, stride)


@im2col.mistake(
    "The stride has no effect: every window of the image is there, as for stride 1."
)
def every_window(A, f, stride):
    return ref.im2col(A, f, 1)


@im2col.right
def rows_with_loops(A, f, stride):
    return rows_of(A, f, stride, lambda window: window)


@im2col.right
def rows_by_view(A, f, stride):
    windows = sliding_window_view(A, (f, f), axis=(1, 2))[:, ::stride, ::stride]
    windows = windows.transpose(0, 1, 2, 4, 5, 3).astype(np.float32)
    return windows.reshape(-1, f * f * A.shape[3])


@lab.check("conv_forward_fast", points=6, forbid=LIBRARIES)
def conv_forward_fast(rng):
    """The layers of `conv_forward`."""
    for layer in layers(rng):
        yield case(*layer)


@conv_forward_fast.mistake(
    "The windows of several images are mixed up: the product is reshaped in another "
    "order than that of its rows, which is (m, n_H, n_W, n_C)."
)
def reshapes_in_another_order(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    m, n_H, n_W, n_C = Z.shape
    return Z.reshape(n_C, m, n_H, n_W).transpose(1, 2, 3, 0), cache


@conv_forward_fast.mistake("The border is missing: pad before `im2col`.")
def fast_without_border(A_prev, W, b, hparameters):
    return without_border(A_prev, W, b, hparameters)


@conv_forward_fast.mistake("The biases are missing.")
def fast_without_bias(A_prev, W, b, hparameters):
    return ref.conv_forward_fast(A_prev, W, np.zeros_like(b), hparameters)[0], (
        A_prev,
        W,
        b,
        hparameters,
    )


@conv_forward_fast.mistake(
    "The filters are turned into a matrix in the wrong order. `W.reshape(-1, n_C)` "
    "keeps each in a column; `W.reshape(n_C, -1).T` mixes them."
)
def cuts_across_the_filters(A_prev, W, b, hparameters):
    mixed = W.reshape(W.shape[3], -1).T.reshape(W.shape)
    Z, _ = ref.conv_forward_fast(A_prev, mixed, b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward_fast.mistake(
    "The cache holds the padded images. Keep `A_prev` as it was passed in."
)
def fast_caches_the_padded(A_prev, W, b, hparameters):
    return caches_the_padded(A_prev, W, b, hparameters)


@conv_forward_fast.mistake("Only Z is returned. Return the pair `Z, cache`.")
def fast_without_cache(A_prev, W, b, hparameters):
    return ref.conv_forward_fast(A_prev, W, b, hparameters)[0]


@conv_forward_fast.mistake(
    "Z still has one row per window. Give it the axes (m, n_H, n_W, n_C)."
)
def fast_without_reshaping(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    return Z.reshape(-1, W.shape[3]), cache


@conv_forward_fast.mistake(
    "The stride has no effect on where windows start. Pass it to `im2col`."
)
def fast_without_stride(A_prev, W, b, hparameters):
    return without_stride(A_prev, W, b, hparameters)


@conv_forward_fast.mistake(
    "The product is reshaped to (m, n_C, n_H, n_W). Its columns are channels, so the "
    "channels change fastest: they come last."
)
def reshapes_channels_first(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    m, n_H, n_W, n_C = Z.shape
    return Z.reshape(m, n_C, n_H, n_W).transpose(0, 2, 3, 1), cache


@conv_forward_fast.mistake(
    "The weights are in another order than the pixels: `W.T` reverses all four axes. "
    "Reshape `W` itself."
)
def transposes_the_filters(A_prev, W, b, hparameters):
    n_C = W.shape[3]
    mixed = W.T.reshape(n_C, -1).T.reshape(W.shape)
    Z, _ = ref.conv_forward_fast(A_prev, mixed, b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward_fast.right
def fast_by_tensordot(A_prev, W, b, hparameters):
    f, s, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad)
    windows = sliding_window_view(A_pad, (f, f), axis=(1, 2))[:, ::s, ::s]
    Z = np.tensordot(windows, W.transpose(2, 0, 1, 3), 3) + b
    return Z, (A_prev, W, b, hparameters)


@conv_forward_fast.right
def fast_with_slow_loops(A_prev, W, b, hparameters):
    return forward(A_prev.astype(np.float32), W, b, hparameters)[0], (
        A_prev,
        W,
        b,
        hparameters,
    )

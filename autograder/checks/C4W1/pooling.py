"""Hidden tests of C4W1: pooling."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.C4W1.common import LIBRARIES, corner, lab, pools, ref
from autograder.checks.check import case


@lab.check("pool_forward", points=9, forbid=LIBRARIES)
def pool_forward(rng):
    """Both modes; windows apart and overlapping; a rest at the end; negative values."""
    for A_prev, hparameters in pools(rng):
        for mode in ("max", "average"):
            yield case(A_prev, hparameters, mode)


def pool(A_prev, hparameters, summary, start=None):
    """The layer, which can be made wrong."""
    f, stride = hparameters["f"], hparameters["stride"]
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, 0, stride)
    A = np.zeros((len(A_prev), n_H, n_W, A_prev.shape[3]))
    for h in range(n_H):
        for w in range(n_W):
            top, left = corner(h, w, f, stride, start)
            A[:, h, w] = summary(A_prev[:, top : top + f, left : left + f])
    return A, (A_prev, hparameters)


def summarize(mode):
    """Function of windows (m, f, f, n_C)."""
    function = np.max if mode == "max" else np.mean
    return lambda windows: function(windows, axis=(1, 2))


@pool_forward.mistake(
    "The stride is missing in the slice: the window of output row h starts at row h · "
    "stride."
)
def pool_without_stride(A_prev, hparameters, mode="max"):
    return pool(A_prev, hparameters, summarize(mode), "unstrided")


@pool_forward.mistake(
    "The channels are pooled together. Each channel keeps its own maximum or average."
)
def pools_across_channels(A_prev, hparameters, mode="max"):
    function = np.max if mode == "max" else np.mean
    return pool(
        A_prev, hparameters, lambda x: function(x, axis=(1, 2, 3))[:, np.newaxis]
    )


@pool_forward.mistake("`mode` has no effect: it is always the maximum.")
def always_the_maximum(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, "max")


@pool_forward.mistake("The two modes are swapped.")
def swaps_the_modes(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, "average" if mode == "max" else "max")


@pool_forward.mistake(
    "The average is a sum: divide by the number of positions in the window."
)
def sums_instead_of_averaging(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    return (A if mode == "max" else A * hparameters["f"] ** 2), cache


@pool_forward.mistake(
    "No maximum is below 0, although some windows hold only negative values. The "
    "largest of these is their maximum."
)
def never_below_zero(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    return (np.maximum(A, 0) if mode == "max" else A), cache


@pool_forward.mistake(
    "The maximum is taken of absolute values. A negative value is smaller than a "
    "positive one, however far it is from 0."
)
def largest_absolute_value(A_prev, hparameters, mode="max"):
    A, _ = ref.pool_forward(
        np.abs(A_prev) if mode == "max" else A_prev, hparameters, mode
    )
    return A, (A_prev, hparameters)


@pool_forward.mistake("`mode` has no effect: it is always the average.")
def always_the_average(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, "average")


@pool_forward.mistake(
    "It is right only where the stride equals the side of the window. The window is f "
    "wide and moves on by the stride."
)
def pool_steps_by_the_side(A_prev, hparameters, mode="max"):
    return pool(A_prev, hparameters, summarize(mode), "by the side")


@pool_forward.mistake(
    "Max pooling gives the smallest value of each window. It keeps the largest."
)
def keeps_the_smallest(A_prev, hparameters, mode="max"):
    A, _ = ref.pool_forward(-A_prev if mode == "max" else A_prev, hparameters, mode)
    return (-A if mode == "max" else A), (A_prev, hparameters)


@pool_forward.mistake(
    "Only the first image has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def pools_the_first_image(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    A[1:] = 0
    return A, cache


@pool_forward.mistake("Only A is returned. Return the pair `A, cache`.")
def pools_without_cache(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, mode)[0]


@pool_forward.mistake(
    "In average mode everything is 0, as if that branch were never reached. With which "
    "string is `mode` compared?"
)
def average_by_another_name(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    return (A if mode == "max" else 0 * A), cache


@pool_forward.mistake(
    "The size of the output is right only where the stride equals the side of the "
    "window. How far apart are two windows?"
)
def pool_size_by_the_side(A_prev, hparameters, mode="max"):
    step = {"f": hparameters["f"], "stride": hparameters["f"]}
    return ref.pool_forward(A_prev, step, mode)[0], (A_prev, hparameters)


@pool_forward.mistake(
    "The window moves down and to the right at the same time: its first row follows "
    "from h, its first column from w."
)
def pool_column_from_the_row(A_prev, hparameters, mode="max"):
    return pool(A_prev, hparameters, summarize(mode), "the row twice")


@pool_forward.mistake(
    "The last row and the last column of `A` are 0. Where do the loops end?"
)
def pool_loops_end_early(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    A[:, -1] = A[:, :, -1] = 0
    return A, cache


@pool_forward.mistake(
    "The width of `A` equals its height, also for images that are not square. The "
    "width is axis 2 of `A_prev`."
)
def pool_width_from_the_height(A_prev, hparameters, mode="max"):
    f, stride = hparameters["f"], hparameters["stride"]
    n_H, _ = ref.conv_output_shape(*A_prev.shape[1:3], f, 0, stride)
    A = np.zeros((len(A_prev), n_H, n_H, A_prev.shape[3]))
    for h, w in np.ndindex(n_H, n_H):
        top, left = h * stride, w * stride
        A[:, h, w] = summarize(mode)(A_prev[:, top : top + f, left : left + f])
    return A, (A_prev, hparameters)


@pool_forward.mistake("The sum is divided by f. A window has f · f positions.")
def average_of_a_row(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    return (A if mode == "max" else A * hparameters["f"]), cache


@pool_forward.mistake(
    "The windows are as wide as the stride. They are f wide, and move on by the stride."
)
def stride_taken_for_the_side(A_prev, hparameters, mode="max"):
    f, stride = hparameters["f"], hparameters["stride"]
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, 0, stride)
    A = np.zeros((len(A_prev), n_H, n_W, A_prev.shape[3]))
    for h, w in np.ndindex(n_H, n_W):
        top, left = h * stride, w * stride
        window = A_prev[:, top : top + stride, left : left + stride]
        A[:, h, w] = summarize(mode)(window)
    return A, (A_prev, hparameters)


@pool_forward.mistake(
    "The windows are one row and one column too small. A slice `[a:b]` ends before b."
)
def windows_too_small(A_prev, hparameters, mode="max"):
    return pool(A_prev, hparameters, lambda x: summarize(mode)(x[:, :-1, :-1]))


@pool_forward.mistake(
    "In max mode these are positions: `np.argmax` says where the maximum is, `np.max` "
    "how large."
)
def positions_of_the_maxima(A_prev, hparameters, mode="max"):
    def largest(x):
        return x.reshape(len(x), -1, x.shape[3]).argmax(axis=1)

    return pool(A_prev, hparameters, largest if mode == "max" else summarize(mode))


@pool_forward.mistake(
    "The stride moves windows down, but not to the right: the first column of a "
    "window follows from w and the stride."
)
def pool_strided_rows_only(A_prev, hparameters, mode="max"):
    return pool(A_prev, hparameters, summarize(mode), "strided rows")


@pool_forward.right
def pool_by_views(A_prev, hparameters, mode="max"):
    f, s = hparameters["f"], hparameters["stride"]
    windows = sliding_window_view(A_prev, (f, f), axis=(1, 2))[:, ::s, ::s]
    A = windows.max((4, 5)) if mode == "max" else windows.mean((4, 5))
    return A, (A_prev, hparameters)


@pool_forward.right
def pool_with_loops(A_prev, hparameters, mode="max"):
    f, s = hparameters["f"], hparameters["stride"]
    m, rows, columns, n_C = A_prev.shape
    n_H, n_W = int(1 + (rows - f) / s), int(1 + (columns - f) / s)
    A = np.zeros((m, n_H, n_W, n_C), np.float32)
    for i, h, w, c in np.ndindex(m, n_H, n_W, n_C):
        values = A_prev[i, h * s : h * s + f, w * s : w * s + f, c].ravel().tolist()
        A[i, h, w, c] = max(values) if mode == "max" else sum(values) / len(values)
    return A, (A_prev, hparameters)

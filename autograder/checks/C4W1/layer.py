"""Hidden tests of C4W1: the layer."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.C4W1.common import (
    LIBRARIES,
    forward,
    lab,
    layers,
    ref,
    turned,
    without_border,
    without_stride,
)
from autograder.checks.check import case


@lab.check("conv_forward", points=14, forbid=LIBRARIES)
def conv_forward(rng):
    """One and two images, valid and padded, strides 1 to 3, up to 3 filters."""
    for layer in layers(rng):
        yield case(*layer)


@conv_forward.mistake(
    "The stride is missing in the slice. The window of output row h starts at row h · "
    "stride, and the same holds for columns."
)
def stride_forgotten_in_the_slice(A_prev, W, b, hparameters):
    return without_stride(A_prev, W, b, hparameters)


@conv_forward.mistake(
    "The border has no effect, neither on the output size nor on the windows. Where "
    "is `pad` used?"
)
def border_forgotten(A_prev, W, b, hparameters):
    return without_border(A_prev, W, b, hparameters)


@conv_forward.mistake(
    "It is right without a border, but wrong or stops with one. From which images are "
    "the windows cut, and what shape do they have?"
)
def windows_from_the_unpadded(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, windows_from=A_prev)


@conv_forward.mistake(
    "The result looks as if the whole border were below and on the right. It is "
    "equally wide on all four sides."
)
def border_on_one_side(A_prev, W, b, hparameters):
    pad = 2 * hparameters["pad"]
    late = np.pad(A_prev, ((0, 0), (0, pad), (0, pad), (0, 0)))
    return forward(A_prev, W, b, hparameters, windows_from=late)


@conv_forward.mistake(
    "It is right only where the stride equals the side of the filter. The window is f "
    "wide and moves on by the stride."
)
def side_taken_for_the_stride(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, start="by the side")


@conv_forward.mistake(
    "Only the first image has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def stops_after_the_first_image(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    Z[1:] = 0
    return Z, cache


@conv_forward.mistake(
    "Negative outputs became 0. The activation function comes after this layer, not "
    "inside it."
)
def with_relu(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    return np.maximum(Z, 0), cache


@conv_forward.mistake(
    "The bias is added once for each weight of the filter. Add it once to each output."
)
def bias_for_each_weight(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, bias=b * W[..., 0].size)


@conv_forward.mistake("The biases are missing.")
def biases_forgotten(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, bias=0)


@conv_forward.mistake(
    "All channels get the bias of the first filter. Filter c has `b[..., c]`."
)
def first_bias_for_all(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, bias=b[..., :1])


@conv_forward.mistake(
    "All channels come from the first filter. Channel c belongs to `W[:, :, :, c]`."
)
def first_filter_for_all(A_prev, W, b, hparameters):
    same = np.repeat(W[..., :1], W.shape[3], axis=3)
    Z, _ = ref.conv_forward_fast(A_prev, same, b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "Every image gives the result of the first one. Use the index i of the image."
)
def first_image_for_all(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, pick=lambda i: 0)


@conv_forward.mistake(
    "The filters are turned by 180°. Deep learning uses them as they are."
)
def filters_turned(A_prev, W, b, hparameters):
    Z, _ = ref.conv_forward_fast(A_prev, turned(W), b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "The cache holds the padded images. Keep `A_prev` as it was passed in."
)
def caches_the_padded(A_prev, W, b, hparameters):
    Z, _ = ref.conv_forward_fast(A_prev, W, b, hparameters)
    return Z, (ref.zero_pad(A_prev, hparameters["pad"]), W, b, hparameters)


@conv_forward.mistake("Only Z is returned. Return the pair `Z, cache`.")
def returns_no_cache(A_prev, W, b, hparameters):
    return ref.conv_forward_fast(A_prev, W, b, hparameters)[0]


@conv_forward.mistake(
    "The window moves down and to the right at the same time: its first row follows "
    "from h, its first column from w."
)
def column_from_the_row(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, start="the row twice")


@conv_forward.mistake(
    "The last row and the last column of `Z` are 0. Where do the loops end?"
)
def loops_end_early(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    Z[:, -1] = Z[:, :, -1] = 0
    return Z, cache


@conv_forward.mistake("The last row of `Z` is 0. Where does the loop over rows end?")
def rows_end_early(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    Z[:, -1] = 0
    return Z, cache


@conv_forward.mistake(
    "`W[c]` is not a filter: it is row c of all filters. The filters are counted by "
    "the last axis of `W`."
)
def filter_by_the_first_axis(A_prev, W, b, hparameters):
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad)
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, pad, stride)
    Z = np.zeros((len(A_prev), n_H, n_W, W.shape[3]))
    for i, h, w, c in np.ndindex(*Z.shape):
        top, left = h * stride, w * stride
        window = A_pad[i, top : top + f, left : left + f]
        Z[i, h, w, c] = ref.conv_single_step(window, W[c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "The width of `Z` equals its height, also for images that are not square. The "
    "width is axis 2 of `A_prev`."
)
def width_from_the_height(A_prev, W, b, hparameters):
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad)
    n_H, _ = ref.conv_output_shape(*A_prev.shape[1:3], f, pad, stride)
    Z = np.zeros((len(A_prev), n_H, n_H, W.shape[3]))
    for i, h, w, c in np.ndindex(*Z.shape):
        top, left = h * stride, w * stride
        window = A_pad[i, top : top + f, left : left + f]
        Z[i, h, w, c] = ref.conv_single_step(window, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "The stride moves windows down, but not to the right: the first column of a "
    "window follows from w and the stride."
)
def strided_rows_only(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, start="strided rows")


@conv_forward.mistake(
    "The stride moves windows to the right, but not down: the first row of a window "
    "follows from h and the stride."
)
def strided_columns_only(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, start="strided columns")


@conv_forward.mistake(
    "Rows and columns of the windows are swapped: the first row follows from h, the "
    "first column from w."
)
def rows_and_columns_swapped(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, start="swapped")


@conv_forward.mistake(
    "The size of `Z` does not take the border into account, though the windows do. "
    "What is `pad` when the output size is computed?"
)
def size_without_the_border(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    f, stride = W.shape[0], hparameters["stride"]
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, 0, stride)
    return Z[:, :n_H, :n_W], cache


@conv_forward.mistake(
    "The products are averaged. A convolution adds them up, however large the window "
    "is."
)
def averages_in_the_layer(A_prev, W, b, hparameters):
    Z, _ = ref.conv_forward_fast(A_prev, W / W[..., 0].size, b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "Rows and columns of each window are swapped where it meets the filter. Along "
    "which axis of the image does each index move?"
)
def windows_transposed(A_prev, W, b, hparameters):
    Z, _ = ref.conv_forward_fast(A_prev, W.transpose(1, 0, 2, 3), b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward.right
def forward_by_shifts(A_prev, W, b, hparameters):
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    n_H = (A_prev.shape[1] + 2 * pad - f) // stride + 1
    n_W = (A_prev.shape[2] + 2 * pad - f) // stride + 1
    Z = np.zeros((len(A_prev), n_H, n_W, W.shape[3])) + b
    for i in range(f):
        for j in range(f):
            part = A_pad[
                :, i : i + stride * n_H : stride, j : j + stride * n_W : stride
            ]
            Z = Z + part @ W[i, j]
    return Z, (A_prev, W, b, hparameters)


@conv_forward.right
def forward_by_einsum(A_prev, W, b, hparameters):
    f, s, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev.astype(np.float32), pad)
    windows = sliding_window_view(A_pad, (f, f), axis=(1, 2))[:, ::s, ::s]
    Z = np.einsum("mhwkij,ijkc->mhwc", windows, W.astype(np.float32)) + b[0, 0, 0]
    return Z, (A_prev, W, b, hparameters)


@conv_forward.right
def forward_with_another_order_of_loops(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters)


lab.concept(
    "dense_or_conv",
    points=1,
    answer=7600,
    why="(5 · 5 · 3 + 1) · 100, however large the images are.",
    because={
        7500: "The weights are all counted. Each filter has a bias, too.",
        2600: "The filters read three channels: 5 · 5 · 3 weights each.",
        2500: "There are three channels to read, and a bias for each filter.",
        7800: "One bias for each filter, not for each of its channels.",
        27000100: "That is a dense layer of 100 units. A filter reads only 5 × 5 "
        "pixels.",
        7503: "There is one bias for each of the 100 filters.",
    },
)

lab.concept(
    "sparsity",
    points=1,
    answer=72,
    why="3 · 3 · 8: one window, all of its channels.",
    because={
        9: "The window has all eight channels.",
        8192: "That is the whole volume, as for a dense layer.",
        73: "The bias is a parameter, not an input value.",
        24: "The window is square: 3 · 3 positions.",
        1024: "That is the number of positions.",
    },
)

lab.concept(
    "why_sharing",
    points=1,
    answer="A",
    why="One filter is used at all positions, so few images are enough to learn it.",
    because={
        "B": "The filters of a layer differ. Each of them is shared among positions.",
        "C": "Every layer has weights of its own.",
        "D": "That describes a dense layer.",
    },
)


@lab.check("conv_parameters", points=3)
def conv_parameters(rng):
    """Filters of one pixel, and of other sizes that all differ."""
    yield case(1, *(int(n) for n in rng.permutation(np.arange(3, 30))[:2]))
    for _ in range(4):
        yield case(*(int(n) for n in rng.permutation(np.arange(2, 12))[:3]))


@conv_parameters.mistake("The biases are missing: one for each filter.")
def weights_only(f, n_C_prev, n_C):
    return f * f * n_C_prev * n_C


@conv_parameters.mistake("One bias for the layer is not enough: one for each filter.")
def one_bias_for_the_layer(f, n_C_prev, n_C):
    return f * f * n_C_prev * n_C + 1


@conv_parameters.mistake(
    "Each filter reads all channels of the input: n_C_prev is missing."
)
def flat_filters(f, n_C_prev, n_C):
    return (f * f + 1) * n_C


@conv_parameters.mistake("One bias for each filter, not for each channel it reads.")
def bias_for_each_channel(f, n_C_prev, n_C):
    return (f * f + 1) * n_C_prev * n_C


@conv_parameters.mistake("A window of side f has f · f positions.")
def side_instead_of_area(f, n_C_prev, n_C):
    return (f * n_C_prev + 1) * n_C


@conv_parameters.mistake(
    "The biases are counted with each weight of a filter. Each filter has one bias, "
    "added after its weights are counted."
)
def bias_for_each_position(f, n_C_prev, n_C):
    return f * f * (n_C_prev + 1) * n_C


@conv_parameters.mistake(
    "One bias is counted for each input channel. Each filter has one bias."
)
def biases_of_the_input(f, n_C_prev, n_C):
    return f * f * n_C_prev * n_C + n_C_prev


@conv_parameters.mistake("That is the count for one filter. The layer has n_C of them.")
def one_filter_only(f, n_C_prev, n_C):
    return f * f * n_C_prev + 1


@conv_parameters.right
def parameters_by_building(f, n_C_prev, n_C):
    return np.zeros((f, f, n_C_prev, n_C)).size + np.zeros((1, 1, 1, n_C)).size


@conv_parameters.right
def parameters_as_float(f, n_C_prev, n_C):
    return float(n_C) + f**2 * n_C_prev * n_C

"""Hidden tests of C4W1, convolutions from scratch, and the mistakes they know."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.checks.check import Lab, case

lab = Lab("C4W1")
ref = lab.reference
LIBRARIES = ("scipy", "helpers.nn", "helpers.vision")  # they have the answers


# --- edges ---------------------------------------------------------------------------

lab.concept(
    "edge_sign",
    points=1,
    answer=-30,
    why="Left minus right, in three rows: 3 · (0 - 10). The sign tells which side is "
    "brighter.",
    because={
        30: "It is left minus right, and now the right side is brighter.",
        0: "The filter gives 0 where left and right are equal. Here they differ.",
        -10: "That is one row of the filter. There are three.",
        10: "That is one row of the filter, and with the sign reversed.",
        -60: "In each window, three rows and one column of each side count: 3 · 10.",
        60: "Three rows, one column of each side, and left minus right.",
    },
)


@lab.check("edge_filters", points=4, driver="responses")
def edge_filters(rng):
    """The four filters are constants: they are asked for what they say to a window.

    Whoever looks up the visible cases finds what the filters give there, not the
    filters themselves.
    """
    for _ in range(5):
        yield case(rng.permutation(np.arange(-20, 21))[:9].reshape(3, 3) * 1.5)


@edge_filters.mistake(
    "The vertical filters respond to horizontal edges and the other way round. A "
    "vertical edge is a difference between left and right: each row reads positive, "
    "0, negative."
)
def transposes_all():
    return {name: F.T for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "All signs are reversed. The response should be positive where the left, or "
    "upper, side is brighter."
)
def reverses_signs():
    return {name: -F for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "The signs of the horizontal filter are reversed. The response should be positive "
    "where the upper side is brighter."
)
def horizontal_upside_down():
    filters = ref.edge_filters()
    return filters | {"horizontal": -filters["horizontal"]}


@edge_filters.mistake(
    "Sobel's filter equals the vertical one. Its middle row counts more: see the table."
)
def sobel_without_weights():
    filters = ref.edge_filters()
    return filters | {"sobel": filters["vertical"]}


@edge_filters.mistake(
    "The filters are scaled. Use the weights as they stand in the table, without "
    "dividing by their sum."
)
def normalizes_filters():
    return {name: F / np.abs(F).sum() for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Sobel's and Scharr's filters respond to horizontal edges. Like the vertical one, "
    "they take the difference between left and right."
)
def smooths_across_the_edge():
    filters = ref.edge_filters()
    return {
        name: F.T if name in ("sobel", "scharr") else F for name, F in filters.items()
    }


@edge_filters.mistake(
    "The horizontal filter equals the vertical one. It should take the difference "
    "between top and bottom."
)
def horizontal_is_vertical():
    filters = ref.edge_filters()
    return filters | {"horizontal": filters["vertical"]}


@edge_filters.mistake(
    "Both outer sides of the filters have the same sign. A difference needs one "
    "positive and one negative side."
)
def adds_both_sides():
    return {name: np.abs(F) for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Only Scharr's filter is wrong: it has Sobel's weights. Compare the last two lines "
    "of the table."
)
def scharr_is_sobel():
    filters = ref.edge_filters()
    return filters | {"scharr": filters["sobel"]}


@edge_filters.mistake(
    "Scharr's filter responds to horizontal edges. Like Sobel's, it takes the "
    "difference between left and right."
)
def scharr_smooths_across_the_edge():
    filters = ref.edge_filters()
    return filters | {"scharr": filters["scharr"].T}


@edge_filters.mistake("The filters are lists. Make arrays of them, with `np.array`.")
def filters_as_lists():
    return {name: F.tolist() for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Only the three weights across the edge are there. A filter has three rows and "
    "three columns."
)
def one_row_each():
    return {name: np.array([1, 0, -1]) for name in ref.edge_filters()}


@edge_filters.right
def filters_written_out():
    return {
        "scharr": np.array([[3.0, 0, -3], [10, 0, -10], [3, 0, -3]], dtype=np.float32),
        "sobel": np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]),
        "vertical": np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]]),
        "horizontal": np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
    }


@edge_filters.right
def filters_by_broadcasting():
    across, along = np.array([[1.0, 0.0, -1.0]]), np.array([[1.0], [1.0], [1.0]])
    sobel = np.array([[1.0], [2.0], [1.0]])
    return {
        "vertical": along * across,
        "horizontal": (along * across).T,
        "sobel": sobel * across,
        "scharr": np.array([[3.0], [10.0], [3.0]]) * across,
    }


lab.concept(
    "convolution_flip",
    points=1,
    answer="B",
    why="Sliding without turning is cross-correlation. Turning the filter twice gives "
    "it back, so it is also a convolution with the turned filter.",
    because={
        "A": "Mathematicians turn the filter first. The layer does not.",
        "C": "Turning by 180° reverses the order of rows and of columns; transposing "
        "swaps rows and columns.",
        "D": "Cross-correlation is what the layer does with W itself, not with W "
        "turned.",
    },
)


# --- the layer -----------------------------------------------------------------------


@lab.check("zero_pad", points=4)
def zero_pad(rng):
    """One pixel, grey and colour images, no border, borders of 1, 2 and 3."""
    for shape, pad in [
        ((1, 1, 1, 1), 1),
        ((2, 3, 4, 2), 2),
        ((3, 2, 3, 3), 0),  # pad: an int from 0
        ((1, 4, 3, 1), 3),
        ((2, 2, 3, 1), 1),
    ]:
        yield case(rng.normal(size=shape), pad)


@zero_pad.mistake(
    "The channel axis is padded as well. Only height and width get a border."
)
def pads_channels(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (pad, pad)))


@zero_pad.mistake(
    "Every axis is padded, even the one that counts images, so there are blank images "
    "now. Give one pair of widths per axis."
)
def pads_every_axis(X, pad):
    return np.pad(X, pad)


@zero_pad.mistake(
    "The first axis, which counts the images, is padded in place of a spatial one. "
    "The axes are (m, n_H, n_W, n_C)."
)
def pads_the_first_axes(X, pad):
    return np.pad(X, ((pad, pad), (pad, pad), (0, 0), (0, 0)))


@zero_pad.mistake("The border repeats the edge of the image. It should be zero.")
def repeats_the_edge(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")


@zero_pad.mistake(
    "The border is only above and on the left. Pad before and after on both axes."
)
def pads_before(X, pad):
    return np.pad(X, ((0, 0), (pad, 0), (pad, 0), (0, 0)))


@zero_pad.mistake(
    "The border is only below and on the right. Pad before and after on both axes."
)
def pads_after(X, pad):
    return np.pad(X, ((0, 0), (0, pad), (0, pad), (0, 0)))


@zero_pad.mistake(
    "The size is right, but the image lies in a corner of it. The border is equally "
    "wide on all four sides."
)
def image_in_a_corner(X, pad):
    return np.pad(X, ((0, 0), (0, 2 * pad), (0, 2 * pad), (0, 0)))


@zero_pad.mistake("Only the height has grown. The width gets a border too.")
def pads_the_height_only(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (0, 0), (0, 0)))


@zero_pad.mistake("Only the width has grown. The height gets a border too.")
def pads_the_width_only(X, pad):
    return np.pad(X, ((0, 0), (0, 0), (pad, pad), (0, 0)))


@zero_pad.mistake("The border is always one pixel wide. Its width is `pad`.")
def pads_by_one(X, pad):
    return np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))


@zero_pad.mistake(
    "The channel axis is padded in place of the width. The axes are (m, n_H, n_W, n_C)."
)
def pads_height_and_channels(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (0, 0), (pad, pad)))


@zero_pad.mistake(
    "The size has not changed: the border overwrites the edge of the image. It should "
    "be added around it."
)
def overwrites_the_edge(X, pad):
    padded = np.zeros_like(X)
    inner = np.s_[:, pad : X.shape[1] - pad, pad : X.shape[2] - pad]
    padded[inner] = X[inner]
    return padded


@zero_pad.right
def pads_by_hand(X, pad):
    m, n_H, n_W, n_C = X.shape
    out = np.zeros((m, n_H + 2 * pad, n_W + 2 * pad, n_C))
    out[:, pad : pad + n_H, pad : pad + n_W] = X
    return out


@zero_pad.right
def pads_by_stacking(X, pad):
    X = X.astype(np.float32)
    row = np.zeros((len(X), pad, *X.shape[2:]))
    X = np.concatenate([row, X, row], axis=1)
    column = np.zeros((*X.shape[:2], pad, X.shape[3]))
    return np.concatenate([column, X, column], axis=2)


lab.concept(
    "same_padding",
    points=1,
    answer=3,
    why="(7 - 1) / 2 on each side.",
    because={
        6: "In all, six columns are lost, and the border is on two sides.",
        7: "A border as wide as the window makes the output larger than the input.",
        2: "That is for a window of 5.",
        1: "That is for a window of 3.",
        4: "A window of 7 reaches 3 pixels to each side of its middle.",
        0: "Without a border, a window of 7 makes the image six rows and columns "
        "smaller.",
    },
)


@lab.check("conv_output_shape", points=4)
def conv_output_shape(rng):
    """Fits exactly and not, borders, strides to 4, a window as large as the input."""
    side = int(rng.integers(4, 12))
    yield case(side, side, side, 0, 1)
    for stride, pad, rests in [
        (1, 1, (0, 0)),
        (2, 0, (0, 0)),
        (2, 2, (1, 0)),
        (3, 1, (2, 1)),
        (4, 3, (3, 1)),
    ]:
        f = int(rng.integers(2 * pad + 2, 10))
        # Height unlike width, and even: a half is rounded to an even number of steps.
        out = 2 * rng.permutation(np.arange(2, 10))[:2]
        # `rest`: rows or columns at the end that no window reads.
        n_H, n_W = ((out - 1) * stride + f - 2 * pad + np.array(rests)).tolist()
        yield case(n_H, n_W, f, pad, stride)


@conv_output_shape.mistake("The border is counted once. It is on both sides.")
def one_border(n_H, n_W, f, pad, stride):
    return (n_H + pad - f) // stride + 1, (n_W + pad - f) // stride + 1


@conv_output_shape.mistake(
    "The result is one too small: the first position of the window counts too."
)
def without_the_first_position(n_H, n_W, f, pad, stride):
    return (n_H + 2 * pad - f) // stride, (n_W + 2 * pad - f) // stride


@conv_output_shape.mistake(
    "The result is rounded up, so the last window sticks out. A window that does not "
    "fit is left out."
)
def rounds_up(n_H, n_W, f, pad, stride):
    return tuple(math.ceil((n + 2 * pad - f) / stride) + 1 for n in (n_H, n_W))


@conv_output_shape.mistake(
    "These are fractions, but positions are counted: divide whole numbers with `//`."
)
def without_the_floor(n_H, n_W, f, pad, stride):
    return (n_H + 2 * pad - f) / stride + 1, (n_W + 2 * pad - f) / stride + 1


@conv_output_shape.mistake(
    "The stride has no effect. It divides the distance that the window can move."
)
def forgets_the_stride(n_H, n_W, f, pad, stride):
    return n_H + 2 * pad - f + 1, n_W + 2 * pad - f + 1


@conv_output_shape.mistake("Width and height are swapped: return the height first.")
def swaps_height_and_width(n_H, n_W, f, pad, stride):
    return ref.conv_output_shape(n_W, n_H, f, pad, stride)


@conv_output_shape.mistake(
    "The border has no effect. It makes the input larger on both sides."
)
def shape_without_border(n_H, n_W, f, pad, stride):
    return (n_H - f) // stride + 1, (n_W - f) // stride + 1


@conv_output_shape.mistake(
    "The 1 is added before dividing by the stride. It counts the first position of "
    "the window, so it is added after the division."
)
def divides_the_first_position_too(n_H, n_W, f, pad, stride):
    return tuple((n + 2 * pad - f + 1) // stride for n in (n_H, n_W))


@conv_output_shape.mistake(
    "The result is rounded to the nearest whole number, so some windows stick out. A "
    "window that does not fit is left out."
)
def rounds_to_the_nearest(n_H, n_W, f, pad, stride):
    return tuple(round((n + 2 * pad - f) / stride + 1) for n in (n_H, n_W))


@conv_output_shape.mistake(
    "The side of the window has no effect, but the window has to stay inside the "
    "padded input."
)
def shape_without_the_window(n_H, n_W, f, pad, stride):
    return (n_H + 2 * pad) // stride + 1, (n_W + 2 * pad) // stride + 1


@conv_output_shape.mistake(
    "Height and width are equal, also for inputs that are not square. Compute the "
    "width from `n_W`."
)
def height_twice(n_H, n_W, f, pad, stride):
    return (ref.conv_output_shape(n_H, n_W, f, pad, stride)[0],) * 2


@conv_output_shape.mistake(
    "Only f is divided by the stride. The whole numerator is: put it in parentheses."
)
def divides_the_side_only(n_H, n_W, f, pad, stride):
    return n_H + 2 * pad - f // stride + 1, n_W + 2 * pad - f // stride + 1


@conv_output_shape.mistake(
    "The border makes the output smaller. It makes the input larger: look at the sign."
)
def subtracts_the_border(n_H, n_W, f, pad, stride):
    return (n_H - 2 * pad - f) // stride + 1, (n_W - 2 * pad - f) // stride + 1


@conv_output_shape.right
def shape_by_counting(n_H, n_W, f, pad, stride):
    height = len(range(0, n_H + 2 * pad - f + 1, stride))
    width = len(range(0, n_W + 2 * pad - f + 1, stride))
    return height, width


@conv_output_shape.right
def shape_by_floor(n_H, n_W, f, pad, stride):
    sizes = np.floor((np.array([n_H, n_W]) + 2 * pad - f) / stride).astype(int) + 1
    return tuple(sizes)


lab.concept(
    "stride_shape",
    points=1,
    answer="C",
    why="⌊(63 - 7) / 2⌋ + 1 = 29, and one channel for each of the 32 filters.",
    because={
        "A": "The channels of the input are added up; each filter makes one channel.",
        "B": "57 is right for stride 1. Here every second position is used.",
        "D": "28 is the number of steps. The first position of the window counts too.",
    },
)


@lab.check("conv_single_step", points=5, forbid=LIBRARIES)
def conv_single_step(rng):
    """One pixel, a grey window, windows of several channels and sides 2, 3 and 4."""
    for f, n_C_prev in [(1, 3), (3, 1), (2, 3), (4, 2), (3, 3)]:
        shape = (f, f, n_C_prev)
        window, W = rng.normal(size=(2, *shape))
        b = rng.uniform(0.5, 2, (1, 1, 1)) * (-1) ** n_C_prev
        # The result has the sign of b: an activation would change all but one.
        yield case(window, W * np.sign(np.sum(window * W) * b), b)


@conv_single_step.mistake("The bias is missing.")
def step_without_bias(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W)


@conv_single_step.mistake(
    "The bias is added once for each weight. Sum first, then add it once."
)
def bias_for_each_weight_of_a_step(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W + b)


@conv_single_step.mistake(
    "The channels are kept separate. One filter on one window makes one number: sum "
    "over all three axes."
)
def one_number_a_channel(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W, axis=(0, 1)) + b.item()


@conv_single_step.mistake(
    "The result still has the three axes of `b`. Make a number of `b` first: "
    "`b.item()`."
)
def keeps_the_axes_of_b(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W) + b


@conv_single_step.mistake(
    "The filter is turned by 180°. Deep learning uses it as it is."
)
def turns_the_filter(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W[::-1, ::-1]) + b.item()


@conv_single_step.mistake(
    "Only the first channel is used. The window and the filter have more."
)
def first_channel_only(a_slice_prev, W, b):
    return np.sum(a_slice_prev[..., 0] * W[..., 0]) + b.item()


@conv_single_step.mistake(
    "These are the products of weights and pixels. Add them all up: one window and "
    "one filter make one number."
)
def products_not_added(a_slice_prev, W, b):
    return a_slice_prev * W + b


@conv_single_step.mistake(
    "The products are averaged. A convolution adds them up, however large the window "
    "is."
)
def averages_the_products(a_slice_prev, W, b):
    return np.mean(a_slice_prev * W) + b.item()


@conv_single_step.mistake("The bias is subtracted. Add it to the sum.")
def subtracts_the_bias(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W) - b.item()


@conv_single_step.mistake(
    "The window and the filter are added to each other. Multiply each pixel by its "
    "weight, then add up."
)
def adds_pixels_and_weights(a_slice_prev, W, b):
    return np.sum(a_slice_prev + W) + b.item()


@conv_single_step.mistake(
    "Negative results became 0. The activation function comes after the layer, not "
    "inside it."
)
def step_with_relu(a_slice_prev, W, b):
    return max(0.0, np.sum(a_slice_prev * W) + b.item())


@conv_single_step.mistake(
    "The sum of all pixels is multiplied by the sum of all weights. Multiply each "
    "pixel by its own weight first."
)
def product_of_the_sums(a_slice_prev, W, b):
    return np.sum(a_slice_prev) * np.sum(W) + b.item()


@conv_single_step.right
def step_with_loops(a_slice_prev, W, b):
    total = float(b[0, 0, 0])
    for index in np.ndindex(*W.shape):
        total += a_slice_prev[index] * W[index]
    return total


@conv_single_step.right
def step_by_einsum(a_slice_prev, W, b):
    window = a_slice_prev.astype(np.float32)
    return np.einsum("ijk,ijk", window, W) + np.squeeze(b)


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
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad)
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, pad, stride)
    Z = np.zeros((len(A_prev), n_H, n_W, W.shape[3]))
    for i, h, w, c in np.ndindex(*Z.shape):
        top, left = corner(h, w, f, stride, "the row twice")
        window = A_pad[i, top : top + f, left : left + f]
        Z[i, h, w, c] = ref.conv_single_step(window, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


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
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad)
    n_H, n_W = ref.conv_output_shape(*A_prev.shape[1:3], f, pad, stride)
    Z = np.zeros((len(A_prev), n_H, n_W, W.shape[3]))
    for i, h, w, c in np.ndindex(*Z.shape):
        top, left = corner(h, w, f, stride, "swapped")
        window = A_pad[i, top : top + f, left : left + f]
        Z[i, h, w, c] = ref.conv_single_step(window, W[..., c], b[..., c])
    return Z, (A_prev, W, b, hparameters)


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


# --- pooling -------------------------------------------------------------------------


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


# --- backwards -----------------------------------------------------------------------

lab.concept(
    "backward_bias",
    points=1,
    answer="D",
    why="The bias is added to every output of its channel: sum over 32 · 10 · 10 "
    "values.",
    because={
        "A": "This bias is added to channel 3 only.",
        "B": "All positions share the bias: its derivative is one number.",
        "C": "All images share the bias: its derivative is one number.",
    },
)


@lab.check("conv_backward", points=14, forbid=LIBRARIES)
def conv_backward(rng):
    """The layers of `conv_forward`, with random gradients."""
    for layer in layers(rng):
        Z, cache = ref.conv_forward_fast(*layer)
        yield case(rng.normal(size=Z.shape), cache)


def backward(dZ, cache, *, start=None, add=True, window_from=None, swap=False):
    """The backward pass, where each step can be made wrong."""
    A_prev, W, b, hparameters = cache
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad) if window_from is None else window_from
    dA = np.zeros(ref.zero_pad(A_prev, pad).shape)
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for i, h, w, c in np.ndindex(*dZ.shape):
        top, left = corner(h, w, f, stride, start)
        at = i, slice(top, top + f), slice(left, left + f)
        if not add:
            dA[at] = 0
        window, weights = A_pad[at], W[..., c]
        if swap:
            window, weights = weights, window
        dA[at] += weights * dZ[i, h, w, c]
        dW[..., c] += window * dZ[i, h, w, c]
        db[..., c] += dZ[i, h, w, c]
    rows, columns = A_prev.shape[1:3]
    return dA[:, pad : pad + rows, pad : pad + columns], dW, db


@conv_backward.mistake(
    "The stride is missing in the slices: the window of output row h starts at row h "
    "· stride."
)
def backward_without_stride(dZ, cache):
    return backward(dZ, cache, start="unstrided")


@conv_backward.mistake(
    "`dA_prev` keeps only what the last window contributes. Windows overlap, so add "
    "with `+=`."
)
def overwrites_where_windows_overlap(dZ, cache):
    return backward(dZ, cache, add=False)


@conv_backward.mistake(
    "`dA_prev` still has its border. Cut off `pad` rows and columns on all sides."
)
def keeps_the_border(dZ, cache):
    A_prev, W, b, hparameters = cache
    padded = ref.zero_pad(A_prev, hparameters["pad"])
    dA_pad, dW, db = backward(dZ, (padded, W, b, hparameters | {"pad": 0}))
    return dA_pad, dW, db


@conv_backward.mistake(
    "For pad = 0 `dA_prev` is empty: the slice `[0:-0]` holds nothing. Use `[pad : "
    "pad + n]` instead."
)
def cuts_everything_off(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return (dA_prev if cache[3]["pad"] else dA_prev[:, :0, :0]), dW, db


@conv_backward.mistake(
    "It is right without a border, but wrong or stops with one. In the forward pass "
    "the windows came from the padded images."
)
def dw_from_the_unpadded(dZ, cache):
    return backward(dZ, cache, window_from=cache[0])


@conv_backward.mistake(
    "`dW` is what the last window contributes. A filter is used at all positions of "
    "all images: add with `+=`."
)
def dw_of_the_last_position(dZ, cache):
    A_prev, W, _, hparameters = cache
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    dA_prev, _, db = backward(dZ, cache)
    top, left = corner(dZ.shape[1] - 1, dZ.shape[2] - 1, f, stride)
    window = ref.zero_pad(A_prev, pad)[-1, top : top + f, left : left + f]
    return dA_prev, window[..., np.newaxis] * dZ[-1, -1, -1], db


@conv_backward.mistake(
    "Window and filter are swapped: `dA_prev` is made from the pixels and `dW` from "
    "the weights. In a product, the derivative with respect to one factor is the "
    "other factor."
)
def each_from_itself(dZ, cache):
    return backward(dZ, cache, swap=True)


@conv_backward.mistake(
    "The upstream gradient has no effect: `dA_prev` and `dW` are the same for any "
    "`dZ`. Multiply by the entry of `dZ` that belongs to the window."
)
def forgets_dz(dZ, cache):
    dA_prev, dW, _ = backward(np.ones_like(dZ), cache)
    return dA_prev, dW, dZ.sum((0, 1, 2), keepdims=True)


@conv_backward.mistake(
    "`db` is averaged over positions and images. The bias is added at each of them, "
    "so its gradient is the sum."
)
def averages_db(dZ, cache):
    dA_prev, dW, _ = backward(dZ, cache)
    return dA_prev, dW, dZ.mean((0, 1, 2), keepdims=True)


@conv_backward.mistake(
    "`db` has lost its axes. It has the shape of `b`, which is (1, 1, 1, n_C)."
)
def db_without_axes(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, dW, db.ravel()


@conv_backward.mistake(
    "The three gradients are in another order. Return `dA_prev, dW, db`."
)
def returns_dw_first(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dW, db, dA_prev


@conv_backward.mistake(
    "`db` holds the gradient at one position. The bias is used at all positions of "
    "all images: add them up."
)
def bias_of_the_last_position(dZ, cache):
    dA_prev, dW, _ = backward(dZ, cache)
    return dA_prev, dW, dZ[-1:, -1:, -1:]


@conv_backward.mistake(
    "`dW` and `db` are divided by m. Here `dZ` is the gradient of the cost itself, so "
    "the average is already in it."
)
def averages_once_more(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, dW / len(dZ), db / len(dZ)


@conv_backward.mistake(
    "`dW` comes from the last image only. Start from zeros once, before the loop over "
    "images."
)
def starts_again_with_each_image(dZ, cache):
    A_prev, W, b, hparameters = cache
    dA_prev, _, db = backward(dZ, cache)
    _, dW, _ = backward(dZ[-1:], (A_prev[-1:], W, b, hparameters))
    return dA_prev, dW, db


@conv_backward.mistake(
    "The filters are turned by 180° for `dA_prev`. Each window receives its filter as "
    "it is, times `dz`."
)
def stamps_turned_filters(dZ, cache):
    A_prev, W, b, hparameters = cache
    dA_prev = backward(dZ, (A_prev, turned(W), b, hparameters))[0]
    return dA_prev, *backward(dZ, cache)[1:]


@conv_backward.mistake(
    "The window moves down and to the right at the same time: its first row follows "
    "from h, its first column from w."
)
def backward_column_from_the_row(dZ, cache):
    return backward(dZ, cache, start="the row twice")


@conv_backward.mistake(
    "The border of `dA_prev` is cut off on one side only, twice as wide as it is. Cut "
    "`pad` rows and columns off on each side."
)
def cuts_the_far_side(dZ, cache):
    _, n_H_prev, n_W_prev, _ = cache[0].shape
    dA_pad, dW, db = keeps_the_border(dZ, cache)
    return dA_pad[:, :n_H_prev, :n_W_prev], dW, db


@conv_backward.mistake(
    "The border of `dA_prev` is cut off on one side only, twice as wide as it is. Cut "
    "`pad` rows and columns off on each side."
)
def cuts_the_near_side(dZ, cache):
    pad = 2 * cache[3]["pad"]
    dA_pad, dW, db = keeps_the_border(dZ, cache)
    return dA_pad[:, pad:, pad:], dW, db


@conv_backward.mistake(
    "The last row and the last column of `dZ` are not used. Where do the loops end?"
)
def backward_loops_end_early(dZ, cache):
    dZ = dZ.copy()
    dZ[:, -1] = dZ[:, :, -1] = 0
    return backward(dZ, cache)


@conv_backward.mistake(
    "`db` comes from the last image only. Start from zeros once, before the loop over "
    "images."
)
def db_of_the_last_image(dZ, cache):
    dA_prev, dW, _ = backward(dZ, cache)
    return dA_prev, dW, dZ[-1:].sum((0, 1, 2), keepdims=True)


@conv_backward.mistake(
    "All three gradients are what the last window contributes. Windows overlap, and "
    "filters and biases are used everywhere: add with `+=`."
)
def everything_of_the_last_window(dZ, cache):
    dA_prev, _, _ = overwrites_where_windows_overlap(dZ, cache)
    _, dW, _ = dw_of_the_last_position(dZ, cache)
    return dA_prev, dW, dZ[-1:, -1:, -1:]


@conv_backward.mistake(
    "`dA_prev` does not depend on the filters: each window receives `dz` as it is. "
    "What was each pixel multiplied by?"
)
def forgets_the_filter(dZ, cache):
    A_prev, W, b, hparameters = cache
    dA_prev = backward(dZ, (A_prev, np.ones_like(W), b, hparameters))[0]
    return dA_prev, *backward(dZ, cache)[1:]


@conv_backward.mistake(
    "`dW` does not depend on the images: each weight receives `dz` as it is. What was "
    "each weight multiplied by?"
)
def forgets_the_window(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, np.zeros_like(dW) + dZ.sum((0, 1, 2)), db


@conv_backward.mistake(
    "All entries of `db` are equal: every channel of `dZ` was added to every bias. "
    "Channel c belongs to `db[..., c]`."
)
def bias_of_all_channels(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, dW, np.full_like(db, dZ.sum())


@conv_backward.mistake(
    "The border of `dA_prev` is cut off above and below, but not on the left and on "
    "the right."
)
def cuts_rows_only(dZ, cache):
    pad, n_H_prev = cache[3]["pad"], cache[0].shape[1]
    dA_pad, dW, db = keeps_the_border(dZ, cache)
    return dA_pad[:, pad : pad + n_H_prev], dW, db


@conv_backward.mistake(
    "The stride moves windows down, but not to the right: the first column of a "
    "window follows from w and the stride."
)
def backward_strided_rows_only(dZ, cache):
    return backward(dZ, cache, start="strided rows")


@conv_backward.mistake(
    "`dA_prev` is made from the first filter only. Channel c of `dZ` belongs to "
    "`W[:, :, :, c]`."
)
def first_filter_on_the_way_back(dZ, cache):
    A_prev, W, b, hparameters = cache
    same = np.repeat(W[..., :1], W.shape[3], axis=3)
    dA_prev = backward(dZ, (A_prev, same, b, hparameters))[0]
    return dA_prev, *backward(dZ, cache)[1:]


@conv_backward.mistake(
    "All gradients are divided by m. Here `dZ` is the gradient of the cost itself, so "
    "the average is already in it."
)
def averages_everything(dZ, cache):
    return tuple(gradient / len(dZ) for gradient in backward(dZ, cache))


@conv_backward.mistake(
    "`db` is divided by m. Here `dZ` is the gradient of the cost itself, so the "
    "average is already in it."
)
def averages_db_over_images(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, dW, db / len(dZ)


@conv_backward.right
def backward_vectorized(dZ, cache):
    A_prev, W, _, hparameters = cache
    f, s, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad)
    dA, dW = np.zeros_like(A_pad), np.zeros_like(W)
    _, n_H, n_W, _ = dZ.shape
    for i in range(f):
        for j in range(f):
            at = np.s_[:, i : i + s * n_H : s, j : j + s * n_W : s]
            dA[at] += dZ @ W[i, j].T
            dW[i, j] = np.tensordot(A_pad[at], dZ, ((0, 1, 2), (0, 1, 2)))
    rows, columns = A_prev.shape[1:3]
    db = dZ.sum((0, 1, 2), keepdims=True)
    return dA[:, pad : pad + rows, pad : pad + columns], dW, db


@conv_backward.right
def backward_in_single_precision(dZ, cache):
    A_prev, W, _, hparameters = cache
    f, s, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    dZ = dZ.astype(np.float32)
    rows = ref.im2col(ref.zero_pad(A_prev, pad), f, s).astype(np.float32)
    flat = dZ.reshape(-1, W.shape[3])
    dW = (rows.T @ flat).reshape(W.shape)
    spread = (flat @ W.reshape(-1, W.shape[3]).T).reshape(*dZ.shape[:3], f, f, -1)
    dA = ref.zero_pad(np.zeros(A_prev.shape), pad)
    for i, h, w in np.ndindex(*dZ.shape[:3]):
        dA[i, h * s : h * s + f, w * s : w * s + f] += spread[i, h, w]
    dA_prev = dA[:, pad:-pad, pad:-pad] if pad else dA
    return dA_prev, dW, np.sum(dZ, axis=(0, 1, 2)).reshape(1, 1, 1, -1)


def _shuffled(rng, values, f):
    """A window of side f with these values in any order."""
    return rng.permutation(values).reshape(f, f)


@lab.check("create_mask_from_window", points=3)
def create_mask_from_window(rng):
    """One pixel, negative values, values of both signs, a tie, sizes from 1 to 4."""
    yield case(rng.uniform(1, 5, (1, 1)))
    yield case(-rng.uniform(0.5, 5, (2, 2)))
    for f in (3, 4):
        # The largest value is not the largest in size.
        x = np.array([-4.0, *rng.uniform(-3, 0.9, f * f - 2), rng.uniform(1, 2)])
        yield case(_shuffled(rng, x, f))
    # True at *every* position that holds the maximum.
    x = np.zeros((3, 3))
    while np.argmax(x) not in x or not x.any():  # the position occurs as a value
        x = _shuffled(rng, np.array([4, 4, *rng.integers(0, 4, 7)]), 3)
    yield case(x)


@create_mask_from_window.mistake(
    "Of two equal largest values only the first is marked. Mark every position that "
    "holds the maximum."
)
def first_of_a_tie(x):
    mask = np.zeros(x.shape, bool)
    mask.flat[np.argmax(x)] = True
    return mask


@create_mask_from_window.mistake(
    "The largest value itself is in its position. A mask is true or false."
)
def value_instead_of_mask(x):
    return np.where(x == np.max(x), x, 0)


@create_mask_from_window.mistake(
    "Every row has its maximum marked. There is one maximum for the whole window."
)
def maximum_of_each_row(x):
    return x == np.max(x, axis=1, keepdims=True)


@create_mask_from_window.mistake(
    "Every column has its maximum marked. There is one maximum for the whole window."
)
def maximum_of_each_column(x):
    return x == np.max(x, axis=0, keepdims=True)


@create_mask_from_window.mistake(
    "The largest absolute value is marked. Negative values are smaller than positive "
    "ones."
)
def largest_in_size(x):
    return np.abs(x) == np.max(np.abs(x))


@create_mask_from_window.mistake("The smallest value is marked. Mark the largest one.")
def marks_the_smallest(x):
    return x == np.min(x)


@create_mask_from_window.mistake(
    "The mask is inverted: it is true everywhere except at the maximum."
)
def marks_all_others(x):
    return x != np.max(x)


@create_mask_from_window.mistake(
    "That is the maximum, a number. The mask says for each position whether it holds "
    "the maximum."
)
def maximum_itself(x):
    return np.max(x)


@create_mask_from_window.mistake(
    "Values are compared with a position: `np.argmax` says where the maximum is, "
    "`np.max` how large."
)
def compares_with_the_position(x):
    return x == np.argmax(x)


@create_mask_from_window.mistake(
    "That is the position of the maximum. Return an array of the shape of `x`, true "
    "where it holds its maximum."
)
def position_of_the_maximum(x):
    return np.argmax(x)


@create_mask_from_window.mistake(
    "No position is marked. No value is larger than the largest one: where does the "
    "window *equal* it?"
)
def marks_nothing(x):
    return x > np.max(x)


@create_mask_from_window.right
def mask_with_loops(x):
    top = max(max(row) for row in x.tolist())
    return np.array([[value == top for value in row] for row in x.tolist()])


@create_mask_from_window.right
def mask_of_numbers(x):
    return (x >= x.max()).astype(np.float32)


@lab.check("distribute_value", points=3)
def distribute_value(rng):
    """One position, squares, windows that are wider than high and the reverse."""
    for shape in [(1, 1), (2, 2), (2, 3), (4, 2)]:
        yield case(float(rng.uniform(0.5, 5) * (-1) ** shape[1]), shape)
    yield case(-int(rng.integers(1, 10)), (4, 4))


@distribute_value.mistake(
    "Every position gets the whole value. The shares should add up to it."
)
def value_not_divided(dz, shape):
    return np.full(shape, dz)


@distribute_value.mistake(
    "It is divided by the height only. A window has height times width positions."
)
def divided_by_the_height(dz, shape):
    return np.full(shape, dz / shape[0])


@distribute_value.mistake(
    "It is divided by height plus width. A window has height times width positions."
)
def divided_by_the_sum_of_sides(dz, shape):
    return np.full(shape, dz / (shape[0] + shape[1]))


@distribute_value.mistake(
    "It is divided by the width only. A window has height times width positions."
)
def divided_by_the_width(dz, shape):
    return np.full(shape, dz / shape[1])


@distribute_value.mistake(
    "That is one share, a number. Return an array of the given shape, filled with it."
)
def a_share_alone(dz, shape):
    return dz / (shape[0] * shape[1])


@distribute_value.mistake(
    "The value is multiplied by the number of positions. It should be divided among "
    "them."
)
def multiplied(dz, shape):
    return np.full(shape, dz * shape[0] * shape[1])


@distribute_value.mistake(
    "The shares are rounded to whole numbers. `/` divides exactly; integer arrays and "
    "`//` cut off the decimals."
)
def whole_shares(dz, shape):
    return np.full(shape, dz // (shape[0] * shape[1]))


@distribute_value.mistake(
    "It is divided by the square of the height. A window has height times width "
    "positions."
)
def divided_by_the_height_squared(dz, shape):
    return np.full(shape, dz / shape[0] ** 2)


@distribute_value.right
def shares_by_ones(dz, shape):
    n_H, n_W = shape
    return np.ones(shape, np.float32) * dz / (n_H * n_W)


@distribute_value.right
def shares_by_lists(dz, shape):
    share = dz / np.prod(shape)
    return np.array([[share] * shape[1] for _ in range(shape[0])])


@lab.check("pool_backward", points=10, forbid=LIBRARIES)
def pool_backward(rng):
    """The layers of `pool_forward`, both modes, random gradients; ties."""
    for A_prev, hparameters in pools(rng):
        for mode in ("max", "average"):
            A, cache = ref.pool_forward(A_prev, hparameters, mode)
            yield case(rng.normal(size=A.shape), cache, mode)
    # Each position that holds the maximum receives the gradient: behind a ReLU some
    # windows are all zeros.
    A_prev = np.maximum(A_prev, 0)
    A, cache = ref.pool_forward(A_prev, hparameters)
    yield case(rng.normal(size=A.shape), cache, "max")


def unpool(dA, cache, share, *, start=None, add=True):
    """The backward pass of pooling, which can be made wrong."""
    A_prev, hparameters = cache
    f, stride = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros(A_prev.shape)
    for i, h, w, c in np.ndindex(*dA.shape):
        top, left = corner(h, w, f, stride, start)
        at = i, slice(top, top + f), slice(left, left + f), c
        if not add:
            dA_prev[at] = 0
        dA_prev[at] += share(A_prev, at, dA[i, h, w, c])
    return dA_prev


def shares(mode, divide=True):
    """Function of images, index and gradient: what the window receives."""

    def share(A_prev, at, dz):
        window = A_prev[at]
        if mode == "max":
            return (window == window.max()) * dz
        return np.full(window.shape, dz / (window.size if divide else 1))

    return share


@pool_backward.mistake(
    "In average mode the gradient is not divided. Each position contributed one part "
    "in f · f, and gets that share."
)
def average_not_divided(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode, divide=False))


@pool_backward.mistake(
    "Where windows overlap, only the gradient of the last one is kept. Add with `+=`."
)
def unpool_overwrites(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), add=False)


@pool_backward.mistake(
    "The stride is missing in the slices: windows start at row h · stride."
)
def unpool_without_stride(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), start="unstrided")


@pool_backward.mistake(
    "The maximum is taken over all channels. Every channel has its own maximum and "
    "its own mask."
)
def one_maximum_for_all_channels(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        return (A_prev[at] == A_prev[at[:3]].max()) * dz

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake("`mode` has no effect: the gradient always goes to the maximum.")
def always_to_the_maximum(dA, cache, mode="max"):
    return unpool(dA, cache, shares("max"))


@pool_backward.mistake(
    "The gradient is multiplied by the pixel. The mask says where it goes, and `dA` "
    "how much."
)
def pixel_times_gradient(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        return A_prev[at] * (A_prev[at] == A_prev[at].max()) * dz

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake("`mode` has no effect: the gradient is always shared equally.")
def always_shared_out(dA, cache, mode="max"):
    return unpool(dA, cache, shares("average"))


@pool_backward.mistake(
    "Where a window holds its maximum more than once, only the first position receives "
    "the gradient. Your mask marks all of them."
)
def first_of_equal_values(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        mask = np.zeros(A_prev[at].shape)
        mask.flat[np.argmax(A_prev[at])] = 1
        return mask * dz

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake(
    "Where a window holds its maximum more than once, these positions share the "
    "gradient. Here each position that the mask marks receives all of it."
)
def ties_share(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        mask = A_prev[at] == A_prev[at].max()
        return mask * dz / mask.sum()

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake(
    "In max mode every position of the window receives the gradient. Only the maximum "
    "contributed."
)
def without_the_mask(dA, cache, mode="max"):
    return unpool(dA, cache, shares("average", divide=mode != "max"))


@pool_backward.mistake(
    "The upstream gradient has no effect: masks, or shares of 1, are added up as they "
    "are. Multiply by the entry of `dA` that belongs to the window."
)
def masks_without_gradient(dA, cache, mode="max"):
    return unpool(np.ones_like(dA), cache, shares(mode))


@pool_backward.mistake(
    "In average mode the gradient is divided by f. A window has f · f positions, and "
    "each gets an equal share."
)
def average_divided_by_the_side(dA, cache, mode="max"):
    side = 1 if mode == "max" else cache[1]["f"]
    return unpool(dA * side, cache, shares(mode))


@pool_backward.mistake(
    "It is right only where the stride equals the side of the window. The window is f "
    "wide and moves on by the stride."
)
def unpool_steps_by_the_side(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), start="by the side")


@pool_backward.mistake(
    "In max mode, only the gradient of the last window is kept where windows overlap. "
    "Add with `+=`, as in average mode."
)
def unpool_overwrites_in_max(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), add=mode != "max")


@pool_backward.mistake(
    "In average mode, only the gradient of the last window is kept where windows "
    "overlap. Add with `+=`, as in max mode."
)
def unpool_overwrites_in_average(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), add=mode == "max")


@pool_backward.mistake(
    "The window moves down and to the right at the same time: its first row follows "
    "from h, its first column from w."
)
def unpool_column_from_the_row(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        window = A_prev[at]
        if mode == "max":
            return (window == window.max(initial=-np.inf)) * dz
        return np.full(window.shape, dz / cache[1]["f"] ** 2)

    return unpool(dA, cache, share, start="the row twice")


@pool_backward.mistake(
    "In average mode everything is 0, as if that branch were never reached. With which "
    "string is `mode` compared?"
)
def unpool_average_by_another_name(dA, cache, mode="max"):
    dA_prev = ref.pool_backward(dA, cache, mode)
    return dA_prev if mode == "max" else 0 * dA_prev


@pool_backward.mistake(
    "The last row and the last column of `dA` are not used. Where do the loops end?"
)
def unpool_loops_end_early(dA, cache, mode="max"):
    dA = dA.copy()
    dA[:, -1] = dA[:, :, -1] = 0
    return ref.pool_backward(dA, cache, mode)


@pool_backward.mistake(
    "In max mode the masks are added up without the upstream gradient. Multiply each "
    "by the entry of `dA` that belongs to its window."
)
def masks_alone(dA, cache, mode="max"):
    return unpool(np.ones_like(dA) if mode == "max" else dA, cache, shares(mode))


@pool_backward.mistake(
    "In max mode the pixels themselves are passed back. Pass back the upstream "
    "gradient."
)
def pixels_alone(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        return A_prev[at] * (A_prev[at] == A_prev[at].max())

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake(
    "In average mode the pixels take part. The average has the same derivative for "
    "every pixel, however large it is."
)
def average_times_the_pixels(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        return A_prev[at] * dz / A_prev[at].size

    return unpool(dA, cache, shares(mode) if mode == "max" else share)


@pool_backward.mistake("The two modes are swapped.")
def unpool_swaps_the_modes(dA, cache, mode="max"):
    return unpool(dA, cache, shares("average" if mode == "max" else "max"))


@pool_backward.mistake(
    "The stride moves windows down, but not to the right: the first column of a "
    "window follows from w and the stride."
)
def unpool_strided_rows_only(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), start="strided rows")


@pool_backward.right
def unpool_by_position(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, s = hparameters["f"], hparameters["stride"]
    dA_prev = np.zeros_like(A_prev)
    for i, h, w, c in np.ndindex(*dA.shape):
        window = A_prev[i, h * s : h * s + f, w * s : w * s + f, c]
        if mode == "max":
            for j, k in np.argwhere(window == window.max()):
                dA_prev[i, h * s + j, w * s + k, c] += dA[i, h, w, c]
        else:
            dA_prev[i, h * s : h * s + f, w * s : w * s + f, c] += dA[i, h, w, c] / f**2
    return dA_prev


@pool_backward.right
def unpool_by_shifts(dA, cache, mode="max"):
    A_prev, hparameters = cache
    f, s = hparameters["f"], hparameters["stride"]
    _, n_H, n_W, _ = dA.shape
    A = ref.pool_forward(A_prev, hparameters, mode)[0]
    dA_prev = np.zeros(A_prev.shape, np.float32)
    for i in range(f):
        for j in range(f):
            at = np.s_[:, i : i + s * n_H : s, j : j + s * n_W : s]
            share = (A_prev[at] == A) if mode == "max" else 1 / f**2
            dA_prev[at] += share * dA
    return dA_prev


# --- speed ---------------------------------------------------------------------------


@lab.check("im2col", points=7, forbid=(*LIBRARIES, "np.lib.stride_tricks"))
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

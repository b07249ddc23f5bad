"""Hidden tests of C4W1, convolutions from scratch, and the ways they go wrong."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.check import Lab, case

lab = Lab("C4W1")
ref = lab.reference
LIBRARIES = ("scipy", "helpers.nn", "helpers.vision")  # they have the answers


# --- edges ---------------------------------------------------------------------------

lab.concept(
    "edge_sign",
    points=1,
    answer=-30,
    why="Left minus right, three rows of 0 - 10. The sign tells the brighter side.",
    because={
        30: "Left minus right, and now the right side is the brighter one.",
        0: "The filter gives 0 where left and right are equal; here they differ.",
        -10: "That is one row of the filter. It has three.",
        10: "That is one row of the filter, and the other way round.",
        -60: "Each window has three rows and one column of either side: 3 · 10.",
        60: "Three rows, one column of either side, and left minus right.",
    },
)


@lab.check("edge_filters", points=4)
def edge_filters(rng):
    """The four filters, which are constants."""
    yield case()


@edge_filters.mistake(
    "The vertical filters respond to horizontal edges and the reverse. A vertical edge "
    "is a difference between left and right: each row reads positive, 0, negative."
)
def transposes_all():
    return {name: F.T for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "The signs are reversed: bright on the left, or above, should be positive."
)
def reverses_signs():
    return {name: -F for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "The horizontal filter has its signs reversed: the brighter top is positive."
)
def horizontal_upside_down():
    filters = ref.edge_filters()
    return filters | {"horizontal": -filters["horizontal"]}


@edge_filters.mistake(
    "Sobel's weights along the edge are 1, 2, 1: the middle row counts twice."
)
def sobel_without_weights():
    filters = ref.edge_filters()
    return filters | {"sobel": filters["vertical"]}


@edge_filters.mistake(
    "The filters are weights as they stand; nothing is divided by their sum."
)
def normalizes_filters():
    return {name: F / np.abs(F).sum() for name, F in ref.edge_filters().items()}


@edge_filters.mistake(
    "Sobel's and Scharr's filters respond to horizontal edges. Like the vertical one "
    "they take the difference between left and right."
)
def smooths_across_the_edge():
    filters = ref.edge_filters()
    return {
        name: F.T if name in ("sobel", "scharr") else F for name, F in filters.items()
    }


@edge_filters.mistake(
    "The horizontal filter is the vertical one once more. It takes the difference "
    "between above and below."
)
def horizontal_is_vertical():
    filters = ref.edge_filters()
    return filters | {"horizontal": filters["vertical"]}


@edge_filters.mistake(
    "The outer columns of the vertical filters have the same sign. A difference needs "
    "one positive and one negative side."
)
def adds_both_sides():
    return {name: np.abs(F) for name, F in ref.edge_filters().items()}


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
    why="Sliding without turning is cross-correlation; turned twice is not turned.",
    because={
        "A": "Mathematicians turn the filter first. The layer does not.",
        "C": "Turning by 180° reverses rows and columns; transposing swaps them.",
        "D": "Cross-correlation is what the layer does with W itself, as it stands.",
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
    "The channel axis was padded as well. Only height and width get a border."
)
def pads_channels(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (pad, pad)))


@zero_pad.mistake(
    "Every axis was padded, the pictures' too: there are blank pictures now. Give a "
    "pair of widths for each axis."
)
def pads_every_axis(X, pad):
    return np.pad(X, pad)


@zero_pad.mistake(
    "The pictures' axis was padded in place of a spatial one. The axes are "
    "(m, n_H, n_W, n_C)."
)
def pads_the_first_axes(X, pad):
    return np.pad(X, ((pad, pad), (pad, pad), (0, 0), (0, 0)))


@zero_pad.mistake("The border repeats the edge of the picture. It should be zero.")
def repeats_the_edge(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="edge")


@zero_pad.mistake(
    "The border is above and on the left only. Pad before and after on both axes."
)
def pads_before(X, pad):
    return np.pad(X, ((0, 0), (pad, 0), (pad, 0), (0, 0)))


@zero_pad.mistake(
    "The border is below and on the right only. Pad before and after on both axes."
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
        6: "All in all six columns are lost; the border is on two sides.",
        7: "A border as wide as the window makes the picture grow.",
        2: "That is for a window of 5.",
        1: "That is for a window of 3.",
        4: "A window of 7 reaches 3 pixels beyond its middle.",
        0: "Without a border, a window of 7 takes six rows and columns away.",
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


@conv_output_shape.mistake(
    "The border counts twice: it is on both sides, so 2 · pad is added."
)
def one_border(n_H, n_W, f, pad, stride):
    return (n_H + pad - f) // stride + 1, (n_W + pad - f) // stride + 1


@conv_output_shape.mistake("One is missing: the first place of the window counts too.")
def without_the_first_place(n_H, n_W, f, pad, stride):
    return (n_H + 2 * pad - f) // stride, (n_W + 2 * pad - f) // stride


@conv_output_shape.mistake(
    "Rounded up: the last window sticks out. A window that does not fit is left out."
)
def rounds_up(n_H, n_W, f, pad, stride):
    return tuple(math.ceil((n + 2 * pad - f) / stride) + 1 for n in (n_H, n_W))


@conv_output_shape.mistake(
    "These are fractions. Places are counted: divide whole numbers with `//`."
)
def without_the_floor(n_H, n_W, f, pad, stride):
    return (n_H + 2 * pad - f) / stride + 1, (n_W + 2 * pad - f) / stride + 1


@conv_output_shape.mistake(
    "The stride has no effect. It divides the way of the window."
)
def forgets_the_stride(n_H, n_W, f, pad, stride):
    return n_H + 2 * pad - f + 1, n_W + 2 * pad - f + 1


@conv_output_shape.mistake(
    "Width and height have changed places: return the height first."
)
def swaps_height_and_width(n_H, n_W, f, pad, stride):
    return ref.conv_output_shape(n_W, n_H, f, pad, stride)


@conv_output_shape.mistake("The border has no effect. It is on both sides.")
def shape_without_border(n_H, n_W, f, pad, stride):
    return (n_H - f) // stride + 1, (n_W - f) // stride + 1


@conv_output_shape.mistake(
    "The 1 was added before dividing by the stride. It counts the first place of the "
    "window, so it stands behind the division."
)
def divides_the_first_place_too(n_H, n_W, f, pad, stride):
    return tuple((n + 2 * pad - f + 1) // stride for n in (n_H, n_W))


@conv_output_shape.mistake(
    "Rounded to the nearest whole number: some windows stick out. A window that does "
    "not fit is left out."
)
def rounds_to_the_nearest(n_H, n_W, f, pad, stride):
    return tuple(round((n + 2 * pad - f) / stride + 1) for n in (n_H, n_W))


@conv_output_shape.mistake(
    "The window's side has no effect: the window has to stay inside the padded input."
)
def shape_without_the_window(n_H, n_W, f, pad, stride):
    return (n_H + 2 * pad) // stride + 1, (n_W + 2 * pad) // stride + 1


@conv_output_shape.mistake("The height stands twice. Compute the width from `n_W`.")
def height_twice(n_H, n_W, f, pad, stride):
    return (ref.conv_output_shape(n_H, n_W, f, pad, stride)[0],) * 2


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
        "A": "The input's channels are summed away; each filter makes one channel.",
        "B": "57 is right for steps of 1. Here every second place is used.",
        "D": "28 is the number of steps; the first place of the window counts too.",
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
    "The bias was added once for each weight. Sum first, then add it once."
)
def bias_in_each_place(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W + b)


@conv_single_step.mistake(
    "The channels were kept apart. One filter on one window makes one number: sum over "
    "all three axes."
)
def one_number_a_channel(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W, axis=(0, 1)) + b.item()


@conv_single_step.mistake(
    "The value has the three axes of `b`. Make a number of b first: `b.item()`."
)
def keeps_the_axes_of_b(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W) + b


@conv_single_step.mistake(
    "The filter was turned by 180°. Deep learning leaves it as it stands."
)
def turns_the_filter(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W[::-1, ::-1]) + b.item()


@conv_single_step.mistake(
    "Only the first channel was read. The window and the filter have all of them."
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
    "The products were averaged. A convolution adds them up, however large the window."
)
def averages_the_products(a_slice_prev, W, b):
    return np.mean(a_slice_prev * W) + b.item()


@conv_single_step.mistake("The bias was subtracted. It is added to the sum.")
def subtracts_the_bias(a_slice_prev, W, b):
    return np.sum(a_slice_prev * W) - b.item()


@conv_single_step.mistake(
    "The window and the filter were added to each other. Multiply each pixel by the "
    "weight above it, then add up."
)
def adds_pixels_and_weights(a_slice_prev, W, b):
    return np.sum(a_slice_prev + W) + b.item()


@conv_single_step.mistake(
    "Negative results became 0. The activation comes after the layer, not in it."
)
def step_with_relu(a_slice_prev, W, b):
    return max(0.0, np.sum(a_slice_prev * W) + b.item())


@conv_single_step.right
def step_with_loops(a_slice_prev, W, b):
    total = float(b[0, 0, 0])
    for place in np.ndindex(*W.shape):
        total += a_slice_prev[place] * W[place]
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
    """Where the window of an output begins, and two ways to get it wrong."""
    step = {None: stride, "unstrided": 1, "by the side": f}[start]
    return h * step, w * step


def forward(
    A_prev, W, b, hparameters, *, start=None, bias=None, pick=None, windows_from=None
):
    """The layer, with a place to go wrong in each step."""
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
    """One and two pictures, valid and padded, strides 1 to 3, up to 3 filters."""
    for layer in layers(rng):
        yield case(*layer)


@conv_forward.mistake(
    "The stride is missing in the slice. The window of output row h starts at row "
    "h · stride, and so for columns."
)
def stride_forgotten_in_the_slice(A_prev, W, b, hparameters):
    return without_stride(A_prev, W, b, hparameters)


@conv_forward.mistake(
    "The border has no effect: neither the size nor the windows know of `pad`."
)
def border_forgotten(A_prev, W, b, hparameters):
    return without_border(A_prev, W, b, hparameters)


@conv_forward.mistake(
    "It is right where there is no border, and goes wrong or stops where there is one. "
    "Which images are the windows cut from, and which shape have they?"
)
def windows_from_the_unpadded(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, windows_from=A_prev)


@conv_forward.mistake(
    "It looks as if the whole border were below and on the right. It is equally wide "
    "on all four sides."
)
def border_on_one_side(A_prev, W, b, hparameters):
    pad = 2 * hparameters["pad"]
    late = np.pad(A_prev, ((0, 0), (0, pad), (0, pad), (0, 0)))
    return forward(A_prev, W, b, hparameters, windows_from=late)


@conv_forward.mistake(
    "It is right only where the stride equals the side of the filter. The window is f "
    "wide, and it moves on by the stride."
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
    "Negative outputs became 0. The activation comes after this layer, not in it."
)
def with_relu(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    return np.maximum(Z, 0), cache


@conv_forward.mistake(
    "The bias was added once for each weight of the filter. Once for each output."
)
def bias_for_each_weight(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, bias=b * W[..., 0].size)


@conv_forward.mistake("The biases are missing.")
def biases_forgotten(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, bias=0)


@conv_forward.mistake(
    "All channels have the first filter's bias. Filter c has `b[..., c]`."
)
def first_bias_for_all(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, bias=b[..., :1])


@conv_forward.mistake(
    "All channels are the first filter's work. Channel c belongs to `W[:, :, :, c]`."
)
def first_filter_for_all(A_prev, W, b, hparameters):
    same = np.repeat(W[..., :1], W.shape[3], axis=3)
    Z, _ = ref.conv_forward_fast(A_prev, same, b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "Every picture gives the first picture's result. Use its number i."
)
def first_picture_for_all(A_prev, W, b, hparameters):
    return forward(A_prev, W, b, hparameters, pick=lambda i: 0)


@conv_forward.mistake(
    "The filters were turned by 180°. Deep learning leaves them as they stand."
)
def filters_turned(A_prev, W, b, hparameters):
    Z, _ = ref.conv_forward_fast(A_prev, turned(W), b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward.mistake(
    "The cache holds the padded pictures. Keep `A_prev` as it came in."
)
def caches_the_padded(A_prev, W, b, hparameters):
    Z, _ = ref.conv_forward_fast(A_prev, W, b, hparameters)
    return Z, (ref.zero_pad(A_prev, hparameters["pad"]), W, b, hparameters)


@conv_forward.mistake("Only Z came back. Return the pair `Z, cache`.")
def returns_no_cache(A_prev, W, b, hparameters):
    return ref.conv_forward_fast(A_prev, W, b, hparameters)[0]


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
    why="(5 · 5 · 3 + 1) · 100, whatever the size of the pictures.",
    because={
        7500: "The weights are all there. Each filter has a bias, too.",
        2600: "The filters read three colours: 5 · 5 · 3 weights each.",
        2500: "Three colours to read, and a bias for each filter.",
        7800: "One bias for each filter, not for each of its channels.",
        27000100: "That is one dense layer of 100 neurons. Filters see 5 × 5 pixels.",
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
        24: "The window is square: 3 · 3 places.",
        1024: "That is the number of places.",
    },
)

lab.concept(
    "why_sharing",
    points=1,
    answer="A",
    why="One filter serves all places, so few pictures suffice to learn it.",
    because={
        "B": "The filters of a layer differ; each is shared among places.",
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


@conv_parameters.mistake("A window of side f has f · f places.")
def side_instead_of_area(f, n_C_prev, n_C):
    return (f * n_C_prev + 1) * n_C


@conv_parameters.mistake(
    "The biases were counted with each weight of a filter. Every filter has one, added "
    "after its weights are counted."
)
def bias_for_each_place(f, n_C_prev, n_C):
    return f * f * (n_C_prev + 1) * n_C


@conv_parameters.mistake(
    "A bias was counted for each channel that comes in. Each filter has one bias."
)
def biases_of_the_input(f, n_C_prev, n_C):
    return f * f * n_C_prev * n_C + n_C_prev


@conv_parameters.mistake("That is one filter. The layer has n_C of them.")
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
    """The layer, with a place to go wrong."""
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
    "The stride is missing in the slice: windows start at row h · stride."
)
def pool_without_stride(A_prev, hparameters, mode="max"):
    return pool(A_prev, hparameters, summarize(mode), "unstrided")


@pool_forward.mistake(
    "The channels were pooled together. Each channel keeps its own largest or average."
)
def pools_across_channels(A_prev, hparameters, mode="max"):
    function = np.max if mode == "max" else np.mean
    return pool(
        A_prev, hparameters, lambda x: function(x, axis=(1, 2, 3))[:, np.newaxis]
    )


@pool_forward.mistake("`mode` has no effect: it is always the maximum.")
def always_the_maximum(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, "max")


@pool_forward.mistake("The modes have changed places.")
def swaps_the_modes(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, "average" if mode == "max" else "max")


@pool_forward.mistake(
    "The average is a sum: divide by the number of places in the window."
)
def sums_instead_of_averaging(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    return (A if mode == "max" else A * hparameters["f"] ** 2), cache


@pool_forward.mistake(
    "No maximum is below 0, though some windows hold negative values only. The largest "
    "of these is their maximum."
)
def never_below_zero(A_prev, hparameters, mode="max"):
    A, cache = ref.pool_forward(A_prev, hparameters, mode)
    return (np.maximum(A, 0) if mode == "max" else A), cache


@pool_forward.mistake(
    "The maximum was taken of absolute values. A negative value is smaller than a "
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
    "wide, and it moves on by the stride."
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


@pool_forward.mistake("Only A came back. Return the pair `A, cache`.")
def pools_without_cache(A_prev, hparameters, mode="max"):
    return ref.pool_forward(A_prev, hparameters, mode)[0]


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
    why="The bias was added to every output of its channel: 32 · 10 · 10 slopes.",
    because={
        "A": "Bias 3 was added to channel 3 only.",
        "B": "The places share the bias as well; it is one number.",
        "C": "The pictures share the bias as well; it is one number.",
    },
)


@lab.check("conv_backward", points=14, forbid=LIBRARIES)
def conv_backward(rng):
    """The layers of `conv_forward`, with random slopes."""
    for layer in layers(rng):
        Z, cache = ref.conv_forward_fast(*layer)
        yield case(rng.normal(size=Z.shape), cache)


def backward(dZ, cache, *, start=None, add=True, window_from=None, swap=False):
    """The way back, with a place to go wrong in each step."""
    A_prev, W, b, hparameters = cache
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    A_pad = ref.zero_pad(A_prev, pad) if window_from is None else window_from
    dA = np.zeros(ref.zero_pad(A_prev, pad).shape)
    dW, db = np.zeros(W.shape), np.zeros(b.shape)
    for i, h, w, c in np.ndindex(*dZ.shape):
        top, left = corner(h, w, f, stride, start)
        place = i, slice(top, top + f), slice(left, left + f)
        if not add:
            dA[place] = 0
        window, weights = A_pad[place], W[..., c]
        if swap:
            window, weights = weights, window
        dA[place] += weights * dZ[i, h, w, c]
        dW[..., c] += window * dZ[i, h, w, c]
        db[..., c] += dZ[i, h, w, c]
    rows, columns = A_prev.shape[1:3]
    return dA[:, pad : pad + rows, pad : pad + columns], dW, db


@conv_backward.mistake(
    "The stride is missing in the slices: the window of output row h starts at "
    "h · stride."
)
def backward_without_stride(dZ, cache):
    return backward(dZ, cache, start="unstrided")


@conv_backward.mistake(
    "dA_prev keeps only the last window's share. Windows overlap, so add with `+=`."
)
def overwrites_where_windows_overlap(dZ, cache):
    return backward(dZ, cache, add=False)


@conv_backward.mistake(
    "dA_prev still has its border. Cut `pad` rows and columns off on all sides."
)
def keeps_the_border(dZ, cache):
    A_prev, W, b, hparameters = cache
    padded = ref.zero_pad(A_prev, hparameters["pad"])
    dA_pad, dW, db = backward(dZ, (padded, W, b, hparameters | {"pad": 0}))
    return dA_pad, dW, db


@conv_backward.mistake(
    "For pad = 0 dA_prev is empty: `[0:-0]` holds nothing. Cut off by "
    "`[pad : pad + n]` instead."
)
def cuts_everything_off(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return (dA_prev if cache[3]["pad"] else dA_prev[:, :0, :0]), dW, db


@conv_backward.mistake(
    "It is right where there is no border, and goes wrong or stops where there is one. "
    "On the way forward the windows came from the padded images."
)
def dw_from_the_unpadded(dZ, cache):
    return backward(dZ, cache, window_from=cache[0])


@conv_backward.mistake(
    "dW is what the last window gave it. A filter is used at all positions of all "
    "images: add with `+=`."
)
def dw_of_the_last_place(dZ, cache):
    A_prev, W, _, hparameters = cache
    f, stride, pad = W.shape[0], hparameters["stride"], hparameters["pad"]
    dA_prev, _, db = backward(dZ, cache)
    top, left = corner(dZ.shape[1] - 1, dZ.shape[2] - 1, f, stride)
    window = ref.zero_pad(A_prev, pad)[-1, top : top + f, left : left + f]
    return dA_prev, window[..., np.newaxis] * dZ[-1, -1, -1], db


@conv_backward.mistake(
    "Window and filter have changed places: `dA_prev` was made from the pixels and "
    "`dW` from the weights. In a product each factor's gradient holds the other one."
)
def each_from_itself(dZ, cache):
    return backward(dZ, cache, swap=True)


@conv_backward.mistake(
    "The gradient that arrives has no effect: `dA_prev` and `dW` are the same for any "
    "`dZ`. Multiply by the number of `dZ` that belongs to the window."
)
def forgets_dz(dZ, cache):
    dA_prev, dW, _ = backward(np.ones_like(dZ), cache)
    return dA_prev, dW, dZ.sum((0, 1, 2), keepdims=True)


@conv_backward.mistake(
    "db was averaged over positions and images. The bias is added at each of them, so "
    "its gradient is the sum."
)
def averages_db(dZ, cache):
    dA_prev, dW, _ = backward(dZ, cache)
    return dA_prev, dW, dZ.mean((0, 1, 2), keepdims=True)


@conv_backward.mistake(
    "db has lost its axes. It has the shape of `b`, which is (1, 1, 1, n_C)."
)
def db_without_axes(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, dW, db.ravel()


@conv_backward.mistake(
    "The three gradients come in another order. Return `dA_prev, dW, db`."
)
def returns_dw_first(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dW, db, dA_prev


@conv_backward.mistake(
    "db is the gradient at one position. The bias is used at all positions of all "
    "images: add them up."
)
def bias_of_the_last_place(dZ, cache):
    dA_prev, dW, _ = backward(dZ, cache)
    return dA_prev, dW, dZ[-1:, -1:, -1:]


@conv_backward.mistake(
    "dW and db were divided by m. Here dZ is the gradient of the cost itself, average "
    "included."
)
def averages_once_more(dZ, cache):
    dA_prev, dW, db = backward(dZ, cache)
    return dA_prev, dW / len(dZ), db / len(dZ)


@conv_backward.mistake(
    "dW is the last picture's only. Start from zeros once, before the loop over "
    "pictures."
)
def starts_anew_with_each_picture(dZ, cache):
    A_prev, W, b, hparameters = cache
    dA_prev, _, db = backward(dZ, cache)
    _, dW, _ = backward(dZ[-1:], (A_prev[-1:], W, b, hparameters))
    return dA_prev, dW, db


@conv_backward.mistake(
    "The filters were turned by 180° for dA_prev. Stamped back as they are, they need "
    "no turning."
)
def stamps_turned_filters(dZ, cache):
    A_prev, W, b, hparameters = cache
    dA_prev = backward(dZ, (A_prev, turned(W), b, hparameters))[0]
    return dA_prev, *backward(dZ, cache)[1:]


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
    # True at *every* place that holds the maximum.
    yield case(_shuffled(rng, np.array([4, 4, *rng.integers(0, 4, 7)]), 3))


@create_mask_from_window.mistake(
    "Of two equal largest values only the first is marked. Mark every place that holds "
    "the maximum."
)
def first_of_a_tie(x):
    mask = np.zeros(x.shape, bool)
    mask.flat[np.argmax(x)] = True
    return mask


@create_mask_from_window.mistake(
    "That is the largest value itself, where it stands. A mask is true or false."
)
def value_instead_of_mask(x):
    return np.where(x == np.max(x), x, 0)


@create_mask_from_window.mistake(
    "Every row has a maximum marked. There is one maximum for the whole window."
)
def maximum_of_each_row(x):
    return x == np.max(x, axis=1, keepdims=True)


@create_mask_from_window.mistake(
    "Every column has a maximum marked. There is one maximum for the whole window."
)
def maximum_of_each_column(x):
    return x == np.max(x, axis=0, keepdims=True)


@create_mask_from_window.mistake("The largest absolute value was marked.")
def largest_in_size(x):
    return np.abs(x) == np.max(np.abs(x))


@create_mask_from_window.mistake(
    "The smallest value is marked. The mask is true where the largest one stands."
)
def marks_the_smallest(x):
    return x == np.min(x)


@create_mask_from_window.mistake(
    "The mask is the wrong way round: it is true everywhere but at the maximum."
)
def marks_all_others(x):
    return x != np.max(x)


@create_mask_from_window.mistake(
    "That is the maximum, a number. The mask says for each position whether the "
    "maximum stands there."
)
def maximum_itself(x):
    return np.max(x)


@create_mask_from_window.right
def mask_with_loops(x):
    top = max(max(row) for row in x.tolist())
    return np.array([[value == top for value in row] for row in x.tolist()])


@create_mask_from_window.right
def mask_of_numbers(x):
    return (x >= x.max()).astype(np.float32)


@lab.check("distribute_value", points=3)
def distribute_value(rng):
    """One place, squares, windows that are wider than high and the reverse."""
    for shape in [(1, 1), (2, 2), (2, 3), (4, 2)]:
        yield case(float(rng.uniform(0.5, 5) * (-1) ** shape[1]), shape)
    yield case(-int(rng.integers(1, 10)), (4, 4))


@distribute_value.mistake(
    "Every position has the whole gradient. The shares together should add up to it."
)
def slope_not_divided(dz, shape):
    return np.full(shape, dz)


@distribute_value.mistake(
    "It was divided by the height only. The places are height times width."
)
def divided_by_the_height(dz, shape):
    return np.full(shape, dz / shape[0])


@distribute_value.mistake(
    "It was divided by height plus width. A window has height times width positions."
)
def divided_by_the_sum_of_sides(dz, shape):
    return np.full(shape, dz / (shape[0] + shape[1]))


@distribute_value.mistake(
    "It was divided by the width only. The positions are height times width."
)
def divided_by_the_width(dz, shape):
    return np.full(shape, dz / shape[1])


@distribute_value.mistake("That is one share. Return a window full of them.")
def a_share_alone(dz, shape):
    return dz / (shape[0] * shape[1])


@distribute_value.mistake(
    "The gradient was multiplied by the number of positions. It is shared out."
)
def multiplied(dz, shape):
    return np.full(shape, dz * shape[0] * shape[1])


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
    """The way back through pooling, with a place to go wrong."""
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
    """Function of pictures, place and slope: what the window receives."""

    def share(A_prev, at, dz):
        window = A_prev[at]
        if mode == "max":
            return (window == window.max()) * dz
        return np.full(window.shape, dz / (window.size if divide else 1))

    return share


@pool_backward.mistake(
    "The gradient of the average was not divided. Each position of the window counted "
    "for one in f · f, and gets that share."
)
def average_not_divided(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode, divide=False))


@pool_backward.mistake(
    "Where windows overlap, only the last gradient is kept. Add with `+=`."
)
def unpool_overwrites(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), add=False)


@pool_backward.mistake(
    "The stride is missing in the slices: windows start at row h · stride."
)
def unpool_without_stride(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), start="unstrided")


@pool_backward.mistake(
    "The maximum was taken over all channels. Every channel has its own, and its mask."
)
def one_maximum_for_all_channels(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        return (A_prev[at] == A_prev[at[:3]].max()) * dz

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake("`mode` has no effect: the gradient always goes to the maximum.")
def always_to_the_maximum(dA, cache, mode="max"):
    return unpool(dA, cache, shares("max"))


@pool_backward.mistake(
    "The pixel was passed back times the gradient. The mask says where, the gradient "
    "how much."
)
def value_times_slope(dA, cache, mode="max"):
    def share(A_prev, at, dz):
        return A_prev[at] * (A_prev[at] == A_prev[at].max()) * dz

    return unpool(dA, cache, share if mode == "max" else shares(mode))


@pool_backward.mistake("`mode` has no effect: the gradient is always shared out.")
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
    "In max pooling every position of the window receives the gradient. Only the "
    "maximum had a say."
)
def without_the_mask(dA, cache, mode="max"):
    return unpool(dA, cache, shares("average", divide=mode != "max"))


@pool_backward.mistake(
    "The gradient that arrives has no effect: the masks were added up as they are, or "
    "the shares of 1. Multiply by the number of `dA` that belongs to the window."
)
def masks_without_gradient(dA, cache, mode="max"):
    return unpool(np.ones_like(dA), cache, shares(mode))


@pool_backward.mistake(
    "The average was divided by f. A window has f · f positions, and each gets its "
    "share."
)
def average_divided_by_the_side(dA, cache, mode="max"):
    side = 1 if mode == "max" else cache[1]["f"]
    return unpool(dA * side, cache, shares(mode))


@pool_backward.mistake(
    "It is right only where the stride equals the side of the window. The window is f "
    "wide, and it moves on by the stride."
)
def unpool_steps_by_the_side(dA, cache, mode="max"):
    return unpool(dA, cache, shares(mode), start="by the side")


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
    """One window, grey and colour pictures, strides 1 to 3, a rest at the end."""
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
    "Windows became columns. Here each is a row, so that the product with the filters "
    "needs no transpose."
)
def windows_as_columns(A, f, stride):
    return ref.im2col(A, f, stride).T


@im2col.mistake(
    "Within a row the channels come first. `W.reshape(-1, n_C)` has them last: row of "
    "the window, column, channel."
)
def channels_first(A, f, stride):
    return rows_of(A, f, stride, lambda window: window.transpose(2, 0, 1))


@im2col.mistake("Within a row the window was read by columns, not by rows.")
def reads_by_columns(A, f, stride):
    return rows_of(A, f, stride, lambda window: window.transpose(1, 0, 2))


@im2col.mistake("The stride is missing in where windows start.")
def windows_without_stride(A, f, stride):
    return rows_of(A, f, stride, lambda window: window, "unstrided")


@im2col.mistake(
    "The windows of all pictures are interleaved. All windows of one picture come "
    "before those of the next."
)
def places_before_pictures(A, f, stride):
    rows = ref.im2col(A, f, stride).reshape(len(A), -1, f * f * A.shape[3])
    return rows.swapaxes(0, 1).reshape(-1, rows.shape[2])


@im2col.mistake("Each window still has its axes. Make a row of it.")
def keeps_the_windows_axes(A, f, stride):
    return ref.im2col(A, f, stride).reshape(-1, f, f, A.shape[3])


@im2col.mistake(
    "Only the windows of the first image are there. The rows of the next images follow."
)
def rows_of_the_first_image(A, f, stride):
    return ref.im2col(A[:1], f, stride)


@im2col.mistake(
    "The windows come column by column of the image. They go row by row, and within a "
    "row from left to right."
)
def places_by_columns(A, f, stride):
    n_H, n_W = ref.conv_output_shape(*A.shape[1:3], f, 0, stride)
    rows = ref.im2col(A, f, stride).reshape(len(A), n_H, n_W, -1)
    return rows.swapaxes(1, 2).reshape(len(A) * n_H * n_W, -1)


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
    "The windows of several pictures are mixed up: the product was reshaped in another "
    "order than its rows have, which is (m, n_H, n_W, n_C)."
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
        A_prev, W, b, hparameters,
    )  # fmt: skip


@conv_forward_fast.mistake(
    "The filters were made a matrix in the wrong order. `W.reshape(-1, n_C)` keeps "
    "each in a column; `W.reshape(n_C, -1).T` cuts across them."
)
def cuts_across_the_filters(A_prev, W, b, hparameters):
    mixed = W.reshape(W.shape[3], -1).T.reshape(W.shape)
    Z, _ = ref.conv_forward_fast(A_prev, mixed, b, hparameters)
    return Z, (A_prev, W, b, hparameters)


@conv_forward_fast.mistake(
    "The cache holds the padded pictures. Keep `A_prev` as it came in."
)
def fast_caches_the_padded(A_prev, W, b, hparameters):
    return caches_the_padded(A_prev, W, b, hparameters)


@conv_forward_fast.mistake("Only Z came back. Return the pair `Z, cache`.")
def fast_without_cache(A_prev, W, b, hparameters):
    return ref.conv_forward_fast(A_prev, W, b, hparameters)[0]


@conv_forward_fast.mistake(
    "Z still has a row for each window. Give it the axes (m, n_H, n_W, n_C)."
)
def fast_without_reshaping(A_prev, W, b, hparameters):
    Z, cache = ref.conv_forward_fast(A_prev, W, b, hparameters)
    return Z.reshape(-1, W.shape[3]), cache


@conv_forward_fast.mistake(
    "The stride has no effect on where windows begin. Hand it to `im2col`."
)
def fast_without_stride(A_prev, W, b, hparameters):
    return without_stride(A_prev, W, b, hparameters)


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
        A_prev, W, b, hparameters,
    )  # fmt: skip

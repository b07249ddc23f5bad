"""Hidden tests of C4W1: padding, shapes, one window."""

import math

import numpy as np

from autograder.checks.C4W1.common import LIBRARIES, lab, ref
from autograder.checks.check import case


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


@lab.check("conv_output_shape", points=4, integers=True)
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
    "These are floats, such as 3.0, and NumPy refuses floats as a shape. Return ints."
)
def floors_to_floats(n_H, n_W, f, pad, stride):
    return tuple(float((n + 2 * pad - f) // stride + 1) for n in (n_H, n_W))


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

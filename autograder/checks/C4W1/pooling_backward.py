"""Hidden tests of C4W1: the way back through pooling."""

import numpy as np

from autograder.checks.C4W1.common import LIBRARIES, corner, lab, pools, ref
from autograder.checks.check import case


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

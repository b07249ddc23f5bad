"""Hidden tests of C4W1: the way back through a layer."""

import numpy as np

from autograder.checks.C4W1.common import LIBRARIES, corner, lab, layers, ref, turned
from autograder.checks.check import case

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

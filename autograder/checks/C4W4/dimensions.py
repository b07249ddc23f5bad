"""Hidden tests of C4W4: one and three dimensions."""

import numpy as np

from autograder.checks.C4W4.common import lab, ref
from autograder.checks.check import case
from autograder.checks.drawing import told_apart


@lab.check("conv1d", points=5, forbid=("helpers.nn", "scipy"))
def conv1d(rng):
    """Several channels, strides and paddings; windows that do not fill the signal."""
    for m, n_L, n_C_prev, f, n_C, settings in [
        (2, 7, 3, 3, 2, {}),
        (1, 6, 2, 2, 3, {"stride": 2}),
        (3, 5, 1, 3, 2, {"pad": 2}),
        (2, 9, 2, 4, 1, {"stride": 3, "pad": 1}),
        (1, 4, 2, 4, 3, {"stride": 2}),
    ]:
        shapes = (m, n_L, n_C_prev), (f, n_C_prev, n_C), n_C
        yield told_apart(
            lambda shapes=shapes, settings=settings: case(
                *(rng.normal(size=shape) for shape in shapes), **settings
            ),
            ref.conv1d,
            conv1d_with_relu,
        )


def _slide(x, W, b, stride, pad, mode="constant"):
    """A convolution along any number of axes, one position after the other."""
    k = W.ndim - 2
    x = np.pad(x, [(0, 0), *[(pad, pad)] * k, (0, 0)], mode=mode)
    f = W.shape[:k]
    sizes = [(n - s) // stride + 1 for n, s in zip(x.shape[1:-1], f, strict=True)]
    Z = np.zeros((len(x), *sizes, W.shape[-1]))
    for position in np.ndindex(*sizes):
        window = tuple(
            slice(i * stride, i * stride + s) for i, s in zip(position, f, strict=True)
        )
        part = x[(slice(None), *window)].reshape(len(x), -1)
        Z[(slice(None), *position)] = part @ W.reshape(-1, W.shape[-1]) + b
    return Z


@conv1d.mistake(
    "The filters were flipped. In deep learning a convolution does not flip its "
    "filters."
)
def turned_in_time(x, W, b, stride=1, pad=0):
    return _slide(x, W[::-1], b, stride, pad)


@conv1d.mistake("The biases are missing.")
def conv1d_without_bias(x, W, b, stride=1, pad=0):
    return _slide(x, W, 0 * b, stride, pad)


@conv1d.mistake("The stride has no effect. Windows start at 0, s, 2s, …")
def conv1d_without_stride(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, 1, pad)


@conv1d.mistake("The padding is missing: zeros on both sides.")
def conv1d_without_padding(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, 0)


@conv1d.mistake("All zeros were added at the end. Add `pad` zeros on each side.")
def conv1d_padded_at_the_end(x, W, b, stride=1, pad=0):
    return _slide(np.pad(x, ((0, 0), (0, 2 * pad), (0, 0))), W, b, stride, 0)


@conv1d.mistake("All zeros were added at the beginning. Add `pad` zeros on each side.")
def conv1d_padded_at_the_beginning(x, W, b, stride=1, pad=0):
    return _slide(np.pad(x, ((0, 0), (2 * pad, 0), (0, 0))), W, b, stride, 0)


@conv1d.mistake(
    "Zeros were added at the beginning only, and too few. Add `pad` zeros on each side."
)
def conv1d_padded_once(x, W, b, stride=1, pad=0):
    return _slide(np.pad(x, ((0, 0), (pad, 0), (0, 0))), W, b, stride, 0)


@conv1d.mistake("The last window, which still fits, is missing.")
def conv1d_too_short(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, pad)[:, :-1]


@conv1d.mistake(
    "The bias was added once for each entry of the window. Add it once per window."
)
def conv1d_many_biases(x, W, b, stride=1, pad=0):
    return _slide(x, W, b * W[..., 0].size, stride, pad)


@conv1d.mistake("The padding repeats the values at the ends. Pad with zeros.")
def conv1d_repeats_the_edge(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, pad, mode="edge")


@conv1d.mistake(
    "The negative values are missing: there is a ReLU. The exercise asks for the "
    "convolution alone."
)
def conv1d_with_relu(x, W, b, stride=1, pad=0):
    return np.maximum(_slide(x, W, b, stride, pad), 0)


@conv1d.mistake(
    "The products were averaged over the window. A convolution adds them up."
)
def conv1d_average(x, W, b, stride=1, pad=0):
    return _slide(x, W / W[..., 0].size, b, stride, pad)


@conv1d.mistake(
    "Only the first signal has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def conv1d_of_the_first_signal(x, W, b, stride=1, pad=0):
    Z = _slide(x, W, b, stride, pad)
    Z[1:] = 0
    return Z


@conv1d.right
def conv1d_by_windows(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(x, len(W), axis=1)[:, ::stride]
    return np.einsum("mlcf,fcn->mln", view, W) + b


@conv1d.right
def conv1d_channel_by_channel(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    Z = np.zeros((len(x), x.shape[1] - len(W) + 1, W.shape[2])) + b
    for e, k, c in np.ndindex(len(x), *W.shape[1:]):
        Z[e, :, c] += np.convolve(x[e, :, k], W[::-1, k, c], "valid")
    return Z[:, ::stride]


@conv1d.right
def conv1d_with_loops(x, W, b, stride=1, pad=0):
    m, n_L, n_prev = x.shape
    padded = np.zeros((m, n_L + 2 * pad, n_prev), np.float32)
    padded[:, pad : pad + n_L] = x
    n_out = (n_L + 2 * pad - len(W)) // stride + 1
    Z = np.zeros((m, n_out, W.shape[2]), np.float32)
    for e, i, c in np.ndindex(*Z.shape):
        window = padded[e, i * stride : i * stride + len(W)]
        Z[e, i, c] = np.sum(window * W[:, :, c]) + b[c]
    return Z


@conv1d.right
def conv1d_by_shifts(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (0, 0)))
    n_out = (x.shape[1] - len(W)) // stride + 1
    last = (n_out - 1) * stride + 1
    return b + sum(x[:, k : k + last : stride] @ W[k] for k in range(len(W)))


lab.concept(
    "volume_numbers",
    points=1,
    answer=16000,
    why="14 − 5 + 1 = 10 along each of three axes, times 16 filters.",
    because={
        1000: "Each of the 16 filters outputs a volume.",
        1600: "The volume has three axes: 10 · 10 · 10.",
        43904: "Without padding the volume shrinks: 14 − 5 + 1 along each axis.",
        11664: "14 − 5 + 1 is 10, not 9.",
        2000: "125 weights in each of 16 filters: that counts parameters, not outputs.",
        2016: "That counts the parameters, including biases.",
    },
)


@lab.check("conv3d", points=6, forbid=("helpers.nn", "scipy"), seconds=20)
def conv3d(rng):
    """Filters that are no cubes, several channels, strides and paddings."""
    for sizes, n_C_prev, f, n_C, settings in [
        ((2, 3, 4, 5), 2, (2, 3, 2), 3, {}),
        ((1, 5, 4, 6), 1, (2, 2, 3), 2, {"stride": 2}),
        ((2, 2, 3, 3), 2, (3, 2, 1), 1, {"pad": 1}),
        ((1, 4, 5, 3), 2, (3, 3, 3), 2, {"stride": 3, "pad": 1}),
    ]:
        shapes = (*sizes, n_C_prev), (*f, n_C_prev, n_C), n_C
        yield told_apart(
            lambda shapes=shapes, settings=settings: case(
                *(rng.normal(size=shape) for shape in shapes), **settings
            ),
            ref.conv3d,
            conv3d_with_relu,
        )


@conv3d.mistake("The biases are missing.")
def conv3d_without_bias(x, W, b, stride=1, pad=0):
    return _slide(x, W, 0 * b, stride, pad)


@conv3d.mistake("The stride has no effect.")
def conv3d_without_stride(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, 1, pad)


@conv3d.mistake("The padding is missing.")
def conv3d_without_padding(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, 0)


@conv3d.mistake("The stride is used along the first axis only. It holds for all three.")
def stride_in_depth_only(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, 1, pad)[:, ::stride]


@conv3d.mistake(
    "The number of windows is right, but along height and width they are one apart "
    "instead of `stride`."
)
def windows_close_together(x, W, b, stride=1, pad=0):
    Z = _slide(x, W, b, 1, pad)
    sizes = _slide(x, W, b, stride, pad).shape[1:4]
    return Z[:, ::stride][:, : sizes[0], : sizes[1], : sizes[2]]


@conv3d.mistake("The padding is missing along the first axis. All six sides have it.")
def padding_without_depth(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad), (0, 0)))
    return _slide(x, W, b, stride, 0)


@conv3d.mistake(
    "The filters were flipped. In deep learning a convolution does not flip its "
    "filters."
)
def turned_in_space(x, W, b, stride=1, pad=0):
    return _slide(x, W[::-1, ::-1, ::-1], b, stride, pad)


@conv3d.mistake("The filters were flipped along the first axis.")
def turned_in_depth(x, W, b, stride=1, pad=0):
    return _slide(x, W[::-1], b, stride, pad)


@conv3d.mistake("Height and width of the filters are swapped.")
def filters_transposed(x, W, b, stride=1, pad=0):
    Z = _slide(x.swapaxes(2, 3), W, b, stride, pad)
    return Z.swapaxes(2, 3)


@conv3d.mistake(
    "Only the first slice of each filter was used. All slices of the filter belong to "
    "the sum."
)
def slice_by_slice(x, W, b, stride=1, pad=0):
    return _slide(x, W[:1], b, stride, pad)


@conv3d.mistake(
    "The negative values are missing: there is a ReLU. The exercise asks for the "
    "convolution alone."
)
def conv3d_with_relu(x, W, b, stride=1, pad=0):
    return np.maximum(_slide(x, W, b, stride, pad), 0)


@conv3d.mistake("The last window along each axis, which still fits, is missing.")
def conv3d_too_short(x, W, b, stride=1, pad=0):
    return _slide(x, W, b, stride, pad)[:, :-1, :-1, :-1]


@conv3d.right
def conv3d_by_conv1d(x, W, b, stride=1, pad=0):
    x = np.pad(x, [(0, 0), *[(pad, pad)] * 2, (0, 0), (0, 0)])
    f_D, f_H, f_W, _, n_C = W.shape
    sizes = [
        (n - f) // stride + 1 for n, f in zip(x.shape[1:3], (f_D, f_H), strict=True)
    ]
    n_W = (x.shape[3] + 2 * pad - f_W) // stride + 1
    Z = np.zeros((len(x), *sizes, n_W, n_C)) + b
    for d, h, i, j in np.ndindex(*sizes, f_D, f_H):
        rows = x[:, d * stride + i, h * stride + j]
        Z[:, d, h] += ref.conv1d(rows, W[i, j], np.zeros(n_C), stride, pad)
    return Z


@conv3d.right
def conv3d_by_windows(x, W, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (pad, pad), (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(x, W.shape[:3], axis=(1, 2, 3))
    view = view[:, ::stride, ::stride, ::stride]
    return np.einsum("mdhwcijk,ijkcn->mdhwn", view, W) + b


@conv3d.right
def conv3d_by_positions(x, W, b, stride=1, pad=0):
    return _slide(x.astype(np.float32), W, b, stride, pad).astype(np.float32)


@conv3d.right
def conv3d_by_shifts(x, W, b, stride=1, pad=0):
    x = np.pad(x, [(0, 0)] + 3 * [(pad, pad)] + [(0, 0)])
    sizes = [(x.shape[k + 1] - W.shape[k]) // stride + 1 for k in range(3)]
    Z = np.zeros((len(x), *sizes, W.shape[4])) + b
    for t, i, j in np.ndindex(*W.shape[:3]):
        ends = [k + (n - 1) * stride + 1 for k, n in zip((t, i, j), sizes, strict=True)]
        seen = x[:, t : ends[0] : stride, i : ends[1] : stride, j : ends[2] : stride]
        Z += seen @ W[t, i, j]
    return Z

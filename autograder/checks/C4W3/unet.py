"""Hidden tests of C4W3: the U-Net."""

import numpy as np

from autograder.checks.C4W3.common import lab, ref
from autograder.checks.check import case
from helpers import nn

lab.concept(
    "transposed_size",
    points=1,
    answer=11,
    why="2 · (6 − 1) + 3 − 2 · 1.",
    because={
        3: "That is the ordinary convolution. The transposed one enlarges the map.",
        12: "Doubling would need one more row at the end.",
        13: "The padding cuts off one row on each side.",
        15: "Padding is cut off the output, not added to it.",
        10: "The last window begins at s (n − 1) and is f wide.",
        9: "The padding is cut off once on each side, not twice.",
    },
)


@lab.check("transposed_conv", points=5, forbid=("helpers.nn", "scipy"))
def transposed_conv(rng):
    """Strides 1 to 3, with and without padding, gaps between windows, several sizes."""
    for shape, f, n_C, stride, pad in [
        ((2, 3, 2, 3), 3, 2, 2, 1),
        ((1, 2, 4, 2), 2, 3, 1, 0),
        ((2, 2, 3, 1), 4, 2, 2, 1),
        ((1, 3, 2, 2), 2, 1, 3, 0),
        ((1, 2, 2, 2), 5, 3, 1, 2),
    ]:
        W = rng.normal(size=(f, f, n_C, shape[3]))
        yield case(rng.normal(size=shape), W, stride, pad)


def _transposed(
    X,
    W,
    stride,
    pad,
    *,
    add=True,
    channels=3,
    flip=False,
    step=None,
    crop=True,
    extra=0,
    grow=False,
):
    m, n_H, n_W, _ = X.shape
    f, n_C = len(W), W.shape[5 - channels]
    step = stride if step is None else step
    Z = np.zeros(
        (m, stride * (n_H - 1) + f + extra, stride * (n_W - 1) + f + extra, n_C)
    )
    W = W[::-1, ::-1] if flip else W
    for i, j in np.ndindex(n_H, n_W):
        block = np.tensordot(X[:, i, j], W, axes=(1, channels))
        part = Z[:, i * step : i * step + f, j * step : j * step + f]
        part[:] = part + block if add else block
    if grow:
        return np.pad(Z, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    if not crop:
        return Z
    return Z[:, pad : Z.shape[1] - pad, pad : Z.shape[2] - pad]


@transposed_conv.mistake(
    "Where windows overlap, the last one overwrites the others. Add them up."
)
def overwrites_windows(X, W, stride, pad):
    return _transposed(X, W, stride, pad, add=False)


@transposed_conv.mistake(
    "The padding was not cut off. Here it belongs to the output: crop at the end."
)
def not_cropped(X, W, stride, pad):
    return _transposed(X, W, stride, pad, crop=False)


@transposed_conv.mistake("The padding was added to the output. Cut it off instead.")
def padded_output(X, W, stride, pad):
    return _transposed(X, W, stride, pad, grow=True)


@transposed_conv.mistake("The filters were rotated by 180°. Use them as they are.")
def flipped_windows(X, W, stride, pad):
    return _transposed(X, W, stride, pad, flip=True)


@transposed_conv.mistake("The windows move by 1. They should move by the stride.")
def ignores_the_stride(X, W, stride, pad):
    return _transposed(X, W, stride, pad, step=1)


@transposed_conv.mistake(
    "The output is one stride too large. n numbers make s (n − 1) + f before cropping."
)
def one_stride_too_large(X, W, stride, pad):
    return _transposed(X, W, stride, pad, extra=stride)


@transposed_conv.mistake(
    "The output was cropped at the end only. Cut off rows and columns on each side."
)
def cropped_at_the_end(X, W, stride, pad):
    Z = _transposed(X, W, stride, pad, crop=False)
    return Z[:, : Z.shape[1] - 2 * pad, : Z.shape[2] - 2 * pad]


@transposed_conv.mistake(
    "Only the first image has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def spreads_the_first_image(X, W, stride, pad):
    Z = _transposed(X, W, stride, pad)
    Z[1:] = 0
    return Z


@transposed_conv.mistake(
    "The windows are f apart, so only cases where the stride equals f are right. They "
    "should be `stride` apart."
)
def steps_by_the_side(X, W, stride, pad):
    f, (n_H, n_W) = len(W), X.shape[1:3]
    Z = _transposed(X, W, f, pad)
    return Z[:, : stride * (n_H - 1) + f - 2 * pad, : stride * (n_W - 1) + f - 2 * pad]


@transposed_conv.right
def transposed_by_einsum(X, W, stride, pad):
    blocks = np.einsum("mijk,abck->mijabc", X, W)
    m, n_H, n_W, f, _, n_C = blocks.shape
    Z = np.zeros((m, stride * (n_H - 1) + f, stride * (n_W - 1) + f, n_C))
    for i in range(f):
        for j in range(f):
            Z[:, i : i + stride * n_H : stride, j : j + stride * n_W : stride][
                :, :n_H, :n_W
            ] += blocks[:, :, :, i, j]
    return Z[:, pad : Z.shape[1] - pad, pad : Z.shape[2] - pad]


@transposed_conv.right
def transposed_by_number(X, W, stride, pad):
    m, n_H, n_W, _ = X.shape
    f, _, n_C, _ = W.shape
    Z = np.zeros(
        (m, stride * (n_H - 1) + f - 2 * pad, stride * (n_W - 1) + f - 2 * pad, n_C),
        np.float32,
    )
    for i, j, a, b in np.ndindex(n_H, n_W, f, f):
        row, column = i * stride + a - pad, j * stride + b - pad
        if 0 <= row < Z.shape[1] and 0 <= column < Z.shape[2]:
            Z[:, row, column] += X[:, i, j] @ W[a, b].T
    return Z


@transposed_conv.right
def transposed_by_stuffing(X, W, stride, pad):
    m, n_H, n_W, n_C_prev = X.shape
    f = W.shape[0]
    stuffed = np.zeros((m, stride * (n_H - 1) + 1, stride * (n_W - 1) + 1, n_C_prev))
    stuffed[:, ::stride, ::stride] = X
    edge = (f - 1, f - 1)
    stuffed = np.pad(stuffed, ((0, 0), edge, edge, (0, 0)))
    view = np.lib.stride_tricks.sliding_window_view(stuffed, (f, f), axis=(1, 2))
    Z = np.einsum("mijkab,abck->mijc", view, W[::-1, ::-1])
    return Z[:, pad : Z.shape[1] - pad, pad : Z.shape[2] - pad]


def _twice(X, n_filters, net, times=2):
    for _ in range(times):
        X = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    return X


@lab.check("conv_block", points=3, driver="level_down")
def conv_block(rng):
    """With pooling, without, and as usual; odd channels."""
    for shape, n, pooling in [
        ((2, 4, 6, 3), 2, True),
        ((2, 3, 5, 2), 4, False),
        ((3, 6, 4, 1), 3, None),
        ((2, 2, 2, 1), None, None),
    ]:
        yield case(X=rng.normal(size=shape), n_filters=n, max_pooling=pooling)


@conv_block.mistake(
    "The skip was taken after the pooling. Return the map from before it."
)
def skip_after_pooling(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    X = nn.max_pool2d(X, 2) if max_pooling else X
    return X, X


@conv_block.mistake(
    "The skip is the map after the first convolution. Return the map after both."
)
def skip_after_one_convolution(X, n_filters=32, max_pooling=True, *, net):
    skip = _twice(X, n_filters, net, 1)
    X = _twice(skip, n_filters, net, 1)
    return (nn.max_pool2d(X, 2) if max_pooling else X), skip


@conv_block.mistake(
    "The block always pools. It should do so only if `max_pooling` is true."
)
def pools_always(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    return nn.max_pool2d(X, 2), X


@conv_block.mistake("The block never pools.")
def pools_never(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    return X, X


@conv_block.mistake("There is only one convolution. A level has two.")
def one_convolution(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net, 1)
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake("Batch norm is missing after the convolutions.")
def level_without_batch_norm(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        X = nn.relu(net.conv(X, n_filters, f=3))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake(
    "ReLU comes before batch norm. The order is convolution, batch norm, ReLU."
)
def level_relu_first(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        X = net.batch_norm(nn.relu(net.conv(X, n_filters, f=3)))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake(
    "The two results are swapped. The first is the input of the next level, the "
    "second is the skip."
)
def skip_first(X, n_filters=32, max_pooling=True, *, net):
    skip = _twice(X, n_filters, net)
    return skip, nn.max_pool2d(skip, 2) if max_pooling else skip


@conv_block.mistake("The map was reduced by average pooling. Use max pooling.")
def averages_instead(X, n_filters=32, max_pooling=True, *, net):
    X = _twice(X, n_filters, net)
    return (nn.average_pool2d(X, 2) if max_pooling else X), X


@conv_block.mistake("A ReLU is missing: one follows each of the two batch norms.")
def one_relu(X, n_filters=32, max_pooling=True, *, net):
    X = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    X = net.batch_norm(net.conv(X, n_filters, f=3))
    return (nn.max_pool2d(X, 2) if max_pooling else X), X


@conv_block.right
def level_written_out(X, n_filters=32, max_pooling=True, *, net):
    A = nn.relu(net.batch_norm(net.conv(X, n_filters, f=3)))
    A = nn.relu(net.batch_norm(net.conv(A, n_filters, f=3)))
    if max_pooling:
        return nn.max_pool2d(A, f=2, stride=2), A
    return A, A


@conv_block.right
def level_by_parts(X, n_filters=32, max_pooling=True, *, net):
    skip = _twice(X, n_filters, net)
    onwards = skip
    if max_pooling:
        onwards = nn.max_pool2d(skip, 2, 2, "same")
    return onwards, skip


@conv_block.right
def level_as_a_list(X, n_filters=32, max_pooling=True, *, net):
    for _ in range(2):
        Z = net.batch_norm(net.conv(X, n_C=n_filters, f=3, s=1, padding="same"))
        X = nn.maximum(Z, 0.0)
    return [nn.max_pool2d(X) if max_pooling else X, X]


@lab.check("upsampling_block", points=3, driver="level_up")
def upsampling_block(rng):
    """Different numbers of channels from below, of the skip and of the result."""
    for shape, n_skip, n in [
        ((2, 2, 3, 4), 3, 2),
        ((1, 3, 2, 2), 1, 3),
        ((3, 1, 2, 5), 2, 4),
    ]:
        m, n_H, n_W, _ = shape
        skip = rng.normal(size=(m, 2 * n_H, 2 * n_W, n_skip))
        yield case(X=rng.normal(size=shape), skip=skip, n_filters=n)
    skip = rng.normal(size=(2, 2, 2, 1))
    yield case(X=rng.normal(size=(2, 1, 1, 2)), skip=skip, n_filters=None)


def _up(X, skip, n, net, *, join=None, times=2, f=3):
    up = net.conv_transpose(X, n, f=f, s=2)
    merged = join(up, skip) if join else nn.concatenate([up, skip])
    return _twice(merged, n, net, times)


@upsampling_block.mistake("The skip is missing. Join it to the enlarged map.")
def up_without_skip(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(
        expansive_input, contractive_input, n_filters, net, join=lambda up, skip: up
    )


@upsampling_block.mistake(
    "The skip comes before the enlarged map. The enlarged map comes first."
)
def skip_in_front(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(
        expansive_input,
        contractive_input,
        n_filters,
        net,
        join=lambda up, skip: nn.concatenate([skip, up]),
    )


@upsampling_block.mistake(
    "There is only one convolution after the two maps are joined. There should be two."
)
def up_with_one(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(expansive_input, contractive_input, n_filters, net, times=1)


@upsampling_block.mistake("The convolutions after the joined maps are missing.")
def merges_only(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(expansive_input, contractive_input, n_filters, net, times=0)


@upsampling_block.mistake(
    "The map was enlarged by copying pixels. Use a transposed convolution."
)
def copies_pixels(expansive_input, contractive_input, n_filters=32, *, net):
    up = nn.upsample2d(expansive_input, 2)
    return _twice(nn.concatenate([up, contractive_input]), n_filters, net)


@upsampling_block.mistake("Batch norm is missing after the convolutions on the way up.")
def up_without_batch_norm(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    X = nn.concatenate([up, contractive_input])
    for _ in range(2):
        X = nn.relu(net.conv(X, n_filters, f=3))
    return X


@upsampling_block.mistake(
    "ReLU comes before batch norm on the way up. The order is convolution, batch "
    "norm, ReLU."
)
def up_relu_first(expansive_input, contractive_input, n_filters=32, *, net):
    X = net.conv_transpose(expansive_input, n_filters, f=3, s=2)
    X = nn.concatenate([X, contractive_input])
    for _ in range(2):
        X = net.batch_norm(nn.relu(net.conv(X, n_filters, f=3)))
    return X


@upsampling_block.mistake(
    "There is a ReLU after the transposed convolution. Its result is joined as it is."
)
def relu_before_the_merge(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(
        expansive_input,
        contractive_input,
        n_filters,
        net,
        join=lambda up, skip: nn.concatenate([nn.relu(up), skip]),
    )


@upsampling_block.mistake(
    "The transposed convolution outputs as many channels as it reads. It should "
    "output n_filters."
)
def keeps_channels(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, expansive_input.shape[-1], f=3, s=2)
    return _twice(nn.concatenate([up, contractive_input]), n_filters, net)


@upsampling_block.right
def up_by_parts(expansive_input, contractive_input, n_filters=32, *, net):
    return _up(expansive_input, contractive_input, n_filters, net)


@upsampling_block.right
def up_with_the_level(expansive_input, contractive_input, n_filters=32, *, net):
    up = net.conv_transpose(expansive_input, n_C=n_filters)
    X = nn.concatenate([up, contractive_input], axis=3)
    _, X = ref.conv_block(X, n_filters, False, net=net)
    return X


@upsampling_block.right
def up_written_out(expansive_input, contractive_input, n_filters=32, *, net):
    X = net.conv_transpose(expansive_input, n_filters, 3, 2)
    X = nn.concatenate((X, contractive_input), -1)
    X = nn.relu(net.batch_norm(net.conv(X, n_filters, 3)))
    return nn.relu(net.batch_norm(net.conv(X, n_filters, 3)))


@lab.check("unet_model", points=4, driver="unet", seconds=20)
def unet_model(rng):
    """Depths 1 to 3, several widths and classes, images that are not square."""
    for shape, n, classes, depth in [
        ((1, 4, 8, 2), 2, 3, 2),
        ((2, 2, 4, 1), 3, 2, 1),
        ((1, 8, 8, 3), 1, 4, 3),
    ]:
        yield case(
            X=rng.normal(size=shape), n_filters=n, n_classes=classes, depth=depth
        )
    X = rng.normal(size=(1, 16, 16, 1))
    yield case(X=X, n_filters=1, n_classes=None, depth=None)  # the usual ones
    X = rng.normal(size=(1, 2, 2, 1))
    yield case(X=X, n_filters=None, n_classes=2, depth=1)


def _unet(
    X,
    n,
    classes,
    depth,
    net,
    *,
    double=2,
    bottom=True,
    skips=True,
    bias=True,
    f=1,
    relu=False,
    deepest=None,
):
    kept = []
    for level in range(depth):
        X, skip = ref.conv_block(X, n * double**level, net=net)
        kept.append(skip)
    if bottom:
        width = n * double ** (depth if deepest is None else deepest)
        X, _ = ref.conv_block(X, width, max_pooling=False, net=net)
    for level in range(depth)[::-1]:
        width = n * double**level
        if skips:
            X = ref.upsampling_block(X, kept[level], width, net=net)
        else:
            X = net.conv_transpose(X, width, f=3, s=2)
            X, _ = ref.conv_block(X, width, max_pooling=False, net=net)
    X = net.conv(X, classes, f=f, bias=bias)
    return nn.softmax(X) if relu else X


@unet_model.mistake(
    "The skips are missing: the way up does not get the maps of the way down."
)
def cut_skips(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, skips=False)


@unet_model.mistake(
    "The number of filters stays the same. It should double at each level."
)
def same_width(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, double=1)


@unet_model.mistake("The block at the bottom, without pooling, is missing.")
def no_bottom(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, bottom=False)


@unet_model.mistake(
    "The block at the bottom has as many filters as the last level of the way down. "
    "They double once more."
)
def narrow_bottom(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, deepest=depth - 1)


@unet_model.mistake("The last convolution has no bias.")
def no_bias_at_the_end(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, bias=False)


@unet_model.mistake("The last convolution is 3 × 3. It should be 1 × 1.")
def wide_end(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, f=3)


@unet_model.mistake(
    "These are probabilities. Return the scores; the loss applies the softmax."
)
def softmax_at_the_end(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net, relu=True)


@unet_model.mistake(
    "There is one level too many. `depth` is the number of times the size is halved."
)
def one_level_too_many(X, n_filters=32, n_classes=23, depth=4, *, net):
    X = nn.upsample2d(X, 2)
    X = _unet(X, n_filters, n_classes, depth + 1, net)
    return nn.average_pool2d(X, 2)


@unet_model.right
def unet_by_parts(X, n_filters=32, n_classes=23, depth=4, *, net):
    return _unet(X, n_filters, n_classes, depth, net)


@unet_model.right
def unet_by_recursion(X, n_filters=32, n_classes=23, depth=4, *, net):
    def level(X, n, left):
        if left == 0:
            return ref.conv_block(X, n, False, net=net)[0]
        down, skip = ref.conv_block(X, n, True, net=net)
        return ref.upsampling_block(level(down, 2 * n, left - 1), skip, n, net=net)

    return net.conv(level(X, n_filters, depth), n_classes, bias=True)


@unet_model.right
def unet_with_a_running_width(X, n_filters=32, n_classes=23, depth=4, *, net):
    width, stack = n_filters, []
    for _ in range(depth):
        X, skip = ref.conv_block(X, n_filters=width, max_pooling=True, net=net)
        stack.append(skip)
        width *= 2
    _, X = ref.conv_block(X, width, False, net=net)
    while stack:
        width //= 2
        X = ref.upsampling_block(X, stack.pop(), n_filters=width, net=net)
    return net.conv(X, n_C=n_classes, f=1, s=1, bias=True)

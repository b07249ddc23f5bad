"""Hidden tests of C4W2: wider and cheaper blocks."""

import numpy as np

from autograder.checks.C4W2.common import lab, ref
from autograder.checks.check import case
from helpers import nn


@lab.check("conv_1x1", points=4, forbid=("helpers.nn", "scipy"))
def conv_1x1(rng):
    """One pixel, more and fewer channels than before, batches of 1 to 3."""
    for shape, n_C in [((1, 1, 1, 3), 2), ((2, 3, 4, 5), 2), ((3, 2, 3, 2), 6)]:
        X, W, b = (
            rng.normal(size=size)
            for size in (shape, (1, 1, shape[3], n_C), (1, 1, 1, n_C))
        )
        if (X @ W[0, 0] + b).min() > 0:  # an activation would not show
            W, b = -W, -b
        yield case(X, W, b)


@conv_1x1.mistake("The biases are missing.")
def no_bias(X, W, b):
    return X @ W[0, 0]


@conv_1x1.mistake(
    "All pixels of an image have the same result, as if their average had been taken. "
    "Treat each pixel separately."
)
def averages_pixels(X, W, b):
    return np.broadcast_to(
        X.mean((1, 2), keepdims=True) @ W[0, 0] + b, (*X.shape[:3], W.shape[3])
    ).copy()


@conv_1x1.mistake(
    "The negative values are missing: there is a ReLU. The exercise asks for the layer "
    "without an activation function."
)
def with_relu(X, W, b):
    return np.maximum(X @ W[0, 0] + b, 0)


@conv_1x1.mistake(
    "The bias was added once per input channel. Add it once, after the sum over the "
    "channels."
)
def bias_for_each_channel_read(X, W, b):
    return X @ W[0, 0] + b * X.shape[3]


@conv_1x1.mistake(
    "There is one axis too many. The first two axes of `W`, of length 1, are not part "
    "of the matrix product."
)
def one_axis_too_many(X, W, b):
    return (X @ W[0, 0] + b)[np.newaxis]


@conv_1x1.mistake(
    "The products were averaged over the channels. A convolution adds them up."
)
def averages_channels(X, W, b):
    return X @ W[0, 0] / X.shape[3] + b


@conv_1x1.mistake("The first filter was used for all channels of the result.")
def first_column_for_all(X, W, b):
    return X @ np.repeat(W[0, 0][:, :1], W.shape[3], axis=1) + b


@conv_1x1.mistake(
    "The matrix of weights was transposed by a reshape, which mixes its entries. Its "
    "shape is already (n_C_prev, n_C)."
)
def reshaped_weights(X, W, b):
    return X @ W.reshape(W.shape[3], W.shape[2]).T + b


@conv_1x1.right
def pixel_by_pixel(X, W, b):
    Z = np.zeros((*X.shape[:3], W.shape[3]), np.float32)
    for pixel in np.ndindex(*X.shape[:3]):
        for c in range(W.shape[3]):
            Z[pixel][c] = np.sum(X[pixel] * W[0, 0, :, c]) + b[0, 0, 0, c]
    return Z


@conv_1x1.right
def by_einsum(X, W, b):
    return np.einsum("mhwk,ijkc->mhwc", X, W) + b


lab.concept(
    "bottleneck_cost",
    points=1,
    answer=10,
    why="120.4 million against 12.4 million, because the 5 × 5 reads only 16 channels.",
    because={
        1: "The 5 × 5 reads 16 channels instead of 192, which saves much.",
        12: "That would be 192 / 16, if the 1 × 1 were free. It costs 2.4 million.",
        9: "120.4 / 12.4 is 9.7, which rounds up.",
        50: "That compares with the 1 × 1 alone. The 5 × 5 still needs 10 million.",
        25: "That is the ratio of a 5 × 5 to a 1 × 1 window; here both are needed.",
    },
)


@lab.check("inception_module", points=6, driver="inception")
def inception_module(rng):
    """Branches of different widths, odd sizes, two images."""
    for shape, filters in [
        ((2, 4, 5, 3), (2, (3, 4), (1, 5), 6)),
        ((2, 6, 3, 5), (4, (2, 3), (2, 1), 2)),
        ((1, 5, 5, 2), (1, (4, 2), (3, 3), 1)),
    ]:
        yield case(X=rng.normal(size=shape), filters=filters)


def _inception(
    X,
    filters,
    net,
    *,
    relu=True,
    pool=True,
    order=(0, 1, 2, 3),
    bias=True,
    squeeze=True,
    sides=(3, 5),
    norm=False,
    late_pool=False,
    together=nn.concatenate,
):
    n1, (r3, n3), (r5, n5), n_pool = filters
    activation = nn.relu if relu else (lambda x: x)

    def conv(x, n_C, f):
        Z = net.conv(x, n_C, f, bias=bias)
        return activation(net.batch_norm(Z) if norm else Z)

    branches = [
        conv(X, n1, 1),
        conv(conv(X, r3, 1) if squeeze else X, n3, sides[0]),
        conv(conv(X, r5, 1) if squeeze else X, n5, sides[1]),
        conv(
            nn.max_pool2d(X, 3, 1, "same") if pool and not late_pool else X, n_pool, 1
        ),
    ]
    if late_pool:
        branches[3] = nn.max_pool2d(branches[3], 3, 1, "same")
    return together([branches[i] for i in order])


@inception_module.mistake(
    "The 1 × 1 convolutions before the 3 × 3 and the 5 × 5 are missing."
)
def nothing_squeezed(X, filters, *, net):
    return _inception(X, filters, net, squeeze=False)


@inception_module.mistake("The ReLUs are missing: there is one after each convolution.")
def inception_without_relu(X, filters, *, net):
    return _inception(X, filters, net, relu=False)


@inception_module.mistake(
    "The max pooling of the last branch is missing: 3 × 3 with stride 1."
)
def branch_without_pooling(X, filters, *, net):
    return _inception(X, filters, net, pool=False)


@inception_module.mistake(
    "The branches are joined in another order. The order is 1 × 1, 3 × 3, 5 × 5, "
    "pooling."
)
def branches_in_another_order(X, filters, *, net):
    return _inception(X, filters, net, order=(3, 2, 1, 0))


@inception_module.mistake(
    "The biases are missing. Every convolution of this module has a bias: `bias=True`."
)
def inception_without_biases(X, filters, *, net):
    return _inception(X, filters, net, bias=False)


@inception_module.mistake(
    "The 1 × 1 convolutions before the 3 × 3 and the 5 × 5 have no ReLU. Every "
    "convolution is followed by one."
)
def relu_at_the_end_only(X, filters, *, net):
    return nn.relu(_inception(X, filters, net, relu=False))


@inception_module.mistake(
    "There is batch norm after the convolutions. This module is older than batch norm "
    "and has none."
)
def inception_with_batch_norm(X, filters, *, net):
    return _inception(X, filters, net, norm=True)


@inception_module.mistake(
    "The last branch has its convolution before the max pooling. The pooling comes "
    "first."
)
def pools_after_the_convolution(X, filters, *, net):
    return _inception(X, filters, net, late_pool=True)


@inception_module.mistake("The filters of the 5 × 5 branch are 3 × 3.")
def two_branches_of_3(X, filters, *, net):
    return _inception(X, filters, net, sides=(3, 3))


@inception_module.mistake(
    "The branches were joined along another axis. The channels are the last axis."
)
def joined_along_the_pictures(X, filters, *, net):
    n = filters[0]
    return _inception(
        X,
        (n, (filters[1][0], n), (filters[2][0], n), n),
        net,
        together=lambda parts: nn.concatenate(parts, axis=0),
    )


@inception_module.right
def inception_written_out(X, filters, *, net):
    one = nn.relu(net.conv(X, filters[0], bias=True))
    three = nn.relu(net.conv(X, filters[1][0], bias=True))
    three = nn.relu(net.conv(three, filters[1][1], f=3, bias=True))
    five = nn.relu(net.conv(X, filters[2][0], bias=True))
    five = nn.relu(net.conv(five, filters[2][1], f=5, bias=True))
    pooled = nn.max_pool2d(X, f=3, stride=1, padding=1)
    pooled = nn.relu(net.conv(pooled, filters[3], bias=True))
    return nn.concatenate([one, three, five, pooled], axis=3)


@inception_module.right
def inception_by_parts(X, filters, *, net):
    return _inception(X, filters, net)


@lab.check("depthwise_conv", points=5, forbid=("helpers.nn", "scipy"))
def depthwise_conv(rng):
    """One channel and several, windows of 1 to 3, height unlike width."""
    for shape, f in [
        ((1, 3, 4, 1), 2),
        ((2, 5, 4, 3), 3),
        ((2, 3, 2, 4), 1),
        ((1, 5, 6, 3), 3),
    ]:
        yield case(rng.normal(size=shape), rng.normal(size=(f, f, shape[3])))


def _depthwise(X, W):
    f = len(W)
    n_H, n_W = X.shape[1] - f + 1, X.shape[2] - f + 1
    Z = np.zeros((len(X), n_H, n_W, X.shape[3]))
    for h, w in np.ndindex(n_H, n_W):
        Z[:, h, w] = np.sum(X[:, h : h + f, w : w + f] * W, axis=(1, 2))
    return Z


@depthwise_conv.mistake(
    "The channels were added up. Each filter reads one channel, and its result is the "
    "same channel of the output."
)
def adds_up_channels(X, W):
    return _depthwise(X, W).sum(axis=3, keepdims=True)


@depthwise_conv.mistake(
    "All channels of the output are equal: the sum runs over the channels as well. Sum "
    "over the two axes of the window only."
)
def sum_in_every_channel(X, W):
    Z = _depthwise(X, W)
    return np.broadcast_to(Z.sum(axis=3, keepdims=True), Z.shape).copy()


@depthwise_conv.mistake("The first filter was used for all channels.")
def first_filter_everywhere(X, W):
    return _depthwise(X, np.repeat(W[..., :1], W.shape[2], axis=2))


@depthwise_conv.mistake(
    "A border was added. Here the window stays inside the image, so there are "
    "n - f + 1 positions."
)
def keeps_the_size(X, W):
    before, after = (len(W) - 1) // 2, len(W) // 2
    border = (before, after)
    return _depthwise(np.pad(X, ((0, 0), border, border, (0, 0))), W)


@depthwise_conv.mistake(
    "The filters were rotated by 180°. In deep learning a convolution does not flip "
    "its filters."
)
def depthwise_turned(X, W):
    return _depthwise(X, W[::-1, ::-1])


@depthwise_conv.mistake("The rows and columns of the filters are swapped.")
def depthwise_transposed(X, W):
    return _depthwise(X, W.swapaxes(0, 1))


@depthwise_conv.mistake(
    "The products were averaged over the window. A convolution adds them up."
)
def depthwise_average(X, W):
    return _depthwise(X, W) / W.shape[0] ** 2


@depthwise_conv.mistake(
    "Only the first image has results; all others are 0. Is there a `return` inside a "
    "loop?"
)
def depthwise_of_the_first_image(X, W):
    Z = _depthwise(X, W)
    Z[1:] = 0
    return Z


@depthwise_conv.right
def depthwise_by_shifts(X, W):
    f = len(W)
    n_H, n_W = X.shape[1] - f + 1, X.shape[2] - f + 1
    return sum(
        X[:, i : i + n_H, j : j + n_W] * W[i, j] for i in range(f) for j in range(f)
    )


@depthwise_conv.right
def depthwise_in_single_precision(X, W):
    return _depthwise(X.astype(np.float32), W.astype(np.float32)).astype(np.float32)


@lab.check("pointwise_conv", points=2, forbid=("helpers.nn", "scipy"))
def pointwise_conv(rng):
    """One pixel, more channels, fewer channels."""
    for shape, n_C in [((1, 1, 1, 2), 3), ((2, 3, 4, 3), 5), ((2, 2, 3, 4), 1)]:
        X, W = rng.normal(size=shape), rng.normal(size=(shape[3], n_C))
        # Some results are negative, as an activation would show.
        yield case(X, W if (X @ W).min() < 0 else -W)


@pointwise_conv.mistake("All pixels of an image have the result of its first pixel.")
def first_pixel_for_all(X, W):
    return np.repeat(np.repeat(X[:, :1, :1] @ W, X.shape[1], 1), X.shape[2], 2)


@pointwise_conv.mistake(
    "The pixels are rows of a matrix in the result. Its shape should be "
    "(m, n_H, n_W, n_C) again."
)
def stays_a_matrix(X, W):
    return X.reshape(-1, X.shape[3]) @ W


@pointwise_conv.mistake(
    "The negative values are missing: there is a ReLU. The exercise asks for the layer "
    "alone."
)
def pointwise_with_relu(X, W):
    return np.maximum(X @ W, 0)


@pointwise_conv.mistake(
    "The products were averaged over the channels. A convolution adds them up."
)
def pointwise_average(X, W):
    return X @ W / X.shape[3]


@pointwise_conv.right
def pointwise_by_conv_1x1(X, W):
    n_C_prev, n_C = W.shape
    return ref.conv_1x1(X, W.reshape(1, 1, n_C_prev, n_C), np.zeros((1, 1, 1, n_C)))


@pointwise_conv.right
def pointwise_by_tensordot(X, W):
    return np.tensordot(X, W, axes=1).astype(np.float32)


@pointwise_conv.right
def pointwise_with_loops(X, W):
    Z = np.zeros((*X.shape[:3], W.shape[1]))
    for k, c in np.ndindex(*W.shape):
        Z[..., c] += X[..., k] * W[k, c]
    return Z


lab.concept(
    "depthwise_multiplies",
    points=1,
    answer=672,
    why="16 · 9 · 3 = 432, and 16 · 3 · 5 = 240.",
    because={
        2160: "That is the ordinary convolution, 16 · 27 · 5.",
        432: "That is the depthwise step; the pointwise step is missing.",
        240: "That is the pointwise step; the depthwise step is missing.",
        1512: "There are 4 · 4 = 16 positions, since the window stays inside.",
        192: "The depthwise step has three channels.",
        2400: "The depthwise step has one filter for each of 3 channels, not 15.",
    },
)


@lab.check("separable_ratio", points=2)
def separable_ratio(rng):
    """Few channels and many, windows of 2 to 7."""
    for f in rng.permutation(np.arange(2, 8))[:5]:
        yield case(int(rng.integers(8, 600)), int(f))


@separable_ratio.mistake(
    "That is the ordinary cost divided by the separable one. The other way round is "
    "asked for."
)
def ratio_upside_down(n_C, f):
    return 1 / (1 / n_C + 1 / f**2)


@separable_ratio.mistake("`f` is not squared. A window of side f has f · f positions.")
def ratio_with_the_side(n_C, f):
    return 1 / n_C + 1 / f


@separable_ratio.mistake("The two fractions were multiplied. They are added.")
def ratio_as_product(n_C, f):
    return 1 / n_C / f**2


@separable_ratio.mistake(
    "1 was divided by the sum n_C + f². Divide by each of the two, then add."
)
def ratio_without_division(n_C, f):
    return 1 / (n_C + f**2)


@separable_ratio.mistake("`f**2` was added. Add its reciprocal.")
def adds_the_area(n_C, f):
    return 1 / n_C + f**2


@separable_ratio.right
def ratio_by_counting(n_C, f):
    n_prev = 7
    return (f * f * n_prev + n_prev * n_C) / (f * f * n_prev * n_C)


@separable_ratio.right
def ratio_on_one_line(n_C, f):
    return np.float32((f**2 + n_C) / (n_C * f**2))


@lab.check("mobilenet_bottleneck", points=8, driver="bottleneck")
def mobilenet_bottleneck(rng):
    """With a skip and without: other channels, a stride; no expansion, both ways."""
    for shape, t, n_C, s in [
        ((2, 5, 4, 3), 4, 3, 1),
        ((2, 4, 6, 2), 3, 5, 1),
        ((2, 6, 5, 4), 2, 4, 2),
        ((2, 4, 4, 6), 1, 2, 1),
        ((2, 5, 3, 4), 1, 4, 1),  # "the skip is there if …": with t = 1 as well
    ]:
        yield case(X=3 * rng.normal(size=shape), t=t, n_C=n_C, s=s)


def _bottleneck(
    X,
    t,
    n_C,
    s,
    net,
    *,
    top=6,
    linear=True,
    always=False,
    skip=True,
    expand=None,
    strided=False,
    norm=True,
    late_norm=False,
    wide=None,
    depthwise=None,
):
    n_C_prev = X.shape[-1]
    batch_norm = net.batch_norm if norm else (lambda x: x)

    def activated(Z):
        if late_norm:
            return batch_norm(nn.relu(Z, top))
        return nn.relu(batch_norm(Z), top)

    Z = X
    if expand or (t > 1 and expand is None):
        Z = activated(net.conv(Z, t * (wide or n_C_prev)))
    Z = activated((depthwise or net.depthwise)(Z, 3, s))
    Z = batch_norm(net.conv(Z, n_C))
    Z = Z if linear else nn.relu(Z, top)
    fits = (s == 1 or strided) and (n_C == n_C_prev or always)
    return X + Z if fits and skip else Z


@mobilenet_bottleneck.mistake(
    "There is a ReLU after the projection. The projection is linear: with few channels "
    "a ReLU would lose too much."
)
def projection_not_linear(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, linear=False)


@mobilenet_bottleneck.mistake(
    "The skip is missing where the input and the output have the same shape."
)
def bottleneck_without_skip(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, skip=False)


@mobilenet_bottleneck.mistake(
    "The skip is added although the number of channels differs. It needs stride 1 and "
    "as many output channels as input channels."
)
def skip_whenever_unstrided(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, always=True)


@mobilenet_bottleneck.mistake(
    "The skip is added with stride 2 as well, where the sizes differ."
)
def skip_in_spite_of_the_stride(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, strided=True)


@mobilenet_bottleneck.mistake(
    "Values above 6 get through the activation function. Here it is ReLU6."
)
def plain_relu(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, top=None)


@mobilenet_bottleneck.mistake(
    "With t = 1 there is nothing to expand: leave the first convolution out."
)
def expands_by_one(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, expand=True)


@mobilenet_bottleneck.mistake(
    "The expansion is missing: a 1 × 1 convolution to t times the input channels."
)
def never_expands(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, expand=False)


@mobilenet_bottleneck.mistake(
    "With t = 1 the skip is missing. Whether there is one depends on the stride and "
    "the channels alone."
)
def no_skip_without_expansion(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, skip=t > 1)


@mobilenet_bottleneck.mistake(
    "Batch norm is missing. There is one after each of the three convolutions."
)
def bottleneck_without_batch_norm(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, norm=False)


@mobilenet_bottleneck.mistake(
    "ReLU6 comes before batch norm. The order is convolution, batch norm, ReLU6."
)
def relu6_then_batch_norm(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, late_norm=True)


@mobilenet_bottleneck.mistake(
    "The convolution in the middle mixes the channels. A depthwise convolution has one "
    "filter per channel: `net.depthwise`."
)
def ordinary_in_the_middle(X, t, n_C, s, *, net):
    def conv(Z, f, s):
        return net.conv(Z, Z.shape[-1], f, s)

    return _bottleneck(X, t, n_C, s, net, depthwise=conv)


@mobilenet_bottleneck.mistake(
    "The expansion makes t times the output channels. It should make t times the input "
    "channels."
)
def expands_to_the_output(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net, wide=n_C)


@mobilenet_bottleneck.right
def bottleneck_by_parts(X, t, n_C, s, *, net):
    return _bottleneck(X, t, n_C, s, net)


@mobilenet_bottleneck.right
def bottleneck_with_clips(X, t, n_C, s, *, net):
    Z = X if t == 1 else net.batch_norm(net.conv(X, t * X.shape[3]))
    Z = Z if t == 1 else nn.minimum(nn.maximum(Z, 0.0), 6.0)
    Z = nn.relu(net.batch_norm(net.depthwise(Z, s=s)), 6)
    Z = net.batch_norm(net.conv(Z, n_C, padding="valid"))
    return Z + X if Z.shape == X.shape else Z

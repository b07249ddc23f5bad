"""Hidden tests of C4W2, deep convolutional models, and the ways they go wrong."""

import numpy as np

from autograder.checks.check import Lab, case, draws
from helpers import nn

lab = Lab("C4W2")
ref = lab.reference


# --- residual networks ---------------------------------------------------------------


def _main(X, f, filters, net, s=1, *, inner=True, last=False):
    """The three convolutions of a block, with options that are mistakes."""
    n1, n2, n3 = filters
    activation = nn.relu if inner else (lambda x: x)
    X = activation(net.batch_norm(net.conv(X, n1, 1, s)))
    X = activation(net.batch_norm(net.conv(X, n2, f)))
    X = net.batch_norm(net.conv(X, n3, 1))
    return nn.relu(X) if last else X


@lab.check("identity_block", points=8, driver="identity")
def identity_block(rng):
    """Windows of 3 and 1, bottlenecks and a wide middle, batches of 2 and 3."""
    for shape, f, filters in [
        ((2, 4, 5, 6), 3, (2, 3, 6)),
        ((3, 3, 3, 4), 1, (3, 5, 4)),
        ((2, 5, 4, 3), 3, (5, 2, 3)),
    ]:
        yield case(X=rng.normal(size=shape), f=f, filters=filters)


@identity_block.mistake(
    "The skip is added after the last ReLU. Add first, then apply the ReLU to the sum."
)
def skip_after_the_relu(X, f, filters, *, net):
    return _main(X, f, filters, net, last=True) + X


@identity_block.mistake("The skip is missing: add the block's input before the ReLU.")
def without_the_skip(X, f, filters, *, net):
    return nn.relu(_main(X, f, filters, net))


@identity_block.mistake("The ReLU after the addition is missing.")
def without_the_last_relu(X, f, filters, *, net):
    return _main(X, f, filters, net) + X


@identity_block.mistake(
    "There is a ReLU before the addition as well. The third convolution is followed by "
    "batch norm alone: what is added may be negative."
)
def relu_before_and_after(X, f, filters, *, net):
    return nn.relu(_main(X, f, filters, net, last=True) + X)


@identity_block.mistake(
    "ReLU comes before batch norm. The order is convolution, batch norm, ReLU."
)
def relu_before_batch_norm(X, f, filters, *, net):
    n1, n2, n3 = filters
    Z = net.batch_norm(nn.relu(net.conv(X, n1, 1)))
    Z = net.batch_norm(nn.relu(net.conv(Z, n2, f)))
    return nn.relu(net.batch_norm(net.conv(Z, n3, 1)) + X)


@identity_block.mistake("Batch norm is missing after the convolutions.")
def without_batch_norm(X, f, filters, *, net):
    n1, n2, n3 = filters
    Z = nn.relu(net.conv(nn.relu(net.conv(X, n1, 1)), n2, f))
    return nn.relu(net.conv(Z, n3, 1) + X)


@identity_block.mistake(
    "All three convolutions are f × f. The first and the third should be 1 × 1."
)
def all_of_side_f(X, f, filters, *, net):
    n1, n2, n3 = filters
    Z = nn.relu(net.batch_norm(net.conv(X, n1, f)))
    Z = nn.relu(net.batch_norm(net.conv(Z, n2, f)))
    return nn.relu(net.batch_norm(net.conv(Z, n3, f)) + X)


@identity_block.mistake(
    "The input was joined to the result instead of added, so there are too many "
    "channels."
)
def concatenates_the_skip(X, f, filters, *, net):
    return nn.relu(nn.concatenate([_main(X, f, filters, net), X]))


@identity_block.mistake(
    "The ReLUs inside the block are missing: one after the first and one after the "
    "second batch norm."
)
def without_inner_relus(X, f, filters, *, net):
    return nn.relu(_main(X, f, filters, net, inner=False) + X)


@identity_block.mistake(
    "The batch norm after the third convolution is missing. It comes before the "
    "addition."
)
def without_the_third_batch_norm(X, f, filters, *, net):
    n1, n2, n3 = filters
    Z = nn.relu(net.batch_norm(net.conv(X, n1, 1)))
    Z = nn.relu(net.batch_norm(net.conv(Z, n2, f)))
    return nn.relu(net.conv(Z, n3, 1) + X)


@identity_block.mistake(
    "The convolution in the middle is 1 × 1 as well. Its filters should be f × f."
)
def middle_of_side_1(X, f, filters, *, net):
    return nn.relu(_main(X, 1, filters, net) + X)


@identity_block.mistake(
    "The input passes a ReLU before it is added. The skip adds the input as it is."
)
def relu_on_the_skip(X, f, filters, *, net):
    return nn.relu(_main(X, f, filters, net) + nn.relu(X))


@identity_block.right
def identity_in_one_go(X, f, filters, *, net):
    Z = X
    for i, (n_C, side) in enumerate(zip(filters, (1, f, 1), strict=True)):
        Z = net.batch_norm(net.conv(Z, n_C, f=side, s=1, padding="same"))
        Z = nn.relu(Z) if i < 2 else Z
    return nn.maximum(Z + X, 0.0)


@identity_block.right
def identity_other_way_round(X, f, filters, *, net):
    return nn.relu(nn.add(X, _main(X, f, filters, net)))


@lab.check("convolutional_block", points=8, driver="convolutional")
def convolutional_block(rng):
    """Strides 2, 1 and 3, windows of 3 and 1, odd sizes."""
    for shape, f, filters, s in [
        ((2, 6, 5, 3), 3, (2, 4, 6), 2),
        ((2, 4, 4, 4), 3, (3, 2, 5), 1),
        ((3, 7, 6, 2), 1, (4, 3, 7), 3),
    ]:
        yield case(X=rng.normal(size=shape), f=f, filters=filters, s=s)


@convolutional_block.mistake(
    "The shortcut is the input itself, whose shape differs. It needs its own 1 × 1 "
    "convolution with the same stride."
)
def projection_missing(X, f, filters, s=2, *, net):
    return nn.relu(_main(X, f, filters, net, s) + X)


@convolutional_block.mistake("The convolution in the shortcut has no batch norm.")
def shortcut_without_batch_norm(X, f, filters, s=2, *, net):
    return nn.relu(_main(X, f, filters, net, s) + net.conv(X, filters[2], 1, s))


@convolutional_block.mistake(
    "The middle convolution has the stride. It belongs to the first 1 × 1 convolution "
    "and to the shortcut."
)
def stride_in_the_middle(X, f, filters, s=2, *, net):
    n1, n2, n3 = filters
    Z = nn.relu(net.batch_norm(net.conv(X, n1, 1)))
    Z = nn.relu(net.batch_norm(net.conv(Z, n2, f, s)))
    Z = net.batch_norm(net.conv(Z, n3, 1))
    return nn.relu(Z + net.batch_norm(net.conv(X, n3, 1, s)))


@convolutional_block.mistake(
    "There is a ReLU on the shortcut. The projection is a convolution and batch norm "
    "only."
)
def relu_on_the_shortcut(X, f, filters, s=2, *, net):
    shortcut = nn.relu(net.batch_norm(net.conv(X, filters[2], 1, s)))
    return nn.relu(_main(X, f, filters, net, s) + shortcut)


@convolutional_block.mistake("The stride is 2 whatever `s` says.")
def always_stride_2(X, f, filters, s=2, *, net):
    return ref.convolutional_block(X, f, filters, 2, net=net)


@convolutional_block.mistake(
    "The filters of the shortcut are larger than 1 × 1. A 1 × 1 is enough to change "
    "the channels."
)
def wide_shortcut(X, f, filters, s=2, *, net):
    shortcut = net.batch_norm(net.conv(X, filters[2], f, s))
    return nn.relu(_main(X, f, filters, net, s) + shortcut)


@convolutional_block.mistake("The shortcut is missing.")
def no_shortcut_at_all(X, f, filters, s=2, *, net):
    return nn.relu(_main(X, f, filters, net, s))


@convolutional_block.mistake("The ReLU after the addition is missing.")
def ends_without_relu(X, f, filters, s=2, *, net):
    shortcut = net.batch_norm(net.conv(X, filters[2], 1, s))
    return _main(X, f, filters, net, s) + shortcut


@convolutional_block.mistake(
    "There is a ReLU before the addition as well. The third convolution is followed by "
    "batch norm alone: what is added may be negative."
)
def relu_before_the_addition(X, f, filters, s=2, *, net):
    shortcut = net.batch_norm(net.conv(X, filters[2], 1, s))
    return nn.relu(_main(X, f, filters, net, s, last=True) + shortcut)


@convolutional_block.mistake(
    "ReLU comes before batch norm. The order is convolution, batch norm, ReLU."
)
def relu_then_batch_norm(X, f, filters, s=2, *, net):
    n1, n2, n3 = filters
    Z = net.batch_norm(nn.relu(net.conv(X, n1, 1, s)))
    Z = net.batch_norm(nn.relu(net.conv(Z, n2, f)))
    shortcut = net.batch_norm(net.conv(X, n3, 1, s))
    return nn.relu(net.batch_norm(net.conv(Z, n3, 1)) + shortcut)


@convolutional_block.mistake(
    "Batch norm is missing after the three convolutions and on the shortcut."
)
def no_batch_norm_anywhere(X, f, filters, s=2, *, net):
    n1, n2, n3 = filters
    Z = nn.relu(net.conv(nn.relu(net.conv(X, n1, 1, s)), n2, f))
    return nn.relu(net.conv(Z, n3, 1) + net.conv(X, n3, 1, s))


@convolutional_block.mistake(
    "The first convolution is f × f as well. Only the middle one should be; the others "
    "are 1 × 1."
)
def first_of_side_f(X, f, filters, s=2, *, net):
    n1, n2, n3 = filters
    Z = nn.relu(net.batch_norm(net.conv(X, n1, f, s)))
    Z = nn.relu(net.batch_norm(net.conv(Z, n2, f)))
    shortcut = net.batch_norm(net.conv(X, n3, 1, s))
    return nn.relu(net.batch_norm(net.conv(Z, n3, 1)) + shortcut)


@convolutional_block.mistake(
    "Each branch has its ReLU before the addition, and none follows. Add first, then "
    "apply the ReLU to the sum."
)
def relu_on_both_branches(X, f, filters, s=2, *, net):
    main = nn.relu(_main(X, f, filters, net, s))
    return main + nn.relu(net.batch_norm(net.conv(X, filters[2], 1, s)))


@convolutional_block.right
def shortcut_first(X, f, filters, s=2, *, net):
    shortcut = net.batch_norm(net.conv(X, filters[-1], s=s))
    return nn.relu(_main(X, f, filters, net, s) + shortcut)


@convolutional_block.right
def written_out(X, f, filters, s=2, *, net):
    Z = net.batch_norm(net.conv(X, filters[0], s=s, f=1, padding="valid"))
    Z = net.batch_norm(net.conv(nn.maximum(Z, 0.0), filters[1], f=f))
    Z = net.batch_norm(net.conv(nn.relu(Z), filters[2]))
    return nn.relu(nn.add(net.batch_norm(net.conv(X, filters[2], 1, s)), Z))


@lab.check("ResNet", points=6, driver="resnet", seconds=20)
def resnet(rng):
    """Two and three stages, one to three blocks each, several widths."""
    for shape, blocks, classes, width in [
        ((2, 16, 16, 3), (1, 2), 4, 2),
        ((2, 12, 14, 1), (2, 1, 1), 3, 3),
        ((3, 8, 8, 2), (3,), 5, 2),
    ]:
        # Images with wide dark areas: the ReLU before the pooling has work to do.
        m, _, _, n_C = shape
        levels = rng.permutation(np.linspace(-4, 4, m * n_C))
        X = 0.4 * rng.normal(size=shape) + levels.reshape(m, 1, 1, n_C)
        yield case(X=X, blocks=blocks, classes=classes, width=width)


def _resnet(
    X,
    blocks,
    classes,
    width,
    net,
    *,
    pool=True,
    first=1,
    further=2,
    double=2,
    extra=0,
    average=True,
    stem_norm=True,
    stem_relu=True,
    activation=False,
    grow=4,
):
    X = net.conv(X, width, 7, 2)
    X = net.batch_norm(X) if stem_norm else X
    X = nn.relu(X) if stem_relu else X
    X = nn.max_pool2d(X, 3, 2, "same") if pool else X
    for stage, repeats in enumerate(blocks):
        n = width * double**stage
        filters = (n, n, grow * n)
        s = further if stage else first
        X = ref.convolutional_block(X, 3, filters, s, net=net)
        for _ in range(repeats - 1 + extra):
            X = ref.identity_block(X, 3, filters, net=net)
    X = nn.mean(X, axis=(1, 2)) if average else nn.flatten(X)
    X = net.dense(X, classes)
    return nn.softmax(X) if activation else X


@resnet.mistake(
    "The first stage halves the size as well. Its convolutional block should have "
    "s = 1."
)
def first_stage_strided(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, first=2)


@resnet.mistake(
    "There is one block too many in each stage. The convolutional block counts as the "
    "first."
)
def one_block_too_many(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, extra=1)


@resnet.mistake(
    "The width stays the same in all stages. It should double from stage to stage."
)
def constant_width(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, double=1)


@resnet.mistake(
    "The last maps were flattened. Average each over all positions, so that the dense "
    "layer sees one number per channel."
)
def flattens(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, average=False)


@resnet.mistake("The max pooling after the first convolution is missing.")
def without_pooling(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, pool=False)


@resnet.mistake("The ReLU after the first batch norm is missing.")
def stem_without_relu(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, stem_relu=False)


@resnet.mistake(
    "These are probabilities. Return the scores; the loss applies the softmax."
)
def returns_probabilities(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, activation=True)


@resnet.mistake("The batch norm after the first convolution is missing.")
def stem_without_batch_norm(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, stem_norm=False)


@resnet.mistake(
    "The later stages keep the size. Their convolutional blocks should have s = 2."
)
def later_stages_unstrided(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, further=1)


@resnet.mistake(
    "Each stage outputs as many channels as its middle convolutions have. It should "
    "output four times as many."
)
def stages_do_not_widen(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net, grow=1)


@resnet.right
def resnet_by_parts(X, blocks, classes, width=64, *, net):
    return _resnet(X, blocks, classes, width, net)


@resnet.right
def resnet_with_a_running_width(X, blocks, classes, width=64, *, net):
    X = nn.max_pool2d(
        nn.relu(net.batch_norm(net.conv(X, width, f=7, s=2))),
        f=3,
        stride=2,
        padding="same",
    )
    s = 1
    for repeats in blocks:
        X = ref.convolutional_block(X, 3, [width, width, width * 4], s, net=net)
        for _ in range(1, repeats):
            X = ref.identity_block(X, 3, [width, width, width * 4], net=net)
        width, s = width * 2, 2
    return net.dense(nn.mean(nn.mean(X, axis=1), axis=1), classes)


lab.concept(
    "why_residual",
    points=1,
    answer="C",
    why="With all its weights at zero, the block passes its input on.",
    because={
        "A": "It has as many weights as a plain block; the skip has none.",
        "B": "Large gradients are not cut off; small ones get a second path back.",
        "D": "Both blocks have the same number of ReLUs.",
    },
)


# --- cheaper blocks ------------------------------------------------------------------


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


# --- counting ------------------------------------------------------------------------


def tables(rng):
    """Tables of layers: ordinary, grouped and depthwise, dense, one and several."""
    n, t = (int(k) for k in rng.integers(2, 9, 2))
    yield [_row(3, n + 1, t + 2, 1, n + 5, 1)]
    yield [
        _row(1, n, t * n, 1, n + 3, 0),
        _row(3, t * n, t * n, t * n, n + 3, 0),
        _row(1, t * n, 20, 1, n + 3, 0),
    ]
    yield [
        _row(5, 4, 8, 2, n + 4, 1),
        _row(3, 8, t, 1, n, 2),
        _row(1, 9 * t, 10, 1, 1, 1),
    ]
    for _ in range(2):
        sides, groups, extras = map(rng.permutation, ([1, 3, 5], [1, 2, 4], [0, 1, 2]))
        channels, sizes = rng.integers(1, 9, (3, 2)), rng.integers(2, 20, 3)
        yield [
            _row(*map(int, (f, 4 * n_prev, 4 * n, g, size, extra)))
            for f, (n_prev, n), g, size, extra in zip(
                sides, channels, groups, sizes, extras, strict=True
            )
        ]


def _row(f, n_C_prev, n_C, groups, size, per_channel):
    return {
        "f": f,
        "n_C_prev": n_C_prev,
        "n_C": n_C,
        "groups": groups,
        "size": size,
        "per_channel": per_channel,
    }


@lab.check("count_parameters", points=4)
def count_parameters(rng):
    """One layer with biases, a MobileNet bottleneck, groups, batch norm, dense."""
    for block in tables(rng):
        yield case(block)


@count_parameters.mistake(
    "`groups` has no effect. A filter reads n_C_prev / groups channels; in a depthwise "
    "layer that is one."
)
def groups_ignored(block):
    return ref.count_parameters([layer | {"groups": 1} for layer in block])


@count_parameters.mistake(
    "The 1 × 1 convolutions were counted with larger filters. Use the `f` of each "
    "layer."
)
def one_by_one_counted_as_f_by_f(block):
    widest = max(layer["f"] for layer in block)
    return ref.count_parameters([layer | {"f": max(widest, 3)} for layer in block])


@count_parameters.mistake(
    "`per_channel` is missing: the parameters of biases or batch norm."
)
def without_what_comes_on_top(block):
    return ref.count_parameters([layer | {"per_channel": 0} for layer in block])


@count_parameters.mistake(
    "`per_channel` was added once per layer. Add it once per output channel."
)
def on_top_once_a_layer(block):
    weights = ref.count_parameters([layer | {"per_channel": 0} for layer in block])
    return weights + sum(layer["per_channel"] for layer in block)


@count_parameters.mistake(
    "`per_channel` was added once per input channel. Add it once per output channel."
)
def on_top_for_each_input(block):
    weights = ref.count_parameters([layer | {"per_channel": 0} for layer in block])
    return weights + sum(layer["per_channel"] * layer["n_C_prev"] for layer in block)


@count_parameters.mistake("`f` is not squared. A filter of side f has f · f positions.")
def parameters_with_the_side(block):
    return sum(
        a["f"] * (a["n_C_prev"] // a["groups"]) * a["n_C"] + a["per_channel"] * a["n_C"]
        for a in block
    )


@count_parameters.mistake(
    "Only the last layer is counted where there are several. Add up all of them."
)
def last_layer_only(block):
    return ref.count_parameters(block[-1:])


@count_parameters.mistake(
    "Only the first layer is counted where there are several. Is there a `return` "
    "inside the loop?"
)
def first_layer_only(block):
    return ref.count_parameters(block[:1])


@count_parameters.mistake(
    "`groups` divides twice. It divides the channels that a filter reads; a layer "
    "always has n_C filters."
)
def filters_divided_by_the_groups(block):
    return sum(
        layer["f"] ** 2
        * (layer["n_C_prev"] // layer["groups"])
        * (layer["n_C"] // layer["groups"])
        + layer["per_channel"] * layer["n_C"]
        for layer in block
    )


@count_parameters.right
def parameters_with_a_loop(block):
    total = 0.0
    for layer in block:
        one_filter = layer["f"] ** 2 * layer["n_C_prev"] / layer["groups"]
        total += (one_filter + layer["per_channel"]) * layer["n_C"]
    return total


@count_parameters.right
def parameters_by_arrays(block):
    f, n_prev, n, groups, extra = (
        np.array([layer[key] for layer in block])
        for key in ("f", "n_C_prev", "n_C", "groups", "per_channel")
    )
    return np.sum(n * (f * f * (n_prev // groups) + extra))


@lab.check("count_multiplies", points=4)
def count_multiplies(rng):
    """The tables of `count_parameters`."""
    for block in tables(rng):
        yield case(block)


@count_multiplies.mistake(
    "`size` has no effect. Each weight is used at all size · size positions."
)
def weights_used_once(block):
    return sum(ref.count_multiplies([layer | {"size": 1}]) for layer in block)


@count_multiplies.mistake(
    "`size` is not squared. The output map has size · size positions."
)
def size_not_squared(block):
    return sum(
        ref.count_multiplies([layer]) // max(layer["size"], 1) for layer in block
    )


@count_multiplies.mistake(
    "`groups` has no effect. A filter reads n_C_prev / groups channels."
)
def multiplies_without_groups(block):
    return ref.count_multiplies([layer | {"groups": 1} for layer in block])


@count_multiplies.mistake(
    "The 1 × 1 convolutions were counted with larger filters. Use the `f` of each "
    "layer."
)
def multiplies_one_by_one_as_f_by_f(block):
    widest = max(3, *(layer["f"] for layer in block))
    return ref.count_multiplies([layer | {"f": widest} for layer in block])


@count_multiplies.mistake(
    "Biases and batch norm were counted. Count only products of weights and inputs."
)
def counts_biases(block):
    return ref.count_multiplies(block) + sum(
        layer["size"] ** 2 * layer["n_C"] * layer["per_channel"] for layer in block
    )


@count_multiplies.mistake(
    "Only the last layer is counted where there are several. Add up all of them."
)
def multiplies_of_the_last_layer(block):
    return ref.count_multiplies(block[-1:])


@count_multiplies.mistake(
    "Only the first layer is counted where there are several. Is there a `return` "
    "inside the loop?"
)
def multiplies_of_the_first_layer(block):
    return ref.count_multiplies(block[:1])


@count_multiplies.mistake(
    "`f` has no effect. Each output number needs f · f products for every channel that "
    "is read."
)
def multiplies_without_the_window(block):
    return ref.count_multiplies([layer | {"f": 1} for layer in block])


@count_multiplies.right
def multiplies_with_a_loop(block):
    total = 0
    for layer in block:
        outputs = layer["size"] * layer["size"] * layer["n_C"]
        total += outputs * layer["f"] ** 2 * layer["n_C_prev"] // layer["groups"]
    return total


@count_multiplies.right
def multiplies_from_parameters(block):
    return float(
        sum(
            layer["size"] ** 2 * ref.count_parameters([layer | {"per_channel": 0}])
            for layer in block
        )
    )


lab.concept(
    "bottleneck_parameters",
    points=1,
    answer=1020,
    why="5 · 30 + 9 · 30 + 30 · 20 = 150 + 270 + 600.",
    because={
        8850: "The depthwise filters read one channel each: 9 · 30, not 9 · 30 · 30.",
        870: "The expansion has weights as well: 5 · 30.",
        420: "The projection has weights as well: 30 · 20.",
        750: "The depthwise filters are missing: 9 · 30.",
        7350: "A 1 × 1 filter has one weight per channel, not nine.",
        1100: "Biases are not counted here.",
    },
)

lab.concept(
    "vgg_weights",
    points=1,
    answer="A",
    why="The first dense layer has 25088 · 4096 weights, three quarters of all.",
    because={
        "B": "The thirteen convolutions have 14.7 million together.",
        "C": "1000 · 4096 is 4 million.",
        "D": "The first layer reads three channels: 1,792 parameters.",
    },
)


@lab.check("compound_scaling", points=3)
def compound_scaling(rng):
    """Steps 0 to 3 and half a step with the published factors, and other factors."""
    yield case(0)
    yield case(int(rng.integers(2, 7)))
    yield case(float(rng.uniform(0.3, 0.8)))  # "which may be a fraction"
    for phi in (1, 3):
        yield case(
            phi, *rng.permutation(rng.uniform([1.05, 1.2, 1.3], [1.1, 1.25, 1.4]))
        )


@compound_scaling.mistake(
    "The factors were multiplied by φ. They should be raised to the power φ."
)
def multiplied_by_phi(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha * phi, beta * phi, gamma * phi


@compound_scaling.mistake(
    "Two results are swapped. The order is depth, width, resolution."
)
def width_first(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return beta**phi, alpha**phi, gamma**phi


@compound_scaling.mistake(
    "Width and resolution were squared. The squares belong to the cost."
)
def squares_factors(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return alpha**phi, beta ** (2 * phi), gamma ** (2 * phi)


@compound_scaling.mistake(
    "The three factors are those of the paper, whatever is passed. Use the arguments."
)
def factors_of_the_paper(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return 1.2**phi, 1.1**phi, 1.15**phi


@compound_scaling.mistake(
    "The factors grow by the same amount in each step. Each step should multiply."
)
def grows_evenly(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return tuple(1 + phi * (factor - 1) for factor in (alpha, beta, gamma))


@compound_scaling.mistake(
    "φ was raised to the power of the factors. Base and exponent are swapped."
)
def powers_of_phi(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return phi**alpha, phi**beta, phi**gamma


@compound_scaling.right
def scaling_by_logarithms(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return tuple(np.exp(phi * np.log([alpha, beta, gamma])))


@compound_scaling.right
def scaling_by_arrays(phi, alpha=1.2, beta=1.1, gamma=1.15):
    depth, width, resolution = np.float32([alpha, beta, gamma]) ** np.float32(phi)
    return depth, width, resolution


lab.concept(
    "scaling_cost",
    points=1,
    answer=1.92,
    digits=2,
    why="1.2 · 1.1² · 1.15² = 1.92, about double.",
    because={
        1.52: "Width and resolution are squared: two channel counts and two sides.",
        1.2: "That is the depth alone. Multiply by the width and the resolution too.",
        1.45: "The resolution is squared as well: height and width.",
        1.67: "The width is squared as well: input and output channels.",
        3.45: "That is the sum of the factors. They multiply.",
    },
)


# --- other people's weights ----------------------------------------------------------


def lesson(rng, m=12):
    """Images with two channels and three classes."""
    return rng.normal(size=(m, 4, 4, 2)), rng.integers(0, 3, m)


@lab.check("freeze", points=3, driver="freezing")
def freeze(rng):
    """Nothing, some, all but the last; layers that were frozen before."""
    for up_to, earlier in [(0, 0), (2, 0), (5, 0), (3, 6), (7, 2)]:
        X, Y = lesson(rng)
        yield case(X=X, Y=Y, up_to=up_to, earlier=earlier)


@freeze.mistake(
    "The running averages of a frozen batch norm still change, although its parameters "
    "do not. Freeze the whole layer: `layer.freeze()`."
)
def freezes_parameters_only(model, up_to):
    model.unfreeze()
    for layer in model.layers[:up_to]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    return model.count_parameters(trainable=True)


@freeze.mistake(
    "Layers that were frozen before stay frozen. Those from `up_to` on should learn."
)
def never_thaws(model, up_to):
    for layer in model.layers[:up_to]:
        layer.freeze()
    return model.count_parameters(trainable=True)


@freeze.mistake("The wrong part was frozen: the first `up_to` layers should be.")
def freezes_the_rest(model, up_to):
    model.unfreeze()
    for layer in model.layers[up_to:]:
        layer.freeze()
    return model.count_parameters(trainable=True)


@freeze.mistake("One layer too many was frozen: number `up_to` should learn.")
def one_too_many(model, up_to):
    return ref.freeze(model, up_to + 1)


@freeze.mistake("All parameters were counted. Count those that can still learn.")
def counts_all(model, up_to):
    ref.freeze(model, up_to)
    return model.count_parameters()


@freeze.right
def freezes_all_first(model, up_to):
    model.freeze()
    for layer in model.layers[up_to:]:
        layer.unfreeze()
    return sum(p.data.size for p in model.parameters() if p.requires_grad)


@freeze.right
def freezes_by_number(model, up_to):
    for i, layer in enumerate(model.layers):
        layer.freeze(trainable=i >= up_to)
    return float(model.count_parameters(True))


@lab.check("fine_tune", points=5, driver="fine_tuning")
def fine_tune(rng):
    """The head alone; from the middle; everything; a rate of 0 that changes nothing."""
    plans = [(16, 7, 0.02, 4), (12, 3, 0.01, 3), (16, 0, 0.01, 5), (10, 5, 0.0, 2)]
    for m, up_to, rate, epochs in plans:
        X, _ = lesson(rng, m)
        Y = (X[:, :, :, 0].mean((1, 2)) > 0).astype(int)
        yield case(X=X, Y=Y, up_to=up_to, learning_rate=rate, epochs=epochs)


def _tune(model, X, Y, learning_rate, epochs):
    """Training as it is set up now."""
    optimizer = nn.Adam(model.parameters(), learning_rate)
    return model.fit(
        X, Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=epochs, progress=False
    )["loss"]


@fine_tune.mistake(
    "The statistics of a batch norm have changed. Freeze every `nn.BatchNorm`, also "
    "among the layers that learn."
)
def statistics_move(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    return _tune(model, X, Y, learning_rate, epochs)


@fine_tune.mistake("Layers before `up_to` have changed. Freeze them first.")
def tunes_everything(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, 0)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    return _tune(model, X, Y, learning_rate, epochs)


@fine_tune.mistake("There is one loss, whatever `epochs` is. Pass `epochs` on.")
def one_epoch_only(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    return ref.fine_tune(model, X, Y, up_to, learning_rate, 1)


@fine_tune.mistake(
    "The model learns even with a learning rate of 0. Pass `learning_rate` on."
)
def rate_of_its_own(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    return ref.fine_tune(model, X, Y, up_to, 0.01, epochs)


@fine_tune.mistake("Nothing has changed: all layers are frozen, including the head.")
def nothing_learns(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    model.freeze()
    losses = [model.evaluate(X, Y, loss=nn.cross_entropy)["loss"]]
    return losses * epochs


@fine_tune.mistake(
    "One number was returned. Return the list of the losses of all epochs."
)
def returns_the_last_loss(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    return ref.fine_tune(model, X, Y, up_to, learning_rate, epochs)[-1]


@fine_tune.mistake(
    'The whole history was returned. Return the list in its entry "loss".'
)
def returns_the_history(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    return model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        epochs=epochs,
        progress=False,
        optimizer=nn.Adam(model.parameters(), learning_rate),
    )


@fine_tune.right
def tunes_with_gradient_descent(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    for _, layer in model.named_layers():
        if type(layer) is nn.BatchNorm:
            layer.freeze()
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer = nn.SGD(learning, 3 * learning_rate, momentum=0.5)
    history = model.fit(
        X,
        Y,
        loss=nn.cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=len(X),
        progress=False,
    )
    return np.array(history["loss"])


@fine_tune.right
def tunes_step_by_step(model, X, Y, up_to, learning_rate=1e-3, epochs=5):
    ref.freeze(model, up_to)
    for layer in model.layers:
        if isinstance(layer, nn.BatchNorm):
            layer.freeze()
    optimizer = nn.Adam(model.parameters(), learning_rate)
    losses = []
    for _ in range(epochs):
        loss = nn.cross_entropy(model(X), Y)
        model.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


lab.concept(
    "what_to_freeze",
    points=1,
    answer="D",
    why="A few images can train a head of 2,562 numbers, not a network of two million.",
    because={
        "A": "Two million weights would overfit 81 images.",
        "B": "Early layers detect edges and colours, which all photographs share: keep "
        "them.",
        "C": "The old head predicts dog breeds; its classes are not yours.",
    },
)


# --- augmentation --------------------------------------------------------------------


@lab.check("mirror", points=2)
def mirror(rng):
    """One image, a batch, a grey one, bytes."""
    yield case(rng.normal(size=(3, 4, 3)))
    yield case(rng.integers(0, 256, (2, 3, 3, 3)).astype(np.uint8))
    yield case(rng.normal(size=(2, 4, 2, 1)))


@mirror.mistake(
    "The image is upside down: the rows were reversed. Reverse the columns."
)
def upside_down(X):
    return X[..., ::-1, :, :]


@mirror.mistake("The channels were reversed. Reverse the columns.")
def reverses_colours(X):
    return X[..., ::-1]


@mirror.mistake(
    "One image and a batch are not both right. Count the axes from the end."
)
def counts_axes_from_the_front(X):
    return X[:, ::-1]


@mirror.mistake("The image was rotated by 90°.")
def transposes(X):
    return np.rot90(X, axes=(-3, -2))


@mirror.mistake("The image was returned unchanged.")
def leaves_it(X):
    return X.copy()


@mirror.mistake(
    "Rows and columns were both reversed, a turn by 180°. Reverse the columns only."
)
def half_a_turn(X):
    return X[..., ::-1, ::-1, :]


@mirror.right
def mirror_by_flip(X):
    return np.flip(X, axis=-2).astype(np.float32)


@mirror.right
def mirror_by_index(X):
    return np.take(X, np.arange(X.shape[-2] - 1, -1, -1), axis=-2)


@lab.check("random_crop", points=3, driver="crops")
def random_crop(rng):
    """120 seeds: a piece of the image, reproducible, every corner reached."""
    size = int(rng.integers(2, 6))
    for down, right in [(1, 2), (0, 0), (2, 1), (0, 3), (2, 2)]:
        yield case(n_H=size + down, n_W=size + right, size=size)
        size = int(rng.integers(2, 6))


def _crop(X, size, seed, extra=1, same=False, start=0):
    rng = np.random.default_rng(seed)
    top = int(rng.integers(start, X.shape[0] - size + extra))
    left = top if same else int(rng.integers(start, X.shape[1] - size + extra))
    return X[top : top + size, left : left + size]


@random_crop.mistake(
    "The last positions are never drawn. A side of length n has n - size + 1 positions."
)
def never_the_last(X, size, seed):
    if min(X.shape[:2]) == size:
        return X[:size, :size]
    rng = np.random.default_rng(seed)
    top = int(rng.integers(0, max(1, X.shape[0] - size)))
    left = int(rng.integers(0, max(1, X.shape[1] - size)))
    return X[top : top + size, left : left + size]


@random_crop.mistake(
    "The last positions are never drawn. A side of length n has n - size + 1 positions."
)
def fails_where_it_just_fits(X, size, seed):
    return _crop(X, size, seed, extra=0)


@random_crop.mistake(
    "Row and column are always equal, so all crops lie on the diagonal. Draw two "
    "numbers."
)
def along_the_diagonal(X, size, seed):
    rng = np.random.default_rng(seed)
    at = int(rng.integers(0, min(X.shape[:2]) - size + 1))
    return X[at : at + size, at : at + size]


@random_crop.mistake("The seed has no effect: the crop is always the same.")
def always_the_same(X, size, seed):
    return _crop(X, size, 0)


@random_crop.mistake(
    "The rows and columns were drawn one by one. A crop is a connected square."
)
def scattered_pixels(X, size, seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, X.shape[0], size)
    columns = rng.integers(0, X.shape[1], size)
    return X[np.ix_(rows, columns)]


@random_crop.mistake(
    "The same seed gives different crops. Make a generator from the seed and draw from "
    "it."
)
def without_the_seed(X, size, seed):
    return _crop(X, size, np.random.randint(1 << 30))


@random_crop.mistake(
    "Height and width are swapped: the row is drawn from the range of the columns."
)
def sides_exchanged(X, size, seed):
    rng = np.random.default_rng(seed)
    top = int(rng.integers(0, X.shape[1] - size + 1))
    left = int(rng.integers(0, X.shape[0] - size + 1))
    return X[top : top + size, left : left + size]


@random_crop.mistake("The crop is always in the middle. Draw where it starts.")
def crop_in_the_middle(X, size, seed):
    top, left = ((n - size) // 2 for n in X.shape[:2])
    return X[top : top + size, left : left + size]


@random_crop.right
def crop_by_choice(X, size, seed):
    rng = np.random.default_rng(seed)
    left = rng.choice(X.shape[1] - size + 1)
    top = rng.choice(X.shape[0] - size + 1)
    return X[top:, left:][:size, :size].copy()


@random_crop.right
def crop_by_uniform(X, size, seed):
    random = np.random.RandomState(seed)
    top, left = (int(random.rand() * (n - size + 1)) for n in X.shape[:2])
    return X[top : top + size, left : left + size]


@lab.check("color_shift", points=3, driver="color_shifts", atol=0.15)
def color_shift(rng):
    """250 seeds on a uniform grey: reach, independence, and the ends 0 and 255."""
    # "From -most to most": among so few numbers each is drawn, both ends included.
    yield case(level=int(rng.integers(90, 160)), most=int(rng.integers(2, 5)))
    yield case(level=int(rng.integers(248, 253)), most=int(rng.integers(18, 24)))
    yield case(level=int(rng.integers(3, 8)), most=int(rng.integers(24, 36)))


def _shift(X, seed, most, *, size=(3,), low=-1):
    rng = np.random.default_rng(seed)
    added = rng.integers(low * most, most + 1, size)
    return np.clip(X.astype(int) + added, 0, 255).astype(np.uint8)


@color_shift.mistake(
    "All channels have the same shift, which changes only the brightness. Draw three "
    "numbers."
)
def brightness_only(X, seed, most=20):
    return _shift(X, seed, most, size=(1,)) + 0 * X


@color_shift.mistake(
    "Every pixel has a different shift, which is noise. Draw three numbers, one per "
    "channel."
)
def noise(X, seed, most=20):
    return _shift(X, seed, most, size=X.shape)


@color_shift.mistake(
    "Values above 255 or below 0 wrapped around to the other end. Add in a wider type, "
    "clip, and convert back to bytes."
)
def wraps_around(X, seed, most=20):
    rng = np.random.default_rng(seed)
    return X + rng.integers(-most, most + 1, 3).astype(np.int8).view(np.uint8)


@color_shift.mistake("The shift is never negative. Draw from -most to most.")
def brighter_only(X, seed, most=20):
    return _shift(X, seed, most, low=0)


@color_shift.mistake(
    "The result does not consist of bytes. Convert it back to the type of `X`."
)
def not_bytes(X, seed, most=20):
    return _shift(X, seed, most).astype(float)


@color_shift.mistake(
    "The largest shift, `most`, is never drawn. `rng.integers(low, high)` stops before "
    "`high`."
)
def most_left_out(X, seed, most=20):
    added = np.random.default_rng(seed).integers(-most, most, 3)
    return np.clip(X.astype(int) + added, 0, 255).astype(np.uint8)


@color_shift.mistake(
    "The same seed gives different shifts. Make a generator from the seed and draw "
    "from it."
)
def shift_without_the_seed(X, seed, most=20):
    return _shift(X, np.random.randint(1 << 30), most)


@color_shift.right
def shift_by_float(X, seed, most=20):
    random = np.random.RandomState(seed)
    added = random.randint(-most, most + 1, size=(1, 1, 3))
    return np.round(np.clip(X.astype(float) + added, 0, 255)).astype(X.dtype)


@color_shift.right
def shift_channel_by_channel(X, seed, most=20):
    rng, out = np.random.default_rng(seed), X.copy()
    for c in range(3):
        moved = X[..., c].astype(int) + rng.integers(-most, most, endpoint=True)
        out[..., c] = np.minimum(np.maximum(moved, 0), 255)
    return out


def tinted(rng):
    """An image from 0 to 1, and the directions and variances of its colours."""
    variances = [0.0]
    while variances[0] < 1e-4:  # float32 could not tell a shift so small from rounding
        mixing = rng.normal(size=(3, 3)) * [0.5, 0.2, 0.08]
        image = rng.normal(size=(6, 7, 3)) @ mixing.T
        variances, directions = np.linalg.eigh(np.cov(image.reshape(-1, 3).T))
    return image, directions[:, ::-1], variances[::-1]


@lab.check("pca_color_augmentation", points=4, driver="pca_shifts")
def pca_color_augmentation(rng):
    """500 seeds: the spread along each principal direction of colour."""
    for _ in range(2):
        image, directions, _ = tinted(rng)
        yield case(image=image, directions=directions)


@pca_color_augmentation.expect
def expected_shifts(image, directions):
    """Along direction i the shift has the standard deviation 0.1 times its variance."""
    along = (image.reshape(-1, 3) @ directions).var(axis=0, ddof=1)
    first, second, third = (draws((500,), std=0.1 * variance) for variance in along)
    return {
        "all pixels are shifted alike": True,
        "the same seed gives the same shift": True,
        "along the first direction": first,
        "along the second": second,
        "along the third": third,
        "the three draws are independent": True,
    }


def _pca(X, seed, spread, weigh=lambda v: v, size=3):
    variances, directions = np.linalg.eigh(np.cov(X.reshape(-1, 3).T))
    alpha = np.random.default_rng(seed).normal(0, spread, size)
    return X + (alpha * weigh(variances)) @ directions.T


@pca_color_augmentation.mistake(
    "The shift is equally large in all directions. Multiply each direction by its "
    "eigenvalue."
)
def directions_not_weighed(X, seed, spread=0.1):
    return _pca(X, seed, spread, np.ones_like)


@pca_color_augmentation.mistake(
    "Each direction was multiplied by the square root of its eigenvalue. AlexNet used "
    "the eigenvalue itself."
)
def weighed_by_the_root(X, seed, spread=0.1):
    return _pca(X, seed, spread, np.sqrt)


@pca_color_augmentation.mistake(
    "The draws have a standard deviation of 1. It should be `spread`."
)
def spread_forgotten(X, seed, spread=0.1):
    return _pca(X, seed, 1.0)


@pca_color_augmentation.mistake(
    "Every pixel has its own draw, which is noise. Draw three numbers for the whole "
    "image."
)
def coloured_noise(X, seed, spread=0.1):
    return _pca(X, seed, spread, size=(*X.shape[:2], 3))


@pca_color_augmentation.mistake(
    "The eigenvectors are the columns of the matrix, not its rows."
)
def rows_for_columns(X, seed, spread=0.1):
    variances, directions = np.linalg.eigh(np.cov(X.reshape(-1, 3).T))
    alpha = np.random.default_rng(seed).normal(0, spread, 3)
    return X + (alpha * variances) @ directions


@pca_color_augmentation.mistake(
    "One draw serves all three directions, so every shift lies on one line. Draw three "
    "numbers."
)
def one_draw_for_three(X, seed, spread=0.1):
    return _pca(X, seed, spread, size=1)


@pca_color_augmentation.mistake(
    "The result was clipped at 0 and 1. Do not clip it here."
)
def cuts_off_colours(X, seed, spread=0.1):
    return np.clip(_pca(X, seed, spread), 0, 1)


@pca_color_augmentation.mistake(
    "Only the shift was returned. Add it to every pixel of the image."
)
def shift_alone(X, seed, spread=0.1):
    return _pca(X, seed, spread) - X


@pca_color_augmentation.right
def pca_in_single_precision(X, seed, spread=0.1):
    return _pca(X.astype(np.float32), seed, spread).astype(np.float32)


@pca_color_augmentation.right
def pca_by_svd(X, seed, spread=0.1):
    pixels = X.reshape(-1, 3) - X.reshape(-1, 3).mean(axis=0)
    _, singular, directions = np.linalg.svd(pixels, full_matrices=False)
    np.random.seed(seed)
    alpha = spread * np.random.randn(3)
    return X + (alpha * singular**2 / len(pixels)) @ directions


@pca_color_augmentation.right
def pca_with_loops(X, seed, spread=0.1):
    values, vectors = np.linalg.eig(np.cov(X.reshape(-1, 3), rowvar=False))
    values, vectors = values.real, vectors.real  # NumPy 2.5 always gives complex ones
    rng, out = np.random.default_rng(seed), np.array(X)
    for value, vector in zip(values, vectors.T, strict=True):
        out += rng.normal(scale=spread) * value * vector
    return out


# --- the last percent ----------------------------------------------------------------


@lab.check("ensemble_predict", points=3, driver="ensemble")
def ensemble_predict(rng):
    """One model, two, and five, whose scores differ in size."""
    for models, classes, m in [(1, 3, 2), (2, 2, 4), (5, 4, 3)]:
        weights = rng.normal(size=(models, 2, classes))
        weights *= 4 * rng.uniform(0.3, 3, (models, 1, 1))
        yield case(weights=list(weights), X=rng.normal(size=(m, 3, 3, 2)))


def _softmax(Z):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@ensemble_predict.mistake(
    "The scores were averaged before the softmax. Average the probabilities, so that a "
    "model with large scores does not outweigh the others."
)
def averages_scores(models, X):
    return _softmax(np.mean([model.predict(X) for model in models], axis=0))


@ensemble_predict.mistake("These are average scores. Return probabilities.")
def scores_only(models, X):
    return np.mean([model.predict(X) for model in models], axis=0)


@ensemble_predict.mistake("The probabilities were added up, not averaged.")
def adds_up_probabilities(models, X):
    return np.sum([_softmax(model.predict(X)) for model in models], axis=0)


@ensemble_predict.mistake(
    "Where there are several models, only the last one counts. Average the "
    "probabilities of all."
)
def asks_the_last(models, X):
    return _softmax(models[-1].predict(X))


@ensemble_predict.mistake(
    "Where there are several models, only the first one counts. Is there a `return` "
    "inside the loop?"
)
def asks_the_first(models, X):
    return _softmax(models[0].predict(X))


@ensemble_predict.mistake("Labels were returned. Return probabilities.")
def returns_labels(models, X):
    return np.mean([_softmax(model.predict(X)) for model in models], axis=0).argmax(1)


@ensemble_predict.mistake(
    "The softmax was taken over the examples. Take it over the classes, so that each "
    "row sums to 1."
)
def softmax_over_examples(models, X):
    return np.mean([_softmax(model.predict(X).T).T for model in models], axis=0)


@ensemble_predict.mistake(
    "The probabilities of the models were multiplied. Average them."
)
def multiplies_probabilities(models, X):
    product = np.prod([_softmax(model.predict(X)) for model in models], axis=0)
    return product / product.sum(axis=1, keepdims=True)


@ensemble_predict.mistake(
    "Each model gives one vote, to its best class. Average the probabilities, not "
    "the votes."
)
def counts_votes(models, X):
    scores = [model.predict(X) for model in models]
    return np.mean([np.eye(z.shape[1])[z.argmax(axis=1)] for z in scores], axis=0)


@ensemble_predict.right
def ensemble_with_a_loop(models, X):
    total = 0
    for model in models:
        e = np.exp(model.predict(X).astype(np.float64))
        total = total + e / e.sum(axis=1, keepdims=True)
    return total / len(models)


@ensemble_predict.right
def ensemble_by_the_framework(models, X):
    shares = [nn.softmax(nn.as_tensor(model.predict(X))).data for model in models]
    return np.stack(shares).mean(0).astype(np.float32)


@lab.check("multi_crop_predict", points=3, driver="multi_crop")
def multi_crop_predict(rng):
    """Even and odd margins, no margin, height unlike width."""
    for shape, size in [((2, 6, 8, 2), 4), ((3, 7, 5, 2), 4), ((2, 4, 4, 2), 4)]:
        # Brighter on one side: a crop and its mirror image are told apart.
        X = rng.normal(size=shape) + np.linspace(-3, 3, shape[2])[:, np.newaxis]
        yield case(W=6 * rng.normal(size=(2, 3)), X=X, size=size)


def _corners(X, size):
    down, right = X.shape[1] - size, X.shape[2] - size
    return [(0, 0), (0, right), (down, 0), (down, right), (down // 2, right // 2)]


def _ten(model, X, size, corners, flips=(False, True)):
    shares = []
    for top, left in corners:
        crop = X[:, top : top + size, left : left + size]
        for flip in flips:
            shares.append(_softmax(model.predict(crop[:, :, ::-1] if flip else crop)))
    return np.mean(shares, axis=0)


@multi_crop_predict.mistake("The five mirrored crops are missing.")
def without_mirrors(model, X, size=24):
    return _ten(model, X, size, _corners(X, size), (False,))


@multi_crop_predict.mistake("The crop in the middle is missing.")
def without_the_middle(model, X, size=24):
    return _ten(model, X, size, _corners(X, size)[:4])


@multi_crop_predict.mistake("Only the middle crop and its mirror image were used.")
def middle_only(model, X, size=24):
    return _ten(model, X, size, _corners(X, size)[4:])


@multi_crop_predict.mistake(
    "Where a margin is odd, the mirrored middle crop shows another part of the image. "
    "Cut the crop out first, then mirror it."
)
def mirrors_before_cutting(model, X, size=24):
    both = [
        _ten(model, Y, size, _corners(X, size), (False,)) for Y in (X, X[:, :, ::-1])
    ]
    return np.mean(both, axis=0)


@multi_crop_predict.mistake(
    "The crops are flipped upside down. Exchange left and right, as in `mirror`."
)
def stands_crops_on_their_head(model, X, size=24):
    crops = [X[:, t : t + size, i : i + size] for t, i in _corners(X, size)]
    views = [view for crop in crops for view in (crop, crop[:, ::-1])]
    return np.mean([_softmax(model.predict(view)) for view in views], axis=0)


@multi_crop_predict.mistake(
    "The probabilities were added up. Average them, so that each row sums to 1."
)
def adds_up_crops(model, X, size=24):
    return 10 * _ten(model, X, size, _corners(X, size))


@multi_crop_predict.mistake(
    "The middle crop starts at the centre of the image. It should start at half the "
    "margin."
)
def starts_at_the_centre(model, X, size=24):
    centre = (X.shape[1] // 2, X.shape[2] // 2)
    return _ten(model, X, size, [*_corners(X, size)[:4], centre])


@multi_crop_predict.mistake("The middle crop was counted twice.")
def middle_counted_twice(model, X, size=24):
    corners = _corners(X, size)
    return _ten(model, X, size, [*corners, corners[4]])


@multi_crop_predict.mistake(
    "The scores were averaged before the softmax. Average the probabilities."
)
def averages_scores_of_crops(model, X, size=24):
    scores = [
        model.predict(crop[:, :, ::step])
        for top, left in _corners(X, size)
        for crop in [X[:, top : top + size, left : left + size]]
        for step in (1, -1)
    ]
    return _softmax(np.mean(scores, axis=0))


@multi_crop_predict.mistake(
    "The fifth crop begins in the middle of the image, or as near to it as it fits. It "
    "should lie in the middle as a whole."
)
def fifth_crop_begins_in_the_middle(model, X, size=24):
    n_H, n_W = X.shape[1:3]
    start = (min(n_H // 2, n_H - size), min(n_W // 2, n_W - size))
    return _ten(model, X, size, [*_corners(X, size)[:4], start])


@multi_crop_predict.mistake(
    "It takes the largest probability of each class over the crops, scaled to a sum of "
    "1. Take the average over the crops."
)
def largest_over_the_crops(model, X, size=24):
    each = [
        _ten(model, X, size, [corner], (flip,))
        for corner in _corners(X, size)
        for flip in (False, True)
    ]
    largest = np.max(each, axis=0)
    return largest / largest.sum(axis=1, keepdims=True)


@multi_crop_predict.right
def crops_by_parts(model, X, size=24):
    return _ten(model, X, size, _corners(X, size))


@multi_crop_predict.right
def crops_all_at_once(model, X, size=24):
    crops = [X[:, t : t + size, i : i + size] for t, i in _corners(X, size)]
    crops = np.concatenate(crops + [np.flip(crop, 2) for crop in crops])
    shares = _softmax(model.predict(crops)).reshape(10, len(X), -1)
    return shares.mean(axis=0).astype(np.float32)


lab.concept(
    "ensemble_price",
    points=1,
    answer="B",
    why="Three networks times ten crops are thirty forward passes per image.",
    because={
        "A": "Averaging is cheap, but each crop needs a forward pass.",
        "C": "Each of the three networks sees each of the ten crops.",
        "D": "Training is paid for once, but every prediction costs more too.",
    },
)

"""Hidden tests of C4W2: residual networks."""

import numpy as np

from autograder.checks.C4W2.common import lab, ref
from autograder.checks.check import case
from helpers import nn
from helpers.drivers.C4W2 import block


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


def _pooled(X, width, *, net):
    """What reaches the first stage if the ReLU before the pooling is missing."""
    return nn.max_pool2d(net.batch_norm(net.conv(X, width, 7, 2)), 3, 2, "same")


def _with_dark_areas(rng, shape, width):
    """Images on which the ReLU before the pooling has work to do."""
    m, _, _, n_C = shape
    while True:
        levels = rng.permutation(np.linspace(-4, 4, m * n_C))
        X = 0.4 * rng.normal(size=shape) + levels.reshape(m, 1, 1, n_C)
        if block(_pooled, X, width=width)["output"].min() < -0.5:
            return X


@lab.check("ResNet", points=6, driver="resnet", seconds=20)
def resnet(rng):
    """Two and three stages, one to three blocks each, several widths."""
    for shape, blocks, classes, width in [
        ((2, 16, 16, 3), (1, 2), 4, 2),
        ((2, 12, 14, 1), (2, 1, 1), 3, 3),
        ((3, 8, 8, 2), (3,), 5, 2),
    ]:
        X = _with_dark_areas(rng, shape, width)
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

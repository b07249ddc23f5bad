"""Published networks as tables of layers, for counting parameters and operations.

Each function returns a list of the layers with weights, in order. A layer is a
dictionary:

=============  ==================================================================
`f`            filter size; 1 for a dense layer
`n_C_prev`     input channels; for a dense layer, the number of inputs
`n_C`          output channels
`groups`       groups into which the channels are split; `n_C` in a depthwise layer
`size`         side of the output map; 1 for a dense layer
`per_channel`  further parameters per output channel: 1 for a bias, 2 for batch norm
=============  ==================================================================
"""

from __future__ import annotations

import math

Layer = dict[str, int]


def conv(f, n_C_prev, n_C, size, per_channel=2, groups=1) -> Layer:
    """A convolution, by default followed by batch norm."""
    return {
        "f": f,
        "n_C_prev": n_C_prev,
        "n_C": n_C,
        "groups": groups,
        "size": size,
        "per_channel": per_channel,
    }


def dense(n_prev, n) -> Layer:
    """A dense layer with biases, as a 1 × 1 convolution on a 1 × 1 map."""
    return conv(1, n_prev, n, size=1, per_channel=1)


def lenet5() -> list[Layer]:
    """LeNet-5 (LeCun et al., 1998); its second convolution reads all channels."""
    return [
        conv(5, 1, 6, 28, 1),
        conv(5, 6, 16, 10, 1),
        dense(400, 120),
        dense(120, 84),
        dense(84, 10),
    ]


def alexnet() -> list[Layer]:
    """AlexNet (Krizhevsky et al., 2012), with its two halves on two GPUs."""
    return [
        conv(11, 3, 96, 55, 1),
        conv(5, 96, 256, 27, 1, groups=2),
        conv(3, 256, 384, 13, 1),
        conv(3, 384, 384, 13, 1, groups=2),
        conv(3, 384, 256, 13, 1, groups=2),
        dense(9216, 4096),
        dense(4096, 4096),
        dense(4096, 1000),
    ]


def vgg16() -> list[Layer]:
    """VGG-16 (Simonyan and Zisserman, 2014), configuration D."""
    layers, n, size = [], 3, 224
    for repeats, n_C in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        for _ in range(repeats):
            layers.append(conv(3, n, n_C, size, 1))
            n = n_C
        size //= 2
    return [*layers, dense(25088, 4096), dense(4096, 4096), dense(4096, 1000)]


def resnet50() -> list[Layer]:
    """ResNet-50 (He et al., 2015), with strides in each stage's first 1 × 1."""
    layers, n, size = [conv(7, 3, 64, 112)], 64, 56
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 * 2**stage
        size = size if stage == 0 else size // 2
        for block in range(blocks):
            if block == 0:
                layers.append(conv(1, n, 4 * width, size))  # the shortcut
            layers += [
                conv(1, n, width, size),
                conv(3, width, width, size),
                conv(1, width, 4 * width, size),
            ]
            n = 4 * width
    return [*layers, dense(n, 1000)]


def inception_3a() -> list[Layer]:
    """GoogLeNet's first inception module (Szegedy et al., 2014), without biases."""
    return [
        conv(1, 192, 64, 28, 0),
        conv(1, 192, 96, 28, 0),
        conv(3, 96, 128, 28, 0),
        conv(1, 192, 16, 28, 0),
        conv(5, 16, 32, 28, 0),
        conv(1, 192, 32, 28, 0),
    ]


def mobilenet_v1() -> list[Layer]:
    """MobileNet (Howard et al., 2017), width 1, 224 pixels."""
    layers, n, size = [conv(3, 3, 32, 112)], 32, 112
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    plan += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    for n_C, s in plan:
        size //= s
        layers += [conv(3, n, n, size, groups=n), conv(1, n, n_C, size)]
        n = n_C
    return [*layers, dense(1024, 1000)]


#: Bottlenecks of MobileNetV2: expansion, channels, repeats, first stride.
MOBILENET_V2 = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_v2() -> list[Layer]:
    """MobileNetV2 (Sandler et al., 2018), width 1, 224 pixels."""
    plan = [(t, n_C, n, s, 3) for t, n_C, n, s in MOBILENET_V2]
    return _inverted_residuals(plan, 32, 1280, 224, squeeze=False)


def efficientnet(depth=1.0, width=1.0, resolution=224) -> list[Layer]:
    """EfficientNet (Tan and Le, 2019): B0, or a scaled version.

    Args:
        depth: factor for the number of blocks per stage, rounded up.
        width: factor for the channels, rounded to multiples of 8.
        resolution: side of the image in pixels.
    """
    plan = [
        (t, _eights(n_C * width), math.ceil(n * depth), s, f)
        for t, n_C, n, s, f in (
            (1, 16, 1, 1, 3),
            (6, 24, 2, 2, 3),
            (6, 40, 2, 2, 5),
            (6, 80, 3, 2, 3),
            (6, 112, 3, 1, 5),
            (6, 192, 4, 2, 5),
            (6, 320, 1, 1, 3),
        )
    ]
    first, last = _eights(32 * width), _eights(1280 * width)
    return _inverted_residuals(plan, first, last, resolution, squeeze=True)


def _eights(n_C: float) -> int:
    """The multiple of 8 nearest to n_C, but not more than 10 % below it."""
    near = max(8, int(n_C + 4) // 8 * 8)
    return near + 8 if near < 0.9 * n_C else near


def _inverted_residuals(plan, first, last, pixels, squeeze) -> list[Layer]:
    size = math.ceil(pixels / 2)
    layers, n = [conv(3, 3, first, size)], first
    for t, n_C, repeats, stride, f in plan:
        for block in range(repeats):
            wide = t * n
            if t > 1:
                layers.append(conv(1, n, wide, size))
            size = math.ceil(size / stride) if block == 0 else size
            layers.append(conv(f, wide, wide, size, groups=wide))
            if squeeze:  # squeeze and excite: two dense layers on channel averages
                layers += [dense(wide, n // 4), dense(n // 4, wide)]
            layers.append(conv(1, wide, n_C, size))
            n = n_C
    return [*layers, conv(1, n, last, size), dense(last, 1000)]

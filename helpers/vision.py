"""Pretrained networks in plain NumPy, forward only, channels last.

Each function takes uint8 RGB pictures as they come from `helpers.data` and does the
network's own preparation itself:

=====================  ==========================  ================================
`mobilenet_v2`         (m, 160, 160, 3)            features (m, 1280)
`vgg16`                (m, height, width, 3)       activations by layer name
`face_detector`        (m, 416, 416, 3)            raw output (m, 13, 13, 5, 5)
`face_embedding`       (m, 150, 150, 3)            embeddings (m, 128)
=====================  ==========================  ================================

The weights are ordinary arrays in ``datasets/NAME.h5``, by layer name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, wraps

import numpy as np

from helpers import nn
from helpers.data import load

Weights = Mapping[str, np.ndarray]


@cache
def weights(name: str) -> dict[str, np.ndarray]:
    """Read a network's weights as float32, once.

    Args:
        name: ``"mobilenet"``, ``"vgg16"``, ``"face_detector"`` or
            ``"face_embedding"``.

    Returns:
        Layer name to array. Read-only: copy before changing.
    """
    data = load(name)
    arrays = {key: np.asarray(data[key], np.float32) for key in data if "." in key}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


# ---------------------------------------------------------------- building blocks


def same_padding(size: int, f: int, stride: int) -> tuple[int, int]:
    """Return how many zeros go before and after, so that the output is size / stride.

    The odd zero goes after, as in TensorFlow.
    """
    total = max((-(-size // stride) - 1) * stride + f - size, 0)
    return total // 2, total - total // 2


def _widths(x: np.ndarray, f: int, stride: int, padding: str):
    """The padding of rows and columns, as `helpers.nn` takes it."""
    if padding == "valid":
        return padding
    return tuple(same_padding(size, f, stride) for size in x.shape[1:3])


def conv2d(x: np.ndarray, W: np.ndarray, stride: int = 1, padding: str = "same"):
    """Convolve.

    Args:
        x: (m, height, width, n_C_prev).
        W: (f, f, n_C_prev, n_C).
        stride: Step between windows.
        padding: ``"same"`` or ``"valid"``.

    Returns:
        (m, n_H, n_W, n_C).
    """
    widths = _widths(x, W.shape[0], stride, padding)
    return nn.conv2d(x, W, stride=stride, padding=widths).data


def depthwise_conv2d(x: np.ndarray, W: np.ndarray, stride: int = 1) -> np.ndarray:
    """Convolve each channel with its own filter, padding "same".

    Args:
        x: (m, height, width, n_C).
        W: (f, f, n_C, 1).
        stride: Step between windows.

    Returns:
        (m, n_H, n_W, n_C).
    """
    widths = _widths(x, W.shape[0], stride, "same")
    return nn.depthwise_conv2d(x, W[..., 0], stride=stride, padding=widths).data


def max_pool(x: np.ndarray, f: int, stride: int, padding: str = "valid") -> np.ndarray:
    """Return the maximum of each f×f window, (m, n_H, n_W, n_C)."""
    return nn.max_pool2d(x, f, stride, _widths(x, f, stride, padding)).data


def mean_pool(x: np.ndarray, f: int) -> np.ndarray:
    """Return the mean of f×f blocks; a remainder at the edge is left out."""
    return nn.average_pool2d(x, f).data


def batch_norm(x: np.ndarray, parameters: np.ndarray, epsilon: float = 1e-3):
    """Normalize with the statistics of training.

    Args:
        x: (…, n_C).
        parameters: (4, n_C), rows gamma, beta, moving mean, moving variance.
        epsilon: Added to the variance.
    """
    gamma, beta, *running = parameters
    return nn.batch_norm(x, gamma, beta, running, training=False, epsilon=epsilon).data


def relu(x: np.ndarray, top: float = np.inf) -> np.ndarray:
    """Cut off below 0 and above `top`."""
    return np.clip(x, 0, top)


# ------------------------------------------------------------------- the networks


def _few_at_a_time(network: Callable) -> Callable:
    """Run a network on eight images at a time, whose maps fit into the cache."""

    @wraps(network)
    def run(images, w=None):
        starts = range(0, max(len(images), 1), 8)
        return np.concatenate([network(images[i : i + 8], w) for i in starts])

    return run


#: Blocks of MobileNetV2: stride of each, 17 in all (table 2 of Sandler et al., 2018).
MOBILENET_STRIDES = (1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)


@_few_at_a_time
def mobilenet_v2(images: np.ndarray, w: Weights | None = None) -> np.ndarray:
    """Features of MobileNetV2 1.0, the mean over all places of its last layer.

    Args:
        images: uint8 RGB (m, height, width, 3), best 160×160.
        w: Weights to use in place of those in ``datasets/mobilenet.h5``.

    Returns:
        (m, 1280) float32, never negative, at most 6.
    """
    w = w or weights("mobilenet")
    x = np.asarray(images, np.float32) / 127.5 - 1
    x = relu(batch_norm(conv2d(x, w["stem.kernel"], 2), w["stem.bn"]), 6)
    for block, stride in enumerate(MOBILENET_STRIDES):
        x = inverted_residual(x, w, f"block_{block}", stride)
    x = relu(batch_norm(conv2d(x, w["top.kernel"]), w["top.bn"]), 6)
    return x.mean(axis=(1, 2))


def inverted_residual(x: np.ndarray, w: Weights, name: str, stride: int) -> np.ndarray:
    """One block of MobileNetV2: expand, depthwise, project; a skip where shapes fit."""
    y = x
    if f"{name}.expand.kernel" in w:  # the first block does not expand
        y = conv2d(y, w[f"{name}.expand.kernel"])
        y = relu(batch_norm(y, w[f"{name}.expand.bn"]), 6)
    y = depthwise_conv2d(y, w[f"{name}.depthwise.kernel"], stride)
    y = relu(batch_norm(y, w[f"{name}.depthwise.bn"]), 6)
    y = conv2d(y, w[f"{name}.project.kernel"])
    y = batch_norm(y, w[f"{name}.project.bn"])
    return x + y if x.shape == y.shape else y


#: What VGG16 takes off each colour channel, in the order blue, green, red.
VGG_MEAN = np.array([104.007, 116.669, 122.679], np.float32)
#: Convolutions of VGG16 up to the first of its fourth block.
VGG_LAYERS = ("conv1_1", "conv1_2", "conv2_1", "conv2_2")
VGG_LAYERS += ("conv3_1", "conv3_2", "conv3_3", "conv4_1")


def vgg16(
    images: np.ndarray, last: str = "conv4_1", w: Weights | None = None
) -> dict[str, np.ndarray]:
    """Activations of VGG16, after each ReLU.

    Args:
        images: RGB 0…255 (m, height, width, 3), any size; floats are welcome.
        last: Where to stop, one of `VGG_LAYERS`.
        w: Weights to use in place of those in ``datasets/vgg16.h5``.

    Returns:
        Layer name to (m, n_H, n_W, n_C), from conv1_1 to `last`.
    """
    w = w or weights("vgg16")
    x = np.asarray(images, np.float32)[..., ::-1] - VGG_MEAN
    activations = {}
    for layer in VGG_LAYERS[: VGG_LAYERS.index(last) + 1]:
        if layer.endswith("_1") and layer != "conv1_1":
            x = max_pool(x, 2, 2)
        x = relu(conv2d(x, w[f"{layer}.kernel"]) + w[f"{layer}.bias"])
        activations[layer] = x
    return activations


#: Width and height of the detector's five anchors, in cells of its 13×13 grid.
FACE_ANCHORS = np.array(
    [
        [1.603231, 2.094468],
        [6.041143, 7.080126],
        [2.882459, 3.518061],
        [4.266906, 5.178857],
        [9.041765, 10.66308],
    ]
)


def face_detector(images: np.ndarray, w: Weights | None = None) -> np.ndarray:
    """Raw output of a Tiny-YOLOv2 that finds faces.

    With cell (row, column), anchor a and sigmoid s, the box of ``t = out[row, column,
    a]`` has its centre at ((column + s(t[0])) / 13, (row + s(t[1])) / 13), the size
    ``FACE_ANCHORS[a] * exp(t[2:4]) / 13``, all as shares of the picture, and the
    confidence s(t[4]).

    Args:
        images: uint8 RGB (m, 416, 416, 3); other multiples of 32 give other grids.
        w: Weights to use in place of those in ``datasets/face_detector.h5``.

    Returns:
        (m, 13, 13, 5, 5) float32: t_x, t_y, t_w, t_h, t_confidence of each anchor.
    """
    w = w or weights("face_detector")
    x = np.asarray(images, np.float32) - np.array([117.001, 114.697, 97.404], "f4")
    x = x / 255
    for layer in range(6):
        if layer == 0:
            # this one convolution has no padding
            x = conv2d(x, w["conv0.kernel"], padding="valid")
        else:
            x = depthwise_conv2d(x, w[f"conv{layer}.depthwise"])
            x = conv2d(x, w[f"conv{layer}.pointwise"])
        x = x + w[f"conv{layer}.bias"]
        x = np.maximum(x, 0.1 * x)  # leaky ReLU
        x = max_pool(x, 2, 1 if layer == 5 else 2, "same")
    x = conv2d(x, w["conv8.kernel"]) + w["conv8.bias"]
    return x.reshape(*x.shape[:3], 5, 5)


#: Residual blocks of the face embedding; "down" halves the picture.
FACE_BLOCKS = ("32_1", "32_2", "32_3", "64_down", "64_1", "64_2", "64_3", "128_down")
FACE_BLOCKS += ("128_1", "128_2", "256_down", "256_1", "256_2", "256_down_out")


@_few_at_a_time
def face_embedding(images: np.ndarray, w: Weights | None = None) -> np.ndarray:
    """Embed faces with a ResNet of 29 layers: near means the same person.

    Args:
        images: uint8 RGB (m, 150, 150, 3), a face filling each.
        w: Weights to use in place of those in ``datasets/face_embedding.h5``.

    Returns:
        (m, 128) float32; two pictures of one person are usually nearer than 0.6.
    """
    w = w or weights("face_embedding")
    x = np.asarray(images, np.float32) - np.array([122.782, 117.001, 104.298], "f4")
    x = relu(_scaled_conv(x / 255, w, "conv32_down", 2, "valid"))
    x = max_pool(x, 3, 2)
    for block in FACE_BLOCKS:
        x = _face_residual(x, w, f"conv{block}")
    return x.mean(axis=(1, 2)) @ w["fc.kernel"]


def _scaled_conv(x, w: Weights, name: str, stride: int = 1, padding: str = "same"):
    y = conv2d(x, w[f"{name}.kernel"], stride, padding) + w[f"{name}.bias"]
    return y * w[f"{name}.scale"] + w[f"{name}.shift"]


def _face_residual(x: np.ndarray, w: Weights, name: str) -> np.ndarray:
    if "down" not in name:
        y = relu(_scaled_conv(x, w, f"{name}.conv1"))
        return relu(x + _scaled_conv(y, w, f"{name}.conv2"))
    y = relu(_scaled_conv(x, w, f"{name}.conv1", 2, "valid"))
    y = _scaled_conv(y, w, f"{name}.conv2")
    skip = mean_pool(x, 2)
    # the skip has fewer channels, the main path may have a row and a column less
    shape = [max(pair) for pair in zip(y.shape, skip.shape, strict=True)]
    total = np.zeros(shape, np.float32)
    for part in (y, skip):
        total[:, : part.shape[1], : part.shape[2], : part.shape[3]] += part
    return relu(total)

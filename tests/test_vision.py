"""helpers.vision: the networks against an independent implementation."""

import numpy as np
import pytest

from helpers import vision
from helpers.data import load


@pytest.mark.parametrize(
    ("name", "forward"),
    [
        ("mobilenet", vision.mobilenet_v2),
        ("vgg16", lambda x: vision.vgg16(x)["conv4_1"]),
        ("face_detector", vision.face_detector),
        ("face_embedding", vision.face_embedding),
    ],
)
def test_network_gives_the_reference_output(name, forward):
    data = load(name)
    output = forward(data.check_x)
    assert output.dtype == np.float32
    # the file keeps four decimals
    np.testing.assert_allclose(output, data.check_y, rtol=1e-5, atol=1.5e-4)


def test_weights_are_float32_and_read_only():
    w = vision.weights("face_detector")
    assert all(array.dtype == np.float32 for array in w.values())
    assert "check_x" not in w
    with pytest.raises(ValueError, match="read-only"):
        w["conv0.bias"][0] = 1


def test_a_batch_is_its_pictures_one_by_one():
    # more than go through the network at once
    pictures = load("photos").rows("train_set_x", slice(0, 9))
    whole = vision.mobilenet_v2(pictures)
    single = np.concatenate([vision.mobilenet_v2(p[None]) for p in pictures])
    np.testing.assert_allclose(whole, single, atol=1e-4)


def test_vgg16_stops_where_it_is_told():
    activations = vision.vgg16(np.zeros((1, 32, 32, 3)), last="conv3_1")
    assert list(activations)[-1] == "conv3_1"
    assert activations["conv1_2"].shape == (1, 32, 32, 64)
    assert activations["conv3_1"].shape == (1, 8, 8, 256)


def test_vgg16_gradient_can_be_taken_with_other_weights():
    w = {
        key: value.astype(np.float64) for key, value in vision.weights("vgg16").items()
    }
    out = vision.vgg16(np.ones((1, 8, 8, 3)), last="conv1_1", w=w)["conv1_1"]
    assert out.dtype == np.float64


def test_the_detector_finds_the_face():
    detector = load("face_detector")
    t = vision.face_detector(detector.check_x)[0]
    confidence = 1 / (1 + np.exp(-t[..., 4]))
    row, column, anchor = np.unravel_index(confidence.argmax(), confidence.shape)
    assert confidence.max() > 0.9
    assert np.sum(confidence > 0.5) == 1
    x, y = 1 / (1 + np.exp(-t[row, column, anchor, :2]))
    width = vision.FACE_ANCHORS[anchor, 0] * np.exp(t[row, column, anchor, 2]) / 13
    # Eileen Collins's face, a little left of the middle, in the upper third
    assert abs((column + x) / 13 - 0.43) < 0.03
    assert abs((row + y) / 13 - 0.26) < 0.04
    assert 0.15 < width < 0.35


def test_the_embedding_tells_a_face_from_a_cat():
    face = load("face_embedding").check_x
    brighter = np.minimum(face * 1.15, 255).astype(np.uint8)
    cat = load("photos_160").train_x[:1, :150, :150]
    a, b, c = vision.face_embedding(np.concatenate([face, brighter, cat]))
    assert np.linalg.norm(a - b) < 0.3
    assert np.linalg.norm(a - c) > 0.6


def test_same_padding():
    assert vision.same_padding(160, 3, 2) == (0, 1)
    assert vision.same_padding(5, 3, 1) == (1, 1)
    assert vision.same_padding(8, 1, 1) == (0, 0)
    assert vision.same_padding(7, 3, 2) == (1, 1)


def test_convolution_against_loops():
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 3, 3, 4))
    for stride, padding in [(1, "same"), (2, "same"), (1, "valid"), (2, "valid")]:
        got = vision.conv2d(x, W, stride, padding)
        padded = x
        if padding == "same":
            pads = [vision.same_padding(n, 3, stride) for n in (6, 5)]
            padded = np.pad(x, [(0, 0), *pads, (0, 0)])
        for i in range(got.shape[1]):
            for j in range(got.shape[2]):
                top, left = i * stride, j * stride
                part = padded[:, top : top + 3, left : left + 3]
                wanted = np.einsum("mijc,ijck->mk", part, W)
                np.testing.assert_allclose(got[:, i, j], wanted)


def test_depthwise_convolution_is_one_convolution_a_channel():
    rng = np.random.default_rng(1)
    x, W = rng.normal(size=(2, 7, 6, 3)), rng.normal(size=(3, 3, 3, 1))
    for stride in (1, 2):
        got = vision.depthwise_conv2d(x, W, stride)
        for c in range(3):
            alone = vision.conv2d(x[..., c : c + 1], W[:, :, c : c + 1], stride)
            np.testing.assert_allclose(got[..., c : c + 1], alone)


def test_pooling():
    x = np.arange(2 * 5 * 4, dtype=float).reshape(1, 5, 4, 2)
    np.testing.assert_array_equal(
        vision.max_pool(x, 2, 2)[0, :, :, 0], [[10, 14], [26, 30]]
    )
    assert vision.max_pool(x, 2, 2, "same").shape == (1, 3, 2, 2)
    np.testing.assert_array_equal(
        vision.mean_pool(x, 2)[0, :, :, 1], [[6, 10], [22, 26]]
    )

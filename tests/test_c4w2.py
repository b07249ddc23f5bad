"""C4W2 against outside witnesses: PyTorch, numerical gradients, published figures."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import signal

from autograder.checks.C4W2.augmentation import tinted
from autograder.checks.reference import reference
from helpers import architectures, data, nn, vision
from helpers.checks.compare import Tolerance, difference
from helpers.drivers.C4W2 import (
    color_shifts,
    crops,
    fine_tuning,
    identity,
    pca_shifts,
)
from helpers.functional import Net
from helpers.gradients import numerical_derivative
from tests.recap import printed

lab = reference("C4W2")


def network(run, shape, seed=0):
    """A model in double precision whose batch norms have statistics of their own."""
    rng = np.random.default_rng(seed)
    net = Net(run, np.zeros(shape), rng=rng).astype(np.float64)
    for layer in net.layers:
        if isinstance(layer, nn.BatchNorm):
            n_C = layer.gamma.size
            layer.gamma.data[...] = rng.uniform(0.5, 1.5, n_C)
            layer.beta.data[...] = rng.normal(size=n_C)
            layer.running_mean[...] = rng.normal(size=n_C)
            layer.running_var[...] = rng.uniform(0.5, 2, n_C)
    return net


BLOCKS = {
    "identity": lambda X, net: lab.identity_block(X, 3, (2, 3, 4), net=net),
    "convolutional": lambda X, net: lab.convolutional_block(X, 3, (2, 3, 5), net=net),
    "inception": lambda X, net: lab.inception_module(
        X, (2, (1, 3), (2, 2), 1), net=net
    ),
    "bottleneck": lambda X, net: lab.mobilenet_bottleneck(X, 3, 4, 1, net=net),
    "strided": lambda X, net: lab.mobilenet_bottleneck(X, 2, 5, 2, net=net),
    "whole": lambda X, net: lab.ResNet(X, (1, 2), 3, width=2, net=net),
}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("training", [True, False])
def test_blocks_agree_with_numerical_gradients(name, training):
    rng = np.random.default_rng(1)
    net = network(BLOCKS[name], (2, 6, 5, 4)).train(training)
    X = rng.normal(size=(2, 6, 5, 4))
    R = rng.normal(size=net(X).shape)
    x = nn.Tensor(X, requires_grad=True)
    nn.mean(net(x) * R).backward()
    perturbed = X.copy()
    close = 0
    for _ in range(12):
        position = tuple(rng.integers(0, X.shape))
        numerical = numerical_derivative(
            lambda now: np.mean(net(now).data * R), perturbed, position
        )
        close += abs(numerical - x.grad[position]) < 1e-6 + 1e-4 * abs(numerical)
    assert close >= 11  # a kink of a ReLU may lie between the two points


def test_depthwise_agrees_with_scipy_and_pointwise_with_conv_1x1():
    rng = np.random.default_rng(2)
    X, W = rng.normal(size=(2, 6, 7, 3)), rng.normal(size=(3, 3, 3))
    Z = lab.depthwise_conv(X, W)
    for i in range(2):
        for c in range(3):
            expected = signal.correlate2d(X[i, :, :, c], W[:, :, c], mode="valid")
            np.testing.assert_allclose(Z[i, :, :, c], expected, atol=1e-12)
    mix, b = rng.normal(size=(3, 5)), np.zeros((1, 1, 1, 5))
    one = lab.conv_1x1(X, mix[np.newaxis, np.newaxis], b)
    np.testing.assert_allclose(lab.pointwise_conv(X, mix), one)


@pytest.mark.parametrize(
    ("table", "parameters", "products"),
    [
        (architectures.lenet5(), 61_706, 416_520),
        (architectures.alexnet(), 60_965_224, 724_406_816),
        (architectures.vgg16(), 138_357_544, 15_470_264_320),  # as torchvision counts
        (architectures.resnet50(), 25_557_032, 3_857_973_248),
        (architectures.mobilenet_v2(), 3_504_872, 300_774_272),
        (architectures.efficientnet(), 5_288_548, 385_814_752),
        (architectures.efficientnet(1.1, 1.0, 240), 7_794_184, None),
        (architectures.efficientnet(1.2, 1.1, 260), 9_109_994, None),
        (architectures.efficientnet(1.4, 1.2, 300), 12_233_232, None),
    ],
)
def test_counts_are_those_published(table, parameters, products):
    assert lab.count_parameters(table) == parameters
    if products:
        assert lab.count_multiplies(table) == products


def test_paper_figures_in_millions():
    assert round(lab.count_multiplies(architectures.mobilenet_v1()) / 1e6) == 569
    assert round(lab.count_parameters(architectures.mobilenet_v1()) / 1e6, 1) == 4.2
    inception = architectures.inception_3a()
    assert round(lab.count_multiplies(inception) / 1e6) == 128
    assert lab.count_parameters(inception) // 1024 == 159  # "159K"


def test_worked_numbers():
    assert lab.separable_ratio(5, 3) == pytest.approx(672 / 2160)
    row = {"groups": 1, "size": 1, "per_channel": 0}
    bottleneck = [
        row | {"f": 1, "n_C_prev": 5, "n_C": 30},
        row | {"f": 3, "n_C_prev": 30, "n_C": 30, "groups": 30},
        row | {"f": 1, "n_C_prev": 30, "n_C": 20},
    ]
    assert lab.count_parameters(bottleneck) == 1020
    assert np.prod(np.power(lab.compound_scaling(1), [1, 2, 2])) == pytest.approx(
        1.92, abs=0.005
    )


def test_bottlenecks_carry_the_pretrained_network():
    """The lab's own blocks, with the real weights, give the features of PyTorch."""
    known, weights = data.load("mobilenet"), vision.weights("mobilenet")

    def run(X, net):
        X = nn.relu(net.batch_norm(net.conv(X, 32, f=3, s=2), 1e-3), 6)
        for t, n_C, repeats, s in architectures.MOBILENET_V2:
            for i in range(repeats):
                X = lab.mobilenet_bottleneck(X, t, n_C, s if i == 0 else 1, net=net)
        return nn.mean(nn.relu(net.batch_norm(net.conv(X, 1280)), 6), axis=(1, 2))

    net = Net(run, np.zeros((1, 32, 32, 3)), rng=np.random.default_rng(0))
    parts = ("expand", "depthwise", "project")
    names = [f"block_{i}.{part}" for i in range(17) for part in parts][1:]
    for i, name in enumerate(["stem", *names, "top"]):
        layer, norm = net.layers[2 * i : 2 * i + 2]
        layer.W.data[...] = weights[f"{name}.kernel"].reshape(layer.W.shape)
        norm.gamma.data[...], norm.beta.data[...] = weights[f"{name}.bn"][:2]
        norm.running_mean[...], norm.running_var[...] = weights[f"{name}.bn"][2:]
        norm.options["epsilon"] = 1e-3
    assert net.count_parameters() == 2_223_872
    features = net.predict(known.check_x / np.float32(127.5) - 1)
    np.testing.assert_allclose(features, known.check_y, atol=1e-3)


def test_pca_shift_lies_along_the_colours_of_the_image():
    grey = np.random.default_rng(0).normal(size=(8, 8, 1)) * [1.0, 2.0, -1.0]
    shift = (lab.pca_color_augmentation(grey, 3) - grey)[0, 0]
    np.testing.assert_allclose(shift / shift[0], [1, 2, -1])


def test_mirror_twice_is_nothing_and_crops_come_from_everywhere():
    X = np.random.default_rng(0).normal(size=(4, 5, 3))
    np.testing.assert_array_equal(lab.mirror(lab.mirror(X)), X)
    corners = {float(lab.random_crop(X, 4, seed)[0, 0, 0]) for seed in range(60)}
    assert corners == {float(X[0, 0, 0]), float(X[0, 1, 0])}


@pytest.mark.parametrize(("stride", "f"), [(1, 3), (2, 3), (2, 5), (1, 1)])
def test_convolutions_of_the_framework_agree_with_pytorch(stride, f):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(f)
    X, W = rng.normal(size=(2, 9, 8, 4)), rng.normal(size=(f, f, 4, 6))
    there = torch.tensor(X.transpose(0, 3, 1, 2))
    functional, pad = torch.nn.functional, f // 2

    def back(z):
        return z.permute(0, 2, 3, 1).numpy()

    w = torch.tensor(W.transpose(3, 2, 0, 1))
    ours = nn.conv2d(X, W, stride=stride, padding=pad).data
    np.testing.assert_allclose(
        ours, back(functional.conv2d(there, w, stride=stride, padding=pad)), atol=1e-11
    )
    w = torch.tensor(W[..., :1].transpose(2, 3, 0, 1))
    ours = nn.depthwise_conv2d(X, W[..., 0], stride=stride, padding=pad).data
    theirs = functional.conv2d(there, w, stride=stride, padding=pad, groups=4)
    np.testing.assert_allclose(ours, back(theirs), atol=1e-11)
    if stride == 1:
        ours = lab.depthwise_conv(
            np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0))), W[..., 0]
        )
        np.testing.assert_allclose(ours, back(theirs), atol=1e-11)
    V = rng.normal(size=(f, f, 6, 4))
    w = torch.tensor(V.transpose(3, 2, 0, 1))
    ours = nn.conv2d_transpose(X, V, stride=stride, padding=pad).data
    theirs = functional.conv_transpose2d(there, w, stride=stride, padding=pad)
    np.testing.assert_allclose(ours, back(theirs), atol=1e-11)


def test_a_residual_block_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(3)
    net = network(BLOCKS["convolutional"], (2, 6, 5, 4)).eval()
    X = rng.normal(size=(2, 6, 5, 4))

    def conv(x, layer, stride=1, padding=0):
        w = torch.tensor(layer.W.data.transpose(3, 2, 0, 1))
        return torch.nn.functional.conv2d(x, w, stride=stride, padding=padding)

    def norm(x, layer):
        arrays = (layer.running_mean, layer.running_var, layer.gamma.data)
        mean, var, gamma, beta = map(torch.tensor, (*arrays, layer.beta.data))
        return torch.nn.functional.batch_norm(x, mean, var, gamma, beta)

    there = torch.tensor(X.transpose(0, 3, 1, 2))
    c0, b0, c1, b1, c2, b2, c3, b3 = net.layers  # the shortcut is asked for first
    y = torch.relu(norm(conv(there, c1, 2), b1))
    y = torch.relu(norm(conv(y, c2, padding=1), b2))
    y = torch.relu(norm(conv(y, c3), b3) + norm(conv(there, c0, 2), b0))
    np.testing.assert_allclose(net(X).data, y.permute(0, 2, 3, 1).numpy(), atol=1e-11)


@pytest.mark.parametrize(
    "answer", [{"loss": [1.0, 2.0, 3.0]}, 0.5, [[1.0], [2.0], [3.0]]]
)
def test_what_is_no_list_of_losses_is_said_in_words(answer):
    X, Y = np.random.default_rng(0).normal(size=(6, 4, 4, 2)), np.arange(6) % 3
    found = fine_tuning(lambda *arguments: answer, X, Y, 7, 0.1, 3)
    assert found["returned"] != "a list of 3 numbers"
    right = fine_tuning(lambda *arguments: [1.0, 0.9, 0.8], X, Y, 7, 0.1, 3)
    assert right["returned"] == "a list of 3 numbers"


@pytest.mark.parametrize("size", [1, 3])
def test_three_draws_are_told_from_one(size):
    image = np.random.default_rng(1).normal(size=(5, 6, 3)) * [0.5, 0.2, 0.1]
    variances, directions = np.linalg.eigh(np.cov(image.reshape(-1, 3).T))

    def shift(X, seed):
        alpha = np.random.default_rng(seed).normal(0, 0.1, size)
        return X + directions @ (alpha * variances)

    found = pca_shifts(shift, image, directions)
    assert found["all pixels are shifted alike"]
    assert found["the three draws are independent"] == (size == 3)


def counted(function):
    """The function, and a list that grows with each of its calls."""
    calls = []

    def called(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return called, calls


@pytest.mark.parametrize(
    ("driver", "arguments", "right", "wrong", "all_of_them"),
    [
        (
            crops,
            (5, 6, 3),
            lab.random_crop,
            lambda X, size, seed: lab.random_crop(X[:-1], size, seed),
            20 * 3 * 4,
        ),
        (
            color_shifts,
            (120, 3),
            lab.color_shift,
            lambda X, seed, most: lab.color_shift(X, seed, most - 1),
            200,
        ),
        (
            pca_shifts,
            tinted(np.random.default_rng(4))[:2],
            lab.pca_color_augmentation,
            lambda X, seed: lab.pca_color_augmentation(X, seed, 0.16),
            200,
        ),
    ],
)
def test_only_after_all_draws_is_a_random_function_refused(
    driver, arguments, right, wrong, all_of_them
):
    function, calls = counted(right)
    expected = driver(function, *arguments)
    assert len(calls) < all_of_them / 2
    function, calls = counted(wrong)
    assert difference(expected, driver(function, *arguments), Tolerance(atol=0.3))
    assert len(calls) >= all_of_them


def test_networks_are_run_where_batch_norm_hides_no_factor():
    X = np.random.default_rng(0).normal(size=(2, 4, 4, 3))

    def tripled(X, f, filters, *, net):
        X = nn.relu(net.batch_norm(3 * net.conv(X, filters[0])))
        X = nn.relu(net.batch_norm(net.conv(X, filters[1], f=f)))
        return nn.relu(net.batch_norm(net.conv(X, filters[2])) + X)

    def plain(X, f, filters, *, net):
        X = nn.relu(net.batch_norm(net.conv(X, filters[0])))
        X = nn.relu(net.batch_norm(net.conv(X, filters[1], f=f)))
        return nn.relu(net.batch_norm(net.conv(X, filters[2])) + X)

    one, other = (identity(f, X, 3, (3, 3, 3)) for f in (plain, tripled))
    assert difference(one, other).place.startswith("result['output']")


def test_a_step_that_is_not_recorded_shows_in_the_gradient():
    X = np.random.default_rng(0).normal(size=(2, 4, 4, 3))

    def not_recorded(X, f, filters, *, net):
        return lab.identity_block(nn.Tensor(X.data), f, filters, net=net)

    right = identity(lab.identity_block, X, 3, (2, 2, 3))
    found = difference(right, identity(not_recorded, X, 3, (2, 2, 3)))
    assert found.place == "result['gradient with respect to X']"


def test_the_printed_pytorch_code_freezes_all_but_the_new_head():
    torch = pytest.importorskip("torch")

    def mobilenet_v2(weights):
        net = torch.nn.Module()  # the two parts of torchvision's, but small
        net.features = torch.nn.Sequential(
            torch.nn.Conv2d(3, 1280, 1), torch.nn.BatchNorm2d(1280)
        )
        net.classifier = torch.nn.Sequential(
            torch.nn.Dropout(0.2), torch.nn.Linear(1280, 1000)
        )
        return net

    def jitter(*, brightness=0, hue=0):  # torchvision's defaults change nothing
        assert min(brightness, hue) > 0

    torchvision = SimpleNamespace(
        models=SimpleNamespace(mobilenet_v2=mobilenet_v2),
        transforms=SimpleNamespace(RandomResizedCrop=int, ColorJitter=jitter),
    )
    names = {"torch": torch, "torchvision": torchvision}
    exec(printed("C4W2", "mobilenet"), names)  # text of ours
    net = names["net"]
    before = {name: value.clone() for name, value in net.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], 0.1)
    scores = net.classifier(net.features(torch.rand(4, 3, 2, 2)).mean(dim=(2, 3)))
    scores.pow(2).sum().backward()
    optimizer.step()
    changed = {
        name
        for name, value in net.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert changed == {"classifier.1.weight", "classifier.1.bias"}
    # What the sentence below the code says: the weights alone do not hold the averages.
    net.train()
    net.features(torch.rand(4, 3, 2, 2))
    assert not torch.equal(
        net.features[1].running_mean, before["features.1.running_mean"]
    )

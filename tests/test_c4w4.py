"""C4W4 against outside witnesses: PyTorch, numerical gradients, SciPy, references."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import ndimage, special
from scipy.spatial import distance

from autograder.checks.reference import reference
from helpers import data, nn, vision
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = reference("C4W4")


# --- triplets ------------------------------------------------------------------------


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_triplet_loss_and_gradient_agree_with_pytorch(alpha):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    arrays = tuple(rng.normal(size=(3, 9, 4)))
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    loss = torch.nn.functional.triplet_margin_with_distance_loss(
        *tensors,
        margin=alpha,
        reduction="sum",
        distance_function=lambda u, v: ((u - v) ** 2).sum(dim=1),
    )
    loss.backward()
    np.testing.assert_allclose(lab.triplet_loss(None, arrays, alpha), loss.item())
    gradients = lab.triplet_gradient(None, arrays, alpha)
    for ours, theirs in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), atol=1e-12)
    assert any((g == 0).all(axis=1).any() for g in gradients) or alpha > 1


def test_triplet_gradient_agrees_with_numerical_gradients():
    rng = np.random.default_rng(1)
    y_pred = rng.normal(size=(3, 6, 3))
    expected = numerical_gradient(
        lambda e: lab.triplet_loss(None, tuple(e), 0.7), y_pred
    )
    gradients = lab.triplet_gradient(None, tuple(y_pred), 0.7)
    np.testing.assert_allclose(np.stack(gradients), expected, atol=1e-7)


def test_triplets_by_hand():
    A, P, N = (np.array([p]) for p in ([0.0, 0.0], [1.0, 0.0], [1.0, 1.0]))
    assert lab.triplet_loss(None, (A, P, N)) == 0
    assert lab.triplet_loss(None, (A, N, P)) == pytest.approx(1.2)
    assert lab.triplet_loss(None, (A, P, P)) == pytest.approx(0.2)
    u = (np.array([[1.0, 0]]), np.array([[0.6, 0.8]]), np.array([[0.8, 0.6]]))
    assert lab.triplet_loss(None, u) == pytest.approx(0.6)


def test_a_gradient_step_lowers_the_loss():
    rng = np.random.default_rng(2)
    y_pred = rng.normal(size=(3, 20, 5))
    before = lab.triplet_loss(None, tuple(y_pred))
    y_pred -= 0.01 * np.stack(lab.triplet_gradient(None, tuple(y_pred)))
    assert lab.triplet_loss(None, tuple(y_pred)) < before


def test_hard_triplets_are_the_costliest():
    rng = np.random.default_rng(3)
    E, labels = rng.normal(size=(12, 3)), rng.integers(0, 4, 12)
    D = distance.cdist(E, E, "sqeuclidean")
    found = {(a, p): n for a, p, n in lab.hard_triplets(E, labels, 0.5)}
    for a, p in np.ndindex(12, 12):
        if a == p or labels[a] != labels[p]:
            assert (a, p) not in found
            continue
        costs = np.where(labels == labels[a], -np.inf, D[a, p] - D[a] + 0.5)
        assert ((a, p) in found) == (costs.max() > 0)
        if (a, p) in found:
            assert found[a, p] == costs.argmax()


def test_hard_triplets_of_nobody():
    E = np.zeros((3, 2))
    for labels in ([0, 0, 0], [0, 1, 2]):
        assert lab.hard_triplets(E, np.array(labels), 0.2).shape == (0, 3)


# --- at the door ---------------------------------------------------------------------


def test_strangers_and_unknown_names_stay_outside():
    known = {"a": np.zeros(3), "b": np.ones(3)}
    assert lab.verify(np.zeros(3), "a", known) == (0.0, True)
    assert lab.verify(np.zeros(3), "b", known)[1] is False
    assert lab.verify(np.zeros(3), "nobody", known) == (np.inf, False)
    assert lab.who_is_it(np.full(3, 0.9), known)[1] == "b"
    assert lab.who_is_it(np.full(3, 9.0), known)[1] is None
    assert lab.who_is_it(np.zeros(3), {}) == (np.inf, None)
    corner = np.array([0.3, 0.4, 0.0])
    assert lab.verify(corner, "a", known, threshold=0.5) == (0.5, False)
    assert lab.who_is_it(corner, known, threshold=0.5) == (0.5, None)


def test_pairs_agree_with_scipy():
    rng = np.random.default_rng(4)
    e1, e2 = rng.normal(size=(2, 7, 4))
    y = lab.pairwise_logistic(e1, e2, np.full((4, 1), -0.5), 0.3)
    streets = [distance.cityblock(u, v) for u, v in zip(e1, e2, strict=True)]
    np.testing.assert_allclose(y[:, 0], special.expit(0.3 - 0.5 * np.array(streets)))
    assert lab.chi_square(np.zeros((1, 2)), np.zeros((1, 2))).tolist() == [[0, 0]]
    u, v = rng.random((2, 3, 5))
    expected = (u - v) ** 2 / (u + v)
    np.testing.assert_allclose(lab.chi_square(u, v), expected)


# --- style ---------------------------------------------------------------------------


def torch_costs(torch, a_S, a_C, a_G):
    """Content and style cost of one layer as PyTorch works them out, and gradients."""
    found = []
    for name in ("content", "style"):
        G = torch.tensor(a_G, requires_grad=True)
        if name == "content":
            n = G.numel()
            J = torch.nn.functional.mse_loss(G, torch.tensor(a_C), reduction="sum")
            J = J / (4 * n)
        else:
            grams = [
                torch.einsum("mhwi,mhwj->ij", a, a) for a in (torch.tensor(a_S), G)
            ]
            J = (grams[0] - grams[1]).pow(2).sum() / (4 * G.numel() ** 2)
        J.backward()
        found.append((J.item(), G.grad.numpy()))
    return found


@pytest.mark.parametrize("shape", [(1, 3, 4, 2), (1, 5, 2, 6)])
def test_costs_and_their_gradients_agree_with_pytorch(shape):
    torch = pytest.importorskip("torch")
    a_S, a_C, a_G = np.random.default_rng(5).normal(size=(3, *shape))
    expected = torch_costs(torch, a_S, a_C, a_G)
    functions = (
        lambda G: lab.compute_content_cost(a_C, G),
        lambda G: lab.compute_layer_style_cost(a_S, G),
    )
    for function, (value, gradients) in zip(functions, expected, strict=True):
        G = nn.Tensor(a_G, requires_grad=True)
        J = function(G)
        J.backward()
        np.testing.assert_allclose(J.item(), value)
        np.testing.assert_allclose(G.grad, gradients, atol=1e-12)


def test_gradients_of_the_costs_agree_with_numerical_ones():
    rng = np.random.default_rng(6)
    a_S = {"one": rng.normal(size=(1, 2, 3, 2)), "two": rng.normal(size=(1, 1, 2, 3))}
    a = rng.normal(size=(1, 2, 3, 2))
    fixed = nn.Tensor(rng.normal(size=(1, 1, 2, 3)))
    layers = [("one", 0.3), ("two", 0.7)]

    def cost(x):
        x = x if isinstance(x, nn.Tensor) else nn.Tensor(x)
        J_style = lab.compute_style_cost(a_S, {"one": x, "two": fixed}, layers)
        return lab.total_cost(lab.compute_content_cost(a_S["one"], x), J_style, 2, 5)

    G = nn.Tensor(a, requires_grad=True)
    cost(G).backward()
    gradients = numerical_gradient(lambda x: cost(x).item(), a)
    np.testing.assert_allclose(G.grad, gradients, rtol=1e-6, atol=1e-9)


def test_style_forgets_positions_and_content_does_not():
    rng = np.random.default_rng(7)
    a = rng.normal(size=(1, 4, 5, 3))
    moved = rng.permutation(a.reshape(20, 3)).reshape(a.shape)
    assert lab.compute_layer_style_cost(a, nn.Tensor(moved)).item() < 1e-20
    assert lab.compute_content_cost(a, nn.Tensor(moved)).item() > 0.1


def vgg(image):
    """VGG16 to conv2_1 with the operations of `helpers.nn`, as the lab does it."""
    w = vision.weights("vgg16")
    A, seen = 255 * image - vision.VGG_MEAN[::-1], {}
    for layer in ("conv1_1", "conv1_2", "conv2_1"):
        W = w[f"{layer}.kernel"]
        W = W[:, :, ::-1] if layer == "conv1_1" else W
        A = nn.max_pool2d(A, 2, 2) if layer == "conv2_1" else A
        A = nn.relu(nn.conv2d(A, W, w[f"{layer}.bias"], padding="same"))
        seen[layer] = A
    return seen


def test_differentiable_vgg_is_vgg():
    image = data.load("vgg16").check_x
    ours, theirs = vgg(image / np.float32(255)), vision.vgg16(image, "conv2_1")
    for layer, a in ours.items():
        scale = np.abs(theirs[layer]).max()
        np.testing.assert_allclose(a.data, theirs[layer], atol=1e-5 * scale)


def test_pretrained_networks_give_their_reference_values():
    for name, run in [
        ("vgg16", lambda x: vision.vgg16(x)["conv4_1"]),
        ("face_embedding", vision.face_embedding),
    ]:
        known = data.load(name)
        output = run(known.check_x)
        scale = max(1.0, np.abs(known.check_y).max())
        assert np.abs(output - known.check_y).max() < 1e-4 * scale


def test_steps_lower_the_cost_of_real_features():
    art = data.load("art")
    C = art.content[:1, 60:84, 60:84] / np.float32(255)
    S = art.style[:1, 60:84, 60:84] / np.float32(255)
    layers = [("conv1_1", 0.5), ("conv2_1", 0.5)]
    goal = {
        "content_layer": "conv1_2",
        "a_C": vgg(C)["conv1_2"].data,
        "STYLE_LAYERS": layers,
        "a_S": {name: vgg(S)[name].data for name, _ in layers},
    }
    G = nn.Tensor(C.copy(), requires_grad=True)
    optimizer = nn.Adam([G], 0.02)
    costs = [lab.train_step(G, vgg, goal, optimizer) for _ in range(12)]
    assert costs[-1] < 0.5 * costs[0]
    assert G.data.min() >= 0
    assert G.data.max() <= 1


# --- one and three dimensions --------------------------------------------------------


@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 0), (1, 2), (3, 1)])
def test_convolutions_agree_with_pytorch(stride, pad):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(8)
    for ours, theirs, sizes, f in [
        (lab.conv1d, torch.nn.functional.conv1d, (9,), (3,)),
        (lab.conv3d, torch.nn.functional.conv3d, (4, 6, 5), (2, 3, 4)),
    ]:
        x, W = rng.normal(size=(2, *sizes, 3)), rng.normal(size=(*f, 3, 4))
        b = rng.normal(size=4)
        expected = theirs(
            torch.tensor(np.moveaxis(x, -1, 1)),
            torch.tensor(np.moveaxis(W, (-1, -2), (0, 1)).copy()),
            torch.tensor(b),
            stride=stride,
            padding=pad,
        )
        expected = np.moveaxis(expected.numpy(), 1, -1)
        np.testing.assert_allclose(ours(x, W, b, stride, pad), expected, atol=1e-12)


def test_convolutions_agree_with_scipy():
    rng = np.random.default_rng(9)
    x, W = rng.normal(size=(6, 7, 5)), rng.normal(size=(3, 3, 3))
    expected = ndimage.correlate(x, W, mode="constant")
    ours = lab.conv3d(x[None, ..., None], W[..., None, None], np.zeros(1), pad=1)
    np.testing.assert_allclose(ours[0, ..., 0], expected, atol=1e-12)
    expected = ndimage.correlate1d(x[0, :, 0], W[0, 0], mode="constant")
    ours = lab.conv1d(x[:1, :, :1], W[0, 0][:, None, None], np.zeros(1), pad=1)
    np.testing.assert_allclose(ours[0, :, 0], expected, atol=1e-12)


def test_the_printed_pytorch_code_computes_the_style_cost():
    """With a small network in place of VGG-16; what it says of the triplet loss too."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(3, 4, 3, padding=1)] + 20 * [torch.nn.ReLU()]
    network = SimpleNamespace(features=torch.nn.Sequential(*layers))
    style, content = torch.rand(2, 1, 3, 5, 6)
    a_S = network.features[:19](style)
    rows = a_S[0].flatten(1)
    names = {
        "torch": torch,
        "torchvision": SimpleNamespace(
            models=SimpleNamespace(vgg16=lambda weights: network)
        ),
        "model": lambda x: 3 * x,
        "x": torch.rand(2, 7),
        "content": content,
        "gram_S": (rows @ rows.T).detach(),
    }
    exec(printed("C4W4"), names)  # text of ours
    a_G = network.features[:19](content)

    def last(a):
        return a.detach().permute(0, 2, 3, 1).numpy().astype(float)

    ours = lab.compute_layer_style_cost(last(a_S), nn.Tensor(last(a_G)))
    assert names["J"].item() == pytest.approx(ours.item(), rel=1e-4)
    names["J"].backward()
    assert names["G"].grad.abs().max() > 0
    np.testing.assert_allclose(names["e"].norm(dim=1).numpy(), 1, rtol=1e-6)
    A, P, N = (torch.tensor([[p]]) for p in (0.0, 2.0, 3.0))
    assert names["loss"](A, N, P).item() == pytest.approx(3 - 2 + 0.2, abs=1e-4)
    y_pred = [t.numpy() for t in (A, N, P)]
    assert lab.triplet_loss(None, y_pred) == pytest.approx(9 - 4 + 0.2)


def test_the_printed_vgg_is_cut_behind_conv4_1():
    """The 19 layers of `vgg[:19]`, counted by VGG-16's own configuration."""
    blocks = [2, 2, 3, 3, 3]  # convolutions, each with a ReLU, then a pooling
    names = []
    for i, count in enumerate(blocks, 1):
        for j in range(1, count + 1):
            names += [f"conv{i}_{j}", f"relu{i}_{j}"]
        names.append(f"pool{i}")
    assert names[:19][-2:] == ["conv4_1", "relu4_1"]
    assert "vgg[:19]" in printed("C4W4")

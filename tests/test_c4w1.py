"""C4W1 against outside witnesses: SciPy, PyTorch, numerical gradients, work by hand."""

import warnings

import numpy as np
import pytest
from scipy import ndimage, signal

from autograder.checks.check import load
from autograder.checks.reference import reference
from helpers.checks.verdict import judge
from helpers.gradients import numerical_derivative
from tests.recap import printed

lab = reference("C4W1")
LAYERS = [(1, 0, 3), (1, 1, 3), (2, 0, 2), (2, 1, 3), (3, 2, 4), (2, 2, 5)]


def layer(rng, stride, pad, f, n_C_prev=3, n_C=4):
    """A convolutional layer's arguments, height unlike width."""
    return (
        rng.normal(size=(2, 7, 8, n_C_prev)),
        rng.normal(size=(f, f, n_C_prev, n_C)),
        rng.normal(size=(1, 1, 1, n_C)),
        {"stride": stride, "pad": pad},
    )


@pytest.mark.parametrize(("stride", "pad", "f"), LAYERS)
def test_forward_agrees_with_scipy(stride, pad, f):
    A, W, b, hparameters = layer(np.random.default_rng(f), stride, pad, f)
    Z, _ = lab.conv_forward(A, W, b, hparameters)
    fast, _ = lab.conv_forward_fast(A, W, b, hparameters)
    padded = np.pad(A, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    for i in range(len(A)):
        for c in range(W.shape[3]):
            full = signal.correlate(padded[i], W[..., c], mode="valid")[..., 0]
            expected = full[::stride, ::stride] + b[0, 0, 0, c]
            np.testing.assert_allclose(Z[i, :, :, c], expected, atol=1e-12)
            np.testing.assert_allclose(fast[i, :, :, c], expected, atol=1e-12)


@pytest.mark.parametrize(("stride", "pad", "f"), LAYERS)
def test_backward_agrees_with_numerical_gradients(stride, pad, f):
    rng = np.random.default_rng(10 + f)
    A, W, b, hparameters = layer(rng, stride, pad, f, 2, 3)
    Z, cache = lab.conv_forward_fast(A, W, b, hparameters)
    dZ = rng.normal(size=Z.shape)

    def cost():
        return np.sum(dZ * lab.conv_forward_fast(A, W, b, hparameters)[0])

    for array, gradient in zip((A, W, b), lab.conv_backward(dZ, cache), strict=True):
        assert gradient.shape == array.shape
        for _ in range(12):
            index = tuple(rng.integers(0, array.shape))
            assert gradient[index] == pytest.approx(
                numerical_derivative(lambda _: cost(), array, index, 1e-5),
                rel=1e-6,
                abs=1e-8,
            )


@pytest.mark.parametrize("mode", ["max", "average"])
@pytest.mark.parametrize(("f", "stride"), [(2, 2), (3, 2), (2, 3), (3, 1)])
def test_pooling_backward_agrees_with_numerical_gradients(mode, f, stride):
    rng = np.random.default_rng(f * stride)
    A_prev = rng.normal(size=(2, 7, 6, 2))
    A, cache = lab.pool_forward(A_prev, {"f": f, "stride": stride}, mode)
    dA = rng.normal(size=A.shape)
    gradient = lab.pool_backward(dA, cache, mode)

    def cost():
        return np.sum(dA * lab.pool_forward(A_prev, cache[1], mode)[0])

    for index in np.ndindex(*A_prev.shape):
        assert gradient[index] == pytest.approx(
            numerical_derivative(lambda _: cost(), A_prev, index, 1e-5), abs=1e-8
        )


def test_backward_is_the_adjoint_of_forward():
    rng = np.random.default_rng(5)
    A, W, b, hparameters = layer(rng, 2, 1, 3)
    Z, cache = lab.conv_forward_fast(A, W, 0 * b, hparameters)
    dZ = rng.normal(size=Z.shape)
    dA, dW, _ = lab.conv_backward(dZ, cache)
    assert np.vdot(Z, dZ) == pytest.approx(np.vdot(A, dA))
    assert np.vdot(Z, dZ) == pytest.approx(np.vdot(W, dW))


def test_sobel_is_scipys():
    image = np.random.default_rng(0).normal(size=(9, 11))
    inner = np.s_[1:-1, 1:-1]
    ours = signal.correlate2d(image, lab.edge_filters()["sobel"], mode="valid")
    np.testing.assert_allclose(ours, -ndimage.sobel(image, axis=1)[inner])


def test_sizes_by_hand():
    assert lab.conv_output_shape(7, 7, 3, 0, 2) == (3, 3)
    assert lab.conv_output_shape(63, 63, 7, 0, 2) == (29, 29)
    assert lab.conv_output_shape(224, 224, 7, 3, 2) == (112, 112)  # ResNet's first
    assert lab.conv_parameters(5, 3, 6) == 456
    lenet = lab.conv_parameters(5, 1, 6) + lab.conv_parameters(5, 6, 16)
    assert lenet + 401 * 120 + 121 * 84 + 85 * 10 == 61_706


@pytest.mark.parametrize(("stride", "pad", "f"), LAYERS)
def test_everything_agrees_with_pytorch(stride, pad, f):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    A, W, b, hparameters = layer(np.random.default_rng(20 + f), stride, pad, f)
    Z, cache = lab.conv_forward(A, W, b, hparameters)
    dZ = np.random.default_rng(1).normal(size=Z.shape)
    a = torch.tensor(A.transpose(0, 3, 1, 2), requires_grad=True)
    w = torch.tensor(W.transpose(3, 2, 0, 1), requires_grad=True)
    bias = torch.tensor(b.ravel(), requires_grad=True)
    z = functional.conv2d(a, w, bias, stride=stride, padding=pad)
    z.backward(torch.tensor(dZ.transpose(0, 3, 1, 2)))
    dA, dW, db = lab.conv_backward(dZ, cache)
    for ours, theirs in [
        (Z, z.detach().permute(0, 2, 3, 1)),
        (dA, a.grad.permute(0, 2, 3, 1)),
        (dW, w.grad.permute(2, 3, 1, 0)),
        (db.ravel(), bias.grad),
    ]:
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-10)
    for mode, pool in (("max", "max_pool2d"), ("average", "avg_pool2d")):
        A_pool, cache = lab.pool_forward(A, {"f": 3, "stride": stride}, mode)
        a.grad = None
        z = getattr(functional, pool)(a, 3, stride)
        z.sum().backward()
        dA = lab.pool_backward(np.ones(A_pool.shape), cache, mode)
        np.testing.assert_allclose(A_pool, z.detach().permute(0, 2, 3, 1).numpy())
        np.testing.assert_allclose(dA, a.grad.permute(0, 2, 3, 1).numpy(), atol=1e-12)


def test_each_of_equal_maxima_receives_the_whole_gradient():
    A_prev = np.array([[0.0, 0, 2, 1], [0, 0, 2, 1]]).reshape(1, 2, 4, 1)
    dA = np.array([3.0, 5.0]).reshape(1, 1, 2, 1)
    gradient = lab.pool_backward(dA, (A_prev, {"f": 2, "stride": 2}), "max")
    assert gradient[0, :, :, 0].tolist() == [[3, 3, 5, 0], [3, 3, 5, 0]]


class TestWhatTheRecapSaysOfPyTorch:
    def test_the_network_runs_and_has_as_many_parameters(self):
        torch = pytest.importorskip("torch")
        names = {"X": torch.zeros(2, 1, 28, 28), "Y": torch.tensor([3, 9])}
        exec(printed("C4W1", "import torch"), names)
        parameters = list(names["lenet"].parameters())
        assert sum(p.numel() for p in parameters) == 61_706
        assert all(p.grad is not None for p in parameters)

    def test_the_first_of_equal_maxima_receives_the_gradient(self):
        torch = pytest.importorskip("torch")
        x = torch.tensor([[[[0.0, 2.0], [2.0, 2.0]]]], requires_grad=True)
        torch.nn.functional.max_pool2d(x, 2).backward()
        assert x.grad[0, 0].tolist() == [[0, 1], [0, 0]]

    def test_same_padding_of_an_even_side_is_larger_at_the_end(self):
        torch = pytest.importorskip("torch")
        warnings.simplefilter("ignore")  # PyTorch warns that it copies
        x = torch.arange(1.0, 6).reshape(1, 1, 1, 5)
        z = torch.nn.functional.conv2d(x, torch.ones(1, 1, 1, 2), padding="same")
        assert z.ravel().tolist() == [3, 5, 7, 9, 5]  # the zero is on the right

    def test_same_padding_with_a_stride_is_refused(self):
        torch = pytest.importorskip("torch")
        with pytest.raises(ValueError, match="same"):
            torch.nn.Conv2d(1, 1, 3, stride=2, padding="same")


def test_same_padding_of_keras_with_a_stride_starts_one_pixel_further_right():
    keras = pytest.importorskip("keras")
    A = np.random.default_rng(3).normal(size=(1, 8, 8, 1)).astype(np.float32)
    W = np.random.default_rng(4).normal(size=(3, 3, 1, 1)).astype(np.float32)
    Z = np.asarray(keras.ops.conv(A, W, strides=2, padding="same"))
    late = np.pad(A, ((0, 0), (0, 1), (0, 1), (0, 0)))
    ours, _ = lab.conv_forward(late, W, np.zeros((1, 1, 1, 1)), {"stride": 2, "pad": 0})
    np.testing.assert_allclose(Z, ours, atol=1e-5)


def test_lists_are_no_filters_and_other_shapes_neither():
    one = load("C4W1").checks["edge_filters"]
    call = next(iter(one.draw(np.random.default_rng(0))))
    for change in (np.ndarray.tolist, lambda F: F[0], lambda F: F[:, :1]):

        def changed(change=change):
            return {name: change(F) for name, F in lab.edge_filters().items()}

        expected, outcome = one.expected(call), one.observe(changed, call)
        said = judge("edge_filters", [expected], [outcome], [], one.spec.tolerance)
        assert said.passed == 0

"""Values and gradients of the elementary operations against PyTorch, in float64."""

import numpy as np
import pytest

from helpers import nn
from helpers.nn.kernels import cores

torch = pytest.importorskip("torch")
F = torch.nn.functional


def assert_same(ours, theirs, rtol=1e-10):
    theirs = theirs.detach().numpy()
    assert ours.shape == theirs.shape
    scale = np.abs(theirs).max(initial=1e-300)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale)


def compare(function, reference, *arrays, seed=0):
    """Same values and gradients from a function of tensors and one of torch's."""
    ours = [nn.Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, t = function(*ours), reference(*theirs)
    assert y.dtype == np.float64
    assert_same(y.data, t)
    g = np.random.default_rng(seed).normal(size=y.shape)
    y.backward(g)
    t.backward(torch.tensor(g))
    for a, b in zip(ours, theirs, strict=True):
        assert_same(a.grad, b.grad)


UNARY = {
    "exp": (nn.exp, torch.exp),
    "tanh": (nn.tanh, torch.tanh),
    "sigmoid": (nn.sigmoid, torch.sigmoid),
    "relu": (nn.relu, torch.relu),
    "relu6": (lambda x: nn.relu(3 * x, 6), lambda x: F.relu6(3 * x)),
    "leaky_relu": (nn.leaky_relu, F.leaky_relu),
    "gelu": (nn.gelu, lambda x: F.gelu(x, approximate="tanh")),
    "softplus": (nn.softplus, F.softplus),
    "softmax": (nn.softmax, lambda x: F.softmax(x, -1)),
    "softmax0": (lambda x: nn.softmax(x, 0), lambda x: F.softmax(x, 0)),
    "log_softmax": (nn.log_softmax, lambda x: F.log_softmax(x, -1)),
    "negative": (lambda x: -x, lambda x: -x),
    "abs": (abs, torch.abs),
    "square": (lambda x: x**2, lambda x: x**2),
    "cube": (lambda x: x**3, lambda x: x**3),
    "clip": (lambda x: nn.clip(x, -0.5, 0.5), lambda x: torch.clip(x, -0.5, 0.5)),
    "sum": (lambda x: x.sum(), torch.sum),
    "sum1": (lambda x: x.sum(1), lambda x: x.sum(1)),
    "sum02": (lambda x: x.sum((0, 2)), lambda x: x.sum((0, 2))),
    "sum keep": (
        lambda x: x.sum(-1, keepdims=True),
        lambda x: x.sum(-1, keepdim=True),
    ),
    "mean": (lambda x: x.mean(), torch.mean),
    "mean12": (lambda x: x.mean((1, 2)), lambda x: x.mean((1, 2))),
    "var": (lambda x: x.var(1), lambda x: x.var(1, correction=0)),
    "max": (lambda x: x.max(), torch.amax),
    "max1": (lambda x: x.max(1), lambda x: torch.amax(x, 1)),
    "min keep": (
        lambda x: x.min(0, keepdims=True),
        lambda x: torch.amin(x, 0, keepdim=True),
    ),
    "reshape": (lambda x: x.reshape(4, -1), lambda x: x.reshape(4, -1)),
    "flatten": (lambda x: x.flatten(), lambda x: x.flatten(1)),
    "transpose": (lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1)),
    "transpose from the end": (
        lambda x: x.transpose(-1, 0, -2),
        lambda x: x.permute(-1, 0, -2),
    ),
    "power of 0": (lambda x: (x - x) ** 0 * x, lambda x: (x - x) ** 0 * x),
    "T": (lambda x: x.T, lambda x: x.permute(2, 1, 0)),
    "swapaxes": (lambda x: x.swapaxes(0, 2), lambda x: x.swapaxes(0, 2)),
    "slice": (lambda x: x[1:, ..., 2], lambda x: x[1:, ..., 2]),
    "step": (lambda x: x[:, ::2], lambda x: x[:, ::2]),
    "new axis": (lambda x: x[:, None, 0], lambda x: x[:, None, 0]),
    "fancy": (lambda x: x[[0, 2, 0, 0]], lambda x: x[[0, 2, 0, 0]]),
    "fancy pair": (lambda x: x[[0, 1], [2, 2]], lambda x: x[[0, 1], [2, 2]]),
    "boolean": (lambda x: x[x.data > 0], lambda x: x[x > 0]),
    "broadcast": (
        lambda x: nn.broadcast_to(x, (2, *x.shape)),
        lambda x: x.expand(2, *x.shape),
    ),
    "pad": (
        lambda x: nn.pad(x, [(0, 0), (1, 2), (3, 0)]),
        lambda x: F.pad(x, (3, 0, 1, 2)),
    ),
    "gather": (
        lambda x: nn.take_along_axis(x, np.zeros((3, 2, 5), int), 1),
        lambda x: torch.gather(x, 1, torch.zeros((3, 2, 5), dtype=int)),
    ),
    "where": (
        lambda x: nn.where(x.data > 0, x, 2.0),
        lambda x: torch.where(x > 0, x, 2.0),
    ),
    "reuse": (lambda x: x * x + x / (1 + x * x), lambda x: x * x + x / (1 + x * x)),
    "right": (lambda x: 2 - 3 / (2 + x * x), lambda x: 2 - 3 / (2 + x * x)),
}


@pytest.mark.parametrize("name", UNARY)
def test_one_argument(name):
    x = np.random.default_rng(1).normal(size=(3, 4, 5))
    compare(*UNARY[name], x)


@pytest.mark.parametrize(
    ("ours", "theirs"), [(nn.log, torch.log), (nn.sqrt, torch.sqrt)]
)
def test_positive_argument(ours, theirs):
    compare(ours, theirs, np.random.default_rng(1).uniform(0.5, 3, (3, 4)))


@pytest.mark.parametrize(
    "shapes", [((3, 4), (3, 4)), ((3, 4), (4,)), ((2, 1, 4), (3, 1))]
)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda a, b: a + b, torch.add),
        (lambda a, b: a - b, torch.sub),
        (lambda a, b: a * b, torch.mul),
        (lambda a, b: a / b, torch.div),
        (nn.maximum, torch.maximum),
        (nn.minimum, torch.minimum),
    ],
)
def test_two_arguments(ours, theirs, shapes):
    rng = np.random.default_rng(2)
    compare(ours, theirs, *(rng.normal(size=s) for s in shapes))


def test_equal_elements_share_the_gradient_of_maximum():
    a = np.array([1.0, 2.0, 3.0])
    compare(nn.maximum, torch.maximum, a, np.array([1.0, 2.0, 1.0]))
    compare(lambda x: x.max(), torch.amax, np.array([2.0, 2.0, 1.0]))


@pytest.mark.parametrize(
    "shapes",
    [
        ((3, 4), (4, 5)),
        ((4,), (4, 5)),
        ((3, 4), (4,)),
        ((4,), (4,)),
        ((2, 3, 4), (4, 5)),
        ((2, 3, 4), (4,)),
        ((4,), (2, 4, 5)),
        ((2, 1, 3, 4), (6, 4, 5)),
        ((6, 3, 4), (2, 1, 4, 5)),
        ((2, 0), (0, 3)),
        ((2, 3, 0), (0, 4)),
        ((2, 3, 4), (4, 0)),
    ],
)
def test_matmul(shapes):
    rng = np.random.default_rng(3)
    compare(lambda a, b: a @ b, torch.matmul, *(rng.normal(size=s) for s in shapes))


@pytest.mark.parametrize(
    ("subscripts", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("mtd,dk->mtk", [(2, 3, 4), (4, 5)]),
        ("mqhd,mkhd->mhqk", [(2, 3, 2, 4), (2, 5, 2, 4)]),
        ("ij->ji", [(2, 3)]),
        ("ij->i", [(2, 3)]),
        ("ij,k->k", [(2, 3), (4,)]),
        ("i,j,k->ijk", [(2,), (3,), (4,)]),
        ("ij,ij->", [(2, 3), (2, 3)]),
        ("ij,ij->ij", [(2, 1), (2, 3)]),
        ("mtd,dk->mtk", [(0, 3, 4), (4, 5)]),
    ],
)
def test_einsum(subscripts, shapes):
    rng = np.random.default_rng(4)
    compare(
        lambda *x: nn.einsum(subscripts, *x),
        lambda *x: torch.einsum(subscripts, *x),
        *(rng.normal(size=s) for s in shapes),
    )


def test_take_along_axis_with_fewer_indices():
    """As in NumPy, indices of length 1 along another axis are broadcast."""
    x = np.random.default_rng(0).normal(size=(3, 4))
    compare(
        lambda x: nn.take_along_axis(x, np.array([[0, 2, 0]]), 1),
        lambda x: x[:, [0, 2, 0]],
        x,
    )


def test_concatenate_and_stack():
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 5))
    compare(lambda *x: nn.concatenate(x), lambda *x: torch.cat(x, -1), a, b)
    compare(lambda *x: nn.stack(x, 1), lambda *x: torch.stack(x, 1), a, a[::-1].copy())


def test_linear():
    rng = np.random.default_rng(6)
    arrays = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5)), rng.normal(size=5)
    compare(nn.linear, lambda x, W, b: x @ W + b, *arrays)
    compare(nn.linear, lambda x, W: x @ W, *arrays[:2])


def test_embedding():
    indices = np.array([[1, 1, 3], [0, 3, 3]])
    compare(
        lambda E: nn.embedding(indices, E),
        lambda E: F.embedding(torch.tensor(indices), E),
        np.random.default_rng(7).normal(size=(6, 4)),
    )


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


@pytest.mark.parametrize("n_C", [1, 4])
@pytest.mark.parametrize(
    ("f", "stride", "padding", "dilation"),
    [
        (3, 1, 0, 1),
        (3, 1, 1, 1),
        (3, 2, 1, 1),
        (5, 3, 2, 1),
        (3, 1, 2, 2),
        (3, 2, 4, 2),
        (1, 1, 0, 1),
        (1, 2, 0, 1),
        (2, 1, 3, 1),
    ],
)
def test_conv2d(n_C, f, stride, padding, dilation):
    rng = np.random.default_rng(8)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    compare(
        lambda x, W, b: nn.conv2d(x, W, b, **options),
        lambda x, W, b: nhwc(F.conv2d(nchw(x), W.permute(3, 2, 0, 1), b, **options)),
        rng.normal(size=(3, 11, 9, n_C)),
        rng.normal(size=(f, f, n_C, 5)),
        rng.normal(size=5),
    )


def test_conv2d_in_several_blocks_and_threads():
    rng = np.random.default_rng(8)
    for shape, n_C in [((9, 33, 31, 5), 6), ((2, 110, 120, 9), 4)]:
        for stride in (1, 2):
            compare(
                lambda x, W, s=stride: nn.conv2d(x, W, stride=s, padding=1),
                lambda x, W, s=stride: nhwc(
                    F.conv2d(nchw(x), W.permute(3, 2, 0, 1), stride=s, padding=1)
                ),
                rng.normal(size=shape),
                rng.normal(size=(3, 3, shape[3], n_C)),
            )


@pytest.mark.parametrize("stride", [1, 2])
def test_conv2d_in_blocks_that_lie_in_the_padding(stride, monkeypatch):
    """Wide images are processed a few rows at a time."""
    monkeypatch.setattr(cores, "BLOCK", 16)
    rng = np.random.default_rng(8)
    compare(
        lambda x, W: nn.conv2d(x, W, stride=stride, padding=((5, 4), (3, 2))),
        lambda x, W: nhwc(
            F.conv2d(F.pad(nchw(x), (3, 2, 5, 4)), W.permute(3, 2, 0, 1), stride=stride)
        ),
        rng.normal(size=(2, 4, 6, 3)),
        rng.normal(size=(1, 3, 3, 2)),
    )


def test_same_padding():
    rng = np.random.default_rng(8)
    x, W = rng.normal(size=(2, 7, 6, 3)), rng.normal(size=(5, 3, 3, 2))
    compare(
        lambda x, W: nn.conv2d(x, W, padding="same"),
        lambda x, W: nhwc(F.conv2d(nchw(x), W.permute(3, 2, 0, 1), padding="same")),
        x,
        W,
    )
    assert nn.conv2d(x, W, stride=2, padding="same").shape == (2, 4, 3, 2)


def test_grouped_conv2d():
    rng = np.random.default_rng(9)
    compare(
        lambda x, W, b: nn.conv2d(x, W, b, padding=1, groups=2),
        lambda x, W, b: nhwc(
            F.conv2d(nchw(x), W.permute(3, 2, 0, 1), b, padding=1, groups=2)
        ),
        rng.normal(size=(2, 5, 5, 4)),
        rng.normal(size=(3, 3, 2, 6)),
        rng.normal(size=6),
    )


@pytest.mark.parametrize("size", [(2, 7, 6, 4), (4, 30, 34, 40)])
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (2, 1), (3, 0)])
def test_depthwise_conv2d(stride, padding, size):
    rng = np.random.default_rng(10)
    n_C = size[-1]
    compare(
        lambda x, W, b: nn.depthwise_conv2d(x, W, b, stride, padding),
        lambda x, W, b: nhwc(
            F.conv2d(
                nchw(x),
                W.permute(2, 0, 1)[:, None],
                b,
                stride=stride,
                padding=padding,
                groups=n_C,
            )
        ),
        rng.normal(size=size),
        rng.normal(size=(3, 3, n_C)),
        rng.normal(size=n_C),
    )


@pytest.mark.parametrize(
    ("f", "stride", "padding", "output_padding"),
    [
        (3, 1, 0, 0),
        (3, 1, 1, 0),
        (3, 2, 1, 1),
        (2, 2, 0, 0),
        (4, 2, 1, 0),
        (2, 3, 0, 2),
    ],
)
def test_conv2d_transpose(f, stride, padding, output_padding):
    rng = np.random.default_rng(11)
    options = {"stride": stride, "padding": padding, "output_padding": output_padding}
    compare(
        lambda x, W, b: nn.conv2d_transpose(x, W, b, **options),
        lambda x, W, b: nhwc(
            F.conv_transpose2d(nchw(x), W.permute(3, 2, 0, 1), b, **options)
        ),
        rng.normal(size=(3, 5, 4, 6)),
        rng.normal(size=(f, f, 3, 6)),
        rng.normal(size=3),
    )


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same", 1])
def test_transposed_convolution_is_the_adjoint(stride, padding):
    rng = np.random.default_rng(12)
    x, W = rng.normal(size=(2, 8, 8, 3)), rng.normal(size=(3, 3, 3, 5))
    y = nn.conv2d(x, W, stride=stride, padding=padding)
    v = rng.normal(size=y.shape)
    options = {"output_padding": 1} if (stride, padding) == (2, 1) else {}
    back = nn.conv2d_transpose(v, W, stride=stride, padding=padding, **options)
    h, w = back.shape[1:3]  # the rest no patch has reached
    forth = (y.data * v).sum()
    np.testing.assert_allclose((x[:, :h, :w] * back.data).sum(), forth, rtol=1e-10)


@pytest.mark.parametrize("options", [{}, {"stride": 2}, {"dilation": 2, "padding": 2}])
def test_conv1d(options):
    rng = np.random.default_rng(13)
    compare(
        lambda x, W, b: nn.conv1d(x, W, b, **options),
        lambda x, W, b: F.conv1d(
            x.permute(0, 2, 1), W.permute(2, 1, 0), b, **options
        ).permute(0, 2, 1),
        rng.normal(size=(2, 9, 3)),
        rng.normal(size=(3, 3, 4)),
        rng.normal(size=4),
    )


def test_causal_convolution_does_not_see_the_future():
    rng = np.random.default_rng(13)
    x, W = rng.normal(size=(1, 9, 3)), rng.normal(size=(3, 3, 4))
    before = nn.conv1d(x, W, padding="causal").data
    x[:, 5] += 1
    changed = np.abs(nn.conv1d(x, W, padding="causal").data - before).sum((0, 2)) > 0
    assert changed.tolist() == [False] * 5 + [True] * 3 + [False]


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1)])
def test_conv3d(stride, padding):
    rng = np.random.default_rng(14)
    compare(
        lambda x, W, b: nn.conv3d(x, W, b, stride, padding),
        lambda x, W, b: F.conv3d(
            x.permute(0, 4, 1, 2, 3), W.permute(4, 3, 0, 1, 2), b, stride, padding
        ).permute(0, 2, 3, 4, 1),
        rng.normal(size=(2, 6, 5, 7, 2)),
        rng.normal(size=(3, 3, 3, 2, 4)),
        rng.normal(size=4),
    )


@pytest.mark.parametrize(
    ("f", "stride", "padding"), [(2, None, 0), (3, 2, 1), (3, 1, 0), (2, 3, 0)]
)
def test_pooling(f, stride, padding):
    rng = np.random.default_rng(15)
    sparse = np.maximum(rng.normal(size=(3, 9, 8, 4)), 0)  # many ties
    for x in (sparse, rng.normal(size=(5, 32, 40, 24))):
        compare(
            lambda x: nn.max_pool2d(x, f, stride, padding),
            lambda x: nhwc(F.max_pool2d(nchw(x), f, stride, padding)),
            x,
        )
        compare(
            lambda x: nn.average_pool2d(x, f, stride, padding),
            lambda x: nhwc(
                F.avg_pool2d(nchw(x), f, stride, padding, count_include_pad=False)
            ),
            x,
        )


def test_upsample():
    compare(
        lambda x: nn.upsample2d(x, 2),
        lambda x: nhwc(F.interpolate(nchw(x), scale_factor=2)),
        np.random.default_rng(16).normal(size=(2, 3, 4, 5)),
    )


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 5), (2, 5, 3, 4), (16, 32, 32, 12), (4, 7, 8)])
def test_batch_norm(shape, training):
    rng = np.random.default_rng(17)
    n_C = shape[-1]
    running = rng.normal(size=n_C), rng.uniform(1, 2, n_C)
    theirs = [torch.tensor(r) for r in running]
    x = 3 + 2 * rng.normal(size=shape)
    compare(
        lambda x, g, b: nn.batch_norm(x, g, b, running, training),
        lambda x, g, b: F.batch_norm(
            x.movedim(-1, 1) if x.ndim > 2 else x, *theirs, g, b, training
        ).movedim(1, -1),
        x,
        rng.normal(size=n_C),
        rng.normal(size=n_C),
    )
    for a, b in zip(running, theirs, strict=True):
        assert_same(a, b)


@pytest.mark.parametrize("mean", [0, 3, 5, 100, 3000])
def test_batch_norm_keeps_its_digits_far_from_zero(mean):
    rng = np.random.default_rng(19)
    x = (mean + rng.normal(size=(4096, 8))).astype(np.float32)
    arrays = x, *rng.normal(size=(2, 8)).astype(np.float32)
    g = rng.normal(size=x.shape).astype(np.float32)
    found = []
    for dtype in (np.float32, np.float64):
        tensors = [nn.Tensor(a, True, dtype) for a in arrays]
        y = nn.batch_norm(*tensors)
        y.backward(g.astype(dtype))
        found.append([y.data, *(t.grad for t in tensors)])
    for single, double in zip(*found, strict=True):
        scale = np.abs(double).max()
        np.testing.assert_allclose(single / scale, double / scale, atol=1e-3)


def test_layer_norm():
    rng = np.random.default_rng(18)
    compare(
        nn.layer_norm,
        lambda x, g, b: F.layer_norm(x, (6,), g, b),
        rng.normal(size=(2, 3, 6)),
        rng.normal(size=6),
        rng.normal(size=6),
    )


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (nn.linear, [(0, 3), (3, 2), (2,)]),
        (nn.relu, [(0, 3)]),
        (nn.leaky_relu, [(0, 3)]),
        (nn.sigmoid, [(0, 3)]),
        (nn.gelu, [(0, 3)]),
        (nn.softmax, [(0, 3)]),
        (lambda x: nn.clip(2 * x, 0, 1), [(0, 3)]),
        (lambda x, W: nn.conv2d(x, W, padding=1), [(0, 5, 5, 2), (3, 3, 2, 4)]),
        (lambda x, W: nn.conv2d(x, W, stride=2), [(0, 5, 5, 2), (3, 3, 2, 4)]),
        (nn.depthwise_conv2d, [(0, 5, 5, 2), (3, 3, 2), (2,)]),
        (
            lambda x, W: nn.depthwise_conv2d(x, W, stride=2),
            [(0, 5, 5, 2), (3, 3, 2)],
        ),
        (nn.conv2d_transpose, [(0, 5, 5, 2), (3, 3, 4, 2), (4,)]),
        (nn.max_pool2d, [(0, 4, 4, 2)]),
        (nn.average_pool2d, [(0, 4, 4, 2)]),
        (nn.batch_norm, [(0, 3), (3,), (3,)]),
        (nn.layer_norm, [(0, 3), (3,), (3,)]),
        (nn.rnn, [(0, 4, 3), (3, 2), (2, 2), (2,)]),
        (nn.gru, [(0, 4, 3), (3, 6), (2, 6), (6,), (2,)]),
        (
            lambda q, k: nn.scaled_dot_product_attention(q, k, k)[0],
            [(0, 4, 3), (0, 5, 3)],
        ),
        (lambda x: nn.cross_entropy(x, np.zeros((0, 4), int)), [(0, 4, 3)]),
    ],
)
def test_an_empty_batch_has_no_gradient(function, shapes):
    tensors = [nn.Tensor(np.ones(s), requires_grad=True) for s in shapes]
    y = function(*tensors)
    y.backward(np.ones(y.shape))
    for x in tensors:
        np.testing.assert_array_equal(x.grad, np.zeros(x.shape))


def test_an_empty_batch_leaves_the_running_statistics_alone():
    norm = nn.BatchNorm(3)
    assert norm(np.zeros((0, 3))).shape == (0, 3)
    np.testing.assert_array_equal(norm.running_mean, np.zeros(3))
    np.testing.assert_array_equal(norm.running_var, np.ones(3))

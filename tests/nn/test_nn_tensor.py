"""The graph itself: gradients by hand and by differences, memory, errors, hooks."""

import gc
import threading
import weakref

import hypothesis.extra.numpy as npst
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import nn
from helpers.gradients import numerical_gradient


def check_gradients(function, *arrays, rtol=1e-5, atol=1e-7):
    tensors = [nn.Tensor(a, requires_grad=True) for a in arrays]
    y = function(*tensors)
    w = np.random.default_rng(0).normal(size=y.shape)
    y.backward(w)
    arrays = [a.copy() for a in arrays]  # tensors share the memory of their arrays
    for a, t in zip(arrays, tensors, strict=True):
        expected = numerical_gradient(lambda _: (function(*arrays).data * w).sum(), a)
        np.testing.assert_allclose(t.grad, expected, rtol=rtol, atol=atol)


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (
            lambda a, b: nn.tanh(a @ b) * nn.sigmoid(a).sum(1, keepdims=True),
            [(3, 4), (4, 2)],
        ),
        (
            lambda x, W, b: nn.conv2d(x, W, b, stride=2, padding=1),
            [(2, 5, 4, 2), (3, 3, 2, 3), (3,)],
        ),
        (
            lambda x, W: nn.conv2d(x, W, stride=2, padding="same", dilation=2),
            [(1, 6, 7, 2), (3, 2, 2, 2)],
        ),
        (
            lambda x, W: nn.depthwise_conv2d(x, W, stride=2, padding=2, dilation=2),
            [(1, 6, 7, 2), (3, 2, 2)],
        ),
        (
            lambda x, W: nn.conv2d_transpose(x, W, stride=3, padding="same"),
            [(1, 3, 2, 2), (2, 4, 3, 2)],
        ),
        (lambda x, g, b: nn.batch_norm(x, g, b), [(5, 3), (3,), (3,)]),
        (lambda x, g, b: nn.layer_norm(x, g, b), [(5, 3), (3,), (3,)]),
        (
            lambda x, W, U, b: nn.rnn(x, W, U, b, mask=[[1, 1, 0], [1, 0, 1]]),
            [(2, 3, 2), (2, 3), (3, 3), (3,)],
        ),
        (
            lambda x, W, U, b: nn.concatenate(
                [
                    nn.lstm(x, W, U, b, mask=[[1, 1, 0], [1, 0, 1]])[0][:, -1],
                    nn.lstm(x, W, U, b, reverse=True)[1],
                ]
            ),
            [(2, 3, 2), (2, 12), (3, 12), (12,)],
        ),
        (
            lambda x, W, U, b, c: nn.gru(x, W, U, b, c, mask=[[1, 1, 0], [1, 0, 1]]),
            [(2, 3, 2), (2, 9), (3, 9), (9,), (3,)],
        ),
        (
            lambda q, k, v: nn.scaled_dot_product_attention(q, k, v, np.tri(3, 4))[0],
            [(2, 3, 2), (2, 4, 2), (2, 4, 3)],
        ),
    ],
)
def test_against_differences(function, shapes):
    rng = np.random.default_rng(1)
    check_gradients(function, *(rng.normal(size=s) for s in shapes))


floats = st.floats(-3, 3, width=32)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broadcasting_any_shapes(data):
    shapes = data.draw(npst.mutually_broadcastable_shapes(num_shapes=2, max_dims=4))
    a, b = (
        data.draw(npst.arrays(np.float64, s, elements=floats))
        for s in shapes.input_shapes
    )
    A, B = nn.Tensor(a, True), nn.Tensor(b, True)
    y = A * B + A - B
    assert y.shape == shapes.result_shape
    y.backward(np.ones(y.shape))
    ones = np.ones(y.shape)
    assert A.grad.shape == a.shape
    assert B.grad.shape == b.shape
    # <J v, g> = <v, J^T g>: the gradient is the adjoint of the broadcast
    np.testing.assert_allclose((A.grad * 1).sum(), (ones * (b + 1)).sum(), atol=1e-9)
    np.testing.assert_allclose((B.grad * 1).sum(), (ones * (a - 1)).sum(), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_reductions_any_axes(data):
    shape = data.draw(npst.array_shapes(max_dims=4, max_side=4))
    x = data.draw(npst.arrays(np.float64, shape, elements=floats, unique=True))
    axes = data.draw(
        st.one_of(st.none(), npst.valid_tuple_axes(len(shape), min_size=1))
    )
    keep = data.draw(st.booleans())
    for name in ("sum", "mean", "max", "min"):
        t = nn.Tensor(x, True)
        y = getattr(t, name)(axes, keepdims=keep)
        expected = getattr(x, name)(axes, keepdims=keep)
        assert y.shape == expected.shape
        np.testing.assert_allclose(y.data, expected)
        y.backward(np.ones(y.shape))
        np.testing.assert_allclose(  # one winner each, or shares that sum to 1
            t.grad.sum(), y.size * (x.size / y.size if name == "sum" else 1)
        )


@pytest.mark.parametrize("reduce", [np.sum, np.mean, np.max, np.min])
def test_numpys_names_of_reductions(reduce):
    x = np.arange(6.0).reshape(2, 3)
    t = nn.Tensor(x, requires_grad=True)
    for options in ({}, {"axis": 0}, {"axis": 1, "keepdims": True}):
        y = reduce(t, **options)
        np.testing.assert_array_equal(y.data, reduce(x, **options))
    assert y.requires_grad
    with pytest.raises(TypeError, match="no out in reductions"):
        reduce(t, out=np.zeros(()))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_indexing_anything(data):
    shape = data.draw(npst.array_shapes(max_dims=3, max_side=4))
    x = np.arange(np.prod(shape), dtype=float).reshape(shape)
    index = data.draw(
        st.one_of(
            npst.basic_indices(shape, allow_newaxis=True),
            npst.integer_array_indices(shape),
        )
    )
    t = nn.Tensor(x, True)
    y = t[index]
    np.testing.assert_array_equal(y.data, x[index])
    y.backward(np.ones(y.shape))
    expected = np.zeros(shape)
    np.add.at(expected, index, 1.0)
    np.testing.assert_array_equal(t.grad, expected)


def test_types():
    assert nn.Tensor([1, 2]).dtype == np.float32
    assert nn.Tensor(np.zeros(2)).dtype == np.float64
    assert nn.Tensor(np.zeros(2, int)).dtype == np.int64
    x = nn.Tensor([1.0, 2.0])
    for y in (2 * x, x / np.float64(3), x + 1, x**2, np.float64(2) - x, x.mean()):
        assert y.dtype == np.float32
    assert (np.ones(2) + nn.Tensor(np.ones(2))).dtype == np.float64
    assert isinstance(np.ones((2, 2)) @ nn.Tensor(np.ones(2)), nn.Tensor)


def test_a_very_deep_graph_needs_no_recursion():
    x = nn.Tensor(np.ones(1), True)
    y = x
    for _ in range(20_000):
        y = y + 0.0
    y.backward()
    assert x.grad == 1


def test_gradients_add_up_and_are_not_shared():
    x = nn.Tensor(np.ones(3), True)
    y = nn.Tensor(np.ones(3), True)
    (x + y).sum().backward()
    x.grad *= 5
    np.testing.assert_array_equal(y.grad, 1)
    (x + y).sum().backward()
    np.testing.assert_array_equal(x.grad, 6)
    x.zero_grad()
    assert x.grad is None


def test_a_diamond():
    x = nn.Tensor(np.array(3.0), True)
    a = x * 2
    ((a + a * a) * a).backward()  # 4 x^2 + 8 x^3
    assert x.grad == 8 * 3 + 24 * 9


def test_no_grad():
    x = nn.Tensor(np.ones(3), True)
    with nn.no_grad():
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad

    @nn.no_grad()
    def function():
        return x * 2

    assert not function().requires_grad
    assert not x.detach().requires_grad


def test_no_grad_of_a_function_that_calls_itself():
    x = nn.Tensor(1.0, requires_grad=True)

    @nn.no_grad()
    def double(n):
        return double(n - 1) if n else x * 2

    assert not double(3).requires_grad
    assert (x * 2).requires_grad


def test_no_grad_in_one_thread_leaves_the_others_alone():
    x = nn.Tensor(1.0, requires_grad=True)
    inside, go_on = threading.Event(), threading.Event()

    def hold():
        with nn.no_grad():
            inside.set()
            go_on.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    recorded = (x * 2).requires_grad
    with nn.no_grad():  # is left while the other thread is still inside its own
        go_on.set()
        thread.join()
    assert recorded
    assert (x * 2).requires_grad


def test_records_are_freed_by_backward():
    x = nn.Tensor(np.ones(3), True)
    inner = nn.exp(x)
    gone = weakref.ref(inner)
    loss = (inner * inner).sum()
    del inner
    loss.backward()
    gc.collect()
    assert gone() is None
    with pytest.raises(RuntimeError, match="the graph is freed"):
        loss.backward()
    loss = (x * x).sum()
    loss.backward(retain_graph=True)
    loss.backward()


def test_values_that_no_rule_needs_are_freed_in_the_forward_pass():
    x = nn.Tensor(np.ones(3), True)
    inner = x * 2
    gone = weakref.ref(inner.data)
    y = inner + 1
    del inner
    gc.collect()
    assert gone() is None
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, 2)


def sine_and_cosine(x):
    """An operation with two results; the gradient of either may be missing."""
    sine, cosine = np.sin(x.data), np.cos(x.data)

    def rule(ds, dc):
        ds = 0 if ds is None else ds
        dc = 0 if dc is None else dc
        return (ds * cosine - dc * sine,)

    return nn.record((sine, cosine), (x,), rule, "sine and cosine")


def test_an_operation_with_several_results():
    x = np.array([1.0, -2.0])
    for use in (
        lambda s, c: s * c + s,
        lambda s, c: s,
        lambda s, c: c,
        lambda s, c: c * c,
    ):
        check_gradients(lambda x, use=use: use(*sine_and_cosine(nn.as_tensor(x))), x)
    with nn.no_grad():
        sine, cosine = sine_and_cosine(nn.Tensor(x, True))
    assert not sine.requires_grad
    assert not cosine.requires_grad


def test_the_last_memory_of_an_lstm_alone_has_gradients():
    rng = np.random.default_rng(0)
    shapes = (2, 3, 2), (2, 12), (3, 12), (12,)
    arrays = [rng.normal(size=s) for s in shapes]
    check_gradients(lambda *x: nn.lstm(*x)[1], *arrays)


def test_hooks_see_and_change_gradients():
    x = nn.Tensor(np.ones(3), True)
    y = x * 2
    seen = []
    y.register_hook(seen.append)
    y.register_hook(lambda g: 10 * g)
    (y * 3).sum().backward()
    np.testing.assert_array_equal(seen[0], 3)
    np.testing.assert_array_equal(x.grad, 60)


def test_what_a_hook_returns_has_the_shape_of_the_gradient():
    x = nn.Tensor([1.0, 2.0], requires_grad=True)
    y, z = x * 1, x * 1
    y.register_hook(lambda g: nn.Tensor([5.0, 6.0]))  # a tensor will do
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [5, 6])
    z.register_hook(lambda g: g.sum())
    with pytest.raises(ValueError, match=r"into shape \(2,\)"):
        z.sum().backward()


def test_an_operation_of_ones_own():
    def cube(x):
        return nn.record(x.data**3, (x,), lambda g: (3 * g * x.data**2,), "cube")

    check_gradients(lambda x: cube(nn.as_tensor(x)), np.array([1.0, -2.0]))


def test_gradient_for_an_image_through_a_frozen_network():
    rng = np.random.default_rng(0)
    model = nn.Sequential(nn.Conv2D(3, 4, rng=rng), nn.BatchNorm(4), nn.MaxPool2D())
    model.freeze()
    image = nn.Tensor(rng.normal(size=(1, 8, 8, 3)).astype("f"), requires_grad=True)
    (model(image) ** 2).mean().backward()
    assert image.grad.shape == image.shape
    assert all(p.grad is None for p in model.parameters())


def test_a_frozen_batch_norm_passes_gradients_on_as_in_evaluation():
    rng = np.random.default_rng(0)
    norm = nn.BatchNorm(4)
    norm.gamma.data, norm.beta.data = rng.normal(size=(2, 4))
    norm(rng.normal(size=(9, 4)) + 2)  # statistics of its own
    R, gradients = rng.normal(size=(5, 4)), []
    for prepare in (norm.eval, lambda: norm.train().freeze()):
        layer = prepare()
        x = nn.Tensor(rng.normal(size=(5, 4)), requires_grad=True)
        (layer(x) * R).sum().backward()
        gradients.append(x.grad)
    scale = norm.gamma.data / np.sqrt(norm.running_var + norm.options["epsilon"])
    np.testing.assert_allclose(gradients[0], R * scale, rtol=1e-6)
    np.testing.assert_allclose(gradients[1], R * scale, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: nn.linear(x, np.ones(4)), ValueError, r"linear: .*\(n_in, n_out\)"),
        (
            lambda x: nn.linear(x, np.ones((4, 2)), np.ones(1)),
            ValueError,
            r"linear: bias \(1,\) should be \(2,\)",
        ),
        (
            lambda x: nn.depthwise_conv2d(
                np.ones((1, 4, 4, 2)), np.ones((2, 2, 2)), np.ones(1), stride=2
            ),
            ValueError,
            r"depthwise_conv2d: bias \(1,\) should be \(2,\)",
        ),
        (
            lambda x: nn.conv2d(np.ones((1, 4, 4, 4)), np.ones((2, 2, 2, 5)), groups=2),
            ValueError,
            "5 filters cannot be split into 2 groups",
        ),
        (
            lambda x: nn.conv2d_transpose(
                np.ones((1, 1, 1, 1)), np.ones((2, 2, 1, 1)), padding=2
            ),
            ValueError,
            "conv2d_transpose: padding .* crops everything",
        ),
        (
            lambda x: nn.max_pool2d(np.ones((1, 4, 4, 1)), 2, padding=2),
            ValueError,
            "max_pool2d: window .* does not fit .* padded by",
        ),
        (lambda x: nn.einsum("ij,jk", x, x.T), ValueError, 'such as "mtd,dk->mtk"'),
        (lambda x: nn.einsum("...j,jk->...k", x, x.T), ValueError, "one letter"),
        (lambda x: nn.concatenate([]), ValueError, "concatenate: .* one tensor"),
        (lambda x: nn.concatenate([x, x], 2), ValueError, "cannot be .* along axis 2"),
        (
            lambda x: nn.batch_norm(x, np.ones(4), np.ones(4), training=False),
            ValueError,
            "batch_norm: .* running statistics",
        ),
        (lambda x: x + np.ones(5), ValueError, r"add: shapes \(3, 4\) and \(5,\)"),
        (lambda x: np.ones((3, 3)) * x, ValueError, r"multiply: shapes \(3, 3\)"),
        (lambda x: x @ np.ones((3, 2)), ValueError, r"matmul: shapes .*\(3, 2\)"),
        (
            lambda x: nn.linear(x, np.ones((3, 2))),
            ValueError,
            r"linear: .*\(n_in, n_out\)",
        ),
        (lambda x: x.reshape(5, 5), ValueError, r"reshape: \(3, 4\) .* \(5, 5\)"),
        (lambda x: nn.concatenate([x, np.ones((2, 4))]), ValueError, "concatenate: s"),
        (lambda x: nn.stack([x, np.ones((2, 4))]), ValueError, "stack: shapes differ"),
        (lambda x: nn.einsum("ij,jk->ik", x, x), ValueError, r'einsum\("ij,jk->ik"\)'),
        (lambda x: x.backward(), ValueError, r"shape \(3, 4\), pass a gradient"),
        (lambda x: x.sum().backward(np.ones(2)), ValueError, r"gradient of shape \(2"),
        (lambda x: x.detach().sum().backward(), RuntimeError, "requires_grad"),
        (lambda x: x**x, TypeError, "exponent must be a number"),
        (lambda x: nn.Tensor([[1, 2]], True, int), TypeError, "only floating-point"),
        (lambda x: nn.exp(np.arange(3)), TypeError, "exp: argument 1 must be floating"),
        (
            lambda x: nn.conv2d(
                np.zeros((1, 4, 4, 3), np.uint8), np.zeros((3, 3, 3, 2))
            ),
            TypeError,
            "conv2d: argument 1 must be floating-point, got uint8",
        ),
        (lambda x: nn.conv2d(x, np.ones((3, 3, 1, 1))), ValueError, "needs images"),
        (
            lambda x: nn.conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 3, 1))),
            ValueError,
            "has 2 channels, filters .* expect 3",
        ),
        (
            lambda x: nn.conv2d(np.ones((1, 2, 2, 3)), np.ones((3, 3, 3, 1))),
            ValueError,
            "larger than images",
        ),
        (
            lambda x: nn.conv2d(
                np.ones((1, 4, 4, 3)), np.ones((3, 3, 3, 1)), padding="x"
            ),
            ValueError,
            "padding must be",
        ),
        (lambda x: nn.max_pool2d(np.ones((1, 2, 2, 3)), 3), ValueError, "window"),
        (
            lambda x: nn.depthwise_conv2d(np.ones((1, 2, 2, 2)), np.ones((3, 3, 2))),
            ValueError,
            "depthwise_conv2d: filters .* are larger than images",
        ),
        (
            lambda x: nn.depthwise_conv2d(np.ones((1, 4, 4, 3)), np.ones((3, 3, 2))),
            ValueError,
            "depthwise_conv2d needs",
        ),
        (lambda x: nn.embedding([0.5], x), TypeError, "indices must be integers"),
        (lambda x: nn.embedding([0, 3], x), IndexError, "outside a vocabulary of 3"),
        (lambda x: nn.batch_norm(x, np.ones(3), np.ones(3)), ValueError, "4 channels"),
        (lambda x: nn.dropout(x, 1.0, None), ValueError, r"rate must be in \[0, 1\)"),
    ],
)
def test_clear_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(nn.Tensor(np.ones((3, 4)), True))


def test_arguments_by_name_may_be_arrays():
    x, W, b = np.ones((2, 3)), np.ones((3, 4)), np.arange(4.0)
    np.testing.assert_array_equal(nn.linear(x=x, W=W, b=b).data, [3 + b, 3 + b])
    np.testing.assert_array_equal(
        nn.embedding(E=W, indices=[1, 1]).data, np.ones((2, 4))
    )
    with pytest.raises(TypeError, match="linear: argument 3 must be floating"):
        nn.linear(x, W, b=np.arange(4))


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_minimum_of_types_without_negative_numbers(dtype):
    a, b = np.array([[0, 5], [1, 1]]).astype(dtype), np.array([1, 0]).astype(dtype)
    for ours in (nn.minimum(a, b), nn.Tensor(a).min(), nn.Tensor(a).min(1)):
        assert ours.dtype == dtype
    np.testing.assert_array_equal(nn.minimum(a, b).data, np.minimum(a, b))
    assert nn.Tensor(a).min().item() == 0
    np.testing.assert_array_equal(nn.Tensor(a).min(1).data, a.min(1))


def test_equal_minima_share_the_gradient():
    x = nn.Tensor([[2.0, 1, 1, 1]], requires_grad=True)
    x.min(1).backward(np.array([6.0]))
    np.testing.assert_array_equal(x.grad, [[0, 2, 2, 2]])


def test_large_integers_divide_like_small_ones():
    for n in (3, 2**18):
        y = nn.Tensor(np.full(n, 3)) / 2
        assert y.dtype == float
        assert (y.data == 1.5).all()


def test_numbers_of_another_precision_do_not_change_the_dtype():
    x = nn.Tensor(np.ones(3, np.float32))
    assert x.clip(np.float64(0), np.float64(0.5)).dtype == np.float32
    assert nn.Tensor(np.arange(3)).clip(0.5, 1.5).data.tolist() == [0.5, 1, 1.5]


def test_an_empty_batch_keeps_its_other_axes():
    assert nn.Tensor(np.ones((0, 3, 4))).flatten().shape == (0, 12)
    assert nn.Tensor(np.ones((2, 0, 4))).flatten().shape == (2, 0)


def test_a_mean_and_another_use_of_the_same_tensor_add_up():
    x = nn.Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    (x.mean() + (x * x).sum()).backward()
    np.testing.assert_allclose(x.grad, 2 * x.data + 1 / 6)

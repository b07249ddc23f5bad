"""C1W4 against witnesses: hand, numerical gradients, PyTorch, truth tables."""

import doctest

import numpy as np
import pytest

from autograder.checks.reference import reference
from helpers import data
from helpers.drivers.C1W4 import from_start
from helpers.gradients import numerical_gradient
from tests.recap import run_torch

LAB = reference("C1W4")
DEPTHS = [[4, 1], [3, 5, 1], [4, 4, 4, 1], [5, 6, 4, 3, 1]]


def network(dims, seed=0):
    """Parameters large enough that every layer counts."""
    rng = np.random.default_rng(seed)
    return {
        name: rng.normal(size=shape) / np.sqrt(shape[1])
        for name, shape in LAB.parameter_shapes(dims).items()
    }


def examples(dims, seed=0, m=7):
    """Features and labels."""
    rng = np.random.default_rng([seed, 1])
    return rng.normal(size=(dims[0], m)), rng.integers(0, 2, (1, m))


def numerical(parameters, name, X, Y):
    """Numerical gradient of the cost, an independent way to the same numbers."""

    def cost(_):
        return LAB.compute_cost(LAB.L_model_forward(X, parameters)[0], Y)

    return numerical_gradient(cost, parameters[name], 1e-5)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("dims", DEPTHS)
def test_backward_agrees_with_numerical_gradients(dims, seed):
    parameters, (X, Y) = network(dims, seed), examples(dims, seed)
    AL, caches = LAB.L_model_forward(X, parameters)
    grads = LAB.L_model_backward(AL, Y, caches)
    ours = np.concatenate([grads["d" + name].ravel() for name in parameters])
    theirs = np.concatenate(
        [numerical(parameters, n, X, Y).ravel() for n in parameters]
    )
    size = np.linalg.norm(ours) + np.linalg.norm(theirs)
    assert np.linalg.norm(ours - theirs) / size < 1e-7


def test_the_gradient_for_the_input_agrees_with_numerical_ones():
    dims = [3, 4, 1]
    parameters, (X, Y) = network(dims), examples(dims)
    AL, caches = LAB.L_model_forward(X, parameters)
    dA0 = LAB.L_model_backward(AL, Y, caches)["dA0"]
    expected = numerical_gradient(
        lambda now: LAB.compute_cost(LAB.L_model_forward(now, parameters)[0], Y),
        X,
        1e-5,
    )
    np.testing.assert_allclose(dA0 / X.shape[1], expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dims", DEPTHS)
def test_agrees_with_pytorch(dims):
    torch = pytest.importorskip("torch")
    parameters, (X, Y) = network(dims, 3), examples(dims, 3)
    leaves = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in parameters.items()
    }
    A = torch.tensor(X)
    for number in range(1, len(dims)):
        Z = leaves[f"W{number}"] @ A + leaves[f"b{number}"]
        A = torch.relu(Z)
    cost = torch.nn.functional.binary_cross_entropy_with_logits(
        Z, torch.tensor(Y, dtype=torch.float64)
    )
    cost.backward()
    AL, caches = LAB.L_model_forward(X, parameters)
    assert np.isclose(LAB.compute_cost(AL, Y), cost.item(), rtol=1e-9)
    grads = LAB.L_model_backward(AL, Y, caches)
    for name, leaf in leaves.items():
        assert np.allclose(grads["d" + name], leaf.grad.numpy(), rtol=1e-8, atol=1e-12)


def test_worked_example_of_the_text():
    cache = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([[3.0, 5.0]]), np.zeros((1, 1))
    dA_prev, dW, db = LAB.linear_backward(np.array([[2.0, -4.0]]), cache)
    assert np.array_equal(dW, [[1, -1]])
    assert np.array_equal(db, [[-1]])
    assert np.array_equal(dA_prev, [[6, -12], [10, -20]])


def test_gradients_are_shaped_like_parameters():
    dims = [5, 6, 4, 3, 1]
    parameters, (X, Y) = network(dims), examples(dims)
    AL, caches = LAB.L_model_forward(X, parameters)
    grads = LAB.L_model_backward(AL, Y, caches)
    for name, shape in LAB.parameter_shapes(dims).items():
        assert grads["d" + name].shape == parameters[name].shape == shape
    for layer, n in enumerate(dims[:-1]):
        assert grads[f"dA{layer}"].shape == (n, X.shape[1])


def test_start_keeps_the_size_of_the_signal():
    np.random.seed(0)
    start = LAB.initialize_parameters_deep([400, 300, 200])
    for layer, n_prev in ((1, 400), (2, 300)):
        assert np.isclose(start[f"W{layer}"].std(), n_prev**-0.5, rtol=0.02)
        assert not start[f"b{layer}"].any()


def test_no_hidden_layer_is_logistic_regression():
    other = reference("C1W2")
    X, Y = examples([4, 1], m=20)
    start = {"W1": np.zeros((1, 4)), "b1": np.zeros((1, 1))}
    AL, caches = LAB.L_model_forward(X, start)
    ours = LAB.L_model_backward(AL, Y, caches)
    theirs, cost = other.propagate(np.zeros((4, 1)), 0.0, X, Y)
    assert np.isclose(LAB.compute_cost(AL, Y), cost, rtol=1e-12)
    assert np.allclose(ours["dW1"].T, theirs["dw"], rtol=1e-12)


def test_two_relu_units_are_xor():
    parameters = {
        "W1": np.ones((2, 2)),
        "b1": np.array([[0.0], [-1.0]]),
        "W2": np.array([[20.0, -40.0]]),
        "b2": np.array([[-10.0]]),
    }
    bits = np.array(list(np.ndindex(2, 2))).T
    labels, share = LAB.predict(bits, bits[:1] ^ bits[1:], parameters)
    assert labels.tolist() == [[0, 1, 1, 0]]
    assert share == 1


@pytest.mark.parametrize("model", ["two_layer_model", "L_layer_model"])
def test_models_learn_and_record_costs(model):
    np.random.seed(1)
    X = np.random.uniform(-1, 1, (2, 60))
    Y = (X[:1] * X[1:] > 0).astype(int)
    parameters, costs = getattr(LAB, model)(X, Y, [2, 8, 1], 0.3, 2001)
    assert len(costs) == 21
    assert costs[-1] < 0.2 < 0.5 < costs[0]
    assert LAB.predict(X, Y, parameters)[1] > 0.95


def columns(images):
    """As the lab makes them of bytes."""
    small = np.asarray(images, dtype=float).reshape(-1, 16, 4, 16, 4, 3)
    return small.mean(axis=(2, 4)).reshape(len(images), -1).T / 255


def test_the_printed_pytorch_learns_the_photographs():
    torch = pytest.importorskip("torch")
    photos = data.load("photos")
    X_train, Y_train = columns(photos.train_set_x), photos.train_set_y.reshape(1, -1)
    names = run_torch("C1W4", X_train=X_train, Y_train=Y_train)
    net = names["net"]
    shapes = [tuple(p.shape) for p in net.parameters() if p.ndim == 2]
    dims = [768, 20, 7, 5, 1]
    assert shapes == [LAB.parameter_shapes(dims)[f"W{n}"] for n in (1, 2, 3, 4)]
    with torch.no_grad():
        right = (net(names["X"]) > 0) == (names["Y"] > 0.5)
    assert right.float().mean() > 0.8


def test_the_start_of_a_linear_layer_in_pytorch():
    """The recap's line: evenly drawn, 1 / sqrt(3) of our standard deviation."""
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    weight = torch.nn.Linear(400, 300).weight.detach().numpy()
    assert np.abs(weight).max() <= 400**-0.5
    assert np.isclose(weight.std() / 400**-0.5, 0.58, atol=0.01)


def test_examples_in_the_docstrings():
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner()
    for test in finder.find(LAB, globs=vars(LAB)):
        runner.run(test)
    assert runner.tries >= 25
    assert runner.failures == 0


def test_a_start_of_its_own_is_told():
    X, Y = examples([3, 2, 1])
    start = network([3, 2, 1])

    def starts_by_itself(X, Y, layers_dims, learning_rate, num_iterations):
        return start, []

    for model, called in ((LAB.L_layer_model, True), (starts_by_itself, False)):
        told = from_start(model, X, Y, [3, 2, 1], 0.1, 1, start)
        assert told["it starts with your initialize_parameters_deep"] is called
        assert len(told["returned"]) == 2

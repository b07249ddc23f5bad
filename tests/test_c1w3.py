"""C1W3 against witnesses from outside: hand, numerical gradients, SciPy, PyTorch."""

import doctest

import numpy as np
import pytest
from scipy import optimize, special

from autograder.checks import check
from autograder.checks.reference import reference
from helpers.gradients import numerical_gradient
from tests.recap import run_torch

LAB = reference("C1W3")


def network(seed, n_x=3, n_h=5, n_y=1):
    """Parameters large enough that every activation counts."""
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(size=(n_h, n_x)),
        "b1": rng.normal(size=(n_h, 1)),
        "W2": rng.normal(size=(n_y, n_h)),
        "b2": rng.normal(size=(n_y, 1)),
    }


def examples(seed, n_x=3, m=7):
    """Features and labels."""
    rng = np.random.default_rng([seed, 1])
    return rng.normal(size=(n_x, m)), rng.integers(0, 2, (1, m))


def numerical(parameters, name, X, Y):
    """Numerical gradient of the cost, an independent way to the same numbers."""

    def cost(_):
        return LAB.compute_cost(LAB.forward_propagation(X, parameters)[0], Y)

    return numerical_gradient(cost, parameters[name], 1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_backward_agrees_with_numerical_gradients(seed):
    parameters, (X, Y) = network(seed), examples(seed)
    _, cache = LAB.forward_propagation(X, parameters)
    grads = LAB.backward_propagation(parameters, cache, X, Y)
    for name in parameters:
        expected = numerical(parameters, name, X, Y)
        gap = np.linalg.norm(grads["d" + name] - expected)
        size = np.linalg.norm(grads["d" + name]) + np.linalg.norm(expected)
        assert gap / size < 1e-7, name


@pytest.mark.parametrize(
    ("backward", "activation"),
    [
        ("sigmoid_backward", special.expit),
        ("tanh_backward", np.tanh),
        ("relu_backward", lambda z: np.maximum(0, z)),
        ("leaky_relu_backward", lambda z: np.where(z >= 0, z, 0.01 * z)),
    ],
)
def test_derivatives_agree_with_numerical_ones(backward, activation):
    z = np.array([-3.0, -0.7, 0.2, 1.5])
    dA = np.array([2.0, -1.0, 0.5, 3.0])
    expected = [
        optimize.approx_fprime([one], lambda v: activation(v)[0])[0] for one in z
    ]
    assert np.allclose(getattr(LAB, backward)(dA, z), dA * expected, atol=1e-6)


def test_the_corner_is_that_of_pytorch():
    """ReLU has no derivative at 0; the course takes the one PyTorch takes."""
    torch = pytest.importorskip("torch")
    dA = torch.tensor([[2.0, -3.0]])
    for ours, theirs in (
        (LAB.relu_backward, torch.relu),
        (LAB.leaky_relu_backward, torch.nn.functional.leaky_relu),
    ):
        corner = torch.zeros(1, 2, requires_grad=True)
        theirs(corner).backward(dA)
        assert np.allclose(ours(dA.numpy(), np.zeros((1, 2))), corner.grad.numpy())


@pytest.mark.parametrize("name", ["relu_backward", "leaky_relu_backward"])
def test_the_check_accepts_either_side_of_the_corner(name):
    """What the text promises, in hidden and visible cases alike."""
    one = check.load("C1W3").checks[name]
    calls = [
        call for seed in range(20) for call in one.draw(np.random.default_rng(seed))
    ]
    for call in calls:
        assert np.all(call.inputs["Z"] != 0)


def test_worked_example_of_the_text():
    parameters = {"W2": np.array([[3.0, 4.0]])}
    cache = {"A1": np.array([[0.0], [0.5]]), "A2": np.array([[0.6]])}
    cache["Z1"] = np.arctanh(cache["A1"])
    X, Y = np.array([[1.0], [2.0]]), np.array([[1]])
    grads = LAB.backward_propagation(parameters, cache, X, Y)
    assert np.allclose(grads["dW2"], [[0, -0.2]])
    assert np.allclose(grads["db2"], [[-0.4]])
    assert np.allclose(grads["dW1"], [[-1.2, -2.4], [-1.2, -2.4]])
    assert np.allclose(grads["db1"], [[-1.2], [-1.2]])


def test_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    parameters, (X, Y) = network(9), examples(9)
    leaves = {
        name: torch.tensor(value, requires_grad=True)
        for name, value in parameters.items()
    }
    A1 = torch.tanh(leaves["W1"] @ torch.tensor(X) + leaves["b1"])
    Z2 = leaves["W2"] @ A1 + leaves["b2"]
    cost = torch.nn.functional.binary_cross_entropy_with_logits(
        Z2, torch.tensor(Y, dtype=torch.float64)
    )
    cost.backward()
    A2, cache = LAB.forward_propagation(X, parameters)
    assert np.isclose(LAB.compute_cost(A2, Y), cost.item(), rtol=1e-12)
    grads = LAB.backward_propagation(parameters, cache, X, Y)
    for name, leaf in leaves.items():
        assert np.allclose(grads["d" + name], leaf.grad.numpy(), rtol=1e-10), name


def test_cost_is_the_average_negative_log_likelihood():
    A2, Y = np.array([[0.9, 0.2, 0.7]]), np.array([[1, 0, 0]])
    expected = -np.mean(np.log([0.9, 0.8, 0.3]))
    assert np.isclose(LAB.compute_cost(A2, Y), expected, rtol=1e-14)
    assert type(LAB.compute_cost(A2, Y)) is float


def test_updating_leaves_the_arguments_alone():
    parameters = network(0)
    before = {name: value.copy() for name, value in parameters.items()}
    grads = {"d" + name: np.ones_like(value) for name, value in parameters.items()}
    after = LAB.update_parameters(parameters, grads, 0.5)
    for name in parameters:
        assert np.array_equal(parameters[name], before[name])
        assert np.allclose(after[name], before[name] - 0.5)


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_equal_units_stay_equal(value):
    X, Y = LAB.planar.flower(60, 1)
    parameters = {
        "W1": np.full((4, 2), value),
        "b1": np.zeros((4, 1)),
        "W2": np.full((1, 4), value),
        "b2": np.zeros((1, 1)),
    }
    for _ in range(50):
        _, cache = LAB.forward_propagation(X, parameters)
        grads = LAB.backward_propagation(parameters, cache, X, Y)
        parameters = LAB.update_parameters(parameters, grads)
    assert np.allclose(np.ptp(parameters["W1"], axis=0), 0, atol=1e-12)
    assert np.any(parameters["W1"] != value) == (value != 0)


def test_learns_the_flower():
    X, Y = LAB.planar.flower(400, seed=3)
    new, labels = LAB.planar.flower(1000, seed=4)
    np.random.seed(3)
    parameters = LAB.nn_model(X, Y, 4, num_iterations=1500)
    assert np.mean(LAB.predict(parameters, new) == labels) > 0.9


def test_some_line_beats_the_neuron_and_none_separates_the_flower():
    """The cross-entropy of the best line is above that of the neuron's."""
    X, Y = LAB.planar.flower(400, seed=3)
    directions = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    lines = [
        (np.mean((w @ X > offset) == Y), w, offset)
        for w in np.stack([np.cos(directions), np.sin(directions)], axis=1)[:, None]
        for offset in np.linspace(-4, 4, 81)
    ]
    share, w, offset = max(lines, key=lambda line: line[0])
    assert 0.65 < share < 0.75
    neuron = optimize.minimize(
        lambda p: np.mean(np.logaddexp(0, p[:2] @ X + p[2]) - Y * (p[:2] @ X + p[2])),
        np.zeros(3),
    )
    Z = neuron.x[:2] @ X + neuron.x[2]
    assert np.mean((Z > 0) == Y) < 0.55
    scaled = optimize.minimize_scalar(
        lambda s: np.mean(
            np.logaddexp(0, s * (w @ X - offset)) - Y * s * (w @ X - offset)
        ),
        bounds=(0, 5),
    )
    assert scaled.fun > neuron.fun


def test_the_printed_pytorch_learns_the_flower():
    torch = pytest.importorskip("torch")
    X, Y = LAB.planar.flower(400, seed=3)
    new, labels = LAB.planar.flower(1000, seed=4)
    names = run_torch("C1W3", X=X, Y=Y)
    with torch.no_grad():
        Z2 = names["net"](torch.tensor(new.T, dtype=torch.float32)).numpy().T
    assert np.mean((Z2 > 0) == labels) > 0.85


def test_examples_in_the_docstrings():
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner()
    for test in finder.find(LAB, globs=vars(LAB)):
        runner.run(test)
    assert runner.tries > 20
    assert runner.failures == 0

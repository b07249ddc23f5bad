"""C2W1 against outside witnesses: SciPy, PyTorch where it is at hand, and paper."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit

from autograder.checks.check import load
from helpers.descent import logistic_landscape
from helpers.drivers.C2W1 import check_gradients, copies
from tests.recap import printed

lab = load("C2W1").reference


@pytest.fixture
def problem():
    """Examples, labels and parameters of a small network."""
    np.random.seed(2)
    X, Y = np.random.randn(4, 9), np.random.randint(0, 2, (1, 9))
    return X, Y, lab.initialize_parameters_he([4, 5, 3, 1])


def numerical_gradients_of(cost, parameters):
    """The gradients of a cost by SciPy's forward differences."""
    theta, _ = lab.dictionary_to_vector(parameters)

    def of_vector(vector):
        return cost(lab.vector_to_dictionary(vector.reshape(-1, 1)))

    return approx_fprime(theta.ravel(), of_vector, 1e-7).reshape(-1, 1)


@pytest.mark.parametrize("lambd", [0.0, 0.7, 5.0])
def test_gradients_with_a_penalty_are_those_of_the_cost(problem, lambd):
    X, Y, parameters = problem

    def cost(now):
        A3, _ = lab.network(X, now)
        return lab.compute_cost_with_regularization(A3, Y, now, lambd)

    _, cache = lab.network(X, parameters)
    grads = lab.backward_propagation_with_regularization(X, Y, cache, lambd)
    numerical = numerical_gradients_of(cost, parameters)
    np.testing.assert_allclose(lab.gradients_to_vector(grads), numerical, atol=1e-5)


def test_gradients_with_dropout_are_those_of_the_masked_cost(problem):
    X, Y, parameters = problem
    for key in ("b1", "b2"):  # away from 0, where ReLU has its corner
        parameters[key] = parameters[key] + 0.3

    def cost(now):
        np.random.seed(4)  # the same masks every time
        A3, _ = lab.forward_propagation_with_dropout(X, now, 0.6)
        return lab.compute_cost_with_regularization(A3, Y, now, 0)

    np.random.seed(4)
    _, cache = lab.forward_propagation_with_dropout(X, parameters, 0.6)
    grads = lab.backward_propagation_with_dropout(X, Y, cache, 0.6)
    numerical = numerical_gradients_of(cost, parameters)
    np.testing.assert_allclose(lab.gradients_to_vector(grads), numerical, atol=1e-5)


def test_l1_gradients_are_those_of_the_penalty():
    rng = np.random.default_rng(1)
    W = rng.normal(size=(3, 4))
    numerical = approx_fprime(
        W.ravel(), lambda w: lab.l1_penalty({"W1": w.reshape(3, 4)}, 0.8, 10), 1e-8
    )
    np.testing.assert_allclose(
        lab.l1_gradient(W, 0.8, 10).ravel(), numerical, atol=1e-6
    )


def test_dropout_keeps_the_mean_of_activations():
    np.random.seed(0)
    parameters = lab.initialize_parameters_he([3, 40, 30, 1])
    X = np.random.randn(3, 20)
    A1 = np.maximum(0, parameters["W1"] @ X)
    draws = [
        lab.forward_propagation_with_dropout(X, parameters, 0.7)[1] for _ in range(400)
    ]
    kept = np.mean([cache[1] for cache in draws])
    assert kept == pytest.approx(0.7, abs=0.005)
    mean = np.mean([cache[2] for cache in draws], axis=0)
    assert np.abs(mean - A1).max() < 0.2 * A1.max()
    assert mean.mean() == pytest.approx(A1.mean(), rel=0.01)


def test_gradient_check_finds_the_planted_bugs(problem):
    X, Y, parameters = problem
    _, cache = lab.forward_propagation_n(X, Y, parameters)
    right = lab.backward_propagation_with_regularization(X, Y, cache, 0)
    wrong = lab.backward_propagation_n(X, Y, cache)
    assert lab.gradient_check_n(parameters, right, X, Y) < 2e-7
    assert lab.gradient_check_n(parameters, wrong, X, Y) > 1e-2
    bad = {key for key in right if not np.allclose(right[key], wrong[key])}
    assert bad == {"db3", "dZ1", "dW1", "db1"}


def test_he_keeps_the_size_of_activations_through_fifty_layers():
    sizes = {}
    for name in ("he", "xavier"):
        np.random.seed(3)
        parameters = getattr(lab, f"initialize_parameters_{name}")([200] * 51)
        A = np.random.randn(200, 50)
        for layer in range(1, 51):
            A = np.maximum(0, parameters[f"W{layer}"] @ A)
        sizes[name] = np.sqrt(np.mean(A**2))
    assert 0.1 < sizes["he"] < 10
    assert sizes["xavier"] == pytest.approx(sizes["he"] / 2**25, rel=1e-6)


def test_worked_by_hand():
    parameters = {
        "W1": np.array([[1.0, 2.0]]),
        "W2": np.array([[3.0]]),
        "W3": np.zeros((1, 1)),
    }
    A3, Y = np.full((1, 7), 0.5), np.ones((1, 7))
    cost = lab.compute_cost_with_regularization(A3, Y, parameters, 0.5)
    assert cost == pytest.approx(np.log(2) + 0.5)
    assert lab.early_stopping([0.9, 0.7, 0.8, 0.75, 0.6], 2) == 1
    assert lab.early_stopping([0.9, 0.7, 0.8, 0.75, 0.6], 3) == 4
    assert lab.diagnose(0.15, 0.16, bayes_error=0.14) == set()
    X, X_test, mu, sigma = lab.normalize_inputs(
        np.array([[2.0, 4, 6]]), np.zeros((1, 1))
    )
    np.testing.assert_allclose(X, [[-1.2247, 0, 1.2247]], atol=1e-4)
    np.testing.assert_allclose(
        (X_test, mu, sigma), [[[-2.4495]], [[4]], [[1.6330]]], atol=1e-4
    )


@pytest.mark.parametrize("lambd", [0.0, 2.0])
def test_gradients_as_pytorch_has_them(problem, lambd):
    torch = pytest.importorskip("torch")
    X, Y, parameters = problem
    tensors = {
        key: torch.tensor(value, requires_grad=True)
        for key, value in parameters.items()
    }
    A = torch.tensor(X)
    for layer in (1, 2):
        A = torch.relu(tensors[f"W{layer}"] @ A + tensors[f"b{layer}"])
    Z = tensors["W3"] @ A + tensors["b3"]
    target = torch.tensor(Y, dtype=torch.float64)
    cost = torch.nn.functional.binary_cross_entropy_with_logits(Z, target)
    for key in ("W1", "W2", "W3"):
        cost = cost + lambd / (2 * X.shape[1]) * (tensors[key] ** 2).sum()
    cost.backward()
    _, cache = lab.network(X, parameters)
    grads = lab.backward_propagation_with_regularization(X, Y, cache, lambd)
    for key, tensor in tensors.items():
        np.testing.assert_allclose(grads["d" + key], tensor.grad.numpy(), atol=1e-10)


def test_random_numbers_from_another_generator_is_noticed():
    image = np.zeros((9, 9), dtype=np.uint8)
    image[4, 4], image[4, 5] = 200, 90
    key = "random numbers from elsewhere than rng"
    assert not copies(lab.augment, image, 1, 40)[key]

    def of_its_own(image, rng):
        return lab.augment(image, np.random.default_rng())

    def global_one(image, rng):
        return lab.augment(image, np.random.default_rng(np.random.randint(2**31)))

    assert copies(of_its_own, image, 1, 40)[key]
    assert copies(global_one, image, 1, 40)[key]


def test_a_fine_difference_is_as_good_as_none():
    told_of = {1e-9: 0.0, 1e-8: 0.0, 1e-6: 1e-6, 0.3: 0.3}
    for difference, told in told_of.items():

        def gradient_check(x, theta, epsilon=1e-7, difference=difference):
            return difference

        assert check_gradients(gradient_check, 2.0, 1.0, 1e-4, 3, 1.0) == told


def test_the_pytorch_code_of_the_recap_runs_and_does_what_is_said():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    m = 60
    names = {
        "torch": torch,
        "nn": torch.nn,
        "X": torch.randn(m, 2),
        "Y": torch.randint(0, 2, (m, 1)).float(),
    }
    check = printed("C2W1", "gradcheck")
    exec(printed("C2W1", "Sequential"), names)
    net, sgd = names["net"], names["sgd"]
    assert net[3].weight.std().item() == pytest.approx(np.sqrt(2 / 40), rel=0.1)
    assert sgd.param_groups[0]["weight_decay"] == 1 / m
    with torch.no_grad():
        assert torch.equal(net(names["X"]), net(names["X"]))
        net.train()
        dropped = net[2](torch.ones(10_000))
    assert (dropped == 0).float().mean().item() == pytest.approx(0.4, abs=0.02)
    assert dropped.max().item() == pytest.approx(1 / 0.6)
    net.eval()
    exec(check, names)  # raises where a gradient is wrong
    names["cost"] = lambda *weights, cost=names["cost"]: Doubled.apply(cost(*weights))

    class Doubled(torch.autograd.Function):
        """A wrong backward pass: the check must depend on the parameters."""

        forward = staticmethod(lambda ctx, x: x.clone())
        backward = staticmethod(lambda ctx, gradient: 2 * gradient)

    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        exec(check.splitlines()[-1], names)


def test_the_landscape_is_the_cost_of_logistic_regression():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(2, 60)) * [[7], [1.4]]
    Y = (rng.random((1, 60)) < expit(X[1] - 0.2 * X[0] + 0.5)).astype(int)
    landscape, costs = logistic_landscape(X, Y)

    def cost(theta):  # of two weights and a bias, by the definition
        a = expit(theta[:2] @ X + theta[2])
        return -np.mean(Y[0] * np.log(a) + (1 - Y[0]) * np.log(1 - a))

    best = minimize(cost, np.zeros(3), tol=1e-10).x
    np.testing.assert_allclose(landscape.goal, best[:2], atol=1e-5)
    w1, w2 = np.meshgrid(np.linspace(-0.5, 0.1, 5), np.linspace(0, 2, 3))
    expected = [
        [cost(np.array([*w, best[2]])) for w in zip(*row, strict=True)]
        for row in zip(w1, w2, strict=True)
    ]
    np.testing.assert_allclose(landscape.cost(w1, w2), expected, rtol=1e-6)
    path = landscape.paths["descent"]
    np.testing.assert_allclose(costs, landscape.cost(*path.T))
    assert costs[-1] < costs[0]
    # Far away the loss is the distance from the boundary: nothing overflows.
    assert np.isfinite(landscape.cost(np.array([[1e4]]), np.array([[-1e4]]))).all()

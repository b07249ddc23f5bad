"""C2W2 against outside witnesses: PyTorch where it is at hand, SciPy, and paper."""

import numpy as np
import pytest
from scipy.signal import lfilter

from autograder.checks.check import load
from helpers.drivers.C2W2 import cut, trained
from helpers.gradients import numerical_gradient
from tests.recap import printed

lab = load("C2W2").reference


def network(seed, prefix=""):
    """Parameters of two layers or, with "d", gradients of their shapes."""
    rng = np.random.default_rng(seed)
    shapes = {"W1": (4, 3), "b1": (4, 1), "W2": (2, 4), "b2": (2, 1)}
    return {prefix + key: rng.normal(size=shape) for key, shape in shapes.items()}


def steps_of(optimizer, rate, count):
    """Parameters after each of `count` steps with gradients drawn step by step."""
    now = network(0)
    v, s = lab.initialize_adam(now)
    for t in range(1, count + 1):
        grads = network(t, "d")
        if optimizer == "gd":
            now = lab.update_parameters_with_gd(now, grads, rate)
        elif optimizer == "momentum":
            now, v = lab.update_parameters_with_momentum(now, grads, v, 0.9, rate)
        elif optimizer == "rmsprop":
            now, s = lab.update_parameters_with_rmsprop(now, grads, s, 0.9, rate)
        else:
            now, v, s, *_ = lab.update_parameters_with_adam(now, grads, v, s, t, rate)
        yield now


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "rmsprop", "adam"])
def test_agrees_with_pytorch_step_by_step(optimizer):
    torch = pytest.importorskip("torch")
    rate = 0.01
    now = {key: torch.tensor(value) for key, value in network(0).items()}
    outside = {
        "gd": lambda p: torch.optim.SGD(p, lr=rate),
        # PyTorch's velocity lacks the factor 1 - beta: a tenth of the rate.
        "momentum": lambda p: torch.optim.SGD(p, lr=rate * 0.1, momentum=0.9),
        "rmsprop": lambda p: torch.optim.RMSprop(p, lr=rate, alpha=0.9),
        "adam": lambda p: torch.optim.Adam(p, lr=rate),
    }[optimizer](list(now.values()))
    for t, ours in enumerate(steps_of(optimizer, rate, 25), start=1):
        grads = network(t, "d")
        for key, tensor in now.items():
            tensor.grad = torch.tensor(grads["d" + key])
        outside.step()
        for key, tensor in now.items():
            np.testing.assert_allclose(ours[key], tensor.numpy(), rtol=1e-9)


def test_adam_in_plain_numbers():
    """Algorithm 1 of the paper, one number at a time."""
    theta, m, v, alpha = 0.3, 0.0, 0.0, 0.01
    now = {"W1": np.array([[theta]]), "b1": np.zeros((1, 1))}
    memory = lab.initialize_adam(now)
    for t, g in enumerate([2.0, -1.0, 0.5, 1e-6, 3.0], start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        theta -= alpha * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8)
        grads = {"dW1": np.array([[g]]), "db1": np.zeros((1, 1))}
        now, *memory, _, _ = lab.update_parameters_with_adam(now, grads, *memory, t)
        assert now["W1"][0, 0] == pytest.approx(theta, rel=1e-12)


def test_first_step_of_adam_is_as_long_as_the_rate():
    now = network(0)
    grads = network(1, "d")
    new = lab.update_parameters_with_adam(now, grads, *lab.initialize_adam(now), 1)[0]
    for key in now:
        np.testing.assert_allclose(
            new[key], now[key] - 0.01 * np.sign(grads["d" + key]), atol=1e-7
        )


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.98])
def test_average_is_the_filter_of_scipy(beta):
    series = np.random.default_rng(3).normal(size=50) + 10
    filtered = lfilter([1 - beta], [1, -beta], series)
    ours = lab.exponentially_weighted_average(series, beta, bias_correction=False)
    np.testing.assert_allclose(ours, filtered)
    weights = lfilter([1 - beta], [1, -beta], np.ones(50))  # sums of the weights
    ours = lab.exponentially_weighted_average(series, beta)
    np.testing.assert_allclose(ours, filtered / weights)


def test_average_of_a_constant_is_that_constant():
    np.testing.assert_allclose(lab.exponentially_weighted_average([7] * 9, 0.98), 7)


@pytest.mark.parametrize("m", [1, 63, 64, 65, 1000])
def test_batches_hold_each_example_once(m):
    X = np.arange(2 * m).reshape(2, m)
    batches = lab.random_mini_batches(X, X[:1] * 10, 64, seed=5)
    assert [x.shape[1] for x, _ in batches[:-1]] == [64] * ((m - 1) // 64)
    together = np.concatenate([x for x, _ in batches], axis=1)
    assert sorted(together[0]) == list(range(m))
    for x, y in batches:
        assert np.array_equal(y, x[:1] * 10)


def test_decay_by_hand():
    assert [lab.update_lr(0.2, e, 1) for e in range(3)] == pytest.approx(
        [0.2, 0.1, 0.2 / 3]
    )
    assert lab.schedule_lr_decay(0.5, 999, 1) == 0.5
    assert lab.schedule_lr_decay(0.5, 1000, 1) == 0.25
    assert lab.exponential_decay(1.0, 10) == pytest.approx(0.95**10)
    assert lab.sqrt_decay(0.5, 4) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [("batch", 0.5), ("gd", 0.2), ("momentum", 0.2), ("rmsprop", 0.01), ("adam", 0.01)],
)
def test_each_optimizer_learns_two_clouds(optimizer, rate):
    rng = np.random.default_rng(1)
    Y = rng.integers(0, 2, (1, 90))
    X = rng.normal(size=(2, 90)) + 2.5 * (2 * Y - 1)
    np.random.seed(2)
    now = lab.model(X, Y, [2, 5, 3, 1], optimizer, rate, 16, num_epochs=60)
    A3, _ = lab.forward_propagation(X, now)
    assert np.mean((A3 > 0.5) == Y) > 0.97


def test_given_gradients_are_those_of_the_cost():
    np.random.seed(4)
    now = lab.initialize_parameters([3, 4, 3, 2])
    for key in ("b1", "b2"):  # away from 0, where ReLU has its corner
        now[key] += 0.3
    X, Y = np.random.randn(3, 7), np.random.randint(0, 2, (2, 7))
    grads = lab.backward_propagation(X, Y, lab.forward_propagation(X, now)[1])
    for key, value in now.items():
        numerical = numerical_gradient(
            lambda _: lab.compute_cost(lab.forward_propagation(X, now)[0], Y), value
        )
        assert grads["d" + key] == pytest.approx(numerical, abs=1e-7)


def test_shuffling_in_place_is_compared_with_the_original():
    def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
        order = np.random.RandomState(seed).permutation(X.shape[1])
        X[:], Y[:] = X[:, order], Y[:, order]
        starts = range(0, X.shape[1], mini_batch_size)
        return [
            (X[:, i : i + mini_batch_size], Y[:, i : i + mini_batch_size])
            for i in starts
        ]

    X = np.random.default_rng(0).normal(size=(3, 20))
    X[0] = np.arange(20)
    Y = np.random.default_rng(1).normal(size=(1, 20))
    told = cut(random_mini_batches, X.copy(), Y.copy(), 6, 5)
    right = cut(lab.random_mini_batches, X.copy(), Y.copy(), 6, 5)
    for key, value in right.items():
        np.testing.assert_equal(told[key], value, err_msg=key)


def test_shuffled_rows_are_no_columns_of_x():
    def random_mini_batches(X, Y, mini_batch_size=64, seed=0):
        return [(X[::-1].copy(), Y.copy())]

    X = np.random.default_rng(0).normal(size=(3, 20))
    X[0] = np.arange(20)
    told = cut(random_mini_batches, X, np.ones((1, 20)), 64, 5)
    assert told["columns that are not in X"] == 20


def test_the_pytorch_code_of_the_recap_runs_and_does_what_is_said():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    X = torch.randn(200, 3)
    names = {
        "torch": torch,
        "DataLoader": torch.utils.data.DataLoader,
        "clothes": torch.utils.data.TensorDataset(X, (X[:, 0] > 0).long()),
        "net": torch.nn.Linear(3, 2),
        "cost": torch.nn.functional.cross_entropy,
    }
    before = names["cost"](names["net"](X), (X[:, 0] > 0).long()).item()
    exec(printed("C2W2"), names)
    assert names["cost"](names["net"](X), (X[:, 0] > 0).long()).item() < before
    (rate,) = names["schedule"].get_last_lr()
    assert rate == pytest.approx(lab.exponential_decay(0.001, 15, base=0.85))
    assert len(names["batches"]) == 4


def test_a_model_that_calls_none_of_the_functions_is_told_so():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(3, 8)), rng.integers(0, 2, (2, 8))
    options = {"learning_rate": 0.1, "mini_batch_size": 4, "num_epochs": 2}

    def alone(X, Y, layers_dims, optimizer, decay, watch, **options):
        return lab.initialize_parameters(layers_dims)

    batches = "batches of your random_mini_batches, by size"
    for model, steps, sizes in ((lab.model, 4, [4, 4]), (alone, 0, [])):
        told = trained(model, X, Y, [3, 4, 3, 2], "gd", False, options)
        assert len(told["steps taken with your functions"]) == steps
        assert told[batches] == sizes

"""C1W2 against witnesses from outside: numerical gradients, SciPy, PyTorch."""

import doctest

import numpy as np
import pytest
from scipy import optimize, special

from autograder.checks.reference import reference
from helpers import data
from tests.recap import run_torch

LAB = reference("C1W2")


def examples(seed, n=3, m=7):
    """Weights, bias, features and labels."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(n, 1)), float(rng.normal())
    return w, b, rng.normal(size=(n, m)), rng.integers(0, 2, (1, m))


@pytest.mark.parametrize("seed", range(4))
def test_gradients_agree_with_numerical_ones(seed):
    w, b, X, Y = examples(seed)

    def cost(flat):
        return LAB.propagate(flat[:-1, np.newaxis], flat[-1], X, Y)[1]

    grads, _ = LAB.propagate(w, b, X, Y)
    numerical = optimize.approx_fprime(np.append(w, b), cost, 1e-7)
    assert np.allclose(np.append(grads["dw"], grads["db"]), numerical, atol=1e-5)


def test_sigmoid_and_softmax_are_those_of_scipy():
    z = np.array([[-1000.0, -2.0, 0.0], [0.5, 30.0, 1000.0]])
    assert np.allclose(LAB.sigmoid(z), special.expit(z), rtol=1e-14, atol=0)
    assert np.allclose(LAB.softmax(z), special.softmax(z, axis=1), rtol=1e-14)


def test_the_form_without_logarithms_of_a():
    """What the optional challenge asks to show on paper."""
    w, b, X, Y = examples(5)
    Z = w.T @ X + b
    loss = np.mean(np.logaddexp(0, Z) - Y * Z)
    assert np.isclose(LAB.propagate(w, b, X, Y)[1], loss, rtol=1e-12)


def test_a_shuffle_of_the_features_changes_nothing():
    """The claim of "Break it": predictions after training are the same."""
    _, _, X, Y = examples(6, n=20, m=30)
    order = np.random.default_rng(1).permutation(len(X))
    plain = LAB.model(X, Y, X, Y, 200, 0.1)
    shuffled = LAB.model(X[order], Y, X[order], Y, 200, 0.1)
    assert np.allclose(plain["w"][order], shuffled["w"], rtol=1e-9)
    assert np.array_equal(plain["Y_prediction_test"], shuffled["Y_prediction_test"])


def test_the_printed_pytorch_learns_the_photographs():
    torch = pytest.importorskip("torch")
    photos = data.load("photos")
    X_train = photos.train_set_x.reshape(len(photos.train_set_x), -1).T / 255
    train_y = photos.train_set_y.reshape(1, -1).astype(int)
    names = run_torch("C1W2", X_train=X_train, train_y=train_y)
    with torch.no_grad():
        A = torch.sigmoid(names["neuron"](names["X"])).numpy().T
    ours = LAB.model(X_train, train_y, X_train[:, :1], train_y[:, :1], 1000, 0.005)
    theirs = (A > 0.5).astype(int)
    # It starts elsewhere, so it is near our weights and not at them.
    assert np.mean(theirs == ours["Y_prediction_train"]) > 0.98
    assert np.mean(theirs == train_y) > 0.95


def test_examples_in_the_docstrings():
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner()
    for test in finder.find(LAB, globs=vars(LAB)):
        runner.run(test)
    assert runner.tries >= 14
    assert runner.failures == 0

"""The numerical gradient against derivatives known from calculus."""

import numpy as np
import pytest

from helpers.gradients import numerical_derivative, numerical_gradient


def test_it_is_the_gradient_that_calculus_gives():
    x = np.random.default_rng(0).normal(size=(3, 4))
    found = numerical_gradient(lambda now: np.sum(np.sin(now) * now**2), x)
    expected = np.cos(x) * x**2 + 2 * x * np.sin(x)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


def test_the_error_falls_with_the_square_of_the_step():
    x = np.array([0.7])
    errors = [
        abs(
            numerical_derivative(lambda now: np.exp(now[0]), x, (0,), step)
            - np.exp(0.7)
        )
        for step in (1e-2, 1e-3)
    ]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


def test_a_function_may_read_the_array_where_it_has_it():
    x = np.array([[1.0, 2.0]])
    kept = x.copy()
    np.testing.assert_allclose(numerical_gradient(lambda _: np.sum(x**3), x), 3 * x**2)
    np.testing.assert_array_equal(x, kept)


def test_the_array_is_restored_when_the_function_fails():
    x = np.array([1.0, 2.0])

    def fails(now):
        raise ArithmeticError("no value")

    with pytest.raises(ArithmeticError):
        numerical_gradient(fails, x)
    np.testing.assert_array_equal(x, [1, 2])


def test_one_entry_is_that_entry_of_the_whole():
    x = np.random.default_rng(1).normal(size=(2, 3))
    whole = numerical_gradient(lambda now: np.prod(now), x)
    assert numerical_derivative(lambda now: np.prod(now), x, (1, 2)) == whole[1, 2]


@pytest.mark.parametrize("x", [np.arange(3), np.ones(2, np.float32), [1.0, 2.0]])
def test_numbers_that_are_too_coarse_are_refused(x):
    with pytest.raises(TypeError, match="float64"):
        numerical_gradient(np.sum, x)

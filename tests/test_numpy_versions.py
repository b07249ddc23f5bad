"""What NumPy's versions do differently is said where a reader meets it."""

import warnings

import numpy as np
import pytest

from autograder.checks import check as authoring
from helpers.checks import CheckFailed, compare
from helpers.checks.notebook import Checker
from helpers.checks.outcome import observe
from helpers.checks.store import Store
from helpers.checks.values import Draws

COLOURS = "pca_color_augmentation"


def complex_eig(matrix):
    """What `np.linalg.eig` returns since NumPy 2.5, on every version."""
    values, vectors = np.linalg.eig(matrix)
    return values.astype(complex), vectors.astype(complex)


@pytest.fixture
def said(capsys):
    """What the visible check says of a function that is not right."""
    lab = authoring.load("C4W2")

    def ask(function):
        function.__name__ = COLOURS
        with pytest.raises(CheckFailed):
            Checker("C4W2", Store(lab.public_path))(function)
        return capsys.readouterr().out

    return ask


class TestComplexNumbers:
    """Eigenvalues of a symmetric matrix are real; `eig` need not know that."""

    def test_added_to_an_array_of_real_ones(self, said):
        def loops(X, seed, spread=0.1):
            values, vectors = complex_eig(np.cov(X.reshape(-1, 3).T))
            rng, out = np.random.default_rng(seed), np.array(X)
            for value, vector in zip(values, vectors.T, strict=True):
                out += rng.normal(scale=spread) * value * vector
            return out

        out = said(loops)
        assert "Cannot cast" in out
        assert "`np.linalg.eigh` for a symmetric matrix" in out

    def test_handed_back(self, said):
        def at_once(X, seed, spread=0.1):
            values, vectors = complex_eig(np.cov(X.reshape(-1, 3).T))
            alpha = np.random.default_rng(seed).normal(0, spread, 3)
            return X + np.dot(vectors, alpha * values)

        out = said(at_once)
        assert "expected" in out
        assert "complex numbers (their imaginary parts are all 0" in out
        assert "`.real`" in out

    @pytest.mark.parametrize("expected", [np.ones(3), 2.0, True, [1, 2], {"a": 0.5}])
    def test_whatever_was_expected(self, expected):
        def as_complex(value):
            if isinstance(value, dict):
                return {key: as_complex(item) for key, item in value.items()}
            if isinstance(value, list):
                return [as_complex(item) for item in value]
            return np.asarray(value, dtype=complex)[()]

        found = compare.difference(expected, as_complex(expected))
        assert found.kind == "type"
        assert "complex numbers (their imaginary parts are all 0" in str(found)

    def test_random_numbers(self):
        drawn = np.random.default_rng(0).normal(size=500)
        assert compare.difference(Draws((500,)), drawn) is None
        found = compare.difference(Draws((500,)), drawn.astype(complex))
        assert "got complex numbers (their imaginary parts are all 0" in str(found)

    def test_truly_complex_ones_are_not_called_real(self):
        found = compare.difference(np.ones(2), np.array([1 + 0j, 1 + 1e-9j]))
        assert str(found) == "result: expected real numbers, got complex numbers"

    def test_parts_that_are_thrown_away(self):
        def copied(X):
            out = np.zeros(2)
            out[:] = X.astype(complex)
            return out

        [note] = observe(copied, {"X": np.ones(2)}, 1).notes
        assert note.startswith("NumPy warned: Casting complex values to real discards")
        assert "`np.linalg.eigh`" in note


def warned(text, category):
    def function(X):
        warnings.warn(text, category, stacklevel=2)
        return X

    return observe(function, {"X": np.ones(2)}, 1).notes


class TestWarnings:
    def test_what_will_be_gone_is_no_fault_yet(self):
        text = "Setting the shape has been deprecated in NumPy 2.5.\nAs an alternative"
        assert warned(text, DeprecationWarning) == (
            "This works here, but a later version will change or refuse it: "
            "Setting the shape has been deprecated in NumPy 2.5. As an alternative",
        )

    def test_others_are_numpys_own_words(self):
        said = ("NumPy warned: divide by zero encountered in log",)
        assert warned("divide by zero encountered in log", RuntimeWarning) == said

    @pytest.mark.skipif(
        np.lib.NumpyVersion(np.__version__) < "2.5.0", reason="NumPy 2.5 warns of them"
    )
    @pytest.mark.parametrize(
        "function",
        [
            lambda X: setattr(X, "shape", (2, 2)),
            lambda X: np.fix(X),
            lambda X: np.triu(X, k=1.0),
        ],
    )
    def test_those_of_numpy_2_5(self, function):
        [note] = observe(function, {"X": np.ones(4)}, 1).notes
        assert note.startswith("This works here, but a later version will")


def error_of(function):
    return observe(function, {"X": np.ones((1, 1))}, 1).error


class TestRemovedNames:
    @pytest.mark.parametrize(
        ("removed", "instead"),
        [
            ("row_stack", "np.vstack"),
            ("trapz", "np.trapezoid"),
            ("in1d", "np.isin"),
            ("product", "np.prod"),
            ("asscalar", ".item()"),
        ],
    )
    def test_a_function(self, removed, instead, monkeypatch):
        monkeypatch.delattr(np, removed, raising=False)  # row_stack: NumPy 2.5 did it
        said = error_of(lambda X: getattr(np, removed)(X))
        assert f"NumPy has no `{removed}` any more" in said
        assert instead in said

    def test_a_method(self):
        said = error_of(lambda X: X.ptp())
        assert "np.ptp(a)" in said

    def test_what_never_was_there_is_not_explained(self):
        said = error_of(lambda X: np.no_such_function(X))
        assert "any more" not in said

    def test_numpys_own_explanation_is_not_doubled(self):
        said = error_of(lambda X: X.astype(getattr(np, "float" + "_")))
        assert "Use `np.float64` instead" in said
        assert "any more" not in said

    def test_a_number_inside_an_array(self):
        said = error_of(lambda X: float(X))
        assert "`.item()` gives it" in said

    def test_the_cross_product_of_two_numbers(self):
        def raises(X):
            raise ValueError(
                "Both input arrays must be (arrays of) 3-dimensional vectors, but "
                "they are 2 and 2 dimensional instead."
            )

        assert "x[0] * y[1] - x[1] * y[0]" in error_of(raises)

    def test_keepdims(self):
        said = error_of(lambda X: np.sum(X, keep_dims=True))
        assert "one word" in said

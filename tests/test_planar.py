"""Planar sets: seeded, balanced, and as hard as they claim; and the figure of them."""

import doctest

import numpy as np
import pytest

from helpers import planar, plots

SETS = list(planar.SETS.items())


@pytest.mark.parametrize(("name", "make"), SETS)
class TestEverySet:
    @pytest.mark.parametrize("m", [2, 7, 400])
    def test_shapes_and_balance(self, name, make, m):
        X, Y = make(m, 1)
        assert X.shape == (2, m)
        assert Y.shape == (1, m)
        assert Y.sum() == m // 2
        assert np.isfinite(X).all()

    def test_seed_decides(self, name, make):
        assert np.array_equal(make(20, 3)[0], make(20, np.random.default_rng(3))[0])
        assert not np.array_equal(make(20, 3)[0], make(20, 4)[0])

    def test_global_generator_is_left_alone(self, name, make):
        np.random.seed(0)
        before = np.random.get_state()[1].copy()
        make(50, 1)
        assert np.array_equal(np.random.get_state()[1], before)

    def test_first_columns_are_a_fair_sample(self, name, make):
        _, Y = make(400, 1)
        assert 70 <= Y[0, :200].sum() <= 130

    def test_one_label_is_not_enough(self, name, make):
        with pytest.raises(ValueError, match="at least two points, not 1"):
            make(1)


@pytest.mark.parametrize("seed", range(5))
def test_no_line_cuts_the_flower(seed):
    X, Y = planar.flower(2000, seed)
    table = np.vstack([X, np.ones(X.shape[1])])
    line = np.linalg.lstsq(table.T, 2.0 * Y[0] - 1, rcond=None)[0]
    assert np.mean((line @ table > 0) == Y[0]) < 0.56


def test_three_lines_cut_the_flower():
    X, Y = planar.flower(2000, 0)
    angle = np.arctan2(X[1], X[0])
    folds = np.sign(X[1]) * np.sign(np.sin(angle - np.pi / 4))
    folds *= np.sign(np.sin(angle + np.pi / 4))
    right = np.mean((folds > 0) == Y[0])
    assert max(right, 1 - right) > 0.9


def test_noise_spreads():
    near, far = (planar.circles(500, 1, noise=n)[0] for n in (0.0, 0.3))
    radius = np.hypot(*near)
    assert np.allclose(np.where(radius > 0.75, 1, 0.5), radius)
    assert np.std(np.hypot(*far)) > np.std(radius)


def test_examples_in_the_text():
    assert doctest.testmod(planar).failed == 0


class TestDecisionRegions:
    def test_says_how_much_is_one(self, capsys):
        X, Y = planar.blobs(40, 1)
        picture = plots.decision_regions(lambda P: P[0] > 0, X, Y, title="half")
        assert "half: 20 of 40 have label 1; label 1 on" in picture.alt
        assert picture.png().startswith(b"\x89PNG")
        assert picture.alt in capsys.readouterr().out

    def test_a_panel_each_with_data_of_its_own(self):
        one, two = planar.moons(10, 1), planar.circles(30, 1)
        picture = plots.decision_regions(
            {"moons": None, "circles": lambda P: np.full(P.shape[1], 0.5)},
            [one[0], two[0]],
            [one[1], two[1]],
        )
        axes = picture.figure.axes
        assert [a.get_title(loc="left") for a in axes] == ["Moons", "Circles"]
        assert "5 of 10" in picture.alt
        assert "15 of 30" in picture.alt
        assert axes[0].get_xlabel() == axes[1].get_xlabel() == "x₁"

    def test_sure_models_and_many_panels_give_no_warning(self):
        X, Y = planar.spirals(50, 1)
        panels = {str(k): lambda P, k=k: np.full((1, P.shape[1]), k) for k in (0, 1)}
        panels["line"] = lambda P: 1.0 * (P[:1] > P[1:])
        panels["points"] = None
        assert plots.decision_regions(panels, X, Y, columns=3).png()

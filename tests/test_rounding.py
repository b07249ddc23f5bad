"""Rounding is measured: how far a right function in float32 may lie, and no farther."""

import dataclasses
import functools
import os
import subprocess
import sys

import numpy as np
import pytest

from autograder import paths
from autograder.checks import check as authoring
from autograder.checks.rounding import in_float32, slack, without_mistakes
from autograder.grading.cases import Cases
from helpers.checks import store
from helpers.checks.compare import ATOL, Tolerance
from helpers.checks.outcome import Outcome, observe
from helpers.checks.spec import CheckSpec
from helpers.checks.verdict import Expected, judge

USUAL = Tolerance()


def measured(function, mutates=(), **inputs):
    spec = CheckSpec(mutates=mutates)
    run = functools.partial(observe, function, positional=0, spec=spec)
    return slack(run, inputs, USUAL)


def mean(x):
    return x.mean()


def cancelling(rng, n=40):
    """Numbers near 1 and -1 whose mean is some 1e-5."""
    x = rng.normal(size=n)
    return x - x.mean() + 1e-5


class TestHowMuch:
    def test_what_is_well_conditioned_gets_nothing(self):
        rng = np.random.default_rng(0)
        assert measured(lambda x: np.exp(x), x=rng.normal(size=(5, 4))) == {}
        assert measured(mean, x=rng.uniform(1, 2, size=50)) == {}
        assert measured(lambda x: x @ x.T, x=rng.normal(size=(5, 4))) == {}

    def test_other_orders_of_summation_in_float32_stay_within(self):
        rng = np.random.default_rng(1)
        for _ in range(200):
            x = cancelling(rng)
            room = measured(mean, x=x).get("result", 0) + ATOL * 1e-5
            for order in (np.arange(x.size), rng.permutation(x.size)):
                total = np.float32(0)
                for number in x[order].astype(np.float32):
                    total += number
                assert abs(total / x.size - 1e-5) < room

    def test_and_it_stays_of_the_size_of_rounding(self):
        rng = np.random.default_rng(2)
        for _ in range(50):
            room = measured(mean, x=cancelling(rng)).get("result", 0)
            assert room < 1e-6  # a tenth of the value

    def test_each_place_has_its_own(self):
        x = cancelling(np.random.default_rng(3))
        found = measured(lambda x: {"sum": [x.sum() / 40], "x": x * 2}, x=x)
        assert found.keys() == {"result['sum'][0]"}

    def test_arguments_that_are_changed_count(self):
        def step(x):
            x["b"][...] = x["a"].mean()

        x = {"a": cancelling(np.random.default_rng(3)), "b": np.zeros(1)}
        assert measured(step, mutates=("x",), x=x).keys() == {"`x` after['b']"}

    def test_another_way_taken_tells_nothing(self):
        x = cancelling(np.random.default_rng(4))

        def stops(x):
            if x.dtype != np.float64:
                raise TypeError("float64 wanted")
            return x.mean()

        def branches(x):
            return x.mean() if x.dtype == np.float64 else x.mean() + 1

        def counts(x):
            return [x.mean(), int(x.dtype == np.float32)]

        def shapes(x):
            return x.mean() if x.dtype == np.float64 else x

        def overflows(x):
            return np.exp(100 + 0 * x) * x.mean()

        for function in (stops, branches, counts, shapes, overflows):
            assert measured(function, x=x) == {}, function.__name__
        for discrete in (np.argmax, len, lambda x: str(x.size), lambda x: x > 0):
            assert measured(lambda x, f=discrete: f(x), x=x) == {}

    def test_chaos_is_no_rounding(self):
        def logistic_map(x):
            for _ in range(200):
                x = 3.9 * x * (1 - x)
            return x

        assert measured(logistic_map, x=np.linspace(0.1, 0.9, 12)) == {}


class TestPerturbation:
    X = np.array([0.1, -0.1, 0.1, 0.5, 0.0, -3.0, 1 / 3, 1e300, np.nan, -np.inf])

    @pytest.mark.parametrize("run", range(6))
    def test_to_a_neighbour_in_float32(self, run):
        found = in_float32(self.X, run)
        assert found.dtype == np.float32
        exact, usual = self.X[:7], found[:7].astype(float)
        assert (abs(usual - exact) <= np.finfo(np.float32).eps * abs(exact)).all()
        np.testing.assert_array_equal(usual[3:6], [0.5, 0.0, -3.0])
        assert usual[0] == -usual[1] == usual[2]  # ties stay ties
        assert np.isnan(found[8])
        assert found[9] == -np.inf

    def test_up_in_some_runs_and_down_in_others(self):
        found = {float(in_float32(self.X, run)[6]) for run in range(8)}
        assert len(found) == 2
        assert min(found) < 1 / 3 < max(found)

    def test_whatever_is_in_lists_and_dictionaries(self):
        x = np.float32([0.1, 2.0])
        given = {"a": [0.1, (np.array(0.1), 7, "0.1")], "b": x, "c": np.arange(3)}
        found = [in_float32(given, run) for run in range(9)]
        one = found[4]
        assert type(one["a"][0]) is float
        assert one["a"][1][0].shape == ()
        assert one["a"][1][1:] == (7, "0.1")
        assert one["c"].dtype == given["c"].dtype
        assert {float(f["b"][1]) for f in found} == {2.0}
        assert len({float(f["b"][0]) for f in found}) == 3
        np.testing.assert_array_equal(given["b"], x)


class TestVerdict:
    X = cancelling(np.random.default_rng(5))
    RIGHT = Outcome(value=float(X.mean()))

    def verdict(self, got, room=1e-7, asked=None):
        def found():
            if asked is not None:
                asked.append(1)
            return [{"result": room}]

        want = Expected("mean(x)", (self.RIGHT,), slack=found)
        return judge("mean", [want], [Outcome(value=got)], [], USUAL)

    def test_what_rounding_explains_is_right(self):
        assert self.verdict(self.RIGHT.value + 5e-8).right
        assert not self.verdict(self.RIGHT.value + 5e-7).right

    def test_it_is_asked_only_where_it_matters(self):
        asked = []
        assert self.verdict(self.RIGHT.value * (1 + 1e-6), asked=asked).right
        for wrong in (1.0, np.nan, "text", None, np.ones(3)):
            assert not self.verdict(wrong, asked=asked).right
        assert asked == []

    def test_a_known_mistake_does_not_pass_for_it(self):
        def left(*distances):
            wrong = [Outcome(value=self.RIGHT.value + far) for far in distances]
            return without_mistakes({"result": 1e-7}, self.RIGHT, wrong, USUAL)

        assert left(1.0) == {"result": 1e-7}
        assert left(1.0, 3e-8) == {"result": 2.5e-8}
        assert left(1.0, 3e-9) == {}
        assert left(1e-12) == {"result": 1e-7}  # it passes in any case


def test_what_was_measured_once_is_kept():
    cases = Cases(authoring.load("C1W2"), 7)
    right = cases.expected("L2")
    wrong = cases.expected("L2", with_mistakes=True)
    assert [want.slack for want in right] == [want.slack for want in wrong]
    assert right[0].slack() is right[0].slack()
    assert [want.mistakes == () for want in (right[0], wrong[0])] == [True, False]


def test_where_a_check_says_what_rounding_is_nothing_is_measured():
    one = authoring.load("C2W1").checks["gradient_check"]
    for call in one.draw(np.random.default_rng(0)):
        assert one.expected(call, with_mistakes=False).slack() == ({},)


class TestStored:
    def entry(self, value=1e-5, room=1e-7, noise=3e-11, x=1.0):
        want = Expected(
            "f(x)",
            (Outcome(value=value),),
            (Outcome(value=noise),),
            slack=lambda: [{"result": room}],
        )
        case = store.PublicCase({"x": x}, 1, want)
        return store.PublicCheck(CheckSpec("f", 1.0), [case], ["wrong"])

    def written(self, path, **given):
        store.write(path, [self.entry(**given)])
        return path

    def test_the_file_holds_it(self, tmp_path):
        [case] = store.Store(self.written(tmp_path / "a.h5"))["f"].cases
        assert list(case.expected.slack()) == [{"result": 1e-7}]
        spec = CheckSpec("f", 1.0, Tolerance(floor=1.0))
        floor = dataclasses.replace(self.entry(), spec=spec)
        store.write(tmp_path / "b.h5", [floor])
        assert store.Store(tmp_path / "b.h5")["f"].spec.tolerance == Tolerance(
            floor=1.0
        )

    def test_rounding_makes_no_file_stale(self, tmp_path):
        one = self.written(tmp_path / "one.h5")
        for given in (
            {"value": 1.004e-5},
            {"room": 3e-7},
            {"noise": 9e-11},
            {"noise": 0.0},
            {"x": 1 + 1e-15},
        ):
            assert store.same(one, self.written(tmp_path / "other.h5", **given)), given

    def test_anything_else_does(self, tmp_path):
        one = self.written(tmp_path / "one.h5")
        for given in (
            {"value": 1.1e-5},
            {"room": 1e-5},
            {"noise": 1e-6},
            {"x": 1.1},
            {"x": 1e-9},
            {"value": "text"},
            {"noise": 1},
        ):
            assert not store.same(one, self.written(tmp_path / "o.h5", **given)), given


KERNELS = ["Nehalem", "Prescott"]


@pytest.mark.slow
@pytest.mark.parametrize("kernel", KERNELS)
def test_checks_built_on_another_kernel_are_the_same(tmp_path, kernel):
    lab = authoring.load("C2W1")
    store.write(tmp_path / "here.h5", lab.public())
    code = (
        "import pathlib, sys; from autograder.checks import check; "
        "from helpers.checks import store; "
        "store.write(pathlib.Path(sys.argv[1]), check.load('C2W1').public())"
    )
    there = tmp_path / "there.h5"
    subprocess.run(
        [sys.executable, "-c", code, str(there)],
        env=os.environ | {"OPENBLAS_CORETYPE": kernel, "PYTHONPATH": str(paths.ROOT)},
        check=True,
    )
    assert store.same(tmp_path / "here.h5", there)

"""Verdicts in numbers, on a fast sample: what `benchmarks/verdicts.py` measures."""

import ast
import collections
import functools
import json
import sys

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from autograder import paths
from autograder.checks import check

sys.path.insert(0, str(paths.ROOT / "benchmarks"))

import attempts
import cascades
import concepts
import draws
import lookup
import luck
import mutants
import sensitivity
import specificity
import streams
import trivial
import verdicts

from helpers.checks.compare import difference
from helpers.checks.store import Store
from helpers.checks.verdict import CaseVerdict, Verdict, judge

LABS = paths.lab_names()
QUICK = {"C1W2": ("softmax", "propagate"), "C3W1": ("bias_variance_report",)}
SAMPLE = [(lab, name) for lab, names in QUICK.items() for name in names]


def shifted_mean(x, axis=0):
    """The mean of neighbours."""
    total = np.sum(x[1:] + x[:-1], axis=axis, keepdims=True)
    return -total / (2 * (x.shape[0] - 1))


class TestAttempts:
    """Wrong answers as learners write them, and what people think of the messages."""

    def test_the_sixteen_labs_of_the_course_have_some(self):
        assert len(attempts.labs()) == 16
        assert set(attempts.labs()) <= set(LABS)

    @pytest.mark.parametrize("lab", attempts.labs())
    def test_each_is_of_an_exercise_and_told_from_the_others(self, lab):
        every = list(attempts.attempts(lab))
        assert len(every) >= 25
        assert {one.name for one in every} <= check.load(lab).checks.keys()
        keys = [f"{one.name}: {one.label}" for one in every]
        assert len(set(keys)) == len(keys)
        kept = json.loads((attempts.FOLDER / f"{lab}.json").read_text("utf-8"))
        assert kept.keys() <= set(keys)
        assert {one["opinion"] for one in kept.values()} <= set(attempts.OPINIONS)

    def test_an_opinion_holds_for_the_message_it_is_about(self, monkeypatch, tmp_path):
        monkeypatch.setattr(attempts, "FOLDER", tmp_path)
        row = sensitivity.Row("C1W2", "L1", "a mean", "", True, True)
        row.message = "expected 1.5, got 0.5. It is the mean."
        read = {"attempt": "L1: a mean", "message": row.message}
        attempts.Opinions("C1W2").keep([read | {"opinion": "names"}])
        row.message = "expected 2.5, got 0.25. It is the mean."  # another kernel
        assert attempts.Opinions("C1W2").of(row) == "names"
        row.message = "expected 2.5, got 0.25."
        assert attempts.Opinions("C1W2").of(row) == ""
        with pytest.raises(ValueError, match="one of names, shows, false"):
            attempts.Opinions("C1W2").keep([read | {"opinion": "perhaps"}])

    @pytest.mark.slow
    def test_none_is_accepted_and_nearly_all_are_named(self):
        rows = attempts.asked("C1W2")
        opinions = attempts.Opinions("C1W2")
        found = attempts.summary("C1W2", rows, opinions)
        assert found["accepted"] == 0
        assert found["names"] >= 0.85 * found["attempts"]
        assert found["false"] <= 0.01 * found["attempts"]


class TestWrongVersions:
    def test_every_one_is_code_and_none_is_the_right_one(self):
        found = mutants.mutants(shifted_mean)
        assert len({one.code for one in found}) == len(found) > 25
        body = ast.unparse(ast.parse("return -total / (2 * (x.shape[0] - 1))"))
        assert all("def shifted_mean" in one.code for one in found)
        assert any(body not in one.code for one in found)

    def test_every_kind_of_slip_has_its_label(self):
        labels = collections.Counter(m.label for m in mutants.mutants(shifted_mean))
        expected = "sign term factor operation axis shape index size stale aliasing"
        assert labels.keys() >= set(expected.split())

    def test_a_stale_one_reads_what_the_notebook_holds(self):
        one = next(m for m in mutants.mutants(shifted_mean) if m.label == "stale")
        function = one.function({"np": np}, {"x": np.ones((3, 1)), "axis": 0})
        assert function(np.zeros((3, 1))).item() == -1

    def test_one_that_spoils_its_argument_is_right_but_for_that(self):
        found = [m for m in mutants.mutants(shifted_mean) if m.label == "aliasing"]
        x = np.arange(6.0).reshape(3, 2)
        before = x.copy()
        function = found[0].function({"np": np}, {})
        np.testing.assert_array_equal(function(x), shifted_mean(before))
        assert not np.array_equal(x, before)


@pytest.mark.parametrize(("lab", "name"), SAMPLE)
def test_wrong_versions_are_caught_and_most_of_them_named(lab, name):
    one = check.load(lab).checks[name]
    rows = sensitivity.run(one, verdicts.sampled(one, 12, 1))
    wrong = [row for row in rows if not row.equivalent]
    assert len(wrong) > 6
    assert [row.change for row in wrong if not row.hidden] == []
    assert sum(bool(row.named) for row in wrong) >= 0.6 * len(wrong)


def test_one_that_never_ends_and_one_that_dies_are_caught():
    one = check.load("C1W2").checks["L1"]
    endless = "def L1(yhat, y):\n    while True:\n        pass"
    dying = "def L1(yhat, y):\n    import os\n    os._exit(1)"
    made = [
        mutants.Mutant("condition", "", "", frozenset(), code, "L1")
        for code in (endless, dying)
    ]
    rows = sensitivity.run(one, made)
    assert [row.message for row in rows] == [
        "it takes too long",
        "it brought the process down",
    ]
    assert all(row.hidden for row in rows)


# While these run, a driver puts other functions in the place of the reader's.
DRIVEN = [("C1W4", "L_layer_model"), ("C2W1", "gradient_check"), ("C2W2", "model")]


@pytest.mark.parametrize(("lab", "name"), [*SAMPLE, *DRIVEN])
def test_right_versions_lose_nothing(lab, name):
    found = dict(specificity.lost(check.load(lab).checks[name]))
    assert len(found) >= 5
    assert {k: message for k, message in found.items() if message} == {}


class TestDraws:
    @pytest.mark.parametrize(("lab", "name"), [*SAMPLE, ("C1W2", "L2")])
    def test_right_versions_lose_nothing_in_any_draw(self, lab, name):
        row = draws.run(check.load(lab).checks[name], 25, 60)
        assert row.draws == 25
        assert draws.listed([row])[1:] == []  # the first line tells of few draws

    def test_one_in_float32_keeps_its_points_where_a_sum_cancels(self):
        one = check.load("C1W2").checks["propagate"]
        rng = np.random.default_rng(1)
        X, w = rng.normal(size=(3, 200)), rng.normal(size=(3, 1))
        Y = np.repeat([[0, 1]], 100, axis=1)
        # The bias at which the gradient with respect to it is nearly 0.
        b = float(brentq(lambda b: np.mean(expit(w.T @ X + b)) - 0.500003, -9, 9))
        call = check.Call({"w": w, "b": b, "X": X, "Y": Y}, 4)
        want = one.expected(call, with_mistakes=False)
        version = dict(specificity.versions(one))["float32 arguments"]
        got = one.observe(version, call)
        assert difference(want.outcomes[0].value, got.value, one.spec.tolerance)
        assert judge(one.name, [want], [got], [], one.spec.tolerance).right

    def test_what_is_wrong_in_some_draws_is_told(self, monkeypatch):
        one = check.load("C1W2").checks["L2"]

        def wrong(yhat, y):
            return one.solution(yhat, y) + (yhat.sum() > 3)

        monkeypatch.setattr(specificity, "versions", lambda check: [("wrong", wrong)])
        row = draws.run(one, 10, 60)
        assert row.refused.keys() == {"wrong"}
        assert "REFUSED: L2 · wrong · " in draws.listed([row])[-1]

    def test_what_is_wrong_on_some_random_numbers_is_told(self, monkeypatch):
        one = check.load("C1W4").checks["initialize_parameters"]

        def wrong(*sizes):
            lucky = not 0.2 < np.random.rand() < 0.5  # as after the seeds of a call
            drawn = one.solution(*sizes)
            return drawn if lucky else drawn | {"W1": 2 * drawn["W1"]}

        monkeypatch.setattr(specificity, "versions", lambda check: [("wrong", wrong)])
        assert draws.run(one, 25, 60).refused.keys() == {"wrong"}
        monkeypatch.setattr(streams, "OPEN", {})
        assert not draws.run(one, 25, 60).refused

    def test_it_ends_in_time(self, monkeypatch):
        one = check.load("C1W2").checks["L2"]
        assert draws.run(one, 10**6, 0.02).draws < draws.LEAST


class TestStreams:
    """Other random numbers for the same function."""

    @staticmethod
    def drawn(seed, rng):
        """Numbers from all that a reader may draw from."""
        first = np.random.rand()
        np.random.seed(seed)
        return [
            first,
            np.random.rand(),
            np.random.default_rng(seed).random(),
            np.random.RandomState(seed).rand(),
            rng.random(),
        ]

    def called(self, number, seed=5):
        np.random.seed(1)
        function = streams.on_stream(self.drawn, number)
        return function(seed, rng=np.random.default_rng(seed))

    def test_all_numbers_are_others_and_can_be_repeated(self):
        assert self.called(1) == self.called(1)
        for other in (self.called(2), self.called(1, seed=6)):
            alike = [a == b for a, b in zip(self.called(1), other, strict=True)]
            assert not any(alike[1:])
        assert self.called(1)[0] != self.called(2)[0]

    def test_what_draws_nothing_leaves_no_trace(self):
        np.random.seed(1)
        before = np.random.default_rng, np.random.seed, np.random.RandomState
        assert streams.on_stream(len, 3)([1, 2]) == 2
        assert (np.random.default_rng, np.random.seed, np.random.RandomState) == before
        found = np.random.rand()
        np.random.seed(1)
        assert found == np.random.rand()

    def test_every_exercise_that_is_named_exists(self):
        for lab, names in streams.OPEN.items():
            assert names <= check.load(lab).checks.keys()


def test_a_broken_function_costs_later_ones_nothing():
    [one] = cascades.cascades("C1W2", first=1)
    assert one.broken == "sigmoid"
    assert "propagate" in one.hurt
    assert one.lost == one.silent == ()


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS)
def test_no_cascade_in_any_lab(lab):
    for one in cascades.cascades(lab):
        assert one.lost == one.silent == (), one.broken


class TestConceptChecks:
    @functools.cached_property
    def choices(self):
        return [one for lab in LABS for one in concepts.choices(lab)]

    def test_every_wrong_option_has_its_misconception(self):
        assert [(c.lab, c.name) for c in self.choices if c.unexplained] == []

    def test_no_letter_gives_the_answer_away(self):
        letters = collections.Counter(c.answer for c in self.choices)
        for letter in "ABCD":
            assert 0.15 < letters[letter] / len(self.choices) < 0.35, letters

    def test_no_length_gives_the_answer_away(self):
        # One option of four is the longest, and one the shortest, by chance alone.
        for held in ("is_longest", "is_shortest"):
            share = sum(getattr(c, held) for c in self.choices) / len(self.choices)
            assert share < 0.35, held


def test_the_command_writes_a_row_a_lab(tmp_path, capsys):
    path = tmp_path / "rows.json"
    verdicts.main(
        [
            "--labs",
            "C1W2",
            "--function",
            "L2",
            "--sample",
            "5",
            "--json",
            str(path),
            "--only",
            "wrong",
            "right",
            "concepts",
            "--show",
        ]
    )
    [row] = json.loads(path.read_text(encoding="utf-8"))
    assert row["lab"] == "C1W2"
    assert row["caught"] == row["full marks"] == 100
    assert "lab C1W2" in capsys.readouterr().out


class TestNothingForNothing:
    @pytest.mark.slow
    @pytest.mark.parametrize("lab", LABS)
    def test_looking_the_visible_cases_up_earns_next_to_nothing(self, lab):
        one = check.load(lab)
        store = Store(one.public_path)
        earned = {name: lookup.lookup(c, store, 1) for name, c in one.checks.items()}
        assert sum(earned.values()) <= 5, earned

    @pytest.mark.slow
    @pytest.mark.parametrize("lab", LABS)
    def test_answers_that_need_no_thought_earn_at_most_a_fifth(self, lab):
        rich = {}
        for name, one in check.load(lab).checks.items():
            version, share = max(trivial.trivial(one, 1), key=lambda pair: pair[1])
            if share > trivial.LIMIT:
                rich[name] = version, share
        assert rich == {}

    @pytest.mark.parametrize(("lab", "name"), SAMPLE)
    def test_no_draw_accepts_a_mistake(self, lab, name):
        found = list(luck.luck(check.load(lab).checks[name], 10))
        assert found
        assert not any(one.accepted for one in found)

    def test_what_is_looked_up_counts_as_far_as_fresh_cases_pass(self):
        def share(*passed):
            cases = [
                CaseVerdict(p, "f()", visible=i == 0) for i, p in enumerate(passed)
            ]
            return Verdict("f", tuple(cases)).share

        assert share(True, False, False) == 0
        assert share(True, True, False) == pytest.approx((0.5 + 1) / 3)
        assert share(False, True, True) == pytest.approx(2 / 3)
        assert share(True, True, True) == 1

    def test_a_case_that_is_always_the_same_can_be_looked_up(self):
        one = check.load("C1W2").checks["initialize_with_zeros"]
        _, expected = luck.drawn(one, 1)
        assert [want.visible for want in expected].count(True) == 1

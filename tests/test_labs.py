"""Every lab: right answers earn everything, known mistakes are caught and named."""

import functools

import numpy as np
import pytest

from autograder import paths
from autograder.authoring import build, solve, source
from autograder.checks import check
from helpers.checks.forbidden import forbidden_in
from helpers.checks.verdict import judge
from tests.graded import grade

LABS = paths.lab_names()
CHECKS = [(lab, name) for lab in LABS for name in check.load(lab).checks]
# All mistakes of all labs take minutes; the quick run looks at the first lab's.
MUTANTS = [
    pytest.param(lab, name, marks=[pytest.mark.slow] if lab != LABS[0] else [])
    for lab, name in CHECKS
]
SEED = 20_261


@functools.lru_cache(maxsize=4)
def hidden(one):
    """Calls and what they ask for, as one run of the judge would draw them."""
    calls = list(one.draw(np.random.default_rng([SEED, *one.name.encode()])))
    return calls, [one.expected(call) for call in calls]


@functools.lru_cache(maxsize=4)
def public(one):
    """Calls and what they ask for, as the notebook has them."""
    cases = one.public().cases
    calls = [check.Call(case.inputs, case.positional) for case in cases]
    return calls, [case.expected for case in cases]


def verdicts(one, function):
    """What the judge says of a function, and what the visible check says."""
    messages = [mistake.message for mistake in one.mistakes]
    for calls, expected in (hidden(one), public(one)):
        outcomes = [one.observe(function, call) for call in calls]
        yield judge(one.name, expected, outcomes, messages, one.spec.tolerance)


@pytest.mark.parametrize(("lab", "name"), CHECKS)
class TestEveryExercise:
    def test_reference_is_right(self, lab, name):
        one = check.load(lab).checks[name]
        for said in verdicts(one, one.solution):
            assert said.right, said.message
            assert not said.notes, "it returns more than is expected"

    def test_right_versions_lose_nothing(self, lab, name):
        one = check.load(lab).checks[name]
        assert len(one.variants) >= 2, "at least two differently written right versions"
        for variant in one.variants:
            forbidden = forbidden_in(variant, one.spec.forbid)
            assert not forbidden, f"{variant.__name__} uses {forbidden}"
            for said in verdicts(one, variant):
                assert said.right, f"{variant.__name__}: {said.message}"

    def test_cases_differ_from_run_to_run(self, lab, name):
        one = check.load(lab).checks[name]
        first = [call.inputs for call in one.draw(np.random.default_rng(1))]
        second = [call.inputs for call in one.draw(np.random.default_rng(2))]
        # A check of constants, with nothing to draw, may have one case only.
        assert repr(first) != repr(second) or all(not inputs for inputs in first)


@pytest.mark.parametrize(("lab", "name"), MUTANTS)
def test_mistakes_are_caught_and_named(lab, name):
    one = check.load(lab).checks[name]
    assert len(one.mistakes) >= 2, "at least two named mistakes"
    for mistake in one.mistakes:
        for said in verdicts(one, mistake.function):
            assert not said.right, f"{mistake.name} is not caught"
            assert said.mistake == mistake.message, (
                f"{mistake.name} is called: {said.message}"
            )


@pytest.mark.parametrize("lab", LABS)
class TestEveryLab:
    def test_solved_earns_everything(self, lab, tmp_path):
        path = tmp_path / f"{lab}.ipynb"
        path.write_text(build.serialize(solve.solved(lab)), encoding="utf-8")
        result = grade(path, "student", seed=SEED)
        assert not result.error
        by_hand = {cell.name for cell in source.read(lab).named("question").values()}
        for question in result.questions:
            expected = None if question.name in by_hand else question.max_score
            assert question.score == expected, question.message
        assert result.findings == ()

    def test_untouched_earns_nothing(self, lab, tmp_path):
        path = tmp_path / f"{lab}.ipynb"
        path.write_text(build.serialize(build.release_notebook(lab)), encoding="utf-8")
        result = grade(path, "student", seed=SEED)
        assert not result.error
        assert {question.score for question in result.questions} == {0}

    def test_committed_files_are_fresh(self, lab):
        assert build.stale(lab) == []

    def test_points_stand_in_the_headings(self, lab):
        checks, written = check.load(lab), source.read(lab)
        text = "\n".join(c.text for c in written.cells if c.kind == "markdown")
        for name, one in checks.checks.items():
            assert f"`{name}` · {one.points:g} point" in text, name

    def test_wrong_options_carry_their_misconception(self, lab):
        concepts = check.load(lab).concepts
        assert 6 <= len(concepts) <= 10
        for concept in concepts.values():
            assert concept.answer not in concept.because
            assert concept.because
            assert all(text.strip() for text in concept.because.values())

    def test_cells_are_short(self, lab):
        for cell in source.read(lab).cells:
            lines = cell.text.split("\n")
            limit = {"markdown": 14, "code": 60}[cell.kind]
            if cell.role == "exercise":  # the docstring counts, the solution too
                limit = 75
            if cell.role == "question":  # so does the rubric
                limit = 30
            assert len(lines) <= limit, "\n".join(lines[:3])
            assert max(map(len, lines)) <= 88 or cell.kind == "markdown"

"""The judge, with outcomes made up: odd ones cost a case and never the run."""

import numpy as np
import pytest

from autograder.authoring import solve
from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.in_process import InProcess
from autograder.grading.judge import Judge, shown
from autograder.grading.usage import mentioned
from autograder.sandbox.inside.protocol import Variable
from helpers.checks.outcome import Outcome

LAB = "C1W2"


class Scripted:
    """A session that gives the same outcome for everything."""

    def __init__(self, outcome):
        self.outcome = outcome

    def outcomes(self, request):
        if isinstance(request, Variable):
            yield [Outcome()]
        else:
            yield [self.outcome] * len(request.calls)


@pytest.mark.parametrize(
    "value",
    [
        10**4000,
        {1: {2: 3}},
        [[[]]],
        "text",
        np.zeros((0, 2**40)),
        np.array(1 + 1j),
        {(1, 2): 3},
        float("nan"),
        {None},
        np.uint64(2**64 - 1),
    ],
    ids=range(10),
)
def test_no_value_stops_the_judge(value):
    judge = Judge(Cases(check.load(LAB), 1))
    results = judge.grade(Scripted(Outcome(value=value)))
    assert all(result.score is not None for result in results)
    assert sum(result.score for result in results) < 10


def test_words_of_students_are_fit_to_be_stored():
    results = Judge(Cases(check.load(LAB), 1)).grade(
        Scripted(Outcome(error="ValueError: \x00\x1b[31m\ud800\n" + "x" * 10_000))
    )
    for result in results:
        assert result.message.isprintable()
        result.message.encode("utf-8")
        assert len(result.message) <= 1_100
    assert shown("a\x00b\ud800") == "a b?"


def test_only_one_question():
    cells = list(solve.reference_cells(LAB).values())
    cells.insert(0, "import math\nimport numpy as np")
    student = InProcess(LAB, cells)
    judge = Judge(Cases(check.load(LAB), 1), cells)
    assert [q.name for q in judge.grade(student, only="propagate")] == ["propagate"]
    [concept] = judge.grade(student, only="zeros_start")
    assert concept.score == concept.max_score


def test_mentions_reach_through_helpers_of_the_students_own():
    cells = ["def a(x):\n    return b(x)", "def b(x):\n    return sigmoid(x)", "c = 1"]
    assert "sigmoid" in mentioned(cells, "a")
    assert "c" not in mentioned(cells, "a")


def test_what_builds_on_a_wrong_one_without_a_stand_in_says_so():
    wrong = "def random_search(objective, space, n, rng):\n    return {}, []"
    notebook = solve.solved("C2W3", random_search=wrong)
    cells = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and "demo" not in cell.metadata.get("tags", ())
        and not cell.metadata.get("nbgrader", {}).get("locked")
    ]
    judge = Judge(Cases(check.load("C2W3"), 1), cells)
    [result] = judge.grade(InProcess("C2W3", cells), only="coarse_to_fine")
    assert result.score < result.max_score
    assert "builds on your `random_search`, which is not right either" in result.message

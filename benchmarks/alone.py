"""Each exercise's reference alone in a lab whose other exercises are open.

A right answer keeps its points whatever became of the others: not written yet,
deleted, or wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring import build, solve, source
from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.in_process import InProcess
from autograder.grading.judge import Judge

SEED = 20_263
# What became of the other exercises, and what stands in their cells then. The last
# gives nothing back, and as a class takes whatever it is made of.
OTHERS = {
    "open": None,
    "deleted": "",
    "wrong": "def {name}(*args, **kwargs):\n    return None",
}


@dataclass(frozen=True)
class Alone:
    """What the reference of one exercise earns by itself.

    Attributes:
        name: of the exercise.
        score: what it earned.
        points: what it is worth.
        message: what was said.
    """

    name: str
    score: float
    points: float
    message: str

    @property
    def lost(self) -> bool:
        """Whether a right answer lost points."""
        return self.score < self.points


def alone(lab: str, others: str = "open", only: str = "") -> Iterator[Alone]:
    """Grade each exercise's reference alone.

    Args:
        lab: name of the lab.
        others: what became of the other exercises, a key of `OTHERS`.
        only: name of an exercise, if the others are not wanted.
    """
    one = check.load(lab)
    cases = Cases(one, SEED)
    for name in one.checks:
        if only in ("", name):
            cells = cells_of(lab, name, others)
            student = InProcess(lab, cells)
            [result] = Judge(cases, cells).grade(student, only=name)
            yield Alone(name, result.score, result.max_score, result.message)


def cells_of(lab: str, name: str, others: str = "open") -> list[str]:
    """The code of a released lab in which one exercise is solved."""
    exercises = source.read(lab).named("exercise")
    left = OTHERS[others]
    answers = {name: solve.reference_cells(lab)[name]}
    if left is not None:
        answers |= {n: left.format(name=n) for n in exercises if n != name}
    notebook = solve.filled(lab, answers)
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and "demo" not in cell.metadata.get("tags", ())
        and not cell.metadata.get("nbgrader", {})
        .get("grade_id", "")
        .startswith(build.CHECK_PREFIX)
    ]

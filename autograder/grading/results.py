"""The results of grading one notebook, as plain records that convert to JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from autograder.grading.matching import StudentCell
from helpers.checks.verdict import CaseVerdict


def readable(name: str) -> str:
    """Convert the name of a file or folder to text that can be shown and stored."""
    return name.encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class QuestionResult:
    """One exercise, concept question or written question.

    Attributes:
        name: name of the question.
        score: points; `None` if a person has to grade it.
        max_score: maximum number of points.
        message: what to say about it.
        cases: the hidden cases of an exercise.
    """

    name: str
    score: float | None
    max_score: float
    message: str
    cases: tuple[CaseVerdict, ...] = ()


@dataclass(frozen=True)
class LabResult:
    """One notebook.

    Attributes:
        lab: name of the lab; empty if it is unknown.
        student: whose notebook it is.
        file: the notebook's path, as it was given.
        tier: tier of the sandbox, 1 to 3; 0 for grading in process.
        seed: the seed that draws the same hidden cases again.
        findings: sentences about the file as a whole.
        error: why it could not be graded; empty if it was graded.
        cells: what the student wrote; not part of the record.
    """

    lab: str
    student: str
    file: str
    tier: int
    questions: tuple[QuestionResult, ...] = ()
    findings: tuple[str, ...] = ()
    seed: str = ""
    error: str = ""
    cells: tuple[StudentCell, ...] = field(default=(), repr=False)

    @property
    def score(self) -> float:
        """Points so far, without questions that a person has to grade."""
        return round(sum(q.score or 0 for q in self.questions), 2)

    @property
    def max_score(self) -> float:
        """The maximum number of points, including written questions."""
        return sum(q.max_score for q in self.questions)

    def as_dict(self) -> dict[str, Any]:
        """The record for `--json`."""
        record = asdict(replace(self, cells=()))
        del record["cells"]
        for question in record["questions"]:
            for case in question["cases"]:
                del case["visible"]
        return {
            "lab": record.pop("lab"),
            "student": record.pop("student"),
            "file": record.pop("file"),
            "score": self.score,
            "max_score": self.max_score,
            **record,
        }

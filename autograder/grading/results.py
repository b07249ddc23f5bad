"""The results of grading one notebook, as plain records that convert to JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


def readable(name: str) -> str:
    """Convert the name of a file or folder to text that can be shown and stored."""
    return name.encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class CaseResult:
    """One hidden case: whether it passed, and if not, a sentence that says why."""

    passed: bool
    call: str
    message: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """One exercise, concept question or written question.

    `score` is `None` if a person has to grade it.
    """

    name: str
    score: float | None
    max_score: float
    message: str
    cases: tuple[CaseResult, ...] = ()


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
    """

    lab: str
    student: str
    file: str
    tier: int
    questions: tuple[QuestionResult, ...] = ()
    findings: tuple[str, ...] = ()
    seed: str = ""
    error: str = field(default="")

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
        record = asdict(self)
        return {
            "lab": record.pop("lab"),
            "student": record.pop("student"),
            "file": record.pop("file"),
            "score": self.score,
            "max_score": self.max_score,
            **record,
        }

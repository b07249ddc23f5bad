"""What grading one notebook gives, as plain records that turn into JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


def readable(name: str) -> str:
    """The name of a file or folder as text that can be shown and stored anywhere."""
    return name.encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class CaseResult:
    """One hidden case: whether it passed, and a sentence where it did not."""

    passed: bool
    call: str
    message: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """One exercise, concept check or question in words.

    `score` is `None` where a person has to grade it.
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
        lab: name of the lab; empty where it could not be told.
        student: whose notebook it is.
        file: the notebook's path, as it was given.
        tier: of the sandbox, 1 to 3; 0 for grading in process.
        seed: draws the same hidden cases again.
        findings: sentences about the file as a whole.
        error: why it could not be graded; empty where it was.
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
        """Points so far; what a person has to grade is not in it."""
        return round(sum(q.score or 0 for q in self.questions), 2)

    @property
    def max_score(self) -> float:
        """Points that can be had, those for questions in words included."""
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

"""Grade one submission: intake, session, judge, result.

`grade` is the only place where a submission is graded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from autograder.authoring.manifest import manifest
from autograder.grading.cases import Draw
from autograder.grading.intake import (
    Intake,
    Parse,
    lab_of,
    read_bytes,
    take_in_bytes,
)
from autograder.grading.judge import Judge
from autograder.grading.matching import answers, released_cells
from autograder.grading.results import LabResult, QuestionResult, readable
from autograder.grading.session import Session
from autograder.sandbox.host import SandboxEnded, SandboxError

BROKEN = "This submission could not be graded"  # the beginning of such a sentence

T = TypeVar("T")


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        student: whose it is.
        lab: the lab it belongs to; if it is empty, intake determines it.
        path: path of the file, for the result.
        raw: content of the file.
        error: why there is no content; empty if there is.
        remarks: remarks about the file, in addition to those of intake.
        intake: what the file holds, if it has already been read.
    """

    student: str
    lab: str
    path: str
    raw: bytes = b""
    error: str = ""
    remarks: tuple[str, ...] = field(default=(), kw_only=True)
    intake: Intake | None = field(default=None, kw_only=True)

    @classmethod
    def of(cls, path: Path, student: str, lab: str = "") -> Submission:
        """A file that was handed in."""
        return cls(student, lab, str(path), *read_bytes(path))


def grade(
    submission: Submission, cases: Draw, session: Session, only: str = ""
) -> LabResult:
    """Grade a submission; any error affects only this submission.

    Args:
        submission: what was handed in.
        cases: gives the hidden cases of a lab.
        session: where the student's code runs.
        only: name of a single question to grade, if not all.

    Raises:
        SandboxError: there is no sandbox, which is not the submission's fault.
    """

    def work() -> LabResult:
        with session:
            intake = submission.intake or _taken_in(submission, session.read)
            if intake.error:
                return _result(submission, intake, session.tier)
            hidden = cases(intake.lab)
            session.run(intake.lab, intake.code, hidden.everything(only))
            by_machine = Judge(hidden, intake.code).grade(session, only)
            by_hand = [q for q in _in_words(intake) if only in ("", q.name)]
            return replace(
                _result(submission, intake, session.tier),
                questions=(*by_machine, *by_hand),
                findings=(*intake.findings, *session.errors),
                seed=f"{hidden.seed:016x}",
            )

    return _contained(work, lambda why: refused(submission, why, session.tier))


def read(submission: Submission, session: Session) -> Intake:
    """What a submission holds; any error affects only this submission."""

    def work() -> Intake:
        with session:
            return _taken_in(submission, session.read)

    lab = submission.lab or lab_of(Path(submission.path), [])
    return _contained(work, lambda why: Intake(lab, error=why))


def refused(submission: Submission, why: str, tier: int = 0) -> LabResult:
    """The result for a submission that cannot be graded: no points, and the reason."""
    lab = submission.lab or lab_of(Path(submission.path), [])
    return _result(submission, Intake(lab, error=why), tier)


def _taken_in(submission: Submission, parse: Parse) -> Intake:
    path = Path(submission.path)
    if submission.error:
        lab = submission.lab or lab_of(path, [])
        intake = Intake(lab, error=submission.error)
    else:
        intake = take_in_bytes(submission.raw, submission.lab, parse, path)
    return replace(intake, findings=(*submission.remarks, *intake.findings))


def _result(submission: Submission, intake: Intake, tier: int) -> LabResult:
    """A result without any points."""
    return LabResult(
        lab=intake.lab,
        student=readable(submission.student),
        file=readable(submission.path),
        tier=tier,
        questions=_missing(intake) if intake.lab and intake.error else (),
        findings=intake.findings,
        error=intake.error,
        cells=intake.cells,
    )


def _contained(work: Callable[[], T], given_up: Callable[[str], T]) -> T:
    """Process one submission so that any error affects only that submission.

    Args:
        work: does it.
        given_up: makes the result if that fails, from a sentence that says why.

    Raises:
        SandboxError: there is no sandbox, which is not the submission's fault.
    """
    for last in (False, True):
        try:
            return work()
        except SandboxEnded:
            if last:
                return given_up("The sandbox ended twice while this was being graded.")
        except SandboxError:
            raise
        except Exception as error:
            said = readable(" ".join(str(error).split())[:200])
            return given_up(
                f"{BROKEN}: {type(error).__name__}{said and f' ({said})'}. "
                "Please report it, with the file."
            )
    raise AssertionError("unreachable")


def _in_words(intake: Intake) -> list[QuestionResult]:
    """Questions that a person grades: open if there is an answer, otherwise 0."""
    answered = answers(intake.cells, released_cells(intake.lab))
    results = []
    for question in manifest(intake.lab).questions.values():
        if not question.automatic:
            name, given = question.name, answered[question.name]
            said = f"{name}: {'to be graded by a person' if given else 'not answered'}"
            score = None if given else 0.0
            results.append(QuestionResult(name, score, question.points, said))
    return results


def _missing(intake: Intake) -> tuple[QuestionResult, ...]:
    """Every question of a lab with no points, for a file that cannot be graded."""
    return tuple(
        QuestionResult(question.name, 0.0, question.points, intake.error)
        for question in manifest(intake.lab).questions.values()
    )

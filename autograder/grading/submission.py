"""Grade one submission: intake, judge, result."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from autograder.authoring import source
from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.intake import Intake, Read, lab_of, take_in
from autograder.grading.judge import Judge
from autograder.grading.matching import answers, released_cells
from autograder.grading.results import LabResult, QuestionResult, readable
from autograder.grading.seeds import seed_for
from autograder.sandbox.host import (
    Sandbox,
    Sandboxed,
    SandboxEnded,
    SandboxError,
    shared,
)

T = TypeVar("T")


def grade(
    path: Path,
    student: str,
    *,
    lab: str = "",
    seed: int | None = None,
    sandbox: Sandbox | None = None,
    read: Read | None = None,
    remarks: tuple[str, ...] = (),
) -> LabResult:
    """Grade a notebook file.

    Args:
        path: the file.
        student: whose file it is.
        lab: the lab it belongs to; by default it is determined from the file.
        seed: seed of the hidden cases; by default a fresh one.
        sandbox: where student code runs; by default the one shared in this process.
        read: for a file in an archive, returns the content or says why there is none.
        remarks: remarks about the file, in addition to those of intake.
    """
    sandbox = sandbox or shared()

    def work() -> LabResult:
        transport = Sandboxed(sandbox, lab=lab)
        try:
            intake = take_in(path, lab, transport.read, read)
            intake = replace(intake, findings=(*remarks, *intake.findings))
            if intake.error:
                return unreadable(intake, student, path, sandbox.tier)
            drawn = seed
            if drawn is None:
                drawn = seed_for(student, intake.lab, secrets.token_hex(8))
            cases = Cases(check.load(intake.lab), drawn)
            return judged(intake, student, path, cases, transport)
        finally:
            transport.close()

    def given_up(why: str) -> LabResult:
        intake = Intake(lab or lab_of(path, []), error=why)
        return unreadable(intake, student, path, sandbox.tier)

    return contained(work, given_up)


def contained(work: Callable[[], T], given_up: Callable[[str], T]) -> T:
    """Process one submission so that any error affects only that submission.

    Args:
        work: grades it.
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
                f"This submission could not be graded: {type(error).__name__}"
                f"{said and f' ({said})'}. Please report it, with the file."
            )
    raise AssertionError("unreachable")


def unreadable(intake: Intake, student: str, path: Path, tier: int) -> LabResult:
    """The result for a file that cannot be graded: no points, and the reason."""
    known = missing(intake.lab, intake.error) if intake.lab else ()
    name, file = readable(student), readable(str(path))
    return LabResult(
        intake.lab, name, file, tier, known, intake.findings, error=intake.error
    )


def judged(
    intake: Intake,
    student: str,
    path: Path,
    cases: Cases,
    transport: Sandboxed,
    only: str = "",
) -> LabResult:
    """The result for a file that can be graded.

    Args:
        intake: the content of the file.
        student: whose file it is.
        path: path of the file.
        cases: the hidden cases.
        transport: transport into the sandbox in which the student's code runs.
        only: name of a single question to grade, if not all.
    """
    transport.run(intake.lab, intake.code)
    by_machine = Judge(cases, intake.code).grade(transport, only)
    by_hand = [q for q in in_words(intake) if only in ("", q.name)]
    findings = (*intake.findings, *transport.errors)
    return LabResult(
        intake.lab,
        readable(student),
        readable(str(path)),
        transport.sandbox.tier,
        (*by_machine, *by_hand),
        findings,
        f"{cases.seed:016x}",
    )


def in_words(intake: Intake) -> list[QuestionResult]:
    """Questions that a person grades: open if there is an answer, otherwise 0."""
    answered = answers(intake.cells, released_cells(intake.lab))
    results = []
    for name, cell in source.read(intake.lab).named("question").items():
        score = None if answered[name] else 0.0
        message = "to be graded by a person" if answered[name] else "not answered"
        results.append(QuestionResult(name, score, cell.points, f"{name}: {message}"))
    return results


def missing(lab: str, why: str) -> tuple[QuestionResult, ...]:
    """Every question of a lab with no points, for a file that cannot be graded."""
    checks = check.load(lab)
    automatic = [
        QuestionResult(name, 0.0, checks.points(name), why)
        for name in (*checks.checks, *checks.concepts)
    ]
    by_hand = [
        QuestionResult(name, 0.0, cell.points, why)
        for name, cell in source.read(lab).named("question").items()
    ]
    return (*automatic, *by_hand)

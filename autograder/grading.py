"""Grade one submission: intake, judge, result."""

from __future__ import annotations

import secrets
from pathlib import Path

from autograder import check, source
from autograder.cases import Cases
from autograder.intake import Intake, Read, take_in
from autograder.judge import Judge
from autograder.matching import answers, released_cells
from autograder.results import LabResult, QuestionResult
from autograder.sandbox import Sandbox, Sandboxed, shared
from autograder.seeds import seed_for


def grade(
    path: Path,
    student: str,
    *,
    lab: str = "",
    seed: int | None = None,
    sandbox: Sandbox | None = None,
    read: Read | None = None,
) -> LabResult:
    """Grade a notebook file.

    Args:
        path: the file.
        student: whose it is.
        lab: the lab it belongs to; told from the file by default.
        seed: draws the hidden cases; by default a fresh one.
        sandbox: where student code runs; the one this process shares by default.
        read: gives the content, or why there is none, where it lies in an archive.
    """
    sandbox = sandbox or shared()
    transport = Sandboxed(sandbox, lab=lab)
    try:
        intake = take_in(path, lab, transport.read, read)
        if intake.error:
            return unreadable(intake, student, path, sandbox.tier)
        if seed is None:
            seed = seed_for(student, intake.lab, secrets.token_hex(8))
        cases = Cases(check.load(intake.lab), seed)
        return judged(intake, student, path, cases, transport)
    finally:
        transport.close()


def unreadable(intake: Intake, student: str, path: Path, tier: int) -> LabResult:
    """The result of a file that cannot be graded: why, and no points."""
    known = missing(intake.lab, intake.error) if intake.lab else ()
    return LabResult(intake.lab, student, str(path), tier, known, error=intake.error)


def judged(
    intake: Intake, student: str, path: Path, cases: Cases, transport: Sandboxed,
    only: str = "",
) -> LabResult:  # fmt: skip
    """The result of a file that can.

    Args:
        intake: what the file holds.
        student: whose it is.
        path: of the file.
        cases: the hidden cases.
        transport: into the sandbox in which the student's code is to run.
        only: name of a question, if the others are not wanted.
    """
    transport.run(intake.lab, intake.code)
    by_machine = Judge(cases, intake.code).grade(transport, only)
    by_hand = [q for q in in_words(intake) if only in ("", q.name)]
    findings = (*intake.findings, *transport.errors)
    return LabResult(
        intake.lab, student, str(path), transport.sandbox.tier,
        (*by_machine, *by_hand), findings, f"{cases.seed:016x}",
    )  # fmt: skip


def in_words(intake: Intake) -> list[QuestionResult]:
    """Questions that a person grades: open where there is an answer, 0 where none."""
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

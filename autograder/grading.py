"""Grade one submission: intake, judge, result."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder import check, in_process, source
from autograder.in_process import InProcess
from autograder.intake import Intake, released_cells, take_in
from autograder.judge import Judge, Transport
from autograder.results import LabResult, QuestionResult
from autograder.seeds import seed_for

OpenTransport = Callable[[str, Iterable[str]], Transport]


def grade(
    path: Path,
    student: str,
    *,
    lab: str = "",
    seed: int | None = None,
    open_transport: OpenTransport = InProcess,
    tier: int = in_process.TIER,
) -> LabResult:
    """Grade a notebook file.

    Args:
        path: the file.
        student: whose it is.
        lab: the lab it belongs to; told from the file by default.
        seed: draws the hidden cases; by default a fresh one.
        open_transport: where student code runs.
        tier: of the sandbox that `open_transport` gives.
    """
    intake = take_in(path, lab)
    if intake.error:
        known = missing(intake.lab, intake.error) if intake.lab else ()
        return LabResult(
            intake.lab, student, str(path), tier, known, error=intake.error
        )
    if seed is None:
        seed = seed_for(student, intake.lab, secrets.token_hex(8))
    transport = open_transport(intake.lab, intake.code)
    judge = Judge(check.load(intake.lab), seed, intake.code)
    questions = (*judge.grade(transport), *in_words(intake))
    findings = (*intake.findings, *transport.errors)
    return LabResult(
        intake.lab, student, str(path), tier, questions, findings, f"{seed:016x}"
    )


def in_words(intake: Intake) -> list[QuestionResult]:
    """Questions that a person grades: open where there is an answer, 0 where none."""
    written = {cell.name: cell.text for cell in intake.cells if cell.name}
    released = released_cells(intake.lab).by_name
    results = []
    for name, cell in source.read(intake.lab).named("question").items():
        answered = written.get(name, released[name]).strip() != released[name].strip()
        score = None if answered else 0.0
        message = "to be graded by a person" if answered else "not answered"
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

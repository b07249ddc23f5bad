"""One submission as a unit of work that any process on any machine can do."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.authoring import build
from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.intake import Intake, take_in_bytes
from autograder.grading.matching import released_cells
from autograder.grading.results import LabResult
from autograder.grading.submission import contained, judged, unreadable
from autograder.nbgrader.restore import outputs, restore
from autograder.sandbox.host import Sandbox, Sandboxed, SandboxError, shared

_one_at_a_time = threading.Lock()  # a worker of a cluster may have several threads


@dataclass(frozen=True)
class Job:
    """A submission to be graded.

    Attributes:
        student: whose submission it is.
        lab: the lab.
        path: path of the file, for the result.
        raw: content of the file.
        error: why there is no content.
        seed: seed of the hidden cases.
        only: name of a single question to grade, if not all.
        strict: whether only the strongest sandbox is acceptable.
        remarks: remarks about the file, in addition to those of intake.
    """

    student: str
    lab: str
    path: str
    raw: bytes
    error: str
    seed: int
    only: str = ""
    strict: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graded:
    """A graded submission.

    Attributes:
        result: scores and messages.
        notebook: the restored notebook with scores and messages, as nested
            dictionaries.
        scores: grade id → points, `None` if a person has to grade.
        silent: grade ids of cells that the student did not change.
        outputs: grade id → outputs of the check cells.
        starved: it ran out of time while others used the processors; graded again with
            nothing running beside it, it may well earn more.
    """

    result: LabResult
    notebook: dict[str, Any]
    scores: dict[str, float | None]
    silent: frozenset[str]
    outputs: dict[str, list]
    starved: bool = False


def do(job: Job) -> Graded:
    """Grade one submission.

    Raises:
        SandboxError: there is no sandbox that is strong enough.
    """
    with _one_at_a_time:
        sandbox = shared()
        if job.strict and sandbox.tier != 1:
            raise SandboxError(sandbox.warning)
        return contained(
            lambda: _do(job, sandbox), lambda why: not_graded(job, why, sandbox.tier)
        )


def not_graded(job: Job, why: str, tier: int) -> Graded:
    """The result for a submission that cannot be graded, with the reason."""
    intake = Intake(job.lab, error=why)
    return _graded(intake, unreadable(intake, job.student, Path(job.path), tier))


def _do(job: Job, sandbox: Sandbox) -> Graded:
    transport = Sandboxed(sandbox, lab=job.lab)
    path = Path(job.path)
    try:
        if job.error:
            intake = Intake(job.lab, error=job.error)
        else:
            intake = take_in_bytes(job.raw, job.lab, transport.read)
            intake = replace(intake, findings=(*job.remarks, *intake.findings))
        if intake.error:
            result = unreadable(intake, job.student, path, sandbox.tier)
        else:
            cases = _cases(job.lab, job.seed)
            result = judged(intake, job.student, path, cases, transport, job.only)
    finally:
        transport.close()
    return replace(_graded(intake, result), starved=transport.starved)


@functools.lru_cache(maxsize=16)
def _cases(lab: str, seed: int) -> Cases:
    return Cases(check.load(lab), seed)


def _graded(intake: Intake, result: LabResult) -> Graded:
    by_name = {question.name: question for question in result.questions}
    seen_when_run = result.findings[len(intake.findings) :]
    notebook = restore(intake, by_name, seen_when_run)
    lab = check.load(intake.lab)
    automatic = {*lab.checks, *lab.concepts}
    released = released_cells(intake.lab)
    written = {cell.name: cell.text for cell in intake.cells if cell.name}
    scores, shown = {}, {}
    for name, question in by_name.items():
        grade_id = build.CHECK_PREFIX + name if name in automatic else name
        scores[grade_id] = question.score
        if name in automatic:
            shown[grade_id] = outputs(question)
    silent = frozenset(
        name
        for name, text in released.by_name.items()
        if name not in released.locked and written.get(name, text) == text
    )
    return Graded(result, notebook, scores, silent, shown)

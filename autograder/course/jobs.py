"""One submission as a unit of work that any process on any machine can do."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass, replace
from typing import Any

from autograder.authoring.manifest import manifest
from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.matching import released_cells
from autograder.grading.results import LabResult
from autograder.grading.submission import Submission, grade, refused
from autograder.nbgrader.restore import outputs, restore
from autograder.sandbox.host import SandboxError, SandboxSession

_one_at_a_time = threading.Lock()  # a worker of a cluster may have several threads


@dataclass(frozen=True)
class Job(Submission):
    """A submission to be graded.

    Attributes:
        seed: seed of the hidden cases.
        only: name of a single question to grade, if not all.
        strict: whether only the strongest sandbox is acceptable.
    """

    seed: int = 0
    only: str = ""
    strict: bool = False


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
        session = SandboxSession(lab=job.lab)
        if job.strict and session.tier != 1:
            raise SandboxError(session.sandbox.warning)
        result = grade(job, lambda lab: _cases(lab, job.seed), session, job.only)
        return _stored(result, session.starved)


def not_graded(job: Job, why: str, tier: int) -> Graded:
    """The result for a submission that cannot be graded, with the reason."""
    return _stored(refused(job, why, tier))


@functools.lru_cache(maxsize=16)
def _cases(lab: str, seed: int) -> Cases:
    return Cases(check.load(lab), seed)


def _stored(result: LabResult, starved: bool = False) -> Graded:
    """A result in the form in which nbgrader stores it."""
    released = released_cells(result.lab)
    written = {cell.name: cell.text for cell in result.cells if cell.name}
    known, scores, shown = manifest(result.lab).questions, {}, {}
    for question in result.questions:
        about = known[question.name]
        scores[about.grade_id] = question.score
        if about.automatic:
            shown[about.grade_id] = outputs(question)
    silent = frozenset(
        name
        for name, text in released.by_name.items()
        if name not in released.locked and written.get(name, text) == text
    )
    by_name = {question.name: question for question in result.questions}
    notebook = restore(result, by_name)
    return Graded(replace(result, cells=()), notebook, scores, silent, shown, starved)

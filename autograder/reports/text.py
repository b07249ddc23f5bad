"""Results as a table that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.grading.results import LabResult


def table(results: Iterable[LabResult]) -> str:
    """One line per notebook; for a single notebook, also one line per question."""
    results = list(results)
    rows = [("student", "lab", "points", "of", "remarks")]
    rows += [
        (r.student, r.lab or "?", f"{r.score:g}", f"{r.max_score:g}", _remark(r))
        for r in results
    ]
    text = columns(rows)
    if len(results) == 1 and not results[0].error:
        text += "\n\n" + questions(results[0])
    return text


def questions(result: LabResult) -> str:
    """The questions of one notebook, one line each."""
    rows = [("question", "points", "of", "message")]
    rows += [
        (
            q.name,
            "by hand" if q.score is None else f"{q.score:g}",
            f"{q.max_score:g}",
            q.message,
        )
        for q in result.questions
    ]
    return "\n".join([columns(rows), *result.findings])


def _remark(result: LabResult) -> str:
    if result.error:
        return result.error
    wrong = [q for q in result.questions if q.score is not None]
    wrong = [q for q in wrong if q.score < q.max_score]
    waiting = sum(q.score is None for q in result.questions)
    said = f"{len(wrong)} not right" if wrong else "all right"
    if wrong and len(wrong) <= 2:
        said = "; ".join(q.message for q in wrong)
    return said + (f"; {waiting} to be graded by hand" if waiting else "")


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as aligned text; the last column may have any length."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]) - 1)]
    lines = [
        "  ".join(
            [*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]
        )
        for row in rows
    ]
    rule = "  ".join(["-" * w for w in widths] + ["-" * 7])
    return "\n".join([lines[0], rule, *lines[1:]])

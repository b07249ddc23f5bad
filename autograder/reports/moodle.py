"""CSV for Moodle's grade import: student, grade and feedback."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import safe_csv
from autograder.grading.results import LabResult


def render(results: Sequence[LabResult]) -> str:
    """One row per notebook; a student with an @ is identified by e-mail address."""
    rows = [["idnumber", "email", "assignment", "grade", "feedback"]]
    for result in results:
        by_mail = "@" in result.student
        rows.append(
            [
                "" if by_mail else result.student,
                result.student if by_mail else "",
                result.lab,
                result.score,
                _feedback(result),
            ]
        )
    return safe_csv.render(rows)


def _feedback(result: LabResult) -> str:
    if result.error:
        return result.error
    lines = [
        f"{question.name}: {'by hand' if question.score is None else question.score:}"
        f" of {question.max_score:g}. {question.message}"
        for question in result.questions
    ]
    return "\n".join([*result.findings, *lines])

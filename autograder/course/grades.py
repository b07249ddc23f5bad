"""The grade of everybody in a lab, as the gradebook has it."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import and_, select


@dataclass(frozen=True)
class Person:
    """A student of the gradebook, with the grade in one lab.

    Attributes:
        id: the student's name in the gradebook.
        grade: points after the late penalty; `None` if nothing was graded.
        waiting: a person has yet to give points.
    """

    id: str
    grade: float | None = None
    waiting: bool = False


def grades(book: Gradebook, lab: str) -> list[Person]:
    """Everybody in the gradebook, with the grade in a lab.

    Points given by hand, changed points, extra credit and penalties count.
    """
    handed_in = and_(
        SubmittedAssignment.student_id == Student.id,
        SubmittedAssignment.assignment_id
        == select(Assignment.id).where(Assignment.name == lab).scalar_subquery(),
    )
    query = (
        select(
            Student.id,
            SubmittedAssignment.id,
            SubmittedAssignment.score,
            SubmittedAssignment.late_submission_penalty,
            SubmittedAssignment.needs_manual_grade,
        )
        .outerjoin(SubmittedAssignment, handed_in)
        .order_by(Student.id)
    )
    found = []
    for who, submission, score, penalty, waiting in book.db.execute(query):
        grade = round(score - (penalty or 0), 6) if submission else None
        found.append(Person(who, grade, bool(submission and waiting)))
    return found


def by_hand(book: Gradebook, lab: str) -> set[str]:
    """Students to whom a person has given the points of every question of a lab."""
    query = (
        select(
            SubmittedAssignment.student_id, Grade.manual_score, Grade.needs_manual_grade
        )
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment)
        .join(Assignment)
        .join(GradeCell, Grade.cell_id == GradeCell.id)
        .where(Assignment.name == lab, GradeCell.max_score > 0)
    )
    found = book.db.execute(query).all()
    open_ = {who for who, points, again in found if points is None or again}
    return {who for who, *_ in found} - open_


def maximum(book: Gradebook, lab: str) -> float:
    """Maximum number of points of a lab; 0 if the gradebook does not know it."""
    query = select(Assignment.max_score).where(Assignment.name == lab)
    return book.db.scalar(query) or 0.0

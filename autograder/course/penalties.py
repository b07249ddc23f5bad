"""Due dates, extensions and late penalties in the gradebook."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping

from nbgrader.api import (
    Assignment,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.plugins import BasePlugin
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from traitlets.config import Config

from autograder import paths
from autograder.course import schedule
from autograder.course.configuration import Course
from autograder.course.marks import Marks

_NOTEBOOK = SubmittedNotebook.__table__


def rule(config: Config) -> BasePlugin:
    """The course's own rule for late work, as configured for nbgrader."""
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    return step.plugin_inst


def enter(db: Session, plugin: BasePlugin, notebooks: Iterable[str]) -> None:
    """Compute the penalties of some submissions again.

    Args:
        db: the gradebook; the caller commits.
        plugin: the rule.
        notebooks: ids of submitted notebooks.
    """
    notebooks = list(notebooks)
    if not notebooks:
        return
    clear = update(_NOTEBOOK).where(_NOTEBOOK.c.id == bindparam("row"))
    rows = [{"row": one, "late_submission_penalty": None} for one in notebooks]
    db.connection().execute(clear, rows)
    db.expire_all()  # statements bypass these objects
    late = (
        select(SubmittedNotebook)
        .join(SubmittedNotebook.assignment)
        .join(SubmittedAssignment.assignment)
        .where(
            SubmittedNotebook.id.in_(notebooks),
            SubmittedAssignment.timestamp > Assignment.duedate,
        )
    )
    for one in db.scalars(late).all():
        seconds = one.assignment.total_seconds_late
        if seconds > 0:  # there may be an extension
            student = one.assignment.student_id
            penalty = plugin.late_submission_penalty(student, one.score, seconds)
            if penalty is not None:
                one.late_submission_penalty = min(max(penalty, 0), one.score)


def enter_due(book: Gradebook, due: Mapping[str, datetime.datetime]) -> list[str]:
    """Enter due dates; returns the labs whose date changed."""
    known = {one.name: one.duedate for one in book.assignments}
    changed = [lab for lab, moment in due.items() if known.get(lab) != moment]
    for lab in changed:
        book.update_or_create_assignment(lab, duedate=due[lab])
    return changed


def renew(course: Course, labs: Collection[str]) -> dict[str, list[str]]:
    """Bring due dates, extensions and penalties of some labs up to date.

    Points may have been given by hand since penalties were computed, and the tables of
    dates and extensions may have been changed.

    Args:
        course: the course.
        labs: names of labs; those that the gradebook does not know are left out.

    Returns:
        Lab → students whose penalty changed.

    Raises:
        Refused: a table cannot be read.
    """
    changed = {}
    with Gradebook(course.url, course.name) as book:
        entered = _enter_dates(course, book, labs)
        plugin = rule(course.config)
        for lab in labs:
            before = _penalties(book.db, lab)
            enter(book.db, plugin, [notebook for notebook, _ in before])
            book.db.flush()
            after = _penalties(book.db, lab)
            who = {s for (n, s), points in after.items() if points != before[n, s]}
            if who:
                changed[lab] = sorted(who)
        if entered or changed:
            book.db.commit()
        else:  # to wait for the disk would take longer than all of this
            book.db.rollback()
    return changed


def strangers(course: Course) -> list[str]:
    """A sentence about each extension or excuse of somebody the gradebook lacks."""
    with Gradebook(course.url, course.name) as book:
        students = set(book.db.scalars(select(Student.id)))
    return schedule.strangers(course.root, students)


def _enter_dates(course: Course, book: Gradebook, labs: Collection[str]) -> bool:
    """Enter due dates, times and extensions as the files in the course's folder say.

    Returns:
        Whether a time or an extension changed, which is not committed yet.
    """
    known = paths.lab_names()
    if (course.root / schedule.NAME).is_file():
        due = schedule.due(course.root, known)
        enter_due(book, {lab: due[lab] for lab in labs if lab in due})
    due = {one.name: one.duedate for one in book.assignments if one.duedate}
    times = Marks(course).renew({lab: due[lab] for lab in labs if lab in due})
    extra = schedule.extensions(course.root, known, due)
    if extra is None and not times:
        return False
    query = (
        select(SubmittedAssignment)
        .join(SubmittedAssignment.assignment)
        .where(Assignment.name.in_(labs))
    )
    changed = False
    for one in book.db.scalars(query).all():
        key = one.student_id, one.assignment.name
        time = times.get(key, one.timestamp)
        # Without a table, there may be extensions that nbgrader granted.
        more = one.extension if extra is None else extra.get(key)
        if (one.timestamp, one.extension) != (time, more):
            one.timestamp, one.extension, changed = time, more, True
    book.db.flush()
    return changed


def _penalties(db: Session, lab: str) -> dict[tuple[str, str], float]:
    """Notebook and student → points lost."""
    query = (
        select(
            SubmittedNotebook.id,
            SubmittedAssignment.student_id,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(SubmittedNotebook.assignment)
        .join(SubmittedAssignment.assignment)
        .where(Assignment.name == lab)
    )
    return {(notebook, who): points or 0 for notebook, who, points in db.execute(query)}

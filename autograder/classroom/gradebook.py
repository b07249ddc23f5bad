"""Write results to nbgrader's gradebook, many at a time.

What ends up there is what `nbgrader autograde` writes; a test compares the two. It is
written with few statements and one commit for many submissions.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from sqlalchemy import Executable, Table, and_, bindparam, insert, select, update
from traitlets.config import Config

from autograder import build
from autograder.classroom.jobs import Graded
from autograder.nbgrader_config import find_programs

# Past SQLAlchemy's objects: reading one runs a query for each of its sums.
_STUDENT, _SUBMISSION, _NOTEBOOK, _GRADE, _COMMENT = (
    kind.__table__
    for kind in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)


def _change(table: Table) -> Executable:
    """A statement that changes the row of a table whose id is given as `row`."""
    return update(table).where(table.c.id == bindparam("row"))


class Writer:
    """Keeps a gradebook open for one lab.

    Args:
        url: of the gradebook.
        course: its name in there.
        lab: name of the lab; entered if it is not there yet.
        config: nbgrader's, for late penalties.
    """

    def __init__(self, url: str, course: str, lab: str, config: Config) -> None:
        self.lab = lab
        find_programs()
        self._book = Gradebook(url, course)
        try:
            self._enter_lab(url)
            self._penalties = AssignLatePenalties(config=config)
            self._penalties.init_plugin()
        except BaseException:
            self._book.close()
            raise

    def _enter_lab(self, url: str) -> None:
        name = build.released_path(self.lab).stem
        assignment = self._book.update_or_create_assignment(self.lab)
        if not any(notebook.name == name for notebook in assignment.notebooks):
            about = {"assignment": self.lab, "notebook": name, "db_url": url}
            notebook = build.gradebook_notebook(self.lab)
            SaveCells().preprocess(notebook, {"nbgrader": about})
            self._book.db.expire_all()
            assignment = self._book.find_assignment(self.lab)
        self._assignment = assignment.id
        self._notebook = next(n.id for n in assignment.notebooks if n.name == name)
        found = self._book.find_notebook(name, self.lab)
        self._graded = {c.name: c.id for c in (*found.grade_cells, *found.task_cells)}
        self._commented = {
            c.name: c.id for c in (*found.solution_cells, *found.task_cells)
        }

    def students(self) -> set[str]:
        """Whose submissions of the lab are in the gradebook."""
        query = select(SubmittedAssignment.student_id).where(
            SubmittedAssignment.assignment_id == self._assignment
        )
        return set(self._book.db.scalars(query))

    def write(
        self,
        graded: Iterable[tuple[Graded, datetime.datetime | None]],
        only: str = "",
    ) -> None:
        """Write some results, all of them or none.

        Args:
            graded: results, each with the time it was handed in, if known.
            only: the one question they are about; other scores stay as they are.
        """
        batch = {one.result.student: (one, time) for one, time in graded}
        db = self._book.db
        try:
            notebooks = self._enter({name: time for name, (_, time) in batch.items()})
            results = {notebooks[name]: one for name, (one, _) in batch.items()}
            self._score(results, only)
            if not only:
                self._comment(results)
            self._penalize(results)
            db.commit()
        except BaseException:
            db.rollback()
            raise

    def _enter(self, times: Mapping[str, datetime.datetime | None]) -> dict[str, str]:
        """Make the rows of what is new, and note when each was handed in.

        Args:
            times: of each student's submission, where known.

        Returns:
            Id of each student's notebook.
        """
        db = self._book.db
        known = set(db.scalars(select(Student.id).where(Student.id.in_(times))))
        self._execute(insert(_STUDENT), [{"id": s} for s in times if s not in known])
        handed_in = and_(
            SubmittedAssignment.assignment_id == self._assignment,
            SubmittedAssignment.student_id.in_(times),
        )
        query = select(SubmittedAssignment.student_id, SubmittedAssignment.id)
        submissions = dict(db.execute(query.where(handed_in)).all())
        self._execute(_change(_SUBMISSION), [
            {"row": submissions[student], "timestamp": time}
            for student, time in times.items() if time and student in submissions
        ])  # fmt: skip
        new = {s: new_uuid() for s in times if s not in submissions}
        self._execute(insert(_SUBMISSION), [
            {"id": submission, "assignment_id": self._assignment,
             "student_id": student, "timestamp": times[student]}
            for student, submission in new.items()
        ])  # fmt: skip
        submissions |= new
        query = (
            select(SubmittedAssignment.student_id, SubmittedNotebook.id)
            .join(SubmittedNotebook.assignment)
            .where(handed_in, SubmittedNotebook.notebook_id == self._notebook)
        )
        notebooks = dict(db.execute(query).all())
        new = {s: new_uuid() for s in times if s not in notebooks}
        self._execute(insert(_NOTEBOOK), [
            {"id": notebook, "assignment_id": submissions[student],
             "notebook_id": self._notebook}
            for student, notebook in new.items()
        ])  # fmt: skip
        for table, cells in ((_GRADE, self._graded), (_COMMENT, self._commented)):
            self._execute(insert(table), [
                {"id": new_uuid(), "notebook_id": notebook, "cell_id": cell}
                for notebook in new.values() for cell in cells.values()
            ])  # fmt: skip
        return notebooks | new

    def _score(self, results: Mapping[str, Graded], only: str) -> None:
        """Enter scores; what a person graded before wants another look.

        Args:
            results: by id of the notebook.
            only: the one question they are about, if any.
        """
        names = {cell: name for name, cell in self._graded.items()}
        changes = []
        query = select(Grade.id, Grade.notebook_id, Grade.cell_id, Grade.manual_score)
        found = self._book.db.execute(query.where(Grade.notebook_id.in_(results)))
        for row, notebook, cell, manual in found:
            scores, name = results[notebook].scores, names.get(cell)
            if name in scores:
                look = manual is not None or scores[name] is None
                changes.append((row, scores[name], look))
            elif not only:
                changes.append((row, 0, False))
        self._execute(_change(_GRADE), [
            {"row": row, "auto_score": score, "needs_manual_grade": look}
            for row, score, look in changes
        ])  # fmt: skip

    def _comment(self, results: Mapping[str, Graded]) -> None:
        """Note where a student wrote nothing."""
        names = {cell: name for name, cell in self._commented.items()}
        query = select(Comment.id, Comment.notebook_id, Comment.cell_id)
        found = self._book.db.execute(query.where(Comment.notebook_id.in_(results)))
        self._execute(_change(_COMMENT), [
            {"row": row, "auto_comment":
             "No response." if names.get(cell) in results[notebook].silent else None}
            for row, notebook, cell in found
        ])  # fmt: skip

    def _penalize(self, notebooks: Iterable[str]) -> None:
        """The penalties for handing in late, by the course's own rule."""
        db, plugin = self._book.db, self._penalties.plugin_inst
        self._execute(_change(_NOTEBOOK), [
            {"row": notebook, "late_submission_penalty": None} for notebook in notebooks
        ])  # fmt: skip
        db.expire_all()  # what was written above went past these objects
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
                    penalty = min(max(penalty, 0), one.score)
                    one.late_submission_penalty = penalty

    def _execute(self, statement: Executable, rows: list[dict[str, Any]]) -> None:
        """One statement for many rows, if there are any."""
        if rows:
            self._book.db.execute(statement, rows)

    def close(self) -> None:
        """Close the gradebook."""
        self._book.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

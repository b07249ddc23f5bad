"""Write results to nbgrader's gradebook, many at a time.

What ends up there is what `nbgrader autograde` writes; a test compares the two. It is
written with few statements and one commit for many submissions.
"""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from sqlalchemy import insert, select
from traitlets.config import Config

from autograder import build
from autograder.classroom.jobs import Graded


def _find_programs() -> None:
    """Find `alembic`, which nbgrader starts by name; it lies beside the interpreter."""
    here = str(Path(sys.executable).parent)
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", "")])


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
        _find_programs()
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
            notebook, resources = build.source_notebook(self.lab), {"nbgrader": about}
            for step in (*build.RELEASE_STEPS[: build.SAVE_AT], SaveCells):
                notebook, resources = step().preprocess(notebook, resources)
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
        db = self._book.db
        try:
            for one, time in graded:
                self._write(one, time, only)
            db.commit()
        except BaseException:
            db.rollback()
            raise

    def _write(self, one: Graded, time: datetime.datetime | None, only: str) -> None:
        db, student = self._book.db, one.result.student
        submitted = self._submitted(student, time)
        names = {c_id: name for name, c_id in self._graded.items()}
        for grade in db.scalars(select(Grade).where(Grade.notebook_id == submitted.id)):
            name = names.get(grade.cell_id)
            if name not in one.scores:
                if not only:
                    grade.auto_score, grade.needs_manual_grade = 0, False
                continue
            grade.auto_score = one.scores[name]
            manual = grade.manual_score is not None or grade.auto_score is None
            grade.needs_manual_grade = manual
        if not only:
            names = {c_id: name for name, c_id in self._commented.items()}
            query = select(Comment).where(Comment.notebook_id == submitted.id)
            for comment in db.scalars(query):
                silent = names.get(comment.cell_id) in one.silent
                comment.auto_comment = "No response." if silent else None
        self._penalize(submitted, student)

    def _submitted(
        self, student: str, time: datetime.datetime | None
    ) -> SubmittedNotebook:
        """The rows of a student's submission, made where there are none."""
        db = self._book.db
        found = db.scalars(
            select(SubmittedNotebook)
            .join(SubmittedAssignment)
            .where(
                SubmittedAssignment.student_id == student,
                SubmittedAssignment.assignment_id == self._assignment,
                SubmittedNotebook.notebook_id == self._notebook,
            )
        ).first()
        if found:
            if time:
                found.assignment.timestamp = time
            return found
        if not db.get(Student, student):
            db.add(Student(id=student))
            db.flush()
        submission, notebook = new_uuid(), new_uuid()
        db.execute(insert(SubmittedAssignment).values(
            id=submission, assignment_id=self._assignment, student_id=student,
            timestamp=time,
        ))  # fmt: skip
        db.execute(insert(SubmittedNotebook).values(
            id=notebook, assignment_id=submission, notebook_id=self._notebook
        ))  # fmt: skip
        db.execute(insert(Grade), [
            {"id": new_uuid(), "notebook_id": notebook, "cell_id": cell,
             "needs_manual_grade": True}
            for cell in self._graded.values()
        ])  # fmt: skip
        db.execute(insert(Comment), [
            {"id": new_uuid(), "notebook_id": notebook, "cell_id": cell}
            for cell in self._commented.values()
        ])  # fmt: skip
        return db.get(SubmittedNotebook, notebook)

    def _penalize(self, submitted: SubmittedNotebook, student: str) -> None:
        """The penalty for handing in late, by the course's own rule."""
        submitted.late_submission_penalty = None
        if not submitted.assignment.timestamp:
            return
        late = submitted.assignment.total_seconds_late
        if late <= 0:
            return
        self._book.db.flush()
        plugin = self._penalties.plugin_inst
        penalty = plugin.late_submission_penalty(student, submitted.score, late)
        if penalty is not None:
            penalty = min(max(penalty, 0), submitted.score)
            submitted.late_submission_penalty = penalty

    def close(self) -> None:
        """Close the gradebook."""
        self._book.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

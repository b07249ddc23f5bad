"""Write results to nbgrader's gradebook, many at a time.

The result is the same as that of `nbgrader autograde`; a test compares the two. It is
written with few statements and with one commit for many submissions.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader import utils
from nbgrader.api import (
    Base,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from sqlalchemy import (
    Column,
    Executable,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    create_engine,
    func,
    insert,
    select,
    update,
)
from traitlets.config import Config

from autograder import paths
from autograder.authoring.build import METADATA
from autograder.authoring.manifest import manifest
from autograder.course import grades, penalties
from autograder.course.jobs import Graded

# Bypass SQLAlchemy's objects, because reading one runs a query for each of its sums.
_STUDENT, _SUBMISSION, _NOTEBOOK, _GRADE, _COMMENT = (
    kind.__table__
    for kind in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)


# A notebook's cells in the gradebook: name of the list → class.
_KINDS = {
    "grade_cells": GradeCell,
    "solution_cells": SolutionCell,
    "task_cells": TaskCell,
    "source_cells": SourceCell,
}
# The version of a database's schema, as stored by Alembic and created by nbgrader.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def _change(table: Table) -> Executable:
    """A statement that updates the row of a table whose id is given as `row`."""
    return update(table).where(table.c.id == bindparam("row"))


@functools.cache
def _cells(lab: str) -> dict[str, dict[str, dict[str, Any]]]:
    """What a gradebook must contain about each cell of a lab, by type and name."""
    found: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in _KINDS}
    for name, known in manifest(lab).graded.items():
        cell, kind = known.official, known.kind
        about = cell.metadata["nbgrader"]
        if utils.is_grade(cell):
            points = {"max_score": float(about["points"]), "cell_type": kind}
            found["grade_cells"][name] = points
        if utils.is_solution(cell):
            found["solution_cells"][name] = {}
        if utils.is_task(cell):
            points = {"max_score": float(about["points"]), "cell_type": kind}
            found["task_cells"][name] = points
        if any(name in cells for cells in found.values()) or utils.is_locked(cell):
            found["source_cells"][name] = {
                "cell_type": kind,
                "locked": utils.is_locked(cell),
                "source": cell.source,
                "checksum": about.get("checksum"),
            }
    return found


def _create(url: str) -> None:
    """Create what a database lacks: nbgrader's tables, and their version.

    `Gradebook` would do so, too. But it starts a program to find the version out, which
    takes as long as several submissions, and it stores the version last: a database
    whose creation was cut off would never get one.
    """
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        _VERSION.create(connection, checkfirst=True)
        if not connection.execute(select(_VERSION)).first():
            from alembic.script import ScriptDirectory  # slow to load, needed once

            folder = Path(nbgrader.__file__).parent / "alembic"
            head = ScriptDirectory(str(folder)).get_current_head()
            connection.execute(insert(_VERSION), {"version_num": head})
    engine.dispose()


class Writer:
    """Keeps a gradebook open for one lab.

    Args:
        url: URL of the gradebook.
        course: name of the course in the gradebook.
        lab: name of the lab; entered if it is not there yet.
        config: nbgrader's configuration, for late penalties.
    """

    def __init__(self, url: str, course: str, lab: str, config: Config) -> None:
        self.lab = lab
        _create(url)
        self._book = Gradebook(url, course)
        try:
            self._enter_lab()
            self._rule = penalties.rule(config)
        except BaseException:
            self._book.close()
            raise

    def _enter_lab(self) -> None:
        """Enter the lab's cells, or those that are missing or have other points.

        If entering them was interrupted, in this program or in `nbgrader
        generate_assignment`, scores would be wrong without any error message.
        """
        name = paths.released_path(self.lab).stem
        if not self._complete(name):
            with self._one_transaction():
                self._enter_cells(name)
            self._book.db.expire_all()
        self._assignment = self._book.find_assignment(self.lab).id
        found = self._book.find_notebook(name, self.lab)
        self._notebook = found.id
        self._graded = {c.name: c.id for c in (*found.grade_cells, *found.task_cells)}
        self._commented = {
            c.name: c.id for c in (*found.solution_cells, *found.task_cells)
        }

    def _complete(self, name: str) -> bool:
        """Whether the gradebook has every cell of the lab, with its points."""
        try:
            found = self._book.find_notebook(name, self.lab)
        except MissingEntry:
            return False
        wanted = _cells(self.lab)
        for kind, cells in wanted.items():
            known = {cell.name: cell for cell in getattr(found, kind)}
            for cell, about in cells.items():
                if cell not in known:
                    return False
                points = about.get("max_score")
                if points is not None and known[cell].max_score != points:
                    return False
        return True

    def _enter_cells(self, name: str) -> None:
        book = self._book
        book.update_or_create_assignment(self.lab)
        kernel = json.dumps(METADATA.get("kernelspec", {}))
        notebook = book.update_or_create_notebook(name, self.lab, kernelspec=kernel)
        for kind, cells in _cells(self.lab).items():
            known = {cell.name: cell for cell in getattr(notebook, kind)}
            for cell, about in cells.items():
                if cell in known:
                    for attribute, value in about.items():
                        setattr(known[cell], attribute, value)
                else:
                    book.db.add(_KINDS[kind](name=cell, notebook=notebook, **about))

    @contextlib.contextmanager
    def _one_transaction(self) -> Iterator[None]:
        """Commit all or nothing; nbgrader's own methods commit row by row."""
        db = self._book.db
        db.commit = db.flush
        try:
            yield
        except BaseException:
            db.rollback()
            raise
        finally:
            del db.commit  # restores the method of the class
        db.commit()

    def students(self) -> set[str]:
        """Students whose submissions are in the gradebook with every cell."""
        query = (
            select(SubmittedAssignment.student_id, func.count(Grade.id))
            .join(
                SubmittedNotebook,
                SubmittedNotebook.assignment_id == SubmittedAssignment.id,
            )
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(
                SubmittedAssignment.assignment_id == self._assignment,
                Grade.cell_id.in_(self._graded.values()),
            )
            .group_by(SubmittedAssignment.student_id)
        )
        found = self._book.db.execute(query)
        return {student for student, count in found if count >= len(self._graded)}

    def by_hand(self) -> set[str]:
        """Students to whom a person has given the points of every question."""
        return grades.by_hand(self._book, self.lab)

    def write(
        self,
        graded: Iterable[tuple[Graded, datetime.datetime | None]],
        only: str = "",
    ) -> None:
        """Write some results, either all of them or none.

        Args:
            graded: results, each with the time it was handed in, if known.
            only: the single question they are about; other scores stay as they are.
        """
        batch = {one.result.student: (one, time) for one, time in graded}
        db = self._book.db
        try:
            notebooks = self._enter({name: time for name, (_, time) in batch.items()})
            results = {notebooks[name]: one for name, (one, _) in batch.items()}
            self._score(results, only)
            if not only:
                self._comment(results)
            penalties.enter(db, self._rule, results)
            db.commit()
        except BaseException:
            db.rollback()
            raise

    def enter_times(self, times: Mapping[str, datetime.datetime | None]) -> list[str]:
        """Record when work that is stored already was handed in.

        Args:
            times: the time of each student's submission, if known.

        Returns:
            The students whose time is another one than before.
        """
        columns = _SUBMISSION.c
        query = select(columns.id, columns.student_id, columns.timestamp).where(
            columns.assignment_id == self._assignment, columns.student_id.in_(times)
        )
        found = self._book.db.execute(query).all()
        other = [
            (row, student)
            for row, student, known in found
            if times[student] and times[student] != known
        ]
        rows = [{"row": row, "timestamp": times[student]} for row, student in other]
        self._execute(_change(_SUBMISSION), rows)
        self._book.db.commit()
        return [student for _, student in other]

    def _enter(self, times: Mapping[str, datetime.datetime | None]) -> dict[str, str]:
        """Create the rows of new submissions, and record when each was handed in.

        Args:
            times: the time of each student's submission, if known.

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
        self._execute(
            _change(_SUBMISSION),
            [
                {"row": submissions[student], "timestamp": time}
                for student, time in times.items()
                if time and student in submissions
            ],
        )
        new = {s: new_uuid() for s in times if s not in submissions}
        self._execute(
            insert(_SUBMISSION),
            [
                {
                    "id": submission,
                    "assignment_id": self._assignment,
                    "student_id": student,
                    "timestamp": times[student],
                }
                for student, submission in new.items()
            ],
        )
        submissions |= new
        query = (
            select(SubmittedAssignment.student_id, SubmittedNotebook.id)
            .join(SubmittedNotebook.assignment)
            .where(handed_in, SubmittedNotebook.notebook_id == self._notebook)
        )
        notebooks = dict(db.execute(query).all())
        new = {s: new_uuid() for s in times if s not in notebooks}
        self._execute(
            insert(_NOTEBOOK),
            [
                {
                    "id": notebook,
                    "assignment_id": submissions[student],
                    "notebook_id": self._notebook,
                }
                for student, notebook in new.items()
            ],
        )
        notebooks |= new
        for table, cells in ((_GRADE, self._graded), (_COMMENT, self._commented)):
            query = select(table.c.notebook_id, table.c.cell_id)
            chosen = query.where(table.c.notebook_id.in_(notebooks.values()))
            known = set(map(tuple, db.execute(chosen)))
            self._execute(
                insert(table),
                [
                    {"id": new_uuid(), "notebook_id": notebook, "cell_id": cell}
                    for notebook in notebooks.values()
                    for cell in cells.values()
                    if (notebook, cell) not in known
                ],
            )
        return notebooks

    def _score(self, results: Mapping[str, Graded], only: str) -> None:
        """Enter scores; cells that a person graded before need another look.

        Args:
            results: results by id of the notebook.
            only: the single question they are about, if any.
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
        self._execute(
            _change(_GRADE),
            [
                {"row": row, "auto_score": score, "needs_manual_grade": look}
                for row, score, look in changes
            ],
        )

    def _comment(self, results: Mapping[str, Graded]) -> None:
        """Record where a student wrote nothing."""
        names = {cell: name for name, cell in self._commented.items()}
        query = select(Comment.id, Comment.notebook_id, Comment.cell_id)
        found = self._book.db.execute(query.where(Comment.notebook_id.in_(results)))
        self._execute(
            _change(_COMMENT),
            [
                {
                    "row": row,
                    "auto_comment": "No response."
                    if names.get(cell) in results[notebook].silent
                    else None,
                }
                for row, notebook, cell in found
            ],
        )

    def _execute(self, statement: Executable, rows: list[dict[str, Any]]) -> None:
        """Run one statement for many rows, if there are any."""
        if rows:
            self._book.db.execute(statement, rows)

    def close(self) -> None:
        """Close the gradebook."""
        self._book.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

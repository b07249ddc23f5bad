"""Update a course's gradebook without losing a grade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nbgrader.api import Comment, Grade, Gradebook, Notebook
from nbgrader.utils import is_grade, is_locked, is_solution
from sqlalchemy import select

from autograder import paths
from autograder.authoring.manifest import manifest
from autograder.authoring.source import CHECK_PREFIX
from autograder.course.people import People
from autograder.course.roster import NO_ID, Student


def enter_students(
    book: Gradebook, people: People, students: Iterable[Student]
) -> tuple[list[str], list[str], list[str]]:
    """Enter students; details that the roster does not give stay as they were.

    A student whom the gradebook has under another id keeps that id. Of such a student
    a roster only completes the details.

    Args:
        book: the gradebook.
        people: its students and all their keys, which the rosters add to.
        students: the students of one roster.

    Returns:
        The ids of new and of known students, and a sentence for each who cannot be
        entered.
    """
    new, old, problems = [], [], []
    for one in students:
        match = people.known(one)
        known, why = match.student, match.why
        if not why and known in (*new, *old):
            why = f"is {known}, who is on an earlier line"
        if not (known or why or one.id):
            why = NO_ID
        if why:
            problems.append(f"Line {one.line}: {one.name or one.id} {why}.")
            continue
        details = {
            name: value
            for name in ("first_name", "last_name", "email", "lms_user_id")
            if (value := getattr(one, name))
        }
        if not known and not one.name:
            details["last_name"] = one.id  # the Formgrader needs something to show
        if known and known != one.id:
            before = people.students[known]
            if before.name == known:
                before = replace(before, last_name="")
            named = ("first_name", "last_name") if before.name else ()
            details = {
                name: value
                for name, value in details.items()
                if name not in named and not getattr(before, name)
            }
        (old if known else new).append(known or one.id)
        row = book.update_or_create_student(known or one.id, **details)
        names = ("first_name", "last_name", "email", "lms_user_id")
        values = [getattr(row, name) or "" for name in names]
        people.add(Student(row.id, *values, one.keys))
    return new, old, problems


def renew_lab(book: Gradebook, lab: str) -> tuple[list[str], list[str]]:
    """Update the gradebook's cells of a lab to those of its source.

    nbgrader refuses this once work has been handed in. Here, a new question is entered
    for everybody as not graded yet, and a removed question counts 0 of 0 points.

    Args:
        book: the gradebook.
        lab: a lab that the gradebook knows.

    Returns:
        Names of the new and of the removed questions.
    """
    name = paths.released_path(lab).stem
    known = book.find_notebook(name, lab)
    grades = {cell.name for cell in known.grade_cells}
    comments = {cell.name for cell in known.solution_cells}
    present, new = set(), []
    for entry in manifest(lab).graded.values():
        cell = entry.official
        about = cell.metadata["nbgrader"]
        where = (about["grade_id"], name, lab)
        if is_grade(cell):
            points = float(about["points"])
            book.update_or_create_grade_cell(
                *where, max_score=points, cell_type=cell.cell_type
            )
            present.add(where[0])
            new += [where[0]] if where[0] not in grades else []
        if is_solution(cell):
            book.update_or_create_solution_cell(*where)
        book.update_or_create_source_cell(
            *where,
            cell_type=cell.cell_type,
            locked=is_locked(cell),
            source=cell.source,
            checksum=about.get("checksum"),
        )
    gone = sorted(grades - present)
    for one in gone:
        book.find_grade_cell(one, name, lab).max_score = 0
    book.db.flush()
    book.db.expire_all()
    _fill(book, book.find_notebook(name, lab), grades, comments)
    book.db.commit()
    return [_plain(one) for one in new], [_plain(one) for one in gone]


def _fill(book: Gradebook, known: Notebook, grades: set, comments: set) -> None:
    """Add rows of the new cells to submissions that were already handed in."""
    for submitted in known.submissions:
        book.db.add_all(
            Grade(cell_id=cell.id, notebook_id=submitted.id, needs_manual_grade=True)
            for cell in known.grade_cells
            if cell.name not in grades
        )
        book.db.add_all(
            Comment(cell_id=cell.id, notebook_id=submitted.id)
            for cell in known.solution_cells
            if cell.name not in comments
        )


def _plain(name: str) -> str:
    return name.removeprefix(CHECK_PREFIX)


def labs_in(book: Gradebook) -> set[str]:
    """Labs whose notebook the gradebook knows."""
    return {notebook.assignment.name for notebook in book.db.scalars(select(Notebook))}

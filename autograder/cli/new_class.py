"""`autograder new-class FOLDER [--roster FILE]`: make or update a course's folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.cli.common import UsageError, say_strangers
from autograder.errors import about


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "new-class",
        help="make a course's folder, or update one in mid-term",
        description="Writes nbgrader's configuration, due dates and the roster. In an "
        "existing folder it updates our part and keeps yours: settings, submissions, "
        "grades and dates. No student is ever removed.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--roster",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="CSV as exported by Canvas, Moodle, Brightspace, Blackboard, GitHub "
        "Classroom or nbgrader; may be repeated",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make or update the folder, and report what was done."""
    from autograder import paths
    from autograder.course import folder as folders
    from autograder.course import roster, schedule

    folder, labs = options.folder, paths.lab_names()
    if folder.resolve() == paths.ROOT:
        raise UsageError("Choose a separate folder, outside the course's sources.")
    # Read everything before anything is written.
    rosters = []
    for file in options.roster:
        with about(file):
            rosters.append((file, file.read_bytes(), roster.read(file)))
    with about(folder):
        folder.mkdir(parents=True, exist_ok=True)
    print(folders.configure(folder))
    folders.ignore(folder)
    folders.link_sources(folder)
    (folder / "submitted").mkdir(exist_ok=True)
    for file, content, _ in rosters:
        folders.keep_roster(folder, file, content)
    schedule.renew(folder, labs)
    due = schedule.due(folder, labs)
    for lab in folders.renew_labs(folder, labs):
        print(f"{lab}: the released notebook was updated; hand it out again.")
    problems = _gradebook(folder, rosters, due, labs)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _gradebook(folder: Path, rosters: list, due: dict, labs: list) -> list[str]:
    """Update the gradebook; returns sentences about rows that were left out."""
    from nbgrader.api import Gradebook

    from autograder.course import enrolment as books
    from autograder.course import penalties
    from autograder.course.configuration import open_course
    from autograder.course.people import People

    course, problems = open_course(folder), []
    with Gradebook(course.url, course.name) as book:
        people = People.of(course)
        for file, _, found in rosters:
            new, old, more = books.enter_students(book, people, found.students)
            students = "student" if len(new) == 1 else "students"
            counts = f"{len(new)} new {students}, {len(old)} known"
            print(f"{file.name} ({found.kind}): {counts}.")
            problems += [f"{file.name}: {one}" for one in (*found.problems, *more)]
            gone = sorted(people.students.keys() - {*new, *old})
            if gone and len(rosters) == 1:
                print(f"Not in this roster, but kept: {_listed(gone)}.")
        people.save()
        for lab in penalties.enter_due(book, due):
            print(f"{lab}: due {due[lab]:%Y-%m-%d %H:%M} UTC.")
        for lab in sorted(books.labs_in(book) & set(labs)):
            new, gone = books.renew_lab(book, lab)
            if new:
                print(f"{lab}: new, to be graded: {_listed(new)}.")
            if gone:
                print(f"{lab}: removed, now 0 of 0 points: {_listed(gone)}.")
    for lab, who in penalties.renew(course, labs).items():
        print(f"{lab}: the late penalty changed for {_listed(who)}.")
    say_strangers(course)
    return problems


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more

"""`autograder collect [LAB] PATH…`: sort an LMS's download for grading."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.cli.common import UsageError, labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "collect",
        help="sort an LMS's download into submitted/",
        description="Takes folders, zip archives and notebooks as Canvas, Moodle, "
        "Brightspace, Blackboard, GitHub Classroom or nbgrader name them, and copies "
        "each notebook to submitted/<student>/<LAB>/. The student is found in the "
        "roster; whoever cannot be found is listed in unmatched.csv. A newer attempt "
        "replaces an earlier one, which is kept in .autograder/replaced/. Files that "
        "cannot be placed are listed.",
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="[LAB] PATH",
        help="what was downloaded; after a lab's name, all of it is that lab. A CSV "
        "file is Moodle's grading worksheet",
    )
    parser.add_argument(
        "--lab", default="", help="by default, determined from each file"
    )
    parser.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the course's folder (default: this one)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Place the files; report the result and name those that could not be placed."""
    from autograder import paths
    from autograder.course.configuration import open_course
    from autograder.course.handed_in import collect
    from autograder.course.people import UNMATCHED

    lab, places = options.lab, options.paths
    if str(places[0]) in paths.lab_names() and len(places) > 1:
        lab, places = str(places[0]), places[1:]
    for path in places:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")
    if lab:
        labs_named([lab])
    course = open_course(options.course)
    done = collect(places, course, lab)
    counts = [f"{len(done.placed)} placed in {course.submitted}"]
    counts += [f"{len(done.replaced)} replaced"] if done.replaced else []
    counts += [f"{len(done.unchanged)} unchanged"] if done.unchanged else []
    counts += [f"{len(done.settled)} not needed"] if done.settled else []
    counts += [f"{len(done.left)} not placed"] if done.left else []
    print("; ".join(counts) + ".")
    for sentence in (*done.settled, *done.left, *done.problems):
        print(f"  {sentence}")
    if done.unmatched:
        print(
            f"{course.root / UNMATCHED} lists {done.unmatched} who could not be "
            "recognized. Fill in the column `student` and run this command again."
        )
    if done.late:
        _say_late(done.late)
    if done.undated:
        print(
            "Moodle's download does not say when these were handed in, so they count "
            f"as on time: {_listed(done.undated)}. Collect them together with the "
            "assignment's grading worksheet."
        )
    for one, students in done.missing.items():
        if students:
            listed = ", ".join(students)
            print(f"{one}: nothing to grade from {len(students)}: {listed}.")
    return 1 if done.left or done.problems or done.unmatched else 0


def _say_late(late: Mapping[tuple[str, str], bool]) -> None:
    hint = "submitted/<student>/<LAB>/timestamp.txt, such as 2027-02-01 09:30:00 UTC."
    for has_date, means in (
        (True, "They count as handed in one second after the due date."),
        (False, "Their lab has no due date, so they count as handed in on time."),
    ):
        keys = [key for key, known in sorted(late.items()) if known == has_date]
        if keys:
            print(
                "Marked as late, but the download does not say by how much: "
                f"{_listed(keys)}. {means} Write the true time into {hint}"
            )


def _listed(keys: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{student} ({lab})" for student, lab in sorted(keys))

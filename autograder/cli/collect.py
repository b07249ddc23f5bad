"""`autograder collect PATH… [--lab LAB]`: sort an LMS's download for grading."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.common import UsageError, labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "collect",
        help="sort an LMS's download into submitted/",
        description="Takes folders, zip archives and notebooks as Canvas, Moodle or "
        "nbgrader name them, and copies each notebook to submitted/<student>/<LAB>/. "
        "A newer attempt replaces an earlier one, which is kept in "
        ".autograder/replaced/. Files that cannot be placed are listed.",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
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
    from autograder.course.configuration import open_course
    from autograder.course.handed_in import collect

    for path in options.paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")
    if options.lab:
        labs_named([options.lab])
    course = open_course(options.course)
    done = collect(options.paths, course, options.lab)
    counts = [f"{len(done.placed)} placed in {course.submitted}"]
    counts += [f"{len(done.replaced)} replaced"] if done.replaced else []
    counts += [f"{len(done.unchanged)} unchanged"] if done.unchanged else []
    counts += [f"{len(done.left)} not placed"] if done.left else []
    print("; ".join(counts) + ".")
    for sentence in done.left:
        print(f"  {sentence}")
    return 1 if done.left else 0

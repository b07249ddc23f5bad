"""`autograder statistics LAB`: who fails which questions, and by which mistakes."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.common import UsageError, labs_named
from autograder.errors import about


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "statistics", help="show who fails which questions, and by which mistakes"
    )
    parser.add_argument("lab", metavar="LAB")
    parser.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the course's folder (default: this one)",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument("--figure", type=Path, metavar="FILE.png")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show the table, and write the requested files."""
    from autograder.course.configuration import open_course
    from autograder.course.statistics import statistics, ungraded
    from autograder.reports import class_figure, class_table

    labs_named([options.lab])
    course = open_course(options.course)
    questions = statistics(course, options.lab)
    left_out = ", ".join(ungraded(course, options.lab))
    if not questions and left_out:
        raise UsageError(
            f"None of the files that were handed in could be graded: {left_out}."
        )
    if not questions:
        raise UsageError(
            f"Nothing is graded yet; run `autograder class {options.lab}`."
        )
    print(class_table.text(questions))
    if left_out:
        print(f"Could not be graded; only points given by hand count: {left_out}.")
    if options.csv:
        text = class_table.csv(questions)
        with about(options.csv):
            options.csv.write_text(text, encoding="utf-8", newline="")
    if options.markdown:
        text = class_table.summary(options.lab, questions)
        with about(options.markdown):
            options.markdown.write_text(text, encoding="utf-8")
    if options.figure:
        with about(options.figure):
            class_figure.draw(options.lab, questions, options.figure)
    return 0

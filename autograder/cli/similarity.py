"""`autograder similarity LAB`: submissions that are unusually alike."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli import safety
from autograder.cli.common import UsageError, labs_named
from autograder.errors import about


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "similarity",
        help="show which submissions are unusually alike",
        description="Text from the lab, its reference and known variants does not "
        "count. The result is a hint for a person, not proof.",
    )
    parser.add_argument("lab", metavar="LAB")
    parser.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the course's folder (default: this one)",
    )
    parser.add_argument(
        "--at-least",
        type=float,
        default=30,
        metavar="PERCENT",
        help="smallest share of unusual passages in common (default: %(default)s)",
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write everything that each pair shares",
    )
    safety.add_option(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show the pairs, and write what they share."""
    labs_named([options.lab])
    sandbox = safety.begin()
    from autograder.course.configuration import open_course
    from autograder.course.handed_in import submissions
    from autograder.course.similarity import pairs
    from autograder.grading.submission import Submission, read
    from autograder.reports import pairs as report
    from autograder.sandbox.host import SandboxSession

    found = submissions(open_course(options.course), options.lab)
    if len(found) < 2:
        raise UsageError(f"There are fewer than two submissions of {options.lab}.")
    safety.check(options, sandbox)
    session = SandboxSession(lab=options.lab)
    taken = {
        student: read(Submission.of(path, student, options.lab), session)
        for student, path in found
    }
    least = options.at_least / 100
    found = pairs(options.lab, taken)
    # A single shared line may be a coincidence.
    alike = [p for p in found if p.share >= least and len(p.passages) > 2]
    print(report.text(alike))
    if options.markdown:
        text = report.page(options.lab, alike)
        with about(options.markdown):
            options.markdown.write_text(text, encoding="utf-8", errors="replace")
    return 0

"""`autograder feedback LAB [--jobs N]`: the pages that students get back."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path

from autograder.cli import safety
from autograder.cli.common import UsageError, labs_named, say_strangers


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "feedback",
        help="write the pages that students get back",
        description="Writes the same pages to feedback/ as `nbgrader "
        "generate_feedback`, in parallel, and only those that would change.",
    )
    parser.add_argument("lab", metavar="LAB")
    parser.add_argument(
        "--jobs",
        type=int,
        metavar="N",
        default=os.cpu_count() or 1,
        help="number of processes (default: %(default)s)",
    )
    parser.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the course's folder (default: this one)",
    )
    parser.add_argument(
        "--force", action="store_true", help="write pages that are up to date as well"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the pages with a progress bar, and report the result."""
    safety.one_thread()
    labs_named([options.lab])
    if options.jobs < 1:
        raise UsageError("At least one process is needed: --jobs 1.")
    gc.disable()  # while modules are loaded, there is nothing to collect
    from tqdm import tqdm

    from autograder.course import feedback, penalties
    from autograder.course.configuration import open_course

    gc.freeze()  # what is loaded stays: do not look through it again and again
    gc.enable()
    course = open_course(options.course)
    penalties.renew(course, [options.lab])
    say_strangers(course)
    with tqdm(unit="page", disable=not sys.stderr.isatty()) as bar:

        def progress(total: int) -> None:
            bar.total = total
            bar.update()

        done = feedback.write(
            course, options.lab, options.jobs, options.force, progress
        )
    if not (done.written or done.unchanged or done.problems):
        raise UsageError(
            f"Nothing is graded yet; run `autograder class {options.lab}`."
        )
    print(f"{len(done.written)} pages written; {len(done.unchanged)} up to date.")
    for sentence in done.problems:
        print(f"  {sentence}")
    return 1 if done.problems else 0

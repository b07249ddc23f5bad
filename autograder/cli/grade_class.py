"""`autograder class LAB [--jobs N]`: grade a whole class into nbgrader's gradebook."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli import reporting, safety
from autograder.cli.common import UsageError, labs_named, say_strangers
from autograder.cli.grade import seed_of

if TYPE_CHECKING:
    from autograder.course.class_run import Scheduler


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "class",
        help="grade everything that was handed in for a lab",
        description="Grades submitted/<student>/<LAB>/ into nbgrader's gradebook and "
        "autograded/, as `nbgrader autograde` does. Unchanged files are not graded "
        "again; a run that was stopped resumes where it was.",
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
        "--question",
        default="",
        metavar="NAME",
        help="regrade one question for everybody",
    )
    parser.add_argument(
        "--force", action="store_true", help="grade unchanged files as well"
    )
    parser.add_argument("--seed", help="seed of the hidden cases, for everybody")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="address of a Dask cluster to run on"
    )
    safety.add_option(parser)
    reporting.add_options(parser, reporting.OF_A_CLASS)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade the class with a progress bar, and report the result."""
    labs_named([options.lab])
    if options.jobs < 1:
        raise UsageError("At least one process is needed: --jobs 1.")
    if options.scheduler:
        safety.one_thread()
        sandboxes = []
    else:
        sandboxes = [safety.begin()]
    from tqdm import tqdm

    from autograder.course import class_run as runs
    from autograder.course import configuration as courses
    from autograder.course import handed_in, local
    from autograder.course.people import UNMATCHED, People

    _check_question(options)
    course = courses.open_course(options.course)
    found = runs.submissions(course, options.lab)
    if not found:
        raise UsageError(
            f"There is nothing to grade in {course.submitted}/<student>/{options.lab}."
        )
    if sandboxes:
        sandboxes += local.begin_more(min(options.jobs, len(found)) - 1)
        safety.check(options, sandboxes[0])
        schedule = partial(local.run, processes=options.jobs, ready=sandboxes)
    else:
        schedule = _on_a_cluster(options.scheduler)
    wanted = runs.Options(
        options.question, options.force, options.require_sandbox, seed_of(options.seed)
    )
    unchanged = 0
    with tqdm(
        total=len(found), unit="notebook", disable=not sys.stderr.isatty()
    ) as bar:

        def progress(result) -> None:
            nonlocal unchanged
            unchanged += result is None
            bar.update()

        results = runs.grade_class(
            course,
            options.lab,
            schedule,
            wanted,
            progress,
            lambda sentence: print(sentence, file=sys.stderr),
        )
    _say(results, unchanged)
    unreadable = runs.unreadable_times(course, options.lab)
    for sentence in unreadable:
        print(f"  {sentence}")
    say_strangers(course)
    people = People.of(course)
    missing = handed_in.missing(course, people, options.lab)
    if missing:
        print(f"Nothing to grade from {len(missing)}: {', '.join(missing)}.")
    if waiting := people.waiting():
        print(
            f"{course.root / UNMATCHED} lists {waiting} whose work is not collected "
            "yet. Fill in the column `student` and run `autograder collect` again."
        )
    reporting.write(options, results)
    return 1 if unreadable or waiting or any(result.error for result in results) else 0


def _check_question(options: argparse.Namespace) -> None:
    from autograder.checks import check

    lab = check.load(options.lab)
    known = (*lab.checks, *lab.concepts)
    if options.question and options.question not in known:
        raise UsageError(
            f"{options.lab} has no question {options.question!r}. Its questions are: "
            f"{', '.join(known)}."
        )


def _on_a_cluster(address: str) -> Scheduler:
    try:
        from autograder.course import cluster
    except ImportError:
        raise UsageError(
            "A cluster needs Dask: `pip install numpy-deep-learning-labs[cluster]`."
        ) from None
    return partial(cluster.run, address=address)


def _say(results, unchanged: int) -> None:
    from autograder.grading.collect import SEVERAL

    errors = [result for result in results if result.error]
    graded = [result for result in results if not result.error]
    parts = [f"{len(graded)} graded"]
    if graded:
        mean = sum(result.score for result in graded) / len(graded)
        parts[0] += f", mean {mean:.1f} of {graded[0].max_score:g} points so far"
    parts += [f"{unchanged} unchanged"] if unchanged else []
    parts += [f"{len(errors)} could not be graded"] if errors else []
    print("; ".join(parts) + ".")
    for result in errors:
        print(f"  {result.student}: {result.error}")
    for result in results:
        for sentence in result.findings:
            if sentence.startswith(SEVERAL):
                print(f"  {result.student}: {sentence}")

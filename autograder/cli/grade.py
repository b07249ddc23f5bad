"""`autograder grade PATH… [--json FILE]`: grade notebooks, folders or archives."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.cli import reporting, safety
from autograder.cli.common import UsageError, labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("grade", help="grade notebooks, folders or zip files")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument(
        "--lab", default="", help="by default, determined from each file"
    )
    parser.add_argument("--student", help="by default, determined from each path")
    parser.add_argument("--seed", help="seed of a result, to draw the same cases again")
    safety.add_option(parser)
    reporting.add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade everything, show a table, write the results."""
    for path in options.paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError(f"There is no file or folder {path}.")
    if options.lab:
        labs_named([options.lab])
    seed = seed_of(options.seed)
    sandbox = safety.begin()
    from tqdm import tqdm

    from autograder.grading.cases import drawn
    from autograder.grading.collect import SEVERAL, notebooks
    from autograder.grading.submission import grade
    from autograder.reports.text import table
    from autograder.sandbox.host import SandboxSession

    found = list(notebooks(options.paths))
    if not found:
        raise UsageError("There is no notebook (*.ipynb) in the paths you gave.")
    safety.check(options, sandbox)
    results = [
        grade(one, drawn(one.student, seed), SandboxSession(lab=one.lab))
        for one in tqdm(
            _submissions(options, found),
            total=len(found),
            unit="notebook",
            disable=not sys.stderr.isatty(),
        )
    ]
    print(table(results))
    for result in results if len(results) > 1 or results[0].error else ():
        for sentence in result.findings:
            if sentence.startswith(SEVERAL):
                print(f"{result.student}: {sentence}")
    reporting.write(options, results)
    return 1 if any(result.error for result in results) else 0


def _submissions(options: argparse.Namespace, found: Iterable) -> Iterator:
    """The files that were found as submissions; each is read when it is needed."""
    from autograder.grading.collect import passed_over
    from autograder.grading.submission import Submission

    for one in found:
        yield Submission(
            options.student or one.student,
            options.lab,
            str(one.path or one.name),
            *one.read(),
            remarks=passed_over(str(one.name), one.beside),
        )


def seed_of(text: str | None) -> int | None:
    """Convert a seed, as shown in results, to a number.

    Raises:
        UsageError: the text is not a seed.
    """
    try:
        return None if text is None else int(text, 16)
    except ValueError:
        raise UsageError(
            f"{text!r} is not a seed; copy the seed from a result."
        ) from None

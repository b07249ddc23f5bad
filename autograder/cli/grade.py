"""`autograder grade PATH… [--json FILE]`: grade notebooks, folders or archives."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from autograder.cli.common import UsageError


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("grade", help="grade notebooks, folders or zip files")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--lab", default="", help="told from each file by default")
    parser.add_argument("--student", help="told from each path by default")
    parser.add_argument("--seed", help="from a result, to draw the same cases again")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all results")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade everything, show a table, write the results."""
    from tqdm import tqdm

    from autograder.collect import submissions
    from autograder.grading import grade
    from autograder.table import table

    for path in options.paths:
        if not path.exists() and not path.is_symlink():
            raise UsageError(f"There is no file or folder {path}.")
    seed = _seed(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        found = list(submissions(options.paths, Path(scratch)))
        if not found:
            raise UsageError("There is no notebook (*.ipynb) in what you named.")
        results = [
            grade(one.path, options.student or one.student, lab=options.lab, seed=seed)
            for one in tqdm(found, unit="notebook", disable=not sys.stderr.isatty())
        ]
    print(table(results))
    if options.json:
        records = [result.as_dict() for result in results]
        options.json.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    return 1 if any(result.error for result in results) else 0


def _seed(text: str | None) -> int | None:
    try:
        return None if text is None else int(text, 16)
    except ValueError:
        raise UsageError(f"{text!r} is no seed; take it from a result.") from None

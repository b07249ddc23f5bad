"""`autograder example-class`: a small class of C1W2, graded by nbgrader, as a table."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

from autograder.errors import Refused

CONFIGURATION = """\
from autograder.errors import Refused
from autograder.nbgrader.config import configure

configure(get_config(), __file__)
"""


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "example-class", help="grade a small generated class with nbgrader"
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("example-class"),
        help="the course's folder, created if necessary (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the class, let nbgrader grade it, and show the gradebook."""
    from autograder.course import example_class, overview
    from autograder.reports.text import columns

    folder, lab = options.folder, example_class.LAB
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "gradebook.db").unlink(missing_ok=True)
    students = example_class.write(folder)
    print(f"{len(students)} students handed in {lab}; nbgrader grades them.")
    for words in (
        ["generate_assignment", lab, "--force"],
        ["autograde", lab, "--force"],
        ["generate_feedback", lab, "--force"],
    ):
        _nbgrader(words, folder)
    rows = overview.rows(f"sqlite:///{(folder / 'gradebook.db').resolve()}", lab)
    print()
    print(
        columns([("student", "points", "of", "by hand", "questions not right"), *rows])
    )
    print(f"\nThe feedback for each student is in {folder / 'feedback'}.")
    return 0


def _nbgrader(words: list[str], folder: Path) -> None:
    print(f"$ nbgrader {' '.join(words)}")
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = re.findall(r"Not graded: .*", done.stderr)
    print("".join(f"  {sentence}\n" for sentence in refused), end="")
    if done.returncode and not refused:
        raise Refused(f"nbgrader {words[0]} failed:\n{done.stderr[-2000:]}")

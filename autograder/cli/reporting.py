"""Options for reports, shared by all commands that grade."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

# Grades of a class go to an LMS from the gradebook: `autograder export`.
OF_A_CLASS = ("json", "junit", "gradescope", "github", "markdown")
FORMATS = (*OF_A_CLASS, "canvas", "moodle")


def add_options(
    parser: argparse.ArgumentParser, formats: Sequence[str] = FORMATS
) -> None:
    """Add an option for each format."""
    group = parser.add_argument_group("reports")
    for name in formats:
        group.add_argument(f"--{name}", type=Path, metavar="FILE")


def write(options: argparse.Namespace, results: Sequence) -> None:
    """Write the requested reports."""
    from autograder import reports

    for name in FORMATS:
        path = getattr(options, name, None)
        if path:
            reports.write(name, path, results)

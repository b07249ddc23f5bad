"""Options for reports, shared by all commands that grade."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder import reports

# Grades of a class go to an LMS from the gradebook: `autograder export`.
OF_A_CLASS = tuple(n for n, one in reports.FORMATS.items() if not one.of_an_lms)


def add_options(
    parser: argparse.ArgumentParser, formats: Iterable[str] = tuple(reports.FORMATS)
) -> None:
    """Add an option for each format."""
    group = parser.add_argument_group("reports")
    for name in formats:
        one = reports.FORMATS[name]
        said = f"{one.help}; appended to FILE" if one.appended else one.help
        group.add_argument(f"--{name}", type=Path, metavar="FILE", help=said)


def write(options: argparse.Namespace, results: Sequence) -> None:
    """Write the requested reports."""
    for name in reports.FORMATS:
        path = getattr(options, name, None)
        if path:
            reports.write(name, path, results)

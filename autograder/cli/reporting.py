"""Options for reports, shared by all commands that grade."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

FORMATS = ("json", "junit", "gradescope", "github", "markdown", "canvas", "moodle")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each format."""
    group = parser.add_argument_group("reports")
    for name in FORMATS:
        group.add_argument(f"--{name}", type=Path, metavar="FILE")


def write(options: argparse.Namespace, results: Sequence) -> None:
    """Write the requested reports."""
    from autograder import reports

    for name in FORMATS:
        path = getattr(options, name)
        if path:
            reports.write(name, path, results)

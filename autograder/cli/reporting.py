"""Options for reports, shared by all commands that grade."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from autograder import reports


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each format."""
    group = parser.add_argument_group("reports")
    for name, one in reports.FORMATS.items():
        said = f"{one.help}; appended to FILE" if one.appended else one.help
        group.add_argument(f"--{name}", type=Path, metavar="FILE", help=said)


def write(options: argparse.Namespace, results: Sequence) -> None:
    """Write the requested reports."""
    for name in reports.FORMATS:
        path = getattr(options, name)
        if path:
            reports.write(name, path, results)

"""`autograder gradescope LAB [--out DIR]`: a lab's autograder for Gradescope."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.common import labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "gradescope",
        help="make a lab's autograder for Gradescope, a zip archive",
        description="Upload the archive under Configure Autograder. It contains "
        "solutions and hidden tests: do not give it to students.",
    )
    parser.add_argument("lab", metavar="LAB")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("dist"),
        metavar="DIR",
        help="folder of the archive (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the archive and say where it is."""
    from autograder.release import archive, gradescope

    labs_named([options.lab])
    path = options.out / f"gradescope-{options.lab}.zip"
    archive.write(path, gradescope.files(options.lab), gradescope.PROGRAMS)
    print(f"{path}: {path.stat().st_size / 1e6:.1f} MB; it contains the answers.")
    return 0

"""`autograder bundle [LAB…] [--out DIR]`: the package that students receive."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.common import labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "bundle",
        help="make the students' package, a zip archive",
        description="Packs labs, helpers, data sets and environment, but no solutions "
        "and no hidden tests. The same sources always give the same bytes.",
    )
    parser.add_argument("labs", nargs="*", metavar="LAB", help="all labs by default")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("dist"),
        metavar="DIR",
        help="folder of the archive (default: %(default)s)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the archive; print its path and checksum."""
    from autograder.release import archive, student

    content = student.files(sorted(labs_named(options.labs)))
    path = options.out / f"{student.NAME}-{student.version()}.zip"
    checksum = archive.write(path, content)
    size = path.stat().st_size / 1e6
    print(f"{path}: {len(content)} files, {size:.1f} MB\nsha256 {checksum}")
    return 0

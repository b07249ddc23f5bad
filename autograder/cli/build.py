"""`autograder build [--check] [LAB…]`: labs and public checks from their sources."""

from __future__ import annotations

import argparse

from autograder.cli.common import labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("build", help="make labs/ from solutions/")
    parser.add_argument("labs", nargs="*", metavar="LAB", help="all labs by default")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a file is stale"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build, or list what is stale."""
    from autograder.authoring import build
    from autograder.paths import ROOT

    labs = labs_named(options.labs)
    if not options.check:
        for lab in labs:
            build.build(lab)
            print(f"{lab}: {build.released_path(lab).relative_to(ROOT)}")
        return 0
    stale = [path for lab in labs for path in build.stale(lab)]
    for path in stale:
        print(f"stale: {path.relative_to(ROOT)}")
    if stale:
        print("Run `autograder build` and commit what it writes.")
    return 1 if stale else 0

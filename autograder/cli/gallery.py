"""`autograder gallery [LAB…]`: the pictures in README, from runs of the solved labs."""

from __future__ import annotations

import argparse

from autograder.cli.common import labs_named


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("gallery", help="make the pictures of the labs")
    parser.add_argument("labs", nargs="*", metavar="LAB", help="all labs by default")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run each lab and save its picture."""
    from autograder.authoring import gallery
    from autograder.paths import ROOT

    for lab in labs_named(options.labs):
        print(gallery.write(lab).relative_to(ROOT))
    return 0

"""`autograder map [--check]`: the table of labs in README, from their sources."""

from __future__ import annotations

import argparse


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser("map", help="renew the table of labs in README")
    parser.add_argument("--check", action="store_true", help="fail if it is stale")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the table, or say that it is stale."""
    from autograder import lab_map

    text = lab_map.README.read_text(encoding="utf-8")
    fresh = lab_map.fresh(text)
    if options.check:
        if text != fresh:
            print("README's table of labs is stale; run `autograder map`.")
        return int(text != fresh)
    lab_map.README.write_text(fresh, encoding="utf-8")
    return 0

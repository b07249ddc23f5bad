"""`autograder map [--check]`: README's table of labs, the landing page, the gallery."""

from __future__ import annotations

import argparse


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "map",
        help="update the table of labs in README, labs/START.ipynb and the gallery",
    )
    parser.add_argument("--check", action="store_true", help="fail if a file is stale")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the files, or list those that are stale."""
    from autograder.authoring import lab_map, rooms
    from autograder.paths import ROOT

    stale = [
        (path, text)
        for path, text in {**lab_map.written(), **rooms.written()}.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        print(f"{'stale' if options.check else 'written'}: {path.relative_to(ROOT)}")
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    if stale and options.check:
        print("Run `autograder map` and commit what it writes.")
    return int(bool(stale and options.check))

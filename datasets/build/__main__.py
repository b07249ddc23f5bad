"""Build data sets: ``python datasets/build [NAME…]``, all of them by default.

Runs the script of each name, then brings the table and the checksums up to date
(``python datasets/build --index`` does this alone).
"""

import argparse
import importlib
import sys
from pathlib import Path

import readme

SCRIPTS = Path(__file__).resolve().parent


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for and return the exit status."""
    # the others lend functions to the scripts
    scripts = {p.stem for p in SCRIPTS.glob("*.py") if "write(" in p.read_text()}
    scripts -= {"__main__", "common"}
    parser = argparse.ArgumentParser("python datasets/build", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a script's name")
    parser.add_argument("--index", action="store_true", help="table and sums only")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - scripts:
        parser.error(f"no script for {', '.join(sorted(unknown))}")
    for name in [] if chosen.index else chosen.names or sorted(scripts):
        importlib.import_module(name).main()
    readme.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())

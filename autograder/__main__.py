"""The command line: `autograder build`, `autograder grade` and the others.

Exit status: 0 when done, 1 when something could not be graded or is stale, 2 for a
call that makes no sense.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from autograder import cli
from autograder.errors import Refused


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in cli.COMMANDS:
        command.add_to(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: words of the command line; `sys.argv` by default.

    Returns:
        The exit status.
    """
    options = parser().parse_args(arguments)
    try:
        status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever reads us, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (cli.UsageError, Refused, ValueError, OSError) as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

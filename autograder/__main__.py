"""The command line: `autograder build`, `autograder grade` and the others.

Exit status: 0 if done, 1 if something could not be graded or is stale, 2 if the command
line is invalid.
"""

from __future__ import annotations

import argparse
import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence

from autograder import cli
from autograder.errors import Refused, refusal


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
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
    gc.set_threshold(20_000)  # what imports create stays; it need not be searched often
    atexit.register(gc.freeze)  # the system frees all memory, faster than a search
    for stream in (sys.stdout, sys.stderr):  # file names need not be UTF-8
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")
    try:
        with _signals():
            status = options.run(options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader of our output, such as `head`, has finished
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Refused as error:
        return _say(str(error))
    except OSError as error:
        if sentence := refusal(error):
            return _say(sentence)
        raise
    except Exception as error:
        if not _is_of_database(error):
            raise
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        return _say(f"The gradebook cannot be used ({said}).")


def _say(sentence: str) -> int:
    print(f"autograder: {sentence}", file=sys.stderr)
    return 2


def _is_of_database(error: Exception) -> bool:
    """Whether the gradebook's database failed; most commands never load SQLAlchemy."""
    known = sys.modules.get("sqlalchemy.exc")
    return known is not None and isinstance(error, known.SQLAlchemyError)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Let termination signals end this program cleanly, as an error would."""

    def stop(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {}
    names = [n for n in ("SIGTERM", "SIGHUP") if hasattr(signal, n)]
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in names):
            if signal.getsignal(number) == signal.SIG_DFL:  # `nohup` ignores one
                before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())

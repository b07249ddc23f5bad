"""The commands of `autograder`, one file each: `add_to(parsers)` and `run(options)`."""

from autograder.cli import build, grade
from autograder.cli.common import UsageError

COMMANDS = (build, grade)

__all__ = ["COMMANDS", "UsageError"]

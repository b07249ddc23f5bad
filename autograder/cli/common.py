"""What the commands share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from autograder import paths
from autograder.errors import Refused

if TYPE_CHECKING:
    from autograder.course.configuration import Course


class UsageError(Refused):
    """The command line is invalid; the message says what to write instead."""


def labs_named(names: list[str]) -> list[str]:
    """The labs that were named, or all labs if none was.

    Raises:
        UsageError: there is no lab of that name.
    """
    known = paths.lab_names()
    for name in names:
        if name not in known:
            raise UsageError(
                f"There is no lab {name!r}. The labs are: {', '.join(known)}."
            )
    return names or known


def say_strangers(course: Course) -> None:
    """Say which extensions and excuses name nobody in the gradebook."""
    from autograder.course import penalties

    for sentence in penalties.strangers(course):
        print(sentence, file=sys.stderr)

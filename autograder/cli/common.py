"""What the commands share."""

from __future__ import annotations

from autograder import paths


class UsageError(Exception):
    """A call that makes no sense; the message says what to write instead."""


def labs_named(names: list[str]) -> list[str]:
    """The labs that were asked for, all of them when none was.

    Raises:
        UsageError: there is no lab of such a name.
    """
    known = paths.lab_names()
    for name in names:
        if name not in known:
            raise UsageError(f"There is no lab {name!r}. Labs: {', '.join(known)}.")
    return names or known

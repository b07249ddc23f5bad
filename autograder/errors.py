"""Errors that the command line shows as one sentence; all others are bugs."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

# What the system refuses whoever asks: no space, no permission, not to be written.
_REFUSALS = {errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS} | (
    {errno.EDQUOT} if hasattr(errno, "EDQUOT") else set()
)


class Refused(Exception):
    """Something cannot be done; the message says why and what to do."""


@contextlib.contextmanager
def about(path: Path) -> Iterator[None]:
    """Turn the system's errors about a file that somebody named into one sentence.

    Raises:
        Refused: the file cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        raise Refused(_sentence(error, path)) from error


def refusal(error: OSError) -> str:
    """What the system refuses, in one sentence; empty for an error of another kind."""
    return _sentence(error, "") if error.errno in _REFUSALS else ""


def _sentence(error: OSError, path: Path | str) -> str:
    what = f"{error.filename or path}: " if error.filename or path else ""
    return f"{what}{error.strerror or error}."

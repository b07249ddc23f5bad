"""When a notebook was handed in, as nbgrader's collectors write it beside one."""

from __future__ import annotations

import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from helpers.files import write

NAME = "timestamp.txt"
MAX_BYTES = 200


def handed_in(folder: Path) -> datetime.datetime | None:
    """The time beside a notebook, in UTC without a zone, if it can be read."""
    path = folder / NAME
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_BYTES:
        return None
    try:
        return parse_utc(path.read_text(encoding="utf-8").strip())
    except Exception:  # dates with absurd numbers fail in a dozen ways
        return None


def stamp(folder: Path, time: datetime.datetime) -> None:
    """Write a time, in UTC without a zone, beside a notebook."""
    write(folder / NAME, time.strftime("%Y-%m-%d %H:%M:%S UTC") + "\n")

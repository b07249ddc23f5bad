"""Due dates of labs: a small table in the course's folder, filled in by a person."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import Refused

NAME = "due_dates.csv"
_HEADER = ("lab", "due")


def renew(folder: Path, labs: Sequence[str]) -> Path:
    """Add labs that are missing in the table; existing rows stay.

    Args:
        folder: the course's folder.
        labs: names of all labs.
    """
    path = folder / NAME
    known = {lab for lab, _ in _rows(path)} if path.is_file() else set()
    missing = [lab for lab in labs if lab not in known]
    if not path.is_file():
        path.write_text(",".join(_HEADER) + "\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8-sig")
    if missing:
        end = "" if text.endswith("\n") else "\n"
        lines = "".join(f"{lab},\n" for lab in missing)
        path.write_text(text + end + lines, encoding="utf-8")
    return path


def due(folder: Path, labs: Sequence[str]) -> dict[str, datetime.datetime]:
    """Labs with due dates, in UTC without a time zone, as nbgrader stores them.

    Raises:
        Refused: a row is not a lab with a date.
    """
    found = {}
    for lab, text in _rows(folder / NAME):
        if lab not in labs:
            raise Refused(f"{NAME}: there is no lab {lab!r}.")
        if text:
            found[lab] = _moment(lab, text)
    return found


def timezone(folder: Path) -> datetime.tzinfo:
    """The time zone of times that are given without one.

    Args:
        folder: the course's folder.
    """
    return datetime.UTC


def in_utc(moment: datetime.datetime, folder: Path) -> datetime.datetime:
    """A local time of the course as nbgrader stores it: in UTC, without a zone."""
    local = moment.replace(tzinfo=timezone(folder))
    return local.astimezone(datetime.UTC).replace(tzinfo=None)


def _moment(lab: str, text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{NAME}: {lab} is due {text!r}; write 2027-01-31T23:59+01:00, "
            "or 2027-01-31 for the end of that day in UTC."
        ) from None
    if len(text) <= 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    if moment.tzinfo:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return moment


def _rows(path: Path) -> list[tuple[str, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{path.name} is not UTF-8 text; save it as such.") from None
    rows = csv.DictReader(text.splitlines())
    if not set(_HEADER) <= {name.strip() for name in rows.fieldnames or ()}:
        raise Refused(f"{path.name} must begin with the line `lab,due`.")
    return [((row["lab"] or "").strip(), (row["due"] or "").strip()) for row in rows]

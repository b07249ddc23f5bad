"""Due dates, extensions and excused work: small tables that a person fills in."""

from __future__ import annotations

import csv
import datetime
import re
import zoneinfo
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from autograder.errors import Refused

NAME = "due_dates.csv"
EXTENSIONS, EXCUSED = "extensions.csv", "excused.csv"
ZONE = "time zone"  # the row that names the course's time zone
_HEADER = ("lab", "due")
_EXTRA = re.compile(r"\+?\s*(\d+(?:\.\d+)?)\s*(day|hour|minute|week)s?", re.IGNORECASE)


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
        start = f"{','.join(_HEADER)}\n{ZONE},UTC\n"
        path.write_text(start, encoding="utf-8")
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
    rows = _rows(folder / NAME)
    zone, found = _zone(rows), {}
    for lab, text in rows:
        if lab.lower() == ZONE:
            continue
        if lab not in labs:
            raise Refused(f"{NAME}: there is no lab {lab!r}.")
        if text:
            found[lab] = _moment(f"{NAME}: {lab} is due", text, zone)
    return found


def timezone(folder: Path) -> datetime.tzinfo:
    """The time zone of times that are given without one.

    Args:
        folder: the course's folder.
    """
    path = folder / NAME
    return _zone(_rows(path)) if path.is_file() else datetime.UTC


def in_utc(moment: datetime.datetime, folder: Path) -> datetime.datetime:
    """A local time of the course as nbgrader stores it: in UTC, without a zone."""
    local = moment.replace(tzinfo=timezone(folder))
    return local.astimezone(datetime.UTC).replace(tzinfo=None)


def extensions(
    folder: Path, labs: Sequence[str], due: Mapping[str, datetime.datetime]
) -> dict[tuple[str, str], datetime.timedelta] | None:
    """Extensions of due dates: student and lab → extra time.

    Each row of the table names a student, a lab or `*` for all labs, and what the
    student has: another date, or extra time such as `3 days` or `12 hours`. If several
    rows apply, the most generous counts.

    Args:
        folder: the course's folder.
        labs: names of all labs.
        due: the due dates, as `due` returns them.

    Returns:
        The extensions of labs that have a due date; `None` if there is no table.

    Raises:
        Refused: a row cannot be read.
    """
    path = folder / EXTENSIONS
    if not path.is_file():
        return None
    zone = timezone(folder)
    found: dict[tuple[str, str], datetime.timedelta] = {}
    for student, lab, text in _table(path, ("student", "lab", "until")):
        for one in _labs(EXTENSIONS, lab, labs):
            if one not in due:
                continue
            if extra := _EXTRA.fullmatch(text):
                more = datetime.timedelta(**{f"{extra[2].lower()}s": float(extra[1])})
            else:
                said = f"{EXTENSIONS}: {student} has {lab} until"
                more = _moment(said, text, zone, " Or write `+2 days`.") - due[one]
            known = found.get((student, one), datetime.timedelta())
            found[student, one] = max(more, known)
    return found


def excused(folder: Path, labs: Sequence[str]) -> set[tuple[str, str]]:
    """Excused work: pairs of student and lab.

    Raises:
        Refused: a row names a lab that does not exist.
    """
    path = folder / EXCUSED
    if not path.is_file():
        return set()
    return {
        (student, one)
        for student, lab in _table(path, ("student", "lab"))
        for one in _labs(EXCUSED, lab, labs)
    }


def strangers(folder: Path, students: Collection[str]) -> list[str]:
    """A sentence about each name in the two tables that is no student's.

    Args:
        folder: the course's folder.
        students: names of all students in the gradebook.
    """
    found = []
    for name in (EXTENSIONS, EXCUSED):
        path = folder / name
        rows = _table(path, ("student",)) if path.is_file() else []
        found += [
            f"{name}: there is no student {student!r} in the gradebook, so this line "
            "has no effect; the others count."
            for (student,) in dict.fromkeys(rows)
            if student not in students
        ]
    return found


def _labs(name: str, lab: str, labs: Sequence[str]) -> Sequence[str]:
    """The labs that a row is about."""
    if lab == "*":
        return labs
    if lab not in labs:
        raise Refused(f"{name}: there is no lab {lab!r}; `*` means all labs.")
    return [lab]


def _zone(rows: Iterable[tuple[str, str]]) -> datetime.tzinfo:
    """The course's time zone.

    Raises:
        Refused: there is no such zone.
    """
    for key, text in rows:
        if key.lower() == ZONE and text:
            try:
                return zoneinfo.ZoneInfo(text)
            except (KeyError, OSError, ValueError):
                raise Refused(
                    f"{NAME}: there is no time zone {text!r}; write one such as "
                    "Europe/Berlin or America/New_York."
                ) from None
    return datetime.UTC


def _moment(
    said: str, text: str, zone: datetime.tzinfo, more: str = ""
) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{said} {text!r}; write 2027-01-31T23:59, or 2027-01-31 for the end of "
            f"that day.{more}"
        ) from None
    if len(text) <= 10:
        moment = moment.replace(hour=23, minute=59, second=59)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)


def _rows(path: Path) -> list[tuple[str, ...]]:
    return _table(path, _HEADER)


def _table(path: Path, header: Sequence[str]) -> list[tuple[str, ...]]:
    """Rows of a small table, without empty ones.

    Raises:
        Refused: it has another header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{path.name} is not UTF-8 text; save it as such.") from None
    first = text.partition("\n")[0]
    reader = csv.reader(text.splitlines(), delimiter=max(",;\t", key=first.count))
    names = [name.strip().lower() for name in next(reader, [])]
    if not set(header) <= set(names):
        raise Refused(f"{path.name} must begin with the line `{','.join(header)}`.")
    found = []
    for row in reader:
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        values = tuple(cells.get(name, "") for name in header)
        if any(values):
            found.append(values)
    return found

"""Who is in the class: CSV files from Canvas, Moodle, GitHub Classroom and nbgrader.

The header determines the type of a file. Rows that name no student are left out, with
a sentence for each; the caller keeps the file itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import Refused

MAX_BYTES = 20_000_000
_ID = re.compile(r"[^\W_][\w.@+=~' -]{0,126}[\w.@+=~']|[^\W_]")


@dataclass(frozen=True)
class Student:
    """One student, with the fields of nbgrader's gradebook."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass
class Roster:
    """The content of a roster.

    Attributes:
        kind: the system it comes from, such as `"Canvas"`.
        students: the students, in the order of the file.
        problems: a sentence for each row that names no student.
    """

    kind: str
    students: list[Student] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(path: Path) -> Roster:
    """Read a roster.

    Raises:
        Refused: it is not a CSV file of a known type.
    """
    rows = _rows(_text(path))
    header = next(rows, (0, []))[1]
    names = [name.strip().strip("*").strip().lower() for name in header]
    kind = next((k for k, (wanted, _) in _KINDS.items() if wanted <= set(names)), "")
    if not kind:
        listed = "; ".join(
            f"{kind}: {', '.join(sorted(wanted))}"
            for kind, (wanted, _) in _KINDS.items()
        )
        raise Refused(
            f"{path.name} is not a roster of a known type. The header must have at "
            f"least the columns of one of these systems ({listed})."
        )
    student = _KINDS[kind][1]
    roster, seen = Roster(kind), {}
    for line, cells in rows:
        values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
        _enter(roster, line, values, student, seen)
    return roster


def _enter(roster: Roster, line: int, values: dict, student: Callable, seen: dict):
    if not any(values.values()) or values.get("student") == "Points Possible":
        return  # an empty line, or Canvas's row of maxima
    found = student(values)
    who = f"{found.first_name} {found.last_name}".strip() or found.id or "nobody"
    if not found.id:
        why = "has no identifier to file submissions under"
    elif not _ID.fullmatch(found.id) or ".." in found.id:
        why = f"is called {found.id!r}, which cannot be the name of a folder"
    elif found.id in seen:
        if found == seen[found.id]:
            return
        why = f"is {found.id!r}, who has other details on an earlier line"
    else:
        roster.students.append(found)
        seen[found.id] = found
        return
    roster.problems.append(f"Line {line}: {who} {why}.")


def _canvas(row: dict) -> Student:
    last, _, first = row["student"].partition(",")
    if not first:
        first, _, last = row["student"].rpartition(" ")
    login = row.get("sis login id") or row.get("sis user id") or row["id"]
    mail = login if "@" in login else ""
    return Student(login, first.strip(), last.strip(), mail, row["id"])


def _moodle(row: dict) -> Student:
    last = row.get("last name") or row.get("surname", "")
    mail = row.get("email address", "")
    known = row.get("id number") or row.get("username") or mail
    return Student(known, row.get("first name", ""), last, mail)


def _github(row: dict) -> Student:
    # Submissions arrive under the account's name; the identifier is the LMS's.
    first, _, last = row.get("name", "").rpartition(" ")
    known = row.get("identifier") or row.get("roster_identifier", "")
    mail = known if "@" in known else ""
    named = (first, last) if row.get("name") else ("", known)
    return Student(row["github_username"], *named, mail, known)


def _nbgrader(row: dict) -> Student:
    names = ("id", "first_name", "last_name", "email", "lms_user_id")
    return Student(*(row.get(name, "") for name in names))


_KINDS: dict[str, tuple[set[str], Callable[[dict], Student]]] = {
    "Canvas": ({"student", "id", "section"}, _canvas),
    "GitHub Classroom": ({"identifier", "github_username"}, _github),
    "GitHub Classroom grades": ({"roster_identifier", "github_username"}, _github),
    "Moodle": ({"first name", "email address"}, _moodle),
    "nbgrader": ({"id", "first_name", "last_name"}, _nbgrader),
}


def _text(path: Path) -> str:
    raw = path.read_bytes()[: MAX_BYTES + 1]
    if len(raw) > MAX_BYTES:
        raise Refused(f"{path.name} is too large to be a roster.")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")  # as European spreadsheets write it


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows, each with the number of its last line."""
    first = text.lstrip("\n\r").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise Refused(
            f"The roster breaks off at line {reader.line_num}: {error}."
        ) from None

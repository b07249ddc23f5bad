"""Who is in the class: CSV files from learning platforms, GitHub Classroom, nbgrader.

The header determines the type of a file. A row that names no student is left out, with
a sentence about it; the caller keeps the file itself. Every row gives all the names
under which a platform may know the student later (`Student.keys`), because a download
of submissions seldom uses the one that the gradebook uses.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import Refused
from autograder.grading.local_time import written_out
from autograder.grading.senders import CANVAS, MOODLE, Key

MAX_BYTES = 20_000_000
# Kinds of keys. `CANVAS` and `MOODLE` are numbers that the platform itself puts into
# the names of downloaded files. Moodle's number belongs to one student in one
# assignment; it is in the assignment's grading worksheet.
GITHUB = "github"
LOGIN, MAIL, NUMBER = "login", "mail", "number"
IDENTIFIER = "identifier"  # any of these three, as GitHub Classroom has it
WORKSHEET = "Moodle grading worksheet"
NO_ID = "has no identifier to file submissions under"
_ID = re.compile(r"[^\W_][\w.@+=~' -]{0,126}[\w.@+=~']|[^\W_]")
_HASH = re.compile(r"[0-9a-f]{16,}")  # the login of Canvas's test student


@dataclass(frozen=True)
class Student:
    """One student, with the fields of nbgrader's gradebook and other keys.

    Attributes:
        id: the name of the student's folder, and the gradebook's key.
        first_name: the given names.
        last_name: the family name.
        email: the address.
        lms_user_id: the platform's own number or name.
        keys: kinds and values under which platforms know the student.
        handed_in: when something was handed in, if this row is about an assignment;
            local time of the course.
        line: of the file, if the student was read from one.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    keys: tuple[Key, ...] = field(default=(), compare=False)
    handed_in: datetime.datetime | None = field(default=None, compare=False)
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """The name as it is said."""
        return f"{self.first_name} {self.last_name}".strip()


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
    lines = rows(path)
    header = next(lines, (0, []))[1]
    names = [heading(name) for name in header]
    kind = kind_of(names)
    if not kind:
        listed = "; ".join(
            f"{kind}: {', '.join(sorted(sets[0]))}"
            for kind, (sets, _) in _KINDS.items()
        )
        raise Refused(
            f"{path.name} is not a roster of a known type. The header must have at "
            f"least the columns of one of these systems ({listed})."
        )
    roster, seen = Roster(kind), {}
    for line, cells in lines:
        if found := student_in(kind, names, cells):
            _enter(roster, replace(found, line=line), seen)
    return roster


def kind_of(names: Iterable[str]) -> str:
    """The type of a table with some headings, a key of `COLUMNS`; empty if unknown."""
    names = set(names)
    return next(
        (k for k, (sets, _) in _KINDS.items() if any(s <= names for s in sets)), ""
    )


def is_of(kind: str, system: str) -> bool:
    """Whether a type of table is one of a platform's."""
    return _KINDS[kind][1] is _KINDS[system][1]


def student_in(kind: str, names: Sequence[str], cells: Sequence[str]) -> Student | None:
    """The student of one row of a platform's table, which may lack some columns.

    Args:
        kind: the platform, a key of `COLUMNS`.
        names: the headings, as `heading` writes them.
        cells: the row.

    Returns:
        The student; `None` for a row that is empty or that the platform adds.
    """
    row: dict[str, str] = defaultdict(str, dict.fromkeys(names, ""))
    for name, cell in zip(names, cells, strict=False):
        row[name] = row[name] or cell.strip()
    return _KINDS[kind][1](row) if any(row.values()) else None


def _enter(roster: Roster, found: Student, seen: dict) -> None:
    who = found.name or found.id or "nobody"
    if not found.id and roster.kind == WORKSHEET:
        roster.students.append(found)  # the name may tell whose the number is
        return
    if not found.id:
        why = NO_ID
    elif not _ID.fullmatch(found.id) or ".." in found.id:
        why = f"is called {found.id!r}, which cannot be the name of a folder"
    elif found.id in seen:
        if (found, found.keys) == (seen[found.id], seen[found.id].keys):
            return
        why = f"is {found.id!r}, who has other details on an earlier line"
    else:
        roster.students.append(found)
        seen[found.id] = found
        return
    roster.problems.append(f"Line {found.line}: {who} {why}.")


def _canvas(row: dict) -> Student | None:
    if "student" in row:
        last, _, first = row["student"].partition(",")
        if not first:
            first, _, last = row["student"].rpartition(" ")
    else:  # exported with separate names
        first, last = row["firstname"], row["lastname"]
    first, last, number = first.strip(), last.strip(), row["id"]
    login, sis = row.get("sis login id", ""), row.get("sis user id", "")
    names = {first.lower(), last.lower()}
    if not number and not login:
        # Above the students, Canvas writes which assignments are posted by hand
        # ("Manual Posting") and the maxima ("Points Possible").
        maxima = "points possible" in f"{first} {last}".lower()
        if maxima or names == {""}:
            return None
    if names == {"student", "test"} and (not sis or _HASH.fullmatch(login)):
        return None  # the test student of "View as student"
    mail = _mail(login)
    known = login or sis or number
    keys = _keys(
        (CANVAS, number),
        (LOGIN, login),
        (NUMBER, sis),
        (MAIL, mail or row.get("email", "")),
        (IDENTIFIER, row.get("integration id", "")),
    )
    return Student(known, first, last, mail, number, keys)


# Moodle's columns are named in the teacher's language.
_MOODLE = {
    "first": ("first name", "vorname", "prénom"),
    "last": ("last name", "surname", "nachname", "nom", "nom de famille"),
    "full": ("full name", "vollständiger name", "nom complet", "user full name"),
    "mail": (
        "email address",
        "e-mail-adresse",
        "adresse de courriel",
        "adresse e-mail",
        "courriel",
    ),
    "number": (
        "id number",
        "id-nummer",
        "matrikelnummer",
        "numéro d'identification",
        "numéro d’identification",
    ),
    "login": ("username", "anmeldename", "nutzername", "nom d'utilisateur"),
    "worksheet": ("identifier", "id", "identifiant"),
}


def _moodle(row: dict) -> Student:
    cell = {
        what: next((row[name] for name in names if row.get(name)), "")
        for what, names in _MOODLE.items()
    }
    first, last = cell["first"], cell["last"]
    if cell["full"] and not (first or last):
        first, _, last = cell["full"].rpartition(" ")
    # The worksheet calls a student "Participant 4711", in the teacher's language.
    number = re.search(r"\d+$", cell["worksheet"])
    known = cell["number"] or cell["login"] or cell["mail"]
    keys = _keys(
        (MOODLE, number[0] if number else ""),
        (MAIL, cell["mail"]),
        (NUMBER, cell["number"]),
        (LOGIN, cell["login"]),
    )
    time = written_out(row.get(_time_column(row), ""))
    return Student(known, first, last, cell["mail"], "", keys, time)


def _time_column(names: Iterable[str]) -> str:
    """The column of a grading worksheet that says when work was handed in.

    Its heading depends on the language and on the site, but a worksheet always has two
    that begin alike, such as "Last modified (submission)" and "Last modified (grade)";
    the first of them is meant.
    """
    seen: dict[str, str] = {}
    for name in names:
        if found := re.fullmatch(r"(.+?) ?\(.+\)", name):
            if found[1] in seen:
                return seen[found[1]]
            seen[found[1]] = name
    return ""


def _brightspace(row: dict) -> Student:
    # Each text begins with #, so that a spreadsheet keeps its zeros.
    row = {name: value.removeprefix("#").strip() for name, value in row.items()}
    login, number = row.get("username", ""), row.get("orgdefinedid", "")
    mail = row.get("email", "") or _mail(login)
    keys = _keys((LOGIN, login), (NUMBER, number), (MAIL, mail))
    names = row.get("first name", ""), row.get("last name", "")
    return Student(login or number, *names, mail, number or login, keys)


def _blackboard(row: dict) -> Student | None:
    login, number = row["username"], row.get("student id", "")
    if login.endswith("_previewuser"):
        return None  # Blackboard's test student
    mail = row.get("email", "") or _mail(login)
    keys = _keys((LOGIN, login), (NUMBER, number), (MAIL, mail))
    return Student(
        login or number, row["first name"], row["last name"], mail, login, keys
    )


def _github(row: dict) -> Student:
    # Submissions arrive under the account's name; the identifier is the LMS's. A
    # student who has not accepted an assignment yet has no account here.
    first, _, last = row.get("name", "").rpartition(" ")
    account = row["github_username"]
    known = row.get("identifier") or row.get("roster_identifier", "")
    mail = _mail(known)
    named = (first, last) if row.get("name") else ("", "" if mail else known)
    keys = _keys((GITHUB, account), (IDENTIFIER, known), (MAIL, mail))
    return Student(account or known, *named, mail, known, keys)


def _nbgrader(row: dict) -> Student:
    names = ("id", "first_name", "last_name", "email", "lms_user_id")
    values = [row.get(name, "") for name in names]
    number = values[-1] if values[-1].isdigit() else ""
    return Student(*values, _keys((CANVAS, number), (MAIL, values[3])))


def _mail(text: str) -> str:
    return text if "@" in text else ""


def _keys(*pairs: Key) -> tuple[Key, ...]:
    return tuple((kind, value) for kind, value in pairs if value)


# The columns that tell each type of file; of several sets, one is enough.
_KINDS: dict[str, tuple[list[set[str]], Callable[[dict], Student | None]]] = {
    "Canvas": (
        [{"student", "id", "section"}, {"lastname", "firstname", "id", "section"}],
        _canvas,
    ),
    "Brightspace": (
        [{"orgdefinedid"}, {"username", "end-of-line indicator"}],
        _brightspace,
    ),
    "GitHub Classroom": (
        [{"identifier", "github_username"}, {"roster_identifier", "github_username"}],
        _github,
    ),
    "nbgrader": ([{"id", "first_name", "last_name"}], _nbgrader),
    "Moodle": (
        [{first, mail} for first in _MOODLE["first"] for mail in _MOODLE["mail"]],
        _moodle,
    ),
    WORKSHEET: (
        [{name, full} for name in _MOODLE["worksheet"] for full in _MOODLE["full"]],
        _moodle,
    ),
    "Blackboard": ([{"last name", "first name", "username"}], _blackboard),
}


# Headings of which each table of a platform has at least one.
COLUMNS = {
    kind: set().union(
        *(one for sets, p in _KINDS.values() if p is parse for one in sets)
    )
    for kind, (_, parse) in _KINDS.items()
}


def heading(name: str) -> str:
    """A heading without what does not tell columns apart."""
    return " ".join(name.strip().strip("*").lower().split())


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


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of a CSV file as anybody may have saved it, each with its first line.

    A quotation mark that is never closed costs its own line alone.

    Raises:
        Refused: the file is too large.
    """
    lines = _text(path).replace("\0", "").splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    if first.lower().startswith("sep="):  # written for spreadsheets
        delimiter, lines = first.strip()[4:5] or ",", lines[lines.index(first) + 1 :]
    start, width = 0, 0
    while start < len(lines):
        rest = (lines[i] for i in range(start, len(lines)))
        cells, used = _row(rest, delimiter)
        if used > 1 and width and len(cells) != width:
            cells, used = _row(lines[start : start + 1], delimiter)
        if cells:
            width = width or len(cells)
            yield start + 1, cells
        start += used


def _row(lines: Iterable[str], delimiter: str) -> tuple[list[str], int]:
    """The first row, and how many lines it takes."""
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return next(reader), reader.line_num
    except csv.Error:  # a cell that is longer than any name
        return [], max(reader.line_num, 1)

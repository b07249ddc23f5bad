"""A generated class, and what each learning platform exports about it.

The shapes of rosters, file names and archives are those that the platforms write; the
people are placeholders.
"""

from __future__ import annotations

import csv
import datetime
import functools
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from autograder.authoring import build, solve

LAB, OTHER_LAB = "C1W2", "C1W3"
NOTEBOOK = build.released_path(LAB).name
STEM = NOTEBOOK.removesuffix(".ipynb")
DUE = "2027-01-31T23:59:59Z"
ON_TIME = datetime.datetime(2027, 1, 31, 22, 12, 13)
LATE = datetime.datetime(2027, 2, 1, 9, 26)


@dataclass(frozen=True)
class Person:
    """One student: numbers are the platform's own."""

    number: int
    first: str
    last: str
    login: str

    @property
    def mail(self) -> str:
        return f"{self.login}@example.org"

    @property
    def participant(self) -> int:
        """Moodle's number in the assignment."""
        return 90_000 + self.number

    @property
    def sortable(self) -> str:
        """The name as Canvas puts it into file names."""
        return f"{self.last}{self.first}".lower().replace(" ", "").replace("-", "")


COUNTED = (
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
)
CLASS = [
    Person(700 + i, "Student", last, f"st_{last.lower()}")
    for i, last in enumerate(COUNTED)
]
CLASS += [
    Person(720, "Zoë Marie", "Twin-Müller", "twin1"),
    Person(721, "Zoë Marie", "Twin-Müller", "twin2"),
]
TWINS = CLASS[-2:]
ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE, TEN, ELEVEN = CLASS[:11]


@functools.cache
def solved(mark: str = "") -> bytes:
    """A solved notebook; the mark tells one version from another."""
    notebook = solve.solved(LAB)
    notebook.cells[0].source += f"\n\n{mark}"
    return build.serialize(notebook).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


class Work(NamedTuple):
    """What a person handed in at what time, and whether that was late."""

    person: Person
    time: datetime.datetime
    name: str
    content: bytes
    late: bool = False


@functools.cache
def work() -> tuple[Work, ...]:
    """Who handed in what, and when: the last of several attempts counts.

    `TEN` handed in nothing.
    """
    other = build.serialize(build.release_notebook(OTHER_LAB)).encode()
    right, earlier = solved(), datetime.datetime(2027, 1, 30, 8)
    return (
        Work(ONE, ON_TIME, NOTEBOOK, right),
        Work(TWO, LATE, NOTEBOOK, right, late=True),
        Work(THREE, earlier, NOTEBOOK, solved("first attempt")),
        Work(THREE, ON_TIME, NOTEBOOK, solved("second attempt")),
        Work(FOUR, ON_TIME, f"{STEM} (1).ipynb", right),
        Work(FIVE, ON_TIME, f"{STEM}.IPYNB", right),
        Work(SIX, ON_TIME, f"{STEM}.ipynb.txt", right),
        Work(SEVEN, ON_TIME, "homework.pdf", b"%PDF-1.7"),
        Work(EIGHT, ON_TIME, NOTEBOOK, b""),
        Work(NINE, ON_TIME, "homework.zip", _zipped({f"my work/{NOTEBOOK}": right})),
        Work(ELEVEN, ON_TIME, "homework.ipynb", other),
        *(Work(one, ON_TIME, NOTEBOOK, solved(one.login)) for one in TWINS),
    )


GRADED = {ONE, TWO, THREE, FOUR, FIVE, SIX, NINE, *TWINS}  # the others are named


# --- rosters --------------------------------------------------------------------------


def _table(rows: Iterable[Sequence[object]], end: str = "\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue()


def canvas_roster(people: Sequence[Person] = CLASS, labs: Sequence[str] = (LAB,)):
    """Gradebook, with the rows that are no students."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    empty = [""] * len(labs)
    rows = [
        [*head, *(f"{lab} ({17 + i})" for i, lab in enumerate(labs)), "Current Score"],
        ["", "", "", "", "", *(["Manual Posting"] * len(labs)), ""],
        [
            "    Points Possible",
            "",
            "",
            "",
            "",
            *(["100.00"] * len(labs)),
            "(read only)",
        ],
    ]
    section = "Monday and Tuesday"
    rows += [
        [f"{p.last}, {p.first}", p.number, f"S{p.number}", p.login, section, *empty, ""]
        for p in people
    ]
    test = "bbbc6740f0b946afbbbc6740f0b946af"
    rows += [["Student, Test", 999, "", test, "Monday", *empty, ""]]
    return _table(rows, "\r\n")


def canvas_roster_separate() -> str:
    """Gradebook with separate names, semicolons and a byte order mark."""
    lines = ["\ufeffLastName;FirstName;ID;SIS User ID;SIS Login ID;Section;C1W2 (17)"]
    lines += ["    Points Possible;;;;;;100,00"]
    lines += [f"{p.last};{p.first};{p.number};S{p.number};{p.login};A;" for p in CLASS]
    lines += ["Student;Test;999;;bbbc6740f0b946afbbbc6740f0b946af;A;"]
    return "\n".join(lines) + "\n"


MOODLE_HEADERS = {
    "en": ("First name", "Last name", "Email address", "Groups"),
    "de": ("Vorname", "Nachname", "E-Mail-Adresse", "Gruppen"),
    "fr": ("Prénom", "Nom de famille", "Adresse de courriel", "Groupes"),
}


def moodle_roster(
    language: str = "en", delimiter: str = ",", people: Sequence[Person] = CLASS
) -> str:
    """Participants."""
    rows = [MOODLE_HEADERS[language]]
    rows += [(p.first, p.last, p.mail, "") for p in people]
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


# The words of Moodle's own translations of the assignment module (`recordid`,
# `gradecanbechanged`, `lastmodifiedsubmission`, `lastmodifiedgrade`, `hiddenuser`), as
# public copies of its language packs have them.
WORKSHEET_WORDS = {
    "en": (
        "Identifier",
        "Full name",
        "Email address",
        "Status",
        "Grade",
        "Maximum grade",
        "Grade can be changed",
        "Last modified (submission)",
        "Last modified (grade)",
        "Feedback comments",
    ),
    "de": (
        "ID",
        "Vollständiger Name",
        "E-Mail-Adresse",
        "Status",
        "Bewertung",
        "Bestwertung",
        "Bewertung kann geändert werden",
        "Zuletzt geändert (Abgabe)",
        "Zuletzt geändert (Bewertung)",
        "Feedback als Kommentar",
    ),
    "fr": (
        "Identifiant",
        "Nom complet",
        "Adresse de courriel",
        "Statut",
        "Note",
        "Note maximale",
        "La note peut être modifiée",
        "Dernière modification (travail remis)",
        "Dernière modification (note)",
        "Feedback par commentaires",
    ),
}
_WORKSHEET_TIMES = {
    "en": ("Participant ", "Sunday, {0.day} {1} {0.year}, {0:%-I:%M %p}"),
    "de": ("Teilnehmer/in", "Sonntag, {0.day}. {1} {0.year}, {0:%H:%M}"),
    "fr": ("Participant", "dimanche {0.day} {1} {0.year}, {0:%H:%M}"),
}
_MONTHS = {
    "en": ("January", "February", "March"),
    "de": ("Januar", "Februar", "März"),
    "fr": ("janvier", "février", "mars"),
}


def worksheet(
    language: str = "en",
    people: Sequence[Person] = CLASS,
    works: Sequence[Work] | None = None,
) -> str:
    """Moodle's grading worksheet of the assignment."""
    participant, at = _WORKSHEET_TIMES[language]
    rows: list[Sequence[object]] = [WORKSHEET_WORDS[language]]
    times = {one.person: one.time for one in (work() if works is None else works)}
    for p in people:
        time = times.get(p)
        shown = at.format(time, _MONTHS[language][time.month - 1]) if time else "-"
        name = f"{p.first} {p.last}"
        about = [f"{participant}{p.participant}", name, p.mail, "x"]
        rows.append([*about, "", "100.00", "x", shown, "-", ""])
    return "\ufeff" + _table(rows)


def brightspace_roster(
    people: Sequence[Person] = CLASS, labs: Sequence[str] = ()
) -> str:
    """Grades with user details."""
    head = ["OrgDefinedId", "Username", "Last Name", "First Name", "Email"]
    columns = [f"{lab} Points Grade <Numeric MaxPoints:100 Weight:10>" for lab in labs]
    rows = [[*head, *columns, "End-of-Line Indicator"]]
    rows += [
        [
            f"#S{p.number}",
            f"#{p.login}",
            p.last,
            p.first,
            p.mail,
            *[""] * len(labs),
            "#",
        ]
        for p in people
    ]
    return _table(rows)


def blackboard_roster() -> str:
    """Full grade centre, with tabs; written in UTF-16."""
    header = (
        "Last Name",
        "First Name",
        "Username",
        "Student ID",
        "Last Access",
        "Availability",
        "C1W2 [Total Pts: 100 Score] |12345",
    )
    rows = [header]
    rows += [
        (p.last, p.first, p.login, f"S{p.number}", "2027-01-30", "Yes", "")
        for p in CLASS
    ]
    rows += [("x_PreviewUser", "x", "x_previewuser", "x", "", "Yes", "")]
    return "\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows) + "\n"


def github_roster() -> str:
    """Roster of GitHub Classroom: one has not accepted an assignment yet."""
    lines = ['"identifier","github_username","github_id","name"']
    lines += [
        f'"{p.mail}","{"" if p == TEN else "gh-" + p.login.replace("_", "-")}",'
        f'"{p.number}","{p.first} {p.last}"'
        for p in CLASS
    ]
    return "\n".join(lines) + "\n"


# --- downloads ------------------------------------------------------------------------


def canvas_zip(works: Sequence[Work] | None = None) -> bytes:
    """Canvas gives the last attempt of each, under a number if it is a later one."""
    files: dict[str, bytes] = {}
    attempts: dict[Person, str] = {}
    for number, one in enumerate(work() if works is None else works):
        p, name = one.person, one.name
        late = "_LATE" if one.late else ""
        if p in attempts:
            del files[attempts[p]]
            stem, dot, suffix = name.rpartition(".")
            name = f"{stem}-1{dot}{suffix}"
        attempts[p] = f"{p.sortable}{late}_{p.number}_{500 + number}_{name}"
        files[attempts[p]] = one.content
    return _zipped(files)


def moodle_zip(in_folders: bool = True, works: Sequence[Work] | None = None) -> bytes:
    """The last attempt of each; who handed in nothing may have an empty folder."""
    files = {}
    attempts = {one.person: one for one in (work() if works is None else works)}
    for p, one in attempts.items():
        start = f"{p.first} {p.last}_{p.participant}_assignsubmission_file_"
        files[start + ("/" if in_folders else "") + one.name] = one.content
    if in_folders and works is None:
        start = f"{TEN.first} {TEN.last}_{TEN.participant}_assignsubmission_file_"
        files[f"{start}/"] = b""
    return _zipped(files)


def brightspace_zip(works: Sequence[Work] | None = None) -> bytes:
    """A folder for each attempt, and a page that lists them."""
    files = {"index.html": b"<html></html>"}
    for p, time, name, content, _ in work() if works is None else works:
        shown = f"{time:%b} {time.day}, {time.year} {time:%-I%M %p}"
        files[f"{p.number}-4242 - {p.first} {p.last} - {shown}/{name}"] = content
    return _zipped(files)


def blackboard_zip() -> bytes:
    """Each attempt with a text that describes it."""
    files = {}
    for p, time, name, content, _ in work():
        start = f"Logistic Regression_{p.login}_attempt_{time:%Y-%m-%d-%H-%M-%S}"
        note = (
            f"Name: {p.first} {p.last} ({p.login})\nAssignment: Logistic Regression\n"
        )
        files[f"{start}.txt"] = note.encode()
        files[f"{start}_{name}"] = content
    return _zipped(files)


def github_zip() -> bytes:
    """The repositories of an assignment, cloned side by side."""
    files = {}
    for p, _, name, content, _ in work():
        account = "gh-" + p.login.replace("_", "-")
        files[f"logistic-submissions/logistic-{account}/{name}"] = content
        files[f"logistic-submissions/logistic-{account}/README.md"] = b"# Lab\n"
    return _zipped(files)

"""A generated class, and what each learning platform exports about it.

The shapes of rosters, file names and archives are those that the platforms write; the
people are placeholders.
"""

from __future__ import annotations

import functools
import io
import zipfile
from dataclasses import dataclass

from autograder.authoring import build, solve

LAB, OTHER_LAB = "C1W2", "C1W3"
NOTEBOOK = build.released_path(LAB).name
STEM = NOTEBOOK.removesuffix(".ipynb")
DUE = "2027-01-31T23:59:59Z"
ON_TIME, LATE = (31, 22, 12, 13), (1, 9, 26, 0)  # day of January or February, time


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


@functools.cache
def work() -> list[tuple[Person, tuple[int, int, int, int], str, bytes]]:
    """Who handed in what, and when: the last of several attempts counts.

    `TEN` handed in nothing.
    """
    other = build.serialize(build.release_notebook(OTHER_LAB)).encode()
    right = solved()
    return [
        (ONE, ON_TIME, NOTEBOOK, right),
        (TWO, LATE, NOTEBOOK, right),
        (THREE, (30, 8, 0, 0), NOTEBOOK, solved("first attempt")),
        (THREE, ON_TIME, f"{STEM}.ipynb", solved("second attempt")),
        (FOUR, ON_TIME, f"{STEM} (1).ipynb", right),
        (FIVE, ON_TIME, f"{STEM}.IPYNB", right),
        (SIX, ON_TIME, f"{STEM}.ipynb.txt", right),
        (SEVEN, ON_TIME, "homework.pdf", b"%PDF-1.7"),
        (EIGHT, ON_TIME, NOTEBOOK, b""),
        (NINE, ON_TIME, "homework.zip", _zipped({f"my work/{NOTEBOOK}": right})),
        (ELEVEN, ON_TIME, "homework.ipynb", other),
        *((one, ON_TIME, NOTEBOOK, solved(one.login)) for one in TWINS),
    ]


GRADED = {ONE, TWO, THREE, FOUR, FIVE, SIX, NINE, *TWINS}  # the others are named


# --- rosters --------------------------------------------------------------------------


def canvas_roster() -> str:
    """Gradebook, with the rows that are no students."""
    lines = ["Student,ID,SIS User ID,SIS Login ID,Section,C1W2 (17),Current Score"]
    lines += [",,,,,Manual Posting,"]
    lines += ["    Points Possible,,,,,100.00,(read only)"]
    lines += [
        f'"{p.last}, {p.first}",{p.number},S{p.number},{p.login},Monday and Tuesday,,'
        for p in CLASS
    ]
    lines += ['"Student, Test",999,,bbbc6740f0b946afbbbc6740f0b946af,Monday,,']
    return "\r\n".join(lines) + "\r\n"


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


def moodle_roster(language: str = "en", delimiter: str = ",") -> str:
    """Participants."""
    rows = [MOODLE_HEADERS[language]]
    rows += [(p.first, p.last, p.mail, "") for p in CLASS]
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


WORKSHEET_WORDS = {
    "en": ("Identifier", "Full name", "Email address", "Last modified (submission)"),
    "de": ("ID", "Vollständiger Name", "E-Mail-Adresse", "Zuletzt geändert (Abgabe)"),
    "fr": (
        "Identifiant",
        "Nom complet",
        "Adresse de courriel",
        "Dernière modification (travail remis)",
    ),
}


def worksheet(language: str = "en") -> str:
    """Moodle's grading worksheet of the assignment."""
    name, participant, at = {
        "en": ("Status", "Participant ", "Sunday, {} {} 2027, {}:{:02} {}"),
        "de": ("Status", "Teilnehmer/in", "Sonntag, {}. {} 2027, {}:{:02}"),
        "fr": ("Statut", "Participant ", "dimanche {} {} 2027, {}:{:02}"),
    }[language]
    months = {
        "en": ("January", "February"),
        "de": ("Januar", "Februar"),
        "fr": ("janvier", "février"),
    }[language]
    words = WORKSHEET_WORDS[language]
    lines = [f"{words[0]},{words[1]},{words[2]},{name},{words[3]}"]
    times = {p: time for p, time, *_ in work()}
    for p in CLASS:
        day, hour, minute, _ = times.get(p, ON_TIME)
        half = "PM" if hour >= 12 else "AM"
        shown = hour if language != "en" else (hour - 1) % 12 + 1
        time = at.format(day, months[day < 5], shown, minute, half)
        time = time if p in times else "-"
        lines.append(
            f'{participant}{p.participant},"{p.first} {p.last}",{p.mail},x,"{time}"'
        )
    return "\ufeff" + "\n".join(lines) + "\n"


def brightspace_roster() -> str:
    """Grades with user details."""
    lines = ["OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator"]
    lines += [f"#S{p.number},#{p.login},{p.last},{p.first},{p.mail},#" for p in CLASS]
    return "\n".join(lines) + "\n"


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


def canvas_zip() -> bytes:
    """Canvas gives the last attempt of each, under a number if it is a later one."""
    files = {}
    for number, (p, (day, *_), name, content) in enumerate(work()):
        late = "_LATE" if day < 5 else ""
        if name == f"{STEM}.ipynb" and p == THREE:
            name = f"{STEM}-1.ipynb"
        for old in [n for n in files if f"_{p.number}_" in n]:
            del files[old]
        files[f"{p.sortable}{late}_{p.number}_{500 + number}_{name}"] = content
    return _zipped(files)


def moodle_zip(in_folders: bool = True) -> bytes:
    """The last attempt of each; who handed in nothing may have an empty folder."""
    files = {}
    for p, _, name, content in work():
        start = f"{p.first} {p.last}_{p.participant}_assignsubmission_file_"
        files[start + ("/" if in_folders else "") + name] = content
    if in_folders:
        start = f"{TEN.first} {TEN.last}_{TEN.participant}_assignsubmission_file_"
        files[f"{start}/"] = b""
    return _zipped(files)


def brightspace_zip() -> bytes:
    """A folder for each attempt, and a page that lists them."""
    files = {"index.html": b"<html></html>"}
    for p, (day, hour, minute, _), name, content in work():
        month = "Feb" if day < 5 else "Jan"
        half = "PM" if hour >= 12 else "AM"
        time = f"{month} {day}, 2027 {(hour - 1) % 12 + 1}{minute:02} {half}"
        files[f"{p.number}-4242 - {p.first} {p.last} - {time}/{name}"] = content
    return _zipped(files)


def blackboard_zip() -> bytes:
    """Each attempt with a text that describes it."""
    files = {}
    for p, (day, hour, minute, second), name, content in work():
        month = 2 if day < 5 else 1
        time = f"2027-{month:02}-{day:02}-{hour:02}-{minute:02}-{second:02}"
        start = f"Logistic Regression_{p.login}_attempt_{time}"
        note = (
            f"Name: {p.first} {p.last} ({p.login})\nAssignment: Logistic Regression\n"
        )
        files[f"{start}.txt"] = note.encode()
        files[f"{start}_{name}"] = content
    return _zipped(files)


def github_zip() -> bytes:
    """The repositories of an assignment, cloned side by side."""
    files = {}
    for p, _, name, content in work():
        account = "gh-" + p.login.replace("_", "-")
        files[f"logistic-submissions/logistic-{account}/{name}"] = content
        files[f"logistic-submissions/logistic-{account}/README.md"] = b"# Lab\n"
    return _zipped(files)

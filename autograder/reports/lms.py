"""Grades in the table that an LMS exported, so that it can be uploaded again.

The table is the template: only the cells that receive a grade change, everything else
stays as it was, byte for byte. Its rows are read as those of a roster, and students are
found as those of a roster are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import roster
from autograder.course.grades import Person
from autograder.course.people import People
from autograder.course.roster import Student
from autograder.errors import Refused

EXCUSED = "EX"  # Canvas's mark of excused work
MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class System:
    """How an LMS writes its table.

    Attributes:
        name: its name, under which `roster.py` knows its rows.
        grade: pattern of a heading that can receive grades; `{lab}` is the lab.
        maximum: pattern that finds the maximum in such a heading.
        excused: mark of excused work that the system reads.
    """

    name: str
    grade: str
    maximum: str = r"(?!)"
    excused: str = ""


SYSTEMS = {
    "canvas": System(
        "Canvas",
        r"(?i).*(?<![a-z0-9]){lab}(?![a-z0-9])(?!.*\(read only\)).*",
        excused=EXCUSED,
    ),
    "moodle": System(
        "Moodle",
        r"(?i)(grade|bewertung|note)|"
        r".*(?<![a-z0-9]){lab}(?![a-z0-9])(?!.*\((feedback|letter|percentage)\)).*",
    ),
    "brightspace": System(
        "Brightspace",
        r"(?i).*(?<![a-z0-9]){lab}(?![a-z0-9]).* points grade.*",
        r"MaxPoints:([\d.]+)",
    ),
    "blackboard": System(
        "Blackboard",
        r"(?i).*(?<![a-z0-9]){lab}(?![a-z0-9]).*",
        r"\[Total Pts: ([\d.,]+)",
    ),
}


@dataclass
class _Row:
    """A line of the table: its text, its cells, and the student."""

    text: str
    cells: list[str]
    student: Student | None = None


@dataclass
class Filled:
    """A table with grades.

    Attributes:
        raw: the file.
        column: heading of the column that received the grades.
        given: student → text of the grade in the file.
        rows: student → the student as the table has it.
        missing: students who are graded and not in the table.
        remarks: sentences about the column and about rows that are nobody's.
    """

    raw: bytes = b""
    column: str = ""
    given: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Student] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def fill(
    system: System,
    template: Path,
    lab: str,
    people: People,
    grades: Sequence[Person],
    maximum: float,
    excused: Iterable[str] = (),
    column: str = "",
) -> Filled:
    """Enter the grades of a lab into the table that an LMS exported.

    Args:
        system: the LMS.
        template: the table.
        lab: name of the lab.
        people: who is who.
        grades: the grade of everybody in the gradebook.
        maximum: maximum number of points of the lab.
        excused: students whose work is excused.
        column: heading of the column, if it cannot be told from the lab.

    Raises:
        Refused: the file is no such table, or the column cannot be told.
    """
    text, encoding = _text(template)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    start = next((i for i, row in enumerate(rows) if any(row.cells)), None)
    if start is None:
        raise Refused(f"{template.name} is empty.")
    header = [roster.heading(cell) for cell in rows[start].cells]
    kind = roster.kind_of(header)
    if kind and not roster.is_of(kind, system.name):
        raise Refused(
            f"{template.name} is not an export of {system.name}: it looks like one of "
            f"{kind}."
        )
    if not roster.COLUMNS[system.name] & set(header):
        raise Refused(
            f"{template.name} is not an export of {system.name}: it has none of the "
            f"columns that identify students."
        )
    where = _column(system, template, rows[start].cells, lab, column)
    done = Filled(column=rows[start].cells[where])
    if (most := re.search(system.maximum, done.column)) and _number(most[1]) != maximum:
        done.remarks.append(_other_maximum(done.column, most[1], lab, maximum))
    students: list[_Row] = []
    for row in rows[start + 1 :]:
        row.cells += [""] * (len(header) - len(row.cells))
        if " ".join(row.cells[0].split()).lower() == "points possible":
            most = row.cells[where]
            if _number(most) not in (None, maximum):
                done.remarks.append(_other_maximum(done.column, most, lab, maximum))
        row.student = roster.student_in(system.name, header, row.cells)
        if row.student:
            students.append(row)
    comma = _uses_comma(row.cells[where:] for row in students)
    matches = people.rows([row.student for row in students])
    by_id = {person.id: person for person in grades}
    away = set(excused)
    for row, match in zip(students, matches, strict=True):
        if match.why:
            done.remarks.append(
                f"{row.student.name} {match.why}; no grade was entered."
            )
        if not (person := by_id.get(match.student)):
            continue
        done.rows[person.id] = row.student
        if person.id in away:
            grade = system.excused
        elif person.grade is None:
            continue
        else:
            grade = f"{person.grade:.6f}".rstrip("0").rstrip(".")
            grade = grade.replace(".", ",") if comma else grade
        if not grade:
            continue
        done.given[person.id] = grade
        if row.cells[where] != grade:
            row.cells[where] = grade
            row.text = _written(row, delimiter)
    for person in grades:
        if person.grade is not None and person.id not in done.rows:
            done.missing.append(person.id)
    done.raw = "".join(row.text for row in rows).encode(encoding)
    return done


def _column(
    system: System, template: Path, header: Sequence[str], lab: str, column: str
) -> int:
    """Index of the column that receives the grades.

    Raises:
        Refused: there is none, or there are several.
    """
    if column:
        wanted = roster.heading(column)
        fitting = [i for i, name in enumerate(header) if roster.heading(name) == wanted]
    else:
        pattern = system.grade.replace("{lab}", re.escape(lab))
        fitting = [i for i, n in enumerate(header) if re.fullmatch(pattern, n.strip())]
    if len(fitting) == 1:
        return fitting[0]
    wanted = column or lab
    if not fitting:
        raise Refused(
            f"{template.name} has no column for {wanted}; name one of its columns with "
            "--column."
        )
    names = ", ".join(repr(header[i]) for i in fitting)
    raise Refused(
        f"{template.name} has several columns for {wanted} ({names}); name one with "
        "--column."
    )


def _other_maximum(column: str, most: str, lab: str, maximum: float) -> str:
    return (
        f"{column!r} is out of {most.strip()} points and {lab} out of {maximum:g}; "
        "grades are not scaled."
    )


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _uses_comma(rest: Iterable[Sequence[str]]) -> bool:
    """Whether numbers are written as in 94,5."""
    return any(re.fullmatch(r"\d+,\d+", cell.strip()) for row in rest for cell in row)


def _text(path: Path) -> tuple[str, str]:
    """The text of a table with its byte order mark, and the encoding to write it in.

    Raises:
        Refused: the file is too large.
    """
    raw = path.read_bytes()
    if len(raw) > MAX_BYTES:
        raise Refused(f"{path.name} is too large to be a table of grades.")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if raw.startswith(mark):
            return raw.decode(encoding), encoding
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("cp1252"), "cp1252"  # as European spreadsheets write it


def _delimiter(text: str) -> str:
    first = text.lstrip("\ufeff\r\n").partition("\n")[0]
    return max(",;\t", key=first.count)


def _rows(text: str, delimiter: str) -> list[_Row]:
    """The rows of a table, each with its own text."""
    lines = list(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    reader, rows, last = csv.reader(iter(lines), delimiter=delimiter), [], 0
    try:
        for cells in reader:
            rows.append(_Row("".join(lines[last : reader.line_num]), cells))
            last = reader.line_num
    except csv.Error as error:
        raise Refused(
            f"The table breaks off at line {reader.line_num}: {error}."
        ) from None
    if text.startswith("\ufeff"):
        rows.insert(0, _Row("\ufeff", []))
    return rows


def _written(row: _Row, delimiter: str) -> str:
    """The text of a row with new cells, quoted and ended as the row was."""
    end = row.text[len(row.text.rstrip("\r\n")) :]
    everything = row.text.startswith('"') and f'"{delimiter}"' in row.text
    quoting = csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerow(
        row.cells
    )
    return out.getvalue()

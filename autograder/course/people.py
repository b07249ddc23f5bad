"""Who is who: the gradebook's students, and every name that a platform gives them.

The table is `.autograder/people.csv`. Rosters fill it, and so does each match that is
made while collecting. Whoever handed in but cannot be matched is listed in the
course's `unmatched.csv`, where a person fills in the column `student`; the next run
reads it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import sqlalchemy
from nbgrader.api import Student as Row

from autograder import safe_csv
from autograder.course import roster
from autograder.course.configuration import Course
from autograder.course.roster import (
    CANVAS,
    GITHUB,
    IDENTIFIER,
    LOGIN,
    MAIL,
    NUMBER,
    Key,
    Student,
)
from autograder.errors import Refused
from autograder.grading import senders
from autograder.grading.senders import Sender
from helpers.files import write

TABLE = "people.csv"
UNMATCHED = "unmatched.csv"
NOBODY = "-"  # filled in for a sender who is no student
ID, NAME, ACCOUNT = "id", "name", "account of an address"
_LEVELS = (ID, LOGIN, GITHUB, MAIL, IDENTIFIER, ACCOUNT, NUMBER, NAME)
_COLUMNS = ("student", "kind", "value")
_ASKED = ("student", "name", "platform", "number", "file", "why")


@dataclass(frozen=True)
class Match:
    """What a sender was found to be.

    Attributes:
        student: the gradebook's id of the student; empty if there is none, and
            `NOBODY` if a person said so.
        why: why there is none, in one sentence without a full stop.
        by: the kind of key that decided.
    """

    student: str = ""
    why: str = ""
    by: str = ""


@dataclass
class People:
    """The students of a course.

    Attributes:
        course: the course.
        students: the gradebook's students, by id.
        keys: known keys, with the ids of the students who have them.
        has_roster: whether the students come from a roster. Otherwise, whoever hands
            in is a student.
    """

    course: Course
    students: dict[str, Student] = field(default_factory=dict)
    keys: dict[Key, set[str]] = field(default_factory=dict)
    has_roster: bool = False
    _of: dict[str, set[Key]] = field(default_factory=dict)  # the keys of each student

    @classmethod
    def of(cls, course: Course) -> People:
        """The students of a course as far as they are known."""
        people = cls(course)
        people.has_roster = any((course.root / "rosters").glob("*"))
        for student in _in_gradebook(course):
            people.students[student.id] = student
            details = student.name or student.email or student.lms_user_id
            people.has_roster |= bool(details)
            people._index(student)
        path = course.root / ".autograder" / TABLE
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    people.learn(row["student"], (row["kind"], row["value"]))
        return people

    def _index(self, student: Student) -> None:
        first, last = student.first_name, student.last_name
        keys = [(ID, student.id), (MAIL, student.email), *student.keys]
        keys += [(NAME, first + last), (NAME, last + first)]
        keys += [(IDENTIFIER, student.lms_user_id)]
        if student.lms_user_id.isdigit():
            keys.append((CANVAS, student.lms_user_id))
        for key in keys:
            self.learn(student.id, key)

    def learn(self, student: str, key: Key) -> None:
        """Note that a student has a key."""
        kind, value = key = _folded(key)
        if value:
            self.keys.setdefault(key, set()).add(student)
            self._of.setdefault(student, set()).add(key)
        if kind == MAIL and "@" in value:
            self.learn(student, (ACCOUNT, value.partition("@")[0]))

    def _settle(self, student: str, key: Key) -> None:
        """Note that a key is one student's and nobody else's."""
        for other in self.keys.pop(_folded(key), set()):
            self._of[other].discard(_folded(key))
        self.learn(student, key)

    def save(self) -> None:
        """Write the table; what follows from the gradebook is not in it."""
        rows = sorted(
            (student, kind, value)
            for (kind, value), students in self.keys.items()
            for student in students
            if kind not in (ID, NAME, ACCOUNT)
        )
        out = io.StringIO(newline="")
        csv.writer(out).writerows([_COLUMNS, *rows])
        path = self.course.notes(TABLE)
        if rows and not (path.is_file() and path.read_text("utf-8") == out.getvalue()):
            write(path, out.getvalue())

    # --- rosters ----------------------------------------------------------------------

    def known(self, student: Student) -> Match:
        """The student of the gradebook whom a row of a platform's table is about.

        Keys decide; one that several students have counts only if no other key does. If
        none is known, the name decides, unless other keys of the same kind show that
        they are two people.

        Returns:
            The match, which is empty for a student whom the gradebook does not have.
        """
        keys = [(ID, student.id), (MAIL, student.email), *student.keys]
        keys += [
            (kind, value)
            for other, value in student.keys
            for kind in {
                IDENTIFIER: (ID, LOGIN, MAIL, NUMBER),
                **dict.fromkeys((LOGIN, MAIL, NUMBER), (ID, IDENTIFIER)),
            }.get(other, ())
        ]
        holders = [found for key in keys if (found := self._holders(key))]
        alone = [found for found in holders if len(found) == 1]
        if found := set().union(*(alone or holders)):
            by = ID  # or another key: only a name leaves a doubt
        else:
            by, named = NAME, self._holders((NAME, student.name))
            found = {one for one in named if not self._differ(one, student)}
            accounts = _accounts(keys)
            same = {one for one in found if accounts & _accounts(self._of[one])}
            found = same or found
        if len(found) > 1:
            return Match(why=f"may be {' or '.join(sorted(found))}")
        return Match(found.pop(), by=by) if found else Match()

    def rows(self, table: Sequence[Student]) -> list[Match]:
        """The student whom each row of a platform's table is about.

        A name decides only if one row alone has it.
        """
        matches = dict(enumerate(self.known(one) for one in table))
        why = "is not the only row that may be {student}"
        return list(_without_doubt(matches, why).values())

    def _differ(self, known: str, student: Student) -> bool:
        """Whether keys show that two students of one name are two people."""
        kinds = {CANVAS, GITHUB, LOGIN, MAIL, NUMBER}
        mine = {kind for kind, _ in student.keys} & kinds
        theirs = {kind for kind, _ in self._of[known]}
        return bool(mine & theirs) or bool(student.id and not student.keys)

    def add(self, student: Student) -> None:
        """Note a student of the gradebook and the keys of a roster."""
        self.students[student.id] = student
        self._index(student)

    # --- senders ----------------------------------------------------------------------

    def match(self, found: Iterable[Sender]) -> dict[Key, Match]:
        """Find the student who each sender is.

        A name decides only if nobody else has it, neither in the roster nor among the
        senders. Without a roster, whoever hands in is a student.
        """
        by_key: dict[Key, Sender] = {one.key: one for one in found}
        if not self.has_roster:
            return self._entered(by_key)
        matches = {key: self._find(one) for key, one in by_key.items()}
        matches = _without_doubt(matches, "{count} senders may be {student}")
        for key, match in matches.items():
            if match.student and key[0] != senders.NAMED:
                self.learn(match.student, key)
        return matches

    def _find(self, one: Sender) -> Match:
        """The student who one sender is, whatever others there are."""
        if known := self._holders((one.platform, one.number)):
            return Match(min(known), by=one.platform)
        if known := self._holders(one.key, NOBODY):
            return Match(min(known), by=one.key[0])
        kinds = (ID, LOGIN) if one.platform == senders.BLACKBOARD else (GITHUB,)
        for text in one.logins:
            for kind in kinds:
                if len(known := self._holders((kind, text))) == 1:
                    return Match(min(known), by=kind)
        for text in (one.name, *one.other):
            for level in _LEVELS:
                known = self._holders((level, text))
                if one.platform == CANVAS and one.number:
                    known = {who for who in known if not self._has(who, CANVAS)}
                if len(known) == 1:
                    return Match(min(known), by=level)
                if known:
                    ids = ", ".join(sorted(known))
                    return Match(why=f"{len(known)} students are called that: {ids}")
        if one.platform == CANVAS and one.number:
            return Match(why=f"no student of the roster has the number {one.number}")
        return Match(why="no student of the roster is called that")

    def _holders(self, key: Key, *more: str) -> set[str]:
        """Students of the gradebook who have a key."""
        return self.keys.get(_folded(key), set()) & (self.students.keys() | set(more))

    def _has(self, student: str, kind: str) -> bool:
        return any(kind == other for other, _ in self._of[student])

    def _entered(self, by_key: dict[Key, Sender]) -> dict[Key, Match]:
        """Without a roster: a student for each sender, two of one name told apart."""
        named = senders.told_apart(by_key.values())
        matches = {}
        for key, one in by_key.items():
            lasting = key[0] in (senders.CANVAS, senders.BRIGHTSPACE)
            if lasting and (known := self.keys.get(_folded(key))):
                matches[key] = Match(min(known), by=key[0])
                continue
            student = slug(named[key])
            if lasting and student in self._of and self._has(student, key[0]):
                student = slug(f"{one.name} {one.number}")
            if lasting:
                self.learn(student, key)
            why = "" if student else "its name tells no student"
            matches[key] = Match(student, why, NAME)
        return matches

    # --- what a person settles --------------------------------------------------------

    def read_settled(self) -> list[str]:
        """Take in what a person filled in; returns sentences about what is wrong."""
        problems = []
        for line, row in self._asked():
            student = row["student"]
            if student and student != NOBODY and student not in self.students:
                problems.append(
                    f"{UNMATCHED}, line {line}: the gradebook has no student "
                    f"{student!r}."
                )
            elif student:
                self._settle(student, _key_of(row))
        return problems

    def ask(self, rows: Iterable[tuple[Sender, str, str]]) -> int:
        """List senders who cannot be matched, with a file and the reason.

        What a person filled in before stays in the file.

        Returns:
            How many are listed and not settled.
        """
        listed = {_key_of(row): row for _, row in self._asked()}
        for sender, file, why in rows:
            before = listed.get(sender.key, {}).get("student", "")
            kind, value = sender.key
            if kind == senders.NAMED:
                row = (before, value, "", "", file, why)
            else:
                row = (before, sender.name, kind, sender.number, file, why)
            listed[sender.key] = dict(zip(_ASKED, row, strict=True))
        for key in [k for k, row in listed.items() if not row["student"]]:
            if self._holders(key):
                del listed[key]
        path = self.course.root / UNMATCHED
        if not listed:
            path.unlink(missing_ok=True)
            return 0
        rows = [[row[name] for name in _ASKED] for row in listed.values()]
        write(path, safe_csv.render([_ASKED, *rows]))
        return sum(not row["student"] for row in listed.values())

    def waiting(self) -> int:
        """How many senders are listed whose student no collecting has taken in yet."""
        return sum(not self._is_settled(row) for _, row in self._asked())

    def _is_settled(self, row: dict[str, str]) -> bool:
        return row["student"] in self.keys.get(_folded(_key_of(row)), ())

    def _asked(self) -> list[tuple[int, dict[str, str]]]:
        """The rows of `unmatched.csv`, with their lines."""
        path = self.course.root / UNMATCHED
        if not path.is_file():
            return []
        rows = roster.rows(path)
        names = [name.strip().lower() for name in next(rows, (0, []))[1]]
        if not {"student", "name", "platform", "number"} <= set(names):
            raise Refused(
                f"{path} must begin with the columns {', '.join(_ASKED)}; put them "
                "back, or delete the file and collect again."
            )
        found = []
        for line, cells in rows:
            row = dict.fromkeys(_ASKED, "")
            row |= {
                name: cell.strip().removeprefix("'")
                for name, cell in zip(names, cells, strict=False)
            }
            found.append((line, row))
        return found


_T = TypeVar("_T")


def _without_doubt(matches: dict[_T, Match], why: str) -> dict[_T, Match]:
    """Matches without those by a name alone where several claim one student.

    Args:
        matches: what was found, by who or what it was found for.
        why: the reason to give, with `{student}` and the `{count}` of claims.
    """
    claims: dict[str, list[_T]] = {}
    for key, match in matches.items():
        claims.setdefault(match.student, []).append(key)
    clear = dict(matches)
    for student, keys in claims.items():
        if student and len(keys) > 1:
            doubt = Match(why=why.format(student=student, count=len(keys)))
            clear |= {key: doubt for key in keys if matches[key].by == NAME}
    return clear


def _key_of(row: dict[str, str]) -> Key:
    if row["number"]:
        return row["platform"], f"{row['number']} {row['name']}"
    return senders.NAMED, row["name"]


def _folded(key: Key) -> Key:
    """A key without differences that do not tell people apart."""
    kind, value = key
    if kind == NAME:
        return kind, plain(value)
    lower = (LOGIN, MAIL, GITHUB, IDENTIFIER, ACCOUNT)
    return kind, value.lower() if kind in lower else value


def _accounts(keys: Iterable[Key]) -> set[str]:
    """Logins, and the beginnings of addresses, which often are the login."""
    kinds = (ID, LOGIN, MAIL, IDENTIFIER)
    return {value.partition("@")[0].lower() for kind, value in keys if kind in kinds}


def plain(name: str) -> str:
    """A name without accents, spaces, signs and capital letters."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in parts if sign.isalnum())


def slug(name: str) -> str:
    """A name as the name of a folder."""
    return re.sub(r"[^\w.@-]+", "-", name).strip("-.")


def _in_gradebook(course: Course) -> list[Student]:
    """Students of the gradebook, which is not made if there is none."""
    engine = sqlalchemy.create_engine(course.url)
    try:
        file = engine.url.database if engine.dialect.name == "sqlite" else ""
        if file and not (course.root / file).is_file():
            return []
        if not sqlalchemy.inspect(engine).has_table(Row.__tablename__):
            return []
        rows = Row.__table__.columns
        query = sqlalchemy.select(
            rows.id, rows.first_name, rows.last_name, rows.email, rows.lms_user_id
        )
        with engine.connect() as connection:
            found = connection.execute(query.order_by(rows.id)).all()
        return [Student(*(value or "" for value in row)) for row in found]
    finally:
        engine.dispose()

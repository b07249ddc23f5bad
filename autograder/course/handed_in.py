"""Put what an LMS hands over where nbgrader looks for it. Nothing is lost.

Each file goes to the student of the roster who handed it in (`people.py`). What cannot
be placed stays where it is and is named in one sentence; what is replaced by a newer
attempt is kept in the course's `.autograder/replaced/`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import paths
from autograder.course import roster, schedule
from autograder.course.configuration import Course
from autograder.course.marks import SECOND, Marks
from autograder.course.people import NOBODY, UNMATCHED, Match, People
from autograder.grading import senders
from autograder.grading.collect import (
    NOTEBOOK,
    TEXT,
    Found,
    files,
    form_of,
    in_folder,
    is_ours,
    preference,
    without_notes,
)
from autograder.grading.intake import lab_of, read_bytes, take_in_bytes
from autograder.grading.results import readable
from autograder.sandbox.host import SandboxSession
from autograder.timestamp import NAME as TIMESTAMP
from autograder.timestamp import handed_in, stamp
from helpers.files import write

_NO_NOTEBOOK = "it is no notebook (*.ipynb), so it cannot be graded"
_SET_UP = re.compile(rb"checks_for\(\s*\\?[\"'](\w+)\\?[\"']")


@dataclass
class Collected:
    """What came of it.

    Attributes:
        placed: student and lab of each new file.
        replaced: of each file that took the place of an earlier one.
        unchanged: of each file that was there already.
        late: student and lab of each file that the platform marks as late without a
            time, and whether the lab's due date gives one.
        undated: student and lab of each file from Moodle whose time is not known,
            although the lab has a due date.
        left: a sentence about each file that could not be placed.
        settled: a sentence about each file that needs no place: an earlier attempt,
            what lies beside a notebook, or a file of somebody who is no student.
        problems: sentences about other things that a person has to settle.
        unmatched: how many senders wait in `unmatched.csv`.
        missing: lab and the students of the roster who owe it.
    """

    placed: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    late: dict[tuple[str, str], bool] = field(default_factory=dict)
    undated: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unmatched: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)


def collect(places: Iterable[Path], course: Course, lab: str = "") -> Collected:
    """Copy notebooks to `submitted/<student>/<lab>/` under the name nbgrader wants.

    Args:
        places: folders, zip archives and files; each must exist. A CSV file is
            Moodle's grading worksheet, which says whose the numbers are, and when
            each student handed in.
        course: that they are handed in to.
        lab: that all of them are; told from each file by default.
    """
    return _Collector(course, lab).collect(places)


class _Collector:
    """One run, which sees all files before it places any."""

    def __init__(self, course: Course, lab: str) -> None:
        self.course, self.lab = course, lab
        self.people, self.done = People.of(course), Collected()
        self.marks = Marks(course)
        self.times: dict[roster.Key, datetime.datetime] = {}
        self.taken: dict[tuple[str, str], object] = {}
        self.unmatched: list[tuple[senders.Sender, str, str]] = []
        dates = course.root / schedule.NAME
        labs = paths.lab_names()
        self.due = schedule.due(course.root, labs) if dates.is_file() else {}
        schedule.excused(course.root, labs)  # if it cannot be read, place nothing

    def collect(self, places: Iterable[Path]) -> Collected:
        """Place all files of some places."""
        self.done.problems += self.people.read_settled()
        found = []
        for place in places:
            if place.suffix.lower() == ".csv" and place.is_file():
                self._worksheet(place)
            else:
                found += files(place)
        found = without_notes(found)
        matches = self.people.match(one.sender for one in found)
        for one in sorted(found, key=lambda one: preference(one, self.lab)):
            try:
                self._take(one, matches[one.sender.key])
            except Exception as error:  # it costs this file alone
                why = f"it cannot be placed ({str(error) or type(error).__name__})"
                self._leave(one, why)
        self.done.left.sort()
        self.done.settled.sort()
        self.done.unmatched = self.people.ask(self.unmatched)
        self.people.save()
        self.marks.save()
        labs = {
            lab
            for _, lab in (*self.done.placed, *self.done.replaced, *self.done.unchanged)
        }
        for lab in sorted({*labs, self.lab} - {""}):
            self.done.missing[lab] = missing(self.course, self.people, lab)
        return self.done

    def _worksheet(self, place: Path) -> None:
        """Learn from Moodle's grading worksheet of the assignment."""
        found = roster.read(place)
        self.done.problems += [f"{place.name}: {one}" for one in found.problems]
        matches = self.people.rows(found.students)
        for student, match in zip(found.students, matches, strict=True):
            known = match.student
            if not known:
                why = match.why or "is not in the gradebook"
                self.done.problems.append(f"{place.name}: {student.name} {why}.")
            for key in student.keys if known else ():
                if key[0] == roster.MOODLE:
                    self.people.learn(known, key)
                    if student.handed_in:
                        self.times[key] = student.handed_in
        if not any(student.handed_in for student in found.students):
            self.done.problems.append(
                f"{place.name} does not say when anybody handed in, so no work counts "
                "as late."
            )

    def _leave(self, one: Found, why: str, settled: bool = False) -> None:
        sentences = self.done.settled if settled else self.done.left
        sentences.append(readable(f"{one.name}: {why.rstrip('.')}."))

    def _take(self, one: Found, match: Match) -> None:
        """Place a file, or say why not."""
        lab, raw, why = self._read(one)
        others = {known for who, known in self.taken if who == match.student}
        if why == _NO_NOTEBOOK and (lab in others if lab else others):
            why = f"it is no notebook; {match.student} handed in one as well"
            self._leave(one, why, settled=True)
            return
        if why == _NO_NOTEBOOK and self._is_there(one, (match.student, lab)):
            why = f"a person has put it into the folder of {match.student}"
            self._leave(one, why, settled=True)
            return
        expected = not why or one.sender.platform
        if match.student == NOBODY:
            self._leave(one, f"{UNMATCHED} says that it is no student's", settled=True)
            return
        if expected and not match.student and self.people.has_roster:
            self.unmatched.append((one.sender, readable(str(one.name)), match.why))
            why = f"{match.why}; say in {UNMATCHED} whose it is"
        elif not why and not match.student:
            why = match.why
        elif why == _NO_NOTEBOOK and match.student:
            why += f" (handed in by {match.student})"
        key = (match.student, lab)
        if not why and key in self.taken and one.sender.time:
            why = f"an earlier attempt of {key[0]}, who handed in another one later"
            self._leave(one, why, settled=True)
            return
        if not why and key in self.taken:
            why = f"{key[0]} handed in {self.taken[key]} for {lab}, which was taken"
        if not why:
            why = self._place(one, key, raw)
        if why:
            self._leave(one, why)
        else:
            self.taken[key] = one.name

    def _read(self, one: Found) -> tuple[str, bytes, str]:
        """The lab of a file, its content, and why it cannot be placed."""
        path = Path("/", *[part for part in one.name.parts if part not in ("/", "..")])
        if one.is_empty:
            return "", b"", one.read()[1]
        if form_of(path) == 2 and path.suffix.lower() == ".zip":
            return "", b"", one.read()[1] or "there are too many archives in it"
        if form_of(path) > 1 or (form_of(path) == 1 and not is_ours(one)):
            return self.lab or lab_of(path, []), b"", _NO_NOTEBOOK
        raw, why = one.read()
        inside = _SET_UP.search(raw)
        lab = inside[1].decode() if inside else lab_of(path, [])
        if lab not in paths.lab_names():
            lab = self.lab or _lab_inside(raw)
        if not why and self.lab and lab != self.lab:
            why = f"it is {lab}, not {self.lab}"
        if not why and one.student != one.sender.name:
            why = "the name of the student's folder is not UTF-8; rename it"
        if not why and not lab:
            why = "it cannot be told which lab it is; name it with --lab"
        return lab, raw, why

    def _is_there(self, one: Found, key: tuple[str, str]) -> bool:
        """Whether a person has put this very file where it is graded."""
        raw, _ = one.read()
        folder = self.course.submitted.joinpath(*key)
        return all((raw, *key)) and any(
            read_bytes(path)[0] == raw for path in folder.glob("*")
        )

    def _place(self, one: Found, key: tuple[str, str], raw: bytes) -> str:
        """Write a file under the lab's name and put earlier ones away.

        Returns:
            Why it was not written; empty if it was, or if it was there already.
        """
        student, lab = key
        official = self.course.submitted / student / lab / paths.released_path(lab).name
        target = official.with_suffix(_suffix(one))
        earlier = [
            path
            for ending in (".ipynb", *TEXT)
            if (path := official.with_suffix(ending)).exists()
        ]
        time, before = self._time(one), handed_in(target.parent)
        if earlier == [target] and read_bytes(target)[0] == raw:
            self._stamp(target.parent, time or self._marked(one, key, before))
            self._note_undated(one, key, time or before)
            self.done.unchanged.append(key)
            return ""
        if earlier and time and before and time < before:
            return f"{student} handed in a later one, of {before:%Y-%m-%d %H:%M} UTC"
        kept = self.course.notes("replaced") / student / lab
        stamped = target.parent / TIMESTAMP
        for path in (*earlier, *((stamped,) if earlier and stamped.exists() else ())):
            kept.mkdir(parents=True, exist_ok=True)
            number = len(list(kept.iterdir())) + 1
            path.rename(kept / f"{path.stem}-{number}{path.suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, raw)
        self.marks.forget(key)
        self._stamp(target.parent, time or self._marked(one, key))
        self._note_undated(one, key, time)
        (self.done.replaced if earlier else self.done.placed).append(key)
        return ""

    def _time(self, one: Found) -> datetime.datetime | None:
        """When a file was handed in, in UTC, if the platform says so."""
        number = (one.sender.platform, one.sender.number)
        time = one.sender.time or self.times.get(number)
        return schedule.in_utc(time, self.course.root) if time else None

    def _marked(
        self, one: Found, key: tuple[str, str], known: datetime.datetime | None = None
    ) -> datetime.datetime | None:
        """The time to write where the platform only marks late work.

        Args:
            one: the file.
            key: student and lab.
            known: the time that is beside this very file, if there is one.
        """
        due = self.due.get(key[1])
        ours = self.marks.wrote(key, known) or (due and known == due + SECOND)
        if one.sender.late:
            if known and not ours and not (due and known <= due):
                return known  # a person wrote it
            self.done.late[key] = bool(due)
        elif not (ours and one.sender.platform == senders.CANVAS):
            return None
        return self.marks.note(key, one.sender.late, due)

    def _note_undated(
        self, one: Found, key: tuple[str, str], time: datetime.datetime | None
    ) -> None:
        if one.sender.platform == senders.MOODLE and key[1] in self.due and not time:
            self.done.undated.append(key)

    def _stamp(self, folder: Path, time: datetime.datetime | None) -> None:
        if time and handed_in(folder) != time:
            stamp(folder, time)


def submissions(course: Course, lab: str) -> list[tuple[str, Path]]:
    """Students and the files they handed in, sorted by name.

    A link in the place of a folder is not followed, but given itself.
    """
    found = []
    for folder in sorted(course.submitted.glob("*")):
        link = next((p for p in (folder, folder / lab) if p.is_symlink()), None)
        path = link or in_folder(folder / lab, lab)[0]
        if path:
            found.append((folder.name, path))
    return found


def missing(course: Course, people: People, lab: str) -> list[str]:
    """Students of the roster who owe a lab: nothing to grade, and not excused."""
    if not people.has_roster:
        return []
    excused = schedule.excused(course.root, paths.lab_names())
    there = {student for student, _ in submissions(course, lab)}
    return [
        student
        for student in sorted(people.students.keys() - there)
        if (student, lab) not in excused
    ]


def _suffix(one: Found) -> str:
    is_notebook = one.name.name.lower().endswith(NOTEBOOK)
    return ".ipynb" if is_notebook else one.name.suffix.lower()


def _lab_inside(raw: bytes) -> str:
    """The lab that a notebook's cells tell, read in a sandbox."""
    with SandboxSession() as session:
        return take_in_bytes(raw, "", session.read).lab

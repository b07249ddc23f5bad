"""Work that a platform marks as late without saying by how much.

nbgrader needs a time. Marked work counts as handed in one second after the due date,
and work whose mark was taken back counts as handed in at the due date, whichever date
that is by now. A time that a person writes into `timestamp.txt` counts instead. So it
is noted in `.autograder/marks.csv` which times were written here.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Mapping

from autograder.course.configuration import Course
from autograder.timestamp import handed_in, stamp
from helpers.files import write

TABLE = "marks.csv"
_COLUMNS = ("student", "lab", "late", "time")
SECOND = datetime.timedelta(seconds=1)  # a penalty by the day takes the first day
Key = tuple[str, str]  # student and lab


class Marks:
    """The marks of a course, and the time that was written for each.

    Args:
        course: the course.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self._known: dict[Key, tuple[bool, datetime.datetime | None]] = {}
        path = course.notes(TABLE)
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    text = row["time"]
                    time = datetime.datetime.fromisoformat(text) if text else None
                    self._known[row["student"], row["lab"]] = bool(row["late"]), time

    def save(self) -> None:
        """Write the table, if there is anything to note or there was."""
        rows = [
            (*key, "late" if late else "", time or "")
            for key, (late, time) in sorted(self._known.items())
        ]
        path, out = self.course.notes(TABLE), io.StringIO(newline="")
        csv.writer(out).writerows([_COLUMNS, *rows])
        if rows or path.is_file():
            write(path, out.getvalue())

    def wrote(self, key: Key, time: datetime.datetime | None) -> bool:
        """Whether this time was written here, and not by a person."""
        return key in self._known and self._known[key][1] == time

    def forget(self, key: Key) -> None:
        """Forget the mark of a file that is replaced."""
        self._known.pop(key, None)

    def note(
        self, key: Key, late: bool, due: datetime.datetime | None
    ) -> datetime.datetime | None:
        """Note a mark, or that it was taken back.

        Returns:
            The time to write; `None` without a due date.
        """
        time = due and (due + SECOND if late else due)
        self._known[key] = late, time
        return time

    def renew(
        self, due: Mapping[str, datetime.datetime]
    ) -> dict[Key, datetime.datetime]:
        """Bring the times that were written here up to date.

        Args:
            due: the due dates of some labs.

        Returns:
            The times that changed.
        """
        changed = {}
        for key, (late, before) in list(self._known.items()):
            student, lab = key
            work = self.course.submitted / student / lab
            if lab not in due or not work.is_dir() or handed_in(work) != before:
                continue
            time = self.note(key, late, due[lab])
            if time != before:
                changed[key] = time
                for place in work, self.course.autograded / student / lab:
                    if place.is_dir() and handed_in(place) == before:
                        stamp(place, time)
        if changed:
            self.save()
        return changed

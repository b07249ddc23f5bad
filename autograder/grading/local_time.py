"""Times as learning platforms write them out, and times that cannot be read."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from dateutil import tz

from autograder.timestamp import NAME, handed_in

# The beginnings of the months' names; the first that fits counts.
_MONTHS = (
    ("jan",),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz"),
    ("apr", "avr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aoû", "aou"),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "dez", "déc"),
)
_DATE = re.compile(
    r"(?:(?P<day>\d{1,2})\.?\s+)?(?P<month>[^\W\d_]{3,})\.?,?\s+"
    r"(?:(?P<day_after>\d{1,2}),?\s+)?(?P<year>\d{4})"
)
_TIME = re.compile(r"\b(\d{1,2})[:h.]?(\d{2})(?:[:.](\d{2}))?\s*([AaPp])?\.?[Mm]?\b")


def written_out(text: str) -> datetime.datetime | None:
    """A time such as "Sunday, 31 January 2027, 10:12 PM" or "Jan 31, 2027 1012 PM".

    Returns:
        The time without a zone; `None` if the text gives none.
    """
    for date in _DATE.finditer(text):
        day = date["day"] or date["day_after"]
        month = _month(date["month"])
        time = _TIME.search(text, date.end())
        if not (day and month and time):
            continue
        hour = int(time[1])
        if time[4]:
            hour = hour % 12 + 12 * (time[4].lower() == "p")
        try:
            return datetime.datetime(
                int(date["year"]),
                month,
                int(day),
                hour,
                int(time[2]),
                int(time[3] or 0),
            )
        except ValueError:
            continue
    return None


def _month(name: str) -> int:
    """The number of a month; 0 if it is none."""
    for number, beginnings in enumerate(_MONTHS, start=1):
        if name.lower().startswith(beginnings):
            return number
    return 0


def time_problem(folder: Path) -> str:
    """What is wrong with the time beside a notebook, in one sentence; empty if nothing.

    nbgrader reads a time without a zone, or with a zone that it does not know, as UTC.

    Args:
        folder: the folder with the notebook and its `timestamp.txt`.
    """
    path = folder / NAME
    if not path.exists() and not path.is_symlink():
        return ""
    hint = "write it like 2027-02-01 09:30:00 UTC."
    if handed_in(folder) is None:
        return f"{path.name} cannot be read, so it is not known if it is late; {hint}"
    words = path.read_text(encoding="utf-8").split()
    zone = words[2] if len(words) == 3 else words[-1]
    # nbgrader 0.9.6 takes +0100 for 100 seconds and passes over +01:00.
    if re.fullmatch(r"[+-]\d{1,2}:?\d{2}", zone):
        return f"{path.name} gives the offset {zone!r}, which is misread; {hint}"
    named = zone[0].isalpha() and zone.upper() not in ("Z", "AM", "PM")
    if named and not tz.gettz(zone):
        return f"{path.name} names the unknown time zone {zone!r}, read as UTC; {hint}"
    return ""

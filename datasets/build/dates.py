"""Dates as people write them, and the same dates as machines do."""

from __future__ import annotations

import datetime
import importlib.metadata

import numpy as np
from babel.dates import format_date
from common import write
from printout import printout

BABEL = "2.18.0"
FIRST, LAST = datetime.date(1970, 1, 1), datetime.date(2029, 12, 31)
COUNTS = {"train": 10_000, "dev": 1_000, "test": 1_000}

# Patterns of the Unicode standard: yyyy is the calendar year; YYYY is the year that
# the *week* belongs to and is wrong around New Year. Each with its share and Babel's
# locale. Numbers alone: a stroke means month/day, a dot day.month, so that no string
# has two readings; two-digit years are those of 1970 to 2029.
PATTERNS = [
    ("d MMMM yyyy", "en_GB", 8),
    ("d MMM yyyy", "en_GB", 8),
    ("dd MMM yyyy", "en_GB", 3),
    ("d MMMM, yyyy", "en_GB", 4),
    ("MMMM d, yyyy", "en_US", 8),
    ("MMM d, yyyy", "en_US", 8),
    ("MMMM d yyyy", "en_US", 5),
    ("MMM d yy", "en_US", 3),
    ("EEEE, MMMM d, yyyy", "en_US", 6),
    ("EEEE d MMMM yyyy", "en_GB", 6),
    ("EEE d MMM yyyy", "en_GB", 4),
    ("EEEE, d MMM yyyy", "en_GB", 3),
    ("M/d/yy", "en_US", 7),
    ("MM/dd/yyyy", "en_US", 5),
    ("d.M.yyyy", "en_US", 5),
    ("dd.MM.yy", "en_US", 5),
    ("yyyy MMM d", "en_US", 3),
    ("yyyy, MMMM d", "en_US", 2),
    ("d-MMM-yyyy", "en_US", 3),
    ("'the' d'th' 'of' MMMM, yyyy", "en_GB", 5),
    ("MMMM 'the' d'th', yyyy", "en_US", 5),
    ("MMMM d'th', yy", "en_US", 3),
]


def ordinal(day: int) -> str:
    """Return the ending of an ordinal number: ``st``, ``nd``, ``rd`` or ``th``."""
    if day in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def human(day: datetime.date, kind: int) -> str:
    """Write a date by one of the patterns, in lower case."""
    pattern, locale, _ = PATTERNS[kind]
    pattern = pattern.replace("'th'", f"'{ordinal(day.day)}'")
    return format_date(day, pattern, locale=locale).lower()


def main() -> None:
    """Write ``datasets/dates.h5``.

    Raises:
        RuntimeError: If another version of Babel is installed: its names of months
            might differ.
    """
    installed = importlib.metadata.version("babel")
    if installed != BABEL:
        raise RuntimeError(f"Babel {installed} is installed, {BABEL} is needed")
    rng = np.random.default_rng(3)
    days = rng.permutation((LAST - FIRST).days + 1)  # each day once: none in two splits
    shares = np.array([share for *_, share in PATTERNS], float)
    arrays: dict[str, object] = {"patterns": [pattern for pattern, *_ in PATTERNS]}
    start = 0
    for part, count in COUNTS.items():
        dates = [
            FIRST + datetime.timedelta(int(offset))
            for offset in days[start : start + count]
        ]
        kinds = rng.choice(len(PATTERNS), count, p=shares / shares.sum())
        rows = zip(dates, kinds, strict=True)
        arrays[f"{part}_human"] = [human(day, kind) for day, kind in rows]
        arrays[f"{part}_iso"] = [day.isoformat() for day in dates]
        arrays[f"{part}_pattern"] = kinds.astype(np.uint8)
        start += count
    texts = [text for part in COUNTS for text in arrays[f"{part}_human"]]
    write(
        "dates",
        arrays,
        title="dates as people and as machines write them",
        description=f"""Generated for this course: {sum(COUNTS.values()):,} different
        days from 1970 to 2029, each written once in one of {len(PATTERNS)} English
        ways ("tuesday, 5 may 1998", "5/5/98", "the 5th of may, 1998") and once as ISO
        8601 ("1998-05-05"). Lower case, at most {max(map(len, texts))} characters. No
        day is in two splits. Where there are numbers only, a stroke means month/day
        and a dot day.month, and years of two digits lie in 1970 to 2029, so every
        string has one reading.""",
        origin="generated with PyPI Babel",
        version=BABEL,
        licence="MIT (selection), BSD-3-Clause (Babel)",
        licence_files=["course-MIT.txt", "babel-BSD-3.txt"],
        changes="days drawn without repetition, formatted, split by day",
        labs=["C5W3"],
        meanings={
            "patterns": "in the letters of the Unicode standard; th stands for any "
            "ending of an ordinal",
            "train_human": "the input",
            "train_iso": "the output",
            "train_pattern": "which of the patterns wrote it",
        },
    )
    printout("dates", "train_human", "train_iso", count=24)


if __name__ == "__main__":
    main()

"""Whose file it is and when it was handed in, as names of files and folders tell.

Each learning platform names the files that it hands out in its own way:

- Canvas: `<name>_<number>_<file>_<notebook>`, with `LATE` after the name of late work.
  The name has no spaces; the number is the student's. Answers typed into the page end
  with `_text.html`, and anonymous ones begin with `anon_<code>`.
- Moodle: a folder, or the beginning of a name, `<First Last>_<number>_assignsubmission_
  file_`. The number belongs to one student in one assignment.
- Brightspace: a folder, or the beginning of a name, `<number>-<number> - <First Last> -
  Jan 31, 2027 1012 PM`, in local time, for each attempt.
- Blackboard: `<assignment>_<login>_attempt_2027-01-31-22-12-13_<notebook>`, in local
  time, and a text of the same name without a notebook that describes the attempt.
- GitHub Classroom: a repository `<assignment>-<account>`.
- nbgrader: `<student>/<lab>/<notebook>`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder import paths
from autograder.grading.local_time import written_out

Key = tuple[str, str]  # the kind of an identifier, and the identifier
CANVAS, MOODLE, BRIGHTSPACE = "canvas", "moodle", "brightspace"
BLACKBOARD = "blackboard"
NAMED = "called"  # the kind of a key that is no number
_CANVAS = re.compile(
    r"(?P<name>.*?)(?P<late>_LATE)?_(?P<number>\d+)_(?:\d+_.+|text\.html|link\.html)"
)
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?(?P<name>anon_[^_]+)_(?:\d+_.+|text\.html)")
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_.*)?")
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-\d+ ?- (?P<name>.+?) ?- (?P<time>[^-]*\d{4}[^-]*)(?:- .*)?"
)
_BLACKBOARD = re.compile(
    r"(?P<left>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?P<file>_.+|\.txt)?"
)


@dataclass(frozen=True)
class Sender:
    """Who handed in a file.

    Attributes:
        name: the name, login or folder by which it says so.
        platform: the platform that wrote it; empty if it cannot be told.
        number: the platform's own number of the student; may be empty.
        other: further texts that may be the student's name or login, likelier first.
        logins: texts that may be the student's login or account, likelier first.
        time: when it was handed in, in the course's local time, if known.
        late: whether the platform marks it as late.
        note: whether the file only describes an attempt.
    """

    name: str
    platform: str = ""
    number: str = ""
    other: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    time: datetime.datetime | None = None
    late: bool = False
    note: bool = False

    @property
    def key(self) -> Key:
        """What tells this sender from all others, in this and in later downloads.

        The name is part of it: people number files by hand as well, all alike.
        """
        if self.number:
            return self.platform, f"{self.number} {self.name}"
        return NAMED, self.logins[0] if self.platform == BLACKBOARD else self.name


def sender_of(name: PurePosixPath) -> Sender:
    """Who handed in a file.

    Args:
        name: its path in what was downloaded; parts of it may be archives.
    """
    parts = [part for part in name.parts if part not in ("/", "..")]
    for part in parts:
        for platform in (_moodle, _brightspace, _blackboard):
            if found := platform(part):
                return found
    handed_in = _handed_in(parts)
    found = _canvas(handed_in[-1]) if handed_in else None
    # In folders, people number their files like this, too: ann/homework_1_2.ipynb.
    if found and (len(handed_in) == 1 or len(found.number) >= 3 or not found.number):
        return found
    return _by_folders(handed_in)


def _moodle(part: str) -> Sender | None:
    if not (found := _MOODLE.fullmatch(part)):
        return None
    return Sender(found["name"], MOODLE, found["number"])


def _brightspace(part: str) -> Sender | None:
    found = _BRIGHTSPACE.fullmatch(part)
    time = written_out(found["time"]) if found else None
    if not found or not time:
        return None
    return Sender(found["name"].strip(), BRIGHTSPACE, found["number"], time=time)


def _blackboard(part: str) -> Sender | None:
    if not (found := _BLACKBOARD.fullmatch(part)):
        return None
    words = found["left"].split("_")  # a login may have underscores, too
    logins = tuple("_".join(words[i:]) for i in range(1, len(words))) or (words[0],)
    try:
        time = datetime.datetime.strptime(found["time"], "%Y-%m-%d-%H-%M-%S")
    except ValueError:
        time = None
    note = found["file"] == ".txt"
    return Sender(logins[-1], BLACKBOARD, logins=logins, time=time, note=note)


def _canvas(part: str) -> Sender | None:
    if found := _ANONYMOUS.fullmatch(part):
        return Sender(found["name"], CANVAS, late=bool(found["late"]))
    if not (found := _CANVAS.fullmatch(part)) or not found["name"]:
        return None
    late = bool(found["late"])
    return Sender(found["name"], CANVAS, found["number"], late=late)


def _handed_in(parts: list[str]) -> list[str]:
    """The path of what was handed in: a file, or an archive of files."""
    ends = (i + 1 for i, part in enumerate(parts) if part.lower().endswith(".zip"))
    return parts[: next(ends, len(parts))]


def _by_folders(parts: list[str]) -> Sender:
    """The folders above a file may tell, or else the beginning of its name."""
    folders = [part for part in parts[:-1] if not _is_lab(part)]
    stem = PurePosixPath(parts[-1]).stem if parts else ""
    short = re.split(rf"[_\-. ]*({'|'.join(paths.lab_names())})", stem)[0]
    short = re.split(r"_\d+|_assign|_question|_(?i:late)", short)[0] or stem
    # In a folder, a name such as `lee.ipynb` need not be a student's.
    texts = [*reversed(folders), *([short] if short != stem or not folders else [])]
    logins = [
        folder[dash.end() :]
        for folder in reversed(folders)
        for dash in re.finditer("-", folder)
    ]
    return Sender(texts[0], other=tuple(texts[1:]), logins=tuple(logins))


def _is_lab(name: str) -> bool:
    return any(re.fullmatch(rf"{lab}([_ -].*)?", name) for lab in paths.lab_names())


def told_apart(senders: Iterable[Sender]) -> dict[Key, str]:
    """A name for each sender; two of one name get their numbers as well."""
    by_name: dict[str, dict[Key, Sender]] = {}
    for one in senders:
        by_name.setdefault(one.name, {})[one.key] = one
    return {
        key: f"{name} {one.number}".strip() if len(same) > 1 else name
        for name, same in by_name.items()
        for key, one in same.items()
    }

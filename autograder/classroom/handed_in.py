"""Put what an LMS hands over where nbgrader looks for it. Nothing is lost.

What cannot be placed stays where it is and is named in one sentence; what is replaced
by a newer attempt is kept in the course's `.autograder/replaced/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import build
from autograder.classroom.course import Course
from autograder.classroom.run import replace
from autograder.collect import Found, files, student_of
from autograder.intake import lab_of, read_bytes, take_in_bytes
from autograder.results import readable

_ATTEMPT = re.compile(r"-(\d+)$")  # Canvas counts attempts: `C1W2-2.ipynb`


@dataclass
class Collected:
    """What came of it.

    Attributes:
        placed: student and lab of each new file.
        replaced: of each file that took the place of an earlier one.
        unchanged: of each file that was there already.
        left: a sentence about each file that could not be placed.
    """

    placed: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    unchanged: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def collect(places: Iterable[Path], course: Course, lab: str = "") -> Collected:
    """Copy notebooks to `submitted/<student>/<lab>/` under the name nbgrader wants.

    Args:
        places: folders, zip archives and files; each must exist.
        course: that they are handed in to.
        lab: that all of them are; told from each file by default.
    """
    done, taken = Collected(), {}
    found = [one for place in places for one in files(place)]
    for one in sorted(found, key=_order):
        try:
            key, raw, why = _sort(one, lab)
            if not why and key in taken:
                why = f"{key[0]} handed in {taken[key]} for {key[1]}, which was taken"
            if not why:
                _place(course, key, raw, done)
                taken[key] = one.name
        except Exception as error:  # it costs this file alone
            why = f"it cannot be placed ({str(error) or type(error).__name__})"
        if why:
            done.left.append(readable(f"{one.name}: {why}."))
    return done


def _order(one: Found) -> tuple[int, str]:
    """Later attempts first."""
    attempt = _ATTEMPT.search(one.name.stem)
    return -int(attempt[1][:9]) if attempt else 0, str(one.name)


def _sort(one: Found, lab: str) -> tuple[tuple[str, str], bytes, str]:
    """Student and lab of a file, its content, and why it cannot be placed."""
    path = Path("/", *[part for part in one.name.parts if part not in ("/", "..")])
    if path.suffix.lower() != ".ipynb":
        return ("", ""), b"", "it is no notebook (*.ipynb)"
    raw, why = one.read()
    lab = lab or lab_of(path, []) or take_in_bytes(raw, "", path=path).lab
    student = re.sub(r"[^\w.@-]+", "-", one.student).strip("-.")
    if not why and one.student != student_of(one.name):
        why = "the name of the student's folder is not UTF-8; rename it"
    if not why and not lab:
        why = "it cannot be told which lab it is; name it with --lab"
    if not why and not student:
        why = "it cannot be told whose it is"
    return (student, lab), raw, why.rstrip(".")


def _place(
    course: Course, key: tuple[str, str], raw: bytes, done: Collected
) -> None:  # fmt: skip
    student, lab = key
    target = course.submitted / student / lab / build.released_path(lab).name
    before = read_bytes(target)[0] if target.exists() else None
    if before == raw:
        done.unchanged.append(key)
        return
    if before is not None:
        kept = course.notes("replaced") / student / lab
        kept.mkdir(parents=True, exist_ok=True)
        number = len(list(kept.iterdir())) + 1
        target.rename(kept / f"{target.stem}-{number}.ipynb")
    target.parent.mkdir(parents=True, exist_ok=True)
    replace(target, raw)
    (done.placed if before is None else done.replaced).append(key)

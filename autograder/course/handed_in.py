"""Put what an LMS hands over where nbgrader looks for it. Nothing is lost.

What cannot be placed stays where it is and is named in one sentence; what is replaced
by a newer attempt is kept in the course's `.autograder/replaced/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder import paths
from autograder.course.configuration import Course
from autograder.grading.collect import (
    NOTEBOOK,
    TEXT,
    Found,
    files,
    form_of,
    is_ours,
    order,
    student_of,
)
from autograder.grading.intake import lab_of, read_bytes, take_in_bytes
from autograder.grading.results import readable
from autograder.sandbox.host import SandboxSession
from helpers.files import write


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
    for one in sorted(found, key=lambda one: order(one.name, lab)):
        try:
            key, raw, why = _sort(one, lab)
            if not why and key in taken:
                why = f"{key[0]} handed in {taken[key]} for {key[1]}, which was taken"
            if not why:
                _place(course, key, _suffix(one), raw, done)
                taken[key] = one.name
        except Exception as error:  # it costs this file alone
            why = f"it cannot be placed ({str(error) or type(error).__name__})"
        if why:
            done.left.append(readable(f"{one.name}: {why}."))
    done.left.sort()
    return done


def _sort(one: Found, lab: str) -> tuple[tuple[str, str], bytes, str]:
    """Student and lab of a file, its content, and why it cannot be placed."""
    path = Path("/", *[part for part in one.name.parts if part not in ("/", "..")])
    if form_of(path) > 1 or (form_of(path) == 1 and not is_ours(one)):
        return ("", ""), b"", "it is no notebook (*.ipynb), which is what is handed in"
    raw, why = one.read()
    lab = lab or lab_of(path, []) or _lab_inside(raw)
    student = re.sub(r"[^\w.@-]+", "-", one.student).strip("-.")
    if not why and one.student != student_of(one.name):
        why = "the name of the student's folder is not UTF-8; rename it"
    if not why and not lab:
        why = "it cannot be told which lab it is; name it with --lab"
    if not why and not student:
        why = "it cannot be told whose it is"
    return (student, lab), raw, why.rstrip(".")


def _suffix(one: Found) -> str:
    is_notebook = one.name.name.lower().endswith(NOTEBOOK)
    return ".ipynb" if is_notebook else one.name.suffix.lower()


def _lab_inside(raw: bytes) -> str:
    """The lab that a notebook's cells tell, read in a sandbox."""
    with SandboxSession() as session:
        return take_in_bytes(raw, "", session.read).lab


def _place(
    course: Course, key: tuple[str, str], suffix: str, raw: bytes, done: Collected
) -> None:
    """Write a file under the lab's name, and put earlier ones away."""
    student, lab = key
    official = course.submitted / student / lab / paths.released_path(lab).name
    target = official.with_suffix(suffix)
    earlier = [
        path
        for ending in (".ipynb", *TEXT)
        if (path := official.with_suffix(ending)).exists()
    ]
    if earlier == [target] and read_bytes(target)[0] == raw:
        done.unchanged.append(key)
        return
    kept = course.notes("replaced") / student / lab
    for path in earlier:
        kept.mkdir(parents=True, exist_ok=True)
        number = len(list(kept.iterdir())) + 1
        path.rename(kept / f"{path.stem}-{number}{path.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True)
    write(target, raw)
    (done.replaced if earlier else done.placed).append(key)

"""Write the feedback pages of a lab: in parallel, and only those that would change."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.course.configuration import CONFIGURATION, Course, open_course
from autograder.course.processes import pool
from autograder.errors import Refused
from autograder.nbgrader import feedback as pages
from autograder.nbgrader.feedback import Grades, Maker
from helpers import files

# The packages whose code decides what is on a page.
_MAKERS = (
    "nbgrader",
    "nbconvert",
    "jinja2",
    "mistune",
    "pygments",
    "beautifulsoup4",
    "bleach",
)


@dataclass(frozen=True)
class _Page:
    """A page to be written: whose, from which notebook, with which grades."""

    student: str
    lab: str
    notebook: Path
    grades: Grades
    target: Path


@dataclass
class Written:
    """What was done.

    Attributes:
        written: students whose page was written.
        unchanged: students whose page was up to date.
        problems: a sentence about each page that could not be written.
    """

    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def write(
    course: Course,
    lab: str,
    processes: int,
    force: bool = False,
    progress: Callable[[int], None] = lambda total: None,
) -> Written:
    """Write the pages of everybody whose graded notebook is in `autograded/`.

    A page is up to date if neither the graded notebook nor its grades and comments nor
    what makes pages of them has changed since, nor the page itself.

    Args:
        course: the course with its folders and gradebook.
        lab: name of the lab.
        processes: number of processes.
        force: whether to write pages that are up to date, too.
        progress: called after each page with the number of all pages.

    Raises:
        Refused: the pages cannot be written.
    """
    with Gradebook(course.url, course.name) as book:
        found = _pages(course, lab, pages.grades(book, lab))
    memory = course.notes(f"{lab}.feedback.json")
    known = _remembered(memory)
    version = _version(course)
    done, digests, left = Written(), {}, []
    for page in found:
        digests[page.student] = digest = _digest(page, version)
        if not force and known.get(page.student) == [digest, _hash(page.target)]:
            done.unchanged.append(page.student)
            progress(len(found))
        else:
            left.append(page)
    try:
        for page, why in _made(course.root, left, processes):
            if why:
                done.problems.append(f"{page.student}: {why}")
                known.pop(page.student, None)
            else:
                done.written.append(page.student)
                known[page.student] = [digests[page.student], _hash(page.target)]
            progress(len(found))
    finally:
        files.write(memory, json.dumps(known, indent=0, sort_keys=True) + "\n")
    return done


def _pages(course: Course, lab: str, found: dict) -> list[_Page]:
    """The pages of a lab, sorted by student."""
    maker = _maker(course.root)
    listed = []
    for (student, name), grades in sorted(found.items()):
        notebook = course.autograded / student / lab / f"{name}.ipynb"
        if notebook.is_file():
            target = maker.folder(lab, student) / f"{name}.html"
            listed.append(_Page(student, lab, notebook, grades, target))
    return listed


def _made(root: Path, left: list[_Page], processes: int) -> Any:
    """Write pages; yields each with why it could not be written, if it could not.

    The first page is made before other processes are started, which then share what it
    took to make it.
    """
    if left:
        yield left[0], _write(root, left[0])
    if len(left) < 3 or processes < 2:
        for page in left[1:]:
            yield page, _write(root, page)
        return
    try:
        with pool(processes) as workers:
            work = functools.partial(_write, root)
            yield from zip(left[1:], workers.map(work, left[1:]), strict=True)
    except BrokenProcessPool:
        raise Refused(
            "A process that wrote pages was killed. What was written is safe; run the "
            "same command again to continue."
        ) from None


@functools.lru_cache(maxsize=1)
def _maker(root: Path) -> Maker:
    return Maker(open_course(root).config)


def _write(root: Path, page: _Page) -> str:
    """Write one page; returns why it could not be written."""
    try:
        _maker(root).write(page.lab, page.student, page.notebook, page.grades)
    except Exception as error:  # it costs this page alone
        return f"the page cannot be written ({type(error).__name__}: {error})."
    return ""


def _digest(page: _Page, version: str) -> str:
    """Hash of everything that a page is made of."""
    whole = hashlib.sha256(version.encode())
    whole.update(json.dumps(page.grades.as_dict(), sort_keys=True).encode())
    for path in sorted(page.notebook.parent.rglob("*")):
        if path.is_file():
            whole.update(f"{path.name} {path.stat().st_size} ".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()


def _version(course: Course) -> str:
    """Hash of everything that makes pages out of notebooks and grades."""
    versions = [f"{name} {metadata.version(name)}" for name in _MAKERS]
    whole = hashlib.sha256(" ".join(versions).encode())
    code = Path(pages.__file__).parent
    for path in (course.root / CONFIGURATION, *sorted(code.rglob("*"))):
        if path.is_file() and path.suffix != ".pyc":
            whole.update(path.read_bytes())
    return whole.hexdigest()


def _hash(path: Path) -> str:
    """Hash of a file; empty if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _remembered(path: Path) -> dict[str, list[str]]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}

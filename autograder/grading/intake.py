"""From an untrusted notebook file to the student's own code, and remarks about it.

Nothing in here raises for a bad file, follows a link, or believes what a notebook
says about itself: outputs, tags, points and metadata are ignored, and the questions
are known from the course's own sources.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import paths
from autograder.grading import usage
from autograder.grading.matching import StudentCell, match, released_cells
from autograder.sandbox.inside.parse import CONFLICT, RawCell
from autograder.sandbox.inside.parse import parse as parse_here

MAX_BYTES = 20_000_000
MAX_CELL = 100_000  # characters of a code cell; the longest of a lab has 3,000
_ATTACHED = re.compile(r"\]\(attachment:([^)\s]+)\)")

Parse = Callable[[bytes], tuple[list[RawCell], str]]
Read = Callable[[], tuple[bytes, str]]  # gives a content, or why there is none


@dataclass(frozen=True)
class Intake:
    """What a file holds.

    Attributes:
        lab: the lab it is, empty where that cannot be told.
        cells: the cells in their order, check cells left out.
        findings: a sentence about each thing that is odd.
        error: one sentence where nothing can be graded, else empty.
    """

    lab: str = ""
    cells: tuple[StudentCell, ...] = ()
    findings: tuple[str, ...] = ()
    error: str = ""

    @property
    def code(self) -> list[str]:
        """The student's own code cells."""
        return [c.text for c in self.cells if c.kind == "code" and not c.demo]


def take_in_bytes(
    raw: bytes, lab: str, parse: Parse = parse_here, path: Path | None = None
) -> Intake:
    """Read the content of a submitted notebook.

    Args:
        raw: the content of the file.
        lab: the lab it belongs to; by default told from the file's name or its
            cells.
        parse: reads the bytes of the file; in a sandbox, where there is one.
        path: the file's path, for its name.
    """
    cells, error = parse(raw)
    lab = lab or lab_of(path or Path(), cells)
    if error:
        return Intake(lab, error=error)
    if not lab:
        known = ", ".join(paths.lab_names())
        return Intake(error=f"It cannot be told which lab this is; one of {known}.")
    if not any(cell.kind == "code" for cell in cells):
        return Intake(lab, error="The notebook has no code in it.")
    return _sort_out(lab, cells)


def read_bytes(path: Path) -> tuple[bytes, str]:
    """The content of a regular file of sensible size, or why there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | _flag("O_NOFOLLOW") | _flag("O_NONBLOCK"))
    except OSError as error:
        if path.is_symlink():
            return b"", "The file is a link; hand in the notebook itself."
        return b"", f"The file cannot be opened ({error.strerror})."
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        return b"", "This is no regular file; hand in the notebook itself."
    with os.fdopen(handle, "rb", buffering=0) as file:
        if about.st_size > MAX_BYTES:
            size, limit = about.st_size / 1e6, MAX_BYTES / 1e6
            return b"", (
                f"The file has {size:.0f} MB, more than the {limit:.0f} MB that are "
                "read; clear the outputs and hand it in again."
            )
        return file.read(MAX_BYTES + 1) or b"", ""


def _flag(name: str) -> int:
    """A flag of `os.open`, 0 on systems that lack it."""
    return getattr(os, name, 0)


def lab_of(path: Path, cells: list[RawCell]) -> str:
    """The lab that a file is: by its name, its folder, its set-up or its cells."""
    labs = paths.lab_names()
    for part in (path.stem, *(parent.name for parent in path.parents)):
        for lab in labs:
            if re.search(
                rf"(?<![A-Za-z0-9]){lab}(?![A-Za-z0-9])", part.replace("_", " ")
            ):
                return lab
    for cell in cells:
        found = re.search(r"""\bchecks_for\(\s*["'](\w+)["']""", cell.text)
        if found and found[1] in labs:
            return found[1]
    names = {name for cell in cells for name in (cell.grade_id, cell.id)}
    overlap = {lab: len(names & set(released_cells(lab).by_name)) for lab in labs}
    best = max(overlap, key=overlap.__getitem__, default="")
    return best if best and overlap[best] > sum(overlap.values()) / 2 else ""


def _named(cell: StudentCell, number: int) -> str:
    """What to call a cell: by its exercise, or by its number among the student's."""
    return f"The cell of `{cell.name}`" if cell.name else f"Cell {number}"


def _sort_out(lab: str, cells: list[RawCell]) -> Intake:
    """Leave out what is not the student's, and say what is odd."""
    kept, findings = match(lab, cells)
    for number, cell in enumerate(kept, start=1):
        if cell.kind == "code" and len(cell.text) > MAX_CELL:
            why = f"it has more than {MAX_CELL:,} characters"
            findings.append(f"{_named(cell, number)} was left out: {why}.")
            left_out = f"# This cell was left out: {why}."
            kept[number - 1] = replace(cell, text=left_out)
        if CONFLICT.search(cell.text):
            findings.append(
                f"{_named(cell, number)} holds the marks of an unfinished Git merge "
                "(`<<<<<<<`, `>>>>>>>`); keep one version of what stands between them."
            )
        shown = {image.name for image in cell.images}
        findings += [
            f"The image {name!r} in {_named(cell, number).lower()} is not kept: images "
            "are PNG, JPEG, GIF or WebP, of some 7 MB together."
            for name in dict.fromkeys(_ATTACHED.findall(cell.text))
            if cell.kind == "markdown" and name not in shown
        ]
    intake = Intake(lab, tuple(kept))
    used = usage.computing_packages(intake.code, released_cells(lab).packages)
    findings += [
        f"Cell {number} imports `{name}`, which computes answers for you. It is not "
        "there when the notebook is graded; write it with NumPy."
        for name, number in used.items()
    ]
    return replace(intake, findings=tuple(findings))

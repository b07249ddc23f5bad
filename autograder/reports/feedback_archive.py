"""Feedback pages as a zip archive in the form that an LMS takes back in bulk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from autograder import paths
from autograder.course.configuration import Course
from autograder.errors import Refused

SYSTEMS = ("canvas", "moodle")


def write(
    system: str,
    archive: Path,
    course: Course,
    lab: str,
    rows: Mapping[str, Mapping[str, str]],
    submissions: Path | None,
) -> tuple[int, list[str]]:
    """Write the archive.

    Canvas finds a submission by the name of the file that was downloaded; Moodle by the
    participant's number in the name of a folder, which it also gives to downloads.

    Args:
        system: one of `SYSTEMS`.
        archive: the file to write.
        course: the course with its feedback pages.
        lab: name of the lab.
        rows: student → cells of the LMS's table, by heading in small letters.
        submissions: folder or archive of the submissions as they were downloaded.

    Returns:
        The number of pages, and the students whose page is not in the archive although
        there is one.

    Raises:
        Refused: the names cannot be told.
    """
    if system == "canvas" and submissions is None:
        raise Refused(
            "Canvas wants feedback under the names of the downloaded submissions; name "
            "their archive with --submissions."
        )
    page = paths.released_path(lab).with_suffix(".html").name
    names = dict(_numbered(submissions, system)) if submissions else {}
    sent, left = 0, []
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for student, cells in sorted(rows.items()):
            path = course.feedback / student / lab / page
            if not path.is_file():
                continue
            place = names.get(_number(system, cells), "")
            if system == "canvas":
                inside = str(PurePosixPath(place).with_suffix(".html")) if place else ""
            else:
                folder = place or _moodle_folder(cells)
                inside = f"{folder}/{page}" if folder else ""
            if inside:
                file.write(path, inside)
                sent += 1
            else:
                left.append(student)
    return sent, left


def _number(system: str, cells: Mapping[str, str]) -> str:
    """The LMS's number of a student, from a row of its table."""
    if system == "canvas":
        return cells.get("id", "").strip()
    headings = ("identifier", "id", "identifiant", "identificador")
    text = next((cells[name] for name in headings if cells.get(name)), "")
    found = re.search(r"(\d+)\s*$", text)
    return found[1] if found else ""


def _moodle_folder(cells: Mapping[str, str]) -> str:
    """The folder's name as Moodle makes it, from a row of the grading worksheet."""
    number = _number("moodle", cells)
    headings = ("full name", "vollständiger name", "nom complet")
    name = next((cells[one] for one in headings if cells.get(one)), "Participant")
    name = re.sub(r'[_/\\:*?"<>|]+', " ", name).strip()
    return f"{name}_{number}_assignsubmission_file_" if number else ""


def _numbered(submissions: Path, system: str) -> Iterator[tuple[str, str]]:
    """The LMS's number of a student → name of the file or folder of the download."""
    if submissions.is_dir():
        found = [p.relative_to(submissions) for p in sorted(submissions.rglob("*"))]
        names = [path.as_posix() for path in found]
    else:
        try:
            with zipfile.ZipFile(submissions) as file:
                names = file.namelist()
        except zipfile.BadZipFile:
            raise Refused(f"{submissions.name} is not a zip archive.") from None
    for name in names:
        for part in PurePosixPath(name).parts:
            pieces = part.split("_")
            numbers = [piece for piece in pieces if piece.isdigit()]
            if system == "canvas" and part == PurePosixPath(name).name and numbers[1:]:
                yield numbers[0], part
            elif system == "moodle" and pieces[2:3] == ["assignsubmission"]:
                yield pieces[1], part

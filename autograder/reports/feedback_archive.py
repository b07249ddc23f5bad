"""Feedback pages as a zip archive in the form that an LMS takes back in bulk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from autograder import paths
from autograder.course.configuration import Course
from autograder.course.roster import Student
from autograder.errors import Refused
from autograder.grading.senders import CANVAS, MOODLE, sender_of

SYSTEMS = (CANVAS, MOODLE)


def write(
    system: str,
    archive: Path,
    course: Course,
    lab: str,
    rows: Mapping[str, Student],
    submissions: Path | None,
) -> tuple[int, list[str]]:
    """Write the archive.

    Canvas finds a submission by the name of the file that was downloaded; Moodle by the
    participant's number in the name of a folder.

    Args:
        system: one of `SYSTEMS`.
        archive: the file to write.
        course: the course with its feedback pages.
        lab: name of the lab.
        rows: student → the student as the LMS's table has it.
        submissions: folder or archive of the submissions as Canvas gave them out.

    Returns:
        The number of pages, and the students whose page is not in the archive although
        there is one.

    Raises:
        Refused: the names cannot be told.
    """
    if system == CANVAS and submissions is None:
        raise Refused(
            "Canvas wants feedback under the names of the downloaded submissions; name "
            "their archive with --submissions."
        )
    page = paths.released_path(lab).with_suffix(".html").name
    names = dict(_numbered(submissions)) if system == CANVAS else {}
    sent, left = 0, []
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for student, row in sorted(rows.items()):
            path = course.feedback / student / lab / page
            if not path.is_file():
                continue
            number = dict(row.keys).get(system, "")
            if system == CANVAS:
                inside = names.get(number, "")
            else:
                inside = f"{_moodle_folder(row.name, number)}/{page}" if number else ""
            if inside:
                file.write(path, inside)
                sent += 1
            else:
                left.append(student)
    return sent, left


def _moodle_folder(name: str, number: str) -> str:
    """The folder's name as Moodle makes it."""
    name = re.sub(r'[_/\\:*?"<>|]+', " ", name).strip() or "Participant"
    return f"{name}_{number}_assignsubmission_file_"


def _numbered(submissions: Path) -> Iterator[tuple[str, str]]:
    """Canvas's number of a student → the name that the page must have."""
    if submissions.is_dir():
        found = [p.relative_to(submissions) for p in sorted(submissions.rglob("*"))]
        names = [path.as_posix() for path in found]
    else:
        try:
            with zipfile.ZipFile(submissions) as file:
                names = file.namelist()
        except zipfile.BadZipFile:
            raise Refused(f"{submissions.name} is not a zip archive.") from None
    for path in map(PurePosixPath, names):
        sender = sender_of(path)
        if sender.platform == CANVAS and sender.number:
            yield sender.number, path.with_suffix(".html").name

"""Find the submissions in what an LMS, a class folder or a person hands over."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import paths
from autograder.intake import MAX_BYTES

MAX_FILES = 20_000


@dataclass(frozen=True)
class Submission:
    """One notebook file and whose it is."""

    path: Path
    student: str


def submissions(places: Iterable[Path], scratch: Path) -> Iterator[Submission]:
    """Every notebook in some files, folders and zip archives.

    Args:
        places: what was handed over; each must exist.
        scratch: an empty folder into which archives are unpacked.
    """
    for number, place in enumerate(places):
        if zipfile.is_zipfile(place) and not place.is_symlink():
            folder = scratch / str(number)
            _unpack(place, folder)
            yield from _in_folder(folder)
        elif place.is_dir() and not place.is_symlink():
            yield from _in_folder(place)
        else:
            yield Submission(place, student_of(place, place.parent))


def _in_folder(folder: Path) -> Iterator[Submission]:
    for path in sorted(folder.rglob("*.ipynb")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and "__MACOSX" not in path.parts:
            yield Submission(path, student_of(path, folder))


def student_of(path: Path, folder: Path) -> str:
    """Whose file it is: a folder between `folder` and the file, else its name.

    nbgrader writes `submitted/<student>/<lab>/<notebook>`, an LMS
    `<student>_<numbers>_<notebook>` or a folder for each student.
    """
    parts = [p for p in path.relative_to(folder).parts[:-1] if not _is_lab(p)]
    if parts:  # Moodle's "<name>_<number>_assignsubmission_file_"
        return re.split(r"_\d+_assignsubmission", parts[-1])[0]
    name = re.split(rf"[_\-. ]*({'|'.join(paths.lab_names())})", path.stem)[0]
    return re.split(r"_\d+|_assign|_question|_(?i:late)", name)[0] or path.stem


def _is_lab(name: str) -> bool:
    return any(re.fullmatch(rf"{lab}([_ -].*)?", name) for lab in paths.lab_names())


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack the notebooks of a zip archive; sizes are checked before reading."""
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist()[:MAX_FILES]:
            target = (folder / entry.filename).resolve()
            inside = target.is_relative_to(folder.resolve())
            if entry.is_dir() or target.suffix != ".ipynb" or not inside:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open(entry) as source, target.open("wb") as out:
                # One byte past the limit, so that the intake sees it is too large.
                out.write(source.read(MAX_BYTES + 1))

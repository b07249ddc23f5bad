"""Find the submissions in what an LMS, a class folder or a person hands over."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder import paths
from autograder.intake import MAX_BYTES, Read, read_bytes

MAX_FILES = 20_000
_JUNK = ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")
_BROKEN = (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError)


@dataclass(frozen=True)
class Found:
    """One file in what was handed over.

    Attributes:
        name: its path in the folder or archive it came in.
        read: gives its content, or why there is none.
        path: where it lies, if it lies in a folder.
    """

    name: PurePosixPath
    read: Read
    path: Path | None = None

    @property
    def student(self) -> str:
        """Whose it is, as far as the names of folders and file tell."""
        return student_of(self.name)


def files(place: Path) -> Iterator[Found]:
    """All files of a folder or archive but those that systems leave about."""
    if place.is_symlink() or not (place.is_dir() or zipfile.is_zipfile(place)):
        found = [Found(PurePosixPath(place.name), partial(read_bytes, place), place)]
    elif place.is_dir():
        found = [
            Found(PurePosixPath(p.relative_to(place)), partial(read_bytes, p), p)
            for p in sorted(place.rglob("*"))
            if p.is_symlink() or not p.is_dir()
        ]
    else:
        found = _in_archive(place)
    for number, one in enumerate(found):
        hidden = any(part.startswith(".") and part != ".." for part in one.name.parts)
        if number >= MAX_FILES:
            yield Found(one.name, _no(f"it is one of more than {MAX_FILES} files"))
        elif not hidden and not set(_JUNK) & set(one.name.parts):
            yield one


def _in_archive(place: Path) -> list[Found]:
    try:
        archive = zipfile.ZipFile(place)  # stays open while anything in it is wanted
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _BROKEN as error:
        why = _no(f"it cannot be unpacked ({error})")
        return [Found(PurePosixPath(place.name), why)]
    return [
        Found(PurePosixPath(entry.filename), partial(_unpacked, archive, entry))
        for entry in entries
    ]


def _no(why: str) -> Read:
    return lambda: (b"", why)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes, str]:
    """One file of an archive; sizes are checked while reading."""
    try:
        with archive.open(entry) as file:
            raw = file.read(MAX_BYTES + 1)
    except _BROKEN as error:
        return b"", f"it cannot be unpacked ({error})"
    if len(raw) > MAX_BYTES:
        return b"", f"it has more than {MAX_BYTES / 1e6:.0f} MB; clear its outputs"
    return raw, ""


def notebooks(places: Iterable[Path]) -> Iterator[Found]:
    """Every notebook in folders and zip archives, and every file that is named."""
    for place in places:
        for one in files(place):
            if one.name.suffix == ".ipynb" or one.path == place:
                yield one


def student_of(name: PurePosixPath) -> str:
    """Whose file it is: a folder above it, else the beginning of its name.

    nbgrader writes `submitted/<student>/<lab>/<notebook>`, an LMS
    `<student>_<numbers>_<notebook>` or a folder for each student.
    """
    parts = [p for p in name.parts[:-1] if p not in ("/", "..") and not _is_lab(p)]
    if parts:  # Moodle's "<name>_<number>_assignsubmission_file_"
        return re.split(r"_\d+_assignsubmission", parts[-1])[0]
    stem = re.split(rf"[_\-. ]*({'|'.join(paths.lab_names())})", name.stem)[0]
    return re.split(r"_\d+|_assign|_question|_(?i:late)", stem)[0] or name.stem


def _is_lab(name: str) -> bool:
    return any(re.fullmatch(rf"{lab}([_ -].*)?", name) for lab in paths.lab_names())

"""Find the submissions in what an LMS, a class folder or a person hands over."""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

from autograder import paths
from autograder.grading.intake import MAX_BYTES, Read, lab_of, read_bytes
from autograder.grading.results import readable

MAX_FILES = 20_000
_SAYS_UTF8 = 8  # in the second byte of an entry's flags
_JUNK = ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")
# Endings of what intake reads, and of what people hand in instead; best first.
NOTEBOOK = (".ipynb", ".ipynb.txt", ".ipynb.json")
TEXT = (".py", ".md", ".rmd", ".qmd", ".txt")
INSTEAD = (
    ".html",
    ".htm",
    ".pdf",
    ".docx",
    ".doc",
    ".odt",
    ".rtf",
    ".zip",
    ".7z",
    ".rar",
    ".gz",
    ".tar",
    ".png",
    ".jpg",
    ".jpeg",
)
_OURS = (b"checks_for(", b"grade_id")  # one of these is in each form of a lab
SEVERAL = "Of several files"  # begins the remark that names those that do not count
_COPY = re.compile(r"[-_ ]*\bcopy *\(?(\d*)\)?$", re.IGNORECASE)
_NUMBER = re.compile(r" ?\((\d{1,9})\)$|-(\d{1,9})$")


@dataclass(frozen=True)
class Found:
    """One file in what was handed over.

    Attributes:
        name: its path in the folder or archive it came in.
        read: gives its content, or why there is none.
        path: where it lies, if it lies in a folder.
        beside: names of other files of the same lab by the same student, which do not
            count.
    """

    name: PurePosixPath
    read: Read
    path: Path | None = None
    beside: tuple[str, ...] = ()

    @property
    def student(self) -> str:
        """Whose it is, as far as the names of folders and file tell."""
        return readable(student_of(self.name))


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
    try:  # it stays open while anything in it is wanted
        archive, damaged = _opened(place)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except Exception as error:  # a damaged archive can be damaged anywhere
        why = _no(f"it cannot be unpacked ({_said(error)})")
        return [Found(PurePosixPath(place.name), why)]
    unnamed = _no("its name in the archive is damaged")
    return [
        Found(
            PurePosixPath(name),
            unnamed if name in damaged else partial(_unpacked, archive, entry),
        )
        for entry in entries
        for name in (entry.filename,)
    ]


def _opened(place: Path) -> tuple[zipfile.ZipFile, set[str]]:
    """An archive, and the names in it that are not the UTF-8 they claim to be.

    `zipfile` gives up on the whole archive for one such name. Read without the claim,
    it is some name, and all the other entries can be had.
    """
    try:
        return zipfile.ZipFile(place), set()
    except UnicodeDecodeError:
        with place.open("rb") as file:
            raw = _Map(file.fileno(), 0, access=mmap.ACCESS_COPY)
        damaged = {name.decode("cp437") for name in _unclaimed(raw)}
        return zipfile.ZipFile(raw), damaged


class _Map(mmap.mmap):
    """A copy of a file in memory that is read as a file is."""

    def seekable(self) -> bool:
        return True


def _unclaimed(raw: mmap.mmap) -> Iterator[bytes]:
    """Take the claim to be UTF-8 from the entries of an archive where it is untrue.

    The end of an archive says how many bytes its list of entries takes; each entry is
    46 bytes, flags among them, then a name, an extra field and a comment.
    """
    end = raw.rfind(b"PK\5\6")
    (size,) = struct.unpack_from("<I", raw, end + 12)
    at = end - size
    while 0 <= at < end and raw[at : at + 4] == b"PK\1\2":
        name, extra, comment = struct.unpack_from("<3H", raw, at + 28)
        text = raw[at + 46 : at + 46 + name]
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            if raw[at + 9] & _SAYS_UTF8:
                raw[at + 9] &= ~_SAYS_UTF8
                yield text
        at += 46 + name + extra + comment


def _said(error: Exception) -> str:
    return readable(str(error) or type(error).__name__)[:200]


def _no(why: str) -> Read:
    return lambda: (b"", why)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes, str]:
    """One file of an archive; sizes are checked while reading."""
    try:
        with archive.open(entry) as file:
            raw = file.read(MAX_BYTES + 1)
    except Exception as error:  # whatever is wrong costs this entry alone
        return b"", f"it cannot be unpacked ({_said(error)})"
    if len(raw) > MAX_BYTES:
        return b"", f"it has more than {MAX_BYTES / 1e6:.0f} MB; clear its outputs"
    return raw, ""


def notebooks(places: Iterable[Path]) -> Iterator[Found]:
    """What counts of each student and lab, and every file that is named.

    Where the names do not tell the lab, all notebooks are given.
    """
    for place in places:
        groups: dict[tuple[str, str], list[Found]] = {}
        for one in files(place):
            if one.path == place:
                yield one
            elif form_of(one.name) < len(FORMS):
                lab = lab_of(Path("/", *_plain_parts(one.name)), [])
                groups.setdefault((one.student, lab), []).append(one)
        for (_, lab), group in groups.items():
            yield from _counting(group, lab)


def _counting(group: list[Found], lab: str) -> Iterator[Found]:
    """Of a student's files, those that are graded."""
    group = sorted(group, key=lambda one: order(one.name, lab))
    kept = [one for one in group if form_of(one.name) != 1 or is_ours(one)]
    if lab:
        kept = kept or group
        yield replace(kept[0], beside=tuple(str(one.name) for one in kept[1:]))
    else:
        best = min((form_of(one.name) for one in kept), default=0)
        yield from (one for one in kept if form_of(one.name) == best)


def is_ours(one: Found) -> bool:
    """Whether a file of text is a lab, and no note or program beside one."""
    if lab_of(Path(one.name.name), []):
        return True
    raw, _ = one.read()
    return any(sign in raw for sign in _OURS)


FORMS = (NOTEBOOK, TEXT, INSTEAD)


def form_of(name: PurePosixPath | Path) -> int:
    """The place of a file's form in `FORMS`; their number if it is none of these."""
    text = name.name.lower()
    return next((i for i, ends in enumerate(FORMS) if text.endswith(ends)), len(FORMS))


def order(name: PurePosixPath | Path, lab: str = "") -> tuple:
    """Sorts files of one student and lab: the first counts.

    A notebook counts before text, and text before what cannot be graded; the lab's own
    name before others; of numbered ones (`-2` by Canvas, `(2)` by a browser) the last;
    a copy (`-Copy1` by JupyterLab, made to fall back on) only where there is nothing
    else.
    """
    text = re.sub(r"(?i)(\.ipynb)?\.\w+$", "", name.name)
    copy, number = False, 0
    while True:
        if found := _COPY.search(text):
            copy = True
        elif found := _NUMBER.search(text):
            number = max(number, int(found[1] or found[2]))
        if not found or not found.start():
            break
        text = text[: found.start()]
    official = bool(lab) and text.endswith(paths.released_path(lab).stem)
    named = bool(lab) and lab in text
    return form_of(name), not official, not named, copy, -number, str(name)


def in_folder(folder: Path, lab: str) -> tuple[Path | None, tuple[str, ...]]:
    """The file that counts in `submitted/<student>/<lab>/`, and names of the others."""
    found = [
        Found(PurePosixPath(p.name), partial(read_bytes, p), p)
        for p in folder.glob("*")
        if not p.name.startswith(".")
    ]
    found = [one for one in found if form_of(one.name) < len(FORMS)]
    for one in _counting(found, lab):
        return one.path, one.beside
    return None, ()


def passed_over(name: str, beside: Iterable[str]) -> tuple[str, ...]:
    """A remark that names the files that do not count, if there are any."""
    names = ", ".join(f"`{readable(one)}`" for one in beside)
    if not names:
        return ()
    return (
        f"{SEVERAL} `{readable(name)}` counts; not graded: {names}. A notebook "
        "counts before other forms, the highest number in brackets or after a hyphen "
        "before lower ones, a copy (-Copy1) last.",
    )


def student_of(name: PurePosixPath) -> str:
    """Whose file it is: a folder above it, else the beginning of its name.

    nbgrader writes `submitted/<student>/<lab>/<notebook>`, an LMS
    `<student>_<numbers>_<notebook>` or a folder for each student.
    """
    parts = [p for p in _plain_parts(name)[:-1] if not _is_lab(p)]
    if parts:  # Moodle's "<name>_<number>_assignsubmission_file_"
        return re.split(r"_\d+_assignsubmission", parts[-1])[0]
    stem = re.split(rf"[_\-. ]*({'|'.join(paths.lab_names())})", name.stem)[0]
    return re.split(r"_\d+|_assign|_question|_(?i:late)", stem)[0] or name.stem


def _plain_parts(name: PurePosixPath) -> list[str]:
    """Folders and name of a file, none of which leads out of where it lies."""
    return [part for part in name.parts if part not in ("/", "..")]


def _is_lab(name: str) -> bool:
    return any(re.fullmatch(rf"{lab}([_ -].*)?", name) for lab in paths.lab_names())

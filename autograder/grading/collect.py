"""Find the submissions in what an LMS, a class folder or a person hands over."""

from __future__ import annotations

import io
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
from autograder.grading.senders import BRIGHTSPACE, Key, Sender, sender_of, told_apart

MAX_FILES = 20_000
MAX_DEPTH = 2  # archives inside archives
_SAYS_UTF8 = 8  # in the second byte of an entry's flags
_NOTES = ("timestamp.txt", "submission_secret.txt")  # nbgrader's, beside the work
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
_ZIP = (b"PK\3\4", b"PK\5\6")  # the beginning of an archive, and of an empty one
_BROKEN = "the archive is incomplete or damaged; download it again"
_EMPTY = "the folder is empty"
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
        owner: what to call the sender, if the name alone is not enough.
        is_empty: whether it is a student's folder without a file.
    """

    name: PurePosixPath
    read: Read
    path: Path | None = None
    beside: tuple[str, ...] = ()
    owner: str = ""
    is_empty: bool = False

    @property
    def sender(self) -> Sender:
        """Whose it is, as far as the names of folders and file tell."""
        return sender_of(self.name)

    @property
    def student(self) -> str:
        """What to call the sender."""
        return readable(self.owner or self.sender.name)


def files(place: Path) -> Iterator[Found]:
    """All files of a folder or archive but those that systems leave about.

    Archives inside are opened, too. A student's folder without a file is given as one
    that cannot be read.
    """
    if place.is_symlink() or not place.is_dir():
        found = _one_file(place)
    else:
        found = _in_folder(place)
    for number, one in enumerate(found):
        hidden = any(part.startswith(".") and part != ".." for part in one.name.parts)
        if number >= MAX_FILES:
            yield Found(one.name, _no(f"it is one of more than {MAX_FILES} files"))
            return
        if not hidden and not set(_JUNK) & set(one.name.parts):
            yield one


def _one_file(place: Path) -> Iterator[Found]:
    """A file that was named, or what is in it if it is an archive."""
    name = PurePosixPath(place.name)
    if place.is_symlink() or not place.is_file():
        yield Found(name, partial(read_bytes, place), place)
    elif zipfile.is_zipfile(place):
        yield from _in_archive(place, name, PurePosixPath())
    elif place.suffix.lower() == ".zip":
        yield Found(name, _no(_BROKEN))
    else:
        yield Found(name, partial(read_bytes, place), place)


def _in_folder(place: Path) -> Iterator[Found]:
    for path in sorted(place.rglob("*")):
        name = PurePosixPath(path.relative_to(place))
        if path.is_symlink() or not path.is_dir():
            found = Found(name, partial(read_bytes, path), path)
            yield from _opened_up(found)
        elif _is_a_students(name) and not any(path.iterdir()):
            yield Found(name, _no(_EMPTY), is_empty=True)


def _is_a_students(folder: PurePosixPath) -> bool:
    """Whether a folder is one that a platform made for a student, not one inside it."""
    return bool(sender_of(folder).platform) and not sender_of(folder.parent).platform


def _opened_up(one: Found, depth: int = 1) -> Iterator[Found]:
    """A file, or the files in it if it is an archive that a student handed in."""
    if one.name.suffix.lower() != ".zip" or depth > MAX_DEPTH:
        yield one
        return
    raw, why = one.read()
    if not why and not raw.startswith(_ZIP):
        why = "it is no zip archive, although it is named so"
    if why:
        yield replace(one, read=_no(why))
    else:
        yield from _in_archive(io.BytesIO(raw), one.name, one.name, depth)


def _in_archive(
    place: Path | io.BytesIO, name: PurePosixPath, above: PurePosixPath, depth: int = 0
) -> Iterator[Found]:
    """The files in an archive, with their paths below `above`."""
    try:  # it stays open while anything in it is wanted
        archive, damaged = _opened(place)
        entries = archive.infolist()
    except Exception as error:  # a damaged archive can be damaged anywhere
        yield Found(name, _no(_cannot(error)))
        return
    unnamed = _no("its name in the archive is damaged")
    known = [entry.filename for entry in entries]
    for entry in entries:
        path = above / entry.filename.lstrip("/")
        if entry.is_dir():
            alone = sum(one.startswith(entry.filename) for one in known) == 1
            if alone and _is_a_students(path):
                yield Found(path, _no(_EMPTY), is_empty=True)
        elif entry.filename in damaged:
            yield Found(path, unnamed)
        else:
            found = Found(path, partial(_unpacked, archive, entry))
            yield from _opened_up(found, depth + 1)
    if not any(not entry.is_dir() for entry in entries) and depth:
        yield Found(name, _no("the archive is empty"))


def _opened(place: Path | io.BytesIO) -> tuple[zipfile.ZipFile, set[str]]:
    """An archive, and the names in it that are not the UTF-8 they claim to be.

    `zipfile` gives up on the whole archive for one such name. Read without the claim,
    it is some name, and all the other entries can be had.
    """
    try:
        return zipfile.ZipFile(place), set()
    except UnicodeDecodeError:
        raw = _copied(place)
        damaged = {name.decode("cp437") for name in _unclaimed(raw)}
        return zipfile.ZipFile(raw), damaged


def _copied(place: Path | io.BytesIO) -> _Map:
    """The content of an archive, to be changed in memory."""
    if isinstance(place, Path):
        with place.open("rb") as file:
            return _Map(file.fileno(), 0, access=mmap.ACCESS_COPY)
    raw = _Map(-1, len(place.getvalue()))
    raw.write(place.getvalue())
    raw.seek(0)
    return raw


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


def _cannot(error: Exception) -> str:
    said = readable(str(error) or type(error).__name__)[:200]
    return f"it cannot be unpacked ({said})"


def _no(why: str) -> Read:
    return lambda: (b"", why)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[bytes, str]:
    """One file of an archive; sizes are checked while reading."""
    try:
        with archive.open(entry) as file:
            raw = file.read(MAX_BYTES + 1)
    except Exception as error:  # whatever is wrong costs this entry alone
        return b"", _cannot(error)
    if len(raw) > MAX_BYTES:
        return b"", f"it has more than {MAX_BYTES / 1e6:.0f} MB; clear its outputs"
    return raw, ""


def without_notes(found: list[Found]) -> list[Found]:
    """Leave out what platforms add: descriptions of attempts, and a list of all.

    A description stays if nothing else came with the attempt.
    """
    platforms = {one.sender.platform for one in found}
    sent = {(s.key, s.time) for one in found if not (s := one.sender).note}
    return [
        one
        for one in found
        if not (one.sender.note and (one.sender.key, one.sender.time) in sent)
        and not (
            BRIGHTSPACE in platforms
            and one.name.name == "index.html"
            and not one.sender.platform
        )
    ]


def notebooks(places: Iterable[Path]) -> Iterator[Found]:
    """What counts of each student and lab, and every file that is named.

    Where the names do not tell the lab, all notebooks are given.
    """
    for place in places:
        groups: dict[tuple[Key, str], list[Found]] = {}
        found = without_notes(list(files(place)))
        names = told_apart(one.sender for one in found)
        graded = {one.sender.key for one in found if form_of(one.name) < len(FORMS)}
        for one in found:
            key = one.sender.key
            if one.path == place:
                yield one
            elif form_of(one.name) < len(FORMS):
                lab = lab_of(Path("/", *_plain_parts(one.name)), [])
                one = replace(one, owner=names[key])
                groups.setdefault((key, lab), []).append(one)
            elif one.sender.platform and key not in graded:  # all that was handed in
                graded.add(key)
                why = one.read()[1] if one.is_empty else "It is no notebook (*.ipynb)."
                yield replace(one, owner=names[key], read=_no(why))
        for (_, lab), group in groups.items():
            yield from _counting(group, lab)


def _counting(group: list[Found], lab: str) -> Iterator[Found]:
    """Of a student's files, those that are graded."""
    group = sorted(group, key=lambda one: preference(one, lab))
    kept = [one for one in group if form_of(one.name) != 1 or is_ours(one)]
    kept = kept or (group if lab else [])
    if lab and kept:
        yield replace(kept[0], beside=tuple(str(one.name) for one in kept[1:]))
    else:
        best = min((form_of(one.name) for one in kept), default=0)
        yield from (one for one in kept if form_of(one.name) == best)


def is_ours(one: Found) -> bool:
    """Whether a file of text is a lab, and no note or program beside one."""
    if lab_of(Path(one.name.name), []) and not one.sender.note:
        return True
    raw, _ = one.read()
    return any(sign in raw for sign in _OURS)


FORMS = (NOTEBOOK, TEXT, INSTEAD)


def form_of(name: PurePosixPath | Path) -> int:
    """The place of a file's form in `FORMS`; their number if it is none of these."""
    text = name.name.lower()
    return next((i for i, ends in enumerate(FORMS) if text.endswith(ends)), len(FORMS))


def preference(one: Found, lab: str = "") -> tuple:
    """Sorts files of one student and lab, by `order`, but later attempts come first."""
    form, *rest = order(one.name, lab)
    time = one.sender.time
    return form, -time.timestamp() if time else 0.0, *rest


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
    """The file that counts in `submitted/<student>/<lab>/`, and names of the others.

    There is none if nothing was handed in for this lab, or nothing that can be graded.
    """
    found = [
        Found(PurePosixPath(p.name), partial(read_bytes, p), p)
        for p in folder.glob("*")
        if not (p.name.startswith(".") or p.name in _NOTES)
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


def _plain_parts(name: PurePosixPath) -> list[str]:
    """Folders and name of a file, none of which leads out of where it lies."""
    return [part for part in name.parts if part not in ("/", "..")]

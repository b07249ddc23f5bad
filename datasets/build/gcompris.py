"""The photographs that come with GCompris, those in the public domain or CC0.

Lends functions to the scripts that use them. GCompris is a suite of activities for
children; its pictures lie in Qt resource archives (``.rcc``), and a README in each
folder names author, source and licence of every photograph.
"""

import io
import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import unquote

import numpy as np
from common import Package, near_duplicates
from PIL import Image

PACKAGE = Package(
    "debian",
    "gcompris-qt-data",
    "3.1-2",
    "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f",
)

#: Archive, folder and kind of subject.
FOLDERS = [
    ("erase", "erase/resource", "animal"),
    ("explore_world_animals", "explore_world_animals/resource/animals", "animal"),
    ("explore_farm_animals", "explore_farm_animals/resource/animals", "animal"),
    ("categorization", "categorization/resource/images/fishes", "fish"),
    ("explore_monuments", "explore_monuments/resource", "landmark"),
    ("categorization", "categorization/resource/images/monuments", "landmark"),
]
#: A file that its README names with a slip.
RENAMED = {"germany/audaPalatina.webp": "germany/aulaPalatina.webp"}
#: Different photographs of one subject: these stay together in one split.
SAME_SUBJECT = {
    "greatWallofChina": "greatWall",
    "greatPyramidOfGiza": "greatPyramid",
    "kutubMinar": "qutubMinar",
    "statueofLiberty": "statueOfLiberty",
}


@dataclass(frozen=True)
class Photo:
    """One photograph: pixels, subject, and to whom thanks are due."""

    name: str
    kind: str
    subject: str
    author: str
    source: str
    licence: str
    image: Image.Image

    @property
    def credit(self) -> str:
        """Title, author and licence in one line of Markdown."""
        title = unquote(self.source.rsplit("/", 1)[-1]).removeprefix("File:")
        title = title.rsplit(".", 1)[0].replace("_", " ") or self.subject
        author = "unknown author" if self.author == "anonymous" else self.author
        link = self.source.replace("(", "%28").replace(")", "%29")
        return f"{self.name}: [{title}]({link}), {author}, {self.licence}"


def read_rcc(blob: bytes) -> dict[str, bytes]:
    """Unpack a Qt resource archive (version 3).

    Args:
        blob: The file's bytes: a tree of nodes, the names, the data.

    Returns:
        Path to content.

    Raises:
        ValueError: If the bytes are no such archive.
    """
    magic, version, tree, data, names = struct.unpack(">4sIIII", blob[:20])
    if magic != b"qres" or version != 3:
        raise ValueError("not a Qt resource archive of version 3")
    files = {}

    def visit(node: int, parent: PurePosixPath) -> None:
        at = tree + 22 * node  # name, flags, two numbers, time of change
        name_at, flags, first, second = struct.unpack(">IHII", blob[at : at + 14])
        (length,) = struct.unpack(">H", blob[names + name_at : names + name_at + 2])
        letters = blob[names + name_at + 6 : names + name_at + 6 + 2 * length]
        path = parent / letters.decode("utf-16-be") if node else parent
        if flags & 2:  # a folder: count and first of its children
            for child in range(second, second + first):
                visit(child, path)
            return
        start = data + second
        (length,) = struct.unpack(">I", blob[start : start + 4])
        content = blob[start + 4 : start + 4 + length]
        files[str(path)] = zlib.decompress(content[4:]) if flags & 1 else content

    visit(0, PurePosixPath())
    return files


def credits_of(readme: str) -> dict[str, dict[str, str]]:
    """Read a folder's README: file name to author, source and licence."""
    found = {}
    for block in re.split(r"\n\s*\n", readme):
        fields = dict(re.findall(r"^(Copyright|License|Source): *(.+)$", block, re.M))
        for file in re.findall(r"^(?:Files: *)?([\w./-]+\.webp)\s*$", block, re.M):
            found[RENAMED.get(file, file)] = fields
    return found


def _is_free(licence: str) -> bool:
    return licence.lower() in {"public domain", "cc0-1.0"}


@cache
def archive(name: str) -> dict[str, bytes]:
    """Return the files of one archive, path below ``activities/`` to content."""
    blob = (PACKAGE.unpack() / f"usr/share/gcompris-qt/rcc/{name}.rcc").read_bytes()
    prefix = "gcompris/src/activities/"
    return {k.removeprefix(prefix): v for k, v in read_rcc(blob).items()}


@cache
def photographs() -> list[Photo]:
    """Return the free photographs, each once, in a fixed order.

    Left out: other licences, photographs with the same source as an earlier one,
    and those whose perceptual hash is within 10 bits of an earlier one's.
    """
    photos, sources = [], set()
    for name, folder, kind in FOLDERS:
        files = archive(name)
        listed = credits_of(files[f"{folder}/README"].decode())
        for file, fields in sorted(listed.items()):
            licence, source = fields.get("License", ""), fields.get("Source", "")
            if not _is_free(licence) or source in sources:
                continue
            sources.add(source)
            stem = PurePosixPath(file).stem
            content = files[f"{folder}/{file}"]
            photos.append(
                Photo(
                    name=stem,
                    kind=kind,
                    subject=SAME_SUBJECT.get(stem, stem),
                    author=fields["Copyright"],
                    source=source,
                    licence="CC0 1.0" if "CC0" in licence else "public domain",
                    image=Image.open(io.BytesIO(content)).convert("RGB"),
                )
            )
    twins = {j for _, j in near_duplicates([np.asarray(p.image) for p in photos])}
    kept = [photo for i, photo in enumerate(photos) if i not in twins]
    seen: dict[str, int] = {}
    for index, photo in enumerate(kept):  # two giraffes: giraffe, giraffe_2
        seen[photo.name] = seen.get(photo.name, 0) + 1
        if seen[photo.name] > 1:
            fields = {**vars(photo), "name": f"{photo.name}_{seen[photo.name]}"}
            kept[index] = Photo(**fields)
    return kept

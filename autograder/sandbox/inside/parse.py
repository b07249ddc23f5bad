"""Read the bytes of a submitted notebook: the cells in it, and nothing else.

Runs inside the sandbox when a class is graded. What a file is, its content says and not
its name. Outputs, tags and all metadata but the name of a graded cell are ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograder.sandbox.inside.text_notebook import read_text

KINDS = ("code", "markdown", "raw")
MAX_CELLS = 2_000
MAX_TEXT = 4_000_000  # characters of all cells together
MAX_CODE = 400_000  # characters of all code cells; the longest lab has 50,000
MAX_IMAGES = 10_000_000  # characters of all images in Base64
INSTEAD = (
    "hand in the notebook itself (*.ipynb; in JupyterLab: File, Download), not a copy "
    "in another form."
)
# How files begin that people hand in for a notebook, and what they are.
_BEGINNINGS = {
    b"%PDF": "a PDF",
    b"PK\3\4": "an archive or an office document",
    b"\x1f\x8b": "an archive",
    b"7z\xbc\xaf": "an archive",
    b"Rar!": "an archive",
    b"\xd0\xcf\x11\xe0": "an office document",
    b"{\\rtf": "an office document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\x80": "a file of Python's pickle",
}
_PAGE = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml.*?>\s*)*<(?:!doctype html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
CONFLICT = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
_IMAGE = re.compile(r"image/(?:png|jpeg|gif|webp)")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


class RawCell(NamedTuple):
    """What is read of a cell; an empty text stands for what it does not have."""

    kind: str  # "code", "markdown" or "raw"
    text: str
    grade_id: str = ""
    id: str = ""
    images: tuple[Image, ...] = ()


class Image(NamedTuple):
    """An image in a Markdown cell, which it mentions as `attachment:NAME`."""

    name: str
    mime: str
    base64: str


def parse(raw: bytes) -> tuple[list[RawCell], str]:
    """The cells of a notebook, or one sentence saying why there are none."""
    for beginning, what in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return [], f"The file is {what}; {INSTEAD}"
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], "The file is not text in UTF-8; save it again from JupyterLab."
    if not text.strip():
        return [], "The file is empty."
    try:
        notebook = json.loads(text)
    except RecursionError:
        return [], "The file is nested far deeper than a notebook; it was not read."
    except MemoryError:
        return [], "The file takes too much memory to read; clear its outputs."
    except ValueError as error:
        return _not_json(text, str(error))
    if not isinstance(notebook, dict):
        return [], "The file is not a notebook: it has no cells."
    found = _found(notebook)
    if len(found) > MAX_CELLS:
        return [], _too_many(len(found))
    return _bounded(_cells(found))


def _not_json(text: str, why: str) -> tuple[list[RawCell], str]:
    """A notebook in another form, or what the file is instead."""
    if _PAGE.match(text):
        return [], f"The file is a web page; {INSTEAD}"
    if found := CONFLICT.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return [], (
            "The file holds the marks of an unfinished Git merge (`<<<<<<<`, "
            f"`>>>>>>>`; the first in line {line}). Keep one version of each such "
            "place, open the notebook once to see that it is whole, and hand it in "
            "again."
        )
    if re.search(r"^app = marimo\.App\(", text, re.MULTILINE):
        return [], (
            "The file is a marimo program; turn it into a notebook with "
            "`marimo export ipynb FILE.py -o FILE.ipynb` and hand that in."
        )
    cells = [] if text.lstrip().startswith("{") else read_text(text)
    if len(cells) > MAX_CELLS:
        return [], _too_many(len(cells))
    if cells:
        return _bounded([RawCell(c.kind, _clean(c.text), c.grade_id) for c in cells])
    return [], f"The file is not a notebook: it is not JSON ({why[:100]})."


def _too_many(count: int) -> str:
    return (
        f"The notebook has {count:,} cells, more than the {MAX_CELLS:,} that are read; "
        "delete those that are not the lab's and hand it in again."
    )


def _bounded(cells: list[RawCell]) -> tuple[list[RawCell], str]:
    """The cells, if all that they hold is no more than is read."""
    if sum(len(cell.text) for cell in cells if cell.kind == "code") > MAX_CODE:
        return [], (
            f"The code cells hold more than the {MAX_CODE:,} characters that are read; "
            "delete what is not part of the lab and hand it in again."
        )
    if sum(len(cell.text) for cell in cells) > MAX_TEXT:
        return [], "The cells hold far more text than a lab; they were not read."
    return cells, ""


def _found(notebook: dict[str, Any]) -> list:
    """What stands in a notebook's list of cells."""
    found = notebook.get("cells")
    if isinstance(found, list):
        return found
    return [
        cell
        for sheet in _as_list(notebook.get("worksheets"))  # format 3
        if isinstance(sheet, dict)
        for cell in _as_list(sheet.get("cells"))
    ]


def _cells(found: list) -> list[RawCell]:
    """Cells of the known kinds, whatever else a notebook holds."""
    cells, left = [], MAX_IMAGES
    for cell in found:
        if isinstance(cell, dict) and cell.get("cell_type") in KINDS:
            text = cell.get("source", cell.get("input", ""))
            if isinstance(text, list):
                text = "".join(part for part in text if isinstance(part, str))
            if isinstance(text, str):
                kind, text = cell["cell_type"], _clean(text)
                images = _images(cell, left) if kind == "markdown" else ()
                left -= sum(len(image.base64) for image in images)
                names = _grade_id(cell), _name(cell.get("id"))
                cells.append(RawCell(kind, text, *names, images))
    return cells


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _images(cell: dict[str, Any], left: int) -> tuple[Image, ...]:
    """The images that were pasted into a cell, as long as they are not too large."""
    attached = cell.get("attachments")
    found = []
    for name, forms in attached.items() if isinstance(attached, dict) else ():
        for mime, data in forms.items() if isinstance(forms, dict) else ():
            image = Image(_name(name), mime, data if isinstance(data, str) else "")
            if is_image(image) and len(image.base64) <= left:
                left -= len(image.base64)
                found.append(image)
    return tuple(found)


def is_image(image: Sequence[str]) -> bool:
    """Whether name, type and content are what an attached image has."""
    name, mime, data = image
    kind = _IMAGE.fullmatch(mime) is not None
    return kind and 0 < len(name) <= 200 and bool(_BASE64.fullmatch(data))


def _as_list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _grade_id(cell: dict[str, Any]) -> str:
    grading = cell.get("metadata")
    grading = grading.get("nbgrader") if isinstance(grading, dict) else None
    return _name(grading.get("grade_id") if isinstance(grading, dict) else None)


def _name(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 200 else ""

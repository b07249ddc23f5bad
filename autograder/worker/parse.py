"""Read the bytes of a submitted notebook: the cells in it, and nothing else.

Runs inside the sandbox when a class is graded. Outputs, tags and all metadata but the
name of a graded cell are ignored.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

KINDS = ("code", "markdown", "raw")
MAX_CELLS = 2_000
MAX_TEXT = 4_000_000  # characters of all cells together
MAX_CODE = 400_000  # characters of all code cells; the longest lab has 50,000


class RawCell(NamedTuple):
    """What is read of a cell; an empty text stands for what it does not have."""

    kind: str  # "code", "markdown" or "raw"
    text: str
    grade_id: str = ""
    id: str = ""


def parse(raw: bytes) -> tuple[list[RawCell], str]:
    """The cells of a notebook, or one sentence saying why there are none."""
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
        return [], f"The file is not a notebook: it is not JSON ({str(error)[:100]})."
    if not isinstance(notebook, dict):
        return [], "The file is not a notebook: it has no cells."
    found = _found(notebook)
    if len(found) > MAX_CELLS:
        return [], (
            f"The notebook has {len(found):,} cells, more than the {MAX_CELLS:,} that "
            "are read; delete those that are not the lab's and hand it in again."
        )
    cells = _cells(found)
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
    return [cell for sheet in _as_list(notebook.get("worksheets"))  # format 3
            if isinstance(sheet, dict)
            for cell in _as_list(sheet.get("cells"))]  # fmt: skip


def _cells(found: list) -> list[RawCell]:
    """Cells of the known kinds, whatever else a notebook holds."""
    cells = []
    for cell in found:
        if isinstance(cell, dict) and cell.get("cell_type") in KINDS:
            text = cell.get("source", cell.get("input", ""))
            if isinstance(text, list):
                text = "".join(part for part in text if isinstance(part, str))
            if isinstance(text, str):
                text = text.encode("utf-8", "replace").decode().replace("\0", "")
                cells.append(
                    RawCell(
                        cell["cell_type"], text, _grade_id(cell), _name(cell.get("id"))
                    )
                )
    return cells


def _as_list(value: Any) -> list:
    return value if isinstance(value, list) else []


def _grade_id(cell: dict[str, Any]) -> str:
    grading = cell.get("metadata")
    grading = grading.get("nbgrader") if isinstance(grading, dict) else None
    return _name(grading.get("grade_id") if isinstance(grading, dict) else None)


def _name(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 200 else ""

"""A submission as a notebook that nbgrader can be trusted with.

The student's cells stay in their order; every check cell is the course's own, right
behind the cell it checks, whatever became of it in the file.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.authoring.build import METADATA
from autograder.authoring.manifest import manifest
from autograder.grading.intake import Intake
from autograder.grading.matching import StudentCell
from autograder.grading.results import LabResult, QuestionResult

_ABOUT = "**About this file**"
REMARKS = "remarks"  # tag of the cell with remarks about the file
RESTORED = "restored"  # tag of a cell that the submission does not have


def restore(
    read: Intake | LabResult, results: Mapping[str, QuestionResult] | None = None
) -> dict[str, Any]:
    """Join what a student wrote and the course's own graded cells.

    Args:
        read: a readable or an unreadable submission of a known lab.
        results: by name of question; they become the outputs of check cells.

    Returns:
        The notebook as nested dictionaries, in nbformat 4.5.
    """
    results = results or {}
    lab = manifest(read.lab)
    official = {name: cell.official for name, cell in lab.graded.items()}
    check_of = {q.name: q.grade_id for q in lab.questions.values() if q.automatic}
    checked = {grade_id: name for name, grade_id in check_of.items()}
    cells = remarks_cell([said for said in (read.error, *read.findings) if said])
    last = {cell.name: i for i, cell in enumerate(read.cells) if cell.name}
    for i, cell in enumerate(read.cells):
        if last.get(cell.name) == i:
            cells.append(
                {**official.pop(cell.name), "source": cell.text, **_seen(cell)}
            )
            if own := official.pop(check_of.get(cell.name, ""), None):
                cells.append(_check(own, results.get(cell.name)))
        else:
            cells.append(_new(cell.kind, cell.text, cell.demo) | _seen(cell))
    for name, cell in official.items():  # deleted ones come last, as released
        if cell["metadata"]["nbgrader"]["locked"]:
            cells.append(_check(cell, results.get(checked[name])))
        else:
            cells.append(_unwritten(cell))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {
        "cells": cells,
        "metadata": METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def remarks_cell(remarks: Sequence[str]) -> list[dict[str, Any]]:
    """A cell with remarks about a submission; none where there are no remarks."""
    if not remarks:
        return []
    cell = _new("markdown", f"{_ABOUT}\n\n{_listed(remarks)}")
    return [cell | {"metadata": {"tags": [REMARKS]}}]


def with_remarks(cells: Sequence[Any], remarks: Sequence[str]) -> list[Any]:
    """A restored notebook's cells with more remarks, in the cell of its own if any."""
    first = cells[0] if cells else {"metadata": {}}
    if remarks and REMARKS in first["metadata"].get("tags", ()):
        first["source"] += f"\n{_listed(remarks)}"
        return list(cells)
    return [*remarks_cell(remarks), *cells]


def _listed(remarks: Sequence[str]) -> str:
    return "\n".join(f"- {html.escape(remark, quote=False)}" for remark in remarks)


def _seen(cell: StudentCell) -> dict[str, Any]:
    """The images of a cell as nbformat has them."""
    attached: dict[str, dict[str, str]] = {}
    for image in cell.images:
        attached.setdefault(image.name, {})[image.mime] = image.base64
    return {"attachments": attached} if attached else {}


def _new(kind: str, text: str, demo: bool = False) -> dict[str, Any]:
    metadata = {"tags": ["demo"]} if demo else {}
    cell = {"cell_type": kind, "metadata": metadata, "source": text}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _unwritten(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell that the submission does not have, for nbgrader to show.

    It is not run: a stub would take the place of what the student wrote elsewhere.
    """
    return {**cell, "metadata": {**cell["metadata"], "tags": [RESTORED]}}


def _check(cell: Mapping[str, Any], result: QuestionResult | None) -> dict[str, Any]:
    return {**cell, "outputs": outputs(result) if result else []}


def outputs(result: QuestionResult) -> list[dict[str, Any]]:
    """A message for the reader, and the points in the form nbgrader reads."""
    lines = [result.message]
    together: dict[str, list[str]] = {}  # what stops one call stops most, alike
    for case in result.cases:
        if not case.passed:
            together.setdefault(case.message, []).append(f"  ✘ {case.call}")
    for message, calls in together.items():
        lines += [*calls, f"      {message}"]
    text = "\n".join(lines) + "\n"
    points = {"text/plain": repr(float(result.score or 0))}
    return [
        {"output_type": "stream", "name": "stdout", "text": text},
        {
            "output_type": "execute_result",
            "data": points,
            "metadata": {},
            "execution_count": None,
        },
    ]

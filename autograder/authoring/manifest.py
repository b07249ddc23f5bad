"""What grading knows about a lab's notebook, and all that it takes from the builder."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import nbformat

from autograder.authoring import build, stamps
from autograder.checks import check
from autograder.paths import released_path

HASHED_ID = re.compile(r"[0-9a-f]{12}(-\d+)?")  # id of a cell without a grade id


@dataclass(frozen=True)
class ManifestCell:
    """A cell of a lab.

    Attributes:
        id: id in the released notebook.
        kind: `"code"` or `"markdown"`.
        text: text as students receive it.
        grade_id: nbgrader's name for it; empty if nbgrader does not know it.
        locked: whether it is a check cell, which a student does not write.
        demo: whether it is a demo cell, which is not run when a lab is graded.
        official: the cell as nbgrader's gradebook holds it, without solution but with
            hidden tests; empty if nbgrader does not know it.
    """

    id: str
    kind: str
    text: str
    grade_id: str = ""
    locked: bool = False
    demo: bool = False
    official: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ManifestQuestion:
    """A question that earns points.

    Attributes:
        name: name of the exercise, the concept question or the written question.
        grade_id: nbgrader's name for the cell with its points.
        points: maximum number of points.
        automatic: whether the grader grades it, and not a person.
    """

    name: str
    grade_id: str
    points: float
    automatic: bool


@dataclass(frozen=True)
class Manifest:
    """A lab's notebook.

    Attributes:
        lab: name of the lab.
        file: name of the notebook's file.
        cells: the cells in order.
        questions: by name; exercises first, then concept questions, then written ones.
    """

    lab: str
    file: str
    cells: tuple[ManifestCell, ...]
    questions: Mapping[str, ManifestQuestion]

    @functools.cached_property
    def graded(self) -> dict[str, ManifestCell]:
        """The cells that nbgrader knows, by grade id."""
        return {cell.grade_id: cell for cell in self.cells if cell.grade_id}


@functools.cache
def manifest(lab: str) -> Manifest:
    """The manifest of a lab, made once per version of its source.

    Raises:
        Refused: there is no such lab, or its source breaks a rule of the builder.
    """
    found = json.loads(stamps.kept("manifests", lab, lambda: json.dumps(_made(lab))))
    return Manifest(
        lab,
        released_path(lab).name,
        tuple(
            ManifestCell(**cell | {"official": nbformat.from_dict(cell["official"])})
            for cell in found["cells"]
        ),
        {name: ManifestQuestion(**about) for name, about in found["questions"].items()},
    )


def _made(lab: str) -> dict[str, Any]:
    """The cells and questions of a lab, from its source."""
    official, released = build.gradebook_and_release(lab)
    both = zip(released.cells, official.cells, strict=True)
    cells = tuple(_cell(*pair) for pair in both)
    questions = _questions(lab, cells)
    return {
        "cells": [asdict(cell) for cell in cells],
        "questions": {name: asdict(about) for name, about in questions.items()},
    }


def _cell(released: Mapping[str, Any], official: Mapping[str, Any]) -> ManifestCell:
    grading = released["metadata"].get("nbgrader", {})
    return ManifestCell(
        id=released["id"],
        kind=released["cell_type"],
        text=released["source"],
        grade_id=grading.get("grade_id", ""),
        locked=grading.get("locked", False),
        demo="demo" in released["metadata"].get("tags", ()),
        official=official if grading else {},
    )


def _questions(
    lab: str, cells: tuple[ManifestCell, ...]
) -> dict[str, ManifestQuestion]:
    checks = check.load(lab)
    points = {
        cell.grade_id: float(cell.official["metadata"]["nbgrader"].get("points", 0))
        for cell in cells
        if cell.grade_id
    }
    automatic = {name: build.CHECK_PREFIX + name for name in checks.names}
    written = {c.grade_id: c.grade_id for c in cells if c.kind == "markdown"}
    return {
        name: ManifestQuestion(name, grade_id, points[grade_id], name in automatic)
        for name, grade_id in {**automatic, **written}.items()
        if grade_id
    }

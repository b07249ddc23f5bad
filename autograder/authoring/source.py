"""Read a lab's text notebook: its cells and their roles, checked for consistency."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.errors import Refused
from autograder.paths import source_of

# A comment remains a comment, even if it looks like a magic command ("# 3?").
FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
ROLES = ("exercise", "check", "concept", "question", "demo")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CHECK_PREFIX = "check-"  # the cell that checks `name` has the grade id `check-name`
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class SourceError(Refused):
    """A text notebook breaks a rule of the builder; the message names lab and cell."""


@dataclass(frozen=True)
class Cell:
    """One cell of a source.

    Attributes:
        kind: `"code"` or `"markdown"`.
        text: its content.
        role: one of `ROLES`, or `None`.
        name: what the role is about; empty for demo cells and cells without a role.
        points: points of a written question; other points are in the checks.
        cover: whether its figure represents the lab.
    """

    kind: str
    text: str
    role: str | None = None
    name: str = ""
    points: float = 0.0
    cover: bool = False


@dataclass(frozen=True)
class Source:
    """A lab as it was written."""

    lab: str
    title: str
    cells: tuple[Cell, ...] = field(repr=False)

    def named(self, role: str) -> dict[str, Cell]:
        """Cells of one role by name."""
        return {cell.name: cell for cell in self.cells if cell.role == role}


@functools.lru_cache(maxsize=64)
def _read(lab: str, text: str) -> Source:
    import jupytext  # takes long to load; many commands never read a source

    notebook = jupytext.reads(text, fmt=FORMAT)
    cells = tuple(_cell(lab, cell) for cell in notebook.cells)
    _check_rules(lab, cells)
    return Source(lab, source_of(lab).stem, cells)


def read(lab: str) -> Source:
    """Read a lab's source.

    Raises:
        SourceError: it breaks a rule.
        Refused: there is no such lab.
    """
    return _read(lab, source_of(lab).read_text(encoding="utf-8"))


def _cell(lab: str, cell: Any) -> Cell:
    roles = [role for role in ROLES if role in cell.metadata]
    if cell.metadata.get("title") == "demo":  # a word alone is a title to jupytext
        roles.append("demo")
    if len(roles) > 1:
        raise SourceError(
            f"{lab}: a cell has the roles {' and '.join(roles)}; it may have only one."
        )
    role = roles[0] if roles else None
    name = "" if role in (None, "demo") else str(cell.metadata[role])
    if role not in (None, "demo") and not _NAME.fullmatch(name):
        raise SourceError(
            f"{lab}: {name!r} is not a valid cell name (letters, digits, _)."
        )
    points = float(cell.metadata.get("points", 0))
    cover = bool(cell.metadata.get("cover"))
    return Cell(cell.cell_type, cell.source, role, name, points, cover)


def _check_rules(lab: str, cells: tuple[Cell, ...]) -> None:
    seen: set[tuple[str | None, str]] = set()
    for cell in cells:
        where = f"{lab}, {cell.role} {cell.name!r}"
        if cell.name and (cell.role, cell.name) in seen:
            raise SourceError(f"{where}: there are two such cells.")
        seen.add((cell.role, cell.name))
        wants_solution = cell.role in ("exercise", "question")
        if (BEGIN in cell.text and END in cell.text) != wants_solution:
            raise SourceError(
                f"{where}: a solution stands between {BEGIN} and {END} in exercises "
                "and questions, and nowhere else."
            )
        if cell.role and (cell.kind == "markdown") != (cell.role == "question"):
            raise SourceError(f"{where}: the wrong type of cell ({cell.kind}).")
        if cell.role == "question" and cell.points <= 0:
            raise SourceError(f"{where}: it has no points; add points=2, for example.")
    lone = {name for role, name in seen if role == "exercise"} ^ {
        name for role, name in seen if role == "check"
    }
    if lone:
        raise SourceError(
            f"{lab}: an exercise without a check, or a check without an exercise: "
            f"{', '.join(sorted(lone))}."
        )

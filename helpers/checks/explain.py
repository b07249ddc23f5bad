"""Explain a wrong case: the expected value beside the value that was returned."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from helpers.checks.compare import Part, Tolerance, close, in_words, parts

ROWS, COLUMNS = 12, 30  # of a table that is shown; the rest is left out
NUMBERS = 48  # entries up to which an array's numbers are printed


@dataclass(frozen=True)
class Explanation:
    """What is wrong in one case, as text.

    Attributes:
        title: what is explained.
        blocks: one for each part that is wrong.
    """

    title: str
    blocks: tuple[str, ...]

    def __str__(self) -> str:
        """Plain text, for a terminal or a log."""
        return "\n\n".join([self.title, *self.blocks])

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """Both forms; Jupyter takes the richer one it can show."""
        blocks = "".join(f"<pre>{escape(block)}</pre>" for block in self.blocks)
        html = f"<p><b>{escape(self.title)}</b></p>{blocks}"
        return {"text/plain": str(self), "text/html": html}


def explain(title: str, expected: Any, got: Any, tolerance: Tolerance) -> Explanation:
    """Set expected and given values side by side, part by part.

    Args:
        title: what is explained.
        expected: plain value.
        got: plain value.
        tolerance: for numbers.
    """
    wrong = [part for part in parts(expected, got, tolerance) if part.found]
    blocks = [_block(part, tolerance, expected) for part in wrong]
    return Explanation(title, tuple(blocks))


def _block(part: Part, tolerance: Tolerance, whole: Any) -> str:
    lines = [part.found.told(whole)]
    if part.found.pair is None or part.found.kind == "shape":
        return lines[0]
    one, other = (np.asarray(array) for array in part.found.pair)
    if one.ndim == 0:
        return lines[0]
    if one.size <= NUMBERS:
        lines += ["expected", _indented(one), "got", _indented(other)]
    mask = ~close(one, other, tolerance, tolerance.slack.get(part.place, 0.0))
    return "\n".join([*lines, *_picture(in_words(part.place, whole), mask)])


def _indented(array: np.ndarray) -> str:
    text = np.array2string(array, precision=4, suppress_small=True, max_line_width=80)
    return "\n".join(f"    {line}" for line in text.splitlines())


def _picture(place: str, mask: np.ndarray) -> list[str]:
    """Where entries are wrong: rows down, columns across.

    Of an array with more than two axes it shows the table that holds the first wrong
    entry.
    """
    first = tuple(int(i) for i in np.argwhere(mask)[0])
    table, where = mask, place
    if mask.ndim > 2:
        table = mask[first[:-2]]
        where = f"{place}[{', '.join(map(str, first[:-2]))}]"
    table = np.atleast_2d(table)
    lines = [f"where {where} is wrong (✘) and where it is right (·)"]
    for row in table[:ROWS]:
        marks = " ".join("✘" if wrong else "·" for wrong in row[:COLUMNS])
        lines.append(f"    {marks}{' …' if len(row) > COLUMNS else ''}")
    return lines + ["    …"] * (len(table) > ROWS)

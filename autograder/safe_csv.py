"""CSV that spreadsheets and learning platforms read as intended."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(rows: Iterable[Sequence[str | float]]) -> str:
    """Rows as CSV (RFC 4180), in which no spreadsheet takes a text for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _cell(value: str | float) -> str:
    if not isinstance(value, str):
        return f"{value:g}"
    text = value.encode("utf-8", "replace").decode().replace("\0", "")
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text

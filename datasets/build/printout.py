"""Sample rows of a data set as text, for what no picture shows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from common import SHEETS

from helpers.data import load


def printout(name: str, *keys: str, count: int = 12) -> Path:
    """Save sample rows in ``datasets/sheets/NAME.txt``.

    Args:
        name: A data set that has been written.
        keys: Arrays of one length, shown side by side; an array of integers whose
            meaning names a class is shown as the class's name.
        count: How many rows, taken at equal distances.

    Returns:
        The path of the file.
    """
    data = load(name)
    columns = [data[key] for key in keys]
    lines = [f"{name}: {' | '.join(keys)}", ""]
    for row in np.linspace(0, len(columns[0]) - 1, count).astype(int):
        cells = []
        for key, column in zip(keys, columns, strict=True):
            value = column[row]
            if np.ndim(value):
                cells.append(" ".join(str(part) for part in value if str(part)))
            elif key.endswith(("_y", "country", "kind", "categories", "weather")):
                cells.append(data.classes[value])
            else:
                cells.append(str(value))
        lines.append(" | ".join(cells))
    SHEETS.mkdir(exist_ok=True)
    path = SHEETS / f"{name}.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"sheets/{path.name}: {len(lines)} lines")
    return path

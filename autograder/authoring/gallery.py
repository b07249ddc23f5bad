"""The picture that represents each lab, taken from a run of its solved notebook."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from autograder.authoring import build, run, source
from autograder.errors import Refused
from autograder.paths import ROOT

PICTURES = ROOT / "docs" / "pictures"


def cover(lab: str) -> bytes:
    """The figure of the cell marked `cover=true`, as PNG.

    Raises:
        Refused: the lab marks no cell, or the cell draws nothing.
    """
    covers = [cell.text for cell in source.read(lab).cells if cell.cover]
    if len(covers) != 1:
        raise Refused(f"{lab}: mark one demo cell with cover=true.")
    for cell in run.run(build.source_notebook(lab)).cells:
        if cell.source == covers[0]:
            for output in cell.outputs:
                shown = output.get("data", {}).get("text/html", "")
                if encoded := re.search(r'src="data:image/png;base64,([^"]+)"', shown):
                    return base64.b64decode(encoded.group(1))
    raise Refused(f"{lab}: the cell marked cover=true draws no figure.")


def write(lab: str) -> Path:
    """Write the lab's picture; returns its path."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{lab}.png"
    path.write_bytes(cover(lab))
    return path

"""The code that a lab's recap prints, so that tests run what readers will copy."""

import re

from autograder import source


def snippet(lab: str, start: str) -> str:
    """The printed block of a lab that begins with this line.

    Raises:
        LookupError: no block, or more than one, begins so.
    """
    text = "\n\n".join(
        cell.text for cell in source.read(lab).cells if cell.kind == "markdown"
    )
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    found = [block for block in blocks if block.startswith(start)]
    if len(found) != 1:
        raise LookupError(f"{lab} prints {len(found)} blocks that begin {start!r}")
    return found[0]

"""Read the tables "your function beside a library's" from `docs/libraries.md`.

`benchmarks/libraries.py` makes that document; this module does not need the libraries.
"""

from __future__ import annotations

import re

from autograder.errors import Refused
from autograder.paths import ROOT

DOCUMENT = ROOT / "docs" / "libraries.md"
PLACEHOLDER = "{{libraries}}"  # in a lab's source, replaced by the lab's table


def table(lab: str) -> str:
    """A lab's table in Markdown.

    Raises:
        Refused: the document has none for this lab.
    """
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.is_file() else ""
    found = re.search(rf"^## {lab}\n\n(.*?)(?=\n\n## |\Z)", text, re.M | re.S)
    if not found:
        raise Refused(
            f"{lab} has no table in docs/libraries.md; run python "
            "benchmarks/libraries.py to make it."
        )
    return found[1].strip()

"""The tables "your function beside a library's", as `docs/libraries.md` holds them.

`benchmarks/libraries.py` makes that document; nothing here needs the libraries.
"""

from __future__ import annotations

import re

from autograder.paths import ROOT

DOCUMENT = ROOT / "docs" / "libraries.md"
PLACEHOLDER = "{{libraries}}"  # in a lab's source: its table stands here


def table(lab: str) -> str:
    """A lab's table in Markdown.

    Raises:
        ValueError: the document has none for this lab.
    """
    text = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.is_file() else ""
    found = re.search(rf"^## {lab}\n\n(.*?)(?=\n\n## |\Z)", text, re.M | re.S)
    if not found:
        raise ValueError(
            f"{lab} has no table in docs/libraries.md; python benchmarks/libraries.py "
            "makes it."
        )
    return found[1].strip()

"""Code that a lab prints as text to be read: its recap in PyTorch, say."""

from __future__ import annotations

import re

from autograder import source


def printed(lab: str, word: str) -> str:
    """The one fenced piece of code in a lab's text that contains a word.

    Raises:
        LookupError: there is none, or more than one.
    """
    found = [
        code
        for cell in source.read(lab).cells
        if cell.kind == "markdown"
        for code in re.findall(r"^```\w*\n(.*?)^```", cell.text, re.M | re.S)
        if word in code
    ]
    if len(found) != 1:
        raise LookupError(f"{lab} prints {len(found)} pieces of code with {word!r}")
    return found[0]

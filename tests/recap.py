"""Code that a lab prints as text to be read: its recap in PyTorch, say."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder.authoring import source


def printed(lab: str, word: str = "") -> str:
    """The one fenced piece of code in a lab's text that contains some words.

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


def run_torch(lab: str, **given: Any) -> dict[str, Any]:
    """Run the PyTorch that a lab prints, as it is printed; the names it defines.

    Args:
        lab: such as "C1W2".
        given: names of the lab's notebook that the code uses.
    """
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks as small as these only lose by more
    torch.manual_seed(0)
    names = {"torch": torch, **given}
    try:
        exec(printed(lab, "torch"), names)
    finally:
        torch.set_num_threads(threads)
    return names

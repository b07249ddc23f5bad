"""An attack: code for a notebook without answers, or a file of another type."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from autograder.authoring import build
from autograder.checks import check

LAB = "C1W2"
_REPORT = '''
def report(loot):
    """Tell the world outside what was found: in an error, which is shown."""
    def image2vector(image):
        raise ValueError(str(loot)[:200])
    globals()["image2vector"] = image2vector
'''


@dataclass(frozen=True)
class Scene:
    """Targets for attacks; nothing depends on them.

    Attributes:
        folder: contains `secret.txt`, and must never contain anything else.
        secret: content of that file.
        port: port of a service on the loopback interface.
        pid: process id of the judge.
        root: folder of the course, with solutions and checks.
    """

    folder: Path
    secret: str
    port: int
    pid: int
    root: Path


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        name: what it does.
        kind: the class it belongs to.
        code: a cell put after all others; `$folder`, `$port`, `$pid` and `$root` stand
            for the scene, and `report(x)` reports what was found.
        first: whether the cell is put before all others instead.
        change: function that changes the notebook, as nested dictionaries.
        place: function that writes its own file to a path.
    """

    name: str
    kind: str
    code: str = ""
    first: bool = False
    change: Callable[[dict[str, Any]], None] | None = None
    place: Callable[[Path, Scene], None] | None = None

    def put(self, path: Path, scene: Scene) -> None:
        """Write the submission to a file."""
        if self.place:
            self.place(path, scene)
            return
        notebook = build.release_notebook(LAB)
        if self.code:
            code = textwrap.dedent(self.code)
            for word in ("folder", "port", "pid", "root"):
                code = code.replace(f"${word}", str(getattr(scene, word)))
            cell = nbformat.v4.new_code_cell(_REPORT + code)
            notebook.cells.insert(0 if self.first else len(notebook.cells), cell)
        if self.change:
            self.change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")  # valid or not


def all_are(expression: str) -> str:
    """Code that makes every exercise and every answer the same object."""
    lab = check.load(LAB)
    return "\n".join(f"{name} = {expression}" for name in (*lab.checks, *lab.concepts))


def replacing(expression: str, before: str = "") -> Callable[[dict[str, Any]], None]:
    """A change that puts the same expression into every cell to be written."""

    def change(notebook: dict[str, Any]) -> None:
        lab = check.load(LAB)
        for cell in notebook["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in lab.checks or name in lab.concepts:
                cell["source"] = f"{name} = {expression}"
        notebook["cells"].insert(0, nbformat.v4.new_code_cell(textwrap.dedent(before)))

    return change

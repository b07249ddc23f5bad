"""Notebooks that were tampered with, and files that are not notebooks."""

from __future__ import annotations

import json
import os

import nbformat

from autograder.doctor.attacks.attack import Attack


def _checks(notebook) -> list:
    return [
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade")
    ]


def _retag(notebook) -> None:
    for cell in _checks(notebook):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception"]


def _more_points(notebook) -> None:
    for cell in _checks(notebook):
        cell["metadata"]["nbgrader"]["points"] = 1000


def _empty_checks(notebook) -> None:
    for cell in _checks(notebook):
        cell["source"] = "100.0"


def _delete_checks(notebook) -> None:
    gone = [id(cell) for cell in _checks(notebook)]
    notebook["cells"] = [c for c in notebook["cells"] if id(c) not in gone]


def _duplicate(notebook) -> None:
    copies = [nbformat.from_dict(json.loads(json.dumps(c))) for c in notebook["cells"]]
    notebook["cells"] += copies


def _same_ids(notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "x"


def _reorder(notebook) -> None:
    notebook["cells"].reverse()


def _raw(notebook) -> None:
    for cell in _checks(notebook):
        cell["cell_type"] = "raw"
        cell.pop("outputs", None)
        cell.pop("execution_count", None)


def _wrong_metadata(notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {
            "nbgrader": {"grade_id": 7, "points": [], "schema_version": -1}
        }
    notebook["metadata"] = {"kernelspec": {"name": "bash", "language": "bash"}}


def _unlocked(notebook) -> None:
    for cell in _checks(notebook):
        cell["metadata"]["nbgrader"].update(locked=False, solution=True)


def _magic(notebook) -> None:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = "%%bash\ntouch /tmp/x\n"


def _code(text: str, times: int = 1):
    """A notebook of some code cells."""
    cells = [{"cell_type": "code", "source": text, "metadata": {}}] * times
    return _text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5}))


def _text(content: str | bytes):
    raw = content.encode() if isinstance(content, str) else content
    return lambda path, scene: path.write_bytes(raw)


def _sparse(path, scene) -> None:
    with path.open("wb") as file:
        file.truncate(2 << 30)


def _large(path, scene) -> None:
    with path.open("wb") as file:
        for _ in range(150):
            file.write(b" " * 1_000_000)


def _deep(path, scene) -> None:
    path.write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")


def _format_3(path, scene) -> None:
    cell = {"cell_type": "code", "input": "sigmoid = 1", "language": "python"}
    sheet = {"cells": [cell, 3, None]}
    path.write_text(json.dumps({"nbformat": 3, "worksheets": [sheet, 7]}))


def _odd_parts(path, scene) -> None:
    cells = [
        None,
        5,
        [],
        {"cell_type": []},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "code", "source": [1, "x = 1\n", None], "metadata": 3},
        {"cell_type": "code", "source": "y = '\ud800\0'"},
    ]
    path.write_text(json.dumps({"cells": cells, "nbformat": "four"}))


def _link(path, scene) -> None:
    path.symlink_to(scene.folder / "secret.txt")


ATTACKS = (
    Attack("tags that skip the checks", "notebook", change=_retag),
    Attack("checks worth a thousand points", "notebook", change=_more_points),
    Attack("checks that say 100.0", "notebook", change=_empty_checks),
    Attack("checks deleted", "notebook", change=_delete_checks),
    Attack("every cell twice", "notebook", change=_duplicate),
    Attack("the same id for all cells", "notebook", change=_same_ids),
    Attack("cells in reverse order", "notebook", change=_reorder),
    Attack("checks as raw cells", "notebook", change=_raw),
    Attack(
        "metadata of wrong types, another language", "notebook", change=_wrong_metadata
    ),
    Attack("checks that claim to be answers", "notebook", change=_unlocked),
    Attack("cells in another language", "notebook", change=_magic),
    Attack("not JSON", "file", place=_text("this is no notebook")),
    Attack("empty", "file", place=_text("")),
    Attack("JSON, but a list", "file", place=_text("[1, 2, 3]")),
    Attack("wrong encoding", "file", place=_text('{"cells": "é"}'.encode("utf-16"))),
    Attack("200,000 levels deep", "file", place=_deep),
    Attack("notebook format 3", "file", place=_format_3),
    Attack("cells of wrong types", "file", place=_odd_parts),
    Attack("150 MB", "file", place=_large),
    Attack("a sparse file of 2 GB", "file", place=_sparse),
    Attack("a pipe", "file", place=lambda path, scene: os.mkfifo(path)),
    Attack("a link to a secret", "file", place=_link),
    Attack("a folder", "file", place=lambda path, scene: path.mkdir()),
    Attack("megabytes of code", "file", place=_code("a;" * 2_000_000)),
    Attack(
        "a cell of a hundred thousand statements", "file", place=_code("a;" * 100_000)
    ),
    Attack("20,000 cells", "file", place=_code("x = 1", 20_000)),
    Attack(
        "a bomb of numbers",
        "file",
        place=_text('{"cells": [' + "1," * 4_000_000 + "1]}"),
    ),
)

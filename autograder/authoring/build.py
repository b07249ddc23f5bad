"""Build what instructors and students open from a text notebook.

`source_notebook` expands the short roles of a source into nbgrader's metadata, with
solutions and hidden tests. `release_notebook` applies nbgrader's own generate step to
that. The same source always gives the same bytes.
"""

from __future__ import annotations

import copy
import hashlib
import re
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.authoring import library_tables, source
from autograder.authoring.source import CHECK_PREFIX
from autograder.authoring.stamps import build_source
from autograder.authoring.steps import RELEASE_STEPS, SAVE_AT
from autograder.checks import check
from autograder.paths import released_path
from helpers import files
from helpers.checks import store

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_HIDDEN = """
### BEGIN HIDDEN TESTS
from autograder.grading.author import points
points("{lab}", "{name}", globals())
### END HIDDEN TESTS"""
_STUB = '# Your code here.\nraise NotImplementedError("{name} is not written yet")'


def source_notebook(lab: str) -> nbformat.NotebookNode:
    """A lab as nbgrader's source notebook: solutions, checks and hidden tests."""
    written, checks = source.read(lab), check.load(lab)
    _check_agreement(written, checks)
    cells = []
    for cell in written.cells:
        cells.extend(_expand(cell, checks))
    _set_ids(cells)
    notebook = new_notebook(cells=cells, metadata=METADATA)
    notebook.nbformat_minor = 5
    return notebook


def release_notebook(lab: str) -> nbformat.NotebookNode:
    """A lab as students receive it."""
    return gradebook_and_release(lab)[1]


def gradebook_and_release(
    lab: str,
) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """A lab as the gradebook knows it, and as students receive it.

    The first is without solutions but with hidden tests; nbgrader's later steps make
    the second from it.
    """
    saved = _after(RELEASE_STEPS[:SAVE_AT], source_notebook(lab))
    return saved, _after(RELEASE_STEPS[SAVE_AT:], copy.deepcopy(saved))


def _after(steps: list[type], notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook after some of nbgrader's steps."""
    resources = {"nbgrader": {}}
    for step in steps:
        notebook, resources = step().preprocess(notebook, resources)
    return notebook


def _expand(cell: source.Cell, checks: check.Lab) -> list[nbformat.NotebookNode]:
    """The notebook cells made from one cell of the source."""
    name = cell.name
    match cell.role:
        case "exercise":
            stub = _STUB.format(name=name)
            return [_code(cell.text, stub=stub, nbgrader=_grading(name, solution=True))]
        case "check":
            return [_check_cell(cell.text, name, checks)]
        case "concept":
            question, _, _ = cell.text.rpartition("\n")
            answer = f"{name} = {checks.concepts[name].answer!r}"
            return [
                _code(
                    f"{question}\n{source.BEGIN}\n{answer}\n{source.END}",
                    stub=f"{name} = None",
                    nbgrader=_grading(name, solution=True),
                ),
                _check_cell(f"check({name}={name})", name, checks),
            ]
        case "question":
            grading = _grading(name, "markdown", solution=True, points=cell.points)
            return [new_markdown_cell(cell.text, metadata={"nbgrader": grading})]
        case "demo":
            return [_code(cell.text, tags=["demo"])]
    if cell.kind == "markdown":
        text = _summaries(cell.text)
        if library_tables.PLACEHOLDER in text:
            text = text.replace(
                library_tables.PLACEHOLDER, library_tables.table(checks.name)
            )
        return [new_markdown_cell(text)]
    return [_code(cell.text)]


def _summaries(text: str) -> str:
    """Write code in titles of folded hints as HTML; Markdown is not rendered there."""
    return re.sub(
        r"<summary>.*?</summary>",
        lambda found: re.sub(r"`([^`]*)`", r"<code>\1</code>", found.group()),
        text,
        flags=re.S,
    )


def _check_cell(text: str, name: str, checks: check.Lab) -> nbformat.NotebookNode:
    hidden = _HIDDEN.format(lab=checks.name, name=name)
    grading = _grading(CHECK_PREFIX + name, points=checks.points(name))
    return _code(text + hidden, nbgrader=grading)


def _code(text: str, **metadata) -> nbformat.NotebookNode:
    return new_code_cell(text, metadata=metadata)


def _grading(
    grade_id: str, kind: str = "code", solution: bool = False, points: float = 0
) -> dict:
    """Metadata with every key that nbgrader's schema requires."""
    grading = {
        "cell_type": kind,
        "grade": bool(points),
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    # Whole numbers of points are integers, as nbgrader's own tool bar writes them.
    return grading | (
        {"points": int(points) if points % 1 == 0 else points} if points else {}
    )


def _set_ids(cells: list[nbformat.NotebookNode]) -> None:
    """Set stable ids: the grade id if there is one, else a hash of the content."""
    seen: dict[str, int] = {}
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name is None:
            name = hashlib.sha256(cell.source.encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"


def _check_agreement(written: source.Source, checks: check.Lab) -> None:
    """Make sure that every check has a cell and every check cell has a check."""
    for role, known in (("check", checks.checks), ("concept", checks.concepts)):
        if odd := set(written.named(role)) ^ set(known):
            raise source.SourceError(
                f"{written.lab}: {role} in only one of notebook and checks: "
                f"{', '.join(sorted(odd))}."
            )


def serialize(notebook: nbformat.NotebookNode) -> str:
    """A notebook as text, as nbgrader writes it."""
    return nbformat.writes(notebook, version=4) + "\n"


def build(lab: str) -> None:
    """Write everything that is made from a lab's source and checks."""
    build_source(lab)
    files.write_if_changed(released_path(lab), serialize(release_notebook(lab)))
    checks = check.load(lab)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / checks.public_path.name
        store.write(fresh, checks.public())
        if not _same_checks(checks.public_path, fresh):
            files.write(checks.public_path, fresh.read_bytes())


def stale(lab: str) -> list[Path]:
    """The committed files of a lab that differ from what its source gives."""
    found = []
    released = released_path(lab)
    if not files.holds(released, serialize(release_notebook(lab))):
        found.append(released)
    checks = check.load(lab)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / checks.public_path.name
        store.write(fresh, checks.public())
        if not _same_checks(checks.public_path, fresh):
            found.append(checks.public_path)
    return found


def _same_checks(old: Path, fresh: Path) -> bool:
    try:
        return store.same(old, fresh)
    except ValueError:
        return False

"""A submission as a notebook that nbgrader can be trusted with.

The student's cells stay in their order; every check cell is the course's own, right
behind the cell it checks, whatever became of it in the file.
"""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder import build
from autograder.intake import Intake


def restore(intake: Intake) -> nbformat.NotebookNode:
    """Join what a student wrote and the course's own graded cells.

    Args:
        intake: a readable or an unreadable submission of a known lab.
    """
    official = {
        cell.metadata["nbgrader"]["grade_id"]: cell
        for cell in build.gradebook_notebook(intake.lab).cells
        if "nbgrader" in cell.metadata
    }
    remarks = [intake.error] if intake.error else list(intake.findings)
    cells = []
    if remarks:
        listed = "\n".join(f"- {remark}" for remark in remarks)
        cells.append(new_markdown_cell(f"**About this file**\n\n{listed}"))
    last = {cell.name: i for i, cell in enumerate(intake.cells) if cell.name}
    for i, cell in enumerate(intake.cells):
        if last.get(cell.name) == i:
            cells.append(_written(official.pop(cell.name), cell.text))
            checks = official.pop(build.CHECK_PREFIX + cell.name, None)
            cells += [checks] if checks else []
        else:
            new = new_code_cell if cell.kind == "code" else new_markdown_cell
            tags = {"tags": ["demo"]} if cell.demo else {}
            cells.append(new(cell.text, metadata=tags))
    cells += official.values()  # deleted ones come last, as they were released
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    notebook = new_notebook(cells=cells, metadata=build.METADATA)
    notebook.nbformat_minor = 5
    return notebook


def _written(cell: nbformat.NotebookNode, text: str) -> nbformat.NotebookNode:
    cell.source = text
    return cell

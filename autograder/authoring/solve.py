"""Notebooks as students hand them in, made from a lab's source: for tests and demos."""

from __future__ import annotations

from collections.abc import Mapping

import nbformat

from autograder.authoring import build, source
from autograder.checks import check


def reference_cells(lab: str) -> dict[str, str]:
    """Every answer of a lab, from its source, by the name of its cell."""
    written, concepts = source.read(lab), check.load(lab).concepts
    answers = {
        cell.name: _without_markers(cell.text)
        for role in ("exercise", "question")
        for cell in written.named(role).values()
    }
    for name, cell in written.named("concept").items():
        chosen = f"{name} = {concepts[name].answer!r}"
        answers[name] = cell.text.replace(f"{name} = None", chosen)
    return answers


def filled(lab: str, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """A released notebook with some cells filled in.

    Args:
        lab: name of the lab.
        answers: name of a cell → what the student writes there; other cells stay as
            they were released.
    """
    notebook = build.release_notebook(lab)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return notebook


def solved(lab: str, **changed: str) -> nbformat.NotebookNode:
    """A lab solved by its reference, except for the cells named in `changed`."""
    return filled(lab, reference_cells(lab) | changed)


def _without_markers(text: str) -> str:
    return "\n".join(
        line
        for line in text.split("\n")
        if source.BEGIN not in line and source.END not in line
    )

"""Every lab, solved, runs from top to bottom in a kernel of its own."""

import pytest

from autograder import paths
from autograder.authoring import build, run, solve
from autograder.authoring.build import CHECK_PREFIX

pytestmark = pytest.mark.slow


def complaints(notebook):
    """What a run wrote to stderr, mostly warnings."""
    return [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]


@pytest.mark.parametrize("lab", paths.lab_names())
def test_solved_lab_runs_without_a_warning(lab):
    notebook = run.run(solve.solved(lab))
    assert complaints(notebook) == []
    checked = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {})
        .get("grade_id", "")
        .startswith(CHECK_PREFIX)
        and cell.cell_type == "code"
    ]
    assert checked
    for cell in checked:
        assert "✔" in cell.outputs[0].data["text/plain"]
    progress = notebook.cells[-1].outputs[0].data["text/plain"]
    assert progress.startswith(f"✔ {lab}: {len(checked)} of {len(checked)} right")


@pytest.mark.parametrize("lab", paths.lab_names())
def test_source_notebook_runs_with_its_hidden_tests(lab):
    notebook = build.source_notebook(lab)
    notebook.cells = [
        c for c in notebook.cells if "demo" not in c.metadata.get("tags", ())
    ]
    for cell in run.run(notebook).cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade") and cell.cell_type == "code":
            assert float(cell.outputs[-1].data["text/plain"]) == grading["points"]

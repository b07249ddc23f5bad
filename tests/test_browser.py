"""A student's session in a real JupyterLab: open, fill in, run all, Validate."""

import shutil

import pytest

from autograder import build, paths, solve
from tests.browser import jupyter_lab, page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FILL = """
(answers) => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  for (const cell of cells) {
    const graded = cell.model.getMetadata('nbgrader');
    if (graded && graded.grade_id in answers)
      cell.model.sharedModel.setSource(answers[graded.grade_id]);
  }
}
"""
CELLS = """
() => window.jupyterapp.shell.currentWidget.content.widgets.map(cell => ({
  name: (cell.model.getMetadata('nbgrader') || {}).grade_id || '',
  count: cell.model.executionCount || 0,
  code: cell.model.type === 'code' && cell.model.sharedModel.getSource() !== '',
  outputs: cell.model.outputs ? cell.model.outputs.toJSON() : [],
}))
"""
IDLE = "() => window.jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus"


def open_lab(browser_page, address, lab):
    name = build.released_path(lab).name
    browser_page.goto(f"{address}/lab/tree/{name}")
    browser_page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    browser_page.wait_for_function(f"({IDLE})() === 'idle'", timeout=60_000)


def run_all(browser_page, seconds=180):
    browser_page.evaluate(
        "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
    )
    browser_page.wait_for_function(f"({IDLE})() === 'idle'", timeout=seconds * 1000)


def test_first_lab_from_first_look_to_validate(tmp_path):
    lab = paths.lab_names()[0]
    shutil.copy(build.released_path(lab), tmp_path)
    answers = solve.reference_cells(lab)
    with jupyter_lab(tmp_path) as address, page() as tab:
        open_lab(tab, address, lab)
        tab.screenshot(path=tmp_path / "opened.png")

        # Run all before anything is written: the first check says so, in one line.
        run_all(tab)
        errors = [o for c in tab.evaluate(CELLS) for o in c["outputs"]
                  if o["output_type"] == "error"]  # fmt: skip
        assert len(errors) == 1
        assert errors[0]["evalue"].endswith(("not written yet.", "not answered yet."))
        assert len(errors[0]["traceback"]) == 1

        tab.evaluate(FILL, answers)
        run_all(tab)
        cells = tab.evaluate(CELLS)
        wrong = [c["name"] for c in cells for o in c["outputs"]
                 if o["output_type"] in ("error", "stream")
                 and o.get("name") != "stdout"]  # fmt: skip
        assert wrong == []
        assert all(c["count"] for c in cells if c["code"]), "every cell was run"
        checks = [c for c in cells if c["name"].startswith("check-")]
        assert checks
        for cell in checks:
            assert "✔" in cell["outputs"][0]["data"]["text/plain"], cell["name"]

        tab.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        tab.screenshot(path=tmp_path / "solved.png")
        tab.get_by_role("button", name="Validate").first.click()
        dialog = tab.locator(".jp-Dialog")
        dialog.get_by_text("Success").first.wait_for(timeout=180_000)
        tab.screenshot(path=tmp_path / "validated.png")

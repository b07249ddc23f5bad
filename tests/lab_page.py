"""A notebook in a browser page: open it, fill it in, run it, read what came of it."""

from __future__ import annotations

from pathlib import Path

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
SCROLL = """
async (place) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  await notebook.scrollToItem(place, 'start');
}
"""


def open_lab(tab, address: str, name: str) -> None:
    """Open a notebook of the served folder and wait for its kernel."""
    # A workspace of its own: nothing that was open before is opened again.
    tab.goto(f"{address}/lab/workspaces/{Path(name).stem}/tree/{name}")
    tab.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    tab.wait_for_function(f"({IDLE})() === 'idle'", timeout=60_000)


def run_all(tab, seconds: float = 180) -> None:
    """Run all cells and wait until the kernel has done them."""
    tab.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    tab.wait_for_function(f"({IDLE})() === 'idle'", timeout=seconds * 1000)


def complaints(cells: list[dict]) -> list[str]:
    """Errors, warnings and all else on stderr, with the name or number of its cell."""
    return [
        f"{cell['name'] or number}: {output.get('evalue') or output.get('text')}"
        for number, cell in enumerate(cells)
        for output in cell["outputs"]
        if output["output_type"] == "error" or output.get("name") == "stderr"
    ]


def figures(cells: list[dict]) -> list[int]:
    """Places of the cells that drew something."""
    return [
        number
        for number, cell in enumerate(cells)
        if any("<img" in _text(o, "text/html") for o in cell["outputs"])
    ]


def shoot(tab, place: int, path: Path) -> None:
    """Scroll to a cell and take a picture of the window."""
    tab.evaluate(SCROLL, place)
    tab.wait_for_timeout(400)  # for images and formulas to be laid out
    tab.screenshot(path=path)


def _text(output: dict, kind: str) -> str:
    text = output.get("data", {}).get(kind, "")
    return "".join(text) if isinstance(text, list) else text

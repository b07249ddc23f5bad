"""Every lab, solved, in a real JupyterLab: runs clean and shows full marks.

`SCREENSHOTS=folder` keeps pictures of each lab: its top, its middle, a figure, its end.
"""

import os
from pathlib import Path

import pytest

from autograder import paths
from autograder.authoring import build, solve
from tests.browser import jupyter_lab, page
from tests.lab_page import (
    CELLS,
    complaints,
    figures,
    open_lab,
    run_all,
    shoot,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# One of NumPy alone, one that trains on the course's framework, one with moving parts;
# the others run in the nightly selection: `pytest -m nightly`.
EVERY_TIME = ("C1W3", "C3W1", "C5W1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("labs")


@pytest.fixture(scope="module")
def address(folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONWARNINGS", "default")
        with jupyter_lab(folder) as address:
            yield address


@pytest.mark.parametrize(
    "lab",
    [
        pytest.param(lab, marks=[] if lab in EVERY_TIME else [pytest.mark.nightly])
        for lab in paths.lab_names()
    ],
)
def test_solved_lab_runs_clean_and_shows_full_marks(lab, folder, address):
    name = build.released_path(lab).name
    (folder / name).write_text(build.serialize(solve.solved(lab)), encoding="utf-8")
    with page() as tab:
        open_lab(tab, address, name)
        run_all(tab, seconds=600)
        cells = tab.evaluate(CELLS)
        keep_pictures(tab, lab, cells)
        tab.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
        )
    assert complaints(cells) == []
    assert all(cell["count"] for cell in cells if cell["code"]), "every cell was run"
    checks = [cell for cell in cells if cell["name"].startswith(build.CHECK_PREFIX)]
    assert checks
    for cell in checks:
        assert "✔" in cell["outputs"][0]["data"]["text/plain"], cell["name"]
    progress = cells[-1]["outputs"][0]["data"]["text/plain"]
    assert progress.startswith(f"✔ {lab}: {len(checks)} of {len(checks)} right")


def keep_pictures(tab, lab, cells):
    if not (kept := os.environ.get("SCREENSHOTS")):
        return
    target = Path(kept)
    target.mkdir(parents=True, exist_ok=True)
    drawn = figures(cells)
    places = {"top": 0, "middle": len(cells) // 2, "end": len(cells) - 1}
    places |= {"figure": drawn[len(drawn) // 2]} if drawn else {}
    for what, place in places.items():
        shoot(tab, place, target / f"{lab}-{what}.png")

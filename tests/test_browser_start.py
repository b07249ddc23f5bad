"""The landing page in a real JupyterLab: pictures are there, links open labs."""

import shutil

import pytest

from autograder import paths
from autograder.authoring import lab_map
from helpers.checks import progress
from tests.browser import jupyter_lab, page
from tests.lab_page import CELLS, complaints, open_lab, run_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_landing_page(tmp_path, monkeypatch):
    shutil.copytree(paths.LABS, tmp_path / "labs")
    pictures = paths.ROOT / "docs" / "pictures"
    shutil.copytree(pictures, tmp_path / "docs" / "pictures")
    lab = paths.lab_names()[0]
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))
    progress.record(lab, 12, 3)
    with jupyter_lab(tmp_path, whole=True) as address, page(1000, 1400) as tab:
        open_lab(tab, address, "labs/START.ipynb")
        run_all(tab)
        cells = tab.evaluate(CELLS)
        assert complaints(cells) == []
        said = cells[1]["outputs"][0]["data"]["text/plain"]
        assert f"{lab}\n      12 of " in said
        tab.wait_for_timeout(1000)
        drawn = tab.evaluate(
            "() => [...document.querySelectorAll('.jp-MarkdownOutput img')]"
            ".map(image => image.naturalWidth)"
        )
        assert len(drawn) == len(list(pictures.glob("*.png")))
        assert all(drawn)
        tab.screenshot(path=tmp_path / "start.png")
        tab.locator(".jp-MarkdownOutput a", has_text=lab).first.click()
        name = lab_map.entry(lab).notebook.rpartition("/")[2]
        tab.wait_for_function(
            "name => window.jupyterapp.shell.currentWidget.title.label === name",
            arg=name,
            timeout=60_000,
        )

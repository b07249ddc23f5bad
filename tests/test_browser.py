"""A student's session in a real JupyterLab: open, fill in, run all, Validate."""

import shutil

import pytest
from nbgrader.api import Gradebook

from autograder import paths
from autograder.authoring import build, solve
from tests.browser import jupyter_lab, page
from tests.lab_page import CELLS, FILL, open_lab, run_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_first_lab_from_first_look_to_validate(tmp_path):
    lab = paths.lab_names()[0]
    name = build.released_path(lab).name
    shutil.copy(build.released_path(lab), tmp_path)
    answers = solve.reference_cells(lab)
    with jupyter_lab(tmp_path) as address, page() as tab:
        open_lab(tab, address, name)
        tab.screenshot(path=tmp_path / "opened.png")

        # Run all before anything is written: the first check says so, in one line.
        run_all(tab)
        errors = [
            o
            for c in tab.evaluate(CELLS)
            for o in c["outputs"]
            if o["output_type"] == "error"
        ]
        assert len(errors) == 1
        assert errors[0]["evalue"].endswith(("not written yet.", "not answered yet."))
        assert len(errors[0]["traceback"]) == 1

        tab.evaluate(FILL, answers)
        run_all(tab)
        cells = tab.evaluate(CELLS)
        wrong = [
            c["name"]
            for c in cells
            for o in c["outputs"]
            if o["output_type"] in ("error", "stream") and o.get("name") != "stdout"
        ]
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


def test_formgrader_from_generate_to_a_score_by_hand(tmp_path):
    lab = paths.lab_names()[0]
    name = build.released_path(lab).name
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.nbgrader.config import configure\n"
        "configure(get_config(), __file__)\n"
    )
    submitted = tmp_path / "submitted" / "ada" / lab / name
    submitted.parent.mkdir(parents=True)
    submitted.write_text(build.serialize(solve.solved(lab)), encoding="utf-8")
    graded = [
        cell.metadata["nbgrader"]["grade_id"]
        for cell in build.release_notebook(lab).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    with jupyter_lab(tmp_path) as address, page(1400) as tab:
        tab.goto(f"{address}/formgrader/manage_assignments")
        row = tab.locator("table tbody tr", has_text=lab)
        row.locator(".assign a").click()
        tab.get_by_text("Success").first.wait_for(timeout=60_000)
        assert (tmp_path / "labs" / lab / name).is_file()

        tab.goto(f"{address}/formgrader/manage_submissions/{lab}")
        tab.locator("table tbody tr", has_text="ada").locator(".autograde a").click()
        tab.get_by_text("Success").first.wait_for(timeout=120_000)

        tab.goto(f"{address}/formgrader/gradebook/{lab}/{name.removesuffix('.ipynb')}")
        tab.get_by_role("link", name="Submission #1").click()
        scores = tab.locator("input.score")
        tab.wait_for_function(
            "n => document.querySelectorAll('input.score').length === n"
            " && document.querySelector('input.score').placeholder !== ''",
            arg=len(graded),
            timeout=60_000,
        )
        by_hand = scores.nth(graded.index("what_it_sees"))
        by_hand.fill("5")
        with tab.expect_response(lambda r: "/api/grade" in r.url):
            by_hand.press("Tab")
        tab.screenshot(path=tmp_path / "graded.png")
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        assert book.find_submission(lab, "ada").score == 94 + 5

"""README's table, the landing page and the gallery are made from the sources."""

import re

import nbformat
import pytest

from autograder import paths
from autograder.__main__ import main
from autograder.authoring import lab_map

LABS = paths.lab_names()


def test_what_is_committed_is_fresh():
    for path, text in lab_map.written().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name} is stale; run `autograder map`"
        )


def test_the_command_says_so(capsys):
    assert main(["map", "--check"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("lab", LABS)
def test_every_lab_tells_time_and_need(lab):
    one = lab_map.entry(lab)
    assert re.search(r"hours?|minutes", one.time)
    assert one.needs
    assert not re.search(r"[<|\n]", one.needs)
    assert one.points > 0


def test_landing_page_is_a_valid_notebook_without_outputs():
    notebook = nbformat.read(lab_map.LANDING, as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        assert not cell.get("outputs")
    for lab in LABS:
        assert text.count(f"[**{lab}**]") == 1
    for target in re.findall(r"\]\(([^)]+)\)|src=\"([^\"]+)\"", text):
        assert (paths.LABS / (target[0] or target[1])).is_file(), target


def test_pictures_have_text_alternatives():
    for text in lab_map.written().values():
        alts = re.findall(r'<img [^>]*alt=\\?"([^"\\]*)|!\[([^\]]*)\]', text)
        assert len(alts) >= sum(lab_map.entry(lab).picture is not None for lab in LABS)
        assert all(max(alt, key=len) for alt in alts)


def test_a_lab_that_tells_no_time_is_refused(monkeypatch):
    written = lab_map.source.read(LABS[0])
    cells = (lab_map.source.Cell("markdown", "# A title\nAnd no more."),)
    bare = lab_map.source.Source(written.lab, written.title, cells)
    monkeypatch.setattr(lab_map.source, "read", lambda lab: bare)
    lab_map.entry.cache_clear()
    with pytest.raises(lab_map.source.SourceError, match=r"\*\*Time\*\*"):
        lab_map.entry(LABS[0])


@pytest.mark.parametrize("lab", LABS)
def test_titles_of_hints_show_code_as_code(lab):
    notebook = nbformat.read(paths.LABS / lab_map.entry(lab).notebook, as_version=4)
    for cell in notebook.cells:
        for title in re.findall(r"<summary>(.*?)</summary>", cell.source, re.S):
            assert "`" not in title

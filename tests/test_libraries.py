"""The tables "your function beside a library's" are complete and up to date."""

import re
import sys

import pytest

from autograder import paths
from autograder.authoring import build, library_tables
from autograder.errors import Refused

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import libraries as comparison

ROWS = [(lab, row) for lab in comparison.labs() for row in comparison.rows(lab)]


def without_version(line, row):
    """A line that does not depend on which version is installed."""
    return re.sub(rf"\b{row.library} [\d.]+ ", f"{row.library} ", line)


def test_every_lab_shows_its_table():
    assert comparison.labs() == paths.lab_names()
    for lab in paths.lab_names():
        cells = [cell.source for cell in build.release_notebook(lab).cells]
        shown = [text for text in cells if library_tables.table(lab) in text]
        assert library_tables.table(lab).startswith("| input |")
        assert len(shown) == 1
        assert not any(library_tables.PLACEHOLDER in text for text in cells)


@pytest.mark.parametrize("lab", comparison.labs())
def test_the_document_has_a_line_for_each_row_and_no_other(lab):
    _, _, *lines = library_tables.table(lab).splitlines()
    assert [line.split(" | ")[0] for line in lines] == [
        f"| {row.asked}" for row in comparison.rows(lab)
    ]


@pytest.mark.parametrize(
    ("lab", "row"), ROWS, ids=[f"{lab} {row.asked} {row.library}" for lab, row in ROWS]
)
def test_a_line_is_what_both_sides_give_now(lab, row):
    if not row.is_installed:
        pytest.skip(f"{row.library} is not installed")
    line = without_version(row.line(lab), row)
    assert line in [
        without_version(x, row) for x in library_tables.table(lab).splitlines()
    ]


def test_a_lab_without_a_table_is_refused_where_its_source_asks_for_one(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(library_tables, "DOCUMENT", tmp_path / "libraries.md")
    with pytest.raises(Refused, match=r"C1W2 .*benchmarks/libraries\.py"):
        library_tables.table("C1W2")

"""Intake: any file becomes clean cells and remarks, and never an exception."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import paths
from autograder.authoring import build, solve
from autograder.grading.collect import in_folder, notebooks
from autograder.sandbox.inside.parse import MAX_TEXT, parse
from tests.graded import take_in

LAB = "C1W2"
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                [
                    "cells",
                    "worksheets",
                    "cell_type",
                    "source",
                    "metadata",
                    "nbgrader",
                    "grade_id",
                    "input",
                ]
            ),
            st.one_of(inner, st.sampled_from(["code", "markdown", "raw"])),
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@given(st.binary(max_size=300))
def test_any_bytes_are_cells_or_one_sentence(raw):
    cells, error = parse(raw)
    assert not cells or not error


@given(json_values)
@settings(deadline=None)
def test_any_json_is_cells_or_one_sentence(value):
    cells, error = parse(json.dumps(value).encode())
    assert not (cells and error)
    for cell in cells:
        assert cell.kind in ("code", "markdown", "raw")
        assert {type(cell.text), type(cell.grade_id), type(cell.id)} == {str}
        cell.text.encode("utf-8")


def test_too_much_text_is_not_read():
    cell = {"cell_type": "markdown", "source": "x" * 3000}
    cells, error = parse(json.dumps({"cells": [cell] * (MAX_TEXT // 2500)}).encode())
    assert cells == []
    assert "far more text" in error


def write(folder, change=lambda notebook: None, name=f"{LAB}.ipynb"):
    notebook = solve.solved(LAB)
    change(notebook)
    path = folder / name
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_an_honest_notebook_raises_no_remarks(tmp_path):
    found = take_in(write(tmp_path))
    assert (found.lab, found.findings, found.error) == (LAB, (), "")
    assert not any("check(" in text for text in found.code)
    assert not any(cell.demo and cell.text in found.code for cell in found.cells)


def test_outputs_ids_and_tags_play_no_part(tmp_path):
    def change(notebook):
        for cell in notebook["cells"]:
            cell["id"] = "x"
            cell["metadata"]["tags"] = ["skip-execution"]
            cell["outputs"] = [{"output_type": "error"}]

    plain = take_in(write(tmp_path))
    assert take_in(write(tmp_path, change)).cells == plain.cells


def test_a_renamed_file_is_known_by_its_cells(tmp_path):
    assert take_in(write(tmp_path, name="final (2).ipynb")).lab == LAB


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "link.ipynb").symlink_to(write(tmp_path))
    assert "link" in take_in(tmp_path / "link.ipynb", LAB).error


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_not_read(tmp_path, make):
    make(tmp_path / "odd.ipynb")
    assert "no regular file" in take_in(tmp_path / "odd.ipynb", LAB).error


def test_a_file_that_is_not_there(tmp_path):
    assert "cannot be opened" in take_in(tmp_path / "no.ipynb", LAB).error


def test_what_a_file_says_of_its_points_is_not_believed(tmp_path):
    def change(notebook):
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["metadata"]["nbgrader"]["points"] = 1000

    assert take_in(write(tmp_path, change)).findings == ()


def test_names_in_an_archive_cannot_lead_out_of_it(tmp_path):
    import zipfile

    archive = tmp_path / "all.zip"
    good = build.serialize(build.release_notebook(LAB))
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../../out.ipynb", good)
        file.writestr("/tmp/absolute-out.ipynb", good)
        file.writestr(f"ann/{LAB}.ipynb", good)
        file.writestr("ann/notes.txt", "not a notebook")
    before = sorted(tmp_path.rglob("*"))
    found = list(notebooks([archive]))
    assert len(found) == 3
    assert {one.student for one in found} >= {"ann"}
    assert all(one.read() == (good.encode(), "") for one in found)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_archive_that_is_cut_off_is_one_sentence(tmp_path):
    import zipfile

    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ann.ipynb", "{}" * 500)
    whole = archive.read_bytes()
    archive.write_bytes(b"\0" * 40 + whole[40:])
    (one,) = notebooks([archive])
    raw, why = one.read()
    assert raw == b""
    assert why.startswith("it cannot be unpacked")


def test_the_course_itself_is_read_as_a_submission():
    released = build.released_path(LAB)
    assert take_in(released).findings == ()
    assert paths.lab_names()


@pytest.mark.parametrize("files", [None, [], ["timestamp.txt"], ["data.csv"]])
def test_a_folder_without_a_submission_has_none(tmp_path, files):
    """As a student's who handed in other labs, and not this one."""
    folder = tmp_path / "submitted" / "ann" / "C1W3"
    if files is not None:
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).write_text("2027-01-31 22:12:13 UTC")
    assert in_folder(folder, "C1W3") == (None, ())

"""A notebook in another form is graded, or one sentence says what to hand in."""

import base64
import json
import os
import zipfile

import jupytext
import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import __main__ as command
from autograder import paths
from autograder.authoring import build, solve
from autograder.grading import collect, intake
from autograder.grading.matching import answers, released_cells
from autograder.nbgrader import restore
from autograder.sandbox.host import SandboxSession
from autograder.sandbox.inside.parse import MAX_IMAGES, parse
from autograder.sandbox.inside.student import Student
from autograder.sandbox.inside.text_notebook import read_text
from helpers.checks.spec import Call, CheckSpec

LAB = "C1W2"
QUESTION = "what_it_sees"
NOTEBOOK = build.released_path(LAB).name
STEM = NOTEBOOK.removesuffix(".ipynb")
TEXT = build.serialize(solve.solved(LAB))
PIXEL = base64.b64encode(b"\x89PNG\r\n" + bytes(range(200))).decode()


def words(text):
    """Without what Jupytext hides from IPython: `# out?` is written `# # out?`."""
    return text.replace("# ", "").split()


# --- text -----------------------------------------------------------------------------


@pytest.mark.parametrize("lab", paths.lab_names())
@pytest.mark.parametrize("form", ["py:percent", "py:light", "md", "md:myst", "Rmd"])
def test_what_jupytext_writes_is_read(lab, form):
    notebook = solve.solved(lab)
    found = read_text(jupytext.writes(notebook, fmt=form))
    wanted = [
        (
            c.cell_type,
            words(c.source),
            c.metadata.get("nbgrader", {}).get("grade_id", ""),
        )
        for c in notebook.cells
    ]
    assert [(c.kind, words(c.text), c.grade_id) for c in found] == wanted


@given(st.text(alphabet="#%+-`{}[]: \ndefx=1'\"\\<!regiondp3yth", max_size=200))
@settings(deadline=None)
def test_any_text_is_cells_or_none(text):
    for cell in read_text(text):
        assert cell.kind in ("code", "markdown", "raw")
        assert cell.text.strip()


def test_magics_in_text_are_read():
    cell = nbformat.v4.new_code_cell("%%time\ndef f(x):\n    return x")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    for form in ("py:percent", "md"):
        found = read_text(jupytext.writes(notebook, fmt=form))
        student = Student(LAB, [c.text for c in found])
        assert student.call(CheckSpec("f"), Call({"x": 1}, 1)).value == 1


def test_a_mistake_in_a_program_costs_its_own_function():
    found = read_text(
        "import numpy\n\ndef f(x):\n    return (x\n\ndef g(x):\n    return x"
    )
    student = Student(LAB, [cell.text for cell in found])
    assert len(student.errors) == 1
    assert student.call(CheckSpec("g"), Call({"x": 1}, 1)).value == 1


def test_a_long_sum_in_a_cell_without_a_name_stops_nobody():
    notebook = solve.solved(LAB)
    notebook.cells.append(
        nbformat.v4.new_code_cell("total = " + "+".join(["1"] * 3000))
    )
    assert intake.take_in_bytes(json.dumps(notebook).encode(), LAB).error == ""


# --- what is no notebook --------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"%PDF-1.7\n\xff", "The file is a PDF; hand in the notebook itself"),
        (b"PK\3\4\x14\0", "an archive or an office document; hand in"),
        (b"\x89PNG\r\n", "an image; hand in"),
        (b"<!DOCTYPE html>\n<html></html>", "a web page; hand in"),
        (b"<!-- saved -->\n<HTML lang='en'>", "a web page; hand in"),
        (b"import marimo\n\napp = marimo.App()\n", "marimo export ipynb"),
        (TEXT.replace("\n", "\n<<<<<<< HEAD\n", 1).encode(), "the first in line 2"),
        (b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n", "unfinished Git merge"),
        (b'{"cells": [', "it is not JSON"),
        (b"words and no code", "it is not JSON"),
        (b"# Notes\n\nAll is well.\n", "it is not JSON"),
    ],
)
def test_what_it_is_instead_is_said(raw, said):
    cells, error = parse(raw)
    assert cells == []
    assert said in error


def test_a_conflict_in_a_cell_is_named():
    body = (
        "def sigmoid(x):\n<<<<<<< local\n    return 1\n=======\n    return 2\n>>>>>>> r"
    )
    found = intake.take_in_bytes(
        build.serialize(solve.solved(LAB, sigmoid=body)).encode(), LAB
    )
    assert (
        "The cell of `sigmoid` holds the marks of an unfinished Git merge"
        in " ".join(found.findings)
    )


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("def f(x)\n    return x", "def f(x)"),
        ("def f(x):\nreturn x", "return x"),
        ("def f(x):\n    y = (x\n    return y", "y = (x"),
        ("def f(x):\n\treturn x\n        return y", "return y"),
        ("x = 'abc", "x = 'abc"),
        ("%%time\ndef f(x)\n    return x", "def f(x)"),
        ("%matplotlib inline\nx = = 1", "x = = 1"),
        ("!ls\nfor x in y\n    pass", "for x in y"),
        ("await f(\n", "await f("),
        ("<<<<<<< local\nx = 1\n=======\nx = 2\n>>>>>>> remote", "<<<<<<< local"),
        ("return 1", "return 1"),
        ("x = 1\nbreak", "break"),
        ("f(x) = 1", "f(x) = 1"),
        ("def f():\n    nonlocal x", "nonlocal x"),
        ("x = 0777", "x = 0777"),
    ],
)
def test_a_syntax_error_quotes_the_readers_line(code, line):
    [said] = Student(LAB, [code]).errors
    assert f"in the line `{line}`" in said


# --- which file counts ----------------------------------------------------------------


@pytest.mark.parametrize(
    "names",  # the first counts
    [
        [f"{STEM} (2).ipynb", f"{STEM} (1).ipynb", NOTEBOOK],
        [f"{STEM}-2.ipynb", f"{STEM}-1.ipynb", NOTEBOOK],
        [f"{STEM}(10).ipynb", f"{STEM}(9).ipynb"],
        [NOTEBOOK, f"{STEM}-Copy1.ipynb"],
        [NOTEBOOK, f"{STEM} - Copy.ipynb"],
        [NOTEBOOK, f"{STEM} copy 2.ipynb"],
        [NOTEBOOK, "Untitled.ipynb", f"{STEM}.py", f"{STEM}.html"],
        [f"{STEM}.IPYNB", f"{STEM}.md"],
        [f"{STEM}.ipynb.txt", f"{STEM}.pdf"],
        [f"{STEM}.py", f"{STEM}.pdf"],
        [f"{STEM}-Copy1.ipynb"],
    ],
)
def test_one_file_counts_and_the_others_are_named(tmp_path, names):
    place = tmp_path / "ann" / LAB
    place.mkdir(parents=True)
    for number, name in enumerate(sorted(names)):
        raw = jupytext.writes(solve.solved(LAB), fmt="py") if ".py" in name else TEXT
        (place / name).write_text(raw)
        os.utime(place / name, (number, number))
    hidden = place / ".ipynb_checkpoints"
    hidden.mkdir()
    (hidden / f"{STEM}-checkpoint.ipynb").write_text(TEXT)
    (place / "notes.csv").write_text("1,2")
    path, beside = collect.in_folder(place, LAB)
    assert path.name == names[0]
    assert set(beside) == set(names[1:])
    [found] = collect.notebooks([tmp_path])
    assert found.path == path
    assert {os.path.basename(name) for name in found.beside} == set(names[1:])
    said = " ".join(collect.passed_over(path.name, beside))
    assert all(name in said for name in names[1:])


def test_a_program_beside_a_notebook_is_no_submission(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "homework.ipynb").write_text(TEXT)
    (tmp_path / "ann" / "tools.py").write_text("def f(x):\n    return x\n")
    (tmp_path / "README.md").write_text("# Class\n\n```python\nimport numpy\n```\n")
    found = [str(one.name) for one in collect.notebooks([tmp_path])]
    assert found == ["ann/homework.ipynb"]


def test_collect_places_text_and_names_what_it_leaves(tmp_path, capsys):
    course = tmp_path / "course"
    course.mkdir()
    text = jupytext.writes(solve.solved(LAB), fmt="py:percent")
    place = tmp_path / "all.zip"
    with zipfile.ZipFile(place, "w") as file:
        file.writestr("ann_1_2_homework.py", text)
        file.writestr(f"bo_1_2_{STEM}.IPYNB", TEXT)
        file.writestr(f"cy_1_2_{STEM}.html", "<html></html>")
        file.writestr("bo_1_2_tools.py", "x = 1")
        file.writestr("dee/.git/x.ipynb", TEXT)
        file.writestr(f"__MACOSX/ann/._{NOTEBOOK}", "")
    assert command.main(["collect", str(place), "--course", str(course)]) == 1
    placed = {
        str(p.relative_to(course / "submitted"))
        for p in (course / "submitted").rglob("*")
        if p.is_file()
    }
    assert placed == {f"ann/{LAB}/{STEM}.py", f"bo/{LAB}/{NOTEBOOK}"}
    _, *left = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].strip() for line in left] == [
        "bo_1_2_tools.py",
        f"cy_1_2_{STEM}.html",
    ]
    with zipfile.ZipFile(place, "w") as file:
        file.writestr(f"ann_1_3_{STEM}.ipynb", TEXT)
    assert command.main(["collect", str(place), "--course", str(course)]) == 0
    assert (
        collect.in_folder(course / "submitted" / "ann" / LAB, LAB)[0].name == NOTEBOOK
    )
    assert len(list((course / ".autograder" / "replaced" / "ann" / LAB).iterdir())) == 1


@pytest.mark.parametrize(
    "words", [["grade", "submitted"], ["class", LAB, "--jobs", "1"]]
)
def test_what_cannot_be_graded_or_does_not_count_is_named(
    tmp_path, monkeypatch, capsys, words
):
    place = tmp_path / "submitted" / "ann" / LAB
    place.mkdir(parents=True)
    (place / f"{STEM}.pdf").write_bytes(b"%PDF-1.7")
    (place / f"{STEM}.html").write_text("<html></html>")
    monkeypatch.chdir(tmp_path)
    assert command.main(words) == 1
    said = capsys.readouterr().out
    assert "The file is a web page; hand in the notebook itself" in said
    assert f"{STEM}.pdf" in said


def test_all_remarks_stand_in_one_cell():
    cells = restore.with_remarks(restore.remarks_cell(["one"]), ["two"])
    [said] = [cell["source"] for cell in cells]
    assert said.endswith("- one\n- two")
    assert len(restore.with_remarks(cells, [])) == 1


# --- images ---------------------------------------------------------------------------


def answered(name, mime, data, text="![x](attachment:{})"):
    notebook = build.release_notebook(LAB)
    for cell in notebook.cells:
        if cell.id == QUESTION:
            cell.source = cell.source.replace("YOUR ANSWER HERE", text.format(name))
            cell["attachments"] = {name: {mime: data}}
    return build.serialize(notebook).encode()


@pytest.mark.parametrize("sandboxed", [False, True])
def test_an_image_in_an_answer_is_kept(sandboxed):
    raw = answered("plot.png", "image/png", PIXEL)
    with SandboxSession() as session:
        found = intake.take_in_bytes(raw, LAB, session.read if sandboxed else parse)
    assert found.findings == ()
    assert answers(found.cells, released_cells(LAB))[QUESTION]
    cell = next(
        c
        for c in restore.restore(found)["cells"]
        if c["metadata"].get("nbgrader", {}).get("grade_id") == QUESTION
    )
    assert cell["attachments"] == {"plot.png": {"image/png": PIXEL}}


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("image/svg+xml", PIXEL),
        ("text/html", PIXEL),
        ("image/png", "<script>"),
        ("image/png", ["x"]),
        ("image/png", "A" * (MAX_IMAGES + 1)),
    ],
)
def test_what_is_no_image_is_left_out_and_named(mime, data):
    found = intake.take_in_bytes(answered("plot.png", mime, data), LAB)
    assert "The image 'plot.png' in" in " ".join(found.findings)
    assert "attachments" not in json.dumps(restore.restore(found))


def test_two_images_of_one_name_are_both_kept():
    notebook = nbformat.reads(answered("i.png", "image/png", PIXEL).decode(), 4)
    place = next(i for i, c in enumerate(notebook.cells) if c.id == QUESTION)
    other = nbformat.from_dict(dict(notebook.cells[place]))
    other.id, other.attachments = "copy", {"i.png": {"image/png": PIXEL[::-1]}}
    other.source += " again"
    notebook.cells.insert(place + 1, other)
    found = intake.take_in_bytes(json.dumps(notebook).encode(), LAB)
    [answer] = [c for c in found.cells if c.name == QUESTION]
    assert {image.base64 for image in answer.images} == {PIXEL, PIXEL[::-1]}
    assert all(f"attachment:{image.name})" in answer.text for image in answer.images)
    assert len({image.name for image in answer.images}) == 2

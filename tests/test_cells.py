"""Whatever became of a cell on the way, its code is graded and its words are read."""

import ast
import copy
import os
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.authoring import build, solve
from autograder.grading import intake
from autograder.grading.matching import answers, released_cells
from autograder.sandbox.inside.student import Student
from helpers.checks.spec import Call, CheckSpec
from tests.graded import grade

LAB = "C1W2"
QUESTION = "what_it_sees"
NOTEBOOK = build.released_path(LAB).name
RIGHT = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))"


def cell_of(notebook, name):
    return next(
        c
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def taken_in(notebook):
    return intake.take_in_bytes(build.serialize(notebook).encode(), LAB)


def defined(*cells):
    return Student(LAB, ["import numpy as np", *cells])


# --- code -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "above",
    [
        "%%time",
        "%%capture",
        "%%capture out",
        "%%prun",
        "%%time\n%%capture",
        "import asyncio\nawait asyncio.sleep(0)",
        "%matplotlib inline",
        "!ls",
    ],
)
def test_what_stands_above_a_function_costs_nothing(above):
    student = defined(f"{above}\n{RIGHT}")
    assert student.errors == []
    assert student.call(CheckSpec("sigmoid"), Call({"z": 0.0}, 1)).value == 0.5


def test_time_as_a_word_in_a_line_runs_the_line():
    student = defined("%time shift = 2.0", "def shifted(x):\n    return x + shift")
    assert student.call(CheckSpec("shifted"), Call({"x": 1.0}, 1)).value == 3.0


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (f"%%writefile mine.py\n{RIGHT}", "begins with `%%writefile`"),
        ("def sigmoid(z:\n    return z", "never closed in the line `def sigmoid(z:`"),
        (f"m = int(input('m? '))\n{RIGHT}", "nobody answers `input()`"),
        (f"np.nothing\n{RIGHT}", "AttributeError"),
    ],
)
def test_a_function_that_is_missing_says_what_became_of_its_cell(cell, why):
    student = defined(cell)
    error = student.call(CheckSpec("sigmoid"), Call({"z": 0.0}, 1)).error
    assert error.startswith("there is no function `sigmoid`: its cell")
    assert why in error
    assert "compile(" not in error
    assert len(student.errors) == 1


def test_each_cell_below_a_magic_quotes_its_own_line():
    student = defined(
        "%%time\ndef f(x):\n    return x['a']",
        "%%time\n# another cell\nnothing_to_do_with_f = 1",
    )
    error = student.call(CheckSpec("f"), Call({"x": {}}, 1)).error
    assert error == "KeyError: 'a' in the line `return x['a']`"


def test_no_line_of_the_standard_library_is_quoted():
    student = defined("import random\n\n\ndef f(x):\n    return random.choice(x)")
    error = student.call(CheckSpec("f"), Call({"x": []}, 1)).error
    assert "in the line `return random.choice(x)`" in error


def test_a_cell_that_ran_too_long_is_named_too():
    student = defined()
    student.skip(f"while True:\n    pass\n{RIGHT}", "was left out: it took too long")
    error = student.call(CheckSpec("sigmoid"), Call({"z": 0.0}, 1)).error
    assert "took too long" in error


def test_an_empty_notebook_names_no_cell():
    error = defined().call(CheckSpec("sigmoid"), Call({"z": 0.0}, 1)).error
    assert error == "there is no function `sigmoid` in the notebook"


# --- which cell is which --------------------------------------------------------------


def without_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = nbformat.NotebookNode()


def without_metadata_and_ids(notebook):
    without_metadata(notebook)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"other-{number}"


def as_markdown(notebook):
    cell = cell_of(notebook, "sigmoid")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]


def as_raw(notebook):
    as_markdown(notebook)
    cell_of(notebook, "sigmoid").cell_type = "raw"


def reformatted(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":  # comments, quotes and line ends change
            cell.source = ast.unparse(ast.parse(cell.source))


CHANGES = {
    change.__name__: change
    for change in (without_metadata, without_metadata_and_ids, as_markdown, as_raw)
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_code_is_known_whatever_a_tool_did_to_it(change):
    notebook = solve.solved(LAB)
    before = {c.name: c for c in taken_in(notebook).cells if c.name}
    change(notebook)
    after = taken_in(notebook)
    assert {c.name: c for c in after.cells if c.name} == before


def test_a_raw_exercise_is_named():
    notebook = solve.solved(LAB)
    as_raw(notebook)
    assert "`sigmoid` is a raw cell" in " ".join(taken_in(notebook).findings)


@pytest.mark.parametrize("ids", [True, False])
def test_reformatted_demo_cells_are_still_the_labs_own(ids):
    notebook = solve.solved(LAB)
    for cell in notebook.cells:
        if "demo" in cell.metadata.get("tags", ()):
            cell.source = cell.source.replace(", ", ",  ") + "\n"
            if not ids:
                cell.id = f"other-{cell.id}"
    found = taken_in(notebook)
    assert found.findings == ()
    demos = sum("demo" in c.metadata.get("tags", ()) for c in notebook.cells)
    assert sum(cell.demo for cell in found.cells) == demos


def test_a_remark_in_a_demo_cell_does_not_make_it_run():
    notebook = solve.solved(LAB)
    demo = next(c for c in notebook.cells if "demo" in c.metadata.get("tags", ()))
    demo.source += "\n# I do not understand this yet\nmy_own_number = 1"
    assert taken_in(notebook).code == taken_in(solve.solved(LAB)).code


def test_a_helper_in_a_demo_cell_that_others_use_does():
    notebook = solve.solved(LAB)
    demo = next(c for c in notebook.cells if "demo" in c.metadata.get("tags", ()))
    demo.source += "\n\ndef halved(x):\n    return x / 2"
    cell_of(notebook, "sigmoid").source += "\n# halved"
    assert demo.source in taken_in(notebook).code


# --- answers in words -----------------------------------------------------------------

WORDS = "The number on new photographs counts. It goes by colour and brightness."


def in_place(notebook):
    answer = cell_of(notebook, QUESTION)
    answer.source = answer.source.replace("YOUR ANSWER HERE", WORDS)


def in_a_new_cell(notebook):
    place = notebook.cells.index(cell_of(notebook, QUESTION)) + 1
    notebook.cells.insert(place, nbformat.v4.new_markdown_cell(WORDS))


def in_a_raw_cell(notebook):
    in_a_new_cell(notebook)
    notebook.cells[notebook.cells.index(cell_of(notebook, QUESTION)) + 1] = (
        nbformat.v4.new_raw_cell(WORDS)
    )


def in_one_of_two_copies(notebook):
    place = notebook.cells.index(cell_of(notebook, QUESTION))
    notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    notebook.cells[place + 1].id = "a-copy"
    in_place(notebook)


def without_its_metadata(notebook):
    in_place(notebook)
    cell_of(notebook, QUESTION).metadata = nbformat.NotebookNode()


def without_metadata_and_id(notebook):
    cell = cell_of(notebook, QUESTION)
    without_its_metadata(notebook)
    cell.id = "other"


def turned_into_code(notebook):
    place = notebook.cells.index(cell_of(notebook, QUESTION))
    in_place(notebook)
    old = notebook.cells[place]
    new = nbformat.v4.new_code_cell(old.source, metadata=old.metadata)
    notebook.cells[place] = new


def instead_of_its_cell(notebook):
    in_a_new_cell(notebook)
    notebook.cells.remove(cell_of(notebook, QUESTION))


PLACES = {
    place.__name__: place
    for place in (
        in_place,
        in_a_new_cell,
        in_a_raw_cell,
        in_one_of_two_copies,
        without_its_metadata,
        without_metadata_and_id,
        turned_into_code,
        instead_of_its_cell,
    )
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_an_answer_in_words_reaches_a_person(place):
    notebook = build.release_notebook(LAB)
    place(notebook)
    found = taken_in(notebook)
    assert answers(found.cells, released_cells(LAB))[QUESTION]
    [answer] = [c for c in found.cells if c.name == QUESTION]
    assert WORDS in answer.text
    assert answer.text not in found.code


def test_no_answer_is_no_answer():
    found = taken_in(build.release_notebook(LAB))
    assert not answers(found.cells, released_cells(LAB))[QUESTION]


def test_text_of_an_earlier_release_is_no_answer():
    notebook = build.release_notebook(LAB)
    text = next(c for c in notebook.cells if c.cell_type == "markdown")
    text.source += " It was put otherwise then."
    text.id = "0123456789ab"
    found = taken_in(notebook)
    assert not answers(found.cells, released_cells(LAB))[QUESTION]


def test_an_answer_below_other_text_of_the_lab_is_one():
    notebook = build.release_notebook(LAB)
    text = next(c for c in notebook.cells if c.cell_type == "markdown")
    text.source += "\n\n" + WORDS
    found = taken_in(notebook)
    assert answers(found.cells, released_cells(LAB))[QUESTION]


# --- both doors -----------------------------------------------------------------------


def timed(notebook):
    cell = cell_of(notebook, "sigmoid")
    cell.source = "%%time\n" + cell.source


def one_lost_its_metadata(notebook):
    cell = cell_of(notebook, "propagate")
    cell.metadata = nbformat.NotebookNode()
    cell.id = "other"


DOORS = CHANGES | {
    change.__name__: change
    for change in (timed, one_lost_its_metadata, reformatted, in_place, in_a_new_cell)
}


@pytest.mark.slow
def test_grade_and_nbgrader_agree_and_nothing_is_lost(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.nbgrader.config import configure\n"
        "configure(get_config(), __file__)\n"
    )
    scores, for_a_person = {}, set()
    for name, change in DOORS.items():
        notebook = solve.solved(LAB)
        question = cell_of(notebook, QUESTION)
        question.source = released_cells(LAB).by_name[QUESTION]
        change(notebook)
        path = tmp_path / "submitted" / name / LAB / NOTEBOOK
        path.parent.mkdir(parents=True)
        path.write_text(build.serialize(notebook), encoding="utf-8")
        result = grade(path, name, lab=LAB)
        scores[name] = result.score
        if any(question.score is None for question in result.questions):
            for_a_person.add(name)
    for command in ("generate_assignment", LAB), ("autograde", LAB):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=tmp_path,
            text=True,
            env=os.environ | {"NBGRADER_EXCHANGE": str(tmp_path / "exchange")},
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    full = max(scores.values())
    assert scores == dict.fromkeys(DOORS, full)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        submissions = book.assignment_submissions(LAB)
        assert {s.student.id: s.score for s in submissions} == scores
        waiting = {s.student.id for s in submissions if s.needs_manual_grade}
        assert waiting == for_a_person == {"in_place", "in_a_new_cell"}

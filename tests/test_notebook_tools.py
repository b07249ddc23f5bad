"""Whatever tool saved the notebook, both doors give the same points."""

import json
import os
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from autograder.authoring import build, solve
from autograder.checks import check
from autograder.grading import intake
from autograder.grading.collect import in_folder
from autograder.grading.matching import answers, released_cells
from tests import notebook_tools
from tests.graded import grade
from tests.notebook_tools import LOST, TOOLS

LAB = "C1W2"
STEM = build.released_path(LAB).stem
QUESTION = "what_it_sees"
BY_KEY = {tool.key: tool for tool in TOOLS}


def file_of(tool):
    """Name and content of what is handed in."""
    ending = tool.result.partition(".")[2]
    return f"{STEM}.{ending}", tool.change(solve.solved(LAB))


def test_each_tool_is_one():
    assert len(BY_KEY) == len(TOOLS) >= 25


def test_the_document_is_made_from_what_is_tested():
    found = notebook_tools.DOCUMENT.read_text(encoding="utf-8")
    assert notebook_tools.document() == found


@pytest.mark.parametrize("key", BY_KEY)
def test_what_is_written_is_found(key):
    tool = BY_KEY[key]
    _, text = file_of(tool)
    found = intake.take_in_bytes(text.encode(), LAB)
    if tool.said:
        assert tool.said in found.error
        return
    assert found.error == ""
    code = "\n".join(found.code)
    for exercise in check.load(LAB).checks:
        assert f"def {exercise}(" in code
    for concept in check.load(LAB).concepts.values():
        assert f"{concept.name} = {concept.answer!r}" in code
    there = answers(found.cells, released_cells(LAB))[QUESTION]
    assert there == (tool.words != LOST)
    if tool.words == LOST:
        assert f"The cell {QUESTION!r} is missing." in found.findings


@pytest.mark.slow
def test_both_doors_give_the_same(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.nbgrader.config import configure\n"
        "configure(get_config(), __file__)\n"
    )
    scores, errors, waiting = {}, {}, set()
    for key, tool in BY_KEY.items():
        name, text = file_of(tool)
        folder = tmp_path / "submitted" / key / LAB
        folder.mkdir(parents=True)
        (folder / name).write_text(text, encoding="utf-8")
        result = grade(in_folder(folder, LAB)[0], key, lab=LAB)
        scores[key], errors[key] = result.score, result.error
        if any(question.score is None for question in result.questions):
            waiting.add(key)
    for key, tool in BY_KEY.items():
        assert tool.said in errors[key]
        assert scores[key] == (0 if tool.said else 94)
    for *command, status in ("generate_assignment", LAB, 0), ("autograde", LAB, 1):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=tmp_path,
            text=True,
            env=os.environ | {"NBGRADER_EXCHANGE": str(tmp_path / "exchange")},
            capture_output=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == status, done.stdout + done.stderr
    for error in filter(None, errors.values()):
        assert error in done.stderr
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        submissions = book.assignment_submissions(LAB)
        assert {s.student.id: s.score for s in submissions} == scores
        assert {s.student.id for s in submissions if s.needs_manual_grade} == waiting
    assert waiting == {k for k, t in BY_KEY.items() if not t.said and t.words != LOST}


ALONE = "databooks==1.4.0"  # wants older packages than the others


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Folders of programs, of tools in the versions that the table names."""
    packages = {p for tool in TOOLS for p in tool.package.split()} - {ALONE}
    folders = []
    for wanted in ({*packages, "ipykernel"}, {ALONE}):
        place = tmp_path_factory.mktemp("tools")
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run(
            [
                place / "bin" / "python",
                "-m",
                "pip",
                "install",
                "--quiet",
                *sorted(wanted),
            ],
            check=True,
        )
        folders.append(place / "bin")
    return folders


@pytest.mark.nightly
@pytest.mark.parametrize("key", [key for key, tool in BY_KEY.items() if tool.run])
def test_the_tool_still_does_what_was_recorded(key, programs, tmp_path):
    tool, before = BY_KEY[key], solve.solved(LAB)
    (tmp_path / "lab.ipynb").write_text(json.dumps(before), encoding="utf-8")
    path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
    without = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        tool.run,
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=without | {"PATH": path, "HOME": str(tmp_path)},
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = (tmp_path / tool.result).read_text(encoding="utf-8")
    recorded = notebook_tools.shape(tool.change(before), before)
    assert notebook_tools.shape(made, before) == recorded

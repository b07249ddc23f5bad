"""What students receive holds no solution, no hidden case and no mistake."""

import inspect
import re
import subprocess

import h5py
import pytest

from autograder import paths
from autograder.authoring import build, source
from autograder.checks import check

LABS = paths.lab_names()


def telling(code):
    """Lines of code long enough to give something away."""
    lines = (line.split("  #")[0].strip() for line in code.split("\n"))
    return {line for line in lines if len(line) >= 18 and not line.startswith("#")}


def solution_lines(cell):
    inside = re.findall(
        rf"{source.BEGIN}\n(.*?)\n\s*{source.END}", cell.text, flags=re.DOTALL
    )
    return telling("\n".join(inside))


@pytest.mark.parametrize("lab", LABS)
class TestReleasedNotebook:
    def test_no_line_of_a_solution(self, lab):
        written = source.read(lab)
        given = "\n".join(c.text for c in written.cells if c.role in (None, "demo"))
        for role in ("exercise", "question"):
            for cell in written.named(role).values():
                stub = source.BEGIN + re.split(source.END, cell.text)[-1]
                kept = cell.text.split(source.BEGIN)[0] + stub
                released = [
                    c.source
                    for c in build.release_notebook(lab).cells
                    if c.metadata.get("nbgrader", {}).get("grade_id") == cell.name
                ]
                assert len(released) == 1
                for line in solution_lines(cell):
                    # A line of a docstring or of given code may say the same.
                    if line not in kept and line not in given:
                        assert line not in released[0], f"{cell.name}: {line}"

    def test_no_hidden_test_and_no_word_of_the_grader(self, lab):
        text = build.released_path(lab).read_text(encoding="utf-8")
        for word in ("HIDDEN", "BEGIN SOLUTION", "END SOLUTION", "autograder"):
            assert word not in text

    def test_concepts_are_unanswered(self, lab):
        cells = {
            c.metadata["nbgrader"]["grade_id"]: c.source
            for c in build.release_notebook(lab).cells
            if "nbgrader" in c.metadata
        }
        for name in check.load(lab).concepts:
            assert cells[name].endswith(f"{name} = None")

    def test_no_outputs(self, lab):
        for cell in build.release_notebook(lab).cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None

    def test_public_checks_hold_no_code(self, lab):
        with h5py.File(check.load(lab).public_path) as file:
            headers = {
                name: file[name]["header"][()].tobytes().decode() for name in file
            }
        text = "\n".join(headers.values())
        for one in check.load(lab).checks.values():
            messages = "\n".join(mistake.message for mistake in one.mistakes)
            for mistake in one.mistakes:
                assert f"{mistake.name}(" not in text
                code = inspect.getsource(mistake.function)
                signature = r"^def .*?:(?: *#.*?)?\n"
                body = re.split(signature, code, maxsplit=1, flags=re.M | re.S)[-1]
                for line in telling(body):
                    assert line not in text or line.strip('()", ') in messages
        for concept in check.load(lab).concepts.values():
            if isinstance(concept.answer, str):
                assert f'"{concept.answer}"' not in headers[concept.name]


def test_nothing_but_notebooks_lies_in_labs():
    tracked = subprocess.run(
        ["git", "ls-files", "labs"],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert tracked
    assert all(name.endswith(".ipynb") for name in tracked)


def test_helpers_do_not_import_the_grader():
    for path in (paths.ROOT / "helpers").rglob("*.py"):
        assert "autograder" not in path.read_text(encoding="utf-8"), path

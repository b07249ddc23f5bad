"""The generated term: students are what they are said to be; a walk goes through."""

import ast
import builtins
import importlib.util
import json
import random
import subprocess
import sys

import pytest

from autograder import paths
from autograder.authoring import build
from autograder.checks import check
from autograder.checks.reference import reference
from helpers.checks.globals import globals_read

LAB = "C1W2"
SCRIPT = paths.ROOT / "benchmarks" / "term.py"


@pytest.fixture(scope="module")
def term():
    specification = importlib.util.spec_from_file_location("term", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    sys.modules["term"] = module  # dataclasses look it up
    specification.loader.exec_module(module)
    yield module
    del sys.modules["term"]


def test_students_of_every_kind(term):
    rng = random.Random(3)
    class_ = [term.work(LAB, number, rng) for number in range(30)]
    assert {one.kind for one in class_} == set(term.KINDS)
    blank, lab = build.serialize(build.release_notebook(LAB)), check.load(LAB)
    for one in class_:
        assert json.loads(one.text)["nbformat"] == 4
        assert (one.text == blank) == (one.kind == "untouched")
        assert bool(one.wrong) == (one.kind == "wrong")
        assert one.wrong == {n for n, part in one.deserves.items() if part == term.LESS}
        assert set(one.deserves) == {*lab.checks, *lab.concepts}
        assert ('"locked": true' in one.text) == (one.kind != "no checks")
        fully = set(one.deserves.values()) == {term.ALL}
        assert fully == (one.kind in ("right", "no checks"))


@pytest.mark.parametrize("lab", paths.lab_names())
def test_a_version_written_as_a_cell_brings_all_that_it_needs(term, lab):
    """Every name is in the cell, in the lab or built in; a name may be a default's."""
    known = {*vars(reference(lab)), *vars(builtins), "__name__"}
    for one in check.load(lab).checks.values():
        for version in (*(m.function for m in one.mistakes), *one.variants):
            text = term._cell(one, version)
            defined = set()
            for node in ast.walk(ast.parse(text)):
                match node:
                    case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                        defined.add(name)
                    case ast.alias(name=name, asname=other):
                        defined.add(other or name)
                    case ast.Name(id=name, ctx=ast.Store()):
                        defined.add(name)
            used = set(globals_read(compile(text, "cell", "exec")))
            assert used <= known | defined, f"{one.name}: {version.__name__}"


def test_the_same_seed_gives_the_same_class(term):
    first, second = (term.work(LAB, 4, random.Random(5)) for _ in range(2))
    assert first == second


def test_every_fate_occurs_in_the_smallest_class(term):
    people = term.class_of(12)
    assert people[-1].mail != people[-2].mail
    assert (people[-1].first, people[-1].last) == (people[-2].first, people[-2].last)
    handed = term.handed_in(LAB, people, random.Random(1))
    assert [one.person for one in handed] == people
    assert sum(one.work is None for one in handed) == 2
    assert sum(one.is_excused for one in handed) == 2
    assert sum(one.is_empty for one in handed) == 1
    assert sum(one.name.endswith(" (1).ipynb") for one in handed) == 1
    assert sum(bool(one.first) for one in handed) == 2
    assert sum(one.is_late for one in handed) == 3
    assert len({one.extra for one in handed if one.is_late}) == 3
    assert sum(one.override is not None for one in handed) == 1
    assert handed[-1].work.text != handed[-2].work.text


@pytest.mark.slow
@pytest.mark.nightly
def test_a_small_term_with_every_platform_from_roster_to_upload(tmp_path):
    record = tmp_path / "term.json"
    words = ["--short", "--students", "12", "--labs", LAB, "C3W1", "--json", record]
    done = subprocess.run(
        [sys.executable, SCRIPT, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(record.read_text())
    assert found["differences"] == []
    assert set(found["counts"]) == {"canvas", "moodle", "brightspace"}
    for counts in found["counts"].values():
        assert counts["handed in"] == counts["pages"] == 2 * 10
        assert counts["missing"] == 2 * 1  # the other one is excused
        assert counts["grades"] == 2 * 9  # one of the ten is excused

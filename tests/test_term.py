"""The generated term: students are what they are said to be; a walk goes through."""

import importlib.util
import json
import random
import subprocess
import sys

import pytest

from autograder import paths
from autograder.authoring import build
from autograder.checks import check

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
    assert 0 < sum(one.late for one in class_) < 15
    blank = build.serialize(build.release_notebook(LAB))
    for one in class_:
        assert json.loads(one.text)["nbformat"] == 4
        assert (one.text == blank) == (one.kind == "untouched")
        assert bool(one.wrong) == (one.kind == "wrong")
        assert one.wrong <= set(check.load(LAB).checks)
        assert ('"locked": true' in one.text) == (one.kind != "no checks")


def test_the_same_seed_gives_the_same_class(term):
    first, second = (term.work(LAB, 4, random.Random(5)) for _ in range(2))
    assert first == second


@pytest.mark.slow
@pytest.mark.nightly
def test_a_small_term_from_release_to_export(tmp_path):
    record = tmp_path / "term.json"
    done = subprocess.run(
        [
            sys.executable,
            str(SCRIPT),
            "--students",
            "6",
            "--labs",
            LAB,
            "--json",
            str(record),
            "--keep",
            str(tmp_path / "course"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(record.read_text())
    assert found["surprises"] == []
    assert set(found["seconds"]) >= {
        "new-class",
        "release",
        "collect",
        "grade",
        "by hand",
        "feedback",
        "export",
    }

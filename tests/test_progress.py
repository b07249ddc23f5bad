"""Where a reader stands in the course: kept on disk, shown as a table."""

import json
import sys

import pytest

from autograder import paths
from autograder.checks import check
from helpers.checks import course_progress, progress
from helpers.checks.notebook import checks_for

LABS = paths.lab_names()


@pytest.fixture
def record(tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    return path


def questions(lab):
    known = check.load(lab)
    return [*known.checks, *known.concepts]


def test_nothing_done_lists_every_lab(record, capsys):
    course_progress()
    text = capsys.readouterr().out
    assert text.startswith(f"○ 0 of {len(LABS)} labs complete, 0 of ")
    for lab in LABS:
        assert f"○ {lab}\n" in text
    assert not record.exists()


def test_a_lab_s_progress_is_kept_for_the_course(record, capsys, monkeypatch):
    lab = LABS[0]
    monkeypatch.setitem(vars(sys.modules["__main__"]), "sigmoid", None)
    checks_for(lab).progress()
    assert json.loads(record.read_text())[lab]["done"] == 0
    capsys.readouterr()
    course_progress()
    total = len(questions(lab))
    assert f"○ {lab}\n      0 of " in capsys.readouterr().out
    progress.record(lab, 94.0, total)
    progress.record(LABS[1], 3.5, 1)
    course_progress()
    text = capsys.readouterr().out
    assert f"1 of {len(LABS)} labs complete, 97.5 of " in text
    assert f"✔ {lab}\n      94 of 94 points, {total} of {total} right (20" in text
    assert f"○ {LABS[1]}\n      3.5 of " in text


def test_all_done(record, capsys):
    for lab in LABS:
        known = check.load(lab)
        points = sum(known.points(name) for name in questions(lab))
        progress.record(lab, points, len(questions(lab)))
    course_progress()
    assert capsys.readouterr().out.startswith(f"✔ {len(LABS)} of {len(LABS)} labs")


@pytest.mark.parametrize(
    "damaged", ["", "{", "[]", '"a"', '{"C1W2": 3}', '{"C1W2": {"points": "x"}}']
)
def test_a_damaged_record_is_begun_afresh(damaged, record, capsys):
    record.write_text(damaged)
    course_progress()
    assert f"0 of {len(LABS)} labs complete" in capsys.readouterr().out
    progress.record("C1W2", 1.0, 1)
    assert progress.read()["C1W2"]["points"] == 1


def test_where_nothing_can_be_written_nothing_breaks(tmp_path, monkeypatch):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "missing" / "progress.json"))
    progress.record("C1W2", 1.0, 1)
    assert progress.read() == {}


def test_it_lies_beside_the_data_sets_unless_told(monkeypatch):
    monkeypatch.delenv(progress.VARIABLE)
    assert progress.place() == paths.ROOT / "progress.json"

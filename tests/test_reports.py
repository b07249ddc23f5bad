"""Reports: each in the form that its reader wants, whatever a student wrote."""

import base64
import csv
import io
import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from autograder import reports
from autograder.authoring import build, solve
from autograder.errors import Refused
from autograder.grading.results import LabResult, QuestionResult
from helpers.checks.verdict import CaseVerdict

NASTY = "=cmd|'/c calc'!A1 <script>alert(1)</script> | `x` \x00\x1b \ud800 \"q\",\n+1"


def result(student="ann", **changed):
    questions = (
        QuestionResult("sigmoid", 5.0, 5.0, "sigmoid is right"),
        QuestionResult("L1", 1.5, 3.0, NASTY, (CaseVerdict(False, "L1(x)", NASTY),)),
        QuestionResult("words", None, 6.0, "to be graded by a person"),
    )
    given = {"questions": questions, "findings": (NASTY,), "seed": "2a"} | changed
    return LabResult("C1W2", student, "/x/C1W2.ipynb", 1, **given)


def written(name, tmp_path, results):
    path = tmp_path / name
    reports.write(name, path, results)
    return path.read_text(encoding="utf-8")


def test_json_holds_everything(tmp_path):
    [record] = json.loads(written("json", tmp_path, [result()]))
    assert (record["score"], record["max_score"], record["seed"]) == (6.5, 14, "2a")
    assert [q["score"] for q in record["questions"]] == [5, 1.5, None]


def test_junit_is_xml_with_failures(tmp_path):
    root = ElementTree.fromstring(written("junit", tmp_path, [result()]))
    [suite] = root
    assert suite.get("tests") == "3"
    assert (suite.get("failures"), suite.get("skipped")) == ("1", "1")
    assert suite[1].find("failure").get("message").startswith("1.5 of 3 points")


def test_gradescope(tmp_path):
    record = json.loads(written("gradescope", tmp_path, [result()]))
    assert record["score"] == 6.5
    test = record["tests"][1]
    assert set(test) == {"name", "score", "max_score", "status", "output", "visibility"}
    assert [t.get("status") for t in record["tests"]] == ["passed", "failed", None]
    with pytest.raises(Refused, match="one notebook"):
        reports.write("gradescope", tmp_path / "x", [result(), result()])


def test_github_appends_one_line_in_base64(tmp_path):
    (tmp_path / "github").write_text("before=1\n")
    before, line = written("github", tmp_path, [result()]).splitlines()
    assert before == "before=1"
    record = json.loads(base64.b64decode(line.removeprefix("result=")))
    assert (record["status"], record["max_score"]) == ("fail", 8)
    assert [test["status"] for test in record["tests"]] == ["pass", "fail"]


def test_markdown_has_no_markup_of_students(tmp_path):
    text = written("markdown", tmp_path, [result()])
    assert "6.5 of 14 points" in text
    assert "<script>" not in text
    assert {line.count(" | ") for line in text.splitlines() if line.startswith("| ✘")}


@pytest.mark.parametrize("name", ["canvas", "moodle"])
def test_csv_holds_no_formula(tmp_path, name):
    rows = [result(), result("=1+1"), result("@bob"), result("-x"), result("e@x.org")]
    text = written(name, tmp_path, rows)
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=1+1" in cells
    assert not [c for c in cells if c.strip().startswith(("=", "+", "-", "@"))]


def test_canvas_columns(tmp_path):
    both = [result(), LabResult("C4W1", "ann", "y", 1)]
    rows = list(csv.reader(io.StringIO(written("canvas", tmp_path, both))))
    assert rows[0][:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert rows[0][5:] == ["C1W2", "C4W1"]
    assert rows[1][0] == "Points Possible"
    assert rows[2][3:] == ["ann", "", "6.5", "0"]


def test_moodle_columns(tmp_path):
    text = written("moodle", tmp_path, [result(), result("e@x.org")])
    by_id, by_mail = csv.DictReader(io.StringIO(text))
    assert (by_id["idnumber"], by_id["email"], by_id["grade"]) == ("ann", "", "6.5")
    assert (by_mail["idnumber"], by_mail["email"]) == ("", "e@x.org")


def test_what_could_not_be_graded_says_why(tmp_path):
    bad = result(questions=(), findings=(), error="The file is empty.")
    for name in reports.FORMATS:
        if name != "canvas":
            text = written(name, tmp_path, [bad])
            assert "The file is empty." in text or name == "github"


@pytest.mark.slow
def test_the_command_writes_all_of_them(tmp_path):
    path = tmp_path / "C1W2.ipynb"
    path.write_text(build.serialize(solve.solved("C1W2")), encoding="utf-8")
    options = [f"--{name}={tmp_path / name}" for name in reports.FORMATS]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", str(path), *options],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / name).stat().st_size for name in reports.FORMATS)

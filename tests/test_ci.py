"""Grading elsewhere: GitHub Actions, Gradescope, a container."""

import base64
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder import paths
from autograder.__main__ import main
from autograder.authoring import build, solve
from autograder.release import archive, gradescope, student

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
CI = paths.ROOT / "autograder" / "ci"
SCRIPTS = [CI / "install.sh", CI / "grade.sh", *(CI / "gradescope").iterdir()]
WORKFLOWS = sorted((CI / "examples").glob("*.yml"))


@pytest.mark.parametrize("path", [*WORKFLOWS, CI / "action.yml"], ids=lambda p: p.name)
def test_github_files_obey_their_schema(path):
    kind = "actions" if path.name == "action.yml" else "workflows"
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            f"vendor.github-{kind}",
            str(path),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.name)
def test_scripts_parse(path):
    subprocess.run(["bash", "-n", str(path)], check=True, timeout=20)


def test_workflows_use_what_the_action_offers():
    action = (CI / "action.yml").read_text(encoding="utf-8")
    inputs = re.findall(r"^  ([a-z-]+):$", action.split("outputs:")[0], flags=re.M)
    outputs = re.findall(r"^  ([a-z-]+):$", action.split("outputs:")[1], flags=re.M)
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        step = text.split("/autograder/ci@main")[1].partition("- uses")[0]
        given = re.findall(r"^          ([a-z-]+):", step, flags=re.M)
        assert given
        assert set(given) <= set(inputs)
        used = re.findall(r"steps\.grade\.outputs\.([a-z]+)", text)
        assert used
        assert set(used) <= set(outputs)


def test_no_text_of_others_is_put_into_a_script():
    """An input inside `run:` would be executed."""
    for path in [*WORKFLOWS, CI / "action.yml"]:
        text = path.read_text(encoding="utf-8")
        for script in re.findall(r"run:(.*?)(?=\n {0,8}\S|\Z)", text, flags=re.S):
            assert "${{" not in script


@pytest.mark.slow
def test_the_actions_own_script_grades_and_reports(tmp_path):
    place = tmp_path / "with space" / "submissions" / "ada" / LAB
    place.mkdir(parents=True)
    wrong = "def L1(yhat, y):\n    return None"
    text = build.serialize(solve.solved(LAB, L1=wrong))
    (place / NOTEBOOK).write_text(text, encoding="utf-8")
    out, summary = tmp_path / "out", tmp_path / "summary.md"
    environment = os.environ | {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(out),
        "LAB": LAB,
        "GITHUB_STEP_SUMMARY": str(summary),
        "PATHS": f"\n{place.parent.parent}\n",
        "GRADER_PYTHON": sys.executable,
        "REQUIRE_SANDBOX": "false",
        "STUDENT": "",
    }
    done = subprocess.run(
        ["bash", str(CI / "grade.sh")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = dict(line.split("=", 1) for line in out.read_text().splitlines())
    record = json.loads(base64.b64decode(outputs["result"]))
    assert record["max_score"] == 94
    assert [t["name"] for t in record["tests"] if t["status"] == "fail"] == [
        f"{LAB} L1"
    ]
    reports = Path(outputs["reports"])
    [suite] = ElementTree.parse(reports / "junit.xml").getroot()
    assert (suite.get("name"), suite.get("failures")) == (f"ada {LAB}", "1")
    text = (reports / "moodle.csv").read_text(encoding="utf-8")
    [row] = csv.DictReader(text.splitlines())
    assert (row["idnumber"], row["grade"]) == ("ada", "91")
    assert "91 of 100 points" in summary.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    """Gradescope's folders, with the archive unpacked as its image has it."""
    root = tmp_path_factory.mktemp("autograder")
    path = root / "upload.zip"
    archive.write(path, gradescope.files(LAB), gradescope.PROGRAMS)
    with zipfile.ZipFile(path) as file:
        for entry in file.infolist():
            file.extract(entry, root / "source")
            mode = entry.external_attr >> 16 & 0o777
            (root / "source" / entry.filename).chmod(mode)
    (root / "results").mkdir()
    shutil.copy(root / "source" / "run_autograder", root / "run_autograder")
    return root


def graded(root, files, metadata=None):
    """What Gradescope reads after a submission of some files."""
    shutil.rmtree(root / "submission", ignore_errors=True)
    for name, text in files.items():
        path = root / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "submission").mkdir(exist_ok=True)
    text = "{" if metadata is None else json.dumps(metadata)
    (root / "submission_metadata.json").write_text(text)
    results = root / "results" / "results.json"
    results.unlink(missing_ok=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [str(root / "run_autograder")],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
        env=environment
        | {"GRADESCOPE_ROOT": str(root), "GRADER_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(results.read_text(encoding="utf-8")), done.stdout


@pytest.mark.slow
def test_gradescope_grades_a_submission(harness):
    wrong = "def L1(yhat, y):\n    return None"
    files = {
        f"labs/{NOTEBOOK}": build.serialize(solve.solved(LAB, L1=wrong)),
        "labs/scratch.ipynb": "{}",
    }
    about = {"users": [{"sid": "4711", "email": "ada@example.org", "id": 1}]}
    record, said = graded(harness, files, about)
    assert record["score"] == 91
    failed = [t["name"] for t in record["tests"] if t.get("status") == "failed"]
    assert failed == ["L1"]
    assert f"{LAB}, 4711: seed" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "found: none"),
        ({"a.ipynb": "{}", "b.ipynb": "{}"}, "found: a.ipynb, b.ipynb"),
        ({NOTEBOOK: "not JSON"}, "The file is not a notebook"),
    ],
)
def test_gradescope_says_what_is_wrong_with_a_submission(harness, files, why):
    record, _ = graded(harness, files)
    assert record["score"] == 0
    assert why in record["output"]


def test_a_fault_of_the_grader_still_gives_a_result(tmp_path, monkeypatch, capsys):
    from autograder.ci import harness as inside

    def fault(*given, **options):
        raise RuntimeError("out of luck")

    monkeypatch.setattr(inside.paths, "lab_names", lambda: [LAB])
    monkeypatch.setattr(inside, "grade", fault)
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / NOTEBOOK).write_text("{}")
    inside.main(tmp_path)
    record = json.loads((tmp_path / "results" / "results.json").read_text())
    assert "please tell your instructor" in record["output"]
    assert "out of luck" not in json.dumps(record)
    assert "out of luck" in capsys.readouterr().err


def test_the_archive_for_gradescope_holds_one_lab(harness):
    source = harness / "source"
    assert {p.name for p in (source / "solutions").iterdir()} == {LAB}
    checks = {p.stem for p in (source / "autograder" / "checks").iterdir()}
    assert checks & set(paths.lab_names()) == {LAB}
    assert os.access(source / "run_autograder", os.X_OK)
    names = zipfile.ZipFile(harness / "upload.zip").namelist()
    assert not [name for name in names if "/." in name or name.startswith(".")]


@pytest.mark.parametrize("lab", paths.lab_names())
def test_the_archive_for_gradescope_holds_what_the_checks_of_its_lab_import(lab):
    assert set(checks_imported_by(lab)) <= gradescope.files(lab).keys()


def checks_imported_by(lab):
    """Files of `autograder/checks/` that those of a lab import, and their own."""
    waiting, seen = paths.checks_of(lab), set()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            text = path.read_text(encoding="utf-8")
            for name in re.findall(r"^from (autograder\.checks\.[\w.]+)", text, re.M):
                module = paths.ROOT.joinpath(*name.split("."))
                waiting += [p for p in [module.with_suffix(".py")] if p.is_file()]
    return [path.relative_to(paths.ROOT).as_posix() for path in seen]


def test_the_command_for_gradescope(tmp_path, capsys):
    assert main(["gradescope", LAB, "--out", str(tmp_path)]) == 0
    [path] = tmp_path.glob("*.zip")
    assert str(path) in capsys.readouterr().out
    names = zipfile.ZipFile(path).namelist()
    assert {"setup.sh", "run_autograder"} <= set(names)
    assert not any(name.startswith(student.NAME) for name in names)
    assert main(["gradescope", "C9W9", "--out", str(tmp_path)]) == 2


def test_the_container_recipe_copies_what_is_there_and_its_commands_parse():
    text = (CI / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    orders = dict.fromkeys(re.findall(r"^([A-Z]+) ", text, flags=re.M))
    assert list(orders) == [
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "USER",
        "ENV",
        "ENTRYPOINT",
        "CMD",
    ]
    copied = set()
    for line in re.findall(r"^COPY (.*)$", text, flags=re.M):
        *sources, _ = line.split()
        copied |= set(sources)
        assert all((paths.ROOT / source).exists() for source in sources)
    assert {"helpers", "datasets", "labs", "solutions", "autograder"} <= copied
    for line in re.findall(r"^RUN (.*)$", text, flags=re.M):
        subprocess.run(["bash", "-n", "-c", line], check=True, timeout=20)
    for words in re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])$", text, flags=re.M):
        assert json.loads(words)

"""The commands of docs/instructors.md and docs/jupyterhub.md work as written."""

import csv
import io
import os
import re
import shlex
import subprocess
import sys
import zipfile

import pytest

from autograder.authoring import build, solve
from autograder.paths import ROOT

pytestmark = pytest.mark.slow

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
PROGRAMS = ("autograder", "nbgrader")
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,C1W2 Logistic regression (9001)\r\n"
    "    Points Possible,,,,,100.00\r\n"
    '"Lovelace, Ada",101,S1,ada,A,\r\n"Li, Bo",102,S2,bo,A,\r\n'
)
WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),"
    "Feedback comments\r\n"
    "Participant 7001,Ada Lovelace,S1,,Submitted for grading,,100.00,Yes,"
    '"Sunday, 31 January 2027, 10:12 PM",-,\r\n'
    "Participant 7002,Bo Li,S2,,Submitted for grading,,100.00,Yes,"
    '"Sunday, 31 January 2027, 10:15 PM",-,\r\n'
)


def commands(page):
    """Section and words of each command in the fenced blocks of a page."""
    section, fence = "", ""
    for line in (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            fence = "" if fence else line
        elif line.startswith("#") and not fence:
            section = line.lstrip("# ")
        elif fence == "```" and line.split(" ")[0] in PROGRAMS:
            yield section, shlex.split(line)


def run(folder, words):
    environment = os.environ | {
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{shlex.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


def test_a_term_as_the_page_for_instructors_says(home):
    start, course = home / "labs", home / "dl-2027"
    start.mkdir()
    (start / "canvas.csv").write_text(CANVAS, newline="")
    downloads = ("submissions.zip", f"downloaded/{LAB}/archive/submissions.zip")
    works = {"ada": solve.solved(LAB), "bo": build.release_notebook(LAB)}
    done = []
    for section, words in commands("instructors.md"):
        first = section == "Before the term"
        run(start if first else course, words)
        done.append(" ".join(words[:2]))
        if words[:2] == ["autograder", "new-class"] and len(done) < 4:
            (course / "gradebook.csv").write_text(CANVAS, newline="")
            (course / "Grades.csv").write_text(WORKSHEET, newline="")
            for place in downloads:
                path = course / place
                path.parent.mkdir(parents=True, exist_ok=True)
                with zipfile.ZipFile(path, "w") as file:
                    for number, (who, notebook) in enumerate(works.items()):
                        name = f"{who}_{101 + number}_{5001 + number}_{NOTEBOOK}"
                        file.writestr(name, build.serialize(notebook))
    for name in ("bundle", "new-class", "class", "feedback", "export", "statistics"):
        assert f"autograder {name}" in done
    rows = list(csv.reader(io.StringIO((course / "upload.csv").read_text())))
    assert rows[0] == next(csv.reader(io.StringIO(CANVAS)))
    assert {row[3]: float(row[5]) for row in rows[2:]} == {"ada": 94, "bo": 0}
    assert len(list((course / "feedback").rglob("*.html"))) == 2


def test_every_command_of_the_page_for_hubs_is_in_the_exchanges_test():
    tested = (ROOT / "tests" / "test_exchange.py").read_text(encoding="utf-8")
    known = set(re.findall(r'"(?:nbgrader|autograder)", "(\w+)", LAB', tested))
    assert {words[1] for _, words in commands("jupyterhub.md")} <= known

"""The gradebook on a real PostgreSQL, by URL alone."""

import glob
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from autograder.authoring import build, solve
from autograder.course import class_run, local
from autograder.course import configuration as courses

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
USER = "postgres"  # of Debian's package; the server refuses to run as root


def missing():
    """What keeps this test from running here."""
    if not PROGRAMS:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if not importlib.util.find_spec("psycopg2"):
        return "psycopg2 is not installed (pip install psycopg2-binary)"
    if os.getuid() == 0 and not shutil.which("runuser"):
        return "the server cannot be started as another user than root"
    return ""


pytestmark = [pytest.mark.slow]
if missing():
    if os.environ.get("CI"):
        pytest.fail(f"CI installs what this needs: {missing()}", pytrace=False)
    pytestmark.append(pytest.mark.skip(reason=missing()))


def as_user(*words):
    before = ["runuser", "-u", USER, "--"] if os.getuid() == 0 else []
    return [*before, *words]


@pytest.fixture(scope="module")
def url():
    """A server of our own on a free port."""
    # Not in pytest's own folder, which the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, USER, USER)
    data, programs = folder / "data", PROGRAMS[-1]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    subprocess.run(
        as_user(f"{programs}/initdb", "-D", str(data), "-A", "trust", "-U", "course"),
        check=True,
        capture_output=True,
        cwd="/",
    )
    control = [f"{programs}/pg_ctl", "-D", str(data), "-w"]
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    log = str(folder / "log")
    subprocess.run(
        as_user(*control, "-l", log, "-o", settings, "start"),
        check=True,
        stdout=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        yield f"postgresql+psycopg2://course@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run(
            as_user(*control, "-m", "immediate", "stop"),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        shutil.rmtree(folder)


def test_a_class_is_graded_into_it(url, tmp_path, monkeypatch):
    from nbgrader.api import Gradebook

    monkeypatch.setenv("NBGRADER_DB_URL", url)
    answers = {"right": {}, "wrong": {"L1": "def L1(yhat, y):\n    return None"}}
    for student, changed in answers.items():
        folder = tmp_path / "submitted" / student / LAB
        folder.mkdir(parents=True)
        text = build.serialize(solve.solved(LAB, **changed))
        (folder / NOTEBOOK).write_text(text, encoding="utf-8")
    course = courses.open_course(tmp_path)
    assert course.url == url
    for _ in range(2):  # new rows, then rows that are there
        class_run.grade_class(
            course, LAB, lambda jobs: local.run(jobs, 2), class_run.Options(force=True)
        )
    with Gradebook(url) as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
    assert scores == {"right": 94, "wrong": 91}
    assert not (tmp_path / "gradebook.db").exists()

"""Runs that are killed or that meet: the gradebook is right, and nobody is left."""

import os
import signal
import subprocess
import sys
import time

import pytest
from nbgrader.api import Gradebook, get_alembic_version
from sqlalchemy import text

from autograder import paths
from autograder.authoring import build, solve
from autograder.course import class_run, gradebook, local, lock
from autograder.course import configuration as courses
from autograder.course.gradebook import Writer
from autograder.course.jobs import Job, do
from autograder.sandbox.host import oracle
from benchmarks import kills
from tests.tiers import SAFE, TIERS

LAB = kills.LAB
STEM = kills.NOTEBOOK.removesuffix(".ipynb")


def write(course, graded):
    with Writer(course.url, course.name, LAB, course.config) as book:
        book.write([(one, None) for one in graded])
        return book.students()


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Results of two students."""
    path = tmp_path_factory.mktemp("work") / kills.NOTEBOOK
    texts = [build.serialize(solve.solved(LAB, **one)) for one in ({}, kills.WRONG)]
    return [
        do(Job(name, LAB, str(path), text.encode(), "", 1))
        for name, text in zip(("ann", "ben"), texts, strict=True)
    ]


@pytest.fixture
def course(tmp_path):
    return courses.open_course(kills.course(tmp_path / "course", 0))


@pytest.mark.parametrize("calls", [0, 1, 7, 40])
def test_a_list_of_cells_is_entered_whole_or_not_at_all(
    course, graded, tmp_path, monkeypatch, calls
):
    left = calls

    def cut_off(*given, **named):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return real(*given, **named)

    real = gradebook.SourceCell
    with monkeypatch.context() as patched:
        patched.setitem(gradebook._KINDS, "source_cells", cut_off)
        with pytest.raises(KeyboardInterrupt):
            write(course, graded)
    with Gradebook(course.url) as book:
        assert book.assignments == []
    write(course, graded)
    whole = courses.open_course(kills.course(tmp_path / "whole", 0))
    write(whole, graded)
    assert kills.book(course.root) == kills.book(whole.root)


def damage(course, kind):
    """What a run that was killed used to leave: fewer cells, of it fewer grades."""
    with Gradebook(course.url) as book:
        notebook = book.find_notebook(STEM, LAB)
        for cell in getattr(notebook, kind)[3:]:
            for entry in (*getattr(cell, "grades", ()), *getattr(cell, "comments", ())):
                book.db.delete(entry)
            book.db.delete(cell)
        book.db.commit()


@pytest.mark.parametrize("kind", ["grade_cells", "solution_cells", "source_cells"])
def test_a_gradebook_without_some_cells_is_repaired(course, graded, tmp_path, kind):
    whole = courses.open_course(kills.course(tmp_path / "whole", 0))
    write(whole, graded)
    write(course, graded)
    damage(course, kind)
    with Writer(course.url, course.name, LAB, course.config) as book:
        # Who has not all grades is graded again.
        assert (book.students() == set()) == (kind == "grade_cells")
    write(course, graded)
    assert kills.book(course.root) == kills.book(whole.root)


def test_other_points_in_the_gradebook_become_the_labs(course, graded):
    write(course, graded)
    with Gradebook(course.url) as book:
        book.find_grade_cell("check-sigmoid", STEM, LAB).max_score = 50
        book.db.commit()
    write(course, graded)
    with Gradebook(course.url) as book:
        assert book.find_grade_cell("check-sigmoid", STEM, LAB).max_score == 5


def test_a_database_without_its_version_gets_one(course, graded):
    write(course, graded)
    with Gradebook(course.url) as book:
        before = book.db.execute(text("SELECT * FROM alembic_version")).all()
    for damaged in ("DELETE FROM alembic_version", "DROP TABLE alembic_version"):
        with Gradebook(course.url) as book:
            book.db.execute(text(damaged))
            book.db.commit()
        write(course, graded)
        with Gradebook(course.url) as book:
            found = book.db.execute(text("SELECT * FROM alembic_version")).all()
        assert found == before
    assert get_alembic_version() == before[0][0]


def test_the_second_of_two_runs_waits_and_a_killed_one_lets_go(tmp_path):
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    code = (
        "import sys, time; from pathlib import Path;"
        "from autograder.course.lock import held;"
        "h = held(sys.argv[1], Path('x'), print); h.__enter__();"
        "print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        said = []

        def say(sentence):
            said.append(sentence)
            holder.kill()

        with lock.held(url, tmp_path / "x", say):
            assert said == [lock.WAITING]


def test_a_job_that_ends_its_process_each_time_is_given_up_alone(monkeypatch):
    monkeypatch.setattr(local, "do", _end_if_bad)
    jobs = [Job(name, LAB, "x", b"", "", 1) for name in ("a", "b", "bad", "c", "d")]
    done = {job.student: result for job, result in local.run(jobs, 2)}
    bad = done.pop("bad")
    assert done == {name: name for name in "abcd"}
    assert "killed again and again" in bad.result.error


def _end_if_bad(job):
    if job.student == "bad":
        os.kill(os.getpid(), signal.SIGKILL)
    return job.student


SERVED = """
import signal, sys, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where the tests run under nohup
from autograder.sandbox.host import Sandbox
from autograder.sandbox.host.oracle import Oracle
sandbox = Sandbox((int(sys.argv[1]),))
sandbox.open()
Oracle.shared()._running()
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("tier", TIERS)
def test_a_sandbox_and_the_reference_end_with_the_judge(tier, number):
    with subprocess.Popen(
        [sys.executable, "-c", SERVED, str(tier)], stdout=subprocess.PIPE, text=True
    ) as judge:
        assert judge.stdout.readline() == "ready\n"
        below = kills.descendants(judge.pid)
        assert len(below) >= 2
        judge.send_signal(number)
    assert kills.left(below) == set()


def test_the_reference_ends_where_the_judge_is_gone_already():
    judge = subprocess.Popen([sys.executable, "-c", "pass"])
    judge.wait()
    done = subprocess.run(
        [sys.executable, "-c", oracle._BOOT, "0", str(judge.pid)],
        check=False,
        timeout=60,
    )
    assert done.returncode == 1


@pytest.mark.skipif(not SAFE, reason="there is no sandbox here")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.slow
def test_a_run_that_is_asked_to_end_leaves_nobody(tmp_path, number):
    # So many that most are not graded yet when the first results are written.
    root = kills.course(tmp_path / "course", 80)
    process = kills.start(root)
    deadline = time.monotonic() + 60
    while not list(root.glob("autograded/*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kills.end(process, number, 0.1) == set()
    assert process.returncode == 128 + number


@pytest.mark.skipif(not SAFE, reason="there is no sandbox here")
@pytest.mark.slow
def test_killed_a_few_times_and_two_runs_at_once():
    found = kills.measure(kills=4, number=signal.SIGKILL, students=6, seed=7)
    assert found["left"] == 0
    assert found["same_after_kills"]
    assert found["same_after_two_at_once"]
    assert max(found["scores"]) == 94


INTERRUPTED = """
import os, struct, sys, time
from autograder.course.processes import pool

def send_the_beginning():
    queue = sys._getframe(1).f_locals["result_queue"]
    os.write(queue._writer.fileno(), struct.pack("!i", 1000) + b"and no more")
    time.sleep(60)

with pool(2) as workers:
    workers.submit(send_the_beginning)
    time.sleep(1)
    raise SystemExit(3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are other ones there")
def test_a_result_that_was_being_sent_holds_nobody_up():
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=paths.ROOT, check=False, timeout=60
    )
    assert done.returncode == 3


KILLED = """
import os, signal, struct, sys, time
from concurrent.futures.process import BrokenProcessPool
from autograder.course.processes import pool

def send_the_beginning():
    queue = sys._getframe(1).f_locals["result_queue"]
    queue._wlock.acquire()
    os.write(queue._writer.fileno(), struct.pack("!i", 1000) + b"and no more")
    os.kill(os.getpid(), signal.SIGKILL)

with pool(int(sys.argv[1])) as workers:
    others = [workers.submit(time.sleep, 300) for _ in range(int(sys.argv[1]) - 1)]
    try:
        workers.submit(send_the_beginning).result()
    except BrokenProcessPool:
        sys.exit(3)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are other ones there")
@pytest.mark.parametrize("processes", [1, 3])
def test_a_process_killed_while_it_sends_a_result_holds_nobody_up(processes):
    words = [sys.executable, "-c", KILLED, str(processes)]
    done = subprocess.run(words, cwd=paths.ROOT, check=False, timeout=60)
    assert done.returncode == 3


def test_names_too_long_for_the_gradebook_are_named():
    assert class_run.unfit("ann") == ""
    assert class_run.unfit("ä" * 128) == ""
    assert "longer than 128" in class_run.unfit("a" * 129)
    assert "not UTF-8" in class_run.unfit("a\udcff")

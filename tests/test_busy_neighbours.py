"""Limits count the time of processors: a busy neighbour costs nobody a point."""

import time
from dataclasses import replace

import pytest

from autograder.authoring import build, solve
from autograder.checks import check
from autograder.course import class_run
from autograder.course import configuration as courses
from autograder.course.jobs import Job, do
from autograder.grading.cases import Cases
from autograder.grading.intake import take_in_bytes
from autograder.grading.judge import Judge
from autograder.sandbox.host import Sandbox, SandboxSession
from autograder.sandbox.host.session import Deadlines
from autograder.sandbox.inside.protocol import Everything, Question, Run
from benchmarks import kills
from tests.tiers import SAFE

LAB = "C1W2"
SHORT = Deadlines(cell=2.0, submission=60.0, together=1.0, patience=3.0)


@pytest.fixture(scope="module", params=SAFE)
def sandbox(request):
    with Sandbox((request.param,)) as sandbox:
        yield sandbox


def ask(sandbox, code, monkeypatch, seconds=1.0, cpu=None):
    """What becomes of `sigmoid`; `cpu` stands for what the processors gave it."""
    lab = check.load(LAB)
    if cpu is not None:
        looked = []

        def look():
            looked.append(time.monotonic())
            return cpu(looked[-1] - looked[0]), True

        monkeypatch.setattr(sandbox, "look", look)
    spec = replace(lab.checks["sigmoid"].spec, seconds=seconds)
    question = Question(spec, Cases(lab, 1).calls("sigmoid")[:1])
    with SandboxSession(sandbox, SHORT, LAB) as session:
        session.run(LAB, ["import numpy as np, time\n" + code], Everything())
        [[outcome]] = session.outcomes(question)
        return outcome, session.starved


SLEEPS = "def sigmoid(x):\n    time.sleep(1.6)\n    return x"
BUSY = "def sigmoid(x):\n    while True: pass"


def test_who_waits_for_a_processor_gets_more_time(sandbox, monkeypatch):
    outcome, starved = ask(sandbox, SLEEPS, monkeypatch, cpu=lambda passed: 0.1)
    assert outcome.error == ""
    assert not starved


def test_but_not_for_ever(sandbox, monkeypatch):
    outcome, starved = ask(sandbox, BUSY, monkeypatch, cpu=lambda passed: 0.1)
    assert "took longer" in outcome.error
    assert starved


def test_who_has_had_its_time_gets_no_more(sandbox, monkeypatch):
    start = time.monotonic()
    outcome, starved = ask(sandbox, BUSY, monkeypatch)
    assert "took longer than 1 seconds" in outcome.error
    assert not starved or time.monotonic() - start >= SHORT.patience


def test_who_sleeps_gets_no_more(sandbox, monkeypatch):
    outcome, starved = ask(sandbox, SLEEPS, monkeypatch)
    assert "took longer than 1 seconds" in outcome.error
    assert not starved


def test_processes_that_it_started_count(sandbox):
    code = "import os\nif os.fork() == 0:\n    while True: pass\n"
    channel = sandbox.open()
    channel.send(Run(LAB, [code, "while True: pass"]).packed())
    deadline = time.monotonic() + 60
    before, _ = sandbox.look()
    while (found := sandbox.look())[0] < before + 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found[0] >= before + 1
    assert found[1]
    channel.close()
    sandbox.kill()
    assert sandbox.look()[0] == 0


def test_in_a_class_who_was_starved_is_graded_again_alone(tmp_path):
    root = kills.course(tmp_path / "course", 3)
    course = courses.open_course(root)
    asked = []

    def schedule(jobs):
        jobs = list(jobs)
        asked.append([job.student for job in jobs])
        for job in jobs:
            first = len(asked) == 1 and job.student == "student000"
            raw = build.serialize(build.release_notebook(LAB)).encode()
            graded = do(replace(job, raw=raw) if first else job)
            yield job, replace(graded, starved=first)

    results = class_run.grade_class(course, LAB, schedule, class_run.Options())
    everybody = ["student000", "student001", "student002"]
    assert asked == [everybody, ["student000"]]
    assert {r.student: r.score for r in results} == dict(
        zip(everybody, [94, 89, 0], strict=True)
    )
    assert kills.book(root)["student000"][0] == 94


def test_honest_work_is_not_starved():
    lab, text = check.load(LAB), build.serialize(solve.solved(LAB))
    graded = do(Job("ann", LAB, "x", text.encode(), "", 1))
    assert not graded.starved
    cells = take_in_bytes(text.encode(), LAB).code
    cases = Cases(lab, 1)
    with Sandbox() as sandbox, SandboxSession(sandbox, lab=LAB) as session:
        session.run(LAB, cells, cases.everything())
        results = Judge(cases, cells).grade(session)
        assert sum(r.score for r in results) == 94
        assert not session.starved

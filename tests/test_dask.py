"""The same jobs on a Dask cluster: a scheduler, two workers, one of them killed."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from autograder.authoring import build, solve
from autograder.course import class_run
from autograder.course import configuration as courses

pytest.importorskip("distributed", reason="Dask is not installed: extra `cluster`")
pytestmark = pytest.mark.slow

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
STUDENTS = 30


@contextlib.contextmanager
def started(folder, *words):
    """A program in a group of its own, ended with all it started."""
    with (folder / f"{words[1]}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(path, pattern):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := re.search(pattern, path.read_text()):
            return found.group(1)
        time.sleep(0.1)
    raise AssertionError(path.read_text())


@pytest.fixture
def course(tmp_path):
    text = build.serialize(solve.solved(LAB))
    for number in range(STUDENTS):
        folder = tmp_path / "course" / "submitted" / f"s{number:03d}" / LAB
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_text(text, encoding="utf-8")
    return courses.open_course(tmp_path / "course")


def test_every_submission_is_graded_once(course, tmp_path):
    from autograder.course import cluster

    scheduler = (
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
    )
    worker = (
        "distributed.cli.dask_worker",
        "--nthreads",
        "1",
        "--no-dashboard",
        "--local-directory",
        str(tmp_path),
        "--no-nanny",
    )
    with started(tmp_path, *scheduler):
        log = tmp_path / f"{scheduler[1]}.log"
        address = wait_for(log, r"(tcp://127\.0\.0\.1:\d+)")
        with (
            started(tmp_path, *worker, address) as first,
            started(tmp_path, *worker, address),
        ):
            seen = []

            def progress(result):
                seen.append(result.student)
                if len(seen) == STUDENTS // 4:
                    os.killpg(first.pid, signal.SIGKILL)

            results = class_run.grade_class(
                course,
                LAB,
                lambda jobs: cluster.run(jobs, address),
                class_run.Options(),
                progress,
            )
            assert first.poll() == -signal.SIGKILL
    assert sorted(seen) == sorted(r.student for r in results)
    assert len(set(seen)) == len(seen) == STUDENTS
    assert {result.score for result in results} == {94}

"""Grading a class: the same gradebook as nbgrader's, whatever happens on the way."""

import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.authoring import build, solve
from autograder.course import class_run, local
from autograder.course import configuration as courses
from autograder.course.gradebook import Writer
from autograder.course.jobs import Job, do
from autograder.course.journal import Journal
from tests.tiers import refused

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
CONFIGURATION = """
from autograder.nbgrader.config import configure
configure(get_config(), __file__)
"""
SEED = "2a"

needs_mounts = pytest.mark.skipif(
    bool(refused(1)), reason=f"nothing can be mounted: {refused(1)}"
)


@pytest.fixture(scope="module")
def notebooks():
    """A few submissions, right, wrong and odd."""
    wrong = "def sigmoid(x):\n    return 1 / (1 + np.exp(x))"
    half = "def L2(x, y):\n    return np.sum((x - y) ** 2) if len(x) < 4 else 0.0"
    return {
        "right": build.serialize(solve.solved(LAB)),
        "blank": build.serialize(build.release_notebook(LAB)),
        "wrong": build.serialize(solve.solved(LAB, sigmoid=wrong)),
        "half": build.serialize(solve.solved(LAB, L2=half)),
        "odd": "this is no notebook",
    }


@pytest.fixture
def folder(tmp_path, notebooks):
    """A course with one student of each kind."""
    return make(tmp_path / "course", notebooks)


def make(folder, notebooks, times=1):
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(CONFIGURATION)
    for number in range(times):
        for kind, text in notebooks.items():
            place = folder / "submitted" / f"{kind}{number:03d}" / LAB
            place.mkdir(parents=True)
            (place / NOTEBOOK).write_text(text, encoding="utf-8")
    return folder


def environment(**more):
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    return os.environ | {"PATH": path, "OPENBLAS_NUM_THREADS": "1"} | more


def words(folder, *more):
    return [
        sys.executable,
        "-m",
        "autograder",
        "class",
        LAB,
        "--course",
        str(folder),
        "--jobs",
        "2",
        *more,
    ]


def command(folder, *more, expect=0, before=(), **variables):
    """Run the command; `before` mounts something for it."""
    mounted = ["bwrap", "--dev-bind", "/", "/", *before, "--"] if before else []
    done = subprocess.run(
        [*mounted, *words(folder, *more)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=environment(**variables),
        cwd=folder,
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def grades(url):
    """All that is in a gradebook about the lab."""
    found = {}
    with Gradebook(url) as book:
        for submission in book.assignment_submissions(LAB):
            [notebook] = submission.notebooks
            found[submission.student.id] = (
                {
                    g.name: (g.auto_score, g.manual_score, g.needs_manual_grade)
                    for g in notebook.grades
                },
                {c.name: c.auto_comment for c in notebook.comments},
                submission.timestamp,
                notebook.late_submission_penalty,
            )
    return found


def database(folder):
    return f"sqlite:///{folder / 'gradebook.db'}"


def attempts(folder):
    path = folder / ".autograder" / f"{LAB}.attempts.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.slow
def test_the_gradebook_is_what_nbgrader_autograde_writes(folder, tmp_path, notebooks):
    (folder / "submitted" / "right000" / LAB / "timestamp.txt").write_text(
        "2026-03-01 12:00:00 UTC"
    )
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    command(folder, "--seed", SEED, expect=1)  # one file is no notebook
    for *name, status in ("generate_assignment", LAB, 0), ("autograde", LAB, 1):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *name],
            cwd=other,
            check=False,
            env=environment(),
            capture_output=True,
        )
        assert done.returncode == status
    ours, theirs = grades(database(folder)), grades(database(other))
    for of in (ours, theirs):  # draws of cases may differ for what is half right
        of.pop("half000")
    assert ours == theirs
    for student in ours:
        one, two = (
            nbformat.read(place / "autograded" / student / LAB / NOTEBOOK, 4)
            for place in (folder, other)
        )
        assert [c.source for c in one.cells] == [c.source for c in two.cells]
        graded = [[c.metadata.get("nbgrader") for c in nb.cells] for nb in (one, two)]
        assert graded[0] == graded[1]
    stamps = [
        place / "autograded" / "right000" / LAB / "timestamp.txt"
        for place in (folder, other)
    ]
    assert stamps[0].read_text() == stamps[1].read_text()


@pytest.mark.slow
def test_unchanged_files_are_not_graded_again_and_changed_ones_are(folder, notebooks):
    assert "4 graded, mean " in command(folder, expect=1)
    assert "0 graded; 4 unchanged; 1 could not" in command(folder, expect=1)
    changed = folder / "submitted" / "blank000" / LAB / NOTEBOOK
    changed.write_text(notebooks["right"], encoding="utf-8")
    said = command(folder, expect=1)
    assert "1 graded, mean 94.0 of 100 points so far; 3 unchanged; 1 could not" in said
    scores, *_ = grades(database(folder))["blank000"]
    assert scores["check-sigmoid"] == (5, None, False)
    (folder / "gradebook.db").unlink()
    assert "4 graded" in command(folder, expect=1)
    assert "4 graded" in command(folder, "--force", expect=1)


@pytest.mark.slow
def test_what_could_not_be_graded_is_named_by_every_run(folder, notebooks):
    first = command(folder, expect=1)
    [sentence] = [line for line in first.splitlines() if line.startswith("  odd000: ")]
    with Gradebook(database(folder)) as book:
        stem = NOTEBOOK.removesuffix(".ipynb")
        grade = book.find_grade("check-sigmoid", stem, LAB, "odd000")
        grade.manual_score, grade.needs_manual_grade = 4, False
        book.db.commit()
    logged = attempts(folder)
    for more in (), ("--force",), ("--question", "sigmoid"):
        assert sentence in command(folder, *more, expect=1).splitlines()
        # A person has graded this file, and it is the same file.
        scores, *_ = grades(database(folder))["odd000"]
        assert scores["check-sigmoid"] == (0, 4, False)
    again = [one.get("student") for one in attempts(folder)[len(logged) :]]
    assert "odd000" not in again
    with Gradebook(database(folder)) as book:
        for grade in book.find_submission_notebook(stem, LAB, "odd000").grades:
            grade.manual_score, grade.needs_manual_grade = 1, False
        book.db.commit()
    for more in (), ("--force",), ("--question", "sigmoid"):
        assert "odd000" not in command(folder, *more)
    odd = folder / "submitted" / "odd000" / LAB / NOTEBOOK
    odd.write_text("another one that is none", encoding="utf-8")
    assert sentence in command(folder, expect=1).splitlines()
    odd.write_text(notebooks["right"], encoding="utf-8")
    assert "1 graded, mean 94.0 of 100 points so far; 4 unchanged.\n" in command(folder)


@pytest.mark.slow
def test_one_question_again_for_everybody(folder):
    command(folder, "--seed", SEED, expect=1)
    before = grades(database(folder))
    with Gradebook(database(folder)) as book:
        for student in ("right000", "wrong000"):
            for name in ("check-sigmoid", "check-L1"):
                stem = NOTEBOOK.removesuffix(".ipynb")
                grade = book.find_grade(name, stem, LAB, student)
                grade.auto_score = 1.5
        book.db.commit()
    command(folder, "--question", "sigmoid", "--seed", SEED, expect=1)
    after = grades(database(folder))
    assert after["right000"][0]["check-sigmoid"] == (5, None, False)
    assert after["wrong000"][0]["check-sigmoid"] == (0, None, False)
    assert after["right000"][0]["check-L1"] == (1.5, None, False)
    after["right000"][0]["check-L1"] = before["right000"][0]["check-L1"]
    after["wrong000"][0]["check-L1"] = before["wrong000"][0]["check-L1"]
    assert after == before
    assert "has no question" in command(folder, "--question", "nothing", expect=2)


@pytest.mark.slow
def test_killed_three_times_and_started_again(tmp_path, notebooks):
    kinds = {kind: text for kind, text in notebooks.items() if kind != "odd"}
    folder = make(tmp_path / "killed", kinds, times=12)
    whole = make(tmp_path / "whole", kinds, times=12)
    command(whole, "--seed", SEED)
    moment = random.Random(3)
    for _ in range(3):
        process = subprocess.Popen(
            words(folder, "--seed", SEED),
            env=environment(),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moment.uniform(2, 9))
        process.send_signal(signal.SIGKILL)
        process.wait()
    command(folder, "--seed", SEED)
    assert grades(database(folder)) == grades(database(whole))
    assert len(list((folder / "autograded").rglob("*.ipynb"))) == 48
    assert not list((folder / "autograded").rglob(".*.ipynb.*"))


@pytest.mark.slow
@needs_mounts
def test_a_gradebook_that_cannot_be_written(folder, notebooks):
    command(folder, expect=1)
    changed = folder / "submitted" / "blank000" / LAB / NOTEBOOK
    changed.write_text(notebooks["right"], encoding="utf-8")
    book = str(folder / "gradebook.db")
    said = command(folder, expect=2, before=["--ro-bind", book, book])
    [line] = [text for text in said.splitlines() if text.startswith("autograder:")]
    assert "The gradebook cannot be written" in line
    assert "run the same command again" in line


@pytest.mark.slow
@needs_mounts
def test_a_full_disk_loses_nothing(folder):
    results = folder / "autograded"
    results.mkdir()
    small = ["--size", "100000", "--tmpfs", str(results)]
    said = command(folder, expect=2, before=small)
    assert "cannot be written (No space left on device)" in said
    assert "Traceback" not in said
    command(folder, expect=1)
    assert len(grades(database(folder))) == 5


def test_a_full_disk_is_one_sentence():
    sentence = r"x cannot be written \(No space left on device\)\. .* is safe"
    with pytest.raises(class_run.ClassError, match=sentence), class_run._explained():
        raise OSError(28, "No space left on device", "x")


@pytest.mark.slow
def test_strict_runs_grade_nothing_without_the_strongest_sandbox(folder):
    path = os.pathsep.join([os.path.dirname(sys.executable), "/nowhere"])
    said = command(folder, "--require-sandbox", expect=2, PATH=path)
    assert "Nothing was graded" in said
    assert "bubblewrap" in said
    assert not (folder / "gradebook.db").exists()
    said = command(folder, expect=1, PATH=path)
    assert "WARNING: student code runs in" in said


def test_late_penalties_are_the_courses_own(tmp_path, notebooks):
    folder = make(tmp_path / "course", {"right": notebooks["right"]})
    course = courses.open_course(folder)
    course.config.LateSubmissionPlugin.penalty_method = "zero"
    path = folder / "submitted" / "right000" / LAB / NOTEBOOK
    graded = do(Job("right000", LAB, str(path), path.read_bytes(), "", 1))
    with Writer(course.url, course.name, LAB, course.config) as book:
        assignment = book._book.find_assignment(LAB)
        assignment.duedate = datetime.datetime(2026, 1, 1)
        book._book.db.commit()
        book.write([(graded, datetime.datetime(2026, 1, 2))])
        scores = book._book.find_submission(LAB, "right000")
        assert scores.late_submission_penalty == 94
        book.write([(graded, datetime.datetime(2025, 12, 31))])
        scores = book._book.find_submission(LAB, "right000")
        assert scores.late_submission_penalty == 0


def test_a_manual_score_stays_and_wants_another_look(tmp_path, notebooks):
    folder = make(tmp_path / "course", {"right": notebooks["right"]})
    course = courses.open_course(folder)
    path = folder / "submitted" / "right000" / LAB / NOTEBOOK
    graded = do(Job("right000", LAB, str(path), path.read_bytes(), "", 1))
    with Writer(course.url, course.name, LAB, course.config) as book:
        book.write([(graded, None)])
        stem = NOTEBOOK.removesuffix(".ipynb")
        grade = book._book.find_grade("check-sigmoid", stem, LAB, "right000")
        grade.manual_score = 3
        book._book.db.commit()
        book.write([(graded, None)])
        book._book.db.refresh(grade)
        assert (grade.manual_score, grade.needs_manual_grade) == (3, True)
        assert book.students() == {"right000"}


def test_the_log_survives_a_line_that_was_cut_off(tmp_path):
    path = tmp_path / "log.jsonl"
    journal = Journal(path, LAB)
    name = journal.start()
    with path.open("a") as file:
        file.write('{"student": "ann", "fi')
    again = Journal(path, LAB)
    assert again.unfinished == name
    assert again.start() == name
    again.end(name)
    assert Journal(path, LAB).unfinished == ""
    assert not again.graded("ann", "x")


def _die_once(job):
    """Stands for a process that the system kills: dies on its first job."""
    marker = job.path
    if not os.path.exists(marker):
        open(marker, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return job.student


def test_a_killed_process_of_the_pool_costs_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "do", _die_once)
    jobs = [Job(str(i), LAB, str(tmp_path / "marker"), b"", "", 1) for i in range(9)]
    done = [result for _, result in local.run(jobs, 2)]
    assert sorted(done) == [str(i) for i in range(9)]


def test_links_in_place_of_folders_are_named_and_not_followed(
    tmp_path, notebooks, capsys
):
    folder = make(tmp_path / "course", {"right": notebooks["right"]})
    course, words = courses.open_course(folder), ["--course", str(folder), "--jobs=1"]
    work = folder / "submitted" / "right000"
    (work.with_name("mallory")).symlink_to(work)
    (work.with_name("gone")).symlink_to(work.with_name("nowhere"))
    (work.with_name("nell")).mkdir()
    (work.with_name("nell") / LAB).symlink_to(work / LAB)
    for counted in "1 graded, mean 94.0 of 100 points so far", "0 graded; 1 unchanged":
        assert main(["class", LAB, *words]) == 1
        first, *more = capsys.readouterr().out.splitlines()
        assert first == f"{counted}; 3 could not be graded."
        why = "is a link, which is not followed; put the folder there itself."
        assert more == [
            f"  {student}: {link} {why}"
            for student, link in (("gone", "gone"), ("mallory",) * 2, ("nell", LAB))
        ]
    with Gradebook(course.url) as book:
        assert [one.id for one in book.students] == ["right000"]

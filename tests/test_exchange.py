"""nbgrader's exchange with several users and two courses, from release to feedback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring import build, solve
from autograder.checks import check
from autograder.course import example_class

pytestmark = pytest.mark.slow

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
COURSES = ("dl-spring", "dl-autumn")
TEACHER = """
from autograder.nbgrader.config import configure
configure(get_config(), __file__)
c = get_config()
c.CourseDirectory.course_id = {course!r}
"""
STUDENT = """
c = get_config()
c.CourseDirectory.course_id = {course!r}
c.Exchange.root = {exchange!r}
c.Exchange.assignment_dir = {home!r}
"""


# nbgrader asks the system who runs it; here, one user of the system plays all of them.
AS = """
import pwd, runpy, sys
name, real = sys.argv[1], pwd.getpwuid
pwd.getpwuid = lambda number: pwd.struct_passwd((name, *real(number)[1:]))
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class Machine:
    """Users of one machine, each with a home, who share an exchange."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.exchange = folder, folder / "exchange"
        self.exchange.mkdir()
        self.exchange.chmod(0o777)

    def home(self, user: str) -> Path:
        path = self.folder / "home" / user
        path.mkdir(parents=True, exist_ok=True)
        return path

    def run(self, user: str, folder: Path, *words: str) -> str:
        home = self.home(user)
        environment = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("JUPYTER", "IPYTHON", "NBGRADER"))
        }
        environment |= {
            "HOME": str(home),
            "NBGRADER_EXCHANGE": str(self.exchange),
            "OPENBLAS_NUM_THREADS": "1",
        }
        done = subprocess.run(
            [sys.executable, "-c", AS, user, *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


def handed_in():
    """The notebook of each student of the first course."""
    one = check.load(LAB).checks["sigmoid"]
    code = example_class.written_as(one, one.mistakes[0].function)
    answers = solve.reference_cells(LAB)
    return {
        "ada": build.serialize(solve.solved(LAB)),
        "bo": build.serialize(solve.filled(LAB, answers | {"sigmoid": code})),
        "cy": build.serialize(build.release_notebook(LAB)),
    }


def test_three_students_and_two_courses_from_release_to_feedback(tmp_path):
    machine, works = Machine(tmp_path), handed_in()
    teachers = {}
    for course in COURSES:
        teachers[course] = folder = tmp_path / course
        folder.mkdir()
        (folder / "nbgrader_config.py").write_text(TEACHER.format(course=course))
        machine.run("teacher", folder, "nbgrader", "generate_assignment", LAB)
        machine.run("teacher", folder, "nbgrader", "release_assignment", LAB)
    classes = {COURSES[0]: list(works), COURSES[1]: ["ada"]}
    for course, users in classes.items():
        for user in users:
            home = machine.home(user) / course
            home.mkdir()
            text = STUDENT.format(
                course=course, exchange=str(machine.exchange), home=str(home)
            )
            (home / "nbgrader_config.py").write_text(text)
            machine.run(user, home, "nbgrader", "fetch_assignment", LAB)
            work = works[user] if course == COURSES[0] else works["cy"]
            (home / LAB / NOTEBOOK).write_text(work)
            machine.run(user, home, "nbgrader", "submit", LAB)
    points = {}
    for course, folder in teachers.items():
        machine.run("teacher", folder, "nbgrader", "collect", LAB)
        machine.run("teacher", folder, "autograder", "class", LAB)
        if course == COURSES[0]:  # one by our command, one by nbgrader's
            machine.run("teacher", folder, "autograder", "feedback", LAB)
        else:
            machine.run("teacher", folder, "nbgrader", "generate_feedback", LAB)
        machine.run("teacher", folder, "nbgrader", "release_feedback", LAB)
        with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", course) as book:
            for one in book.assignment_submissions(LAB):
                points[course, one.student.id] = one.score
    lab = check.load(LAB)
    full = sum(lab.points(name) for name in (*lab.checks, *lab.concepts))
    assert set(points) == {(c, user) for c, users in classes.items() for user in users}
    assert points[COURSES[0], "ada"] == full
    assert points[COURSES[0], "bo"] == full - lab.points("sigmoid")
    assert points[COURSES[0], "cy"] == points[COURSES[1], "ada"] == 0
    for course, users in classes.items():
        for user in users:
            home = machine.home(user) / course
            machine.run(user, home, "nbgrader", "fetch_feedback", LAB)
            (page,) = home.glob(f"{LAB}/feedback/*/*.html")
            text = page.read_text(encoding="utf-8")
            assert f"(Score: {points[course, user]} /" in text, (course, user)
    wrong = check.load(LAB).checks["sigmoid"].mistakes[0].message
    (page,) = (machine.home("bo") / COURSES[0]).glob(f"{LAB}/feedback/*/*.html")
    assert wrong[:40] in page.read_text(encoding="utf-8")
    secret = "submission_secret.txt"
    kept = teachers[COURSES[0]] / "autograded" / "ada" / LAB / secret
    given = teachers[COURSES[0]] / "submitted" / "ada" / LAB / secret
    assert kept.read_bytes() == given.read_bytes()

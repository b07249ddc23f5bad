"""A course's folder: made by one command, renewed by it, nothing of theirs lost."""

import datetime
import json
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from autograder import paths
from autograder.__main__ import main
from autograder.authoring import build, solve
from autograder.authoring.manifest import manifest
from autograder.checks import check
from autograder.course import configuration as courses
from autograder.course import enrolment as books
from autograder.course.gradebook import Writer
from autograder.course.jobs import Job, do

pytestmark = pytest.mark.slow

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
ROSTER = """\
Student,ID,SIS User ID,SIS Login ID,Section
"Lovelace, Ada",101,S1,ada,A
"Babbage, Charles",102,S2,charles,A
"""


def command(folder, *more, expect=0):
    assert main(["new-class", str(folder), *map(str, more)]) == expect


def book(folder):
    return Gradebook(courses.open_course(folder).url)


@pytest.fixture
def folder(tmp_path):
    """A course whose roster was imported."""
    (tmp_path / "canvas.csv").write_text(ROSTER)
    command(tmp_path / "course", "--roster", tmp_path / "canvas.csv")
    return tmp_path / "course"


def test_a_new_folder_has_everything(folder, capsys):
    names = {path.name for path in folder.iterdir()}
    assert {
        "nbgrader_config.py",
        "due_dates.csv",
        "gradebook.db",
        "rosters",
        "submitted",
        ".gitignore",
    } <= names
    course = courses.open_course(folder)
    sources = folder / course.config.CourseDirectory.source_directory
    assert sources.resolve() == paths.SOLUTIONS.resolve()
    assert str(paths.ROOT) in (folder / "nbgrader_config.py").read_text()
    with book(folder) as found:
        students = {s.id: (s.first_name, s.lms_user_id) for s in found.students}
    assert students == {"ada": ("Ada", "101"), "charles": ("Charles", "102")}
    assert (folder / "rosters" / "canvas.csv").read_text() == ROSTER


def test_again_changes_nothing(folder):
    def state():
        return {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".db"
        }

    before = state()
    command(folder, "--roster", folder / "rosters" / "canvas.csv")
    assert state() == before


def test_what_is_theirs_stays(folder, tmp_path, capsys):
    config = folder / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(
        text.replace(str(paths.ROOT), "/an/older/checkout")
        + "c.CourseDirectory.course_id = 'mine'\n"
    )
    dates = folder / "due_dates.csv"
    dates.write_text(f"lab,due\n{LAB},2027-01-31T23:59+01:00\n")
    work = folder / "submitted" / "ada" / LAB / NOTEBOOK
    work.parent.mkdir(parents=True)
    work.write_text("hers")
    with book(folder) as found:
        found.find_student("ada").email = "ada@example.org"
        found.db.commit()
    later = tmp_path / "later" / "canvas.csv"
    later.parent.mkdir()
    later.write_text(
        ROSTER.replace(
            '"Babbage, Charles",102,S2,charles', '"Hopper, Grace",103,S3,grace'
        )
    )
    capsys.readouterr()
    command(folder, "--roster", later)
    said = capsys.readouterr().out
    assert "1 new student, 1 known" in said
    assert "Not in this roster, but kept: charles." in said
    assert str(paths.ROOT) in config.read_text()
    assert config.read_text().endswith("c.CourseDirectory.course_id = 'mine'\n")
    assert courses.open_course(folder).name == "mine"
    assert work.read_text() == "hers"
    rows = dates.read_text().splitlines()
    assert rows[1] == f"{LAB},2027-01-31T23:59+01:00"
    assert len(rows) == 1 + len(paths.lab_names())
    with book(folder) as found:
        assert {s.id for s in found.students} == {"ada", "charles", "grace"}
        assert found.find_student("ada").email == "ada@example.org"
        due = found.find_assignment(LAB).duedate
        assert due == datetime.datetime(2027, 1, 31, 22, 59)
    kept = {path.name for path in (folder / "rosters").iterdir()}
    assert kept == {"canvas.csv", "canvas-2.csv"}


def test_a_second_row_about_one_student_is_told_with_its_line(tmp_path, capsys):
    again = '"Lovelace, Ada",101,S1,ada.lovelace,A,\n'
    (tmp_path / "r.csv").write_text(ROSTER + again)
    command(tmp_path / "c", "--roster", tmp_path / "r.csv", expect=1)
    line = 1 + ROSTER.count("\n")
    said = capsys.readouterr()
    problem = f"r.csv: Line {line}: Ada Lovelace is ada, who is on an earlier line.\n"
    assert said.err == problem
    assert "2 new students, 0 known" in said.out


def test_a_student_without_a_name_is_called_by_the_id(tmp_path):
    """Until another roster tells the name; one that does not takes none away."""

    def names(file, text):
        (tmp_path / file).write_text(text)
        command(tmp_path / "course", "--roster", tmp_path / file)
        with book(tmp_path / "course") as found:
            return {one.id: (one.first_name, one.last_name) for one in found.students}

    canvas = "Student,ID,SIS User ID,SIS Login ID,Section\n,101,S1,ada,A\n,102,,,A\n"
    assert names("canvas.csv", canvas) == {"ada": (None, "ada"), "102": (None, "102")}
    moodle = "First name,Last name,ID number,Email address\nAda,Lovelace,S1,a@x.org\n"
    assert names("moodle.csv", moodle)["ada"] == ("Ada", "Lovelace")
    for again in canvas, "id,first_name,last_name\nada,,\n":
        assert names("again.csv", again)["ada"] == ("Ada", "Lovelace")


def test_bad_rows_are_told_and_the_others_entered(tmp_path, capsys):
    (tmp_path / "r.csv").write_text(ROSTER + '"X, Y",103,S3,../z,A\n')
    command(tmp_path / "c", "--roster", tmp_path / "r.csv", expect=1)
    assert "r.csv: Line 4: Y X is called '../z'" in capsys.readouterr().err
    with book(tmp_path / "c") as found:
        assert len(found.students) == 2
    assert (tmp_path / "c" / "rosters" / "r.csv").is_file()


def test_nothing_is_written_when_a_roster_is_none(tmp_path, capsys):
    (tmp_path / "r.csv").write_text("a,b\n1,2\n")
    command(tmp_path / "c", "--roster", tmp_path / "r.csv", expect=2)
    assert not (tmp_path / "c").exists()
    command(paths.ROOT, expect=2)
    assert "a separate folder" in capsys.readouterr().err


def test_released_labs_are_renewed_and_others_are_not_released(folder):
    place = folder / "labs" / LAB / NOTEBOOK
    command(folder)
    assert not place.exists()
    place.parent.mkdir(parents=True)
    place.write_text("an older one")
    command(folder)
    assert place.read_bytes() == build.released_path(LAB).read_bytes()


def test_a_question_added_or_taken_away_in_mid_term_loses_no_grade(folder, monkeypatch):
    """What nbgrader refuses once work was handed in."""
    path = folder / "submitted" / "ada" / LAB / NOTEBOOK
    path.parent.mkdir(parents=True)
    path.write_text(build.serialize(solve.solved(LAB)), encoding="utf-8")
    course, whole = courses.open_course(folder), manifest(LAB)
    kept = (c for c in whole.cells if c.grade_id not in ("L1", "check-L1"))
    earlier = replace(whole, cells=tuple(kept))
    graded = do(Job("ada", LAB, str(path), path.read_bytes(), "", 1))
    with Writer(course.url, course.name, LAB, course.config) as writer:
        writer.write([(graded, None)])
    stem = NOTEBOOK.removesuffix(".ipynb")
    monkeypatch.setattr(books, "manifest", lambda lab: earlier)
    with book(folder) as found:
        assert books.renew_lab(found, LAB) == ([], ["L1"])
        assert found.find_grade_cell("check-L1", stem, LAB).max_score == 0
        # As if it had never been there.
        for table in (books.Grade, books.Comment):
            for row in found.db.query(table):
                if row.name in ("L1", "check-L1"):
                    found.db.delete(row)
        found.db.delete(found.find_grade_cell("check-L1", stem, LAB))
        found.db.delete(found.find_solution_cell("L1", stem, LAB))
        found.db.commit()
    monkeypatch.setattr(books, "manifest", lambda lab: whole)
    with book(folder) as found:
        assert books.renew_lab(found, LAB) == (["L1"], [])
        assert books.renew_lab(found, LAB) == ([], [])
        assert found.find_submission(LAB, "ada").score == 94 - 3
        assert found.find_grade("check-L1", stem, LAB, "ada").needs_manual_grade
    with Writer(course.url, course.name, LAB, course.config) as writer:
        writer.write([(graded, None)], only="L1")
    with book(folder) as found:
        assert found.find_submission(LAB, "ada").score == 94


def test_late_work_and_a_corrected_check_from_end_to_end(folder, monkeypatch, capsys):
    """Due date, penalty, and one question graded again: by commands alone."""
    config = folder / "nbgrader_config.py"
    text = config.read_text().replace("# c.AssignLate", "c.AssignLate")
    config.write_text(text.replace("# c.Percent", "c.Percent"))
    (folder / "due_dates.csv").write_text(f"lab,due\n{LAB},2026-01-01T12:00Z\n")
    command(folder)
    wrong = "def L1(yhat, y):\n    return np.sum(np.abs(y - yhat)) + 1"
    for student, time, notebook in (
        ("ada", "2026-01-01 11:00:00 UTC", solve.solved(LAB)),
        ("charles", "2026-01-02 12:30:00 UTC", solve.solved(LAB, L1=wrong)),
    ):
        place = folder / "submitted" / student / LAB
        place.mkdir(parents=True)
        (place / NOTEBOOK).write_text(build.serialize(notebook), encoding="utf-8")
        (place / "timestamp.txt").write_text(time)
    grade = ["class", LAB, "--course", str(folder), "--jobs", "1"]
    assert main(grade) == 0

    def scores():
        with book(folder) as found:
            return {
                s.student.id: (s.score, s.late_submission_penalty)
                for s in found.assignment_submissions(LAB)
            }

    # charles is 24.5 hours late, one of them free: one day begun, 10 %.
    assert scores() == {"ada": (94, 0), "charles": (91, 9.1)}
    # The course comes to accept what charles wrote.
    one = check.load(LAB).checks["L1"]
    namespace = {"np": __import__("numpy")}
    exec(wrong, namespace)
    monkeypatch.setattr(one, "alternatives", [namespace["L1"]])
    assert main([*grade, "--question", "L1"]) == 0
    assert scores() == {"ada": (94, 0), "charles": (94, 9.4)}
    marked = folder / "autograded" / "charles" / LAB / NOTEBOOK
    cells = json.loads(marked.read_text(encoding="utf-8"))["cells"]
    [cell] = [
        c
        for c in cells
        if c["metadata"].get("nbgrader", {}).get("grade_id") == "check-L1"
    ]
    assert "L1 is right" in cell["outputs"][0]["text"]
    log = folder / ".autograder" / f"{LAB}.attempts.jsonl"
    notes = [json.loads(line) for line in log.read_text().splitlines()]
    assert [n.get("question") for n in notes if "student" in n][2:] == ["L1", "L1"]

"""Grades go back to the LMS in its own table; nothing else in the table changes."""

import csv
import datetime
import io
import zipfile
from dataclasses import replace

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.course.configuration import open_course
from autograder.course.grades import Person, grades
from autograder.course.people import People
from autograder.course.roster import Student
from autograder.errors import Refused
from autograder.nbgrader.config import find_programs
from autograder.reports import lms

# nbgrader's own way of adding a submission.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")

LAB = "C1W2"
STUDENTS = [
    Student("ada", "Ada", "Lovelace", "ada@uni.edu", "101"),
    Student("bo1", "Bo", "Li", "bo@uni.edu", "102"),
    Student("bo2", "Bo", "Li", "bo.li@uni.edu", "103"),
    Student("cy", "Cy", "Ng", "cy@uni.edu", "104"),
    Student("dee", "Dee", "O'Neil, Jr.", "dee@uni.edu", "105"),
]
POINTS = {"ada": 87.5, "bo1": 60, "bo2": 70, "cy": None, "dee": 100}
GRADES = [Person(who, grade) for who, grade in POINTS.items()]
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,C1W2 Logistic regression (9001),"
    "C1W3 Planar data (9002),C1W2 Current Score (read only),Final Score\r\n"
    ",,,,,Manual Posting,,(read only),\r\n"
    "    Points Possible,,,,,100.00,100.00,(read only),(read only)\r\n"
    '"Lovelace, Ada",101,S1,ada,"A, B",,12.00,,99.0\r\n'
    '"Li, Bo",103,S3,bo2,A,,,,\r\n'
    '"Li, Bo",102,S2,bo1,A,5.00,,,\r\n'
    '"Ng, Cy",104,S4,cy,A,,"3",,\r\n'
    '"O\'Neil, Jr., Dee",105,S5,dee,A,,,,\r\n'
    '"Student, Test",199,,f00,A,,,,\r\n'
)
MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be "
    "changed,Last modified (grade),Feedback comments\n"
    'Participant 7001,Ada Lovelace,ada@uni.edu,"Submitted for grading - ",,100.00,Yes'
    ",-,\n"
    'Participant 7002,Bo Li,bo@uni.edu,"Submitted for grading - ",,100.00,Yes,-,"a\n'
    'b"\n'
    "Participant 7003,Bo Li,bo.li@uni.edu,Submitted,,100.00,Yes,-,\n"
    "Participant 101,Cy Ng,cy@uni.edu,No submission,-,100.00,Yes,-,\n"
    "Participant 7005,Dee O'Neil Jr.,dee@uni.edu,Submitted,,100.00,Yes,-,\n"
)
GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann "
    "geändert werden;Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    "Teilnehmer/in7001;Ada Lovelace;ada@uni.edu;Abgegeben;;100,00;Ja;-;\n"
    "Teilnehmer/in7002;Bo Li;bo@uni.edu;Abgegeben;50,00;100,00;Ja;-;\n"
)
FRENCH = (
    "Prénom,Nom de famille,Numéro d'identification,Adresse de courriel,"
    "Devoir (remise) : C1W2 (Brut),Devoir (remise) : C1W3 (Brut)\n"
    "Ada,Lovelace,ada,ada@uni.edu,-,-\nBo,Li,bo2,bo.li@uni.edu,-,-\n"
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,Email,C1W2 Lab Points Grade <Numeric "
    "MaxPoints:100 Weight:10 Category:Labs>,C1W3 Lab Points Grade <Numeric "
    "MaxPoints:100>,End-of-Line Indicator\n"
    "#101,#ada,Lovelace,Ada,ada@uni.edu,,,#\n"
    "#103,#bo2,Li,Bo,bo.li@uni.edu,,,#\n"
    "#102,#bo1,Li,Bo,bo@uni.edu,,,#\n"
)
BLACKBOARD = (
    '\ufeff"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t'
    '"Availability"\t"C1W2 Lab [Total Pts: 100 Score] |31337"\n'
    '"Lovelace"\t"Ada"\t"ada"\t"S1"\t"2027-01-02"\t"Yes"\t""\n'
    '"Li"\t"Bo"\t"bo1"\t"S2"\t""\t"Yes"\t""\n'
)


def filled(system, text, tmp_path, encoding="utf-8", **more):
    path = tmp_path / "from-the-lms.csv"
    path.write_bytes(text.encode(encoding))
    people = People(open_course(tmp_path))
    for one in more.pop("students", STUDENTS):
        people.add(one)
    done = lms.fill(lms.SYSTEMS[system], path, LAB, people, GRADES, 100, **more)
    return done, done.raw.decode(encoding)


def table(text, delimiter=","):
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    ("system", "text", "encoding", "column", "expected"),
    [
        (
            "canvas",
            CANVAS,
            "utf-8",
            5,
            ["Manual Posting", "100.00", "87.5", "70", "60", "", "100", ""],
        ),
        ("moodle", MOODLE, "utf-8", 4, ["87.5", "60", "70", "-", "100"]),
        ("moodle", GERMAN, "cp1252", 4, ["87,5", "60"]),
        ("moodle", FRENCH, "utf-8", 4, ["87.5", "70"]),
        ("brightspace", BRIGHTSPACE, "utf-8", 5, ["87.5", "70", "60"]),
        ("blackboard", BLACKBOARD, "utf-16-le", 6, ["87.5", "60"]),
    ],
)
def test_grades_enter_their_column_and_nothing_else_changes(
    system, text, encoding, column, expected, tmp_path
):
    _, back = filled(system, text, tmp_path, encoding)
    delimiter = {GERMAN: ";", BLACKBOARD: "\t"}.get(text, ",")
    before, after = table(text, delimiter), table(back, delimiter)
    assert after[0] == before[0]
    assert [row[column] for row in after[1:]] == expected
    for old, new in zip(before, after, strict=True):
        assert [*old[:column], *old[column + 1 :]] == [
            *new[:column],
            *new[column + 1 :],
        ]
    changed = {row[column] for row in after[1:]} - {row[column] for row in before[1:]}
    kept = [line for line in text.splitlines(True) if line not in back.splitlines(True)]
    assert len(kept) == sum(row[column] in changed for row in after[1:])


def test_a_participants_number_is_not_taken_for_a_students(tmp_path):
    """In MOODLE, Cy is participant 101, which is Ada's number in the LMS."""
    done, _ = filled("moodle", MOODLE, tmp_path)
    assert done.given["ada"] == "87.5"
    assert "cy" not in done.given


def test_a_name_alone_decides_if_it_is_one_rows_and_one_students(tmp_path):
    text = (
        "Identifier,Full name,Grade\n"
        "Participant 1,Ada Lovelace,\nParticipant 2,Cy Ng,\nParticipant 3,Bo Li,\n"
        "Participant 4,Dee O'Neil Jr.,\nParticipant 5,Dee O'Neil Jr.,\n"
    )
    done, _ = filled("moodle", text, tmp_path)
    assert done.given == {"ada": "87.5"}
    assert done.missing == ["bo1", "bo2", "dee"]
    said = "Dee O'Neil Jr. is not the only row that may be dee; no grade was entered."
    assert done.remarks == [
        "Bo Li may be bo1 or bo2; no grade was entered.",
        said,
        said,
    ]


def test_an_address_that_two_share_does_not_hide_their_own_numbers(tmp_path):
    students = [replace(one, email="team@uni.edu") for one in STUDENTS]
    text = "ID number,Full name,Email address,Grade\n" + "".join(
        f"{one.id},{one.name},team@uni.edu,\n" for one in students
    )
    done, _ = filled("moodle", text, tmp_path, students=students)
    assert done.given == {"ada": "87.5", "bo1": "60", "bo2": "70", "dee": "100"}


def test_namesakes_without_another_key_are_left_as_they_are(tmp_path):
    text = 'Student,ID,Section,C1W2 (1)\n"Li, Bo",,A,\n"Ng, Cy",,A,\n'
    done, back = filled("canvas", text, tmp_path)
    assert back == text
    assert done.missing == ["ada", "bo1", "bo2", "dee"]


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("a,b\n1,2\n", "", "not an export of Canvas"),
        ("Student,ID,C1W3 (1)\n", "", "no column for C1W2"),
        ("Student,ID,C1W2 (1),C1W2 again (2)\n", "", "several columns"),
        ("Student,ID,C1W2 (1)\n", "Essay", "no column for Essay"),
        ("", "", "is empty"),
    ],
)
def test_a_table_that_cannot_be_filled(text, column, why, tmp_path):
    with pytest.raises(Refused, match=why):
        filled("canvas", text, tmp_path, column=column)


def test_another_maximum_is_said_and_grades_are_not_scaled(tmp_path):
    text = CANVAS.replace("100.00,100.00", "20.00,100.00")
    done, _ = filled("canvas", text, tmp_path)
    assert "grades are not scaled" in done.remarks[0]
    assert done.given["ada"] == "87.5"


def test_excused_work_is_marked_where_the_lms_reads_it(tmp_path):
    done, _ = filled("canvas", CANVAS, tmp_path, excused=["cy", "dee"])
    assert (done.given["cy"], done.given["dee"]) == ("EX", "EX")
    done, _ = filled("brightspace", BRIGHTSPACE, tmp_path, excused=["bo1"])
    assert "bo1" not in done.given


@pytest.fixture
def course(tmp_path):
    """A course with everything that makes a grade: hand, override, extra, penalty."""
    folder = tmp_path / "course"
    folder.mkdir()
    find_programs()
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "deep-learning") as book:
        for one in STUDENTS:
            book.update_or_create_student(
                one.id,
                first_name=one.first_name,
                last_name=one.last_name,
                email=one.email,
                lms_user_id=one.lms_user_id,
            )
        book.update_or_create_assignment(LAB)
        book.update_or_create_notebook("lab", LAB)
        cells = {"check-f": (60, "code"), "words": (40, "markdown")}
        for name, (points, kind) in cells.items():
            book.update_or_create_grade_cell(
                name, "lab", LAB, max_score=points, cell_type=kind
            )
        given = {  # automatic, by hand instead, by hand, extra, penalty
            "ada": (50, None, 30.25, 2.5, 0),
            "bo1": (50, 60, 10, None, 0),
            "bo2": (40, None, None, None, 0),
            "dee": (60, None, 40, None, 0),
        }
        for who, (auto, override, words, extra, penalty) in given.items():
            book.add_submission(LAB, who)
            grade = book.find_grade("check-f", "lab", LAB, who)
            grade.auto_score, grade.manual_score = auto, override
            grade.extra_credit, grade.needs_manual_grade = extra, False
            grade = book.find_grade("words", "lab", LAB, who)
            grade.manual_score, grade.needs_manual_grade = words, words is None
            notebook = book.find_submission_notebook("lab", LAB, who)
            notebook.late_submission_penalty = penalty
        book.db.commit()
    return folder


EXPECTED = {"ada": 82.75, "bo1": 70, "bo2": 40, "dee": 100}


def test_every_grade_is_the_gradebooks(course, tmp_path, monkeypatch, capsys):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "deep-learning") as book:
        found = {one.id: one for one in grades(book, LAB)}
        for one in book.assignment_submissions(LAB):
            net = one.score - one.late_submission_penalty
            assert found[one.student.id].grade == net == EXPECTED[one.student.id]
    assert found["cy"].grade is None
    assert [name for name, one in found.items() if one.waiting] == ["bo2"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gradebook.csv").write_text(CANVAS, newline="")
    words = ["export", LAB, "--course", str(course), "--canvas", "gradebook.csv"]
    assert main([*words, "--out", "upload.csv"]) == 0
    out, error = capsys.readouterr()
    assert "upload.csv: 4 grades in the column 'C1W2 Logistic regression" in out
    assert "still wait for points by hand: bo2" in error
    rows = table((tmp_path / "upload.csv").read_text())
    sent = {row[3]: row[5] for row in rows[3:] if row[5]}
    assert {who: float(text) for who, text in sent.items()} == EXPECTED
    assert main(words) == 0
    same = (tmp_path / "gradebook-C1W2.csv").read_bytes()
    assert same == (tmp_path / "upload.csv").read_bytes()
    assert main([*words, "--out", "gradebook.csv"]) == 2


OTHERS = {
    "Canvas": ("canvas", CANVAS),
    "Moodle grading worksheet": ("moodle", MOODLE),
    "Moodle": ("moodle", FRENCH),
    "Brightspace": ("brightspace", BRIGHTSPACE),
    "Blackboard": ("blackboard", BLACKBOARD),
}


@pytest.mark.parametrize("system", lms.SYSTEMS)
@pytest.mark.parametrize("kind", OTHERS)
def test_the_table_of_another_system_is_refused(system, kind, tmp_path):
    own, text = OTHERS[kind]
    if own == system:
        filled(system, text, tmp_path)
        return
    said = rf"an export of {lms.SYSTEMS[system].name}: it looks like .* {kind}\."
    with pytest.raises(Refused, match=said):
        filled(system, text, tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("--moodle", "table.csv", "--out", "no/x.csv"),
        ("--moodle", "table.csv", "--feedback", "no/x.zip"),
        ("--moodle", "table.csv", "--feedback", "x.zip", "--submissions", "no.zip"),
        ("--moodle", "no.csv"),
    ],
)
def test_a_file_that_cannot_be_read_or_written_is_one_sentence(
    course, tmp_path, monkeypatch, capsys, words
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(MOODLE, encoding="utf-8")
    assert main(["export", LAB, "--course", str(course), *words]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "no" in line
    assert ".x." not in line  # the name that was given


def test_whoever_is_graded_and_not_in_the_table_is_named(course, tmp_path, capsys):
    path = tmp_path / "grades.csv"
    path.write_text(BRIGHTSPACE)
    out = str(tmp_path / "out.csv")
    words = ["--course", str(course), "--brightspace", str(path), "--out", out]
    assert main(["export", LAB, *words]) == 1
    assert "not in grades.csv: dee" in capsys.readouterr().err


def test_feedback_goes_back_under_the_names_of_the_lms(course, tmp_path, capsys):
    stem = "C1W2_logistic_regression"
    for who in ("ada", "bo1", "bo2", "dee"):
        page = course / "feedback" / who / LAB / f"{stem}.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>{who}</p>")
    downloaded = tmp_path / "submissions.zip"
    with zipfile.ZipFile(downloaded, "w") as file:
        file.writestr(f"lovelaceada_LATE_101_5551_{stem}.ipynb", "{}")
        file.writestr(f"libo_103_5553_{stem}-1.ipynb", "{}")
        file.writestr(f"libo_102_5552_{stem}.ipynb", "{}")
    canvas, moodle = tmp_path / "canvas.csv", tmp_path / "moodle.csv"
    canvas.write_text(CANVAS, newline="")
    moodle.write_text(MOODLE, encoding="utf-8")
    words = ["export", LAB, "--course", str(course), "--out", str(tmp_path / "x.csv")]
    archive = tmp_path / "feedback.zip"
    more = ["--feedback", str(archive), "--submissions", str(downloaded)]
    assert main([*words, "--canvas", str(canvas), *more]) == 0
    said = capsys.readouterr().err
    why = "because submissions.zip does not contain their number in Canvas: dee."
    assert f"Not in {archive.name}, {why}" in said
    with zipfile.ZipFile(archive) as file:
        found = {name: file.read(name).decode() for name in file.namelist()}
    assert found == {
        f"lovelaceada_LATE_101_5551_{stem}.html": "<p>ada</p>",
        f"libo_103_5553_{stem}-1.html": "<p>bo2</p>",
        f"libo_102_5552_{stem}.html": "<p>bo1</p>",
    }
    assert main([*words, "--moodle", str(moodle), "--feedback", str(archive)]) == 0
    with zipfile.ZipFile(archive) as file:
        found = {name: file.read(name).decode() for name in file.namelist()}
    assert found == {
        f"Ada Lovelace_7001_assignsubmission_file_/{stem}.html": "<p>ada</p>",
        f"Bo Li_7002_assignsubmission_file_/{stem}.html": "<p>bo1</p>",
        f"Bo Li_7003_assignsubmission_file_/{stem}.html": "<p>bo2</p>",
        f"Dee O'Neil Jr._7005_assignsubmission_file_/{stem}.html": "<p>dee</p>",
    }
    (tmp_path / "x.csv").unlink()
    assert main([*words, "--canvas", str(canvas), "--feedback", str(archive)]) == 2
    assert not (tmp_path / "x.csv").exists()  # refused as a whole


def test_penalties_follow_points_dates_and_extensions(course, tmp_path, capsys):
    """Two days late at 10 per cent a day; then points, an extension, another date."""
    (course / "nbgrader_config.py").write_text(
        "from autograder.nbgrader.config import configure\n"
        "configure(get_config(), __file__)\n"
        "c = get_config()\n"
        "c.AssignLatePenalties.plugin_class = "
        "'autograder.nbgrader.late.PercentPerDay'\n"
    )
    dates = course / "due_dates.csv"
    dates.write_text("lab,due\ntime zone,Europe/Berlin\nC1W2,2027-01-31T23:59\n")
    url = f"sqlite:///{course / 'gradebook.db'}"
    late = datetime.datetime(2027, 2, 2, 10)
    with Gradebook(url, "deep-learning") as book:
        for who in ("ada", "dee"):
            book.find_submission(LAB, who).timestamp = late
        book.db.commit()
    table = tmp_path / "from-canvas.csv"
    table.write_text(CANVAS, newline="")

    def sent():
        out = tmp_path / "upload.csv"
        words = ["--course", str(course), "--canvas", str(table), "--out", str(out)]
        assert main(["export", LAB, *words]) == 0
        rows = csv.reader(io.StringIO(out.read_text(), newline=""))
        return {row[3]: row[5] for row in list(rows)[3:] if row[5]}

    assert sent() == {"ada": "66.2", "bo1": "70", "bo2": "40", "dee": "80"}
    with Gradebook(url, "deep-learning") as book:
        book.find_grade("words", "lab", LAB, "dee").manual_score = 20
        book.db.commit()
    assert sent()["dee"] == "64"
    extensions = course / "extensions.csv"
    extensions.write_text("student,lab,until\nada,*,1 day\ndee,C1W2,2027-02-02T11:00\n")
    assert sent() | {"ada": "74.47"} == sent()
    assert sent()["dee"] == "80"
    assert "no student" not in capsys.readouterr().err
    extensions.write_text("student,lab,until\ndeee,*,2 days\n")
    assert sent()["dee"] == "64"
    assert "extensions.csv: there is no student 'deee'" in capsys.readouterr().err
    dates.write_text("lab,due\nC1W2,2027-02-03\n")
    assert sent()["dee"] == "80"
    stored = (course / "gradebook.db").read_bytes()
    assert sent()["dee"] == "80"
    assert (course / "gradebook.db").read_bytes() == stored  # nothing new, no writing
    (course / "excused.csv").write_text("student,lab\ncy,C1W2\ndee,*\nada,C1W3\n")
    capsys.readouterr()
    assert sent() == {"ada": "82.75", "bo1": "70", "bo2": "40", "cy": "EX", "dee": "EX"}
    assert "3 grades and 2 excused in the column" in capsys.readouterr().out

"""From a platform's roster and download to one row for each person."""

import csv
import datetime
import io
import zipfile

import pytest
from nbgrader.api import Gradebook

from autograder import __main__ as command
from autograder.course import configuration, roster
from autograder.course.grades import Person
from autograder.course.people import UNMATCHED, People
from autograder.grading.local_time import time_problem
from autograder.reports import lms
from autograder.timestamp import handed_in
from tests import platforms
from tests.platforms import (
    CLASS,
    EIGHT,
    ELEVEN,
    GRADED,
    LAB,
    NOTEBOOK,
    ONE,
    OTHER_LAB,
    SEVEN,
    STEM,
    TEN,
    THREE,
    TWINS,
    TWO,
)

LATE_TIME = datetime.datetime(2027, 2, 1, 9, 26)
SECOND = datetime.timedelta(seconds=1)
IN_TIME = datetime.datetime(2027, 1, 31, 22, 12, 13)


def run(*words, expect=0):
    assert command.main([str(word) for word in words]) == expect


@pytest.fixture
def course(tmp_path):
    """Makes a course with some rosters."""

    def make(*texts, encoding="utf-8"):
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"roster{number}.csv")
            files[-1].write_bytes(text.encode(encoding))
        folder = tmp_path / "course"
        folder.mkdir(exist_ok=True)
        (folder / "due_dates.csv").write_text(f"lab,due\n{LAB},{platforms.DUE}\n")
        named = [word for file in files for word in ("--roster", file)]
        run("new-class", folder, *named)
        return folder

    return make


def test_late_work_without_a_due_date_is_said_to_count_as_in_time(
    course, tmp_path, capsys
):
    folder = course(platforms.canvas_roster())
    (folder / "due_dates.csv").write_text(f"lab,due\n{LAB},\n")
    archive = tmp_path / "submissions.zip"
    archive.write_bytes(platforms.canvas_zip())
    run("collect", LAB, archive, "--course", folder, expect=1)
    said = capsys.readouterr().out
    assert f"{TWO.login} (C1W2). Their lab has no due date" in said
    assert "one second after" not in said


def students(folder):
    with Gradebook(configuration.open_course(folder).url) as book:
        return {s.id: s for s in book.students}


def placed(folder):
    """Each student who has a notebook, with its content."""
    found = {}
    for path in (folder / "submitted").glob(f"*/{LAB}/*.ipynb"):
        assert path.parent.parent.name not in found
        found[path.parent.parent.name] = path.read_bytes()
    return found


def asked(folder):
    path = folder / UNMATCHED
    text = path.read_text() if path.exists() else ""
    return list(csv.DictReader(text.splitlines()))


def settle(folder, answer):
    rows = asked(folder)
    for row in rows:
        row["student"] = answer(row)
    with (folder / UNMATCHED).open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def zipped(tmp_path, content):
    (tmp_path / "download.zip").write_bytes(content)
    return tmp_path / "download.zip"


# --- rosters --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (platforms.canvas_roster(), "Canvas"),
        (platforms.canvas_roster_separate(), "Canvas"),
        (platforms.moodle_roster("en"), "Moodle"),
        (platforms.moodle_roster("de", ";"), "Moodle"),
        (platforms.moodle_roster("fr", "\t"), "Moodle"),
        (platforms.worksheet("en"), roster.WORKSHEET),
        (platforms.worksheet("de"), roster.WORKSHEET),
        (platforms.worksheet("fr"), roster.WORKSHEET),
        (platforms.brightspace_roster(), "Brightspace"),
        (platforms.blackboard_roster(), "Blackboard"),
        (platforms.github_roster(), "GitHub Classroom"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_student_of_a_roster_is_read(tmp_path, text, kind, encoding):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.removeprefix("\ufeff").encode(encoding))
    found = roster.read(path)
    assert found.kind == kind
    assert found.problems == []
    assert [s.name for s in found.students] == [f"{p.first} {p.last}" for p in CLASS]
    assert len({s.id for s in found.students}) == len(CLASS)


def test_a_row_that_cannot_be_read_costs_nobody_else_a_row(tmp_path):
    lines = platforms.canvas_roster().splitlines()
    lines[4] = '"Two, Student,701,S701,st_two,Monday,,'  # the mark is never closed
    lines[6] = '"Four, Student",,,,Monday,,'
    path = tmp_path / "roster.csv"
    path.write_text("\n".join(lines))
    found = roster.read(path)
    assert len(found.students) == len(CLASS) - 2
    assert [problem.split(":")[0] for problem in found.problems] == ["Line 5", "Line 7"]


ROSTERS = [
    platforms.canvas_roster(),
    platforms.github_roster(),
    platforms.moodle_roster("de"),
    platforms.brightspace_roster(),
    platforms.blackboard_roster(),
]


@pytest.mark.parametrize("first", ROSTERS)
def test_all_rosters_are_one_class(course, first):
    """Known by number, address or name, in whichever roster came first."""
    folder = course(first, *ROSTERS)
    assert len(students(folder)) == len(CLASS)
    people = People.of(configuration.open_course(folder))
    for person in CLASS:
        [student] = people.keys[roster.CANVAS, str(person.number)]
        assert people.keys[roster.MAIL, person.mail] == {student}


def test_namesakes_whom_nothing_tells_apart_are_left_to_a_person(
    course, tmp_path, capsys
):
    folder = course(platforms.canvas_roster())
    later = tmp_path / "later.csv"
    later.write_text(platforms.moodle_roster().replace("twin", "somebody"))
    run("new-class", folder, "--roster", later, expect=1)
    said = capsys.readouterr().err
    assert said.count("Zoë Marie Twin-Müller may be twin1 or twin2") == 2
    assert len(students(folder)) == len(CLASS)


def test_a_student_with_another_login_is_still_the_same(course, tmp_path):
    folder = course(platforms.canvas_roster())
    later = tmp_path / "later.csv"
    later.write_text(platforms.canvas_roster().replace("st_one", "one.new"))
    run("new-class", folder, "--roster", later)
    assert len(students(folder)) == len(CLASS)
    assert "st_one" in students(folder)


# --- downloads ------------------------------------------------------------------------


def check(folder, id_of, left_too=()):
    """Everybody has one folder, and what is in it is the last attempt."""
    graded = {id_of(p) for p in GRADED} - {id_of(p) for p in left_too}
    found = placed(folder)
    assert set(found) == graded | {id_of(EIGHT)}
    if id_of(THREE) in found:
        assert b"second attempt" in found[id_of(THREE)]
    for twin in TWINS:
        if twin not in left_too:
            assert twin.login.encode() in found[id_of(twin)]
    assert len(students(folder)) == len(CLASS)


def timed(folder, student):
    return handed_in(folder / "submitted" / student / LAB)


@pytest.mark.parametrize("text", ["canvas_roster", "canvas_roster_separate"])
def test_canvas(course, tmp_path, capsys, text):
    folder = course(getattr(platforms, text)())
    place = zipped(tmp_path, platforms.canvas_zip())
    run("collect", LAB, place, "--course", folder, expect=1)
    said = capsys.readouterr().out
    check(folder, lambda p: p.login)
    assert asked(folder) == []
    for person in (SEVEN, ELEVEN):
        assert f"{person.sortable}_{person.number}_" in said
    assert "it is C1W3, not C1W2" in said
    named = ", ".join(sorted(p.login for p in (SEVEN, TEN, ELEVEN)))
    assert f"{LAB}: nothing to grade from 3: {named}." in said
    # Canvas does not say when; late is one second after the due date.
    assert timed(folder, TWO.login) == datetime.datetime(2027, 2, 1, 0, 0, 0)
    assert f"not say by how much: {TWO.login} (C1W2)" in said
    assert timed(folder, THREE.login) is None
    before = placed(folder)
    run("collect", LAB, place, "--course", folder, expect=1)
    assert "0 placed" in capsys.readouterr().out
    assert placed(folder) == before


@pytest.mark.parametrize(
    ("language", "in_folders"), [("en", True), ("de", False), ("fr", True)]
)
def test_moodle_with_its_worksheet(course, tmp_path, capsys, language, in_folders):
    folder = course(platforms.moodle_roster(language))
    place = zipped(tmp_path, platforms.moodle_zip(in_folders))
    sheet = tmp_path / "Grades.csv"
    sheet.write_text(platforms.worksheet(language))
    run("collect", LAB, place, sheet, "--course", folder, expect=1)
    said = capsys.readouterr().out
    check(folder, lambda p: p.mail)
    assert asked(folder) == []
    assert timed(folder, TWO.mail) == LATE_TIME
    assert timed(folder, THREE.mail) == IN_TIME.replace(second=0)
    assert ("the folder is empty" in said) == in_folders


def test_a_worksheet_without_times_is_said_to_have_none(course, tmp_path, capsys):
    folder = course(platforms.moodle_roster())
    place = zipped(tmp_path, platforms.moodle_zip())
    sheet = tmp_path / "Grades.csv"
    text = platforms.worksheet("en").replace("(submission)", "")
    sheet.write_text(text)
    run("collect", LAB, place, sheet, "--course", folder, expect=1)
    said = capsys.readouterr().out
    assert "Grades.csv does not say when anybody handed in, so no work count" in said


def test_moodle_without_a_worksheet_asks_who_the_namesakes_are(
    course, tmp_path, capsys
):
    folder = course(platforms.moodle_roster())
    place = zipped(tmp_path, platforms.moodle_zip())
    run("collect", LAB, place, "--course", folder, expect=1)
    check(folder, lambda p: p.mail, TWINS)
    rows = asked(folder)
    assert {row["number"] for row in rows} == {str(p.participant) for p in TWINS}
    assert all("2 students are called that" in row["why"] for row in rows)
    # A wrong answer is refused, and asked again.
    settle(folder, lambda row: "somebody")
    run("collect", LAB, place, "--course", folder, expect=1)
    assert "no student 'somebody'" in capsys.readouterr().out
    settle(
        folder,
        lambda row: next(p.mail for p in TWINS if str(p.participant) == row["number"]),
    )
    run("collect", LAB, place, "--course", folder, expect=1)
    check(folder, lambda p: p.mail)


def test_brightspace(course, tmp_path, capsys):
    folder = course(platforms.brightspace_roster())
    place = zipped(tmp_path, platforms.brightspace_zip())
    run("collect", LAB, place, "--course", folder, expect=1)
    check(folder, lambda p: p.login, TWINS)
    assert "index.html" not in capsys.readouterr().out
    assert timed(folder, TWO.login) == LATE_TIME

    def waiting():
        return People.of(configuration.open_course(folder)).waiting()

    assert waiting() == 2
    settle(folder, lambda row: "somebody")
    assert waiting() == 2
    settle(
        folder,
        lambda row: next(p.login for p in TWINS if str(p.number) == row["number"]),
    )
    assert waiting() == 2  # the files are where they were
    run("collect", LAB, place, "--course", folder, expect=1)
    assert waiting() == 0
    check(folder, lambda p: p.login)
    # What was settled is known for every later lab.
    (folder / UNMATCHED).unlink()
    run("collect", LAB, place, "--course", folder, expect=1)
    assert asked(folder) == []


def test_nothing_is_left_to_settle_once_everything_is(course, tmp_path, capsys):
    """Earlier attempts, and somebody who is no student."""
    folder = course(platforms.brightspace_roster())
    works = [one for one in platforms.work() if one.person in (ONE, THREE)]
    guest = platforms.Person(999, "Test", "Person", "test")
    works.append(platforms.Work(guest, platforms.ON_TIME, NOTEBOOK, b"{}"))
    place = zipped(tmp_path, platforms.brightspace_zip(works))
    run("collect", LAB, place, "--course", folder, expect=1)
    settle(folder, lambda row: "-")
    capsys.readouterr()
    run("collect", LAB, place, "--course", folder)
    assert People.of(configuration.open_course(folder)).waiting() == 0
    said = capsys.readouterr().out
    assert "2 unchanged; 2 not needed." in said
    assert f"an earlier attempt of {THREE.login}, who handed in another one lat" in said
    assert "unmatched.csv says that it is no student's" in said
    assert b"second attempt" in placed(folder)[THREE.login]


def test_blackboard(course, tmp_path, capsys):
    folder = course(platforms.blackboard_roster(), encoding="utf-16")
    place = zipped(tmp_path, platforms.blackboard_zip())
    run("collect", LAB, place, "--course", folder, expect=1)
    check(folder, lambda p: p.login)
    assert timed(folder, TWO.login) == LATE_TIME
    assert timed(folder, THREE.login) == IN_TIME
    left = [line for line in capsys.readouterr().out.splitlines() if ".txt" in line]
    assert left == []


def test_github_classroom(course, tmp_path, capsys):
    folder = course(platforms.github_roster())
    with zipfile.ZipFile(zipped(tmp_path, platforms.github_zip())) as file:
        file.extractall(tmp_path / "cloned")
    run("collect", LAB, tmp_path / "cloned", "--course", folder, expect=1)
    check(folder, lambda p: f"gh-{p.login.replace('_', '-')}")


def test_a_stranger_is_asked_about_and_never_becomes_a_student(
    course, tmp_path, capsys
):
    folder = course(platforms.canvas_roster())
    place = tmp_path / "download.zip"
    text = platforms.solved()
    with zipfile.ZipFile(place, "w") as file:
        # A number that the roster does not have, although the name is known.
        file.writestr(f"{TWO.sortable}_998_5_{NOTEBOOK}", text)
        file.writestr(f"guestperson_999_6_{NOTEBOOK}", text)
        file.writestr(f"LATE_anon_a1B2c_7_{NOTEBOOK}", text)
    run("collect", LAB, place, "--course", folder, expect=1)
    assert placed(folder) == {}
    assert len(asked(folder)) == 3
    assert len(students(folder)) == len(CLASS)
    settle(folder, lambda row: "-" if row["number"] == "999" else "")
    capsys.readouterr()
    run("collect", LAB, place, "--course", folder, expect=1)
    said = capsys.readouterr().out
    assert "unmatched.csv says that it is no student's" in said
    assert len(asked(folder)) == 3
    # Nor when its folder is there already.
    stranger = folder / "submitted" / "guest" / LAB
    stranger.mkdir(parents=True)
    (stranger / NOTEBOOK).write_bytes(text)
    run("class", LAB, "--course", folder, "--jobs", "1", expect=1)
    said = capsys.readouterr().out
    assert "guest: The roster has no student 'guest'" in said
    assert "unmatched.csv lists 2 whose work is not collected yet. Fill in" in said
    assert f"Nothing to grade from {len(CLASS)}: " in said
    assert "guest" not in students(folder)


def test_without_a_roster_two_of_one_name_stay_two(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    for number, (first, second) in enumerate([("1", "2"), ("1", "3")]):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as file:
            for who in (first, second):
                name = f"leeann_{who}00_{number}_{NOTEBOOK}"
                file.writestr(name, platforms.solved(who))
        run("collect", LAB, tmp_path / f"{number}.zip", "--course", folder)
    found = placed(folder)
    assert set(found) == {"leeann-100", "leeann-200", "leeann-300"}
    assert len(set(found.values())) == 3


def test_folders_that_students_left_empty_are_not_missed(course, tmp_path, capsys):
    """Only the platform's own folder says that somebody handed in nothing."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("lab/data/", "")
        file.writestr(f"lab/{NOTEBOOK}", platforms.solved())
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as file:
        file.writestr("lab/", "")
    place, unpacked = tmp_path / "all.zip", tmp_path / "unpacked"
    start = "Student {0.last}_{0.participant}_assignsubmission_file_"
    with zipfile.ZipFile(place, "w") as file:
        file.writestr(f"{start.format(ONE)}/data/", "")
        file.writestr(f"{start.format(ONE)}/{NOTEBOOK}", platforms.solved())
        file.writestr(f"{start.format(TWO)}/work.zip", inner.getvalue())
        file.writestr(f"{start.format(THREE)}/work.zip", empty.getvalue())
        file.writestr(f"{start.format(TEN)}/", "")
    with zipfile.ZipFile(place) as file:
        file.extractall(unpacked)
    folder = course(platforms.moodle_roster())
    for here in place, unpacked:
        run("collect", LAB, here, "--course", folder, expect=1)
        said = capsys.readouterr().out
        assert placed(folder).keys() == {ONE.mail, TWO.mail}
        assert "; 2 not placed." in said
        assert f"{start.format(THREE)}/work.zip: the archive is empty." in said
        assert f"{start.format(TEN)}: the folder is empty." in said


def test_whoever_hands_in_no_notebook_is_named_by_every_run(course, tmp_path, capsys):
    folder = course(platforms.canvas_roster())
    place = tmp_path / "all.zip"
    essay = f"{ONE.sortable}_{ONE.number}_901_essay.pdf"
    other = f"{TWO.sortable}_{TWO.number}_903_{OTHER_LAB}.pdf"
    with zipfile.ZipFile(place, "w") as file:
        file.writestr(essay, b"%PDF-1.7")
        file.writestr(f"{TWO.sortable}_{TWO.number}_902_{NOTEBOOK}", platforms.solved())
        file.writestr(other, b"%PDF-1.7")
    for count in "1 placed", "0 placed":
        run("collect", place, "--course", folder, expect=1)
        said = capsys.readouterr().out
        assert count in said
        assert "2 not placed." in said
        for name, person in ((essay, ONE), (other, TWO)):
            why = f"so it cannot be graded (handed in by {person.login})."
            assert f"  {name}: it is no notebook (*.ipynb), {why}\n" in said
        assert f"{LAB}: nothing to grade from 12: " in said
        assert ONE.login in said.splitlines()[-1]
    run("class", LAB, "--course", folder)
    assert f"Nothing to grade from 12: {EIGHT.login}" in capsys.readouterr().out
    by_hand = folder / "submitted" / ONE.login / LAB / "essay.pdf"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_bytes(b"%PDF-1.7")
    run("class", LAB, "--course", folder, expect=1)
    assert f"{ONE.login}: The file is a PDF;" in capsys.readouterr().out
    run("collect", LAB, place, "--course", folder)
    said = capsys.readouterr().out
    assert f"{essay}: a person has put it into the folder of {ONE.login}." in said


def test_a_time_that_a_person_wrote_outlasts_a_mark(course, tmp_path, capsys):
    """Canvas says only that work is late; the true time is asked for."""
    folder = course(platforms.canvas_roster())
    place = zipped(tmp_path, platforms.canvas_zip())
    run("collect", LAB, place, "--course", folder, expect=1)
    assert f"not say by how much: {TWO.login} (C1W2)" in capsys.readouterr().out
    stamp = folder / "submitted" / TWO.login / LAB / "timestamp.txt"
    stamp.write_text("2027-02-03 09:30:00 UTC\n")
    run("collect", LAB, place, "--course", folder, expect=1)
    assert timed(folder, TWO.login) == datetime.datetime(2027, 2, 3, 9, 30)
    assert "not say by how much" not in capsys.readouterr().out
    # It is not late by that time, although Canvas says that it is.
    (folder / "due_dates.csv").write_text(f"lab,due\n{LAB},2027-02-04T12:00:00Z\n")
    run("collect", LAB, place, "--course", folder, expect=1)
    assert timed(folder, TWO.login) == datetime.datetime(2027, 2, 4, 12, 0, 1)
    # The time was that of another file.
    stamp.write_text("2027-02-06 09:30:00 UTC\n")
    later = tmp_path / "later.zip"
    with zipfile.ZipFile(later, "w") as file:
        name = f"{TWO.sortable}_LATE_{TWO.number}_900_{STEM}-1.ipynb"
        file.writestr(name, platforms.solved("later"))
    run("collect", LAB, later, "--course", folder)
    assert timed(folder, TWO.login) == datetime.datetime(2027, 2, 4, 12, 0, 1)


def test_a_mark_that_canvas_takes_back_counts_no_more(course, tmp_path, capsys):
    """As when a person gives an extension there after the first download."""
    folder = course(platforms.canvas_roster())
    place, text = tmp_path / "all.zip", platforms.solved()
    stamps = []
    for mark in "_LATE", "", "_LATE":
        with zipfile.ZipFile(place, "w") as file:
            name = f"{TWO.sortable}{mark}_{TWO.number}_900_{NOTEBOOK}"
            file.writestr(name, text)
            file.writestr(f"{ONE.sortable}_{ONE.number}_901_{NOTEBOOK}", text)
        run("collect", LAB, place, "--course", folder)
        stamps.append(timed(folder, TWO.login))
    due = datetime.datetime(2027, 1, 31, 23, 59, 59)
    assert stamps == [due + SECOND, due, due + SECOND]
    assert timed(folder, ONE.login) is None


def test_marks_follow_the_due_date_wherever_it_moves(course, tmp_path):
    """A mark says late or not; a time that a person wrote says more."""
    folder = course(platforms.canvas_roster())
    config = folder / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        .replace("# c.AssignLate", "c.AssignLate")
        .replace("# c.PercentPerDay.percent", "c.PercentPerDay.percent")
    )
    dates = folder / "due_dates.csv"
    dates.write_text("lab,due\n")  # filled in later
    for mark in "_LATE", "":  # THREE's is taken back
        place = tmp_path / f"all{mark}.zip"
        with zipfile.ZipFile(place, "w") as file:
            for person, said in ((ONE, "_LATE"), (TWO, "_LATE"), (THREE, mark)):
                name = f"{person.sortable}{said}_{person.number}_900_{NOTEBOOK}"
                file.writestr(name, platforms.solved())
        run("collect", LAB, place, "--course", folder)
    stamp = folder / "submitted" / TWO.login / LAB / "timestamp.txt"
    stamp.write_text("2027-02-02 09:30:00 UTC\n")
    opened = configuration.open_course(folder)
    for due, words, penalties in (
        ("2027-01-31T23:59:59Z", ("class", LAB), (9.4, 18.8, 0)),
        ("2027-01-29T23:59:59Z", ("class", LAB), (9.4, 37.6, 0)),
        ("2027-02-01T23:59:59Z", ("feedback", LAB), (9.4, 9.4, 0)),
        ("2026-01-31T23:59:59Z", ("collect", LAB, place), (9.4, 94, 0)),
        ("2027-02-02T09:29:59Z", ("class", LAB), (9.4, 9.4, 0)),
    ):
        dates.write_text(f"lab,due\n{LAB},{due}\n")
        run(*words, "--course", folder)
        if words[0] == "collect":
            run("class", LAB, "--course", folder)
        with Gradebook(opened.url, opened.name) as book:
            found = {
                one.student.id: one.late_submission_penalty
                for one in book.assignment_submissions(LAB)
            }
        logins = [person.login for person in (ONE, TWO, THREE)]
        assert found == dict(zip(logins, penalties, strict=True))
        for root in opened.submitted, opened.autograded:
            late = handed_in(root / ONE.login / LAB)
            assert late == datetime.datetime.fromisoformat(due[:-1]) + SECOND
    assert handed_in(stamp.parent) == datetime.datetime(2027, 2, 2, 9, 30)


def test_an_earlier_attempt_does_not_replace_a_later_one(course, tmp_path, capsys):
    folder = course(platforms.blackboard_roster(), encoding="utf-16")
    for number, hour in enumerate((12, 9)):
        place = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(place, "w") as file:
            start = f"A_{TWO.login}_attempt_2027-01-31-{hour:02}-00-00"
            file.writestr(f"{start}_{NOTEBOOK}", platforms.solved(str(hour)))
        run("collect", LAB, place, "--course", folder, expect=number)
    assert "later one, of 2027-01-31 12:00 UTC" in capsys.readouterr().out
    assert placed(folder)[TWO.login] == platforms.solved("12")


def test_a_truncated_archive_is_said_to_be_one(tmp_path, capsys):
    whole = platforms.canvas_zip()
    place = zipped(tmp_path, whole[: len(whole) // 2])
    for words in (["collect", LAB, place], ["grade", place]):
        more = ["--course", tmp_path] if words[0] == "collect" else []
        run(*words, *more, expect=1)
        said = capsys.readouterr().out
        assert "archive is incomplete or damaged; download it again" in said
        assert "JupyterLab" not in said


def test_a_table_of_grades_is_matched_by_what_every_roster_told(course, tmp_path):
    """The gradebook knows the accounts; the table has Canvas's numbers and names."""
    folder = course(platforms.github_roster(), platforms.canvas_roster())
    people = People.of(configuration.open_course(folder))
    grades = [Person(who, i) for i, who in enumerate(sorted(students(folder)))]
    table = tmp_path / "table.csv"
    rows = list(csv.reader(platforms.canvas_roster().splitlines()))
    for row in rows[1:]:
        row[2:4] = "", ""
    with table.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    done = lms.fill(lms.SYSTEMS["canvas"], table, LAB, people, grades, 100)
    assert done.missing == []
    assert done.given == {one.id: str(one.grade) for one in grades}


def test_work_whose_time_moodle_does_not_tell_is_named(course, tmp_path, capsys):
    folder = course(platforms.moodle_roster())
    place = zipped(tmp_path, platforms.moodle_zip())
    sheet = tmp_path / "Grades.csv"
    sheet.write_text(platforms.worksheet("en"))
    said = []
    for places in [place], [place, sheet], [place]:
        run("collect", LAB, *places, "--course", folder, expect=1)
        said.append(capsys.readouterr().out)
    [line] = [one for one in said[0].splitlines() if "does not say when" in one]
    known = placed(folder).keys() - {one.mail for one in TWINS}
    assert line == (
        f"Moodle's download does not say when these were handed in, so they count as "
        f"on time: {', '.join(sorted(f'{who} ({LAB})' for who in known))}. Collect "
        "them together with the assignment's grading worksheet."
    )
    assert "does not say when" not in said[1]
    assert "does not say when" not in said[2]  # the times are there by now


def test_two_rows_of_one_name_are_not_taken_for_one_student(course, tmp_path, capsys):
    """One of the namesakes is not in the gradebook, and addresses are hidden."""
    lines = platforms.moodle_roster().splitlines()
    folder = course("\n".join(lines[:-1]))
    place = zipped(tmp_path, platforms.moodle_zip())
    sheet = tmp_path / "Grades.csv"
    text = platforms.worksheet("en")
    for person in CLASS:
        text = text.replace(person.mail, "")
    sheet.write_text(text)
    run("collect", LAB, place, sheet, "--course", folder, expect=1)
    said = capsys.readouterr().out
    assert set(placed(folder)) > {ONE.mail, TWO.mail}
    assert timed(folder, TWO.mail) == LATE_TIME
    assert said.count(f"is not the only row that may be {TWINS[0].mail}.") == 2
    assert TWINS[0].mail not in placed(folder)
    assert {row["number"] for row in asked(folder)} == {
        str(person.participant) for person in TWINS
    }


def test_a_worksheet_that_names_only_known_students_is_a_roster(
    course, tmp_path, capsys
):
    folder = course(platforms.moodle_roster())
    sheet = tmp_path / "Grades.csv"
    text = platforms.worksheet("en").replace(ONE.mail, "").replace(TWO.mail, "")
    sheet.write_text(text.replace("Student Two", "Somebody New"))
    run("new-class", folder, "--roster", sheet, expect=1)
    said = capsys.readouterr()
    assert "0 new students, 12 known" in said.out
    [problem] = said.err.splitlines()
    assert "Somebody New has no identifier" in problem
    assert len(students(folder)) == len(CLASS)


def test_excused_students_are_not_missed(course, tmp_path, capsys):
    folder = course(platforms.canvas_roster())
    away = f"student,lab\n{TEN.login},{LAB}\n{ELEVEN.login},{OTHER_LAB}\n"
    (folder / "excused.csv").write_text(away)
    place = zipped(tmp_path, platforms.canvas_zip())
    run("collect", LAB, place, "--course", folder, expect=1)
    named = ", ".join(sorted([SEVEN.login, ELEVEN.login]))
    said = capsys.readouterr().out
    assert f"{LAB}: nothing to grade from 2: {named}.\n" in said
    (folder / "excused.csv").write_text("student,lab\n*,C9W9\n")
    before = placed(folder)
    (folder / "submitted" / ONE.login / LAB / NOTEBOOK).unlink()
    run("collect", LAB, place, "--course", folder, expect=2)
    assert "excused.csv: there is no lab 'C9W9'" in capsys.readouterr().err
    assert placed(folder).keys() == before.keys() - {ONE.login}  # nothing happened


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lms", "roster_", "archive", "table", "id_of"),
    [
        (
            "canvas",
            platforms.canvas_roster(),
            platforms.canvas_zip,
            platforms.canvas_roster(),
            lambda p: p.login,
        ),
        (
            "moodle",
            platforms.moodle_roster(),
            platforms.moodle_zip,
            platforms.worksheet(),
            lambda p: p.mail,
        ),
        (
            "brightspace",
            platforms.brightspace_roster(),
            platforms.brightspace_zip,
            platforms.brightspace_roster(labs=[LAB]),
            lambda p: p.login,
        ),
    ],
)
def test_a_class_has_one_row_for_each_person(
    course, tmp_path, capsys, lms, roster_, archive, table, id_of
):
    """Roster, download, grades, and back: nobody is lost, doubled or made up."""
    folder = course(roster_)
    place = zipped(tmp_path, archive())
    template, upload = tmp_path / "grades.csv", tmp_path / "upload.csv"
    template.write_bytes(table.encode())
    places = [place, template] if lms == "moodle" else [place]
    run("collect", LAB, *places, "--course", folder, expect=1)
    if lms == "brightspace":  # whose downloads do not tell the twins apart
        by_number = {str(p.number): id_of(p) for p in TWINS}
        settle(folder, lambda row: by_number[row["number"]])
        run("collect", LAB, *places, "--course", folder, expect=1)
    capsys.readouterr()
    run("class", LAB, "--course", folder, "--jobs", "2", expect=1)
    said = capsys.readouterr().out
    assert "9 graded, mean 94.0 of 100 points so far; 1 could not be graded." in said
    assert f"{id_of(EIGHT)}: " in said
    missing = ", ".join(sorted(map(id_of, (SEVEN, TEN, ELEVEN))))
    assert f"Nothing to grade from 3: {missing}." in said
    with Gradebook(configuration.open_course(folder).url) as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
        assert len(book.students) == len(CLASS)
    full = {id_of(p) for p in GRADED}
    assert {who for who, score in scores.items() if score == 94} == full
    assert set(scores) == full | {id_of(EIGHT)}
    words = ["--course", folder, f"--{lms}", template, "--out", upload]
    run("export", LAB, *words)
    before, after = template.read_bytes(), upload.read_bytes()
    assert after.splitlines(keepends=True)[0] == before.splitlines(keepends=True)[0]
    rows = list(csv.DictReader(after.decode("utf-8-sig").splitlines()))
    [column] = [name for name in rows[0] if LAB in name or name == "Grade"]
    sent = {}
    for one in CLASS:
        # Canvas has numbers, Moodle addresses, Brightspace logins.
        known = {str(one.number), one.mail, f"#{one.login}"}
        [row] = [row for row in rows if known & set(row.values())]
        sent[id_of(one)] = row[column]
    assert {who: float(text) for who, text in sent.items() if text} == scores


# --- times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-01-31 22:12:13 UTC", ""),
        ("2027-01-31T22:12:13+01:00", ""),
        ("2027-01-31 22:12:13 Europe/Paris", ""),
        ("Sunday the last", "timestamp.txt cannot be read"),
        ("2027-01-31 22:12:13 XYZ", "the unknown time zone 'XYZ'"),
        ("2027-01-31 22:12:13 +0100", "the offset '+0100', which is misread"),
        ("2027-01-31 22:12:13 +01:00", "the offset '+01:00', which is misread"),
    ],
)
def test_a_time_that_cannot_be_read_is_said(tmp_path, text, said):
    (tmp_path / "timestamp.txt").write_text(text)
    found = time_problem(tmp_path)
    assert said in found
    assert bool(found) == bool(said)


def test_the_summary_says_so(tmp_path, capsys):
    place = tmp_path / "submitted" / "ann" / LAB
    place.mkdir(parents=True)
    (place / NOTEBOOK).write_bytes(platforms.solved())
    (place / "timestamp.txt").write_text("2027-01-31 22:12:13 XYZ")
    run("class", LAB, "--course", tmp_path, "--jobs", "1", expect=1)
    assert "ann: timestamp.txt names the unknown time zone" in capsys.readouterr().out


def test_a_time_that_is_learned_after_grading_counts(tmp_path):
    """The file is graded already: not again, but its penalty is another one."""
    (tmp_path / "nbgrader_config.py").write_text(
        "from autograder.nbgrader.config import configure\n"
        "configure(get_config(), __file__)\n"
        "c = get_config()\n"
        "c.AssignLatePenalties.plugin_class = "
        "'autograder.nbgrader.late.PercentPerDay'\n"
    )
    (tmp_path / "due_dates.csv").write_text(f"lab,due\n{LAB},2027-01-31T12:00:00Z\n")
    place = tmp_path / "submitted" / "ann" / LAB
    place.mkdir(parents=True)
    (place / NOTEBOOK).write_bytes(platforms.solved())
    opened = configuration.open_course(tmp_path)
    stamp = place / "timestamp.txt"
    for day, penalty in ((None, 0), (2, 18.8), (1, 9.4)):
        if day:
            stamp.write_text(f"2027-02-0{day} 11:00:00 UTC")
        run("class", LAB, "--course", tmp_path, "--jobs", "1")
        with Gradebook(opened.url, opened.name) as book:
            [one] = book.find_submission(LAB, "ann").notebooks
            assert one.score == 94
            assert (one.late_submission_penalty or 0) == pytest.approx(penalty)
        if day:
            kept = tmp_path / "autograded" / "ann" / LAB / "timestamp.txt"
            assert kept.read_text() == stamp.read_text()


# --- the gradebook's address ----------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+pg8000://u@localhost/d", "needs the package 'pg8000'"),
        ("nosuch://u@localhost/d", "cannot be used"),
        ("gradebook.db", "cannot be used"),
        ("sqlite:////no/such/folder/gradebook.db", "The gradebook cannot be used"),
    ],
)
def test_a_database_that_is_not_there_is_one_sentence(
    tmp_path, monkeypatch, capsys, url, said
):
    monkeypatch.setenv("NBGRADER_DB_URL", url)
    run("new-class", tmp_path / "course", expect=2)
    [line] = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_course_has_no_folder_that_everybody_may_write_to(course):
    folder = course(platforms.canvas_roster())
    every = [path for path in folder.rglob("*") if not path.is_symlink()]
    open_to_all = [path for path in every if path.stat().st_mode & 0o002]
    assert open_to_all == []


def test_the_table_of_keys_survives_another_run(course):
    folder = course(platforms.canvas_roster())
    opened = configuration.open_course(folder)
    before = People.of(opened).keys
    People.of(opened).save()
    assert People.of(opened).keys == before
    assert before[roster.CANVAS, str(TWO.number)] == {TWO.login}

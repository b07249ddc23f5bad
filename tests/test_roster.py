"""Rosters of three learning platforms: told by their headers, nobody lost."""

import pytest

from autograder.course import roster
from autograder.course.roster import Student
from autograder.errors import Refused
from tests import platforms

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,C1W2 (17),Current Score
    Points Possible,,,,,100.00,(read only)
"Lovelace, Ada",101,S1,ada@example.org,Monday,,
"van der Berg, Jan Peter",102,S2,jan,Monday and Tuesday,,
"Nobody, At All",103,S3,../../etc,Monday,,
"""
MOODLE = """\
First name;Last name;ID number;Email address;Groups
Ada;Lovelace;4711;ada@example.org;A
Zoë;Müller;;zoe@example.org;B
Nemo;;;;
"""
GITHUB = """\
"identifier","github_username","github_id","name"
"ada@example.org","ada-l","1","Ada Lovelace"
"bo@example.org","","",""
"""
NBGRADER = """\
id,first_name,last_name,email,lms_user_id
ada,Ada,Lovelace,ada@example.org,101
"""


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return roster.read(path)


def test_canvas(tmp_path):
    found = read(tmp_path, CANVAS)
    assert found.kind == "Canvas"
    assert found.students == [
        Student("ada@example.org", "Ada", "Lovelace", "ada@example.org", "101"),
        Student("jan", "Jan Peter", "van der Berg", "", "102"),
    ]
    [problem] = found.problems
    assert problem.startswith("Line 5: At All Nobody is called '../../etc'")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_moodle(tmp_path, encoding):
    found = read(tmp_path, MOODLE.replace("\n", "\r\n"), encoding)
    assert found.kind == "Moodle"
    assert [s.id for s in found.students] == ["4711", "zoe@example.org"]
    assert found.students[1].last_name == "Müller"
    assert found.problems == [
        "Line 4: Nemo has no identifier to file submissions under."
    ]


def test_moodle_with_tabs_and_its_older_header(tmp_path):
    text = MOODLE.replace(";", "\t").replace("Last name", "Surname")
    assert read(tmp_path, text).students[0].last_name == "Lovelace"


def test_github_classroom(tmp_path):
    found = read(tmp_path, GITHUB)
    assert found.kind == "GitHub Classroom"
    assert found.students == [
        Student("ada-l", "Ada", "Lovelace", "ada@example.org", "ada@example.org"),
        # who has no account yet is in the class all the same
        Student("bo@example.org", "", "", "bo@example.org", "bo@example.org"),
    ]
    assert found.problems == []


def test_nbgrader(tmp_path):
    found = read(tmp_path, NBGRADER)
    assert found.students == [
        Student("ada", "Ada", "Lovelace", "ada@example.org", "101")
    ]


def test_the_same_row_twice_counts_once_and_another_one_is_told(tmp_path):
    rows = NBGRADER.splitlines()
    found = read(tmp_path, "\n".join([*rows, rows[1], "ada,Adam,Smith,,"]))
    assert len(found.students) == 1
    [problem] = found.problems
    assert problem.startswith("Line 4: Adam Smith is 'ada', who has other details")


def test_every_row_is_a_student_or_a_sentence(tmp_path):
    names = [
        "ada",
        "=1+1",
        "a/b",
        "..",
        ".hidden",
        "a\\b",
        "x" * 200,
        "Ünal",
        "o'hara",
        "a b",
        "-x",
        " ",
        "c_d",
        "nul\0l",
    ]
    rows = "".join(f'"{name}",F,L,,\n' for name in names)
    found = read(tmp_path, NBGRADER.splitlines()[0] + "\n" + rows)
    assert len(found.students) + len(found.problems) == len(names)
    assert [s.id for s in found.students] == [
        "ada",
        "Ünal",
        "o'hara",
        "a b",
        "c_d",
        "null",
    ]


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "\x89PNG\r\n\x1a\n", "[]"])
def test_what_is_no_roster_is_refused_in_one_sentence(tmp_path, text):
    with pytest.raises(Refused, match=r"not a roster of a known type\."):
        read(tmp_path, text)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize(
    ("submission", "grade"),
    [
        ("", ""),  # Moodle's own words, from public copies of its translations
        # Another translation, in the public copy of a Canadian site.
        ("Dernière modification (présentation)", "Dernière modification (classe)"),
        ("Handed in (last time)", "Handed in (marked)"),  # a site's own words
    ],
)
def test_the_time_in_a_worksheet_is_found_whatever_its_column_is_called(
    tmp_path, language, submission, grade
):
    words = platforms.WORKSHEET_WORDS[language]
    text = platforms.worksheet(language)
    text = text.replace(words[7], submission or words[7])
    text = text.replace(words[8], grade or words[8])
    # Dates of extensions are in columns before it.
    text = text.replace(words[3], f"{words[3]},Due date", 1)
    text = text.replace(",x,,100.00", ',x,"Monday, 1 March 2027, 9:00 AM",,100.00')
    path = tmp_path / "Grades.csv"
    path.write_text(text, encoding="utf-8")
    found = {one.email: one.handed_in for one in roster.read(path).students}
    assert found[platforms.TWO.mail] == platforms.LATE
    assert found[platforms.THREE.mail] == platforms.ON_TIME.replace(second=0)
    assert found[platforms.TEN.mail] is None

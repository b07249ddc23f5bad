"""Statistics of a class: who fails where, and by which mistake."""

import csv
import io

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.authoring import build
from autograder.checks import check
from autograder.course import configuration as courses
from autograder.course import example_class, statistics
from autograder.course.statistics import Answer, Question
from autograder.reports import class_figure, class_table

LAB = example_class.LAB
NASTY = "=1+1 | <b> `x`\nsecond line"


@pytest.fixture
def questions():
    """Two questions of four students: every state is there."""
    first = (
        Answer("ann", 5.0, 5.0, "sigmoid is right"),
        Answer("bob", 2.5, 5.0, NASTY),
        Answer("cyd", 0.0, 5.0, NASTY),
        Answer("dan", 0.0, 5.0, "sigmoid is not written yet"),
    )
    second = tuple(Answer(name, None, 6.0) for name in ("ann", "bob", "cyd", "dan"))
    return [
        Question("sigmoid", first, ((NASTY, ("bob", "cyd")),)),
        Question("words", second, ()),
    ]


def test_states_and_means(questions):
    first, second = questions
    assert [first.counts[s] for s in statistics.STATES] == [1, 1, 1, 1, 0, 0]
    assert first.failing == ("bob", "cyd", "dan")
    assert (first.mean, second.mean, second.failing) == (1.875, None, ())
    assert statistics.totals(questions) == {"ann": 5, "bob": 2.5, "cyd": 0, "dan": 0}


def test_text_and_markdown_are_one_line_a_question(questions):
    text = class_table.text(questions)
    [line] = [line for line in text.splitlines() if line.startswith("sigmoid  ")]
    assert line.split()[:4] == ["sigmoid", "5", "1.88", "1"]
    assert "2× =1+1 | <b> `x` second line" in line
    assert "sigmoid: bob, cyd, dan" in text
    page = class_table.summary(LAB, questions)
    assert "<b>" not in page
    bars = {line.count("|") for line in page.splitlines() if line.startswith("|")}
    assert len(bars) == 1


def test_csv_has_everybody_and_no_formula(questions):
    rows = list(csv.DictReader(io.StringIO(class_table.csv(questions))))
    assert rows[0]["not right"] == "bob; cyd; dan"
    assert rows[0]["mistakes"] == f"2× {NASTY}"
    assert (rows[1]["mean"], rows[1]["to be graded"]) == ("", "4")


@pytest.mark.parametrize("count", [1, 4, 80])
def test_a_figure_of_any_class(questions, tmp_path, count):
    answers = tuple(Answer(f"s{i}", 1.0, 2.0, "") for i in range(count))
    more = [*questions, Question("more", answers, ())]
    for name in ("f.png", "f.svg"):
        class_figure.draw(LAB, more, tmp_path / name)
        assert (tmp_path / name).stat().st_size > 5_000


@pytest.mark.slow
def test_a_graded_class_and_a_grade_by_hand(tmp_path, capsys):
    example_class.write(tmp_path)
    main(["class", LAB, "--course", str(tmp_path), "--jobs", "1"])
    course = courses.open_course(tmp_path)
    found = {one.name: one for one in statistics.statistics(course, LAB)}
    checks = check.load(LAB)
    assert list(found) == [
        cell.metadata["nbgrader"]["grade_id"].removeprefix(build.CHECK_PREFIX)
        for cell in build.release_notebook(LAB).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    for name in ("sigmoid", "propagate", "predict"):
        made = ((checks.checks[name].mistakes[0].message, (f"wrong-{name}",)),)
        assert found[name].mistakes == made
    assert "crashing" in found["sigmoid"].failing
    lost = "not-a-notebook"
    everybody = {a.student for one in found.values() for a in one.answers}
    assert lost not in everybody  # nobody knows what is right or wrong in it
    assert statistics.ungraded(course, LAB) == [lost]
    words = found["what_it_sees"]
    assert words.counts[statistics.WAITING] == 7
    with Gradebook(course.url) as book:
        stem = build.released_path(LAB).stem
        # What the Formgrader does, and what grading again leaves of it.
        for student, again in (("full", False), ("crashing", True)):
            grade = book.find_grade(words.name, stem, LAB, student)
            grade.manual_score, grade.needs_manual_grade = 6, again
        # As from paper, what cannot be graded by machine.
        grade = book.find_grade("check-sigmoid", stem, LAB, lost)
        grade.manual_score = 5
        book.db.commit()
    again = {one.name: one for one in statistics.statistics(course, LAB)}
    assert again["what_it_sees"].counts[statistics.RIGHT] == 1
    assert again["what_it_sees"].again == ("crashing",)
    answers = [answer for one in again.values() for answer in one.answers]
    [by_hand] = [answer for answer in answers if answer.student == lost]
    assert (by_hand.points, by_hand.state) == (5, statistics.RIGHT)
    capsys.readouterr()
    files = {name: str(tmp_path / f"out.{name}") for name in ("csv", "markdown")}
    words = [f"--{name}={path}" for name, path in files.items()]
    figure = f"--figure={tmp_path / 'out.png'}"
    assert main(["statistics", LAB, "--course", str(tmp_path), *words, figure]) == 0
    said = capsys.readouterr().out
    assert "1× It falls where it should rise" in said
    *_, by_hand, left_out = said.splitlines()
    assert by_hand == "what_it_sees: crashing"
    assert left_out.endswith(f"only points given by hand count: {lost}.")
    with Gradebook(course.url) as book:
        for grade in book.find_submission_notebook(stem, LAB, lost).grades:
            grade.manual_score, grade.needs_manual_grade = 5, False
        book.db.commit()
    assert statistics.ungraded(course, LAB) == []  # a person graded all of it
    assert all((tmp_path / f"out.{n}").is_file() for n in ("csv", "markdown", "png"))
    (tmp_path / "excused.csv").write_text("student,lab\ncrashing,*\nfull,C1W3\n")
    left = {one.name: one for one in statistics.statistics(course, LAB)}
    assert len(left["sigmoid"].answers) == len(again["sigmoid"].answers) - 1
    assert "crashing" not in left["sigmoid"].failing


def test_before_anything_is_graded_one_sentence_says_so(tmp_path, capsys):
    assert main(["statistics", LAB, "--course", str(tmp_path)]) == 2
    assert "Nothing is graded yet" in capsys.readouterr().err


def test_a_class_whose_files_cannot_be_graded_is_not_called_ungraded(tmp_path, capsys):
    handed_in = tmp_path / "submitted" / "eve" / LAB / build.released_path(LAB).name
    handed_in.parent.mkdir(parents=True)
    handed_in.write_text("no notebook")
    assert main(["class", LAB, "--course", str(tmp_path), "--jobs", "1"]) == 1
    assert main(["statistics", LAB, "--course", str(tmp_path)]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "None of the files that were handed in could be graded: eve." in said


def test_what_waits_for_another_exercise_is_written():
    said = "`propagate` needs `sigmoid`, which is not written yet"
    assert Answer("eve", 0.0, 5.0, said).state == statistics.WRONG

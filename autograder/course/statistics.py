"""What a class can do and where it fails, question by question.

Scores come from nbgrader's gradebook, no matter who gave them. The named mistakes come
from the check cells in `autograded/`, which the judge wrote.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select

from autograder import paths
from autograder.authoring.manifest import manifest
from autograder.checks import check
from autograder.course import schedule
from autograder.course.configuration import Course
from autograder.course.grades import by_hand
from autograder.course.journal import Journal
from autograder.grading.judge import shown
from autograder.paths import lab_names

RIGHT, PARTLY, WRONG, UNWRITTEN, WAITING, AGAIN = (
    "right",
    "partly",
    "wrong",
    "not written",
    "to be graded",
    "to be checked again",
)
STATES = (RIGHT, PARTLY, WRONG, UNWRITTEN, WAITING, AGAIN)


@dataclass(frozen=True)
class Answer:
    """One question of one student.

    Attributes:
        student: whose answer it is.
        points: points so far; `None` if nobody has graded it yet.
        max_score: maximum number of points.
        message: the judge's message; empty if a person grades.
        again: whether nbgrader asks the person who graded it for another look, because
            the work was graded again since.
    """

    student: str
    points: float | None
    max_score: float
    message: str = ""
    again: bool = False

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.points is None:
            return WAITING
        if self.again:
            return AGAIN
        if self.points >= self.max_score:
            return RIGHT
        open_ = self.message.endswith((" is not written yet", " is not answered"))
        unwritten = open_ and ", which " not in self.message  # another one is
        if unwritten and not self.points:
            return UNWRITTEN
        return PARTLY if self.points > 0 else WRONG


@dataclass(frozen=True)
class Question:
    """One question and the answers to it.

    Attributes:
        name: name of the question.
        answers: one for each student who handed in a notebook.
        mistakes: named mistakes, the most frequent first, with the students who made
            them.
    """

    name: str
    answers: tuple[Answer, ...]
    mistakes: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def max_score(self) -> float:
        """Maximum number of points."""
        return self.answers[0].max_score

    @property
    def mean(self) -> float | None:
        """Mean points of the graded answers."""
        points = [one.points for one in self.answers if one.points is not None]
        return sum(points) / len(points) if points else None

    @property
    def counts(self) -> Counter[str]:
        """Number of answers in each state."""
        return Counter(one.state for one in self.answers)

    @property
    def failing(self) -> tuple[str, ...]:
        """Students whose answer is graded and not right."""
        fine = (RIGHT, WAITING, AGAIN)
        return tuple(one.student for one in self.answers if one.state not in fine)

    @property
    def again(self) -> tuple[str, ...]:
        """Students whose answer a person should look at again."""
        return tuple(one.student for one in self.answers if one.state == AGAIN)


def statistics(course: Course, lab: str) -> list[Question]:
    """The questions of a lab in order, with the answers of a class.

    Excused work does not count, and of what could not be graded only what a person
    graded by hand.

    Args:
        course: the course, with its gradebook and graded notebooks.
        lab: name of the lab.
    """
    away = schedule.excused(course.root, lab_names())
    unread = set(ungraded(course, lab))
    scores = {
        (student, name): given
        for (student, name), (*given, manual) in _scores(course, lab).items()
        if (student, lab) not in away and (manual or student not in unread)
    }
    students = sorted({student for student, _ in scores})
    messages = {student: _messages(course, lab, student) for student in students}
    known = {q.grade_id: q.name for q in manifest(lab).questions.values()}
    found = []
    for name in (name for name in manifest(lab).graded if name in known):
        answers = tuple(
            Answer(
                student,
                *scores[student, name][:2],
                messages[student].get(name, ""),
                scores[student, name][2],
            )
            for student in students
            if (student, name) in scores
        )
        if answers:
            plain = known[name]
            found.append(Question(plain, answers, _mistakes(lab, plain, answers)))
    return found


def ungraded(course: Course, lab: str) -> list[str]:
    """Students whose last file could not be graded, and not all of it is by hand."""
    unread = Journal(course.notes(f"{lab}.attempts.jsonl"), lab).errors().keys()
    with Gradebook(course.url, course.name) as book:
        return sorted(unread - by_hand(book, lab))


def _scores(course: Course, lab: str) -> dict[tuple[str, str], tuple]:
    """Student and grade id → what is known about the answer.

    Returns:
        Points or `None`, the maximum, `Answer.again`, and whether a person graded it.
    """
    query = (
        select(
            SubmittedAssignment.student_id,
            GradeCell.name,
            GradeCell.max_score,
            Grade.auto_score,
            Grade.manual_score,
            Grade.needs_manual_grade,
        )
        .select_from(Grade)
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment)
        .join(Assignment)
        .join(GradeCell, Grade.cell_id == GradeCell.id)
        .where(Assignment.name == lab)
    )
    found = {}
    with Gradebook(course.url, course.name) as book:
        for student, name, most, auto, manual, open_ in book.db.execute(query):
            given = manual if manual is not None else auto
            waiting = given is None or (open_ and manual is None)
            points = None if waiting else given
            again = bool(open_) and not waiting
            found[student, name] = points, most, again, manual is not None
    return found


def _messages(course: Course, lab: str, student: str) -> dict[str, str]:
    """Grade id → what the judge said about it."""
    path = course.autograded / student / lab / paths.released_path(lab).name
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError):
        return {}
    found = {}
    for cell in cells:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        outputs = cell.get("outputs")
        if name and outputs:
            text = outputs[0].get("text", "")
            found[name] = "".join(text).partition("\n")[0]
    return found


def _mistakes(lab: str, name: str, answers: Iterable[Answer]) -> tuple:
    """Named mistakes with who made them; each answer counts for one mistake."""
    checks, known = check.load(lab), []
    if name in checks.checks:
        known = [mistake.message for mistake in checks.checks[name].mistakes]
    elif name in checks.concepts:
        known = list(checks.concepts[name].because.values())
    made: dict[str, list[str]] = {}
    for answer in answers:
        said = next((text for text in known if shown(text) in answer.message), None)
        if said and answer.state in (PARTLY, WRONG):
            made.setdefault(said, []).append(answer.student)
    ordered = sorted(made.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple((text, tuple(students)) for text, students in ordered)


def totals(questions: Sequence[Question]) -> dict[str, float]:
    """Points of each student so far."""
    found: dict[str, float] = {}
    for question in questions:
        for answer in question.answers:
            points = found.get(answer.student, 0.0) + (answer.points or 0)
            found[answer.student] = round(points, 2)
    return found

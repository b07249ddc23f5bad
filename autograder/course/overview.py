"""Read nbgrader's gradebook."""

from __future__ import annotations

from nbgrader.api import Gradebook

from autograder.authoring.source import CHECK_PREFIX


def rows(url: str, lab: str) -> list[tuple[str, str, str, str, str]]:
    """For each student: points, maximum, questions to grade by hand, wrong questions.

    Args:
        url: URL of the gradebook, such as `"sqlite:///gradebook.db"`.
        lab: name of the lab.
    """
    found = []
    with Gradebook(url) as book:
        for submission in book.assignment_submissions(lab):
            grades = [g for notebook in submission.notebooks for g in notebook.grades]
            waiting = sum(g.needs_manual_grade for g in grades)
            wrong = [
                grade.name.removeprefix(CHECK_PREFIX)
                for grade in grades
                if not grade.needs_manual_grade and grade.score < grade.max_score
            ]
            listed = ", ".join(wrong[:4]) + (f" … ({len(wrong)})" if wrong[4:] else "")
            found.append(
                (
                    submission.student.id,
                    f"{submission.score:g}",
                    f"{submission.max_score:g}",
                    str(waiting),
                    listed,
                )
            )
    return sorted(found)

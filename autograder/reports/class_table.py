"""Statistics of a class as a table: text, CSV, Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import safe_csv
from autograder.course import statistics
from autograder.course.statistics import Question
from autograder.reports import markdown
from autograder.reports.text import columns

WIDTH = 76  # characters of a mistake in the text table


def text(questions: Sequence[Question]) -> str:
    """For the terminal: one line per question, and who fails which questions."""
    head = ("question", "of", "mean", *statistics.STATES, "most frequent mistake")
    rows = [head]
    for one in questions:
        counts = [str(one.counts[state] or "·") for state in statistics.STATES]
        rows.append(
            (
                one.name,
                f"{one.max_score:g}",
                _mean(one),
                *counts,
                _first_mistake(one, WIDTH),
            )
        )
    failing = [
        f"{one.name}: {', '.join(one.failing)}" for one in questions if one.failing
    ]
    lines = [columns(rows), "", "Not right yet:", *(failing or ["nobody"])]
    again = [f"{one.name}: {', '.join(one.again)}" for one in questions if one.again]
    if again:
        lines += ["", "Graded by hand, and graded again since; please check:", *again]
    return "\n".join(lines)


def csv(questions: Sequence[Question]) -> str:
    """One row per question, with all names and all mistakes."""
    head = ["question", "points", "mean", *statistics.STATES, "not right", "mistakes"]
    rows: list[list[str | float]] = [head]
    for one in questions:
        mistakes = [f"{len(who)}× {said}" for said, who in one.mistakes]
        rows.append(
            [
                one.name,
                one.max_score,
                "" if one.mean is None else round(one.mean, 3),
                *(one.counts[state] for state in statistics.STATES),
                "; ".join(one.failing),
                "\n".join(mistakes),
            ]
        )
    return safe_csv.render(rows)


def summary(lab: str, questions: Sequence[Question]) -> str:
    """Markdown: the same table, with the names below it."""
    head = ["question", "mean", *statistics.STATES, "most frequent mistake"]
    lines = [
        f"### {lab}: {len(statistics.totals(questions))} students",
        "",
        f"| {' | '.join(head)} |",
        "|---" * len(head) + "|",
    ]
    for one in questions:
        cells = [
            one.name,
            f"{_mean(one)} of {one.max_score:g}",
            *(str(one.counts[state]) for state in statistics.STATES),
            _first_mistake(one, 300),
        ]
        lines.append(f"| {' | '.join(map(markdown.safe, cells))} |")
    lines += [
        "",
        *(
            f"- {markdown.safe(one.name)}: {markdown.safe(', '.join(one.failing))}"
            for one in questions
            if one.failing
        ),
    ]
    return "\n".join(lines) + "\n"


def _mean(one: Question) -> str:
    return "–" if one.mean is None else f"{one.mean:.2f}"


def _first_mistake(one: Question, width: int) -> str:
    if not one.mistakes:
        return ""
    said, who = one.mistakes[0]
    said = " ".join(said.split())
    short = said if len(said) <= width else f"{said[: width - 1]}…"
    return f"{len(who)}× {short}"

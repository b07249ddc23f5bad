"""Statistics of a class as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from autograder.course import statistics
from autograder.course.statistics import Question

# Distinguishable in grey and for colour-blind readers, too.
COLOURS = dict(
    zip(
        statistics.STATES,
        ("#1b7837", "#a6dba0", "#e08214", "#d9d9d9", "#8073ac", "#d8b2e0"),
        strict=True,
    )
)
NAMED = 60  # students; more names would be illegible


def draw(lab: str, questions: Sequence[Question], path: Path) -> None:
    """Write the figure: shares of the class per question, and each student's points.

    Args:
        lab: name of the lab, for the title.
        questions: the questions, at least one.
        path: path of the file; its suffix determines the format.
    """
    totals = statistics.totals(questions)
    students = sorted(totals, key=lambda student: (-totals[student], student))
    height = 1.6 + 0.26 * max(len(questions), 8)
    width = 7 + min(9, 3 + 0.18 * len(students))
    figure = Figure((width, height), layout="constrained")
    bars, grid = figure.subplots(1, 2, sharey=True, width_ratios=(7, width - 7))
    figure.suptitle(f"{lab}: {len(students)} students")
    _bars(bars, questions)
    _grid(figure, grid, questions, students)
    figure.savefig(path, dpi=120)


def _bars(axes, questions: Sequence[Question]) -> None:
    names, left = [one.name for one in questions], np.zeros(len(questions))
    for state in statistics.STATES:
        share = np.array([one.counts[state] / len(one.answers) for one in questions])
        axes.barh(names, share, left=left, color=COLOURS[state], label=state)
        left += share
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_xlabel("share of the class")
    axes.legend(
        ncols=3,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        frameon=False,
        fontsize="small",
    )


def _grid(figure, axes, questions: Sequence[Question], students: list[str]) -> None:
    share = np.full((len(questions), len(students)), np.nan)
    column = {student: i for i, student in enumerate(students)}
    for row, one in enumerate(questions):
        for answer in one.answers:
            if answer.points is not None and answer.max_score:
                share[row, column[answer.student]] = answer.points / answer.max_score
    axes.set_facecolor("white")
    image = axes.imshow(
        share, vmin=0, vmax=1, cmap="cividis", aspect="auto", interpolation="nearest"
    )
    few = len(students) <= NAMED
    axes.set_xticks(
        range(len(students)) if few else [],
        students if few else [],
        rotation=90,
        fontsize="x-small",
    )
    axes.set_xlabel("students, sorted by points")
    figure.colorbar(image, ax=axes, label="share of the points", fraction=0.05)

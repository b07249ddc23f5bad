"""Whether the same code earns the same points whatever the seed of the hidden cases.

Each lab is graded with many seeds: solved, and half right, where every other exercise
is the first of its listed mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator

from autograder.checks import check
from autograder.checks.reference import reference
from autograder.grading.cases import Cases
from autograder.grading.in_process import Defined
from autograder.grading.judge import Judge

FIRST_SEED = 90_000


def gradings(lab: str, half_right: bool, seeds: int) -> Iterator[dict[str, float]]:
    """Points by exercise, for one seed after the other."""
    one = check.load(lab)
    names = dict(vars(reference(lab)))
    if half_right:
        for name, its_check in list(one.checks.items())[::2]:
            if its_check.mistakes:
                names[name] = its_check.mistakes[0].function
    for number in range(seeds):
        judge = Judge(Cases(one, FIRST_SEED + number))
        results = judge.grade(Defined(lab, names))
        yield {r.name: r.score for r in results if r.name in one.checks}

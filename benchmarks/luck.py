"""Whether a wrong version's score depends on the draw of the hidden cases.

Each listed mistake is judged on many draws. It is *accepted* where one draw lets it
earn everything, and it *varies* where two draws give it different scores: the same
code should earn the same points, whoever hands it in.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from autograder.check import Call, Check
from helpers.checks.verdict import Expected, judge

FIRST_SEED = 70_000


@dataclass(frozen=True)
class Luck:
    """Scores of one wrong version.

    Attributes:
        exercise: that it is a version of.
        mistake: its name.
        scores: share of the cases passed → number of draws that gave it.
        points_vary: whether the exercise's points depend on the draw.
    """

    exercise: str
    mistake: str
    scores: Counter
    all_or_nothing: bool = False

    @property
    def accepted(self) -> int:
        """Draws that let it earn everything."""
        return self.scores[1.0]

    @property
    def varies(self) -> bool:
        """Whether two draws give it different points."""
        if self.all_or_nothing:
            return 0 < self.accepted < self.scores.total()
        return len(self.scores) > 1


def luck(check: Check, draws: int, seconds: float = 60.0) -> Iterator[Luck]:
    """The scores of each listed mistake of an exercise, over some draws.

    Args:
        check: of the exercise.
        draws: how many at most.
        seconds: stop drawing after this time; at least two draws are made.
    """
    scores = [Counter() for _ in check.mistakes]
    end = time.monotonic() + seconds
    for number in range(draws):
        if number > 1 and time.monotonic() > end:
            break
        calls, expected = drawn(check, FIRST_SEED + number)
        for counter, mistake in zip(scores, check.mistakes, strict=True):
            counter[score(check, mistake.function, calls, expected)] += 1
    for counter, mistake in zip(scores, check.mistakes, strict=True):
        yield Luck(check.name, mistake.name, counter, check.all_or_nothing)


def drawn(check: Check, seed: int) -> tuple[list[Call], list[Expected]]:
    """One draw of hidden cases, as a run of the judge makes it."""
    rng = np.random.default_rng([seed, *check.name.encode()])
    calls = list(check.draw(rng))
    return calls, [check.expected(call, with_mistakes=False) for call in calls]


def score(
    check: Check, function: Callable, calls: list[Call], expected: list[Expected]
) -> float:
    """The share of the cases that a function passes."""
    outcomes = [check.observe(function, call) for call in calls]
    verdict = judge(check.name, expected, outcomes, [], check.tolerance)
    return verdict.passed / len(verdict.cases)

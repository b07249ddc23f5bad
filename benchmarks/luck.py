"""Whether a wrong version's score depends on the draw of the hidden cases.

Each listed mistake is judged on many draws. It is *accepted* where one draw lets it
earn everything, and it *varies* where two draws give it different scores: the same
code should earn the same points, whoever hands it in.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autograder.checks.check import Call, Check
from autograder.grading.cases import Cases
from helpers.checks.verdict import Expected, judge

FIRST_SEED = 70_000


@dataclass(frozen=True)
class Luck:
    """Scores of one wrong version.

    Attributes:
        exercise: that it is a version of.
        mistake: its name.
        scores: share of the points → number of draws that gave it.
    """

    exercise: str
    mistake: str
    scores: Counter

    @property
    def accepted(self) -> int:
        """Draws that let it earn everything."""
        return self.scores[1.0]

    @property
    def varies(self) -> bool:
        """Whether two draws give it different points."""
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
            share = score(check, mistake.function, calls, expected)
            counter[round(share, 6)] += 1
    for counter, mistake in zip(scores, check.mistakes, strict=True):
        yield Luck(check.name, mistake.name, counter)


def drawn(check: Check, seed: int) -> tuple[Sequence[Call], Sequence[Expected]]:
    """One draw of hidden cases, as a run of the judge makes it."""
    cases = Cases(check.lab, seed)
    return cases.calls(check.name), cases.expected(check.name)


def score(
    check: Check,
    function: Callable,
    calls: Sequence[Call],
    expected: Sequence[Expected],
) -> float:
    """The share of its points that a function earns."""
    outcomes = [check.observe(function, call) for call in calls]
    verdict = judge(check.name, expected, outcomes, [], check.spec.tolerance)
    return float(verdict.values_right) if check.spec.all_or_nothing else verdict.share

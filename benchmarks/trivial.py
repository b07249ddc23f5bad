"""What answers earn that nobody had to think about.

Constants, an argument handed back, the right structure filled with zeros or ones, the
most frequent right answer: none of them should earn more than a fifth of an exercise.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from luck import FIRST_SEED, drawn, score

from autograder.checks.check import Check
from helpers.checks.compare import difference

LIMIT = 0.2  # of an exercise's points
# Where the reader works the formula out, and it turns out as simple as that.
RIGHT = {("C2W1", "backward_propagation", "hands x back")}
CONSTANTS = (None, 0, 1, 0.0, 0.5, 1.0, -1, True, False, "", [], (), {})


def trivial(check: Check, draws: int = 5) -> Iterator[tuple[str, float]]:
    """Trivial versions of an exercise and the most that one draw lets them earn.

    Args:
        check: of the exercise.
        draws: how many sets of hidden cases to try.
    """
    best: dict[str, float] = {}
    # What can be known before: right answers of another draw.
    known = drawn(check, FIRST_SEED - 1)[1]
    for number in range(draws):
        calls, expected = drawn(check, FIRST_SEED + number)
        for name, version in versions(check, known):
            if (check.lab.name, check.name, name) in RIGHT:
                continue
            earned = score(check, version, calls, expected)
            best[name] = max(best.get(name, 0.0), earned)
    yield from best.items()


def versions(check: Check, expected: Sequence) -> Iterator[tuple[str, Callable]]:
    """Trivial versions of an exercise by name.

    Args:
        check: of the exercise.
        expected: of another draw, for answers that are often right.
    """
    answers = [*CONSTANTS, *_frequent(expected)]
    for answer in answers:
        yield f"always {answer!r}", _always(answer)
    for i, name in enumerate(check._signature.parameters):
        yield f"hands {name} back", _hands_back(i, name)
    if not check.spec.driver:
        for number in (0, 1):
            same = [one.outcomes[0].value for one in expected]
            if any(difference(value, _with(value, number)) for value in same):
                yield f"the right shape full of {number}", _filled(check, number)


def _frequent(expected: Sequence) -> list[Any]:
    """Simple right answers, each of which fits some case."""
    values = [one.outcomes[0].value for one in expected]
    found: list[Any] = []
    for value in values:
        plain = value.item() if isinstance(value, np.generic) else value
        simple = isinstance(plain, (bool, int, float, str))
        if simple and not any(type(plain) is type(f) and plain == f for f in found):
            found.append(plain)
    return found


def _always(answer: Any) -> Callable:
    def version(*args, **kwargs):
        return copy.deepcopy(answer)

    return version


def _hands_back(position: int, name: str) -> Callable:
    def version(*args, **kwargs):
        if name in kwargs:
            return kwargs[name]
        return args[position] if position < len(args) else None

    return version


def _filled(check: Check, number: int) -> Callable:
    """The reference's structure and shapes, with one number and empty texts."""

    def version(*args, **kwargs):
        return _with(check.solution(*args, **kwargs), number)

    return version


def _with(value: Any, number: int) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return np.full_like(value, number)
    if isinstance(value, (bool, np.bool_)):
        return bool(number)
    if isinstance(value, (int, float, np.generic)):
        return type(value)(number)
    if type(value) in (list, tuple):
        return type(value)(_with(item, number) for item in value)
    if isinstance(value, dict):
        return {key: _with(item, number) for key, item in value.items()}
    return "" if isinstance(value, str) else None

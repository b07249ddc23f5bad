"""Measure how much rounding error a case should allow, using the reference itself.

In most cases rounding errors are far below the tolerance of the check. This is not so
where nearly equal numbers are subtracted, or after many training steps; there, a
correct function in float32 would occasionally be rejected. The reference is therefore
run again with inputs in float32, each number rounded up or down pseudo-randomly. How
far its answers move says how far those of a correct function may deviate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from helpers.checks.compare import LITTLE, SHARE, Tolerance, size, usual
from helpers.checks.outcome import Outcome
from helpers.checks.verdict import fault

RUNS = 7  # an odd number, for a median
FIRST = 3  # after this many runs, a well-conditioned case is recognized
# The median of seven runs is two thirds of a standard deviation. A reader's order of
# operations may round three times worse than ours, and an error in float32 is hardly
# ever larger than four standard deviations.
FACTOR = 20
HALVINGS = 5  # FACTOR / 2**4 is still more than the median itself
PLAY = 1e-6  # of the largest number involved: 16 times the resolution of float32

_ZERO, _INFINITY = np.float32(0), np.float32(np.inf)

Slack = dict[str, float]


def slack(
    observed: Callable[[dict[str, Any]], Outcome],
    inputs: dict[str, Any],
    tolerance: Tolerance,
) -> Slack:
    """How far rounding may move the numbers of a correct outcome, array by array.

    Runs that stop, or whose answer differs in its structure, in a whole number or in a
    text, took another branch and are not used. An array is left out where the usual
    tolerance is enough, and where it moves by more than rounding could explain.

    Args:
        observed: function of inputs that returns the outcome of a correct version.
        inputs: inputs of the case.
        tolerance: the usual tolerance.
    """
    exact = observed(inputs)
    numbers = dict(_numbers(_places(exact)))
    sizes = {place: size(value) for place, value in numbers.items()}
    play = max([size(n) for _, n in _numbers([("", inputs)])] + [*sizes.values()] + [0])
    moved: dict[str, list[float]] = {place: [] for place in numbers}
    for run in range(RUNS):
        found = _moved(exact, observed(in_float32(inputs, run)))
        for place, distance in found.items():
            moved[place].append(distance)
        if run + 1 == FIRST and all(
            3 * FACTOR * max(moved[place], default=0) <= usual(sizes[place], tolerance)
            for place in moved
        ):
            return {}
    widened = {}
    for place, distances in moved.items():
        most = max(SHARE * sizes[place], min(PLAY * play, LITTLE))
        if len(distances) <= RUNS // 2 or median(distances) > most:
            continue
        room = min(FACTOR * median(distances), most)
        if room > usual(sizes[place], tolerance):
            widened[place] = room
    return widened


def without_mistakes(
    widened: Slack, right: Outcome, mistakes: Iterable[Outcome], tolerance: Tolerance
) -> Slack:
    """Halve the slack until no known mistake passes only because of it.

    If this would reduce it to about the rounding error of a single run, it is dropped.
    """
    refused = [wrong for wrong in mistakes if fault(right, wrong, tolerance)]
    for halvings in range(HALVINGS):
        less = {place: room / 2**halvings for place, room in widened.items()}
        allowed = replace(tolerance, slack=less)
        if all(fault(right, wrong, allowed) for wrong in refused):
            return less
    return {}


def in_float32(value: Any, run: int) -> Any:
    """Round plain inputs to float32, each number up or down depending on the run.

    Equal numbers stay equal, and numbers that float32 represents exactly stay as they
    are, so ties, zeros and whole numbers are preserved.
    """
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return _rounded(value, run)
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        return _neighbours(value, run)
    if isinstance(value, (float, np.floating)):
        rounded = _rounded(np.array([value], np.float64), run)[0]
        return rounded if isinstance(value, np.floating) else float(rounded)
    if isinstance(value, (list, tuple)):
        return type(value)(in_float32(item, run) for item in value)
    if isinstance(value, dict):
        return {key: in_float32(item, run) for key, item in value.items()}
    return value


def _rounded(numbers: np.ndarray, run: int) -> np.ndarray:
    """Round to nearest in the first run, later up or down in size, by the digits."""
    exact = np.abs(numbers)
    with np.errstate(over="ignore"):
        near = exact.astype(np.float32)
    below = np.where(near > exact, np.nextafter(near, _ZERO), near)
    above = np.where(near < exact, np.nextafter(near, _INFINITY), near)
    chosen = np.where(_coins(exact, run) % 2 == 0, below, above) if run else near
    return np.asarray(np.copysign(chosen, numbers), dtype=np.float32)


def _neighbours(numbers: np.ndarray, run: int) -> np.ndarray:
    """Move float32 numbers to a neighbour or not at all; whole numbers stay."""
    near = np.abs(numbers)
    coin = _coins(near.astype(np.float64), run) % 3
    moved = [near, np.nextafter(near, _ZERO), np.nextafter(near, _INFINITY)]
    kept = near == np.round(near)
    return np.asarray(
        np.copysign(np.where(kept, near, np.choose(coin, moved)), numbers)
    )


def _coins(numbers: np.ndarray, run: int) -> np.ndarray:
    """A pseudo-random whole number for each number, the same for equal numbers."""
    bits = np.array(numbers, order="C").view(np.uint64)
    with np.errstate(over="ignore"):
        mixed = (bits + np.uint64(run)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return (mixed >> np.uint64(33)).astype(np.int64)


def _moved(exact: Outcome, again: Outcome) -> Slack:
    """How far each array of numbers moved; empty if another branch was taken."""
    if again.error or again.modified:
        return {}
    distances: Slack = {}
    before, after = (list(_leaves(_places(o))) for o in (exact, again))
    if [place for place, _ in before] != [place for place, _ in after]:
        return {}
    for (place, one), (_, other) in zip(before, after, strict=True):
        if not _is_number(one) or not _is_number(other):
            if type(one) is not type(other) or one != other:
                return {}
            continue
        a, b = np.asarray(one), np.asarray(other)
        if a.shape != b.shape or (a.dtype.kind in "fc") != (b.dtype.kind in "fc"):
            return {}
        finite = np.isfinite(a)
        if a.dtype.kind not in "fc" and (a != b).any():
            return {}
        if (finite != np.isfinite(b)).any():
            return {}
        if a.dtype.kind in "fc":
            distances[place] = size(a[finite] - b[finite])
    return distances


def _places(outcome: Outcome) -> list[tuple[str, Any]]:
    """The values in an outcome, under the names that the comparison uses."""
    after = [(f"`{name}` after", value) for name, value in outcome.after.items()]
    return [("result", outcome.value), *after]


def _leaves(values: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for place, value in values:
        if isinstance(value, dict):
            yield from _leaves((f"{place}[{k!r}]", v) for k, v in value.items())
        elif isinstance(value, (list, tuple)):
            yield f"{place}: {type(value).__name__}", len(value)
            yield from _leaves((f"{place}[{i}]", v) for i, v in enumerate(value))
        else:
            yield place, value


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.ndarray, np.generic))


def _numbers(values: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, np.ndarray]]:
    for place, value in _leaves(values):
        if _is_number(value) and np.asarray(value).dtype.kind in "fc":
            yield place, np.asarray(value)

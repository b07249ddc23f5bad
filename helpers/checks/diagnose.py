"""What the differences suggest when no known mistake fits.

A cause is stated only if it holds in every wrong case: a wrong hint is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from helpers.checks import locate, patterns
from helpers.checks.compare import Part, Tolerance, in_words, is_description, parts


@dataclass(frozen=True)
class Seen:
    """One case as a diagnosis looks at it.

    Attributes:
        inputs: arguments by name; empty where they are not known.
        expected: the right value.
        got: what came.
        passed: whether it is right.
        failed: it stopped with an error, so there is nothing to look at.
        slack: how far rounding may carry the numbers, place by place.
    """

    inputs: dict[str, Any]
    expected: Any
    got: Any
    passed: bool
    failed: bool = False
    slack: Mapping[str, float] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list, compare=False)


def hint(cases: Sequence[Seen], tolerance: Tolerance) -> str:
    """One to three sentences about where to look, or an empty string.

    Args:
        cases: all of them, in order; at least one is wrong.
        tolerance: for numbers.
    """
    with np.errstate(all="ignore"):  # to divide by 0 is to learn something here
        return _hint(cases, tolerance)


def _hint(cases: Sequence[Seen], tolerance: Tolerance) -> str:
    wrong = [case for case in cases if not case.passed and not case.failed]
    for case in wrong:
        allowed = replace(tolerance, slack=case.slack)
        case.parts[:] = parts(case.expected, case.got, allowed)
    said = []
    first = next(case for case in cases if not case.passed)
    if wrong and first is wrong[0]:
        structure = _nothing_came(cases) or _arranged(wrong)
        rest = _part_hint(wrong, len(wrong) == len(cases))
        said = [structure] if structure else rest
    said.append(locate.in_cases([(c.inputs, c.passed) for c in cases]))
    return " ".join(dict.fromkeys(text for text in said if text))


def _part_hint(wrong: Sequence[Seen], all_wrong: bool) -> list[str]:
    """What is to be said of the first part that is wrong, and which others are."""
    target = next((p for p in wrong[0].parts if p.found), None)
    if target is None:
        return []
    said = [_which_parts(wrong)]
    same = [
        (part, case.inputs)
        for case in wrong
        for part in case.parts
        if part.place == target.place and part.found
    ]
    if any(part.found.pair is None for part, _ in same):
        return said
    if any(part.found.kind == "shape" for part, _ in same):
        shapes = [part for part, _ in same if part.found.kind == "shape"]
        return [*said, patterns.of_shapes([part.found.pair for part in shapes])]
    pairs = [
        patterns.Pair(*map(np.asarray, part.found.pair), inputs)
        for part, inputs in same
    ]
    if any(x.dtype.kind not in "biuf" for p in pairs for x in (p.expected, p.got)):
        return said
    relation = patterns.of_values(pairs, all_wrong)
    if relation and not _speaks_for_all(relation, wrong, all_wrong):
        return said
    entries = "" if relation else locate.in_entries(pairs)
    return [*said, relation or entries]


def _speaks_for_all(relation: str, wrong: Sequence[Seen], all_wrong: bool) -> bool:
    """Whether a sentence about values is true of all wrong parts, of each and together.

    What is said of the values "there" is about the part that is shown.
    """
    if " there " in relation:
        return True
    found = [(part, case) for case in wrong for part in case.parts if part.found]
    if len({part.place for part, _ in found}) < 2:
        return True
    if any(part.found.pair is None or part.found.kind == "shape" for part, _ in found):
        return False
    places: dict[str, list[patterns.Pair]] = {}
    for part, case in found:
        pair = patterns.Pair(*map(np.asarray, part.found.pair), case.inputs)
        places.setdefault(part.place, []).append(pair)
    every = [pair for pairs in places.values() for pair in pairs]
    if any(x.dtype.kind not in "biuf" for p in every for x in (p.expected, p.got)):
        return False
    if relation.startswith("Within each wrong case"):
        every = [_all_numbers(case) for case in wrong]
    each = {patterns.of_values(pairs, all_wrong) for pairs in places.values()}
    return each <= {relation, ""} and patterns.of_values(every, all_wrong) == relation


def _all_numbers(case: Seen) -> patterns.Pair:
    """The numbers of all wrong parts of a case, one after the other."""
    pairs = [part.found.pair for part in case.parts if part.found]
    expected, got = (
        np.concatenate([np.ravel(one) for one in side])
        for side in zip(*pairs, strict=True)
    )
    return patterns.Pair(expected, got, case.inputs)


def _which_parts(wrong: Sequence[Seen]) -> str:
    """Which parts of the result are wrong, if some are right in every case."""
    places = [part.place for part in wrong[0].parts]
    if any([part.place for part in case.parts] != places for case in wrong):
        return ""
    off = [any(case.parts[i].found for case in wrong) for i in range(len(places))]
    whole = wrong[0].expected
    if is_description(whole) and sum(off) > 1:  # its entries are words, no more is
        places = [_entry(place) for place in places]
    shown = [_quoted(in_words(place, whole)) for place in places]
    bad = dict.fromkeys(one for one, is_off in zip(shown, off, strict=True) if is_off)
    good = dict.fromkeys(one for one in shown if one not in bad)
    if not good or len(bad) > 3:
        return ""  # a list of so many helps nobody
    verb = "is" if len(bad) == 1 else "are"
    rest = "the other part is" if len(good) == 1 else "the others are"
    *some, last = bad
    listed = f"{', '.join(some)} and {last}" if some else last
    return f"Only {listed} {verb} wrong; {rest} right."


def _entry(place: str) -> str:
    """The entry of the whole in which a place lies."""
    start = re.match(r"result\[('[^']*'|\"[^\"]*\"|[^\]]*)\]", place)
    return start[0] if start else place


def _quoted(place: str) -> str:
    return place if place.startswith(("“", "`")) else f"`{place}`"


def _nothing_came(cases: Sequence[Seen]) -> str:
    """Whether a function never returns anything."""
    if any(case.failed or case.got is not None for case in cases):
        return ""
    if all(case.expected is None for case in cases):
        return ""
    return "It returns None in every case: is there a `return` that is reached?"


def _arranged(wrong: Sequence[Seen]) -> str:
    """What is true of the arrangement of every wrong result, where its parts are right.

    Small whole numbers equal each other by chance, so these need several cases.
    """
    said = [_structure_hint(case.expected, case.got) for case in wrong]
    if not said[0] or set(said) != {said[0]}:
        return ""
    enough = any(_is_telling(case.expected) for case in wrong) or len(wrong) >= FEW
    return said[0] if enough else ""


FEW = 3


def _is_telling(value: Any) -> bool:
    """Whether another value would hardly be the same by chance."""
    if isinstance(value, dict):
        return any(map(_is_telling, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_is_telling, value))
    if isinstance(value, (np.ndarray, np.generic, float)):
        array = np.asarray(value)
        return array.dtype.kind in "fc" and bool((array != np.round(array)).any())
    return isinstance(value, str) and len(value) > 1


def _structure_hint(expected: Any, got: Any) -> str:
    """Whether the parts of one result are right and only their arrangement is not."""
    if isinstance(expected, tuple) and isinstance(got, (tuple, list)):
        if len(expected) == len(got) == 2 and _alike(expected, got[::-1]):
            return "The two results are right, their order is not."
        if len(expected) == len(got):
            inside = (_structure_hint(a, b) for a, b in zip(expected, got, strict=True))
            return (
                _permuted(expected, got)
                or _repeated(expected, got)
                or next(filter(None, inside), "")
            )
    if isinstance(expected, tuple) and not isinstance(got, (tuple, list)):
        for i, one in enumerate(expected):
            if _alike(one, got):
                return f"That is item {i} of the tuple; the others are not returned."
    if isinstance(expected, dict) and isinstance(got, dict):
        for key, value in expected.items():
            if key in got and not _alike(value, got[key]):
                other = next(
                    (k for k in expected if k != key and _alike(expected[k], got[key])),
                    None,
                )
                if other is not None and _alike(value, got.get(other)):
                    return f"{key!r} and {other!r} are swapped."
    return ""


def _repeated(expected: Sequence, got: Sequence) -> str:
    """Whether one right item stands in the place of another one as well."""
    for i, one in enumerate(expected):
        if not _alike(one, got[i]):
            for j, other in enumerate(expected):
                if j != i and _alike(other, got[j]) and _alike(other, got[i]):
                    return f"Items {j} and {i} of the tuple are the same."
    return ""


def _permuted(expected: Sequence, got: Sequence) -> str:
    off = [i for i in range(len(got)) if not _alike(expected[i], got[i])]
    if len(off) != 2:
        return ""
    i, j = off
    if _alike(expected[i], got[j]) and _alike(expected[j], got[i]):
        return f"Items {i} and {j} of the tuple are swapped."
    return ""


def _alike(one: Any, other: Any) -> bool:
    return all(part.found is None for part in parts(one, other, Tolerance()))

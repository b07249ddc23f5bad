"""Locate the wrong entries and cases: what distinguishes them from the right ones."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from helpers.checks.patterns import Pair

# With fewer a rule may be a coincidence.
FEW = 3  # right entries, and entries along an axis
MANY_ENTRIES = 10  # right and wrong, for a rule about signs
FEW_CASES = 2  # right cases, and wrong ones


def in_entries(pairs: Sequence[Pair]) -> str:
    """Which entries of an array are wrong, if a simple rule tells in every case."""
    masks = [_wrong(p) for p in pairs]
    right = sum(int((~mask).sum()) for mask in masks)
    if any(mask.ndim == 0 for mask in masks) or right < FEW:
        return ""
    if sum(int(mask.sum()) for mask in masks) + right < MANY_ENTRIES:
        return _slices(masks)
    for said, rule in _rules(pairs):
        made = [rule(p) for p in pairs]
        if all(
            one is not None and one.shape == mask.shape and np.array_equal(one, mask)
            for one, mask in zip(made, masks, strict=True)
        ):
            return said
    return _slices(masks)


def _wrong(p: Pair) -> np.ndarray:
    one, other = p.expected.astype(float), p.got.astype(float)
    scale = np.abs(one[np.isfinite(one)]).max(initial=0.0)
    return ~np.isclose(other, one, rtol=1e-4, atol=1e-5 * scale, equal_nan=True)


def _rules(pairs: Sequence[Pair]) -> list[tuple[str, Callable]]:
    """Sentences with functions that say which entries they speak of."""
    rules = []
    for sign, said in _SIGNS.items():
        rule = functools.partial(_of_expected, signs=sign)
        rules.append((said.format("the right answer is"), rule))
    for argument in pairs[0].inputs:
        for sign, said in _SIGNS.items():
            rule = functools.partial(_of_argument, name=argument, signs=sign)
            rules.append((said.format(f"`{argument}` is"), rule))
    square = [
        p.expected.ndim == 2 and p.expected.shape[0] == p.expected.shape[1]
        for p in pairs
    ]
    if all(square):
        rules.append(
            (
                "Only the diagonal is wrong.",
                lambda p: np.eye(len(p.expected), dtype=bool),
            )
        )
        rules.append(
            (
                "Only what is off the diagonal is wrong.",
                lambda p: ~np.eye(len(p.expected), dtype=bool),
            )
        )
    return rules


# Values of some signs, and what is to be said where just these are wrong.
_SIGNS = {
    "-": "Only the values where {} negative are wrong.",
    "0": "Only the values where {} 0 are wrong.",
    "+": "Only the values where {} positive are wrong.",
    "-0": "All values where {} positive are right; the others are wrong.",
    "0+": "All values where {} negative are right; the others are wrong.",
    "-+": "All values where {} 0 are right; the others are wrong.",
}


def _of_expected(p: Pair, signs: str) -> np.ndarray | None:
    return _of_sign(p.expected, signs)


def _of_argument(p: Pair, name: str, signs: str) -> np.ndarray | None:
    return _of_sign(p.inputs.get(name), signs)


def _of_sign(value: Any, signs: str) -> np.ndarray | None:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return None
    found = np.zeros(value.shape, dtype=bool)
    for sign, holds in (("-", value < 0), ("0", value == 0), ("+", value > 0)):
        if sign in signs:
            found |= holds
    return found


def _slices(masks: Sequence[np.ndarray]) -> str:
    """Wrong entries in one slice, or in all but one, along one axis."""
    dims = {mask.ndim for mask in masks}
    if len(dims) > 1:
        return ""
    ndim = dims.pop()
    for axis in range(ndim):
        others = tuple(a for a in range(ndim) if a != axis)
        lines = [mask.any(axis=others) for mask in masks]
        whole = all(
            np.array_equal(line, mask.all(axis=others))
            for line, mask in zip(lines, masks, strict=True)
        )
        if any(len(line) < FEW for line in lines):
            continue
        where = "" if ndim == 1 else f" along axis {axis}"
        spatial = ndim == 2 or (ndim == 4 and axis in (1, 2))  # of (m, n_H, n_W, n_C)
        for said, rule in _LINES + (_BORDERS if spatial else ()):
            if "right" in said and not whole:  # others are right, too
                continue
            if all(np.array_equal(line, rule(len(line))) for line in lines):
                return said.format(where)
    return ""


def _first(n: int) -> np.ndarray:
    return np.arange(n) == 0


def _border(n: int) -> np.ndarray:
    return _first(n) | _first(n)[::-1]


_LINES = (
    ("Only the first entries{} are wrong.", _first),
    ("Only the last entries{} are wrong.", lambda n: _first(n)[::-1]),
    ("Only the first entries{} are right.", lambda n: ~_first(n)),
    ("Only the last entries{} are right.", lambda n: ~_first(n)[::-1]),
)
_BORDERS = (
    ("Only the first and last entries{} are wrong: the border.", _border),
    ("Only the first and last entries{} are right: the border.", lambda n: ~_border(n)),
)


def in_cases(cases: Sequence[tuple[dict[str, Any], bool]]) -> str:
    """What tells the arguments of wrong cases from those of right ones.

    Nothing is said where several rules would do, or where so many were tried on so few
    cases that one may fit by chance: what holds may then be a coincidence, and no
    cause. An option that a case gives or leaves out was chosen to be tried, the length
    of an axis hardly ever was, so it needs more cases.
    """
    passed = [inputs for inputs, right in cases if right]
    wrong = [inputs for inputs, right in cases if not right]
    if min(len(passed), len(wrong)) < FEW_CASES:
        return ""
    splits = math.comb(len(cases), len(wrong))
    every = [*wrong, *passed]
    names = list(dict.fromkeys(name for inputs in every for name in inputs))
    columns = {name: [inputs.get(name) for inputs in every] for name in names}
    for features, chance in ((_options, 1 / 3), (_sizes, 1 / 10)):
        found, tried = [], set()
        for name, values in columns.items():
            for said, holds in features(name, values):
                marks = tuple(bool(holds(value)) for value in values)
                tried.add(min(marks, tuple(not mark for mark in marks)))
                if marks == (True,) * len(wrong) + (False,) * len(passed):
                    found.append(said)
        tried -= {(False,) * len(every)}
        if found:
            by_chance = len(tried) > chance * splits
            if len(found) > 1 or by_chance or _is_shared(tried, len(wrong)):
                return ""
            return f"Wrong in the cases where {found[0]}; right in the others."
    return ""


def _is_shared(tried: set[tuple[bool, ...]], n_wrong: int) -> bool:
    """Whether some wrong cases have another thing in common that no right case has."""
    return any(
        len(set(marks[:n_wrong])) == 2 and len(set(marks[n_wrong:])) == 1
        for marks in tried
    )


Features = list[tuple[str, Callable[[Any], bool]]]


def _options(name: str, values: Sequence[Any]) -> Features:
    """What may be true of an option: a switch, one of a few words, given or not."""
    kinds = {_kind(value) for value in values}
    if kinds == {"bool"}:
        return [
            (f"`{name}` is True", bool),
            (f"`{name}` is False", lambda value: not value),
        ]
    if "NoneType" in kinds and len(kinds) > 1:
        return [
            (f"`{name}` is not given", lambda value: value is None),
            (f"`{name}` is given", lambda value: value is not None),
        ]
    if kinds == {"str"} and len(set(values)) <= FEW:
        return [
            (f"`{name}` is {word!r}", lambda value, word=word: value == word)
            for word in dict.fromkeys(values)
        ]
    return []


def _sizes(name: str, values: Sequence[Any]) -> Features:
    """What may be true of a size or a number, for values of one kind only.

    Signs and sizes of numbers are left out: among random numbers they fit by chance.
    """
    kinds = {_kind(value) for value in values}
    if kinds == {"number"}:
        return [(f"`{name}` is {n}", lambda value, n=n: value == n) for n in (0, 1)] + [
            (f"`{name}` is not {n}", lambda value, n=n: value != n) for n in (0, 1)
        ]
    if kinds == {"array"} and len({value.ndim for value in values}) == 1:
        found = []
        for axis in range(values[0].ndim):
            size = f"`{name}.shape[{axis}]` is "
            found += [
                (size + "1", lambda value, a=axis: value.shape[a] == 1),
                (size + "above 1", lambda value, a=axis: value.shape[a] > 1),
            ]
        return found
    if kinds == {"dict"}:
        return [
            (
                f"`{name}[{key!r}]`{said.removeprefix(f'`{key}`')}",
                lambda value, key=key, holds=holds: holds(value.get(key)),
            )
            for key in values[0]
            for said, holds in _entry_features(key, [v.get(key) for v in values])
        ]
    if kinds <= {"list", "tuple", "str"} and len(kinds) == 1:
        return [
            (f"`{name}` is empty", lambda value: len(value) == 0),
            (f"`len({name})` is 1", lambda value: len(value) == 1),
        ]
    return []


def _entry_features(key: Any, values: Sequence[Any]) -> Features:
    """Of settings in a dictionary, such as a stride: numbers and switches."""
    if {_kind(value) for value in values} <= {"number", "bool"}:
        return _options(key, values) or _sizes(key, values)
    return []


def _kind(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, float, np.generic)):
        return "number"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return "array"
    return type(value).__name__

"""Which entries, and which cases, are wrong: what tells them from the right ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from helpers.checks.relations import Pair

FEW = 3  # right entries without which a rule may be a coincidence


def in_entries(pairs: Sequence[Pair]) -> str:
    """Which entries of an array are wrong, if a simple rule tells in every case."""
    masks = [_wrong(p) for p in pairs]
    right = sum(int((~mask).sum()) for mask in masks)
    if any(mask.ndim == 0 for mask in masks) or right < FEW:
        return ""
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
    for sign, name in _SIGNS.items():
        rules.append((f"Only values that should be {name} are wrong.",
                      lambda p, sign=sign: _of_sign(p.expected, sign)))  # fmt: skip
    for argument in pairs[0].inputs:
        for sign, name in _SIGNS.items():
            rules.append((
                f"Only values where `{argument}` is {name} are wrong.",
                lambda p, a=argument, sign=sign: _of_sign(p.inputs.get(a), sign),
            ))  # fmt: skip
    square = [p.expected.ndim == 2 and p.expected.shape[0] == p.expected.shape[1]
              for p in pairs]  # fmt: skip
    if all(square):
        rules.append(("Only the diagonal is wrong.",
                      lambda p: np.eye(len(p.expected), dtype=bool)))  # fmt: skip
        rules.append(("Only what is off the diagonal is wrong.",
                      lambda p: ~np.eye(len(p.expected), dtype=bool)))  # fmt: skip
    return rules


_SIGNS = {
    "-": "negative", "0": "0", "+": "positive",
    "-0": "0 or negative", "0+": "0 or positive", "-+": "not 0",
}  # fmt: skip


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
        if any(len(line) < 2 for line in lines):
            continue
        where = "" if ndim == 1 else f" along axis {axis}"
        for said, rule in _LINES:
            if all(np.array_equal(line, rule(len(line))) for line in lines):
                return said.format(where)
    return ""


def _first(n: int) -> np.ndarray:
    return np.arange(n) == 0


_LINES = (
    ("Only the first entries{} are wrong.", _first),
    ("Only the last entries{} are wrong.", lambda n: _first(n)[::-1]),
    ("Only the first entries{} are right: look at what happens after one step.",
     lambda n: ~_first(n)),
    ("Only the last entries{} are right: look at the order, or at a loop's end.",
     lambda n: ~_first(n)[::-1]),
    ("Only the first and last entries{} are wrong: look at the border.",
     lambda n: _first(n) | _first(n)[::-1]),
    ("Only the entries inside are wrong{}; the border is right.",
     lambda n: ~(_first(n) | _first(n)[::-1])),
)  # fmt: skip


def in_cases(cases: Sequence[tuple[dict[str, Any], bool]]) -> str:
    """What tells the arguments of wrong cases from those of right ones.

    Nothing is said where two rules would do, unless they mean one argument.
    """
    passed = [inputs for inputs, right in cases if right]
    wrong = [inputs for inputs, right in cases if not right]
    if not passed or not wrong:
        return ""
    found: dict[str, str] = {}
    for name in wrong[0]:
        for said, holds in _FEATURES:
            bad = [holds(inputs.get(name)) for inputs in wrong]
            good = [holds(inputs.get(name)) for inputs in passed]
            if None in bad or None in good:
                continue
            if all(bad) and not any(good):
                found.setdefault(name, said.format(name))
    if len(found) != 1:
        return ""
    return (
        f"Wrong in the cases where {next(iter(found.values()))}; right in the others."
    )


def _kind(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, float, np.generic)):
        return "number"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.size:
        return "array"
    return type(value).__name__


def _when(kind: str, holds: Callable) -> Callable:
    """A feature that values of one kind have or lack; others neither."""
    return lambda value: bool(holds(value)) if _kind(value) == kind else None


_FEATURES = (
    ("`{0}` is True", _when("bool", lambda v: v)),
    ("`{0}` is False", _when("bool", lambda v: not v)),
    ("`{0}` is None", lambda v: v is None),
    ("`{0}` is given", lambda v: v is not None),
    ("`{0}` is 0", _when("number", lambda v: v == 0)),
    ("`{0}` is not 0", _when("number", lambda v: v != 0)),
    ("`{0}` is 1", _when("number", lambda v: v == 1)),
    ("`{0}` is not 1", _when("number", lambda v: v != 1)),
    ("`{0}` is negative", _when("number", lambda v: v < 0)),
    ("`{0}` is above 1", _when("number", lambda v: v > 1)),
    ("`{0}` has a row only", _when("array", lambda v: v.ndim > 1 and len(v) == 1)),
    ("`{0}` has more than a row", _when("array", lambda v: v.ndim > 1 and len(v) > 1)),
    ("`{0}` has a column only",
     _when("array", lambda v: v.ndim > 1 and v.shape[-1] == 1)),
    ("`{0}` has more than a column",
     _when("array", lambda v: v.ndim > 1 and v.shape[-1] > 1)),
    ("`{0}` holds whole numbers only",
     _when("array", lambda v: bool((v == np.round(v)).all()))),
    ("`{0}` holds a 0", _when("array", lambda v: bool((v == 0).any()))),
    ("`{0}` holds negative values", _when("array", lambda v: bool((v < 0).any()))),
    ("`{0}` holds large values",
     _when("array", lambda v: bool(np.abs(v).max() >= 100))),
    ("`{0}` is empty", lambda v: len(v) == 0 if isinstance(v, (list, str)) else None),
    ("`{0}` holds one item only",
     lambda v: len(v) == 1 if isinstance(v, (list, tuple)) else None),
)  # fmt: skip

"""Compare an expected value with a returned one: type, then shape, then values.

Values are compared by meaning. A 0-d array, a NumPy scalar and a Python number are the
same number; `True` and 1 are the same label; an extra key in a dictionary is mentioned
but costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers.checks.values import Draws, Opaque

RTOL = 1e-4  # of each value
ATOL = 1e-5  # of the largest value of an array
FLOOR = 1e-8  # where everything expected is zero but for rounding
ZERO = 1e-12
COUNT = 0.01  # how far a float may lie from a whole number that is meant
SHARE = 0.1  # of the largest value: more than that is no rounding
LITTLE = 1e-3  # or of this size, where the largest value is rounding itself
MANY = 12  # keys or names: no reader wants a longer list
_WHOLE = ("type", "structure")  # kinds of differences that no part has


@dataclass(frozen=True)
class Tolerance:
    """How far apart two equal numbers may lie.

    A value may miss by `rtol` of itself plus `atol` of the largest expected value
    of its array, which leaves room for float32 and for another order of summation.
    Whole numbers are exact, unless a check gives a wider tolerance than the usual one.
    They may come as floats, unless a check asks for integers.

    Attributes:
        rtol: share of each value.
        atol: share of the largest value of an array.
        floor: numbers that are both no larger than this are equal, because they are
            nothing but rounding.
        integers: whole numbers must be of an integer type, as an index must.
        slack: place in a result → how far rounding alone may carry the numbers there,
            where a case was found to amplify it.
    """

    rtol: float = RTOL
    atol: float = ATOL
    floor: float = 0.0
    integers: bool = False
    slack: Mapping[str, float] = field(default_factory=dict)

    @property
    def counts_exactly(self) -> bool:
        """Whether whole numbers must be met exactly."""
        return self.rtol <= RTOL and self.atol <= ATOL


@dataclass(frozen=True)
class Difference:
    """The first difference found.

    `kind` is one of `"type"`, `"structure"`, `"shape"`, `"values"`; `place` says
    where, in Python notation; `expected` and `got` are short texts; `pair` holds the
    two numbers or arrays that differ, for whoever wants to look closer.
    """

    kind: str
    place: str
    expected: str
    got: str
    detail: str = ""
    pair: tuple[Any, Any] | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        """One sentence for a reader."""
        return self.told()

    def told(self, whole: Any = None) -> str:
        """The same, with the place in words where `whole`, what was expected, has them.

        See `in_words`.
        """
        where = in_words(self.place, whole)
        if where.startswith("“") and {self.expected, self.got} == {"True", "False"}:
            if self.expected == "True":
                return f"{where}: that is not so, but should be"
            return f"{where}: that is so, but should not be"
        text = f"{where}: expected {self.expected}, got {self.got}"
        return f"{text} ({self.detail})" if self.detail else text


RETURNED = "returned"  # a key under which a description holds the value itself


def in_words(place: str, whole: Any) -> str:
    """A place as a reader is to see it.

    Some results are descriptions of what a function did, in a dictionary that its
    author never sees. Its keys are words, so it is known by a space in one of them, or
    by the key of what the function returned.

    Args:
        place: in Python notation, such as `result['sizes of W1, b1'][0]`.
        whole: what was expected at `result`.

    Example:
        >>> in_words("result['sizes of W1, b1'][0]", {"sizes of W1, b1": [1, 2]})
        '“sizes of W1, b1” at [0]'
    """
    changed = re.match(r"(`\w+)` after(.*)$", place, re.DOTALL)
    if changed:
        return f"{changed[1]}{changed[2]}` after the call"
    if not is_description(whole):
        return place
    for key in whole:
        start = f"result[{key!r}]"
        rest = place.removeprefix(start)
        if place.startswith(start):
            if key == RETURNED:
                return f"result{rest}"
            if str(key).endswith("` after"):
                return in_words(key + rest, None)
            return f"“{key}” at {rest}" if rest else f"“{key}”"
    return place


def is_description(whole: Any) -> bool:
    """Whether a result is a description in words; see `in_words`."""
    return isinstance(whole, dict) and any(
        isinstance(key, str) and (" " in key or key == RETURNED) for key in whole
    )


@dataclass(frozen=True)
class Part:
    """One part of a structured result: what was expected there and what came.

    `found` is `None` where they agree.
    """

    place: str
    expected: Any
    got: Any
    found: Difference | None


def parts(
    expected: Any, got: Any, tolerance: Tolerance, place: str = "result"
) -> list[Part]:
    """Compare part by part: entries of dictionaries, items of lists and tuples.

    Where the structure itself differs, the structure is the part that is wrong.
    """
    found = difference(expected, got, tolerance, place)
    if found is not None and found.place == place and found.kind in _WHOLE:
        return [Part(place, expected, got, found)]
    if isinstance(expected, dict) and isinstance(got, dict):
        pairs = [(f"[{key!r}]", value, got[key]) for key, value in expected.items()]
    elif isinstance(expected, (list, tuple)) and isinstance(got, (list, tuple)):
        both = zip(expected, got, strict=True)
        pairs = [(f"[{i}]", one, other) for i, (one, other) in enumerate(both)]
    else:
        return [Part(place, expected, got, found)]
    return [
        part
        for where, one, other in pairs
        for part in parts(one, other, tolerance, place + where)
    ]


def difference(
    expected: Any,
    got: Any,
    tolerance: Tolerance | None = None,
    place: str = "result",
    notes: list[str] | None = None,
) -> Difference | None:
    """The first difference between two plain values, or `None` where they agree.

    Args:
        expected: plain value, may contain `Draws`.
        got: plain value; `Draws` in it never pass.
        tolerance: for numbers; the usual one by default.
        place: name of what is compared, for messages.
        notes: a list that collects remarks which cost nothing, such as extra keys.
    """
    tolerance = tolerance or Tolerance()
    notes = [] if notes is None else notes
    if isinstance(expected, Draws):
        return _draws(expected, got, place)
    if isinstance(expected, dict):
        return _dicts(expected, got, tolerance, place, notes)
    if isinstance(expected, (list, tuple)):
        return _sequences(expected, got, tolerance, place, notes)
    if isinstance(expected, (bool, int, float, np.ndarray, np.generic)):
        return _numbers(expected, got, tolerance, place)
    if type(expected) is type(got) and expected == got:
        return None
    kind = "values" if type(expected) is type(got) else "type"
    came = what(got) if got is None else brief(got)
    return Difference(kind, place, brief(expected), came)


def _dicts(expected, got, tolerance, place, notes) -> Difference | None:
    if not isinstance(got, dict):
        return Difference("type", place, "a dictionary", what(got))
    missing = [key for key in expected if key not in got]
    if missing:
        wanted = _keys(expected)
        came = f"a dictionary with {_keys(got)}"
        verb = "is" if len(missing) == 1 else "are"
        some = 0 < len(missing) < len(expected)
        lacking = f"{_keys(missing)} {verb} missing" if some else ""
        return Difference("structure", place, wanted, came, lacking)
    extra = [key for key in got if key not in expected]
    if extra:
        notes.append(f"{place} also has {_keys(extra)}, which does no harm")
    for key, value in expected.items():
        found = difference(value, got[key], tolerance, f"{place}[{key!r}]", notes)
        if found:
            return found
    return None


def _keys(keys) -> str:
    """Some keys by name; of many only the first."""
    keys = list(keys)
    if not keys:
        return "no keys"
    listed = ", ".join(brief(key) for key in keys[:MANY])
    more = f" and {len(keys) - MANY} more" if len(keys) > MANY else ""
    return f"the key{'s' if len(keys) > 1 else ''} {listed}{more}"


def _sequences(expected, got, tolerance, place, notes) -> Difference | None:
    kind = "tuple" if isinstance(expected, tuple) else "list"
    # An array of numbers is as good as a list of them.
    array = isinstance(got, np.ndarray) and got.ndim and isinstance(expected, list)
    row = _is_row_of_numbers(expected, got)
    if not row and not array and not isinstance(got, (list, tuple)):
        return Difference("type", place, f"a {kind} of {len(expected)}", what(got))
    if len(got) != len(expected):
        name = "list" if array else type(got).__name__
        return Difference(
            "structure",
            place,
            f"a {kind} of {len(expected)}",
            f"a {name} of {len(got)}",
        )
    for i, (one, other) in enumerate(zip(expected, got, strict=True)):
        found = difference(one, other, tolerance, f"{place}[{i}]", notes)
        if found:
            return found
    return None


def _is_row_of_numbers(expected, got) -> bool:
    """Whether an array came for as many numbers: it is unpacked as they are."""
    numbers = all(
        isinstance(one, (int, float, np.number)) and not isinstance(one, bool)
        for one in expected
    )
    return isinstance(got, np.ndarray) and got.shape == (len(expected),) and numbers


def _numbers(expected, got, tolerance, place) -> Difference | None:
    if not isinstance(got, (bool, int, float, np.ndarray, np.generic)):
        return Difference("type", place, what(expected), what(got))
    one, other = np.asarray(expected), np.asarray(got)
    if other.dtype.kind == "c" and one.dtype.kind != "c":
        return _complex(other, place)
    # `np.array([])` is an array of floats, but holds none.
    floats = other.dtype.kind == "f" and other.size
    if tolerance.integers and one.dtype.kind in "iu" and floats:
        return _floats(one, other, place)
    if one.shape != other.shape:
        return Difference("shape", place, what(expected), what(got), pair=(one, other))
    if one.dtype == other.dtype and np.array_equal(one, other):
        return None
    near = close(one, other, tolerance, tolerance.slack.get(place, 0.0))
    if near.all():
        return None
    return _first_far(one, other, near, place)


def _complex(got: np.ndarray, place: str) -> Difference:
    """Complex numbers where real ones belong.

    Real in value is not enough: a figure, an index or an array of floats that they are
    added to would refuse them later.
    """
    detail = (
        "their imaginary parts are all 0: take `.real`, or compute with functions for "
        "real numbers, such as `np.linalg.eigh` for a symmetric matrix"
    )
    return Difference(
        "type",
        place,
        "real numbers",
        "complex numbers",
        "" if got.imag.any() else detail,
    )


def _floats(one: np.ndarray, other: np.ndarray, place: str) -> Difference:
    """Floats where integers are asked for, which NumPy takes for no index or size."""
    if one.ndim or other.ndim:
        return Difference("type", place, "integers", "floats")
    return Difference("type", place, f"the int {one}", f"the float {other}")


def close(
    one: np.ndarray, other: np.ndarray, tolerance: Tolerance, slack: float = 0.0
) -> np.ndarray:
    """Elementwise; not-a-number equals itself, infinities their own sign."""
    whole = one.dtype.kind in "biu" and tolerance.counts_exactly
    if whole and other.dtype.kind in "biu":
        return np.asarray(one == other)
    if other.dtype == object:  # a whole number that no NumPy type can hold
        return np.equal(one, other).astype(bool)
    digit = np.finfo(other.dtype).eps if whole else 0.0
    wide = np.complex128 if one.dtype.kind == "c" else np.float64
    one, other = one.astype(wide), other.astype(wide)
    finite = np.isfinite(one)
    scale = size(one)
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = tolerance.rtol * np.abs(one) + usual(scale, tolerance)
        if whole:  # a count as a float, as exact as this kind of float can be
            allowed = np.minimum(allowed, np.maximum(COUNT, digit * np.abs(one)))
        near = np.abs(one - other) <= np.maximum(allowed, slack)
        near |= (np.abs(one) <= tolerance.floor) & (np.abs(other) <= tolerance.floor)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return np.where(finite, near, same)


def size(numbers: np.ndarray) -> float:
    """The size of the largest finite number of an array."""
    return float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0))


def usual(scale: float, tolerance: Tolerance) -> float:
    """How far any number of an array may lie off, by the size of its largest."""
    if scale > ZERO or not tolerance.atol:
        return tolerance.atol * scale
    return FLOOR


def may_be_rounding(found: Difference) -> bool:
    """Whether a difference is so small that rounding could explain it."""
    if found.kind != "values" or found.pair is None:
        return False
    one, other = map(np.asarray, found.pair)
    if one.dtype.kind not in "fc" or not (np.isfinite(one) == np.isfinite(other)).all():
        return False
    finite = np.isfinite(one)
    return size(one[finite] - other[finite]) <= max(SHARE * size(one), LITTLE)


def _first_far(one, other, near, place) -> Difference:
    if one.ndim == 0:
        return Difference(
            "values", place, brief(one[()]), brief(other[()]), pair=(one, other)
        )
    far = np.argwhere(~near)
    index = tuple(int(i) for i in far[0])
    at = "[" + ", ".join(map(str, index)) + "]"
    share = f"{len(far)} of {one.size} values differ"
    if np.isnan(other).any() and not np.isnan(one).any():
        share += "; some are not a number (nan)"
    return Difference(
        "values",
        place + at,
        brief(one[index]),
        brief(other[index]),
        share,
        (one, other),
    )


def _draws(expected: Draws, got: Any, place: str) -> Difference | None:
    """Shape, mean and spread, and whether the numbers look drawn one by one."""
    if not isinstance(got, np.ndarray):
        shaped = f"an array of shape {expected.shape}"
        return Difference("type", place, shaped, what(got))
    if got.shape != expected.shape:
        return Difference("shape", place, f"shape {expected.shape}", what(got))
    if got.dtype.kind == "c":
        return _complex(got, place)
    if got.dtype.kind not in "fiub" or not np.isfinite(got).all():
        return Difference("values", place, "finite real numbers", brief(got))
    with np.errstate(over="ignore", invalid="ignore"):  # as 1e308 twice
        found = _spread(expected, got.astype(np.float64).reshape(1, -1), 6)
        if found is None and expected.continuous:
            found = _not_one_by_one(expected, got.astype(np.float64))
    return found and Difference("values", place, *found)


def _spread(
    expected: Draws, lines: np.ndarray, errors: float, where: str = ""
) -> tuple[str, str] | None:
    """What is odd about mean or spread of a line, with room for some standard errors.

    Written so that not-a-number is odd.
    """
    n = max(lines.shape[1], 2)
    means, stds = lines.mean(axis=1), lines.std(axis=1)
    far = ~(abs(means - expected.mean) <= errors * expected.std / np.sqrt(n) + 1e-12)
    wide = ~(abs(stds - expected.std) <= errors * expected.std / np.sqrt(2 * n) + 1e-12)
    # A mean is off by itself only if draws that spread as these do would not give it.
    lies = ~(abs(means - expected.mean) <= errors * stds / np.sqrt(n) + 1e-12)
    for name, odd, found, right in (
        ("mean", far & (lies | ~wide), means, expected.mean),
        ("standard deviation", wide, stds, expected.std),
    ):
        if odd.any():
            return f"a {name} near {right:.4g}{where}", f"{found[odd][0]:.4g}"
    return None


def _not_one_by_one(expected: Draws, got: np.ndarray) -> tuple[str, str] | None:
    """What shows that the numbers were not drawn one by one, independently."""
    if got.size > 1 and 2 * np.unique(got).size <= got.size:
        return "a separate draw for each entry", "the same few numbers repeated"
    if got.ndim > 1:
        rows = got.reshape(len(got), -1)
        columns = got.reshape(-1, got.shape[-1]).T
        for name, lines in (("row", rows), ("column", columns)):
            if lines.shape[1] < 2:
                continue
            if len({line.tobytes() for line in lines}) < len(lines):
                return f"separate draws for each {name}", f"{name}s that are equal"
            if found := _spread(expected, lines, 7, f" in each {name}"):
                return found  # 7, for there are many of them
    if got.size >= 50:
        order = got.ravel() - got.mean()
        along = np.dot(order[1:], order[:-1]) / np.dot(order, order)
        if not abs(along) <= 6 / np.sqrt(got.size):
            return "independent draws", "numbers that depend on those before them"
    return None


def what(value: Any) -> str:
    """What kind of thing a value is, in a few words."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, (bool, np.bool_)):
        return "a boolean"
    if isinstance(value, (int, float, np.generic)) or (
        isinstance(value, np.ndarray) and value.ndim == 0
    ):
        return "a number"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, Opaque):
        return value.kind
    return {dict: "a dictionary", str: "a string", set: "a set"}.get(
        type(value), f"a {type(value).__name__}"
    )


def brief(value: Any, room: int = 60) -> str:
    """A value in one short line: what a reader can take in, not a dump.

    Small arrays stand there in full, larger ones by shape and their first numbers;
    dictionaries go by key, and of anything long only the beginning is shown.

    Args:
        value: plain.
        room: about how many characters there are for it.
    """
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.6g}"
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        return str(value)[:60]
    if isinstance(value, np.ndarray):
        return _array(value, room)
    if isinstance(value, Opaque):
        return value.kind
    if isinstance(value, dict) and value:
        pairs = list(value.items())
        return (
            "{"
            + _listed(
                room, pairs, lambda pair, r: f"{brief(pair[0])}: {brief(pair[1], r)}"
            )
            + "}"
        )
    if isinstance(value, (list, tuple)) and value:
        listed = _listed(room, value, brief)
        if isinstance(value, list):
            return f"[{listed}]"
        return f"({listed},)" if len(value) == 1 else f"({listed})"
    text, room = repr(value), max(room, 24)
    return text if len(text) <= room else text[: room - 1] + "…"


def _array(array: np.ndarray, room: int) -> str:
    kind = what(array).removeprefix("an ")
    # Writing numbers takes time, and no array is shorter than its brackets and commas.
    least = len(kind) if array.size > 6 else len("array()") + 3 * array.size - 2
    if not array.size or room < least:
        return kind if room else f"array {array.shape}"
    if array.size > 6:
        text = f"{kind}: {', '.join(map(_digits, array.flat[:3]))}, …"
    else:
        text = np.array2string(
            array, precision=4, suppress_small=True, separator=", ", threshold=10
        )
        text = f"array({' '.join(text.split())})"
    return text if len(text) <= room else kind


def _digits(number: np.generic) -> str:
    return f"{number:.3g}" if number.dtype.kind == "f" else str(number)


def _listed(
    room: int, values: Sequence[Any], text_in: Callable[[Any, int], str]
) -> str:
    """Items side by side, as fully as there is room; of too many, the first ones."""
    for each in dict.fromkeys((room // 2, room // 4, 0)):
        items, left = [], room
        for value in values:
            items.append(text_in(value, each))
            left -= len(items[-1])
            if left < 0:  # what follows is written only if it has a chance
                break
        else:
            return ", ".join(items)
    shown = items[:-1] or items
    return ", ".join(shown) + f", … {len(values) - len(shown)} more" * (
        len(shown) < len(values)
    )

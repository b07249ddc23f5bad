"""Patterns in wrong numbers: a factor, an offset, a swapped axis, a shift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CLOSE = 1e-5  # relative, of what counts as the same number
FEW = 3  # cases and numbers: what fits fewer may be chance


@dataclass(frozen=True)
class Pair:
    """Expected and given numbers of one case, of one shape, and its arguments."""

    expected: np.ndarray
    got: np.ndarray
    inputs: dict[str, Any]


def of_shapes(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> str:
    """What two shapes suggest, in all cases alike."""
    for holds, said in _SHAPES:
        if all(holds(one.shape, other.shape) for one, other in pairs):
            return said
    for by, amount in ((1, "more"), (-1, "fewer")):
        axes = [_one_off(one.shape, other.shape, by) for one, other in pairs]
        if len(set(axes)) == 1 and axes[0] is not None:
            return f"Along axis {axes[0]} there is one entry {amount} than expected."
    return ""


def _broadcast(one: tuple, other: tuple) -> bool:
    """Whether a column and a row made a table."""
    n = max(one, default=1)
    return other == (n, n) and n > 1 and one in ((n,), (n, 1), (1, n))


_SHAPES = (
    (lambda one, other: other == (), ""),  # a number came, as the reader is told
    (lambda one, other: len(one) > 1 and other == one[::-1], "It looks transposed."),
    (
        _broadcast,
        "That is a table: it comes about where something of shape (n,) or (1, n) meets "
        "something of shape (n, 1).",
    ),
    (
        lambda one, other: len(other) < len(one) and np.prod(one) == np.prod(other),
        "It has an axis too few: keepdims=True or reshape keeps it.",
    ),
    (
        lambda one, other: np.prod(one) == np.prod(other),
        "It holds as many numbers as it should, in another shape.",
    ),
    (
        lambda one, other: len(other) < len(one),
        "It has too few axes: was one summed, averaged or indexed away?",
    ),
    (
        lambda one, other: (
            len(one) == len(other)
            and one != other
            and all(a in (b, 1) for a, b in zip(one, other, strict=True))
        ),
        "An axis of length 1 was expected: was it broadcast, or should a sum be taken "
        "over it?",
    ),
    (
        lambda one, other: len(other) > len(one),
        "It has too many axes: should one have been summed or indexed?",
    ),
)


def _one_off(one: tuple, other: tuple, by: int) -> int | None:
    if len(one) != len(other):
        return None
    steps = [b - a for a, b in zip(one, other, strict=True)]
    off = [axis for axis, step in enumerate(steps) if step]
    return off[0] if len(off) == 1 and steps[off[0]] == by else None


def of_values(pairs: Sequence[Pair], all_wrong: bool = True) -> str:
    """What relates the numbers, in all cases alike; an empty text if nothing does.

    Args:
        pairs: of the wrong cases.
        all_wrong: whether there are no right ones.
    """
    if all(p.got.dtype == bool and not p.got.any() for p in pairs):
        return _all_alike(pairs, "False")
    pairs = [
        Pair(p.expected.astype(float), p.got.astype(float), p.inputs) for p in pairs
    ]
    if not all(np.isfinite(p.got).all() for p in pairs):
        return _not_finite(pairs)
    if not all(np.isfinite(p.expected).all() for p in pairs):
        return ""
    if not _enough(pairs):
        return ""
    for find in (_plain, _factor, _offset, _an_argument, _arrangement, _rounded):
        said = find(pairs)
        if said:
            return said
    return _constant(pairs) if all_wrong else ""


def _enough(pairs: Sequence[Pair]) -> bool:
    """Whether there are enough numbers for a relation not to be a coincidence."""
    values = np.concatenate([p.expected.ravel() for p in pairs])
    return len(np.unique(np.round(values, 9))) > 1


def _not_finite(pairs: Sequence[Pair]) -> str:
    new = [bool((~np.isfinite(p.got) & np.isfinite(p.expected)).any()) for p in pairs]
    if not all(new):
        return ""
    if any(_holds_nan(p.inputs) for p in pairs):
        return (
            "The arguments hold nan, and anything computed with nan is nan, even "
            "0 * nan."
        )
    if all((~np.isfinite(p.got)).all() for p in pairs):
        return "No value is finite: a division by zero, a log of zero or an overflow."
    return "A division by zero, a log of zero or an overflow made some not finite."


def _holds_nan(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_nan, value.values()))
    if isinstance(value, (list, tuple)):
        return any(map(_holds_nan, value))
    if not isinstance(value, (float, np.ndarray, np.generic)):
        return False
    numbers = np.asarray(value)
    return numbers.dtype.kind in "fc" and bool(np.isnan(numbers).any())


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays of numbers are the same but for rounding."""
    if one.shape != other.shape:
        return False
    scale = np.abs(other).max(initial=0.0)
    return bool(scale) and np.allclose(one, other, rtol=CLOSE, atol=1e-8 * scale)


def _everywhere(pairs: Sequence[Pair], relation: Callable) -> bool:
    """Whether what came is `relation` of what was expected, in all pairs."""
    made = [np.asarray(relation(p.expected)) for p in pairs]
    return all(
        same(p.got, want) or not (p.got.any() or want.any())
        for p, want in zip(pairs, made, strict=True)
    ) and any(p.got.any() for p in pairs)


_PLAIN = (
    (lambda e: -e, "Only the sign is wrong."),
    (lambda e: 1 - e, "It is one minus what was expected."),
    (np.square, "It is the square of what was expected."),
    (np.sqrt, "It is the square root of what was expected."),
    (np.reciprocal, "It is one over what was expected."),
    (np.exp, "It is e to the power of what was expected: a logarithm is missing."),
    (np.log, "It is the logarithm of what was expected."),
    (np.abs, "The sign is lost: all values are positive."),
    (lambda e: np.maximum(e, 0), "Negative values have become 0."),
    (lambda e: np.minimum(e, 0), "Positive values have become 0."),
)


def _plain(pairs: Sequence[Pair]) -> str:
    if not any(p.got.any() for p in pairs):
        return _all_alike(pairs, "0")
    for relation, said in _PLAIN:
        if _everywhere(pairs, relation):
            return said
    whole = [p for p in pairs if p.got.size > 1]
    flat = [same(p.got, np.full_like(p.got, p.got.flat[0])) for p in whole]
    varied = any(np.ptp(p.expected) > 1e-9 for p in whole)
    if whole and all(flat) and varied:
        return "All values there are the same."
    return ""


def _all_alike(pairs: Sequence[Pair], value: str) -> str:
    """That nothing but one value came; of a single number the reader sees that."""
    if any(p.got.size > 1 for p in pairs):
        return f"Every value there is {value}."
    news = value != "False" and len(pairs) >= FEW  # True was expected, so it is none
    return f"It is {value} in every wrong case." if news else ""


def _constant(pairs: Sequence[Pair]) -> str:
    """Whether the answer is the same in every case, though it should not be."""
    first, *rest = pairs
    same_answers = bool(rest) and all(same(p.got, first.got) for p in rest)
    if not same_answers or all(same(p.expected, first.expected) for p in rest):
        return ""
    return "It gives the same in every case, whatever the arguments are."


def _ratios(pairs: Sequence[Pair]) -> list[np.ndarray] | None:
    """`got / expected` where something was expected; `None` where that makes none."""
    found = []
    for p in pairs:
        scale = np.abs(p.expected).max(initial=0.0)
        used = np.abs(p.expected) > 1e-9 * scale
        if not used.any() or np.abs(p.got[~used]).max(initial=0.0) > 1e-9:
            return None
        found.append(p.got[used] / p.expected[used])
    return found


def _factor(pairs: Sequence[Pair]) -> str:
    ratios = _ratios(pairs)
    if ratios is None:
        return ""
    if all(same(r, np.full_like(r, r[0])) for r in ratios):
        factors = np.array([r[0] for r in ratios])
        if same(factors, np.full_like(factors, factors[0])):
            if sum(r.size for r in ratios) == 1 and not _is_plain(factors[0]):
                return ""  # a single number is always a multiple of another
            return f"Every value is {_times(factors[0])} what was expected."
        if why := _explained(factors, pairs):
            return why
        if any(r.size > 1 for r in ratios) and any(
            np.ptp(p.expected) > 1e-9 for p in pairs
        ):
            return (
                "Within each wrong case all values are off by the same factor, "
                f"{factors[0]:.4g} in the first; it varies from case to case."
            )
        return ""
    return _by_slices(pairs, _along_ratio, "by a factor of its own")


def _is_plain(factor: float) -> bool:
    """Whether a factor is a whole number or one over a whole number."""
    larger = max(abs(factor), 1 / abs(factor)) if factor else 0.5
    return abs(larger - round(larger)) < CLOSE * larger


def _times(factor: float) -> str:
    inverse = 1 / factor
    if 0 < factor < 1 and abs(inverse - round(inverse)) < 1e-4 * inverse:
        return f"1/{round(inverse)} of"
    return f"{factor:.4g} times"


def _explained(factors: np.ndarray, pairs: Sequence[Pair]) -> str:
    """Which size or argument the factors are, in all cases; empty if none."""
    if len(factors) < FEW or len({round(float(f), 9) for f in factors}) < 2:
        return ""  # one number or two may be a size by chance
    for text, numbers in _quantities(pairs).items():
        for form, make in _FORMS:
            if same(factors, make(numbers)):
                return f"Every value is {form.format(text)}."
    return ""


_FORMS = (
    ("{} times what was expected", lambda n: n),
    ("what was expected divided by {}", lambda n: 1 / n),
    ("minus {} times what was expected", lambda n: -n),
    ("minus what was expected divided by {}", lambda n: -1 / n),
    ("what was expected times the square of {}", np.square),
    ("what was expected divided by the square of {}", lambda n: 1 / n**2),
    ("what was expected times the root of {}", np.sqrt),
    ("what was expected divided by the root of {}", lambda n: 1 / np.sqrt(n)),
    ("what was expected times (1 - {})", lambda n: 1 - n),
    ("what was expected divided by (1 - {})", lambda n: 1 / (1 - n)),
)


def _quantities(pairs: Sequence[Pair]) -> dict[str, np.ndarray]:
    """Sizes and numbers among the arguments: what it is → its value in each case."""
    found = {}
    for name in pairs[0].inputs:
        values = [p.inputs.get(name) for p in pairs]
        if all(isinstance(v, (int, float, np.generic)) for v in values):
            found[f"`{name}`"] = np.array(values, dtype=float)
        elif all(isinstance(v, np.ndarray) for v in values):
            dims = {v.ndim for v in values}
            for axis in range(dims.pop() if len(dims) == 1 else 0):
                sizes = [v.shape[axis] for v in values]
                found[f"`{name}.shape[{axis}]`"] = np.array(sizes, dtype=float)
        elif all(isinstance(v, (list, tuple)) for v in values):
            sizes = [len(v) for v in values]
            found[f"`len({name})`"] = np.array(sizes, dtype=float)
    return {k: v for k, v in found.items() if np.isfinite(v).all() and v.any()}


def _along_ratio(p: Pair, axis: int) -> bool:
    ratio = p.got / p.expected
    return np.isfinite(ratio).all() and _constant_along(ratio, axis)


def _along_offset(p: Pair, axis: int) -> bool:
    offset = p.got - p.expected
    scale = max(np.abs(p.expected).max(initial=0.0), np.abs(p.got).max(initial=0.0))
    first = np.take(offset, [0], axis)
    return bool(np.abs(offset - first).max(initial=0.0) <= 1e-6 * scale)


def _constant_along(array: np.ndarray, axis: int) -> bool:
    first = np.take(array, [0], axis)
    return bool(np.allclose(array, first, rtol=CLOSE, atol=0))


def _by_slices(pairs: Sequence[Pair], along: Callable, how: str) -> str:
    """Rows or columns of matrices that are each off in one way."""
    tables = [p for p in pairs if p.expected.ndim == 2 and min(p.expected.shape) > 1]
    if not tables or len(tables) < len(pairs):
        return ""
    for axis, name in ((0, "column"), (1, "row")):
        if all(along(p, axis) for p in tables):
            return (
                f"Each {name} is off {how}, as when a sum or a size is taken along the "
                "wrong axis."
            )
    return ""


def _offset(pairs: Sequence[Pair]) -> str:
    offsets = [p.got - p.expected for p in pairs]
    flat = [same(o, np.full_like(o, o.flat[0])) for o in offsets if o.size]
    if flat and all(flat):
        amounts = np.array([o.flat[0] for o in offsets])
        if same(amounts, np.full_like(amounts, amounts[0])):
            more = "large" if amounts[0] > 0 else "small"
            return f"Every value is too {more} by {abs(amounts[0]):.4g}."
        for text, numbers in _quantities(pairs).items():
            for sign, more in ((1, "too large"), (-1, "too small")):
                if len(amounts) >= FEW and same(amounts, sign * numbers):
                    return f"Every value is {more} by {text}."
        if all(np.ptp(p.expected) > 1e-9 for p in pairs if p.expected.size > 1) and any(
            p.expected.size > 1 for p in pairs
        ):
            return (
                "Within each wrong case all values are off by the same amount, "
                f"{amounts[0]:.4g} in the first; it varies from case to case."
            )
        return ""
    return _by_slices(pairs, _along_offset, "by an amount of its own")


def _an_argument(pairs: Sequence[Pair]) -> str:
    """Whether an argument, or a multiple of it, is what came or what is off."""
    for name in pairs[0].inputs:
        values = [p.inputs.get(name) for p in pairs]
        if not all(map(_is_array, values)):
            continue
        values = [v.astype(float) for v in values]
        both = list(zip(pairs, values, strict=True))
        if all(same(p.got, v) for p, v in both):
            return f"What comes back is the argument `{name}`, unchanged."
        multiples = [_multiple(p.got - p.expected, v) for p, v in both]
        if all(multiples):
            return (
                f"The difference from what was expected is a multiple of `{name}`: "
                "look at the terms that hold it."
            )
        if all(_multiple_each(p.got, p.expected, v) for p, v in both):
            return f"Every value is multiplied by that of `{name}` once too often."
        if all(_multiple_each(p.expected, p.got, v) for p, v in both):
            return f"Every value lacks that of `{name}` as a factor."
    return ""


def _is_array(value: Any) -> bool:
    numbers = isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
    return numbers and value.size > 1 and bool(np.isfinite(value).all())


def _multiple(one: np.ndarray, other: np.ndarray) -> float:
    """The constant `one / other`, or 0 where there is none."""
    square = float((other * other).sum())
    if one.shape != other.shape or not square or np.ptp(other) < 1e-9:
        return 0.0
    factor = float((one * other).sum()) / square
    return factor if same(one, factor * other) else 0.0


def _multiple_each(product: np.ndarray, one: np.ndarray, other: np.ndarray) -> bool:
    if product.shape != one.shape or other.shape != one.shape or np.ptp(other) < 1e-9:
        return False
    return same(product, one * other)


def _arrangement(pairs: Sequence[Pair]) -> str:
    """Right numbers in wrong places."""
    pairs = [p for p in pairs if p.expected.size > 1]
    if not pairs:
        return ""
    if all(_square(p.expected) and same(p.got, p.expected.T) for p in pairs):
        return "It looks transposed."
    dims = {p.expected.ndim for p in pairs}
    for axis in range(dims.pop() if len(dims) == 1 else 0):
        long = any(p.expected.shape[axis] > 2 for p in pairs)  # of 2 it may be chance
        if long and all(same(p.got, np.flip(p.expected, axis)) for p in pairs):
            return f"It runs backwards along axis {axis}."
        for step in (1, -1):
            if all(_shifted(p, step, axis) for p in pairs):
                return f"The values are shifted by one along axis {axis}."
    # Labels, of which there are but a few, are equally many by chance.
    if all(same(np.sort(p.got, None), np.sort(p.expected, None)) for p in pairs) and (
        any(len(np.unique(p.expected)) > FEW for p in pairs)
    ):
        return "The values are right, their order is not."
    return ""


def _square(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.shape[0] == array.shape[1]


def _shifted(p: Pair, step: int, axis: int) -> bool:
    """Shifted, whatever came in at the end; at least two steps must agree."""
    n = p.expected.shape[axis]
    if n < 3:
        return False
    head, tail = np.arange(n - 1), np.arange(1, n)
    to, of = (tail, head) if step > 0 else (head, tail)
    one, other = np.take(p.got, to, axis), np.take(p.expected, of, axis)
    return same(one, other) and len(np.unique(other)) > 1


def _rounded(pairs: Sequence[Pair]) -> str:
    if len(np.unique(np.concatenate([p.got.ravel() for p in pairs]))) < 4:
        return ""  # 0 and 1 may be labels
    for make in (np.round, np.trunc, np.floor, np.ceil):
        whole = all(same(p.expected, np.round(p.expected)) for p in pairs)
        if not whole and _everywhere(pairs, make):
            return (
                "The values were rounded: is something an integer that should not be?"
            )
    return ""

"""What the shape of a difference suggests, where no known mistake fits."""

from __future__ import annotations

import numpy as np

from helpers.checks.compare import Difference


def hint(found: Difference | None) -> str:
    """One sentence about where to look, or an empty string.

    Args:
        found: the first difference of the first wrong case.
    """
    if found is None or found.pair is None:
        return ""
    expected, got = found.pair
    if found.kind == "shape":
        return _shape_hint(expected, got)
    if got.dtype.kind not in "biuf" or expected.dtype.kind not in "biuf":
        return ""
    return _value_hint(expected.astype(float), got.astype(float))


def _shape_hint(expected: np.ndarray, got: np.ndarray) -> str:
    if got.shape == expected.shape[::-1] and expected.ndim > 1:
        return "It looks transposed."
    if got.size == expected.size and got.ndim < expected.ndim:
        return "An axis was lost: keepdims=True or reshape keeps it."
    if got.size == expected.size:
        return "The numbers are as many as asked, in another shape."
    if got.ndim == expected.ndim == 2 and 1 in expected.shape:
        return "Something of shape (n,) or (1, n) may have been broadcast."
    if got.ndim < expected.ndim:
        return "One axis too many was summed or averaged away."
    return ""


def _value_hint(expected: np.ndarray, got: np.ndarray) -> str:
    if np.isnan(got).any() or np.isinf(got).any():
        return "A division by zero, a log of zero or an overflow made it not finite."
    if not np.isfinite(expected).all():
        return ""
    if _same(got, -expected):
        return "Only the sign is wrong."
    if _same(got, 1 - expected):
        return "It is one minus what was expected."
    if got.size > 1 and _same(got, np.full_like(got, got.flat[0])):
        return "All its values are the same: is an argument unused?"
    factor = _factor(expected, got)
    if factor:
        return f"Every value is {factor:.4g} times what was expected."
    offset = got - expected
    if offset.size > 1 and _same(offset, np.full_like(offset, offset.flat[0])):
        return f"Every value is off by {offset.flat[0]:.4g}."
    square = expected.ndim == 2 and expected.shape[0] == expected.shape[1] > 1
    if square and _same(got, expected.T):
        return "It looks transposed."
    for axis in range(expected.ndim):
        for step in (1, -1):
            if expected.shape[axis] > 2 and _same(got, np.roll(expected, step, axis)):
                return f"The values are shifted by one along axis {axis}."
    if expected.size > 2 and _same(np.sort(got, None), np.sort(expected, None)):
        return "The values are right, their order is not."
    if _same(got, np.round(expected)) or _same(got, np.trunc(expected)):
        return "The values were rounded: is something an integer that should not be?"
    return ""


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    scale = np.abs(other).max(initial=0.0)
    return bool(scale) and np.allclose(one, other, rtol=1e-6, atol=1e-9 * scale)


def _factor(expected: np.ndarray, got: np.ndarray) -> float:
    """The constant `got / expected`, or 0 where there is none."""
    used = np.abs(expected) > 1e-12
    if not used.any() or np.abs(got[~used]).max(initial=0.0) > 1e-9:
        return 0.0
    ratio = got[used] / expected[used]
    return (
        float(ratio.flat[0])
        if _same(ratio, np.full_like(ratio, ratio.flat[0]))
        else 0.0
    )

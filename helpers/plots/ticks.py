"""Ticks and numbers as people read them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.ticker import (
    FixedLocator,
    Formatter,
    FuncFormatter,
    Locator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from helpers.plots.drawing import LETTER

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
STEPS = (1, 2, 5, 10, 20, 50, 100)  # powers of ten from one tick to the next
FEW = 8  # measured points, each of which gets a tick


def as_percent(share: float) -> str:
    """0.79 as "79 %"; shares below one per cent keep a decimal."""
    small = 0 < abs(share) < 0.00995
    return f"{100 * share:.1f} %" if small else f"{100 * share:.0f} %"


def plain(value: float) -> str:
    """A number in three digits without an exponent where that is readable.

    >>> [plain(x) for x in (0.12345, 1611, 16114.8, 2.5e7, 0.00002, -3.0)]
    ['0.123', '1,611', '16,100', '2.5·10⁷', '2·10⁻⁵', '-3']
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    rounded = float(f"{value:.3g}")
    power = math.floor(math.log10(abs(rounded)))
    if -4 <= power < 6:
        text = f"{rounded:,.{max(0, 2 - power)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits = f"{rounded / 10.0**power:.3g}"
    raised = f"10{str(power).translate(_RAISED)}"
    return raised if digits == "1" else f"{digits}·{raised}"


def set_ticks(axis, measured: Iterable[float] | None = None) -> None:
    """Give an axis ticks that can be read, once its scale and data are known.

    A logarithmic axis that spans only one or two powers of ten gets ticks between
    them. Where few points were measured, the ticks are at those points. Where all are
    whole numbers, so are the ticks.

    Args:
        axis: `axes.xaxis` or `axes.yaxis`.
        measured: where values were measured, or `None` for anywhere.
    """
    log = axis.get_scale() == "log"
    places = np.unique(np.asarray([] if measured is None else list(measured), float))
    if log:
        axis.set_major_locator(LogTicks())
        axis.set_major_formatter(LogNumbers())
        axis.set_minor_formatter(NullFormatter())
        places = places[places > 0]
    elif np.size(places) and np.all(places == np.round(places)):
        axis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    if not log and max(np.abs(axis.get_view_interval())) >= 10_000:
        axis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
    if 2 <= len(places) <= FEW:
        kept = _with_room(axis, places, log)
        axis.set_major_locator(FixedLocator(kept))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))


def _with_room(axis, places: np.ndarray, log: bool) -> list[float]:
    """The last place, and before it each whose label does not touch the next label."""
    low, high = axis.get_view_interval()
    scale = np.log if log else np.asarray
    along = (scale(places) - scale(low)) / (scale(high) - scale(low))
    inches = axis.axes.figure.get_size_inches()[0] * axis.axes.get_position().width
    kept = [len(places) - 1]
    for i in range(len(places) - 2, -1, -1):
        letters = (len(plain(places[i])) + len(plain(places[kept[-1]]))) / 2 + 1
        if (along[kept[-1]] - along[i]) * inches >= LETTER * letters:
            kept.append(i)
    return [float(places[i]) for i in reversed(kept)]


class LogTicks(Locator):
    """1, 2, 3 and 5 within a power of ten, 1, 2 and 5 in two; then powers of ten."""

    def __call__(self) -> np.ndarray:
        """The ticks of the axis as it is now."""
        return self.tick_values(*sorted(self.axis.get_view_interval()))

    def tick_values(self, vmin: float, vmax: float) -> np.ndarray:
        """The ticks from one number to another, both greater than 0."""
        decades = math.log10(vmax / vmin)
        most = 9 if self.axis is None else min(9, max(2, self.axis.get_tick_space()))
        if decades < 0.8:
            return MaxNLocator(most - 2, steps=[1, 2, 5, 10]).tick_values(vmin, vmax)
        low, high = math.floor(math.log10(vmin)), math.ceil(math.log10(vmax))
        within = [(1, 2, 3, 5)] * (decades <= 1.2) + [(1, 2, 5)] * (decades <= 2.5)
        for step, factors in [(1, f) for f in within] + [(s, (1,)) for s in STEPS]:
            powers = 10.0 ** np.arange(step * (low // step), high + 1, step)
            ticks = np.outer(powers, factors).ravel()
            inside = (ticks >= vmin * (1 - 1e-9)) & (ticks <= vmax * (1 + 1e-9))
            if np.sum(inside) <= most:
                break
        return ticks[inside]


class LogNumbers(Formatter):
    """Plain numbers on an axis where all are readable, otherwise powers of ten."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The label of one tick."""
        low, high = sorted(self.axis.get_view_interval())
        if low >= 9e-5 and high < 2e6:
            return plain(x)
        power = round(math.log10(x))
        if math.isclose(x, 10.0**power):
            return f"10{str(power).translate(_RAISED)}"
        return plain(x)

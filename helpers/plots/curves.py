"""Lines: functions, measured values, costs, and descent on a cost curve."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.plots.drawing import (
    VERMILION,
    draw_baselines,
    draw_lines,
    drawing,
    evaluated,
    legend,
    name_axes,
)
from helpers.plots.finish import Picture, finish, told_series
from helpers.plots.ticks import set_ticks


def curve(
    functions: Callable | Mapping[str, Callable],
    between: tuple[float, float],
    *,
    mark: Iterable[float] = (),
    tangents: Mapping[float, float] | None = None,
    label: str = "",
    xlabel: str = "x",
    ylabel: str = "",
    title: str = "",
    reading: str = "",
) -> Picture:
    """Draw functions of one number.

    Args:
        functions: one function of an array, or name → function.
        between: the two ends of the horizontal axis.
        mark: places marked by a dot on each function.
        tangents: place → slope; a short line of that slope on the first function.
        label: name of the function where there is only one.
        xlabel: what the horizontal axis is.
        ylabel: what the vertical axis is.
        title: a few words above.
        reading: one sentence below: how to read it.
    """
    if callable(functions):
        functions = {label or ylabel or "y": functions}
    x = np.linspace(*between, 301)
    heights = {name: evaluated(function, x) for name, function in functions.items()}
    first = next(iter(functions.values()))
    with drawing(reading) as figure:
        axes = figure.add_subplot()
        draw_lines(axes, {name: (x, y) for name, y in heights.items()})
        places = np.array(list(mark), dtype=float)
        for function in functions.values():
            dots = evaluated(function, places)
            axes.plot(places, dots, "o", color="black", ms=8, zorder=3)
        _draw_tangents(axes, first, tangents or {}, (between[1] - between[0]) / 12)
        name_axes(axes, xlabel, ylabel or label, title)
        legend(axes, list(heights))
    return finish(
        figure,
        f"Plot of {ylabel or label or 'y'} against {xlabel}",
        told_series(heights),
        reading,
    )


def lines(
    series: Mapping[Any, Sequence] | Sequence,
    x: Sequence | None = None,
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    log: str = "",
    markers: bool = False,
    from_zero: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Draw measured values as lines.

    Args:
        series: values, or name → values.
        x: where they were measured; 0, 1, 2, … if left out.
        xlabel: what the horizontal axis is, with its unit.
        ylabel: what the vertical axis is, with its unit.
        title: a few words above.
        log: `"x"`, `"y"` or `"xy"` for logarithmic axes.
        markers: show each measured point.
        from_zero: let the vertical axis begin at 0.
        baseline: name → height of a thin horizontal line to compare with.
        reading: one sentence below: how to read it.
    """
    if not isinstance(series, Mapping):
        series = {ylabel or "value": series}
    named = {str(name): np.asarray(y, dtype=float) for name, y in series.items()}
    points = {
        name: (np.arange(len(y)) if x is None else np.asarray(x)[: len(y)], y)
        for name, y in named.items()
    }
    with drawing(reading) as figure:
        axes = figure.add_subplot()
        draw_lines(axes, points, marker="o" if markers else None)
        for letter in log:
            getattr(axes, f"set_{letter}scale")("log")
        if from_zero:
            axes.set_ylim(bottom=0)
        draw_baselines(axes, baseline or {})
        places = np.concatenate([places for places, _ in points.values()])
        if np.issubdtype(places.dtype, np.number):  # names are ticks already
            set_ticks(axes.xaxis, places)
        set_ticks(axes.yaxis)
        name_axes(axes, xlabel, ylabel, title)
        legend(axes, list(named))
    return finish(
        figure, f"Plot of {ylabel} against {xlabel}", told_series(named), reading
    )


def costs(
    runs: Mapping[Any, Sequence[float]] | Sequence[float],
    *,
    every: int = 100,
    title: str = "",
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Draw how the cost falls: one run, or name → run, noted every `every` steps."""
    longest = max(map(len, runs.values() if isinstance(runs, Mapping) else [runs]))
    return lines(
        runs,
        every * np.arange(longest),
        xlabel="iteration",
        ylabel="cost J",
        title=title,
        from_zero=True,
        baseline=baseline,
        reading=reading,
    )


def paths(
    runs: Mapping[Any, Sequence[float]],
    cost: Callable,
    *,
    between: tuple[float, float] | None = None,
    name: str = "learning rate",
    xlabel: str = "w",
    ylabel: str = "cost J",
    reading: str = "",
) -> Picture:
    """Draw the steps of gradient descent on a cost curve, one panel a run.

    Args:
        runs: setting → the places visited, in order.
        cost: function of an array of places.
        between: ends of the horizontal axis; steps that leave it are clipped.
        name: what the setting is called, for the titles.
        xlabel: what the places are.
        ylabel: what the cost is.
        reading: one sentence below: how to read it.
    """
    every = np.concatenate([np.asarray(run, dtype=float) for run in runs.values()])
    low, high = between or (every.min(), every.max())
    margin = 0.05 * (high - low or 1)
    x = np.linspace(low - margin, high + margin, 301)
    heights = evaluated(cost, x)
    top = heights.max() + 0.08 * np.ptp(heights)
    with drawing(reading, height=2.6 * math.ceil(len(runs) / 2)) as figure:
        panels = figure.subplots(
            math.ceil(len(runs) / 2), 2, sharex=True, sharey=True, squeeze=False
        ).ravel()
        for axes, (setting, run) in zip(panels, runs.items(), strict=False):
            run = np.asarray(run, dtype=float)
            axes.plot(x, heights, color="#999999", zorder=1)
            axes.plot(run, evaluated(cost, run), "o-", color=VERMILION, lw=1, ms=4)
            axes.plot(run[:1], evaluated(cost, run[:1]), "s", color="black", ms=7)
            axes.set(xlim=(x[0], x[-1]), ylim=(heights.min() - 0.05 * top, top))
            name_axes(axes, xlabel, ylabel, f"{name} {setting}")
            axes.label_outer()
        for axes in panels[len(runs) :]:
            axes.set_axis_off()
    told = [
        f"{name} {setting}: {len(run) - 1} steps from {run[0]:.3g} to {run[-1]:.3g}"
        for setting, run in runs.items()
    ]
    return finish(figure, f"Steps of descent on {ylabel} over {xlabel}", told, reading)


def _draw_tangents(axes, function: Callable, slopes: Mapping, reach: float) -> None:
    for place, slope in slopes.items():
        x = np.array([place - reach, place + reach])
        height = evaluated(function, np.array([float(place)]))[0]
        axes.plot(x, height + slope * (x - place), color=VERMILION, lw=2.5)
        axes.plot([place], [height], "o", color="black", ms=6, zorder=3)
        axes.annotate(
            f"slope {slope:.2g}",
            (place, height),
            xytext=(8, -16),
            textcoords="offset points",
            size=10,
        )

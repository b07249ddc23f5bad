"""Bars, and numbers with their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from helpers.plots.drawing import BLUE, draw_baselines, drawing, legend, name_axes
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import as_percent


def bars(
    values: Mapping[str, float],
    *,
    ylabel: str = "",
    title: str = "",
    percent: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Compare a few numbers.

    Args:
        values: name → number; each is written on its bar.
        ylabel: what the numbers are, with their unit.
        title: a few words above.
        percent: write 0.79 as 79 %.
        baseline: name → height of a thin line to compare with.
        reading: one sentence below: how to read it.
    """
    with drawing(reading) as figure:
        axes = figure.add_subplot()
        names = list(map(str, values))
        drawn = axes.bar(names, list(values.values()), width=0.6, color=BLUE)
        form = as_percent if percent else "{:.3g}".format
        said = [form(value) for value in values.values()]
        axes.bar_label(drawn, said, padding=2)
        axes.grid(visible=False, axis="x")
        axes.margins(y=0.12)
        if percent:
            axes.yaxis.set_major_formatter(lambda value, _: as_percent(value))
            axes.set_yticks(np.linspace(0, 1, 6))
        draw_baselines(axes, baseline or {})
        name_axes(axes, "", ylabel, title)
        legend(axes, [])
    told = [f"{name}: {text}" for name, text in zip(values, said, strict=True)]
    return finish(figure, f"Bars of {ylabel}", told, reading)


def intervals(
    values: Mapping[str, tuple[float, float]],
    *,
    xlabel: str = "",
    percent: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Compare measured numbers with their uncertainty, one a row.

    Args:
        values: name → number and its standard error, or any half width.
        xlabel: what the numbers are, with their unit.
        percent: write 0.79 as 79 %.
        baseline: name → place of a thin line to compare with.
        reading: one sentence below: how to read it.
    """
    form = as_percent if percent else "{:.3g}".format
    told = []
    with drawing(reading, height=0.9 + 0.5 * len(values)) as figure:
        axes = figure.add_subplot()
        for row, (name, (value, error)) in enumerate(values.items()):
            axes.errorbar(value, row, xerr=error, fmt="o", color=BLUE, ms=8, capsize=5)
            text = f"{form(value)} ± {form(error)}"
            axes.annotate(
                text,
                (value, row),
                xytext=(0, 8),
                ha="center",
                textcoords="offset points",
            )
            told.append(f"{name}: {text}")
        axes.set_yticks(range(len(values)), list(map(str, values)))
        axes.set_ylim(len(values) - 0.5, -0.7)
        axes.grid(visible=False, axis="y")
        if percent:
            axes.xaxis.set_major_formatter(lambda value, _: as_percent(value))
        for name, place in (baseline or {}).items():
            axes.axvline(place, color="black", lw=1.5, ls=":", label=name)
        name_axes(axes, xlabel, "", "")
        legend(axes, [])
    return finish(figure, f"{xlabel} with uncertainty", told, reading)

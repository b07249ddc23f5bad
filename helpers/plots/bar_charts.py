"""Bars, and numbers with their uncertainty."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping

import numpy as np

from helpers.plots.drawing import (
    BLUE,
    baseline_styles,
    draw_baselines,
    drawing,
    legend,
    name_axes,
)
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import as_percent, plain, set_ticks


def bars(
    values: Mapping[str, float],
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    percent: bool = False,
    log: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Compare a few numbers.

    Args:
        values: name → number; each is written on its bar.
        xlabel: what the names are.
        ylabel: what the numbers are, with their unit.
        title: a few words above.
        percent: write 0.79 as 79 %.
        log: a logarithmic vertical axis, for numbers of very different size. What is
            not greater than 0 has no bar there; its number is written all the same.
        baseline: name → height of a thin line to compare with.
        reading: one sentence below: how to read it.
    """
    with drawing(reading) as figure:
        axes = figure.add_subplot()
        form = as_percent if percent else plain
        said = [form(value) for value in values.values()]
        heights = [float(value) for value in values.values()]
        bottom = _below(heights) if log else 0.0
        drawn = axes.bar(
            [_wrapped(str(name), len(values)) for name in values],
            [max(height - bottom, 0.0) if log else height for height in heights],
            width=0.6,
            bottom=bottom,
            color=BLUE,
        )
        if log:
            axes.set_yscale("log")
        axes.bar_label(drawn, said, padding=2, size=11 if len(values) <= 8 else 9)
        axes.grid(visible=False, axis="x")
        axes.margins(y=0.12)
        draw_baselines(axes, baseline or {})
        if log:
            axes.set_ylim(bottom=bottom)
        if percent and not log and max(heights) > 0.5:
            axes.set_yticks(np.linspace(0, 1, 6))
        set_ticks(axes.yaxis)
        if percent:
            axes.yaxis.set_major_formatter(lambda value, _: as_percent(value))
        name_axes(axes, xlabel, ylabel, title)
        legend(axes, [])
    told = [f"{name}: {text}" for name, text in zip(values, said, strict=True)]
    return finish(figure, f"Bars of {ylabel}", told, reading)


def _below(heights: list[float]) -> float:
    """Where bars begin on a logarithmic axis: a power of ten below the lowest."""
    positive = [height for height in heights if height > 0]
    return 10.0 ** (math.ceil(math.log10(min(positive, default=1.0))) - 1)


def _wrapped(name: str, count: int) -> str:
    """A name in lines that fit below one of `count` bars."""
    if "\n" in name:
        return name
    return textwrap.fill(name, max(6, int(68 / count)), break_long_words=False)


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
    form = as_percent if percent else plain
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
        for (name, place), style in zip(
            (baseline or {}).items(), baseline_styles(), strict=False
        ):
            axes.axvline(place, label=name, **style)
        name_axes(axes, xlabel, "", "")
        legend(axes, [])
    return finish(figure, f"{xlabel} with uncertainty", told, reading)

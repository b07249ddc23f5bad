"""Contour plots of costs over two weights, with the paths of gradient descent."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.descent import Landscape
from helpers.plots.drawing import DASHES, PALETTE, drawing, name_axes
from helpers.plots.finish import Picture, finish

LEVELS = 14
LEGEND = {
    "loc": "outside upper center",
    "fontsize": 9.5,
    "handlelength": 1.7,
    "columnspacing": 1.2,
}


def contours(
    landscapes: Mapping[str, Landscape],
    *,
    columns: int = 2,
    height: float = 3.0,
    equal: bool = False,
    xlabel: str = "w₁",
    ylabel: str = "w₂",
    reading: str = "",
) -> Picture:
    """Draw costs over two weights as contours with paths, one panel per cost.

    Args:
        landscapes: title → what to draw.
        columns: number of panels per row.
        height: height of a row in inches.
        equal: whether one unit has the same length on both axes.
        xlabel: label of the first weight.
        ylabel: label of the second weight.
        reading: one sentence below the figure that says how to read it.
    """
    columns = min(columns, len(landscapes))
    rows = math.ceil(len(landscapes) / columns)
    told, named = [], {}
    with drawing(reading, height=height * rows) as figure:
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, (title, one) in zip(panels, landscapes.items(), strict=False):
            draw_cost(axes, one)
            for i, (name, path) in enumerate(one.paths.items()):
                named.setdefault(name, draw_path(axes, path, i))
                told.append(_said(title, name, path))
            first = axes.get_subplotspec().is_first_col()
            name_axes(axes, xlabel, ylabel if first else "", title)
            if equal:
                axes.set_aspect("equal")
        for axes in panels[len(landscapes) :]:
            axes.set_axis_off()
        if any(len(one.paths) > 1 for one in landscapes.values()):
            figure.legend(named.values(), named, ncols=len(named), **LEGEND)
    return finish(figure, "Contours of a cost over two weights", told, reading)


def draw_cost(axes, one: Landscape) -> None:
    """Draw the contours of one landscape, closer together near the minimum."""
    x, y = np.linspace(*one.x, 160), np.linspace(*one.y, 160)
    heights = one.cost(*np.meshgrid(x, y))
    low = heights.min()
    # Levels that are farther apart at greater height show both the floor of a valley
    # and its walls.
    levels = low + (heights.max() - low) * np.linspace(0, 1, LEVELS) ** 2.5
    axes.contourf(x, y, heights, levels=levels, cmap="Greys", alpha=0.45)
    axes.contour(
        x,
        y,
        heights,
        levels=levels,
        colors="#888888",
        linewidths=0.6,
        linestyles="solid",
    )
    if one.goal is not None:
        axes.plot(*one.goal, "*", color="black", ms=11, zorder=4)
    axes.grid(visible=False)
    axes.set(xlim=one.x, ylim=one.y)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))


def draw_path(axes, path: np.ndarray, i: int = 0):
    """Draw one path: a square at the start, a dot per step; returns its line."""
    path = np.asarray(path, dtype=float)
    color = PALETTE[i % len(PALETTE)]
    (line,) = axes.plot(*path.T, color=color, lw=1.6, ls=DASHES[i % 7], zorder=3)
    every = max(1, len(path) // 25)
    axes.plot(*path[::every].T, ".", color=color, ms=4, zorder=3)
    axes.plot(*path[0], "s", color="black", ms=6, zorder=4)
    axes.plot(*path[-1], "o", color=color, ms=7, mec="black", mew=0.8, zorder=5)
    return line


def _said(title: str, name: str, path: np.ndarray) -> str:
    end = ", ".join(f"{value:.2g}" for value in path[-1])
    return f"{title}, {name}: {len(path) - 1} steps to ({end})"

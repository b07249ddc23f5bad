"""Attention drawn, for C5W4."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from helpers.plots.drawing import PLAIN, WIDTH, drawing, sentence_case
from helpers.plots.finish import Picture, finish


def attention_maps(
    maps: Mapping[str, np.ndarray],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    panels: int = 2,
    xlabel: str = "key",
    ylabel: str = "query",
    reading: str = "",
) -> Picture:
    """Draw which token attends to which: a table of attention weights for each head.

    Args:
        maps: name of the head → weights `(rows, columns)`.
        rows: the tokens that attend (queries).
        columns: the tokens that are attended to (keys).
        panels: how many tables side by side.
        xlabel: what the columns are.
        ylabel: what the rows are.
        reading: one sentence below: how to read it.
    """
    down = math.ceil(len(maps) / panels)
    side = WIDTH / panels / max(len(columns), 8)  # of a field
    height = 0.25 + down * (0.55 + 1.15 * side * len(rows))
    letters = max(map(len, columns)) > 2
    size = 8 if side > 0.13 else 6.5
    with drawing(reading, height=height) as figure:
        grid = figure.subplots(down, panels, squeeze=False).ravel()
        for axes in grid[len(maps) :]:
            axes.set_axis_off()
        for axes, (name, weights) in zip(grid, maps.items(), strict=False):
            shown = axes.imshow(weights, vmin=0, vmax=1, cmap=PLAIN, aspect="auto")
            axes.grid(visible=False)
            axes.set_xticks(
                range(len(columns)), columns, size=size, rotation=90 * letters
            )
            axes.set_yticks(range(len(rows)), rows, size=size)
            axes.tick_params(length=0, pad=1)
            axes.set_title(sentence_case(name), size=9)
        for axes in grid[max(len(maps) - panels, 0) : len(maps)]:
            axes.set_xlabel(xlabel, size=9)
        for axes in grid[: len(maps) : panels]:
            axes.set_ylabel(ylabel, size=9)
        bar = figure.colorbar(shown, ax=list(grid), shrink=0.6, aspect=25)
        bar.set_label("attention weight", size=9)
        bar.ax.tick_params(labelsize=8)
    told = [
        f"{name}: {rows[i]!r} attends most to {columns[int(weights[i].argmax())]!r}"
        for name, weights in maps.items()
        for i in [len(rows) // 2]
    ]
    return finish(figure, "Attention weights of each head", told, reading)

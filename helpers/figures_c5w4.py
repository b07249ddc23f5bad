"""Attention drawn, for C5W4, in the house style of `helpers.plots`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from helpers import plots


def attention_maps(
    maps: Mapping[str, np.ndarray],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    panels: int = 2,
    reading: str = "",
) -> plots.Picture:
    """Draw who listens to whom: a table of weights for each head.

    Args:
        maps: name of the head → weights `(rows, columns)`.
        rows: the tokens that listen.
        columns: the tokens that are heard.
        panels: how many tables side by side.
        reading: one sentence below: how to read it.
    """
    down = math.ceil(len(maps) / panels)
    side = plots.WIDTH / panels / max(len(columns), 8)  # of a field
    height = down * (0.55 + 1.15 * side * len(rows))
    letters = max(map(len, columns)) > 2
    size = 8 if side > 0.13 else 6.5
    with plots._drawing(reading, height=height) as figure:
        grid = figure.subplots(down, panels, squeeze=False).ravel()
        for axes in grid[len(maps) :]:
            axes.set_axis_off()
        for axes, (name, weights) in zip(grid, maps.items(), strict=False):
            axes.imshow(weights, vmin=0, vmax=1, cmap="Blues", aspect="auto")
            axes.grid(visible=False)
            axes.set_xticks(
                range(len(columns)), columns, size=size, rotation=90 * letters
            )
            axes.set_yticks(range(len(rows)), rows, size=size)
            axes.tick_params(length=0, pad=1)
            axes.set_title(name, size=9)
    told = [
        f"{name}: {rows[i]!r} listens most to {columns[int(weights[i].argmax())]!r}"
        for name, weights in maps.items()
        for i in [len(rows) // 2]
    ]
    return plots._finish(figure, "Attention of each head", told, reading)

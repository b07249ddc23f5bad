"""Photographs and other images in a grid."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import numpy as np

from helpers.plots.drawing import WIDTH, drawing
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import as_percent


def images(
    pictures: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    columns: int = 6,
    colors: Sequence[str] = (),
    reading: str = "",
) -> Picture:
    """Show photographs or other images in a grid.

    Args:
        pictures: `(k, height, width, 3)` or `(k, height, width)`, bytes or values
            from 0 to 1.
        titles: one for each, shown above it.
        columns: images a row.
        colors: one for each title, black if left out.
        reading: one sentence below: how to read it.
    """
    count = len(pictures)
    columns = max(1, min(columns, count))
    rows = max(1, math.ceil(count / columns))
    side = min(WIDTH / columns, 2.2)
    titles = [_fitted(title, side) for title in titles]
    longest = max((title.count("\n") + 1 for title in titles), default=0)
    with drawing(
        reading, width=side * columns, height=rows * (side + 0.2 * longest)
    ) as figure:
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in grid:
            axes.set_axis_off()
        for i, axes in enumerate(grid[:count]):
            axes.imshow(pictures[i], cmap="gray", interpolation="nearest")
            if i < len(titles):
                color = colors[i] if i < len(colors) else "black"
                axes.set_title(
                    titles[i], size=9, color=color, loc="center", weight="normal"
                )
    told = [" ".join(title.split()) for title in titles]
    return finish(figure, f"{count} images", told, reading)


def _fitted(title: str, inches: float) -> str:
    """A title in lines that are not wider than its image."""
    wrapper = textwrap.TextWrapper(int(inches / 0.075), break_long_words=False)
    return "\n".join(wrapper.fill(line) for line in title.split("\n"))


def mistakes(
    pictures: Sequence[np.ndarray],
    truth: np.ndarray,
    guesses: np.ndarray,
    classes: Sequence[str],
    *,
    sureness: np.ndarray | None = None,
    limit: int = 15,
    reading: str = "",
) -> Picture:
    """Show the wrongly classified pictures, the most confident mistakes first.

    Args:
        pictures: `(m, height, width, 3)`.
        truth: labels, any shape of `m` values.
        guesses: predicted labels, any shape of `m` values.
        classes: label → name.
        sureness: probability given to each guess, any shape of `m` values.
        limit: how many to show at most.
        reading: one sentence below: how to read it.
    """
    truth, guesses = np.ravel(truth).astype(int), np.ravel(guesses).astype(int)
    wrong = np.flatnonzero(truth != guesses)
    if sureness is not None:
        sureness = np.ravel(sureness)
        wrong = wrong[np.argsort(-sureness[wrong], kind="stable")]
    titles = []
    for i in wrong[:limit]:
        sure = "" if sureness is None else f" ({as_percent(sureness[i])})"
        titles.append(f"predicted {classes[guesses[i]]}{sure},\nis {classes[truth[i]]}")
    share = f"{len(wrong)} of {len(truth)} are wrong. {reading}".strip()
    chosen = [pictures[i] for i in wrong[:limit]]
    return images(chosen, titles, columns=5, reading=share)

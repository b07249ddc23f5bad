"""A map of words for C5W2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.plots.drawing import PALETTE, drawing, legend, name_axes
from helpers.plots.finish import Picture, finish

MARKS = "osD^vPX"


def word_map(
    groups: Mapping[str, Sequence[str]],
    points: Mapping[str, np.ndarray],
    *,
    arrows: Sequence[tuple[str, str]] = (),
    xlabel: str = "",
    reading: str = "",
) -> Picture:
    """Draw words as labelled points in the plane, a colour and a marker per group.

    Args:
        groups: name of the group → its words.
        points: word → its two coordinates.
        arrows: pairs of words to join by a line.
        xlabel: what the horizontal axis is, where the vertical one means nothing;
            if left out, the two are the first directions of a projection.
        reading: one sentence below: how to read it.
    """
    with drawing(reading, height=5.0 if xlabel else 4.6) as figure:
        axes = figure.add_subplot()
        for one, other in arrows:
            ends = np.array([points[one], points[other]])
            axes.plot(*ends.T, color="#BBBBBB", lw=1, zorder=1)
        for i, (name, words) in enumerate(groups.items()):
            x = np.array([points[word] for word in words])
            color = PALETTE[i % 7]
            axes.scatter(*x.T, s=28, color=color, marker=MARKS[i % 7], label=name)
            # In the plane, words of neighbouring groups stand on different sides.
            left = not xlabel and i % 2
            for word, point in zip(words, x, strict=True):
                axes.annotate(
                    word,
                    point,
                    xytext=(-7 if left else 7, 0),
                    textcoords="offset points",
                    size=8.5,
                    color=color,
                    ha="right" if left else "left",
                    va="center",
                )
        axes.margins(0.13, 0.08)
        axes.tick_params(labelsize=9)
        if xlabel:
            axes.axvline(0, color="black", lw=1, ls=":")
            axes.set_yticks([])
        second = "" if xlabel else "second direction"
        name_axes(axes, xlabel or "first direction", second, "")
        legend(axes, [])
    told = [f"{name}: {', '.join(words)}" for name, words in groups.items()]
    return finish(figure, "Map of words", told, reading)

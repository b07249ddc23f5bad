"""A map of words for C5W2, in the house style of `helpers.plots`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from helpers import plots

MARKS = "osD^vPX"


def word_map(
    groups: Mapping[str, Sequence[str]],
    places: Mapping[str, np.ndarray],
    *,
    arrows: Sequence[tuple[str, str]] = (),
    xlabel: str = "",
    reading: str = "",
) -> plots.Picture:
    """Draw words as labelled points in the plane, one colour and mark a group.

    Args:
        groups: name of the group → its words.
        places: word → its two coordinates.
        arrows: pairs of words to join by a line.
        xlabel: what the horizontal axis is, where the vertical one means nothing;
            if left out, the two are the first directions of a projection.
        reading: one sentence below: how to read it.
    """
    with plots._drawing(reading, height=4.6) as figure:
        axes = figure.add_subplot()
        for one, other in arrows:
            ends = np.array([places[one], places[other]])
            axes.plot(*ends.T, color="#BBBBBB", lw=1, zorder=1)
        for i, (name, words) in enumerate(groups.items()):
            x = np.array([places[word] for word in words])
            color = plots.PALETTE[i % 7]
            axes.scatter(*x.T, s=28, color=color, marker=MARKS[i % 7], label=name)
            for word, place in zip(words, x, strict=True):
                beside = (4, -9 if i % 2 else 3)  # neighbouring groups apart
                axes.annotate(
                    word, place, xytext=beside, textcoords="offset points",
                    size=8.5, color=color,
                )  # fmt: skip
        axes.margins(0.08)
        axes.tick_params(labelsize=9)
        if xlabel:
            axes.axvline(0, color="black", lw=1, ls=":")
            axes.set_yticks([])
        second = "" if xlabel else "second direction"
        plots._name_axes(axes, xlabel or "first direction", second, "")
        plots._legend(axes, [])
    told = [f"{name}: {', '.join(words)}" for name, words in groups.items()]
    return plots._finish(figure, "Map of words", told, reading)

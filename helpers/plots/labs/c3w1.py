"""Figure of the lab on metrics: where each knob moves training error and gap."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from helpers.plots.drawing import PALETTE, drawing
from helpers.plots.finish import Picture, finish


def knobs(
    runs: Mapping[str, np.ndarray],
    *,
    reading: str = "",
) -> Picture:
    """Draw where each knob moves training error and gap, from the first run on.

    Args:
        runs: name → array `(seeds, 2)` of training and dev errors; all others start
            from the first.
        reading: one sentence below the figure that says how to read it.
    """
    points = {}
    for name, errors in runs.items():
        train, dev = 100 * np.asarray(errors).T
        points[name] = (train.mean(), (dev - train).mean(), dev.mean(), dev.std(ddof=1))
    start = next(iter(points.values()))
    xs, ys = np.array([p[:2] for p in points.values()]).T
    with drawing(reading, height=4.2) as figure:
        axes = figure.add_subplot()
        across = np.array([0.0, 30.0])
        for dev in range(10, 30, 2):
            axes.plot(across, dev - across, color="#888888", lw=0.8, ls=":", zorder=0)
        for color, (name, (x, y, *_)) in zip(
            PALETTE[::-1], points.items(), strict=False
        ):
            if (x, y) != start[:2]:
                axes.annotate(
                    "",
                    (x, y),
                    start[:2],
                    zorder=2,
                    arrowprops={"arrowstyle": "->", "lw": 2, "color": color},
                )
            axes.plot([x], [y], "o", color=color, ms=8, zorder=3)
            if (x, y) == start[:2]:  # beside the point: arrows leave it to all sides
                offset, aligned = (9, 4), "left"
            elif y < start[1] and x <= np.median(xs):  # to the left, clear of the next
                offset, aligned = (12, -17), "right"
            else:
                offset, aligned = (0, -17 if y < start[1] else 8), "center"
            axes.annotate(name, (x, y), offset, textcoords="offset points", ha=aligned)
        axes.set(
            xlim=(xs.min() - 2.5, xs.max() + 2.5),
            ylim=(0, ys.max() + 1.8),
            xlabel="training error, %",
            ylabel="gap: dev - training error, %",
        )
        axes.grid(visible=False)
    told = [
        f"{name}: training {x:.1f} %, gap {y:.1f} %, dev {dev:.1f} ± {spread:.1f} %"
        for name, (x, y, dev, spread) in points.items()
    ]
    return finish(figure, "Training error and gap, by knob", told, reading)

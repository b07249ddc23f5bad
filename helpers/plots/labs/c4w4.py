"""Figures of C4W4: ROC curves, a map of encodings, patches in strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from helpers.plots.drawing import DASHES, PALETTE, WIDTH, drawing, legend, name_axes
from helpers.plots.finish import Picture, finish, told_series

MARKS = "osD^vPX*"
COLORS = (*PALETTE, "#8C6D31")


def roc_curves(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]], *, reading: str = ""
) -> Picture:
    """Draw ROC curves on one square.

    Args:
        curves: name → shares of different and of same pairs accepted, from the
            smallest threshold to the largest.
        reading: one sentence below: how to read it.
    """
    told = []
    with drawing(reading, width=5.2, height=4.2) as figure:
        axes = figure.add_subplot()
        for i, (name, (wrongly, rightly)) in enumerate(curves.items()):
            area = np.trapezoid(rightly, wrongly)
            axes.plot(
                wrongly,
                rightly,
                color=PALETTE[i % 7],
                linestyle=DASHES[i % 7],
                label=f"{name} ({area:.3f})",
            )
            told.append(f"{name}: area {area:.3f}")
        axes.plot([0, 1], [0, 1], ":", color="black", lw=1, label="chance (0.500)")
        axes.set_aspect("equal")
        name_axes(
            axes,
            "share of different pairs accepted",
            "share of same pairs accepted",
            "",
        )
        legend(axes, [])
    return finish(figure, "ROC curves", told, reading)


def embedding_map(
    points: np.ndarray, labels: np.ndarray, pictures: np.ndarray, *, reading: str = ""
) -> Picture:
    """Draw encodings projected onto two directions.

    Args:
        points: `(m, 2)`, the two coordinates of each encoding.
        labels: `(m,)`; each gets a colour and a mark.
        pictures: `(m, height, width, 3)`; the first of each label is shown at the
            middle of its points.
        reading: one sentence below: how to read it.
    """
    people = np.unique(labels)
    middles = np.array([points[labels == label].mean(axis=0) for label in people])
    with drawing(reading, height=5.0) as figure:
        axes = figure.add_subplot()
        for i, (label, box) in enumerate(zip(people, _apart(middles), strict=True)):
            mine, color = labels == label, COLORS[i % 8]
            axes.scatter(
                *points[mine].T,
                s=40,
                color=color,
                marker=MARKS[i % 8],
                ec="white",
                lw=0.4,
                zorder=4,
            )
            axes.add_artist(
                AnnotationBbox(
                    OffsetImage(pictures[mine][0], zoom=0.42),
                    middles[i],
                    xybox=box,
                    pad=0.1,
                    bboxprops={"edgecolor": color, "lw": 2},
                    arrowprops={"arrowstyle": "-", "color": color},
                )
            )
        axes.margins(0.14)
        axes.tick_params(labelsize=9)
        name_axes(axes, "first direction", "second direction", "")
    told = [f"{len(np.unique(labels))} people, {len(points)} images"]
    return finish(figure, "Map of encodings", told, reading)


def _apart(places: np.ndarray, distance: float = 0.17, rounds: int = 200):
    """Places `(k, 2)`, pushed apart until none is within a share of the whole width."""
    size = np.ptp(places, axis=0)
    x = places / size
    x = x + 1e-3 * np.arange(2 * len(x)).reshape(x.shape)  # equal ones part as well
    for _ in range(rounds):
        way = x[:, np.newaxis] - x
        far = np.linalg.norm(way, axis=2) + np.eye(len(x))
        push = np.clip(distance - far, 0, None)[..., np.newaxis]
        x = x + 0.3 * np.sum(way / far[..., np.newaxis] * push, axis=1)
    return x * size


def strip(
    rows: Mapping[str, Sequence[np.ndarray]], *, group: int = 4, reading: str = ""
) -> Picture:
    """Show small images in rows with names, a gap after every `group`.

    Args:
        rows: name of the row → its images, equally many in each.
        group: images that belong together.
        reading: one sentence below: how to read it.
    """
    columns = len(next(iter(rows.values())))
    gaps = (columns - 1) // group
    widths = [1.0] * columns
    for i in range(gaps):
        widths.insert((i + 1) * group + i, 0.25)
    side = WIDTH / (sum(widths) + 1.4)
    with drawing(reading, height=side * len(rows) + 0.3) as figure:
        figure.get_layout_engine().set(wspace=0.02, hspace=0.03)
        grid = figure.subplots(
            len(rows), len(widths), width_ratios=widths, squeeze=False
        )
        for line, (name, pictures) in zip(grid, rows.items(), strict=True):
            shown = iter(pictures)
            for axes, width in zip(line, widths, strict=True):
                axes.grid(visible=False)
                axes.spines[:].set_visible(False)
                axes.set(xticks=[], yticks=[])
                if width == 1:
                    axes.imshow(next(shown), cmap="gray", interpolation="nearest")
            line[0].set_ylabel(name, rotation=0, ha="right", va="center", size=10)
    return finish(figure, f"{len(rows)} rows of images", list(rows), reading)


def signals(
    x: np.ndarray,
    series: Mapping[str, np.ndarray],
    *,
    xlabel: str = "",
    ylabel: str = "",
    reading: str = "",
) -> Picture:
    """Draw a noisy signal, thin, and what filters make of it; names above the plot.

    Args:
        x: times `(n,)`.
        series: name → values `(n,)`; the first is the signal.
        xlabel: what the horizontal axis is.
        ylabel: what the vertical axis is, with its unit.
        reading: one sentence below: how to read it.
    """
    with drawing(reading) as figure:
        axes = figure.add_subplot()
        for i, (name, y) in enumerate(series.items()):
            color = PALETTE[i - 1] if i else "#AAAAAA"
            axes.plot(
                x,
                y,
                color=color,
                label=name,
                lw=2 if i else 0.8,
                linestyle=DASHES[max(i - 1, 0)],
            )
        axes.xaxis.get_major_locator().set_params(integer=True)
        name_axes(axes, xlabel, ylabel, "")
        axes.legend(
            ncols=len(series),
            loc="lower left",
            bbox_to_anchor=(0, 1),
            borderaxespad=0.2,
            columnspacing=1.2,
        )
    told = told_series({name: np.asarray(y, float) for name, y in series.items()})
    return finish(figure, f"Plot of {ylabel} against {xlabel}", told, reading)

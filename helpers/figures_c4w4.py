"""Figures of C4W4: ROC curves, a map of encodings, patches in strips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from helpers import plots

MARKS = "osD^vPX*"
COLORS = (*plots.PALETTE, "#8C6D31")


def roc_curves(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]], *, reading: str = ""
) -> plots.Picture:
    """Draw ROC curves on one square.

    Args:
        curves: name → shares of different and of same pairs accepted, from the
            smallest threshold to the largest.
        reading: one sentence below: how to read it.
    """
    told = []
    with plots._drawing(reading, width=5.2, height=4.2) as figure:
        axes = figure.add_subplot()
        for i, (name, (wrongly, rightly)) in enumerate(curves.items()):
            area = np.trapezoid(rightly, wrongly)
            axes.plot(
                wrongly, rightly, color=plots.PALETTE[i % 7],
                linestyle=plots.DASHES[i % 7], label=f"{name} ({area:.3f})",
            )  # fmt: skip
            told.append(f"{name}: area {area:.3f}")
        axes.plot([0, 1], [0, 1], ":", color="black", lw=1, label="dice (0.500)")
        axes.set_aspect("equal")
        plots._name_axes(
            axes,
            "share of different pairs accepted",
            "share of same pairs accepted",
            "",
        )
        plots._legend(axes, [])
    return plots._finish(figure, "ROC curves", told, reading)


def embedding_map(
    E: np.ndarray, labels: np.ndarray, pictures: np.ndarray, *, reading: str = ""
) -> plots.Picture:
    """Draw encodings in the two directions in which they vary most.

    Args:
        E: encodings `(m, d)`.
        labels: `(m,)`; each gets a colour and a mark.
        pictures: `(m, height, width, 3)`; the first of each label is shown at the
            middle of its points.
        reading: one sentence below: how to read it.
    """
    centred = E - E.mean(axis=0)
    places = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    with plots._drawing(reading, height=5.0) as figure:
        axes = figure.add_subplot()
        for i, label in enumerate(np.unique(labels)):
            mine = labels == label
            axes.scatter(*places[mine].T, s=34, color=COLORS[i % 8],
                         marker=MARKS[i % 8], ec="white", lw=0.4)  # fmt: skip
            face = OffsetImage(pictures[mine][0], zoom=0.55)
            frame = {"edgecolor": COLORS[i % 8], "lw": 2}
            axes.add_artist(
                AnnotationBbox(
                    face, places[mine].mean(axis=0), pad=0.1, bboxprops=frame
                )
            )
        axes.margins(0.06)
        axes.tick_params(labelsize=9)
        plots._name_axes(axes, "first direction", "second direction", "")
    told = [f"{len(np.unique(labels))} people, {len(E)} pictures"]
    return plots._finish(figure, "Map of encodings", told, reading)


def strip(
    rows: Mapping[str, Sequence[np.ndarray]], *, group: int = 4, reading: str = ""
) -> plots.Picture:
    """Show small pictures in rows with names, a gap after every `group`.

    Args:
        rows: name of the row → its pictures, equally many in each.
        group: pictures that belong together.
        reading: one sentence below: how to read it.
    """
    columns = len(next(iter(rows.values())))
    gaps = (columns - 1) // group
    widths = [1.0] * columns
    for i in range(gaps):
        widths.insert((i + 1) * group + i, 0.25)
    side = plots.WIDTH / (sum(widths) + 1.4)
    with plots._drawing(reading, height=side * len(rows) + 0.3) as figure:
        figure.get_layout_engine().set(wspace=0.02, hspace=0.03)
        grid = figure.subplots(len(rows), len(widths), width_ratios=widths,
                               squeeze=False)  # fmt: skip
        for line, (name, pictures) in zip(grid, rows.items(), strict=True):
            shown = iter(pictures)
            for axes, width in zip(line, widths, strict=True):
                axes.grid(visible=False)
                axes.spines[:].set_visible(False)
                axes.set(xticks=[], yticks=[])
                if width == 1:
                    axes.imshow(next(shown), cmap="gray", interpolation="nearest")
            line[0].set_ylabel(name, rotation=0, ha="right", va="center", size=10)
    return plots._finish(figure, f"{len(rows)} rows of pictures", list(rows), reading)

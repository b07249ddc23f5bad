"""Figures of the lab on optimization: runs of training, and a race in motion."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.ticker import MaxNLocator

from helpers import image
from helpers.descent import Landscape
from helpers.plots.drawing import DASHES, PALETTE, drawing, name_axes
from helpers.plots.finish import Picture, finish
from helpers.plots.landscapes import LEGEND, draw_cost
from helpers.plots.ticks import set_ticks

FRAMES = 32
STEPS = [1, 2, 5, 10]  # between ticks


class Film:
    """An animated image and its text alternative."""

    def __init__(self, gif: bytes, alt: str) -> None:
        self.gif, self.alt = gif, alt

    def show(self) -> None:
        """Display it in a notebook; print the text alternative elsewhere."""
        image.show(self.gif, self.alt, kind="gif")

    def _ipython_display_(self) -> None:
        """Show nothing as the last value of a cell: it was displayed before."""


def race(landscapes: Mapping[str, Landscape], *, reading: str = "") -> Film:
    """Show several optimizers moving over contours at the same time.

    Args:
        landscapes: title → cost and paths; all paths have the same names and length.
        reading: one sentence below: how to read it.
    """
    from PIL import Image as Frame

    first = next(iter(landscapes.values()))
    steps = len(next(iter(first.paths.values()))) - 1
    # Slow at first, where most happens.
    moments = np.unique((np.linspace(0, 1, FRAMES) ** 1.5 * steps).astype(int))
    frames = []
    with drawing(reading, height=3.4) as figure:
        figure.set_dpi(100)
        panels = figure.subplots(1, len(landscapes), squeeze=False).ravel()
        lines = []
        for axes, (title, one) in zip(panels, landscapes.items(), strict=True):
            draw_cost(axes, one)
            first = axes.get_subplotspec().is_first_col()
            name_axes(axes, "w₁", "w₂" if first else "", title)
            for i, (name, path) in enumerate(one.paths.items()):
                color = PALETTE[i]
                style = {"color": color, "animated": True}
                (trail,) = axes.plot([], [], lw=1.6, ls=DASHES[i], **style)
                (head,) = axes.plot([], [], "o", ms=8, mec="black", label=name, **style)
                lines.append((axes, trail, head, path))
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, ncols=len(labels), **LEGEND)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # once, everything but the lines that are animated
    still = canvas.copy_from_bbox(figure.bbox)
    for moment in moments:
        canvas.restore_region(still)
        for axes, trail, head, path in lines:
            trail.set_data(*path[: moment + 1].T)
            head.set_data(*path[moment : moment + 1].T)
            axes.draw_artist(trail)
            axes.draw_artist(head)
        frame = Frame.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        frames.append(frame.quantize(256, method=Frame.Quantize.FASTOCTREE))
    with io.BytesIO() as file:
        frames[0].save(
            file,
            format="GIF",
            save_all=True,
            append_images=frames[1:],
            duration=[120] * (len(frames) - 1) + [2500],
            loop=0,
        )
        gif = file.getvalue()
    ends = [
        f"{title}, {name}: ends at ({path[-1][0]:.2g}, {path[-1][1]:.2g})"
        for title, one in landscapes.items()
        for name, path in one.paths.items()
    ]
    film = Film(gif, f"Optimizers on contours, moving; {'; '.join(ends)}. {reading}")
    film.show()
    return film


def runs(
    histories: Mapping[str, tuple],
    *,
    by: str,
    ylabel: str = "cost J",
    ceiling: float | None = None,
    log: bool = False,
    reading: str = "",
) -> Picture:
    """Plot the costs of several runs of training against epochs or seconds.

    Args:
        histories: name → (epochs, seconds, costs), three sequences of one length.
        by: `"epochs"`, `"seconds"` or `"both"`, which draws two panels.
        ylabel: what the costs are.
        ceiling: upper end of the vertical axis.
        log: logarithmic axes for the costs and the seconds.
        reading: one sentence below: how to read it.
    """
    told = []
    kinds = ["epochs", "seconds"] if by == "both" else [by]
    with drawing(reading, height=3.2) as figure:
        panels = figure.subplots(1, len(kinds), sharey=True, squeeze=False).ravel()
        for axes, kind in zip(panels, kinds, strict=True):
            for i, (name, (epochs, seconds, costs)) in enumerate(histories.items()):
                x = epochs if kind == "epochs" else seconds
                axes.plot(
                    x,
                    costs,
                    label=name,
                    color=PALETTE[i % 7],
                    ls=DASHES[i % 7],
                )
            axes.set(xlabel=kind)
            if kind == "epochs":
                axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=STEPS))
            if log:
                axes.set_yscale("log")
                set_ticks(axes.yaxis)
                if kind == "seconds":
                    axes.set_xscale("log")
                    set_ticks(axes.xaxis)
            else:
                axes.set_ylim(0, ceiling)
        panels[0].set_ylabel(ylabel)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, ncols=min(5, len(labels)), **LEGEND)
    for name, (_, seconds, costs) in histories.items():
        told.append(f"{name}: {costs[-1]:.3g} after {seconds[-1]:.2g} s")
    return finish(figure, f"{ylabel} against {by}", told, reading)

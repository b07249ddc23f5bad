"""What all figures share: the style, colours and dashes, lines, labels and legends."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's palette, told apart by colour-blind readers; without its yellow,
# which is too faint for lines on white.
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
PALETTE = (BLUE, VERMILION, GREEN, "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)), ":")
# Lines to compare with: thinner than lines of data, each with a style of its own.
BASELINES = ((":", "#000000"), ((0, (7, 3)), "#555555"), ("-", "#888888"))
BASELINES += (((0, (7, 2, 1, 2)), "#000000"), ((0, (1, 4)), "#555555"))
SIGNED = "PuOr_r"  # purple, white, orange: no mistaking it for a red or blue pixel
PLAIN = "cividis"

STYLE = {
    "font.size": 11,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "axes.axisbelow": True,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
}
WIDTH = 6.4  # inches
LETTER = 0.085  # inches, of labels


@contextmanager
def drawing(reading: str, width: float = WIDTH, height: float = 3.6):
    """A new figure in the house style, with room for its reading."""
    text = textwrap.fill(reading, max(20, int(13.5 * width)))
    extra = 0.19 * (text.count("\n") + 1) if text else 0
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, height + extra))
        FigureCanvasAgg(figure)
        figure.get_layout_engine().set(h_pad=0.08, w_pad=0.05)
        yield figure
        if text:
            figure.supxlabel(text, x=0.01, ha="left", size=10, color="#333333")


def evaluated(function: Callable, x: np.ndarray) -> np.ndarray:
    """A function at many places, also where it takes one number at a time."""
    try:
        y = np.asarray(function(x), dtype=float)
    except (TypeError, ValueError):
        y = np.empty(0)
    if y.shape != x.shape:
        y = np.array([np.squeeze(function(float(one))) for one in x], dtype=float)
    return y


def draw_lines(axes, points: Mapping[str, tuple], marker: str | None = None) -> None:
    """Draw name → (x, y), each with its own colour and dash."""
    for i, (name, (x, y)) in enumerate(points.items()):
        axes.plot(
            x,
            y,
            label=name,
            marker=marker,
            ms=5,
            color=PALETTE[i % 7],
            linestyle=DASHES[i % 7],
        )


def draw_baselines(axes, heights: Mapping[str, float]) -> None:
    """Draw thin horizontal lines to compare with, name → height."""
    for (name, height), style in zip(heights.items(), baseline_styles(), strict=False):
        axes.axhline(height, label=name, **style)


def baseline_styles() -> Iterator[dict]:
    """How to draw one baseline after the other, so that no two look alike."""
    for dash, color in itertools.cycle(BASELINES):
        yield {"ls": dash, "color": color, "lw": 1.4, "zorder": 3}


def name_axes(axes, xlabel: str, ylabel: str, title: str) -> None:
    """Write what the axes are, and a few words above."""
    inches = axes.figure.get_size_inches()[1] * axes.get_position().height
    fitted = textwrap.fill(ylabel, max(12, int(inches / LETTER)))
    axes.set(xlabel=xlabel, ylabel=fitted, title=sentence_case(title))


def sentence_case(title: str) -> str:
    """A title that begins with a capital letter, unless it begins with code.

    >>> [sentence_case(t) for t in ("no penalty", "x", "reshape(-1, m)", "yhat - y")]
    ['No penalty', 'x', 'reshape(-1, m)', 'yhat - y']
    """
    word = re.fullmatch(r"([a-z]{2,})(?:[\s,:-].*)?", title, flags=re.DOTALL)
    if word is None or re.search(r"\s[-+*/=@]\s", title):
        return title
    return title[0].upper() + title[1:]


def legend(axes, names: list[str]) -> None:
    """A legend, where there is more to tell apart than one line."""
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1 or (labels and not names):
        axes.legend(handles, labels)

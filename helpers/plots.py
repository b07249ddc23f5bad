"""Figures for the notebooks, all in one house style.

Axes are labelled, lines differ by dash as well as by colour, a sentence under each
figure says how to read it, and each carries a text alternative. A figure appears
where its function is called: as an image in a notebook, as its text in a terminal.

>>> curve(lambda t: t**2, between=(-1, 1), ylabel="height", reading="A valley.")
Plot of height against x; height: from 1 to 1, lowest 0. A valley.
Picture(6.4 x 3.79 inches)
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers import image

# Okabe and Ito's palette, told apart by colour-blind readers; without its yellow,
# which is too faint for lines on white.
BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
PALETTE = (BLUE, VERMILION, GREEN, "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)), ":")
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
DPI = 144  # of the image
SHOWN = 96  # pixels an inch on the page; fewer than DPI, for sharp letters
WIDTH = 6.4  # inches


class Picture:
    """A finished figure and its text alternative.

    Attributes:
        figure: the Matplotlib figure.
        alt: what it shows, in words, the reading included.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt = figure, alt

    def __repr__(self) -> str:
        width, height = self.figure.get_size_inches()
        return f"Picture({width:.3g} x {height:.3g} inches)"

    def png(self) -> bytes:
        """The image, with the text alternative among its metadata."""
        with matplotlib.rc_context(STYLE), io.BytesIO() as file:
            self.figure.savefig(file, dpi=DPI, metadata={"Description": self.alt})
            return file.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the image to a PNG file."""
        Path(path).write_bytes(self.png())

    def show(self) -> None:
        """Display the image in a notebook; print the text alternative elsewhere."""
        image.show(
            self.png(), self.alt, width=int(SHOWN * self.figure.get_size_inches()[0])
        )

    def _ipython_display_(self) -> None:
        """As the last value of a cell it stays silent: it was displayed before."""


def curve(
    functions: Callable | Mapping[str, Callable],
    between: tuple[float, float],
    *,
    mark: Iterable[float] = (),
    tangents: Mapping[float, float] | None = None,
    label: str = "",
    xlabel: str = "x",
    ylabel: str = "",
    title: str = "",
    reading: str = "",
) -> Picture:
    """Draw functions of one number.

    Args:
        functions: one function of an array, or name → function.
        between: the two ends of the horizontal axis.
        mark: places marked by a dot on each function.
        tangents: place → slope; a short line of that slope on the first function.
        label: name of the function where there is only one.
        xlabel: what the horizontal axis is.
        ylabel: what the vertical axis is.
        title: a few words above.
        reading: one sentence below: how to read it.
    """
    if callable(functions):
        functions = {label or ylabel or "y": functions}
    x = np.linspace(*between, 301)
    heights = {name: _values(function, x) for name, function in functions.items()}
    first = next(iter(functions.values()))
    with _drawing(reading) as figure:
        axes = figure.add_subplot()
        _draw_lines(axes, {name: (x, y) for name, y in heights.items()})
        places = np.array(list(mark), dtype=float)
        for function in functions.values():
            dots = _values(function, places)
            axes.plot(places, dots, "o", color="black", ms=8, zorder=3)
        _draw_tangents(axes, first, tangents or {}, (between[1] - between[0]) / 12)
        _name_axes(axes, xlabel, ylabel or label, title)
        _legend(axes, list(heights))
    return _finish(
        figure,
        f"Plot of {ylabel or label or 'y'} against {xlabel}",
        _told(heights),
        reading,
    )


def lines(
    series: Mapping[Any, Sequence] | Sequence,
    x: Sequence | None = None,
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    log: str = "",
    markers: bool = False,
    from_zero: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Draw measured values as lines.

    Args:
        series: values, or name → values.
        x: where they were measured; 0, 1, 2, … if left out.
        xlabel: what the horizontal axis is, with its unit.
        ylabel: what the vertical axis is, with its unit.
        title: a few words above.
        log: `"x"`, `"y"` or `"xy"` for logarithmic axes.
        markers: show each measured point.
        from_zero: let the vertical axis begin at 0.
        baseline: name → height of a thin horizontal line to compare with.
        reading: one sentence below: how to read it.
    """
    if not isinstance(series, Mapping):
        series = {ylabel or "value": series}
    named = {str(name): np.asarray(y, dtype=float) for name, y in series.items()}
    points = {
        name: (np.arange(len(y)) if x is None else np.asarray(x)[: len(y)], y)
        for name, y in named.items()
    }
    with _drawing(reading) as figure:
        axes = figure.add_subplot()
        _draw_lines(axes, points, marker="o" if markers else None)
        for letter in log:
            getattr(axes, f"set_{letter}scale")("log")
        if from_zero:
            axes.set_ylim(bottom=0)
        _draw_baselines(axes, baseline or {})
        _name_axes(axes, xlabel, ylabel, title)
        _legend(axes, list(named))
    return _finish(figure, f"Plot of {ylabel} against {xlabel}", _told(named), reading)


def costs(
    runs: Mapping[Any, Sequence[float]] | Sequence[float],
    *,
    every: int = 100,
    title: str = "",
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Draw how the cost falls: one run, or name → run, noted every `every` steps."""
    longest = max(map(len, runs.values() if isinstance(runs, Mapping) else [runs]))
    return lines(
        runs,
        every * np.arange(longest),
        xlabel="iteration",
        ylabel="cost J",
        title=title,
        from_zero=True,
        baseline=baseline,
        reading=reading,
    )


def paths(
    runs: Mapping[Any, Sequence[float]],
    cost: Callable,
    *,
    between: tuple[float, float] | None = None,
    name: str = "learning rate",
    xlabel: str = "w",
    ylabel: str = "cost J",
    reading: str = "",
) -> Picture:
    """Draw the steps of gradient descent on a cost curve, one panel a run.

    Args:
        runs: setting → the places visited, in order.
        cost: function of an array of places.
        between: ends of the horizontal axis; steps that leave it are clipped.
        name: what the setting is called, for the titles.
        xlabel: what the places are.
        ylabel: what the cost is.
        reading: one sentence below: how to read it.
    """
    every = np.concatenate([np.asarray(run, dtype=float) for run in runs.values()])
    low, high = between or (every.min(), every.max())
    margin = 0.05 * (high - low or 1)
    x = np.linspace(low - margin, high + margin, 301)
    heights = _values(cost, x)
    top = heights.max() + 0.08 * np.ptp(heights)
    with _drawing(reading, height=2.6 * math.ceil(len(runs) / 2)) as figure:
        panels = figure.subplots(
            math.ceil(len(runs) / 2), 2, sharex=True, sharey=True, squeeze=False
        ).ravel()
        for axes, (setting, run) in zip(panels, runs.items(), strict=False):
            run = np.asarray(run, dtype=float)
            axes.plot(x, heights, color="#999999", zorder=1)
            axes.plot(run, _values(cost, run), "o-", color=VERMILION, lw=1, ms=4)
            axes.plot(run[:1], _values(cost, run[:1]), "s", color="black", ms=7)
            axes.set(xlim=(x[0], x[-1]), ylim=(heights.min() - 0.05 * top, top))
            _name_axes(axes, xlabel, ylabel, f"{name} {setting}")
            axes.label_outer()
        for axes in panels[len(runs) :]:
            axes.set_axis_off()
    told = [
        f"{name} {setting}: {len(run) - 1} steps from {run[0]:.3g} to {run[-1]:.3g}"
        for setting, run in runs.items()
    ]
    return _finish(figure, f"Steps of descent on {ylabel} over {xlabel}", told, reading)


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
    longest = max((title.count("\n") + 1 for title in titles), default=0)
    side = min(WIDTH / columns, 2.2)
    with _drawing(
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
    return _finish(figure, f"{count} images", told, reading)


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
        called = f"called {classes[guesses[i]]}"
        if sureness is not None:
            called += f"\n{_percent(sureness[i])} sure"
        titles.append(called)
    share = f"{len(wrong)} of {len(truth)} are wrong. {reading}".strip()
    chosen = [pictures[i] for i in wrong[:limit]]
    return images(chosen, titles, columns=5, reading=share)


def bars(
    values: Mapping[str, float],
    *,
    ylabel: str = "",
    title: str = "",
    percent: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Compare a few numbers.

    Args:
        values: name → number; each is written on its bar.
        ylabel: what the numbers are, with their unit.
        title: a few words above.
        percent: write 0.79 as 79 %.
        baseline: name → height of a thin line to compare with.
        reading: one sentence below: how to read it.
    """
    with _drawing(reading) as figure:
        axes = figure.add_subplot()
        names = list(map(str, values))
        drawn = axes.bar(names, list(values.values()), width=0.6, color=BLUE)
        form = _percent if percent else "{:.3g}".format
        said = [form(value) for value in values.values()]
        axes.bar_label(drawn, said, padding=2)
        axes.grid(visible=False, axis="x")
        axes.margins(y=0.12)
        if percent:
            axes.yaxis.set_major_formatter(lambda value, _: _percent(value))
            axes.set_yticks(np.linspace(0, 1, 6))
        _draw_baselines(axes, baseline or {})
        _name_axes(axes, "", ylabel, title)
        _legend(axes, [])
    told = [f"{name}: {text}" for name, text in zip(values, said, strict=True)]
    return _finish(figure, f"Bars of {ylabel}", told, reading)


def heat(
    tables: np.ndarray | Mapping[str, np.ndarray],
    *,
    signed: bool = True,
    numbers: bool = False,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    xlabel: str = "",
    ylabel: str = "",
    reading: str = "",
) -> Picture:
    """Show tables of numbers as colours, on one scale.

    Args:
        tables: `(rows, columns)`, or name → table.
        signed: a scale with white at zero; otherwise from the least to the greatest.
        numbers: write each value into its field.
        rows: names of the rows.
        columns: names of the columns.
        xlabel: what changes from column to column.
        ylabel: what changes from row to row.
        reading: one sentence below: how to read it.
    """
    if not isinstance(tables, Mapping):
        tables = {"": tables}
    tables = {name: np.atleast_2d(table) for name, table in tables.items()}
    low = min(float(table.min()) for table in tables.values())
    high = max(float(table.max()) for table in tables.values())
    if signed:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    shades = {"vmin": low, "vmax": high, "cmap": SIGNED if signed else PLAIN}
    widths = [table.shape[1] for table in tables.values()]
    tallest = max(table.shape[0] for table in tables.values())
    stacked = max(widths) > 2 * tallest  # wide tables: one below the other
    beside = 1 if stacked else len(tables)
    below = len(tables) if stacked else 1
    field = 0.8 * WIDTH / (max(widths) if stacked else sum(widths))
    height = below * min(3.6, 0.4 + field * tallest)
    wrapped = textwrap.TextWrapper(
        max(8, int(8 * WIDTH / beside)), break_long_words=False
    )
    with _drawing(reading, height=height) as figure:
        if len({table.shape for table in tables.values()}) == 1:
            # Fields are square, so there is room to spare: close up.
            figure.set_layout_engine("compressed", h_pad=0.08, w_pad=0.05)
        grid = figure.subplots(
            below, beside, squeeze=False, width_ratios=None if stacked else widths
        ).ravel()
        for axes, (name, table) in zip(grid, tables.items(), strict=True):
            shown = axes.imshow(table, interpolation="nearest", **shades)
            axes.grid(visible=False)
            axes.spines[:].set_visible(False)
            axes.set_xticks(range(len(columns)), columns)
            axes.set_yticks(range(len(rows)), rows)
            axes.tick_params(length=0)
            axes.set_title(wrapped.fill(name))
            if numbers:
                _write_numbers(axes, table, shown)
        for axes in grid[-1:] if stacked else grid:
            axes.set_xlabel(xlabel)
        for axes in grid if stacked else grid[:1]:
            axes.set_ylabel(ylabel)
        figure.colorbar(shown, ax=list(grid), shrink=0.8, aspect=15)
    told = [
        f"{name or 'table'} {table.shape}: from {table.min():.3g} to {table.max():.3g}"
        for name, table in tables.items()
    ]
    across = f", {xlabel} across" if xlabel else ""
    down = f", {ylabel} down" if ylabel else ""
    return _finish(figure, f"Tables as colours{across}{down}", told, reading)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


@contextmanager
def _drawing(reading: str, width: float = WIDTH, height: float = 3.6):
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


def _finish(figure: Figure, what: str, told: list[str], reading: str) -> Picture:
    alt = what + ("; " + "; ".join(told) if told else "") + f". {reading}".rstrip()
    picture = Picture(figure, alt)
    picture.show()
    return picture


def _values(function: Callable, x: np.ndarray) -> np.ndarray:
    """A function at many places, also where it takes one number at a time."""
    try:
        y = np.asarray(function(x), dtype=float)
    except (TypeError, ValueError):
        y = np.empty(0)
    if y.shape != x.shape:
        y = np.array([np.squeeze(function(float(one))) for one in x], dtype=float)
    return y


def _draw_lines(axes, points: Mapping[str, tuple], marker: str | None = None) -> None:
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


def _draw_tangents(axes, function: Callable, slopes: Mapping, reach: float) -> None:
    for place, slope in slopes.items():
        x = np.array([place - reach, place + reach])
        height = _values(function, np.array([float(place)]))[0]
        axes.plot(x, height + slope * (x - place), color=VERMILION, lw=2.5)
        axes.plot([place], [height], "o", color="black", ms=6, zorder=3)
        axes.annotate(
            f"slope {slope:.2g}",
            (place, height),
            xytext=(8, -16),
            textcoords="offset points",
            size=10,
        )


def _draw_baselines(axes, heights: Mapping[str, float]) -> None:
    for name, height in heights.items():
        axes.axhline(height, color="black", lw=1.5, ls=":", label=name, zorder=3)


def _name_axes(axes, xlabel: str, ylabel: str, title: str) -> None:
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)


def _legend(axes, names: list[str]) -> None:
    """A legend, where there is more to tell apart than one line."""
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1 or (labels and not names):
        axes.legend(handles, labels)


def _write_numbers(axes, table: np.ndarray, shown) -> None:
    for (i, j), value in np.ndenumerate(table):
        red, green, blue, _ = shown.cmap(shown.norm(value))
        dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
        axes.text(
            j,
            i,
            f"{value:.2g}",
            ha="center",
            va="center",
            color="white" if dark else "black",
            size=9,
        )


def _told(series: Mapping[str, np.ndarray]) -> list[str]:
    """Each line in words: where it begins and ends, and how far it reaches."""
    told = []
    for name, y in series.items():
        finite = y[np.isfinite(y)]
        if not finite.size:
            told.append(f"{name}: no finite values")
            continue
        text = f"{name}: from {finite[0]:.3g} to {finite[-1]:.3g}"
        if finite.min() < min(finite[0], finite[-1]):
            text += f", lowest {finite.min():.3g}"
        if finite.max() > max(finite[0], finite[-1]):
            text += f", highest {finite.max():.3g}"
        told.append(text)
    return told


# From label 0 to label 1 by way of white, pale enough for points to stand out.
SHADES = (
    "#66AAD1",
    "#8CBFDD",
    "#B2D5E8",
    "#D1E5F1",
    "#EDF5FA",
    "#FDF3ED",
    "#F9DFD0",
    "#F3C7AE",
    "#ECAB86",
    "#E68E5D",
)


def decision_regions(
    models: Callable | Mapping[str, Callable | None] | None,
    X: np.ndarray | Sequence[np.ndarray],
    Y: np.ndarray | Sequence[np.ndarray],
    *,
    title: str = "",
    columns: int = 3,
    reading: str = "",
) -> Picture:
    """Draw points of two labels, and where in the plane a model says which label.

    Args:
        models: function of points `(2, k)` that returns `k` labels or probabilities in
            any shape; or title → function, a panel each. `None` leaves the points
            alone.
        X: array `(2, m)`, or a list with one such array a panel.
        Y: `m` labels 0 or 1 in any shape, or a list with one such array a panel.
        title: a few words above a single panel.
        columns: panels a row.
        reading: one sentence below: how to read it.
    """
    if not isinstance(models, Mapping):
        models = {title: models}
    count = len(models)
    X = X if isinstance(X, (list, tuple)) else [X] * count
    Y = Y if isinstance(Y, (list, tuple)) else [Y] * count
    columns = max(1, min(columns, count))
    rows = math.ceil(count / columns)
    side = min(WIDTH / columns, 3.6)
    width = max(columns * side, 4.4)
    told = []
    with _drawing(reading, width=width, height=rows * side) as figure:
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        for i, (name, model) in enumerate(models.items()):
            axes, labels = panels[i], np.ravel(Y[i]).astype(bool)
            text = f"{name or 'points'}: {labels.sum()} of {labels.size} have label 1"
            if model is not None:
                text += _draw_regions(axes, model, X[i])
            for label, color, mark in ((False, BLUE, "o"), (True, VERMILION, "^")):
                axes.scatter(
                    *X[i][:, labels == label],
                    s=12 + 24 / columns,
                    c=color,
                    marker=mark,
                    ec="white",
                    lw=0.4,
                )
            axes.set(aspect="equal")
            axes.grid(visible=False)
            axes.tick_params(labelsize=9)
            _name_axes(
                axes,
                "x₁" if i >= count - columns else "",
                "" if i % columns else "x₂",
                name,
            )
            axes.title.set_size(10 if columns > 2 else 11)
            told.append(text)
        for axes in panels[count:]:
            axes.set_axis_off()
    return _finish(figure, "Points in the plane", told, reading)


def _draw_regions(axes, model: Callable, points: np.ndarray) -> str:
    """Shade the plane by what a model says there; in words, how much of it is 1."""
    low, high = points.min(axis=1), points.max(axis=1)
    margin = 0.08 * (high - low).max() or 1.0
    x, y = (
        np.linspace(a - margin, b + margin, 160) for a, b in zip(low, high, strict=True)
    )
    across, up = np.meshgrid(x, y)
    said = np.asarray(model(np.stack([across.ravel(), up.ravel()])), dtype=float)
    said = said.reshape(across.shape)
    axes.contourf(across, up, said, levels=np.linspace(0, 1, 11), colors=SHADES)
    if said.min() < 0.5 < said.max():
        axes.contour(across, up, said, levels=[0.5], colors="black", linewidths=1.2)
    return f"; label 1 on {_percent(np.mean(said > 0.5))} of the area"


def intervals(
    values: Mapping[str, tuple[float, float]],
    *,
    xlabel: str = "",
    percent: bool = False,
    baseline: Mapping[str, float] | None = None,
    reading: str = "",
) -> Picture:
    """Compare measured numbers with their uncertainty, one a row.

    Args:
        values: name → number and its standard error, or any half width.
        xlabel: what the numbers are, with their unit.
        percent: write 0.79 as 79 %.
        baseline: name → place of a thin line to compare with.
        reading: one sentence below: how to read it.
    """
    form = _percent if percent else "{:.3g}".format
    told = []
    with _drawing(reading, height=0.9 + 0.5 * len(values)) as figure:
        axes = figure.add_subplot()
        for row, (name, (value, error)) in enumerate(values.items()):
            axes.errorbar(value, row, xerr=error, fmt="o", color=BLUE, ms=8, capsize=5)
            text = f"{form(value)} ± {form(error)}"
            axes.annotate(
                text,
                (value, row),
                xytext=(0, 8),
                ha="center",
                textcoords="offset points",
            )
            told.append(f"{name}: {text}")
        axes.set_yticks(range(len(values)), list(map(str, values)))
        axes.set_ylim(len(values) - 0.5, -0.7)
        axes.grid(visible=False, axis="y")
        if percent:
            axes.xaxis.set_major_formatter(lambda value, _: _percent(value))
        for name, place in (baseline or {}).items():
            axes.axvline(place, color="black", lw=1.5, ls=":", label=name)
        _name_axes(axes, xlabel, "", "")
        _legend(axes, [])
    return _finish(figure, f"{xlabel} with uncertainty", told, reading)

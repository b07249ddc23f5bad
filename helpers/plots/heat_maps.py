"""Tables of numbers as colours."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np

from helpers.plots.drawing import LETTER, PLAIN, SIGNED, WIDTH, drawing, sentence_case
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import plain


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
    # Column names that do not fit beside each other are written upwards.
    rows, columns = [str(name) for name in rows], [str(name) for name in columns]
    upright = _collide(columns, field)
    longest = max(map(len, columns), default=0)
    height = below * min(3.6, 0.4 + field * tallest)
    height += 0.08 * longest if upright else 0
    same = len({table.shape for table in tables.values()}) == 1
    wrapped = textwrap.TextWrapper(
        max(8, int(8 * WIDTH / beside)), break_long_words=False
    )
    with drawing(reading, height=height) as figure:
        if same:
            # Fields are square, so there is room to spare: close up.
            figure.set_layout_engine("compressed", h_pad=0.08, w_pad=0.05)
        grid = figure.subplots(
            below, beside, squeeze=False, width_ratios=None if stacked else widths
        ).ravel()
        for i, (axes, (name, table)) in enumerate(
            zip(grid, tables.items(), strict=True)
        ):
            shown = axes.imshow(table, interpolation="nearest", **shades)
            axes.grid(visible=False)
            axes.spines[:].set_visible(False)
            # Names that all tables share are written once.
            lowest = i == len(grid) - 1 or not (stacked and same)
            first = i == 0 or stacked or not same
            axes.set_xticks(
                range(len(columns)),
                columns if lowest else [""] * len(columns),
                rotation=90 * upright,
            )
            axes.set_yticks(range(len(rows)), rows if first else [""] * len(rows))
            axes.tick_params(length=0)
            axes.set_title(wrapped.fill(sentence_case(name)))
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
    return finish(figure, f"Tables as colours{across}{down}", told, reading)


def _collide(names: Sequence[str], field: float) -> bool:
    """Whether names beside each other touch, with so many inches for each."""
    written = [i for i, name in enumerate(names) if name]
    return any(
        (len(names[i]) + len(names[j]) + 1) / 2 * LETTER > (j - i) * field
        for i, j in itertools.pairwise(written)
    )


def _short(value: float) -> str:
    return plain(value if value == int(value) else float(f"{value:.2g}"))


def _write_numbers(axes, table: np.ndarray, shown) -> None:
    for (i, j), value in np.ndenumerate(table):
        red, green, blue, _ = shown.cmap(shown.norm(value))
        dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
        axes.text(
            j,
            i,
            _short(value),
            ha="center",
            va="center",
            color="white" if dark else "black",
            size=9,
        )

"""Points of two labels in the plane, and what a model says about the plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.plots.drawing import BLUE, VERMILION, WIDTH, drawing, name_axes
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import as_percent

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
    with drawing(reading, width=width, height=rows * side) as figure:
        if count > 1:  # panels are square, so there is room to spare: close up
            figure.set_layout_engine("compressed", h_pad=0.06, w_pad=0.04)
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
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
            name_axes(
                axes,
                "x₁" if i >= count - columns else "",
                "" if i % columns else "x₂",
                name,
            )
            axes.title.set_size(10 if columns > 2 else 11)
            told.append(text)
        for axes in panels[count:]:
            axes.set_axis_off()
    return finish(figure, "Points in the plane", told, reading)


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
    return f"; label 1 on {as_percent(np.mean(said > 0.5))} of the area"

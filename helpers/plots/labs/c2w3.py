"""Figures of one lab: searches in a plane, regions of classes, graphs, confusions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from helpers.plots.drawing import (
    BLUE,
    PALETTE,
    PLAIN,
    VERMILION,
    drawing,
    name_axes,
)
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import set_ticks

MARKERS = "os^DvP"


def searches(
    runs: Mapping[str, Sequence[tuple[Mapping[str, float], float]]],
    x: str,
    y: str,
    *,
    reading: str = "",
) -> Picture:
    """Draw the tried points of several searches in the plane, coloured by error.

    Args:
        runs: name → history, a list of (point, error).
        x: hyperparameter on the horizontal axis, logarithmic.
        y: hyperparameter on the vertical axis, logarithmic.
        reading: one sentence below: how to read it.
    """
    errors = [error for history in runs.values() for _, error in history]
    told = []
    with drawing(reading, height=2.7) as figure:
        panels = figure.subplots(1, len(runs), sharex=True, sharey=True, squeeze=False)
        for axes, (name, history) in zip(panels[0], runs.items(), strict=True):
            across = [point[x] for point, _ in history]
            up = [point[y] for point, _ in history]
            height = [error for _, error in history]
            best = int(np.argmin(height))
            shown = axes.scatter(
                across,
                up,
                c=height,
                cmap=PLAIN,
                s=26,
                linewidths=0,
                vmin=min(errors),
                vmax=max(errors),
                zorder=2,
            )
            axes.plot(
                across[best],
                up[best],
                "o",
                ms=13,
                mfc="none",
                mew=2,
                color=VERMILION,
                zorder=3,
                clip_on=False,
            )
            axes.set(xscale="log", yscale="log")
            name_axes(axes, x, y, f"{name}: {height[best]:.3f}")
            set_ticks(axes.xaxis)
            set_ticks(axes.yaxis)
            axes.label_outer()
            told.append(
                f"{name}: {len(set(across))} values of {x} in {len(history)} tries, "
                f"best error {height[best]:.3f} at {x} {across[best]:.3g}"
            )
        figure.colorbar(shown, ax=list(panels[0]), label="dev error", aspect=15)
    return finish(figure, f"Points tried in the plane of {x} and {y}", told, reading)


def regions(
    panels: Mapping[str, tuple[Callable, np.ndarray, np.ndarray]],
    *,
    reading: str = "",
) -> Picture:
    """Draw which class a classifier gives to each point of a plane.

    Args:
        panels: title → (classify, X, labels) with `classify` a function from points
            `(2, k)` to classes `(k,)`, `X` `(2, m)` and `labels` `(m,)`.
        reading: one sentence below: how to read it.
    """
    told = []
    with drawing(reading, height=3.1) as figure:
        grid = figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, (title, (classify, X, labels)) in zip(
            grid, panels.items(), strict=True
        ):
            low, high = X.min(1) - 0.6, X.max(1) + 0.6
            across = np.linspace(low[0], high[0], 240)
            up = np.linspace(low[1], high[1], 240)
            points = np.stack(np.meshgrid(across, up)).reshape(2, -1)
            given = np.reshape(classify(points), (240, 240))
            classes = np.unique(labels)
            colors = [PALETTE[c % 6] for c in classes]
            levels = np.append(classes, classes[-1] + 1) - 0.5
            axes.contourf(across, up, given, levels=levels, colors=colors, alpha=0.22)
            for c, color in zip(classes, colors, strict=True):
                axes.plot(*X[:, labels == c], MARKERS[c % 6], ms=4, color=color)
            name_axes(axes, "x₁", "x₂", title)
            axes.grid(visible=False)
            told.append(f"{title}: {len(np.unique(given))} regions")
    return finish(figure, "Regions of classes in the plane", told, reading)


def confusion(table: np.ndarray, classes: Sequence[str], *, reading: str = "") -> Any:
    """Draw a confusion matrix with its counts.

    Args:
        table: `(C, C)` counts, true classes in the rows, predicted ones in the columns.
        classes: their names.
        reading: one sentence below: how to read it.
    """
    off = table - np.diag(np.diag(table))
    with drawing(reading, height=4.6) as figure:
        axes = figure.add_subplot()
        axes.imshow(off, cmap="Purples", vmax=1.4 * max(off.max(), 1))
        for (i, j), count in np.ndenumerate(table):
            if count:
                right = {"weight": "bold", "color": BLUE} if i == j else {}
                axes.text(j, i, str(count), ha="center", va="center", size=9, **right)
        ticks = range(len(classes))
        axes.set_xticks(ticks, classes, rotation=40, ha="right")
        axes.set_yticks(ticks, classes)
        axes.set(xlabel="predicted class", ylabel="true class")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
    row, column = np.unravel_index(np.argmax(off), off.shape)
    told = [
        f"{np.trace(table)} of {table.sum()} on the diagonal",
        f"most often {classes[row]} is taken for {classes[column]}, {off.max()} times",
    ]
    return finish(figure, "Confusion matrix", told, reading)


def graph(tensor: Any, *, height: float = 3.0, reading: str = "") -> Picture:
    """Draw the computation graph that ends in a tensor.

    Numbers are written with their gradient below, arrays with their shape.

    Args:
        tensor: anything with `data`, `grad`, `parents` and `name`.
        height: of the figure, in inches.
        reading: one sentence below: how to read it.
    """
    children = _children(tensor)
    depth = _depths(tensor, children)
    positions = _positions(depth, children)
    with drawing(reading, height=height) as figure:
        axes = figure.add_subplot()
        for node, below in children.items():
            for k, child in enumerate(below):
                rad = _curvature(below, child) * (-1) ** k
                axes.annotate(
                    "",
                    positions[child],
                    positions[node],
                    arrowprops={
                        "arrowstyle": "-|>",
                        "color": "#888888",
                        "shrinkA": 12,
                        "shrinkB": 13,
                        "connectionstyle": f"arc3,rad={rad}",
                    },
                )
        for node, (x, y) in positions.items():
            leaf = not node.parents
            shape = "square,pad=0.25" if leaf else "circle,pad=0.25"
            axes.text(
                x,
                y,
                node.name or "·",
                ha="center",
                va="center",
                size=10,
                zorder=3,
                bbox={
                    "boxstyle": shape,
                    "fc": "#DCEBF7" if leaf else "white",
                    "ec": BLUE if leaf else "#444444",
                },
            )
            axes.annotate(
                _value(node),
                (x, y),
                (0, -13),
                ha="center",
                va="top",
                size=8,
                textcoords="offset points",
                linespacing=1.1,
            )
        across, up = np.array(list(positions.values())).T
        axes.set(
            xlim=(across.min() - 0.5, across.max() + 0.5),
            ylim=(up.min() - 0.9, up.max() + 0.5),
        )
        axes.set_axis_off()
    leaves = [node.name for node in positions if not node.parents and node.name]
    told = [f"{len(positions)} tensors", f"leaves {', '.join(leaves)}"]
    return finish(figure, "Computation graph", told, reading)


def _children(tensor: Any) -> dict[Any, list]:
    """Each tensor of the graph with those computed from it, the result first."""
    children: dict[Any, list] = {tensor: []}
    waiting = [tensor]
    while waiting:
        node = waiting.pop()
        for parent in node.parents:
            if parent not in children:
                children[parent] = []
                waiting.append(parent)
            children[parent].append(node)
    return children


def _depths(tensor: Any, children: Mapping[Any, list]) -> dict[Any, int]:
    """Column of each tensor: steps from the leaves, leaves next to their first use."""
    depth: dict[Any, int] = {}

    def measure(node):
        if node not in depth:
            depth[node] = 1 + max(map(measure, node.parents), default=-1)
        return depth[node]

    measure(tensor)
    for node, below in children.items():
        if not node.parents and below:
            depth[node] = min(depth[child] for child in below) - 1
    return depth


def _positions(depth: Mapping[Any, int], children: Mapping[Any, list]) -> dict:
    """The position of each tensor; those of one column are at least one row apart."""
    height: dict[Any, float] = {}
    for column in sorted(set(depth.values()), reverse=True):
        nodes = [node for node in depth if depth[node] == column]
        wish = {
            node: np.mean([height[child] for child in children[node]])
            if children[node]
            else 0.0
            for node in nodes
        }
        nodes.sort(key=lambda node: (-wish[node], bool(not node.parents)))
        rows = -np.arange(len(nodes)) + (len(nodes) - 1) / 2
        middle = np.mean(list(wish.values()))
        height |= {n: middle + row for n, row in zip(nodes, rows, strict=True)}
    return {node: (depth[node], height[node]) for node in depth}


def _curvature(below: list, child: Any) -> float:
    """A curve where a child uses a tensor twice, else a straight line."""
    return 0.3 if below.count(child) > 1 else 0.0


def _value(node: Any) -> str:
    if np.ndim(node.data):
        return "×".join(map(str, np.shape(node.data)))
    text = f"{float(node.data):.3g}"
    if node.grad is not None:
        text += f"\ngrad {float(node.grad):.3g}"
    return text

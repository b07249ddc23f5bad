"""Figures of the lab on regularization: histograms of weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from helpers.plots.drawing import PALETTE, drawing, name_axes
from helpers.plots.finish import Picture, finish
from helpers.plots.ticks import set_ticks


def histograms(weights: Mapping[str, np.ndarray], *, reading: str = "") -> Picture:
    """Histograms of weights, one panel for each set, on common axes."""
    reach = max(float(np.quantile(np.abs(W), 0.995)) for W in weights.values())
    edges = np.linspace(-reach, reach, 52)
    told = []
    with drawing(reading, height=2.8) as figure:
        panels = figure.subplots(1, len(weights), sharey=True, squeeze=False).ravel()
        for axes, (name, W), color in zip(
            panels, weights.items(), PALETTE, strict=False
        ):
            inside = np.clip(W.ravel(), -reach, reach)
            axes.hist(inside, edges, color=color)
            axes.set(yscale="log")
            name_axes(axes, "weight", "", name)
            set_ticks(axes.yaxis)
            axes.label_outer()
            share = np.mean(np.abs(W) < (edges[1] - edges[0]) / 2)
            told.append(f"{name}: {share:.0%} of {W.size} in the middle bar")
        panels[0].set_ylabel("number of weights")
    return finish(figure, "Histograms of weights", told, reading)

"""Figures for the notebooks, all in one style.

Axes are labelled, lines differ by dash as well as by colour, a sentence under each
figure says how to read it, and each carries a text alternative. A figure appears
where its function is called: as an image in a notebook, as its text in a terminal.

>>> curve(lambda t: t**2, between=(-1, 1), ylabel="height", reading="A valley.")
Plot of height against x; height: from 1 to 1, lowest 0. A valley.
Picture(6.4 x 3.79 inches)

One module for each kind of figure: `curves`, `bar_charts`, `heat_maps`, `image_grids`,
`regions` and `landscapes`. They share `drawing` (the style), `ticks` (ticks and
numbers) and `finish` (the text alternative). Figures that belong to a single lab are
in `helpers.plots.labs`. Figures draw only what they are given: they train nothing.
"""

from helpers.plots.bar_charts import bars, intervals
from helpers.plots.curves import costs, curve, lines, paths
from helpers.plots.drawing import BLUE, DASHES, GREEN, PALETTE, VERMILION
from helpers.plots.finish import Picture
from helpers.plots.heat_maps import heat
from helpers.plots.image_grids import images, mistakes
from helpers.plots.landscapes import contours
from helpers.plots.regions import decision_regions

__all__ = [
    "BLUE",
    "DASHES",
    "GREEN",
    "PALETTE",
    "VERMILION",
    "Picture",
    "bars",
    "contours",
    "costs",
    "curve",
    "decision_regions",
    "heat",
    "images",
    "intervals",
    "lines",
    "mistakes",
    "paths",
]

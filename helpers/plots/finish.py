"""A finished figure: an image with its text alternative."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from helpers import image
from helpers.plots.drawing import STYLE

DPI = 144  # of the image
SHOWN = 96  # pixels an inch on the page; fewer than DPI, for sharp letters


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


def finish(figure: Figure, what: str, told: list[str], reading: str) -> Picture:
    """Show a figure with a text alternative made of its three parts.

    Args:
        figure: the figure, drawn within `drawing`.
        what: what it is, in a few words.
        told: what can be seen in it, a phrase each.
        reading: one sentence: how to read it.
    """
    alt = what + ("; " + "; ".join(told) if told else "") + f". {reading}".rstrip()
    picture = Picture(figure, alt)
    picture.show()
    return picture


def told_series(series: Mapping[str, np.ndarray]) -> list[str]:
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

"""Figures of the lab on detection and segmentation: boxes, cells, masks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from helpers.plots.drawing import PALETTE, WIDTH, drawing
from helpers.plots.finish import Picture, finish

#: Colours of classes on photographs, a light one in place of black.
COLORS = (*PALETTE[:6], "#F0E442")


def _panels(figure, count: int, columns: int):
    grid = figure.subplots(math.ceil(count / columns), columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    return grid[:count]


def _size(pictures: Sequence[np.ndarray], columns: int, titled: bool) -> dict:
    rows = math.ceil(len(pictures) / columns)
    height, width = pictures[0].shape[:2]
    side = WIDTH / columns
    return {"width": WIDTH, "height": rows * (side * height / width + 0.25 * titled)}


def detections(
    pictures: Sequence[np.ndarray],
    found: Sequence[tuple],
    names: Sequence[str],
    titles: Sequence[str] = (),
    *,
    truth: Sequence[np.ndarray] = (),
    columns: int = 3,
    most: int = 8,
    reading: str = "",
) -> Picture:
    """Draw boxes with class and score on images.

    Args:
        pictures: `k` arrays `(height, width, 3)` or `(height, width)`.
        found: for each `(scores, boxes, classes)`, boxes `(n, 4)` in pixels: top, left,
            bottom, right.
        names: class → name.
        titles: one for each image.
        truth: for each, true boxes `(n, 4)`, drawn white and dashed.
        columns: images per row.
        most: boxes are named where there are no more than that.
        reading: one sentence below: how to read it.
    """
    told = []
    with drawing(reading, **_size(pictures, columns, bool(titles))) as figure:
        for i, axes in enumerate(_panels(figure, len(pictures), columns)):
            axes.imshow(pictures[i], cmap="gray")
            for box in truth[i] if len(truth) else ():
                _rectangle(axes, box, "white", lw=1.2, ls="--")
            said, tags, unit = [], [], pictures[i].shape[1] * columns / (72 * WIDTH)
            for score, box, label in zip(*found[i], strict=True):
                text = f"{names[int(label)]} {score:.2f}".strip()
                color = COLORS[int(label) % len(COLORS)]
                _rectangle(axes, box, color, lw=1.8)
                if len(found[i][0]) <= most:
                    size = (0.62 * 6.5 * len(text) * unit, 9.5 * unit)
                    tags.append(_free(box, size, tags, pictures[i].shape))
                    _tag(axes, tags[-1], text, color)
                said.append(text)
            if titles:
                axes.set_title(titles[i], size=9, loc="center", weight="normal")
            shown = ", ".join(said[:6]) + (" …" if len(said) > 6 else "")
            told.append(f"{titles[i] if titles else i}: {shown or 'no box'}")
    return finish(figure, f"{len(pictures)} images with boxes", told, reading)


def _rectangle(axes, box, color, **style) -> None:
    top, left, bottom, right = (float(side) for side in box)
    corner = (left - 0.5, top - 0.5)
    axes.add_patch(
        Rectangle(corner, right - left, bottom - top, fill=False, color=color, **style)
    )


def _free(box, size, taken, shape) -> tuple[float, ...]:
    """Where a tag fits: in a corner of its box, in the image, on no other tag."""
    (top, left, bottom, right), (width, height) = map(float, box), size
    corners = [
        (top, left),
        (bottom - height, left),
        (top, right - width),
        (bottom - height, right - width),
    ]
    places = [
        (np.clip(y, 0, shape[0] - height), np.clip(x, 0, shape[1] - width))
        for y, x in corners
    ]
    free = [
        (y, x)
        for y, x in places
        if all(
            y >= t + h or t >= y + height or x >= left + w or left >= x + width
            for t, left, h, w in taken
        )
    ]
    return *(free or places)[0], height, width


def _tag(axes, place, text: str, color: str) -> None:
    """A name on a ground of its box's colour."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    dark = 0.3 * red + 0.59 * green + 0.11 * blue < 140
    axes.text(
        place[1],
        place[0],
        text,
        size=6.5,
        va="top",
        color="white" if dark else "black",
        clip_on=True,
        bbox={"facecolor": color, "edgecolor": "none", "pad": 0.8},
    )


def cells(
    pictures: Sequence[np.ndarray],
    classes: Sequence[np.ndarray],
    scores: Sequence[np.ndarray],
    names: Sequence[str],
    *,
    columns: int = 3,
    reading: str = "",
) -> Picture:
    """Colour each cell of a grid by its most probable class; high scores are stronger.

    Args:
        pictures: `k` arrays `(height, width, 3)`.
        classes: for each, `(grid, grid)`.
        scores: for each, `(grid, grid)` from 0 to 1.
        names: class → name.
        columns: images per row.
        reading: one sentence below: how to read it.
    """
    told = []
    with drawing(reading, **_size(pictures, columns, True)) as figure:
        for i, axes in enumerate(_panels(figure, len(pictures), columns)):
            height, width = pictures[i].shape[:2]
            grid = len(classes[i])
            axes.imshow(pictures[i].mean(axis=2), cmap="gray", alpha=0.5)
            for row, column in np.ndindex(grid, grid):
                color = COLORS[int(classes[i][row, column]) % len(COLORS)]
                axes.add_patch(
                    Rectangle(
                        (column * width / grid - 0.5, row * height / grid - 0.5),
                        width / grid,
                        height / grid,
                        lw=0.4,
                        ec="white",
                        fc=color,
                        alpha=float(np.clip(0.9 * scores[i][row, column], 0, 1)),
                    )
                )
            sure = np.argwhere(np.asarray(scores[i]) > 0.3)
            said = [f"{names[int(classes[i][r, c])]} at ({r}, {c})" for r, c in sure]
            told.append(f"image {i}: {', '.join(said) or 'no high score'}")
        _key(figure, names)
    return finish(figure, "Images under a grid of coloured cells", told, reading)


def _key(figure, names: Sequence[str]) -> None:
    handles = [
        Rectangle((0, 0), 1, 1, fc=COLORS[i % len(COLORS)]) for i in range(len(names))
    ]
    figure.legend(
        handles, names, loc="outside upper center", fontsize=9, ncols=len(names)
    )


def masks(
    pictures: Sequence[np.ndarray],
    shown: Sequence[np.ndarray],
    titles: Sequence[str] = (),
    *,
    names: Sequence[str] = (),
    columns: int = 4,
    reading: str = "",
) -> Picture:
    """Lay masks over images; class 0 stays as it is.

    Args:
        pictures: `k` arrays `(height, width, 3)` or `(height, width)`.
        shown: for each, labels `(height, width)`.
        titles: one for each image.
        names: names of the classes from 1 on, for a key.
        columns: images per row.
        reading: one sentence below: how to read it.
    """
    told = []
    with drawing(reading, **_size(pictures, columns, bool(titles))) as figure:
        for i, axes in enumerate(_panels(figure, len(pictures), columns)):
            colored = np.ndim(pictures[i]) == 3  # pale, or masks would be lost on it
            pale = colored and np.any(shown[i])
            axes.imshow(pictures[i], cmap="gray", alpha=0.4 if pale else 1)
            layer = np.zeros((*np.shape(shown[i]), 4))
            for label in range(1, int(np.max(shown[i])) + 1):
                color = COLORS[(label - 1) % len(COLORS)]
                rgb = [int(color[j : j + 2], 16) / 255 for j in (1, 3, 5)]
                layer[np.asarray(shown[i]) == label] = [*rgb, 0.85 if colored else 0.6]
            axes.imshow(layer, interpolation="nearest")
            if i < len(titles):
                axes.set_title(titles[i], size=9, loc="center", weight="normal")
            told.append(
                f"{titles[i] if i < len(titles) else i}: "
                f"{np.mean(np.asarray(shown[i]) > 0):.0%} marked"
            )
        if names:
            _key(figure, names)
    return finish(figure, f"{len(pictures)} images under masks", told, reading)


def window_map(
    picture: np.ndarray, sureness: np.ndarray, *, reading: str = ""
) -> Picture:
    """An image beside the scores of windows around its positions, on the same axes.

    Args:
        picture: `(96, 96, 3)`.
        sureness: `(17, 17)` from 0 to 1, of windows of 32 pixels in steps of 4.
        reading: one sentence below: how to read it.
    """
    with drawing(reading, height=3.0) as figure:
        left, right = _panels(figure, 2, 2)
        left.imshow(picture)
        _rectangle(left, (0, 0, 32, 32), "white", lw=1.5)
        right.imshow(picture, alpha=0.25)
        shown = right.imshow(
            sureness,
            cmap="cividis",
            vmin=0,
            vmax=1,
            extent=(13.5, 81.5, 81.5, 13.5),
            interpolation="nearest",
            alpha=0.9,
        )
        right.set(xlim=(-0.5, 95.5), ylim=(95.5, -0.5))
        figure.colorbar(shown, ax=right, shrink=0.85)
        for axes, title in (
            (left, "A scene and one window"),
            (right, "Probability of an object"),
        ):
            axes.set_title(title, size=9, loc="center", weight="normal")
    told = [f"{np.mean(sureness > 0.5):.0%} of the windows are taken for an object"]
    return finish(figure, "A scene and a map of windows", told, reading)


def points(
    pictures: Sequence[np.ndarray],
    places: Sequence[np.ndarray],
    names: Sequence[str],
    *,
    reading: str = "",
) -> Picture:
    """Mark landmarks on images, all in a row.

    Args:
        pictures: `k` arrays `(height, width, 3)`.
        places: for each, `(n, 2)`, x and y in pixels; no rows for no object.
        names: one for each landmark.
        reading: one sentence below: how to read it.
    """
    marks = "o^sDv"
    told = []
    with drawing(reading, **_size(pictures, len(pictures), True)) as figure:
        panels = _panels(figure, len(pictures), len(pictures))
        for i, axes in enumerate(panels):
            axes.imshow(pictures[i])
            for j, (x, y) in enumerate(places[i]):
                axes.plot(
                    x - 0.5,
                    y - 0.5,
                    marks[j],
                    ms=7,
                    mew=1.2,
                    mec="white",
                    color=COLORS[j],
                )
            told.append(f"image {i}: {len(places[i])} marks")
        handles = [
            Line2D([], [], marker=marks[j], ls="", color=COLORS[j], label=name)
            for j, name in enumerate(names)
        ]
        figure.legend(
            handles=handles, loc="outside upper center", fontsize=9, ncols=len(names)
        )
    return finish(figure, "Images with landmarks", told, reading)

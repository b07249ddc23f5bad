"""Images of clothes as a phone would take them: cluttered, off centre and dimmer.

The backgrounds are crops of real photographs. The images are composed here from these
crops and the clothes, and stand in for real phone images.
"""

from __future__ import annotations

import functools

import numpy as np

from helpers import data

CLUTTER = 0.45  # brightness of the background of a phone image


def backgrounds(count: int, rng: np.random.Generator, split: str = "train"):
    """Crop 28 × 28 pixels from grey photographs: float32 `(count, 28, 28)`, 0 to 1.

    Args:
        count: number of crops.
        rng: generator that draws them.
        split: `"train"` or `"test"`, which have different photographs.
    """
    grey = _grey_photographs(split)
    which = rng.integers(len(grey), size=count)
    down, across = rng.integers(0, 64 - 28 + 1, (2, count))
    return np.stack(
        [
            grey[i, r : r + 28, c : c + 28]
            for i, r, c in zip(which, down, across, strict=True)
        ]
    )


@functools.cache
def _grey_photographs(split):
    """The photographs of a split: float32 `(m, 64, 64)`, 0 to 1."""
    images = data.load("photos")[f"{split}_set_x"]
    return images.mean(axis=3, dtype=np.float32) / 255


def phone_images(clean: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn catalogue images into phone images: float32 `(m, 28, 28)`, 0 to 1.

    Args:
        clean: bytes `(m, 28, 28)`, clothes on a black background.
        rng: generator that draws the background, shift and brightness of each image.
    """
    m = len(clean)
    half = m // 2
    clutter = np.concatenate(
        [backgrounds(half, rng), backgrounds(m - half, rng, "test")]
    )[rng.permutation(m)]
    light = rng.uniform(0.7, 1.0, (m, 1, 1)).astype(np.float32)
    moved = np.stack(
        [np.roll(image, tuple(rng.integers(-1, 2, 2)), (0, 1)) for image in clean]
    )
    return np.maximum(light * moved / np.float32(255), CLUTTER * clutter)


def frames(clean: np.ndarray, rng: np.random.Generator, room: int = 3) -> np.ndarray:
    """Place clothes anywhere in a larger frame, a fifth of them with dust on the lens.

    Args:
        clean: bytes `(m, 28, 28)`.
        rng: generator that draws positions and dust.
        room: number of pixels by which an image may be off centre.

    Returns:
        float32 `(m, 28 + 2 room, 28 + 2 room)`, 0 to 1.
    """
    side = 28 + 2 * room
    framed = np.zeros((len(clean), side, side), dtype=np.float32)
    for frame, image in zip(framed, clean, strict=True):
        r, c = rng.integers(0, 2 * room + 1, 2)
        frame[r : r + 28, c : c + 28] = image / 255
    dusty = np.flatnonzero(rng.random(len(clean)) < 0.2)
    framed[dusty, *rng.integers(0, side, (2, len(dusty)))] = 1
    return framed


def outlines(framed: np.ndarray, side: int = 8) -> np.ndarray:
    """Find the box around the bright pixels, and their shape on a coarse grid in it.

    Args:
        framed: `(m, height, width)`, 0 to 1.
        side: number of grid cells in each direction.

    Returns:
        float32 `(m, side * side)` of 0 and 1.
    """
    found = np.zeros((len(framed), side, side), dtype=np.float32)
    for grid, bright in zip(found, framed > 0.2, strict=True):
        if bright.any():
            rows, columns = (np.flatnonzero(bright.any(axis=a)) for a in (1, 0))
            r = np.linspace(rows[0], rows[-1], side).round().astype(int)
            c = np.linspace(columns[0], columns[-1], side).round().astype(int)
            grid[:] = bright[np.ix_(r, c)]
    return found.reshape(len(framed), -1)

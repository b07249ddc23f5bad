"""Images of vehicles with known wheel positions: data for landmark detection."""

from __future__ import annotations

import numpy as np

from helpers.data import load

SIDE = 64
#: Centres (x, y) of the left and right wheel on each vehicle's largest sprite.
WHEELS = {
    10: ((12.5, 24.5), (39.0, 24.5)),
    11: ((11.5, 29.0), (39.0, 29.0)),
    12: ((6.5, 27.5), (37.0, 27.5)),
    13: ((12.0, 33.5), (38.0, 33.5)),
    14: ((12.0, 16.5), (38.0, 16.5)),
}


def vehicles(
    split: str, m: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Compose images, two thirds of them with one vehicle.

    Args:
        split: the split that the backgrounds come from: "train", "dev" or "test".
        m: number of images.
        rng: generator for all random choices.

    Returns:
        Images, uint8 (m, 64, 64, 3), and labels, float64 (m, 5): 1 if there is a
        vehicle, then x and y of the left and of the right wheel, as fractions of the
        side; all zeros if there is none.
    """
    photographs, sprites = load("photos_160")[f"{split}_x"], load("scenes").sprites
    images, truth = np.empty((m, SIDE, SIDE, 3), np.uint8), np.zeros((m, 5))
    for i in range(m):
        top, left = rng.integers(0, 160 - SIDE, 2)
        photograph = photographs[rng.integers(len(photographs))]
        images[i] = photograph[top : top + SIDE, left : left + SIDE]
        if i % 3:
            truth[i, 0] = 1
            truth[i, 1:] = _paste(images[i], sprites, rng)
    return images, truth


def _paste(image: np.ndarray, sprites: np.ndarray, rng) -> np.ndarray:
    """Paste a random vehicle on the image; returns the positions of its wheels."""
    number, size = rng.choice(list(WHEELS)), rng.integers(3, 6)
    stamp = sprites[number, size]
    wheels = np.array(WHEELS[number])
    used = [np.ptp(np.nonzero(sprites[number, s, ..., 3])[1]) + 1 for s in (size, 5)]
    wheels *= used[0] / used[1]
    if rng.integers(2):  # the left wheel becomes the right one
        stamp = stamp[:, ::-1]
        wheels = wheels[::-1] * [-1, 1] + [stamp.shape[1], 0]
    inside = np.nonzero(stamp[..., 3])
    low = [axis.min() for axis in inside]
    high = [axis.max() + 1 for axis in inside]
    stamp = stamp[low[0] : high[0], low[1] : high[1]]
    top, left = (rng.integers(0, SIDE - n + 1) for n in stamp.shape[:2])
    part = image[top : top + stamp.shape[0], left : left + stamp.shape[1]]
    opacity = stamp[..., 3:] / 255
    part[:] = np.rint(part + opacity * (stamp[..., :3] - part.astype(float)))
    corner = np.array([left - low[1], top - low[0]])
    return ((wheels + corner) / SIDE).ravel()

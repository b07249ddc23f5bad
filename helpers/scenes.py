"""Scenes for detection and segmentation: cut-outs pasted on photographs.

``datasets/scenes.h5`` says what to paste where. The images are composed here, so 1,500
of them take less than a megabyte, and every box and mask is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.data import load

SIDE = 96


@dataclass(frozen=True)
class Scenes:
    """Images with their ground truth.

    Attributes:
        images: uint8 RGB (m, 96, 96, 3).
        masks: The class of each pixel, int64 (m, 96, 96): 0 for the background, 1 +
            class otherwise.
        instances: The object of each pixel, int64 (m, 96, 96): 0 for the background, 1
            for the first object, and so on.
        boxes: The box around the visible part of each object, float64 (m, 4, 4): left,
            top, right, bottom from 0 to 1; zeros where there is no object.
        classes: int64 (m, 4), -1 where there is no object.
        class_names: Names of the classes; a class is an index into this list.
    """

    images: np.ndarray
    masks: np.ndarray
    instances: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray
    class_names: list[str]


def load_scenes(split: str, rows: slice = slice(None)) -> Scenes:
    """Compose the scenes of one split.

    Args:
        split: ``"train"`` (1,200 scenes), ``"dev"`` or ``"test"`` (150 each). Their
            backgrounds are different photographs.
        rows: Which scenes of the split.

    Returns:
        The images with masks, boxes and classes.
    """
    recipe = load("scenes")
    photographs = load("photos_160")[f"{split}_x"]
    placements = recipe.rows(f"{split}_objects", rows)
    backgrounds = recipe.rows(f"{split}_background", rows)
    m = len(placements)
    images = np.empty((m, SIDE, SIDE, 3), np.uint8)
    instances = np.empty((m, SIDE, SIDE), np.int64)
    for i in range(m):
        background = cut_background(photographs, backgrounds[i])
        images[i], instances[i] = compose(background, recipe.sprites, placements[i])
    classes = recipe.rows(f"{split}_classes", rows)
    of_instance = np.hstack([np.zeros((m, 1), np.int64), classes + 1])
    return Scenes(
        images=images,
        masks=of_instance[np.arange(m)[:, None, None], instances],
        instances=instances,
        boxes=recipe.rows(f"{split}_boxes", rows),
        classes=classes,
        class_names=recipe.classes,
    )


def cut_background(photographs: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Crop a square from a photograph.

    Args:
        photographs: uint8 (n, 160, 160, 3).
        where: Index of the photograph, top, left, and 1 to mirror it or 0.

    Returns:
        uint8 (96, 96, 3).
    """
    row, top, left, mirrored = where
    cut = photographs[row, top : top + SIDE, left : left + SIDE]
    return cut[:, ::-1] if mirrored else cut


def compose(
    background: np.ndarray, sprites: np.ndarray, placements: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Paste objects on a background, later ones in front.

    Args:
        background: uint8 (96, 96, 3).
        sprites: uint8 (n, sizes, 48, 48, 4): red, green, blue, opacity.
        placements: int (k, 5): sprite (-1 for none), size, top, left, and 1 to mirror
            it or 0. An object may extend beyond the edge.

    Returns:
        The image, uint8 (96, 96, 3), and the object of each pixel, int64 (96, 96), 0
        for the background.
    """
    image = background.astype(np.float64)
    instance = np.zeros((SIDE, SIDE), np.int64)
    for number, (sprite, size, top, left, mirrored) in enumerate(placements, start=1):
        if sprite < 0:
            continue
        stamp = sprites[sprite, size]
        stamp = stamp[:, ::-1] if mirrored else stamp
        height, width = stamp.shape[:2]
        rows = slice(max(top, 0), min(top + height, SIDE))
        columns = slice(max(left, 0), min(left + width, SIDE))
        stamp = stamp[rows.start - top : rows.stop - top]
        stamp = stamp[:, columns.start - left : columns.stop - left]
        opacity = stamp[..., 3:] / 255
        part = image[rows, columns]
        image[rows, columns] = part + opacity * (stamp[..., :3] - part)
        instance[rows, columns][stamp[..., 3] > 127] = number
    return np.rint(image).astype(np.uint8), instance


def visible_boxes(instance: np.ndarray, number: int) -> np.ndarray:
    """Return the tight box around each object's visible pixels.

    Args:
        instance: The object of each pixel, int (height, width).
        number: Number of objects.

    Returns:
        float64 (number, 4): left, top, right, bottom from 0 to 1; zeros for an object
        that is not visible.
    """
    boxes = np.zeros((number, 4))
    for k in range(number):
        rows, columns = np.nonzero(instance == k + 1)
        if rows.size:
            box = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            boxes[k] = np.array(box) / [*instance.shape[::-1], *instance.shape[::-1]]
    return boxes

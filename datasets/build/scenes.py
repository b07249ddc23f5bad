"""Scenes for detection and segmentation: emoji pasted on the photographs.

Writes what to paste where; ``helpers.scenes`` puts the pictures together.
"""

import json
import random

import numpy as np
from common import Package, contact_sheet, write
from PIL import Image

from helpers.data import load
from helpers.scenes import SIDE, compose, load_scenes, visible_boxes

PACKAGE = Package(
    "npm",
    "emoji-datasource-google",
    "16.0.0",
    "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
)
CLASSES = {
    "bird": ["penguin", "parrot", "duck", "owl", "swan"],
    "fish": ["fish", "tropical_fish", "blowfish", "shark", "dolphin"],
    "vehicle": ["car", "taxi", "bus", "truck", "racing_car"],
    "fruit": ["apple", "tangerine", "pear", "strawberry", "pineapple"],
    "ball": ["soccer", "basketball", "baseball", "8ball", "volleyball"],
}
SIZES = [20, 24, 29, 34, 40, 48]
NUMBER = {"train": 1200, "dev": 150, "test": 150}
MOST = 4  # objects in a scene
LEAST_VISIBLE = 0.4  # share of an object's pixels


def sprites() -> np.ndarray:
    """Return every cut-out in every size, uint8 (25, 6, 48, 48, 4)."""
    folder = PACKAGE.unpack() / "package"
    emoji = {
        entry["short_name"]: folder / "img/google/64" / entry["image"]
        for entry in json.loads((folder / "emoji.json").read_text())
    }
    drawn = np.zeros((25, len(SIZES), SIZES[-1], SIZES[-1], 4), np.uint8)
    names = [name for members in CLASSES.values() for name in members]
    for index, name in enumerate(names):
        picture = Image.open(emoji[name]).convert("RGBA")
        picture = picture.crop(picture.getchannel("A").getbbox())
        for row, size in enumerate(SIZES):
            scale = size / max(picture.size)
            width, height = (max(1, round(side * scale)) for side in picture.size)
            small = picture.resize((width, height), Image.Resampling.LANCZOS)
            drawn[index, row, :height, :width] = np.asarray(small)
    drawn[drawn[..., 3] == 0] = 0  # colours nobody sees
    return drawn


def place(dice: random.Random, stamps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw a scene's objects until each is visible enough; return them and boxes."""
    ground = np.zeros((SIDE, SIDE, 3), np.uint8)
    while True:
        placements = np.full((MOST, 5), -1, np.int64)
        for k in range(dice.choice([1, 2, 2, 3, 3, 4])):
            size = dice.randrange(len(SIZES))
            reach = SIZES[size] // 4  # over the edge
            top, left = (dice.randint(-reach, SIDE - SIZES[size] + reach) for _ in "yx")
            sprite = dice.randrange(len(stamps))
            placements[k] = [sprite, size, top, left, dice.randrange(2)]
        _, instance = compose(ground, stamps, placements)
        there = placements[:, 0] >= 0
        whole = stamps[placements[there, 0], placements[there, 1], ..., 3] > 127
        seen = np.bincount(instance.ravel(), minlength=MOST + 1)[1:][there]
        if np.all(seen >= LEAST_VISIBLE * whole.sum(axis=(1, 2))):
            return placements, visible_boxes(instance, MOST)


def main() -> None:
    """Write ``scenes.h5`` and its contact sheet."""
    stamps = sprites()
    arrays: dict[str, object] = {"sprites": stamps}
    arrays["sprite_names"] = [name for names in CLASSES.values() for name in names]
    for split in NUMBER:
        dice = random.Random(f"scenes {split}")
        # landmarks only: a fish of the photograph would be one without a box
        landmarks = np.flatnonzero(load("photos_160")[f"{split}_y"] == 0).tolist()
        margin = 160 - SIDE
        rows = [
            (
                dice.choice(landmarks),
                dice.randint(0, margin),
                dice.randint(0, margin),
                dice.randrange(2),
            )
            for _ in range(NUMBER[split])
        ]
        scenes = [place(dice, stamps) for _ in range(NUMBER[split])]
        placements = np.array([placement for placement, _ in scenes])
        arrays[f"{split}_background"] = np.array(rows)
        arrays[f"{split}_objects"] = placements
        arrays[f"{split}_boxes"] = np.array([box for _, box in scenes])
        # five cut-outs a class; -1, no object, stays -1
        arrays[f"{split}_classes"] = placements[..., 0] // 5
    write(
        "scenes",
        arrays,
        title="1,500 composed scenes with exact boxes and masks",
        description="""Scenes of 96×96 pixels composed by a program: one to four
        cut-outs (Noto emoji, five of each of five classes, 20 to 48 pixels) pasted on
        squares of the real landmarks of photos_160, some partly hidden or over the
        edge, each at least 40 % visible. The file says what goes where;
        helpers.scenes.load_scenes puts pictures, masks and boxes together. 1,200 to
        train on, 150 to develop with, 150 to test with; the splits share the cut-outs
        but no photograph. Boxes hold the visible part: left, top, right, bottom from 0
        to 1.""",
        origin="npm emoji-datasource-google, on photos_160",
        version=PACKAGE.version,
        licence="Apache-2.0 (Noto emoji), MIT (package)",
        licence_files=["Apache-2.0.txt", "emoji-datasource-MIT.txt"],
        changes="25 emoji in six sizes; scenes drawn at random.",
        labs=["C4W3"],
        classes=list(CLASSES),
        meanings={
            "sprites": "cut-outs, RGB and opacity, six sizes each",
            "sprite_names": "five of each class in turn",
            "train_background": "row of photos_160, top, left, mirrored",
            "train_objects": "sprite, size, top, left, mirrored; -1 none",
            "train_boxes": "left, top, right, bottom from 0 to 1",
            "train_classes": "class of each object, -1 none",
        },
    )
    sheet()


def sheet() -> None:
    """Draw the contact sheet: scenes, and below each its mask and boxes."""
    scenes = load_scenes("train", slice(0, 20))
    colours = np.array([[0, 0, 0], [230, 159, 0], [86, 180, 233], [0, 158, 115]])
    colours = np.vstack([colours, [[240, 228, 66], [204, 121, 167]]]).astype(np.uint8)
    masks = colours[scenes.masks]
    for mask, boxes in zip(masks, scenes.boxes, strict=True):
        for left, top, right, bottom in (boxes * SIDE).astype(int):
            mask[top:bottom, [left, right - 1]] = 255
            mask[[top, bottom - 1], left:right] = 255
    rows = [
        np.concatenate([scenes.images[i : i + 10], masks[i : i + 10]]) for i in (0, 10)
    ]
    contact_sheet("scenes", np.concatenate(rows), 10, colours=128)


if __name__ == "__main__":
    main()

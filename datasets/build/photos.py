"""Photographs of animals and landmarks at 64×64, split by photograph.

``photos.h5`` keeps the array names that learners of logistic regression know:
``train_set_x``, ``train_set_y``, ``test_set_x``, ``test_set_y``, ``list_classes``.
"""

import random
from collections.abc import Iterator

import numpy as np
from common import Pictures, contact_sheet, write
from gcompris import PACKAGE, Photo, photographs
from PIL import Image

SIDE = 64
CLASSES = ["landmark", "animal"]
#: Photographs of each kind held out; whole subjects, so that no Eiffel Tower of the
#: training set comes back in the test set.
HELD_OUT = {
    "dev": {"animal": 4, "fish": 4, "landmark": 8},
    "test": {"animal": 8, "fish": 7, "landmark": 15},
}
TRAIN_ROWS_PER_CLASS = 210
HELD_OUT_CROPS = 2


def split_photographs() -> dict[str, list[Photo]]:
    """Assign each photograph to train, dev or test, whole subjects at a time."""
    kinds = ["animal", "fish", "landmark"]
    splits: dict[str, list[Photo]] = {"train": [], "dev": [], "test": []}
    for kind in kinds:
        subjects: dict[str, list[Photo]] = {}
        for photo in photographs():
            if photo.kind == kind:
                subjects.setdefault(photo.subject, []).append(photo)
        order = sorted(subjects)
        random.Random(f"split {kind}").shuffle(order)
        wanted = {split: HELD_OUT[split][kind] for split in ("test", "dev")}
        for subject in order:
            group = subjects[subject]
            # single photographs fill the held-out sets, repeated subjects train
            split = next((s for s, n in wanted.items() if n and len(group) == 1), "")
            if split:
                wanted[split] -= 1
            splits[split or "train"] += group
    return splits


def label(photo: Photo) -> int:
    """Return 1 for an animal, 0 for a landmark."""
    return int(photo.kind != "landmark")


def crop(image: Image.Image, side: int, share: float, x: float, y: float) -> Image:
    """Cut out a square and scale it.

    Args:
        image: Any photograph.
        side: Pixels of the result.
        share: Side of the square as a share of the shorter side, at most 1.
        x: Position from 0 (left) to 1 (right).
        y: Position from 0 (top) to 1 (bottom).
    """
    size = share * min(image.size)
    left, top = x * (image.width - size), y * (image.height - size)
    box = (left, top, left + size, top + size)
    return image.resize((side, side), Image.Resampling.LANCZOS, box)


def crops(photo: Photo, number: int) -> Iterator[np.ndarray]:
    """Yield the middle of a photograph, then random crops, each second one flipped."""
    dice = random.Random(f"crops {photo.name}")
    for index in range(number):
        if index == 0:
            picture = crop(photo.image, SIDE, 1.0, 0.5, 0.5)
        else:
            x, y = dice.uniform(0.2, 0.8), dice.uniform(0.2, 0.8)
            picture = crop(photo.image, SIDE, dice.uniform(0.75, 1.0), x, y)
        if index % 2:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        yield np.asarray(picture)


def rows_of(
    split: str, photos: list[Photo], numbers: dict[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return pictures, labels and photograph numbers of one split, shuffled."""
    rows = []
    for kind in (0, 1):
        group = [photo for photo in photos if label(photo) == kind]
        for index, photo in enumerate(group):
            count = HELD_OUT_CROPS
            if split == "train":  # as even as can be: 210 rows of 47 photographs
                extra = index < TRAIN_ROWS_PER_CLASS % len(group)
                count = TRAIN_ROWS_PER_CLASS // len(group) + extra
            pictures = crops(photo, count)
            rows += [(picture, kind, numbers[photo.name]) for picture in pictures]
    random.Random(f"order {split}").shuffle(rows)
    x, y, photo = zip(*rows, strict=True)
    return np.array(x), np.array(y, np.int64), np.array(photo, np.int64)


def credits(photos: list[Photo]) -> dict[str, list[str]]:
    """Return the arrays that name every photograph and its author."""
    return {
        "photo_name": [photo.name for photo in photos],
        "photo_subject": [photo.subject for photo in photos],
        "photo_author": [photo.author for photo in photos],
        "photo_source": [photo.source for photo in photos],
        "photo_licence": [photo.licence for photo in photos],
        "photo_credit": [photo.credit for photo in photos],
    }


MEANINGS = {
    "photo_name": "one name a photograph; *_photo are indices into it",
    "photo_credit": "title, source, author and licence in Markdown",
    "photo_subject": "what is shown; the same subject is in one split only",
}


def main() -> None:
    """Write ``photos.h5`` and its contact sheet."""
    photos = photographs()
    numbers = {photo.name: index for index, photo in enumerate(photos)}
    arrays: dict[str, object] = credits(photos)
    splits = split_photographs()
    pictures = {}
    for split, members in splits.items():
        x, y, photo = rows_of(split, members, numbers)
        prefix = split if split == "dev" else f"{split}_set"
        arrays[f"{prefix}_x"] = Pictures(x)
        arrays[f"{prefix}_y"] = y
        arrays[f"{split}_photo"] = photo
        pictures[split] = [*x[y == 1][:18], *x[y == 0][:18]]
    arrays["list_classes"] = np.array(CLASSES, "S")
    counts = {split: len(members) for split, members in splits.items()}
    write(
        "photos",
        arrays,
        title="Photographs of animals and landmarks, 64×64",
        description=f"""{len(photos)} real photographs in the public domain or under
        CC0: 57 of animals (half of them fish), 70 of landmarks, as several square
        crops each, every second one mirrored. 1 is animal, 0 is landmark. Split by
        photograph ({counts["train"]} to train on, {counts["dev"]} to develop with,
        {counts["test"]} to test with); different photographs of one subject stay in
        one split. Both classes have the same number of rows in every split, so
        chance is 50 %; rows of one photograph are not independent, so count
        photographs when you say how sure an accuracy is.""",
        origin="Debian gcompris-qt-data",
        version=PACKAGE.version,
        licence="public domain, CC0 1.0",
        licence_files=["CC0-1.0.txt", "public-domain-photographs.txt"],
        changes="Kept the public-domain and CC0 photographs, each once; square crops "
        "scaled to 64×64, split by photograph.",
        labs=["C1W2", "C1W4", "C3W2", "C4W1"],
        classes=CLASSES,
        meanings={
            **MEANINGS,
            "list_classes": "class names as bytes",
            "train_set_x": "RGB pictures",
            "train_set_y": "1 animal, 0 landmark",
            "train_photo": "which photograph a row is cut from",
        },
    )
    sheet = [*pictures["train"], *pictures["test"]]
    contact_sheet("photos", sheet, 18, gap=1, colours=256)


if __name__ == "__main__":
    main()

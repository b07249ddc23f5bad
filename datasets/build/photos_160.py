"""The photographs of ``photos.h5`` at 160×160, the middle of each once."""

import numpy as np
from common import Pictures, contact_sheet, write
from gcompris import PACKAGE, photographs
from photos import CLASSES, MEANINGS, credits, crop, label, split_photographs

SIDE = 160


def main() -> None:
    """Write ``photos_160.h5`` and its contact sheet."""
    photos = photographs()
    numbers = {photo.name: index for index, photo in enumerate(photos)}
    arrays: dict[str, object] = credits(photos)
    for split, members in split_photographs().items():
        members = sorted(members, key=lambda photo: numbers[photo.name])
        pictures = [crop(photo.image, SIDE, 1.0, 0.5, 0.5) for photo in members]
        # even levels only: nobody sees it, and a fifth of the bytes is saved
        levels = np.array([np.asarray(picture) // 2 * 2 for picture in pictures])
        arrays[f"{split}_x"] = Pictures(levels)
        arrays[f"{split}_y"] = np.array([label(photo) for photo in members], np.int64)
        arrays[f"{split}_photo"] = np.array([numbers[photo.name] for photo in members])
    write(
        "photos_160",
        arrays,
        title="Photographs of animals and landmarks, 160×160",
        description="""The 127 photographs of the file photos, the middle square of
        each at 160×160, in the same splits and with the same numbers: 1 is animal, 0
        is landmark. For transfer learning with MobileNetV2, whose native size this is,
        and as backgrounds of the composed scenes. The classes are not quite balanced
        in the training set (58 % are landmarks); in the other two they are.""",
        origin="Debian gcompris-qt-data",
        version=PACKAGE.version,
        licence="public domain, CC0 1.0",
        licence_files=["CC0-1.0.txt", "public-domain-photographs.txt"],
        changes="As photos, one square a photograph, scaled to 160×160, levels rounded "
        "down to even numbers.",
        labs=["C3W2", "C4W1", "C4W2", "C4W3", "C4W4"],
        classes=CLASSES,
        meanings={
            **MEANINGS,
            "train_x": "RGB pictures",
            "train_y": "1 animal, 0 landmark",
            "train_photo": "number of the photograph",
        },
    )
    small = [np.asarray(crop(photo.image, 56, 1.0, 0.5, 0.5)) for photo in photos]
    contact_sheet("photos_160", small, 16, gap=1, colours=64)


if __name__ == "__main__":
    main()

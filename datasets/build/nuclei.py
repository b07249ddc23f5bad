"""Cell nuclei under the microscope with their outlines, 64 tiles of 64×64."""

import numpy as np
from common import Package, contact_sheet, write
from PIL import Image

PACKAGE = Package(
    "pypi",
    "stardist",
    "0.9.2",
    "2316c0feb7bd5621e7a277cb3868df475c338943c591925c420ee3622c42f023",
    "manylinux_2_28_x86_64",
)
SIDE = 64
#: Rows and columns of tiles, of 8×8: the upper half trains.
TILES = {
    "train": (range(0, 4), range(8)),
    "dev": (range(4, 8), range(4)),
    "test": (range(4, 8), range(4, 8)),
}


def tiles(picture: np.ndarray, rows: range, columns: range) -> np.ndarray:
    """Cut squares out of a picture, (m, 64, 64), row by row."""
    grid = picture.reshape(8, SIDE, 8, SIDE).transpose(0, 2, 1, 3)
    return grid[np.ix_(rows, columns)].reshape(-1, SIDE, SIDE)


def main() -> None:
    """Write ``nuclei.h5`` and its contact sheet."""
    folder = PACKAGE.unpack() / "stardist/data/images"
    picture = np.asarray(Image.open(folder / "img2d.tif")).astype(np.uint8)
    instances = np.asarray(Image.open(folder / "mask2d.tif")).astype(np.int64)
    arrays = {}
    for split, (rows, columns) in TILES.items():
        cut = tiles(instances, rows, columns)
        arrays[f"{split}_x"] = tiles(picture, rows, columns)
        arrays[f"{split}_y"] = np.minimum(cut, 1)
        arrays[f"{split}_instances"] = cut
    write(
        "nuclei",
        arrays,
        title="Cell nuclei with masks, 64 tiles of one micrograph",
        description="""A real fluorescence micrograph of 512×512 pixels with the
        outlines of 125 nuclei, cut into 64 tiles of 64×64: the upper half to train on
        (32 tiles), the lower left quarter to develop with, the lower right one to test
        with (16 each). y is 1 on a nucleus, 0 beside; instances tells the nuclei apart.
        About a fifth of the pixels show a nucleus, so saying nowhere is right for four
        fifths of them with an intersection over union of 0: do not judge by pixels.""",
        origin="PyPI stardist, sample image",
        version=PACKAGE.version,
        licence="BSD-3-Clause",
        licence_files=["stardist-BSD-3.txt"],
        changes="Cut into tiles, split by halves.",
        labs=["C4W3"],
        classes=["background", "nucleus"],
        meanings={
            "train_x": "brightness, grey",
            "train_y": "1 on a nucleus",
            "train_instances": "number of the nucleus, 0 background",
        },
    )
    rows = np.random.RandomState(0).permutation(len(arrays["train_x"]))[:12]
    bright = np.minimum(arrays["train_x"][rows].astype(int) * 2, 255).astype(np.uint8)
    masks = (arrays["train_y"][rows] * 255).astype(np.uint8)
    contact_sheet("nuclei", [*bright, *masks], 12)


if __name__ == "__main__":
    main()

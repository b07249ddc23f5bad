"""Silhouettes of ten kinds of animal at 28×28, each shape once."""

import gzip
import io
import pickle

import numpy as np
from common import Package, contact_sheet, rms_to_nearest, write

PACKAGE = Package(
    "pypi",
    "animal-shape-mnist",
    "0.39",
    "e97143ae2d7aa6e320af430c9a5ca78fa9fda58b015e6937499e90f127bc95d1",
)
CLASSES = ["bear", "bird", "cat", "cow", "dog"]
CLASSES += ["elephant", "giraffe", "horse", "sheep", "zebra"]
PER_CLASS = {"train": 300, "dev": 50, "test": 100}
TWIN = 30.0  # grey levels; below, two silhouettes show one shape


class ArrayUnpickler(pickle.Unpickler):
    """Reads pickled NumPy arrays and nothing else."""

    ALLOWED = {  # noqa: RUF012  (a constant)
        ("numpy.core.multiarray", "_reconstruct"): np._core.multiarray._reconstruct,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str):
        """Return one of the three names a pickled array needs."""
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not allowed here")
        return self.ALLOWED[module, name]


def read(kind: str) -> np.ndarray:
    """Read the array of ``"data"`` or ``"label"``."""
    folder = PACKAGE.unpack() / "animal_shape_mnist/data/Animal Shape"
    packed = (folder / f"animal_{kind}_version_3.gz").read_bytes()
    return ArrayUnpickler(io.BytesIO(gzip.decompress(packed))).load()


def distinct(pictures: np.ndarray, number: int) -> np.ndarray:
    """Choose pictures that no earlier one resembles, mirrored or not.

    Args:
        pictures: uint8 (m, 28, 28), one class.
        number: How many to choose.

    Returns:
        The chosen pictures, uint8 (number, 28, 28).
    """
    chosen = [pictures[0]]
    for picture in pictures[1:]:
        both = np.stack([picture, picture[:, ::-1]])
        if rms_to_nearest(both, np.stack(chosen)).min() > TWIN:
            chosen.append(picture)
        if len(chosen) == number:
            return np.stack(chosen)
    raise ValueError(f"only {len(chosen)} distinct pictures, {number} wanted")


def main() -> None:
    """Write ``silhouettes.h5`` and its contact sheet."""
    pictures, labels = read("data"), read("label")
    parts = {split: [] for split in PER_CLASS}
    for label in range(10):
        shapes = distinct(pictures[labels == label], sum(PER_CLASS.values()))
        start = 0
        for split, number in PER_CLASS.items():
            parts[split].append(shapes[start : start + number])
            start += number
    arrays = {}
    for split, number in PER_CLASS.items():
        # one of each class in turn, so that any slice is nearly balanced
        arrays[f"{split}_x"] = np.stack(parts[split], axis=1).reshape(-1, 28, 28)
        arrays[f"{split}_y"] = np.tile(np.arange(10), number)
    write(
        "silhouettes",
        arrays,
        title="Silhouettes of ten kinds of animal",
        description="""Grey pictures of 28×28 pixels in ten classes: 300 of each to
        train on, 50 to develop with, 100 to test with. The source repeats many shapes,
        some mirrored; here each stands once (any two differ by more than 30 grey
        levels), so no shape is in two splits. For one-shot learning hold out whole
        classes. Chance is 10 %.""",
        origin="PyPI animal-shape-mnist",
        version=PACKAGE.version,
        licence="MIT",
        licence_files=["animal-shape-mnist-MIT.txt"],
        changes="Repeated shapes removed; balanced splits.",
        labs=["C2W3", "C4W4"],
        classes=CLASSES,
        meanings={"train_x": "grey pictures, 0 black", "train_y": "class 0 to 9"},
    )
    shown = [part[:20] for part in parts["test"]]
    contact_sheet("silhouettes", np.concatenate(shown), 20, scale=2, gap=1, colours=16)


if __name__ == "__main__":
    main()

"""Fashion-MNIST, a balanced subset: 10,000 pictures to train on, 2,000 to test with."""

import gzip

import numpy as np
from common import Package, contact_sheet, rms_to_nearest, write

PACKAGE = Package(
    "debian",
    "dataset-fashion-mnist",
    "0.0~git20200523.55506a9-1",
    "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
)
CLASSES = ["T-shirt", "trousers", "pullover", "dress", "coat"]
CLASSES += ["sandal", "shirt", "sneaker", "bag", "ankle boot"]
PER_CLASS = {"train": 1000, "test": 200}
TWIN = 17.0  # grey levels; below, a test picture is nearly one of the training set


def read_idx(split: str) -> tuple[np.ndarray, np.ndarray]:
    """Read pictures (m, 28, 28) and labels (m,) of ``"train"`` or ``"t10k"``."""
    folder = PACKAGE.unpack() / "usr/share/datasets/fashion-mnist"
    pictures = gzip.decompress((folder / f"{split}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{split}-labels-idx1-ubyte.gz").read_bytes())
    x = np.frombuffer(pictures, np.uint8, offset=16).reshape(-1, 28, 28)
    return x, np.frombuffer(labels, np.uint8, offset=8)


def first_of_each(labels: np.ndarray, number: int) -> np.ndarray:
    """Return indices of the first `number` examples of each class, in file order."""
    chosen = [np.flatnonzero(labels == label)[:number] for label in range(10)]
    return np.sort(np.concatenate(chosen))


def coarse(pictures: np.ndarray) -> np.ndarray:
    """Keep 64 grey levels: invisible at this size, and a third of the bytes less."""
    return pictures // 4 * 4


def main() -> None:
    """Write ``fashion.h5`` and its contact sheet."""
    x, y = read_idx("train")
    rows = first_of_each(y, PER_CLASS["train"])
    train_x, train_y = x[rows], y[rows].astype(np.int64)
    x, y = read_idx("t10k")
    fresh = rms_to_nearest(x, train_x) > TWIN
    x, y = x[fresh], y[fresh]
    rows = first_of_each(y, PER_CLASS["test"])
    test_x, test_y = x[rows], y[rows].astype(np.int64)
    write(
        "fashion",
        {
            "train_x": coarse(train_x),
            "train_y": train_y,
            "test_x": coarse(test_x),
            "test_y": test_y,
        },
        title="Fashion-MNIST, 12,000 pictures of clothes",
        description=f"""Grey pictures of 28×28 pixels, articles of a fashion shop in
        ten classes. The first 1,000 of each class of the published training set and
        the first 200 of each class of the published test set, in their order; test
        pictures within {TWIN:.0f} grey levels of a training picture (about one in a
        hundred) are passed over. Chance is 10 %.""",
        origin="Debian dataset-fashion-mnist",
        version=PACKAGE.version,
        licence="MIT",
        licence_files=["fashion-mnist-MIT.txt"],
        changes="Balanced subset; near-twins of training pictures left out of the test "
        "set; levels rounded down to multiples of 4.",
        labs=["C2W2", "C2W3", "C3W1", "C3W2", "C4W1", "C4W2"],
        classes=CLASSES,
        meanings={"train_x": "grey pictures, 0 black", "train_y": "class 0 to 9"},
    )
    shown = [test_x[test_y == label][:20] for label in range(10)]
    contact_sheet("fashion", np.concatenate(shown), 20, scale=2, gap=1, colours=64)


if __name__ == "__main__":
    main()

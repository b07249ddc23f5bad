"""Load the course's data by name.

>>> photos = load("photos")
>>> photos.train_set_x.shape[1:]
(64, 64, 3)
>>> photos.classes
['landmark', 'animal']

Files live in ``datasets/`` beside this package, or in the folder named by the
environment variable ``DATASETS_DIR``. Opening a data set reads its attributes only;
an array is read when it is first asked for. ``python -m helpers.data verify`` checks
every file against its checksum.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np

CHECKSUMS = "SHA256SUMS"


class DataError(RuntimeError):
    """A data set cannot be read; the message is one sentence and names the repair."""


class UnknownArrayError(KeyError, AttributeError):
    """A data set has no array of that name; the message suggests the nearest one."""

    def __str__(self) -> str:
        return self.args[0]


class Dataset(Mapping):
    """The arrays of one file, by item (``d["train_x"]``) or attribute (``d.train_x``).

    Text arrays hold ``str``, packed weights come as float32. An array stays in
    memory once read; `rows` reads a part of a large one without keeping it.

    Attributes:
        name: The file's name without ``.h5``.
        title: A few words.
        description: One paragraph.
        classes: Class names, a list; a label is an index into it. May be empty.
        origin: Where the data come from.
        licence: Short name of the licence.
        shapes: Array name to shape, a dictionary of tuples.
    """

    def __init__(self, path: Path):
        self.name = path.stem
        self._path = path
        self._arrays: dict[str, np.ndarray] = {}
        with _open(path) as file:
            text = {key: _as_text(value) for key, value in file.attrs.items()}
            about = {key: (_dtype_name(file[key]), _meaning(file[key])) for key in file}
        if "title" not in text:
            raise DataError(_damaged(path))
        self.title = text["title"]
        self.description = text["description"]
        self.origin = f"{text['origin']} ({text['version']})"
        self.licence = text["licence"]
        self.classes = json.loads(text["classes"])
        self.shapes = {k: tuple(v) for k, v in json.loads(text["shapes"]).items()}
        self._about = about

    def __getitem__(self, key: str) -> np.ndarray:
        if key not in self._arrays:
            self._arrays[key] = self.rows(key)
        return self._arrays[key]

    def __getattr__(self, key: str) -> np.ndarray:
        if key.startswith("_"):  # copy and pickle ask before __init__ has run
            raise AttributeError(key)
        return self[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.shapes]

    def __repr__(self) -> str:
        return f"<{self.name}: {self.title}; arrays {', '.join(self.shapes)}>"

    def rows(self, key: str, which: slice | int = slice(None)) -> np.ndarray:
        """Read some rows of one array from the file.

        Args:
            key: The array's name.
            which: A slice of the first axis, or one index.

        Returns:
            A new array, free to be changed.

        Raises:
            UnknownArrayError: If there is no such array.
            DataError: If the file is missing or damaged.
        """
        if key not in self.shapes:
            raise UnknownArrayError(
                f"the data set {self.name!r} has no array {key!r}{_nearest(key, self)}"
            )
        with _open(self._path) as file:
            stored = file[key]
            try:
                values = stored[which] if stored.shape else stored[()]
            except OSError as error:
                raise DataError(_damaged(self._path)) from error
            if "encoding" in stored.attrs:
                values = np.char.decode(values, "utf-8")
            if "predictor" in stored.attrs:
                values = _undo_predictor(values)
            if "scale_factor" in stored.attrs:
                scale = np.float32(stored.attrs["scale_factor"])
                values = values * scale + np.float32(stored.attrs["add_offset"])
        return values

    def describe(self) -> str:
        """Return title, description, licence and a table of the arrays as text."""
        lines = [f"{self.name}: {self.title}", "", self.description, ""]
        for key, shape in self.shapes.items():
            size = " × ".join(map(str, shape)) or "one number"
            dtype, meaning = self._about[key]
            lines.append(f"  {key:<18} {dtype:<8} {size:<20}  {meaning}".rstrip())
        if self.classes:
            lines += ["", f"classes: {', '.join(self.classes)}"]
        lines += ["", f"origin: {self.origin}", f"licence: {self.licence}"]
        return "\n".join(lines)


def load(name: str) -> Dataset:
    """Open a data set.

    Args:
        name: One of `names`, such as ``"photos"``.

    Returns:
        Its arrays by item and by attribute; nothing is read until it is asked for.

    Raises:
        DataError: If the name is unknown, or the file missing or damaged.

    Example:
        >>> load("photos").test_set_y.dtype
        dtype('int64')
    """
    path = folder() / f"{name}.h5"
    if not path.is_file():
        known = sorted({*names(), *_checksums()})
        if name in known:
            raise DataError(f"datasets/{name}.h5 is missing; {_repair(name)}")
        raise DataError(f"there is no data set {name!r}{_nearest(name, known)}")
    return Dataset(path)


def describe(name: str) -> str:
    """Return what a data set holds, as text for ``print``."""
    return load(name).describe()


def names() -> list[str]:
    """Return the names that `load` accepts."""
    return sorted(path.stem for path in folder().glob("*.h5"))


def verify(*wanted: str) -> dict[str, str]:
    """Compare files with the checksums that ship beside them.

    Args:
        *wanted: Names of data sets; all of them if none is given.

    Returns:
        Name to one sentence for each file that is missing or differs.
    """
    checksums = _checksums()
    problems = {}
    for name in wanted or sorted({*checksums, *names()}):
        path = folder() / f"{name}.h5"
        if name not in checksums:
            problems[name] = f"datasets/{name}.h5 has no line in {CHECKSUMS}."
        elif not path.is_file():
            problems[name] = f"datasets/{name}.h5 is missing; {_repair(name)}"
        elif _sha256(path) != checksums[name]:
            problems[name] = _damaged(path)
    return problems


def folder() -> Path:
    """Return the folder that holds the data.

    Raises:
        DataError: If there is no such folder.
    """
    chosen = os.environ.get("DATASETS_DIR")
    path = Path(chosen or Path(__file__).resolve().parent.parent / "datasets")
    if not path.is_dir():
        raise DataError(
            f"the folder {path} does not exist; set the environment variable "
            "DATASETS_DIR to the course's `datasets` folder."
        )
    return path


def _open(path: Path) -> h5py.File:
    if not path.is_file():
        raise DataError(f"datasets/{path.name} is missing; {_repair(path.stem)}")
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise DataError(_damaged(path)) from error


def _checksums() -> dict[str, str]:
    path = folder() / CHECKSUMS
    if not path.is_file():
        return {}
    pairs = (line.split() for line in path.read_text().splitlines())
    return {Path(file).stem: digest for digest, file in pairs}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _repair(name: str) -> str:
    return (
        f"restore it with `git checkout -- datasets/{name}.h5`, "
        "or copy it again from the course."
    )


def _damaged(path: Path) -> str:
    return f"datasets/{path.name} is damaged or incomplete; {_repair(path.stem)}"


def _nearest(word: str, known) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    every = ", ".join(known) or "none at all"
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {every}."


def _undo_predictor(delta: np.ndarray) -> np.ndarray:
    """Sum up differences between neighbours, ``(…, height, width, 3)`` modulo 256."""
    pictures = np.cumsum(delta, axis=-2, dtype=np.uint8)
    np.cumsum(pictures, axis=-3, out=pictures)
    pictures[..., ::2] += pictures[..., 1:2]
    return pictures


def _as_text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _dtype_name(dataset: h5py.Dataset) -> str:
    if "encoding" in dataset.attrs:
        return "str"
    return "float32" if "scale_factor" in dataset.attrs else str(dataset.dtype)


def _meaning(dataset: h5py.Dataset) -> str:
    return _as_text(dataset.attrs.get("meaning", ""))


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m helpers.data list|describe|verify [NAME…]``."""
    parser = argparse.ArgumentParser("python -m helpers.data", description=main.__doc__)
    parser.add_argument("action", choices=["list", "describe", "verify"])
    parser.add_argument("names", nargs="*")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.action == "verify":
            problems = verify(*chosen.names)
            print("\n".join(problems.values()) or "every file is as it should be")
            return 1 if problems else 0
        for name in chosen.names or names():
            data = load(name)
            listing = f"{name:<16} {data.title}"
            print(data.describe() + "\n" if chosen.action == "describe" else listing)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What every build script shares: fetch a package, write one HDF5 file, draw a sheet.

A script in this folder makes one file of ``datasets/``::

    from common import Package, write

    SOURCE = Package("pypi", "scikit-learn", "1.9.0", "sha256…", "sdist")

    def main() -> None:
        folder = SOURCE.unpack()
        write("digits", {"train_x": x, "train_y": y}, title="…", …)

    if __name__ == "__main__":
        main()

Packages come by name from the ordinary clients (pip, npm, apt-get), once, into the
folder named by the environment variable ``DATASETS_CACHE`` (``.cache/datasets`` in
the repository unless set). An archive whose SHA-256 differs from the one in the
script is refused, so the same script gives the same bytes on any day.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

DATASETS = Path(__file__).resolve().parent.parent
CACHE = Path(
    os.environ.get("DATASETS_CACHE") or DATASETS.parent / ".cache" / "datasets"
).resolve()
SHEETS = DATASETS / "sheets"
LICENSES = DATASETS / "licenses"

#: No file that ships may be larger.
MAX_BYTES = 8_000_000


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Package:
    """One version of one package, known by the checksum of its archive.

    Attributes:
        registry: ``"pypi"``, ``"npm"`` or ``"debian"``.
        name: The package's name.
        version: The exact version, as the client writes it (``3.1-2``).
        sha256: Of the downloaded archive.
        kind: For PyPI: ``"wheel"`` (any platform's pure wheel), ``"sdist"``, or a
            platform tag such as ``"manylinux2014_x86_64"`` for a binary wheel
            (CPython 3.11), so that every machine gets the same archive.
    """

    registry: str
    name: str
    version: str
    sha256: str
    kind: str = "wheel"

    def __str__(self) -> str:
        """Name the package as a reader would: ``PyPI scikit-learn 1.9.0``."""
        where = {"pypi": "PyPI", "npm": "npm", "debian": "Debian"}[self.registry]
        return f"{where} {self.name} {self.version}"

    @property
    def _folder(self) -> Path:
        name = self.name.replace("/", "_")
        kind = f"-{self.kind}" if self.registry == "pypi" else ""
        return CACHE / f"{self.registry}-{name}-{self.version}{kind}"

    def archive(self) -> Path:
        """Return the path of the archive, downloaded if need be, checksum verified.

        Raises:
            RuntimeError: If the download fails or the bytes are not the expected ones.
        """
        folder = self._folder / "archive"
        if not folder.is_dir() or not any(folder.iterdir()):
            folder.mkdir(parents=True, exist_ok=True)
            self._download(folder)
        (archive,) = [path for path in folder.iterdir() if path.is_file()]
        found = sha256(archive)
        if found != self.sha256:
            raise RuntimeError(
                f"{self}: the archive {archive.name} has SHA-256 {found}, "
                f"expected {self.sha256}; delete {folder} and try again."
            )
        return archive

    def unpack(self) -> Path:
        """Return the folder that holds the archive's files."""
        archive = self.archive()
        target = self._folder / "files"
        if target.is_dir():
            return target
        partial = self._folder / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        if archive.suffix == ".deb":
            _run(["dpkg-deb", "-x", str(archive), str(partial)], partial)
        elif archive.suffix in {".whl", ".zip"}:
            with zipfile.ZipFile(archive) as bundle:
                bundle.extractall(partial)
        else:
            with tarfile.open(archive) as bundle:
                bundle.extractall(partial, filter="data")
        partial.rename(target)
        return target

    def _download(self, folder: Path) -> None:
        exact = f"{self.name}=={self.version}"
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", exact]
        if self.registry == "npm":
            command = ["npm", "pack", "--silent", f"{self.name}@{self.version}"]
        elif self.registry == "debian":
            command = ["apt-get", "download", f"{self.name}={self.version}"]
        elif self.kind == "sdist":
            # no build isolation, no build: the archive itself is all that is wanted
            command = [*pip, "--no-binary", ":all:", "--no-build-isolation"]
        elif self.kind == "wheel":
            command = [*pip, "--only-binary", ":all:"]
        else:
            command = [*pip, "--only-binary", ":all:", "--platform", self.kind]
            command += ["--python-version", "3.11", "--implementation", "cp"]
        _run(command, folder)


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip()[-500:]
        raise RuntimeError(f"`{' '.join(command)}` failed: {last}")


@dataclass(frozen=True)
class Packed:
    """Numbers kept as small integers: the value is ``scale * stored + offset``.

    ``helpers.data`` unpacks them to float32; the attribute names in the file,
    ``scale_factor`` and ``add_offset``, are those of the netCDF conventions.
    """

    stored: np.ndarray
    scale: float
    offset: float


@dataclass(frozen=True)
class Pictures:
    """Pictures kept as differences between neighbours, a third smaller by gzip.

    Lossless: green is taken from red and blue, then each pixel is replaced by its
    difference from what its left, upper and upper-left neighbours predict (the
    two-dimensional Lorenzo predictor). ``helpers.data`` undoes it on reading.

    Attributes:
        values: uint8 (m, height, width, 3).
    """

    values: np.ndarray

    def encoded(self) -> np.ndarray:
        """Return the differences modulo 256, same shape and dtype."""
        delta = np.array(self.values, np.uint8)
        delta[..., ::2] -= delta[..., 1:2]
        delta[..., 1:, :, :] -= delta[..., :-1, :, :].copy()
        delta[..., 1:, :] -= delta[..., :-1, :].copy()
        return delta


def write(
    name: str,
    arrays: Mapping[str, object],
    *,
    title: str,
    description: str,
    origin: str,
    version: str,
    licence: str,
    licence_files: Sequence[str],
    changes: str,
    labs: Sequence[str],
    classes: Sequence[str] | None = None,
    meanings: Mapping[str, str] | None = None,
    folder: Path = DATASETS,
) -> Path:
    """Write ``datasets/NAME.h5``: the same arrays always give the same bytes.

    Splits are prefixes of array names: ``train_x``, ``train_y``, ``dev_x``, ….

    Args:
        name: File name without ``.h5``.
        arrays: Name to array. Text (``str`` or lists of it) is stored as UTF-8 and
            read back as ``str``; ``bytes`` stay bytes; `Packed` and `Pictures` come
            back as plain arrays.
        title: A few words.
        description: One paragraph: what it is, what is real and what is not,
            shapes, splits, what a simple model reaches.
        origin: Where it comes from, for a reader (``"PyPI scikit-learn, digits"``).
        version: Version of each package of origin.
        licence: Short name or names (``"MIT"``).
        licence_files: Files of ``datasets/licenses/`` that hold the texts.
        changes: What was done to it.
        labs: The labs that use it (``["C1W2", "C1W4"]``).
        classes: Class names; a label is an index into them.
        meanings: Array name to what it holds, one phrase each.
        folder: Where to write; `DATASETS` but for tests.

    Returns:
        The path of the file.

    Raises:
        ValueError: If a licence text is missing, a meaning names no array, or the
            file comes out larger than `MAX_BYTES`.
    """
    missing = [file for file in licence_files if not (LICENSES / file).is_file()]
    if missing or not licence_files:
        raise ValueError(f"{name}: no licence text {missing} in datasets/licenses/")
    meanings = dict(meanings or {})
    if unknown := set(meanings) - set(arrays):
        raise ValueError(f"{name}: meanings without an array: {sorted(unknown)}")
    attributes = {
        "changes": changes,
        "classes": json.dumps(list(classes or []), ensure_ascii=False),
        "description": " ".join(description.split()),
        "labs": " ".join(labs),
        "licence": licence,
        "licence_files": " ".join(licence_files),
        "origin": origin,
        "title": title,
        "version": version,
    }
    path = folder / f"{name}.h5"
    partial = path.with_suffix(".partial")
    shapes = {}
    with h5py.File(partial, "w", libver=("v110", "v110")) as file:
        for key in sorted(arrays):
            dataset = _write_array(file, key, arrays[key])
            shapes[key] = list(dataset.shape)
            if key in meanings:
                dataset.attrs["meaning"] = _text(meanings[key])
        attributes["shapes"] = json.dumps(shapes)
        for key in sorted(attributes):
            file.attrs[key] = _text(attributes[key])
    size = partial.stat().st_size
    if size > MAX_BYTES:
        partial.unlink()
        raise ValueError(f"{path.name} has {size:,} bytes, more than {MAX_BYTES:,}")
    partial.replace(path)
    print(f"{path.name}: {size:,} bytes, {len(arrays)} arrays")
    return path


def _text(text: str) -> np.ndarray:
    """Encode a string as a fixed-length UTF-8 scalar: no heap, no stray bytes."""
    encoded = text.encode()
    kind = h5py.string_dtype("utf-8", max(len(encoded), 1))
    return np.array(encoded, dtype=kind)


def _write_array(file: h5py.File, key: str, values: object) -> h5py.Dataset:
    packed = values if isinstance(values, Packed) else None
    pictures = isinstance(values, Pictures)
    if packed:
        values = packed.stored
    array = values.encoded() if pictures else np.asarray(values)
    is_text = array.dtype.kind == "U"
    if is_text:
        array = np.char.encode(array, "utf-8")
    if array.dtype.kind not in "buifS":
        raise ValueError(f"{key}: cannot store an array of {array.dtype}")
    options = {}
    if array.ndim and array.size:
        # about 64 KiB a chunk, whole rows: reading one row costs one small chunk
        row = max(array[0].nbytes, 1)
        rows = int(min(len(array), max(1, 65_536 // row)))
        options = {
            "chunks": (rows, *array.shape[1:]),
            "compression": "gzip",
            "compression_opts": 9,
            "shuffle": not is_text,  # it undoes what gzip finds in text
            "fletcher32": True,
        }
    dataset = file.create_dataset(key, data=array, track_times=False, **options)
    if is_text:
        dataset.attrs["encoding"] = _text("utf-8")
    if pictures:
        dataset.attrs["predictor"] = _text("lorenzo")
    if packed:
        dataset.attrs["add_offset"] = np.float32(packed.offset)
        dataset.attrs["scale_factor"] = np.float32(packed.scale)
    return dataset


def contact_sheet(
    name: str,
    images: Sequence[np.ndarray],
    columns: int,
    *,
    scale: int = 1,
    gap: int = 2,
    colours: int | None = None,
) -> Path:
    """Save images of one size as a grid in ``datasets/sheets/NAME.png``.

    Args:
        name: File name without ``.png``.
        images: Each uint8 (height, width) or (height, width, 3).
        columns: Pictures in a row.
        scale: Enlarge each pixel this many times.
        gap: White pixels between pictures.
        colours: Reduce to this many colours, to keep the file small.

    Returns:
        The path of the file.
    """
    height, width = (side * scale + gap for side in images[0].shape[:2])
    rows = -(-len(images) // columns)
    sheet = Image.new("RGB", (columns * width - gap, rows * height - gap), "white")
    for index, image in enumerate(images):
        picture = Image.fromarray(image).convert("RGB")
        picture = picture.resize((width - gap, height - gap), Image.Resampling.NEAREST)
        sheet.paste(picture, (index % columns * width, index // columns * height))
    if colours:
        sheet = sheet.quantize(colours, dither=Image.Dither.NONE)
    SHEETS.mkdir(exist_ok=True)
    path = SHEETS / f"{name}.png"
    sheet.save(path, optimize=True)
    print(f"sheets/{path.name}: {path.stat().st_size:,} bytes, {sheet.size}")
    return path


def dct_hash(image: np.ndarray) -> int:
    """Return a 64-bit perceptual hash: signs of the 8×8 lowest DCT frequencies.

    Two pictures of the same scene differ in few bits whatever their size,
    compression or brightness; unrelated pictures differ in about 32.

    Args:
        image: uint8 (height, width) or (height, width, 3).

    Returns:
        An integer below 2**64; compare by ``(a ^ b).bit_count()``.
    """
    size = 32
    grey = Image.fromarray(image).convert("L")
    small = np.asarray(grey.resize((size, size), Image.Resampling.LANCZOS), float)
    k, n = np.arange(9)[:, None], np.arange(size)[None, :]
    basis = np.cos(np.pi * (2 * n + 1) * k / (2 * size))
    frequencies = (basis @ small @ basis.T)[1:, 1:].ravel()
    bits = frequencies > np.median(frequencies)
    return int("".join("1" if bit else "0" for bit in bits), 2)


def near_duplicates(
    images: Sequence[np.ndarray],
    distance: int = 10,
    hash_of: Callable[[np.ndarray], int] = dct_hash,
) -> list[tuple[int, int]]:
    """Return pairs of indices whose hashes differ in at most `distance` bits."""
    hashes = [hash_of(image) for image in images]
    return [
        (i, j)
        for j in range(len(hashes))
        for i in range(j)
        if (hashes[i] ^ hashes[j]).bit_count() <= distance
    ]


def short_float16(weights: np.ndarray, bits: int = 7) -> np.ndarray:
    """Round to float16 with fewer bits of mantissa (of 10), so that gzip saves more.

    With 7 bits a weight is off by 0.2 % on average, less than what a network notices.
    """
    dropped = 10 - bits
    raw = weights.astype(np.float16).view(np.uint16)
    half, kept = 1 << (dropped - 1), 0xFFFF & -(1 << dropped)
    return ((raw + np.uint16(half)) & np.uint16(kept)).view(np.float16)


def rms_to_nearest(pictures: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return each picture's distance to the nearest of the others, in grey levels.

    Args:
        pictures: uint8 (m, height, width).
        others: uint8 (n, height, width), at least one.

    Returns:
        Root mean squared difference of the pixels, float32 (m,).
    """
    a = pictures.reshape(len(pictures), -1).astype(np.float32)
    b = others.reshape(len(others), -1).astype(np.float32)
    squares = np.sum(a * a, axis=1) + np.min(
        np.sum(b * b, axis=1)[:, None] - 2 * b @ a.T, axis=0
    )
    return np.sqrt(np.maximum(squares, 0) / a.shape[1])

"""Zip archives with the same bytes for the same content."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from autograder.errors import about

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest time that the format supports
_UNIX = 3  # Unix, whose permissions an entry carries
_PACKED = (".h5", ".png")  # compressed already


def write(
    path: Path, files: Mapping[str, bytes], executable: Collection[str] = ()
) -> str:
    """Write an archive that does not depend on times, users or the order of files.

    Args:
        path: path of the archive; its folder is created if necessary.
        files: name in the archive → content.
        executable: names of the programs among them.

    Returns:
        The archive's SHA-256 hash.

    Raises:
        Refused: the file cannot be written.
    """
    with about(path):
        return _written(path, files, executable)


def _written(
    path: Path, files: Mapping[str, bytes], executable: Collection[str]
) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system = _UNIX
            mode = 0o755 if name in executable else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            packed = name.endswith(_PACKED)
            method = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], method)
    return hashlib.sha256(path.read_bytes()).hexdigest()

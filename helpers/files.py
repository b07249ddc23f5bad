"""Write a file so that a reader sees either the old or the new content."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside a file; what is written there takes the file's place at the end.

    If an error is raised, the file stays as it was. An error of the system names the
    file, not the path beside it.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        if error.filename == str(partial):
            error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def write(path: Path, content: str | bytes) -> None:
    """Replace a file's content; text is written in UTF-8, with its own line ends."""
    raw = content.encode() if isinstance(content, str) else content
    with replacing(path) as partial:
        partial.write_bytes(raw)


def holds(path: Path, text: str) -> bool:
    """Whether a file is there and contains this text."""
    return path.is_file() and path.read_bytes() == text.encode()


def write_if_changed(path: Path, text: str) -> None:
    """Replace a file's text unless it is the same; makes its folder."""
    if not holds(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, text)

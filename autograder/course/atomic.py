"""Files that are written in full or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace(path: Path, content: str | bytes) -> None:
    """Write a file atomically: it contains either the old or the new content."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    raw = content.encode() if isinstance(content, str) else content
    try:
        partial.write_bytes(raw)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)

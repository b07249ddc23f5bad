"""What is built from a lab's source, and built again only when it is stale.

Every command of nbgrader's and of ours asks for it. The builder is loaded only if
something is stale, since loading it takes longer than looking.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
from collections.abc import Callable
from pathlib import Path

from autograder import paths
from autograder.authoring import library_tables
from helpers import files

_CACHE = paths.ROOT / ".cache"
_LIBRARIES = ("jupytext", "nbformat", "nbgrader")  # notebooks are built with them


def build_source(lab: str) -> Path:
    """Write `solutions/<lab>/*.ipynb` if it is stale; returns the notebook's path.

    A stamp records what it was made from, so that checking takes a millisecond.
    """
    path = paths.source_of(lab).with_suffix(".ipynb")
    stamp = _CACHE / "sources" / lab
    if not files.holds(stamp, _stamp(lab, path)):
        from autograder.authoring import build

        files.write_if_changed(path, build.serialize(build.source_notebook(lab)))
        _keep(stamp, _stamp(lab, path))
    return path


def kept(kind: str, lab: str, make: Callable[[], str]) -> str:
    """What `make()` returned for a lab when it was last made, or returns now if stale.

    Args:
        kind: what it is; names the folder in which it is kept.
        lab: name of the lab.
        make: makes it as a text.
    """
    path, stamp = _CACHE / kind / lab, _stamp(lab)
    with contextlib.suppress(OSError, ValueError):
        known, _, text = path.read_text(encoding="utf-8").partition("\n")
        if known == stamp:
            return text
    text = make()
    _keep(path, f"{stamp}\n{text}")
    return text


def _keep(path: Path, text: str) -> None:
    with contextlib.suppress(OSError):  # without it, the next time takes longer
        files.write_if_changed(path, text)


def _stamp(lab: str, *built: Path) -> str:
    """A hash of what a lab is made from, of what makes it, and of what was made."""
    builder = Path(__file__).parent.glob("*.py")
    made_from = paths.source_of(lab), *paths.checks_of(lab), library_tables.DOCUMENT
    made_by = *sorted(builder), paths.CHECKS / "check.py"
    digest = hashlib.sha256()
    for path in (*made_from, *made_by, *built):
        text = path.read_bytes() if path.is_file() else b""
        digest.update(hashlib.sha256(text).digest())
    for name in _LIBRARIES:
        digest.update(importlib.metadata.version(name).encode())
    return digest.hexdigest()

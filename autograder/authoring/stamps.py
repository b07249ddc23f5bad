"""Source notebooks, built when they are stale.

Every nbgrader command asks for them. The builder is loaded only if one is stale, since
loading it takes longer than looking.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from autograder import paths
from autograder.authoring import library_tables
from helpers import files

_STAMPS = paths.ROOT / ".cache" / "sources"


def build_source(lab: str) -> Path:
    """Write `solutions/<lab>/*.ipynb` if it is stale; returns the notebook's path.

    A stamp records what it was made from, so that checking takes a millisecond.
    """
    path = paths.source_of(lab).with_suffix(".ipynb")
    stamp = _STAMPS / lab
    if not files.holds(stamp, _stamp(lab, path)):
        from autograder.authoring import build

        files.write_if_changed(path, build.serialize(build.source_notebook(lab)))
        with contextlib.suppress(OSError):  # without it, the next check takes longer
            files.write_if_changed(stamp, _stamp(lab, path))
    return path


def _stamp(lab: str, built: Path) -> str:
    """A hash of a source notebook, of what it is made from and of what makes it."""
    own = Path(__file__).parent
    tables = library_tables.DOCUMENT
    made_from = (paths.source_of(lab), *paths.checks_of(lab), tables)
    builder = ("build.py", "source.py", "library_tables.py")
    made_by = (*(own / name for name in builder), paths.CHECKS / "check.py")
    digest = hashlib.sha256()
    for path in (*made_from, *made_by, built):
        text = path.read_bytes() if path.is_file() else b""
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()

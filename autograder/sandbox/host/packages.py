"""The installed packages that student code can import when it is graded.

Only these packages and their requirements are visible in the sandbox. A package that
computes answers, such as one for automatic differentiation, is simply not there.
"""

from __future__ import annotations

import functools
import importlib.metadata
import sysconfig
from pathlib import Path

from packaging.requirements import Requirement

ALLOWED = ("numpy", "matplotlib", "h5py", "ipython", "tqdm", "pillow")


@functools.cache
def folders() -> tuple[Path, ...]:
    """Top-level files and folders of the allowed packages, wherever installed."""
    found: dict[Path, None] = {}
    for name in _with_requirements(ALLOWED):
        for path in _contents(importlib.metadata.distribution(name)):
            found[path] = None
    return tuple(found)


def _with_requirements(names: tuple[str, ...]) -> list[str]:
    """Some packages and all their requirements."""
    waiting, seen = list(names), {}
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in seen:
            continue
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        seen[name] = None
        for text in needed:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return sorted(seen)


def _contents(found: importlib.metadata.Distribution) -> list[Path]:
    """The files and folders of a package in the folder where it is installed."""
    root = Path(found.locate_file("")).resolve()
    # The record as text, since a package may have thousands of files.
    record = (found.read_text("RECORD") or "").splitlines()
    names = {line.partition(",")[0].strip('"').partition("/")[0] for line in record}
    if not record:
        names = {file.parts[0] for file in found.files or []}
    names -= {"..", "__pycache__", "/"}
    if not names:  # installed by the system, without a list of files
        names = {found.metadata["Name"]}
    kept = [root / name for name in sorted(names)]
    return [p for p in kept if p.exists() and not p.name.endswith((".pth", ".egg"))]


def search_path() -> list[Path]:
    """The folders with installed packages, to be searched for imports."""
    paths = sysconfig.get_paths()
    known = [Path(paths["purelib"]), Path(paths["platlib"])]
    known += [path.parent for path in folders()]
    return list(dict.fromkeys(path.resolve() for path in known))

"""Which parts of this machine and this course student code can see."""

from __future__ import annotations

import ast
import functools
import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from autograder import paths
from autograder.sandbox.host import packages

COURSE = Path("/course")  # the course's public part in tier 1
INSIDE = Path("autograder", "sandbox", "inside")  # our code beside student code
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+helpers\b[\w.]*[ \t]+import[ \t]*(?:\([^)]*\)|[^(\s].*)"
    r"|import[ \t].*\bhelpers\b.*)$",
    re.MULTILINE,
)
OF_A_LAB = ("drivers", "stand_ins")  # folders of helpers with a module for each lab
HIDEABLE = ("nn", "text", "audio", "vision", "scenes")  # parts of helpers


@dataclass(frozen=True)
class Layout:
    """Paths on this machine.

    Attributes:
        interpreter: the Python that is started.
        python: its standard library and the libraries next to it. A prefix may also
            contain other environments, which stay hidden.
        libraries: folders with the system's libraries.
        installed: folders with packages, which are hidden.
        allowed: the parts of these folders that are visible nevertheless.
        helpers: the package that notebooks import.
        inside: our code that runs beside student code.
        datasets: the data that labs read.
    """

    interpreter: Path
    python: tuple[Path, ...]
    libraries: tuple[Path, ...]
    installed: tuple[Path, ...]
    allowed: tuple[Path, ...]
    helpers: Path
    inside: Path
    datasets: Path

    @property
    def readable(self) -> list[str]:
        """What can be read in a tier without a file system of its own.

        The parts of `helpers` that the lab may use are added to this.
        """
        stdlib = Path(sysconfig.get_paths()["stdlib"])
        # In many installations, packages are inside the standard library's folder.
        inside = [p for p in stdlib.iterdir() if p.name != "site-packages"]
        devices = [Path("/dev/null"), Path("/dev/urandom"), Path("/dev/zero")]
        beside = [p for p in self.python if p != stdlib]
        kept = (*self.libraries, *beside, *inside, *self.allowed, *devices)
        return [str(p) for p in (*kept, self.inside, self.datasets)]


@functools.cache
def layout() -> Layout:
    """The layout of this machine."""
    prefix = Path(sys.base_prefix).resolve()
    interpreter = Path(getattr(sys, "_base_executable", "") or sys.executable)
    libraries = [p for p in map(Path, ("/usr/lib", "/usr/lib64")) if p.is_dir()]
    python = _python(prefix, libraries)
    places = [*libraries, *(folder.parent for folder in python)]
    installed = {*packages.search_path(), *_folders_of_packages(*places)}
    installed |= {*_environments(*libraries)}
    return Layout(
        interpreter=interpreter.resolve(),
        python=tuple(python),
        libraries=tuple(libraries),
        installed=tuple(sorted(installed)),
        allowed=packages.folders(),
        helpers=paths.ROOT / "helpers",
        inside=paths.ROOT / INSIDE,
        datasets=paths.ROOT / "datasets",
    )


def _python(prefix: Path, libraries: list[Path]) -> list[Path]:
    """The standard library and shared libraries that do not belong to the system."""
    names = ("stdlib", "platstdlib")
    variables = {"base": str(prefix), "platbase": str(prefix)}
    known = sysconfig.get_paths(
        vars=variables
        | {"installed_base": str(prefix), "installed_platbase": str(prefix)}
    )
    wanted = [Path(known[name]).resolve() for name in names]
    for folder in (prefix / "lib", Path("/usr/local/lib")):
        wanted += [p for p in sorted(folder.glob("*.so*")) if p.is_file()]
    return [
        path
        for path in dict.fromkeys(wanted)
        if path.exists() and not any(folder in path.parents for folder in libraries)
    ]


def _environments(*roots: Path) -> list[Path]:
    """Folders directly below some roots that are Python environments."""
    marks = ("pyvenv.cfg", "conda-meta")
    return [
        found.parent.resolve()
        for root in roots
        for mark in marks
        for found in root.glob(f"*/{mark}")
    ]


def _folders_of_packages(*roots: Path) -> list[Path]:
    """Folders below some roots into which packages are installed."""
    patterns = ("python*/site-packages", "python*/dist-packages")
    places = [place for root in roots for place in (root, root / "lib")]
    return [
        p.resolve()
        for place in places
        for pattern in patterns
        for p in place.glob(pattern)
    ]


@functools.cache
def hidden_helpers(lab: str) -> tuple[str, ...]:
    """Parts of `helpers` that a lab does not use and therefore cannot import.

    Labs that teach what `helpers.nn` does cannot import `helpers.nn`.
    """
    return tuple(name for name in HIDEABLE if name not in _used_helpers(lab))


@functools.cache
def used_helpers(lab: str) -> tuple[str, ...]:
    """Modules of `helpers` that a lab's submissions need, for the fork server to load.

    These are those that the lab imports itself, its drivers and its stand-ins.
    """
    parts = _imports(paths.source_of(lab)) & _used_helpers(lab)
    own = [f"{kind}.{lab}" for kind in OF_A_LAB if _module(kind, lab).is_file()]
    return tuple(f"helpers.{name}" for name in (*sorted(parts - {"checks"}), *own))


def _module(kind: str, lab: str) -> Path:
    return paths.ROOT / "helpers" / kind / f"{lab}.py"


@functools.cache
def _used_helpers(lab: str) -> frozenset[str]:
    """Parts of `helpers` that a lab imports, directly or through other parts."""
    helpers = paths.ROOT / "helpers"
    waiting = [paths.source_of(lab), *(_module(kind, lab) for kind in OF_A_LAB)]
    waiting += [helpers / "data.py", *(helpers / "plots").glob("*.py")]
    seen: set[Path] = set()
    used: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for name in _imports(path):
            used.add(name)
            folder = helpers / name
            waiting += [folder.with_suffix(".py"), *folder.glob("*.py")]
    return frozenset(used)


@functools.cache
def _imports(path: Path) -> frozenset[str]:
    """The parts of `helpers` that a file imports anywhere.

    Only its imports are parsed; parsing whole files would take longer than grading a
    submission.
    """
    found = set()
    for text in _IMPORT.findall(path.read_text(encoding="utf-8")):
        (node,) = ast.parse(text.strip()).body
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(n.split(".")[1] for n in found if n.startswith("helpers."))

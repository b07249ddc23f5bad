"""Tier 1: the command that starts a process in its own namespaces."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from autograder.sandbox.host.layout import COURSE, INSIDE, Layout
from autograder.sandbox.inside.confine import SCRATCH

_ROOT_LINKS = ("/lib", "/lib32", "/lib64")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def program() -> str | None:
    """The path of bubblewrap, if it is installed."""
    return shutil.which("bwrap")


def command(bwrap: str, layout: Layout, cache: Path) -> list[str]:
    """The words to put in front of the command to run.

    Args:
        bwrap: path of bubblewrap.
        layout: what can be seen inside.
        cache: Matplotlib's cache folder.
    """
    words = [
        bwrap,
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--die-with-parent",
        "--new-session",
        "--clearenv",
        "--hostname",
        "sandbox",
        "--cap-drop",
        "ALL",
        "--cap-add",
        "CAP_SYS_ADMIN",
    ]
    if os.getuid() == 0:
        # Root needs no user namespace. Student code must not be root in any, because
        # process limits do not apply to root; the forks become the user nobody.
        for name in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            words += ["--cap-add", name]
    else:
        words += ["--unshare-user"]
    for name, value in environment(Path(SCRATCH, "mpl"), SCRATCH).items():
        words += ["--setenv", name, value]
    places = [*layout.libraries, *layout.python, layout.interpreter, *layout.installed]
    for folder in _parents([*places, COURSE / INSIDE]):
        words += ["--perms", "0755", "--dir", str(folder)]
    words += _system(layout)
    for folder in _outermost(layout.installed):
        words += ["--tmpfs", str(folder)]
    for path in layout.allowed:
        words += ["--ro-bind", str(path), str(path)]
    words += ["--tmpfs", SCRATCH]
    if cache.is_dir():
        words += ["--ro-bind", str(cache), "/cache"]
    words += [
        "--ro-bind",
        str(layout.helpers),
        str(COURSE / "helpers"),
        "--ro-bind",
        str(layout.inside),
        str(COURSE / INSIDE),
        "--ro-bind",
        str(layout.datasets),
        str(COURSE / "datasets"),
        "--remount-ro",
        "/",
        "--chdir",
        SCRATCH,
        "--",
    ]
    return words


def environment(settings: Path, scratch: str) -> dict[str, str]:
    """All environment variables of a sandbox."""
    return {
        "PATH": "/nowhere",
        "HOME": scratch,
        "TMPDIR": scratch,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(settings),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _system(layout: Layout) -> list[str]:
    words = []
    for folder in layout.libraries:
        words += ["--ro-bind", str(folder), str(folder)]
    for name in _ROOT_LINKS:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    for path in (layout.interpreter, *layout.python):
        words += ["--ro-bind", str(path), str(path)]
    words += ["--proc", "/proc", "--dir", "/dev"]
    for device in _DEVICES:
        words += ["--dev-bind", device, device]
    return words


def _outermost(folders: tuple[Path, ...]) -> list[Path]:
    """Folders that are not inside any of the others."""
    return [f for f in folders if not any(o in f.parents for o in folders)]


def _parents(places: list[Path]) -> list[Path]:
    """The parent folders of some paths, which everybody may pass through."""
    found = {parent for place in places for parent in place.parents}
    return sorted(found - {Path("/")})

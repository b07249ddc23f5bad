"""Scratch folders of the tiers without a file system of their own.

Each bears the id of the process that made it. Where that process was killed, nobody
is left to remove the folder; whoever starts a sandbox next does.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

_OURS = re.compile(r"autograder-(\d+)-\w+")


def make() -> str:
    """A fresh folder; its path."""
    return tempfile.mkdtemp(prefix=f"autograder-{os.getpid()}-")


def remove(folder: str | Path) -> None:
    """Remove a folder, whatever modes its contents were given."""
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what processes that are gone have left behind."""
    for path in Path(tempfile.gettempdir()).glob("autograder-*"):
        name = _OURS.fullmatch(path.name)
        with contextlib.suppress(OSError):
            own = path.lstat().st_uid == os.getuid()
            if name and own and not path.is_symlink() and not _lives(int(name[1])):
                remove(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's by now
    return True

"""Scratch folders for the tiers without their own file system.

Each folder's name contains the id of the process that made it. If that process was
killed, the folder remains; the next process that starts a sandbox removes it.
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
    """Make a fresh folder; returns its path."""
    return tempfile.mkdtemp(prefix=f"autograder-{os.getpid()}-")


def remove(folder: str | Path) -> None:
    """Remove a folder, whatever the permissions of its contents."""
    for path, _, _ in os.walk(folder):
        with contextlib.suppress(OSError):
            os.chmod(path, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of processes that no longer exist."""
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
        pass  # it now belongs to somebody else
    return True

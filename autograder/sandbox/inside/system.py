"""The few Linux system calls that Python's standard library does not offer."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

CLONE_NEWNS = 0x00020000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND = 1, 2, 4, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 38, 36
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_CAPABILITIES_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments) -> int:
    """Call a function of the C library.

    Raises:
        OSError: the call failed.
    """
    result = getattr(_libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments) -> int:
    """Make a system call by number."""
    return _call("syscall", ctypes.c_long(number), *arguments)


def prctl(option: int, *arguments) -> None:
    """Change a property of this process."""
    padded = [ctypes.c_ulong(a) if isinstance(a, int) else a for a in arguments]
    padded += [ctypes.c_ulong(0)] * (4 - len(padded))
    _call("prctl", ctypes.c_int(option), *padded)


def unshare(flags: int) -> None:
    """Move this process to new namespaces."""
    _call("unshare", ctypes.c_int(flags))


def enter(namespace: int, kind: int) -> None:
    """Enter the namespace of a file descriptor."""
    _call("setns", ctypes.c_int(namespace), ctypes.c_int(kind))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system."""
    _call(
        "mount",
        source.encode(),
        target.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        options.encode(),
    )


def no_new_privileges() -> None:
    """Make sure that nothing this process starts can gain more privileges."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def adopt_orphans() -> None:
    """Adopt descendants whose parents end."""
    prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with(parent: int) -> None:
    """End this process when its parent ends, however the parent ends.

    Args:
        parent: process id of the parent, which may already have ended.
    """
    if sys.platform == "linux":
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def drop_capabilities() -> None:
    """Give up every capability, irrevocably together with `no_new_privileges`."""
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call("capset", header, nothing)

"""Confine the process that is about to run a student's code.

`namespaces` and `confine` run in a fresh fork of the zygote, before anything from the
student is read. In tier 1 the fork gets its own process table, IPC namespace and file
system; in tier 2, Landlock replaces these.
"""

from __future__ import annotations

import contextlib
import os
import resource
from dataclasses import dataclass

from autograder.sandbox.inside import landlock, seccomp, system

NOBODY = 65534
SCRATCH = "/scratch"  # in tier 1, each fork has its own file system here


@dataclass(frozen=True)
class Bounds:
    """What one submission may use; the sizes are in bytes.

    Attributes:
        memory: address space of each process.
        total: memory of all its processes together, monitored from outside.
        file: size of the largest file.
        scratch: size of all files together, in tier 1.
        files: number of open files.
        processes: number of processes, including threads.
        cpu: processor seconds of each process.
    """

    memory: int = 3 << 30
    total: int = 3 << 29
    file: int = 32 << 20
    scratch: int = 64 << 20
    files: int = 64
    processes: int = 32
    cpu: int = 300


def own_file_system(bounds: Bounds, hidden: list[str]) -> None:
    """Tier 1: a fresh scratch folder, no `/proc`, some files and folders hidden."""
    system.unshare(system.CLONE_NEWNS | system.CLONE_NEWIPC)
    system.mount("none", "/", "", system.MS_REC | system.MS_PRIVATE)
    safe = system.MS_NOSUID | system.MS_NODEV
    size = f"size={bounds.scratch},nr_inodes=4096,mode=1777"
    system.mount("tmpfs", SCRATCH, "tmpfs", safe, size)
    for path in ["/proc", *hidden]:
        if os.path.isdir(path):
            system.mount("tmpfs", path, "tmpfs", safe | system.MS_RDONLY, "size=4k")
        elif os.path.isfile(path):
            system.mount("/dev/null", path, "", system.MS_BIND)


def confine(bounds: Bounds, tier: int, readable: list[str], scratch: str) -> None:
    """Give up rights and set limits, irrevocably.

    Args:
        bounds: resource limits.
        tier: tier of the sandbox.
        readable: in tier 2, everything that can be read.
        scratch: the folder that can be written to.
    """
    os.chdir(scratch)
    if tier == 1 and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    if tier == 1:
        # Processes are counted per user namespace. Where no new one can be created,
        # the zygote monitors and limits their number.
        with contextlib.suppress(OSError):
            system.unshare(system.CLONE_NEWUSER)
            _limit("NPROC", bounds.processes)
    for name, value in (
        ("CORE", 0),
        ("MEMLOCK", 0),
        ("MSGQUEUE", 0),
        ("FSIZE", bounds.file),
        ("NOFILE", bounds.files),
        ("CPU", bounds.cpu),
        ("AS", bounds.memory),
    ):
        _limit(name, value)
    if tier < 3:
        system.no_new_privileges()
        if landlock.version() and tier == 2:
            landlock.restrict(readable, [scratch])
        with contextlib.suppress(OSError):
            system.drop_capabilities()
        seccomp.install()


def _limit(name: str, value: int) -> None:
    which = getattr(resource, f"RLIMIT_{name}", None)  # some systems lack some limits
    if which is None:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))

"""The fork server inside the sandbox.

Everything a lab needs is imported here once. For each submission the judge passes one
end of a socket, and a confined fork of this process serves it. This process itself
never runs student code and never reads messages from such a fork. It monitors the
fork's memory and number of processes, and ends it with all its children when told to.

It is started as `python -I -S -c BOOT`; see `autograder.sandbox.host.launch`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable

from autograder.sandbox.inside import confine, scratch, system

PRELOADED = (
    "numpy",
    "matplotlib.pyplot",
    "IPython.display",
    "IPython.core.inputtransformer2",
    "tqdm",
    "autograder.sandbox.inside.serve",
    "helpers.checks",
    "helpers.data",
    "helpers.plots",
)
WATCH = 0.02  # seconds between two checks of a running fork
IDLE = 1.0  # seconds between two checks whether the judge still exists


def main(control: int, settings: dict) -> None:
    """Import everything, then serve the judge until it closes the connection."""
    server = Zygote(socket.socket(fileno=control), settings)
    server.serve()


class Zygote:
    """Forks on demand, one submission at a time.

    Args:
        control: a socket to the judge, which waits for each reply.
        settings: `tier`, `bounds`, and for tier 2 what is `readable`.
    """

    def __init__(self, control: socket.socket, settings: dict) -> None:
        self.control, self.tier = control, settings["tier"]
        self.bounds = confine.Bounds(**settings["bounds"])
        self.readable = settings["readable"]
        self.pid, self.parent = 0, os.getppid()
        self.scratch = confine.SCRATCH
        self.why = ""
        if self.tier != 1 and sys.platform == "linux":
            system.adopt_orphans()
        _copy_caches(settings["cache"])
        self.serve_submission = _import_everything()
        _silence()
        self.nested = self.tier == 1 and self._own_namespaces()
        self.base = _memory(os.getpid())

    def _own_namespaces(self) -> bool:
        """Whether every fork can have its own namespaces."""
        try:
            self.processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
            system.unshare(system.CLONE_NEWPID)
            system.enter(self.processes, system.CLONE_NEWPID)
        except OSError:
            return False
        return True

    def serve(self) -> None:
        """Answer the judge's orders, such as to open or kill a submission."""
        gc.collect()
        gc.freeze()
        self._say({"ready": True, "nested": self.nested})
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        while True:
            if not poll.poll(1000 * (WATCH if self.pid else IDLE)):
                if os.getppid() != self.parent:
                    self._kill()
                    return
                self._watch()
                continue
            try:
                text, handles, _, _ = socket.recv_fds(self.control, 65536, 1)
            except OSError:
                text = b""
            if not text:
                self._kill()
                return
            order = json.loads(text)
            if order["do"] == "look":
                self._say(self._look())
                continue
            self._kill()
            self._say({"why": self.why})
            if order["do"] == "open":
                self.why = ""
                self._load(order["load"])
                self._fork(handles[0], order["hidden"])

    def _load(self, names: list[str]) -> None:
        """Import modules that the submissions of a lab use, once for all forks."""
        if missing := [name for name in names if name not in sys.modules]:
            for name in missing:
                with contextlib.suppress(Exception):  # the submission will say why
                    importlib.import_module(name)
            gc.collect()
            gc.freeze()
            self.base = _memory(os.getpid())

    def _say(self, message: dict) -> None:
        self.control.sendall(json.dumps(message).encode() + b"\n")

    def _fork(self, handle: int, hidden: list[str]) -> None:
        parts = _parts_of_helpers()
        closed = [path for name, path in parts.items() if name in hidden]
        readable = [*self.readable, *(p for p in parts.values() if p not in closed)]
        if self.tier != 1:
            self.scratch = scratch.make()
        if self.nested:
            system.unshare(system.CLONE_NEWPID)
        zygote = os.getpid()
        try:
            self.pid = os.fork()
        finally:
            if self.nested and self.pid:
                system.enter(self.processes, system.CLONE_NEWPID)
        if self.pid:
            os.close(handle)
            return
        status = 1
        try:
            self.control.close()
            if self.nested:
                os.close(self.processes)
            os.setsid()
            if self.tier == 1:
                confine.own_file_system(self.bounds, closed)
            elif sys.platform == "linux":
                system.end_with(zygote)
                system.adopt_orphans()
            confine.confine(self.bounds, self.tier, readable, self.scratch)
            gc.enable()
            self.serve_submission(socket.socket(fileno=handle), self.scratch)
            status = 0
        finally:
            os._exit(status)

    def _watch(self) -> None:
        """End a submission that uses too much memory or too many processes."""
        if sys.platform != "linux" or not self.pid:
            return
        pids = self._descendants()
        used = sum(max(0, _memory(pid) - self.base) for pid in pids)
        if used > self.bounds.total:
            self.why = "memory"
        elif len(pids) > 2 * self.bounds.processes:
            self.why = "processes"
        elif self.tier != 1 and _size(self.scratch) > self.bounds.scratch:
            self.why = "files"
        if self.why:
            why = self.why
            self._kill()
            self.why = why

    def _look(self) -> dict[str, float | bool | None]:
        """Processor seconds of the submission so far, and whether it is still busy."""
        if sys.platform != "linux":
            return {"cpu": None, "busy": None}
        ticks, busy = 0, False
        for pid in self._descendants():
            with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as file:
                about = file.read().rpartition(")")[2].split()
                # utime and stime, of the process and of its finished children
                ticks += sum(map(int, about[11:15]))
                busy |= about[0] in "RD"
        return {"cpu": ticks / os.sysconf("SC_CLK_TCK"), "busy": busy}

    def _descendants(self) -> list[int]:
        """Processes of the submission; in tier 1, all others in the sandbox."""
        found = {}
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) not in (1, os.getpid()):
                with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
                    found[int(name)] = int(file.read().rpartition(")")[2].split()[1])
        if self.tier == 1:
            return list(found)
        ours, grown = {os.getpid()}, True
        while grown:
            new = {pid for pid, parent in found.items() if parent in ours} - ours
            ours |= new
            grown = bool(new)
        return list(ours - {os.getpid()})

    def _kill(self) -> None:
        """End the submission with everything it started."""
        if not self.pid:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        if not self.nested and sys.platform == "linux":
            deadline = time.monotonic() + 5
            while (left := self._descendants()) and time.monotonic() < deadline:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self._reap()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
        self._reap()
        self.pid = 0
        if self.tier != 1:
            scratch.remove(self.scratch)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _parts_of_helpers() -> dict[str, str]:
    """The modules of `helpers` by name, with their paths."""
    folder = os.path.realpath(sys.modules["helpers"].__path__[0])
    return {
        name.removesuffix(".py"): os.path.join(folder, name)
        for name in os.listdir(folder)
    }


def _memory(pid: int) -> int:
    """Private memory of a process in bytes; 0 if it has ended."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _size(folder: str) -> int:
    """Disk space used below a folder in bytes, for at most some hundred files."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names[:500]:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
    return total


def _copy_caches(folder: str) -> None:
    """Copy Matplotlib's cache, because it uses only a cache that it could write to."""
    target = os.environ["MPLCONFIGDIR"]
    os.makedirs(target, exist_ok=True)
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name.endswith(".json"):
            shutil.copy(os.path.join(folder, name), target)


def _silence() -> None:
    """Discard everything that is printed in this process."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)


def _import_everything() -> Callable[[socket.socket, str], None]:
    """Import what the labs use, once for all forks; returns the serving function."""
    import warnings

    gc.disable()  # what is imported stays
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import matplotlib

        matplotlib.use("Agg")
        for name in PRELOADED:
            importlib.import_module(name)
        # The first use of these takes milliseconds, which each fork is spared.
        numpy = sys.modules["numpy"]
        numpy.random.default_rng(0).normal(size=(8, 8)) @ numpy.ones((8, 8))
        "".encode("utf-8-sig")
        sys.modules["tqdm"].tqdm(disable=True)  # even so, it makes a lock
    serve = sys.modules["autograder.sandbox.inside.serve"].serve
    _set_apart()
    return serve


def _set_apart() -> None:
    """Make the modules that write outcomes unreachable by name.

    Student code that imports them in order to change them gets copies that our code
    never calls.
    """
    for name in list(sys.modules):
        if name.split(".")[0] == "autograder" or name.startswith("helpers.checks"):
            del sys.modules[name]
    delattr(sys.modules["helpers"], "checks")
    importlib.import_module("helpers.checks")

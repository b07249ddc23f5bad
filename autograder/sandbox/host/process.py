"""A sandbox in which submissions can be opened one after the other."""

from __future__ import annotations

import contextlib
import json
import multiprocessing.util
import os
import socket
from pathlib import Path
from typing import Any

from autograder.sandbox.host import launch
from autograder.sandbox.host.launch import SandboxEnded, SandboxError
from autograder.sandbox.inside.confine import Bounds
from autograder.sandbox.inside.frames import Channel

__all__ = ["Sandbox", "SandboxEnded", "SandboxError", "share", "shared"]

_REPLY_SECONDS = 30.0


class Sandbox:
    """Starts the fork server when it is first needed, and again if it ends.

    Args:
        tiers: acceptable tiers, best first; `(1,)` to accept nothing less.
        bounds: what one submission may use.

    Attributes:
        warning: why it is not tier 1; empty if it is.
    """

    def __init__(
        self, tiers: tuple[int, ...] = (1, 2, 3), bounds: Bounds | None = None
    ) -> None:
        self.tiers, self.bounds = tiers, bounds or Bounds()
        self.warning = ""
        self._started: launch.Started | None = None
        self._begun: launch.Started | None = None  # nobody has waited for it yet
        self._used = False
        self._last: tuple[str, ...] = ()
        self._hidden: frozenset[str] | None = None  # from all that was loaded

    @property
    def tier(self) -> int:
        """The tier, 1 to 3.

        Raises:
            SandboxError: none of the acceptable tiers is available.
        """
        return self._running().tier

    def begin(self) -> None:
        """Begin to start the fork server, without waiting until it is ready."""
        if not self._started and not self._begun:
            self._begun = launch.begin(self.bounds, self.tiers)
            _close_at_the_end(self)

    def _running(self) -> launch.Started:
        started = self._started
        # If forks cannot have their own namespaces, each needs a fresh server.
        stale = started and started.tier == 1 and not started.nested and self._used
        if started and (stale or started.ended):
            self.close()
        if not self._started:
            begun, self._begun = self._begun, None
            self._started, self.warning = launch.start(self.bounds, self.tiers, begun)
            self._used, self._hidden = False, None
        return self._started

    def open(self, hidden: tuple[str, ...] = (), used: tuple[str, ...] = ()) -> Channel:
        """Open a fresh process for a submission; the previous one ends.

        What one submission after the other uses is loaded once, before the fork. A
        server that may have loaded what is hidden now is replaced, for forks would find
        it in memory.

        Args:
            hidden: parts of `helpers` that cannot be imported there.
            used: modules that its cells will import.
        """
        if self._hidden is not None and not self._hidden.issuperset(hidden):
            self.close()
        started = self._running()
        self._used = True
        load = used if used == self._last else ()
        self._last = used
        if load:
            before = hidden if self._hidden is None else self._hidden
            self._hidden = frozenset(hidden).intersection(before)
        ours, theirs = socket.socketpair()
        order = json.dumps({"do": "open", "hidden": hidden, "load": load}).encode()
        try:
            socket.send_fds(started.control, [order], [theirs.fileno()])
            self._reply()
        except OSError:
            ours.close()
            self.close()
            raise SandboxEnded("The sandbox ended; try again.") from None
        finally:
            theirs.close()
        return Channel(ours)

    def kill(self) -> str:
        """End the submission with all its processes.

        Returns:
            `"memory"`, `"processes"` or `"files"` if it had already been ended for
            using too much of these.
        """
        if not self._started:
            return ""
        try:
            self._started.control.sendall(b'{"do": "kill"}')
            return self._reply()["why"]
        except OSError:
            self.close()
            return ""

    def look(self) -> tuple[float, bool] | None:
        """Processor seconds of the submission so far, and whether it is still busy.

        Returns:
            `None` if the system does not say.
        """
        if not self._started:
            return None
        try:
            self._started.control.sendall(b'{"do": "look"}')
            found = self._reply()
        except OSError:
            self.close()
            return None
        return None if found["cpu"] is None else (found["cpu"], found["busy"])

    def _reply(self) -> dict[str, Any]:
        control = self._started.control
        control.settimeout(_REPLY_SECONDS)
        text = b""
        while not text.endswith(b"\n"):
            part = control.recv(4096)
            if not part:
                raise OSError("the fork server ended")
            text += part
        return json.loads(text)

    def processes(self) -> list[int]:
        """All processes of the sandbox on this machine, on Linux."""
        if not self._started:
            return []
        parents = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                about = path.read_text().rpartition(")")[2].split()
                parents[int(path.parent.name)] = int(about[1])
        found = {self._started.process.pid}
        while new := {pid for pid, above in parents.items() if above in found} - found:
            found |= new
        return sorted(found)

    def close(self) -> None:
        """End everything; the server starts again when needed."""
        for started in filter(None, (self._started, self._begun)):
            launch.stop(started)
        self._started = self._begun = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_by_process: dict[int, Sandbox] = {}


def shared() -> Sandbox:
    """One sandbox for everything that this process grades."""
    pid = os.getpid()  # a fork of this process has its own
    return _by_process[pid] if pid in _by_process else share(Sandbox())


def share(sandbox: Sandbox) -> Sandbox:
    """Make a sandbox the one that this process shares."""
    _by_process[os.getpid()] = sandbox
    _close_at_the_end(sandbox)
    return sandbox


def _close_at_the_end(sandbox: Sandbox) -> None:
    """Close a sandbox when this process ends; those of a pool know no `atexit`."""
    multiprocessing.util.Finalize(None, sandbox.close, exitpriority=10)

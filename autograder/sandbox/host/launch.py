"""Start the fork server in the strongest sandbox that this machine offers."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.errors import Refused
from autograder.sandbox.host import advice, bubblewrap
from autograder.sandbox.host.layout import COURSE, INSIDE, layout
from autograder.sandbox.host.packages import search_path
from autograder.sandbox.inside import landlock, scratch
from autograder.sandbox.inside.confine import Bounds

START_SECONDS = 120.0  # the first imports from a cold disk may be slow
# Run by `python -I -S -c`: no site module, no environment, only the listed folders.
BOOT = """
import json, sys
settings = json.loads(sys.argv[1])
sys.path += settings["path"]
from autograder.sandbox.inside import zygote
zygote.main(settings["control"], settings)
"""


class SandboxError(Refused):
    """There is no sandbox that is strong enough; the message says what to do."""


class SandboxEnded(SandboxError):
    """The sandbox ended while it was in use; a new one may well work."""


@dataclasses.dataclass
class Started:
    """A fork server, running or about to run.

    Attributes:
        process: its process.
        control: the socket to it.
        tier: its tier.
        folder: its folder, in a tier without a file system of its own.
        nested: whether each of its forks has its own namespaces; known when it runs.
    """

    process: subprocess.Popen
    control: socket.socket
    tier: int
    folder: Path | None
    nested: bool = False

    @property
    def ended(self) -> bool:
        """Whether the server has ended; known in forks of this process, too."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        # It speaks only when it is asked; all there is to read now is its end.
        return bool(poll.poll(0))


def begin(bounds: Bounds, tiers: tuple[int, ...] = (1, 2, 3)) -> Started | None:
    """Begin to start a fork server, in the best tier that may be available.

    Args:
        bounds: what one submission may use.
        tiers: acceptable tiers, best first.
    """
    tier = next((tier for tier in tiers if not unavailable(tier)), None)
    return _begin(bounds, tier) if tier else None


def start(
    bounds: Bounds, tiers: tuple[int, ...] = (1, 2, 3), begun: Started | None = None
) -> tuple[Started, str]:
    """Start a fork server.

    Args:
        bounds: what one submission may use.
        tiers: acceptable tiers, best first.
        begun: what `begin` returned for the same arguments, if it was called.

    Returns:
        The server, and why it is not in a better tier (empty for tier 1).

    Raises:
        SandboxError: none of the tiers is available.
    """
    reasons = []
    for tier in tiers:
        reason = unavailable(tier)
        if not reason:
            started = begun or _begin(bounds, tier)
            begun = None
            if not (reason := _why_not_ready(started)):
                return started, " ".join(reasons)
        reasons.append(reason)
    raise SandboxError(" ".join(reasons))


def unavailable(tier: int) -> str:
    """Why a tier cannot even be tried here; empty if it can."""
    if os.name != "posix":
        return advice.install()
    if tier == 1:
        return "" if bubblewrap.program() else advice.install()
    if tier == 2 and not sys.platform.startswith("linux"):
        return "Limits on system calls are available on Linux only."
    if tier == 2 and not landlock.version():
        return "This kernel has no Landlock, so files cannot be protected from reading."
    return ""


def _begin(bounds: Bounds, tier: int) -> Started:
    ours, theirs = socket.socketpair()
    folder = None
    if tier > 1:
        scratch.sweep()
        folder = Path(scratch.make())
    try:
        process = _popen(bounds, tier, theirs, folder or Path("/"))
    finally:
        theirs.close()
    return Started(process, ours, tier, folder)


def _why_not_ready(started: Started) -> str:
    """Wait until a server is ready; why it never will be, or an empty string."""
    started.control.settimeout(START_SECONDS)
    try:
        hello = started.control.recv(65536)
    except OSError:
        hello = b""
    if not hello:
        # `Popen.kill` does nothing in a fork of the process that started it.
        with contextlib.suppress(ProcessLookupError):
            os.kill(started.process.pid, signal.SIGKILL)
        said = started.process.communicate()[1].decode(errors="replace")
        started.control.close()
        if started.folder:
            scratch.remove(started.folder)
        return _explain(started.tier, said)
    started.process.stderr.close()
    started.nested = json.loads(hello)["nested"]
    return ""


def _explain(tier: int, said: str) -> str:
    if tier == 1 and "bwrap:" in said:
        return advice.namespaces(said)
    last = said.strip().splitlines()[-1:] or ["it gave no reason"]
    return f"The sandbox of tier {tier} did not start ({last[0][:200]})."


def _popen(bounds, tier, theirs, folder: Path) -> subprocess.Popen:
    where = layout()
    if tier == 1:
        before = bubblewrap.command(bubblewrap.program(), where, _font_cache())
        course = [str(COURSE)]
        environment = {}
    else:
        before, place = [], tempfile.gettempdir()
        environment = bubblewrap.environment(folder / "mpl", place)
        # Reached only through links, so that the rest of the course is not importable.
        (folder / INSIDE).parent.mkdir(parents=True)
        (folder / INSIDE).symlink_to(where.inside)
        (folder / "helpers").symlink_to(where.helpers)
        environment["DATASETS_DIR"] = str(where.datasets)
        environment["PATH"] = os.environ.get("PATH", "")
        course = [str(folder)]
    settings = {
        "tier": tier,
        "control": theirs.fileno(),
        "bounds": dataclasses.asdict(bounds),
        "readable": [*where.readable, str(folder)] if tier == 2 else [],
        "path": [*course, *map(str, search_path())],
        "cache": "/cache" if tier == 1 else str(_font_cache()),
    }
    return subprocess.Popen(
        [*before, str(where.interpreter), "-I", "-S", "-c", BOOT, json.dumps(settings)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[theirs.fileno()],
        env=environment,
        cwd=folder,
    )


def _font_cache() -> Path:
    """Matplotlib's cache folder, filled because a start without it takes seconds."""
    import matplotlib

    folder = Path(matplotlib.get_cachedir())
    if not any(folder.glob("fontlist-*.json")):
        importlib.import_module("matplotlib.font_manager")  # writes the cache
    return folder


def stop(started: Started) -> None:
    """End a fork server and everything it started.

    A fork of the process that started it does not wait until it has ended.
    """
    # This tells the server to end, also while other processes hold the socket.
    with contextlib.suppress(OSError):
        started.control.shutdown(socket.SHUT_RDWR)
    started.control.close()
    deadline = time.monotonic() + 10
    while started.process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.process.wait(0.2)
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()
    started.process.stderr.close()
    if started.folder:
        scratch.remove(started.folder)

"""Start the fork server in the strongest sandbox that this machine offers."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import os
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
    """A running fork server."""

    process: subprocess.Popen
    control: socket.socket
    tier: int
    nested: bool
    folder: Path | None


def start(bounds: Bounds, tiers: tuple[int, ...] = (1, 2, 3)) -> tuple[Started, str]:
    """Start a fork server.

    Args:
        bounds: what one submission may use.
        tiers: acceptable tiers, best first.

    Returns:
        The server, and why it is not in a better tier (empty for tier 1).

    Raises:
        SandboxError: none of the tiers is available.
    """
    reasons = []
    for tier in tiers:
        reason = unavailable(tier)
        if not reason:
            started, reason = _start(bounds, tier)
            if started:
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


def _start(bounds: Bounds, tier: int) -> tuple[Started | None, str]:
    ours, theirs = socket.socketpair()
    folder = None
    if tier > 1:
        scratch.sweep()
        folder = Path(scratch.make())
    try:
        process = _popen(bounds, tier, theirs, folder or Path("/"))
    finally:
        theirs.close()
    ours.settimeout(START_SECONDS)
    try:
        hello = ours.recv(65536)
    except OSError:
        hello = b""
    if not hello:
        process.kill()
        said = process.communicate()[1].decode(errors="replace")
        ours.close()
        if folder:
            scratch.remove(folder)
        return None, _explain(tier, said)
    process.stderr.close()
    nested = json.loads(hello)["nested"]
    return Started(process, ours, tier, nested, folder), ""


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
    """End a fork server and everything it started."""
    started.control.close()  # this tells the server to end
    deadline = time.monotonic() + 10
    while started.process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.process.wait(0.2)
    if started.process.poll() is None:
        started.process.kill()
        started.process.wait()
    if started.folder:
        scratch.remove(started.folder)

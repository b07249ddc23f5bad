"""Which sandboxes this machine can give: asked of the machine, not of the sandbox.

What the machine can give has to start, or tests fail; nothing is skipped because
the sandbox itself is broken. What the kernel or a container around us truly refuses
is left out, and the head of the test run says so.
"""

import functools
import subprocess

from autograder.sandbox.host import bubblewrap
from autograder.sandbox.host.launch import unavailable


@functools.cache
def refused(tier):
    """Why the machine cannot give a tier; empty where it can."""
    said = unavailable(tier)
    return said if said or tier != 1 else _namespaces_refused()


def _namespaces_refused():
    """What bubblewrap says where it cannot make the plainest of sandboxes."""
    words = [
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--ro-bind",
        "/",
        "/",
        "--proc",
        "/proc",
        "--tmpfs",
        "/tmp",
    ]
    done = subprocess.run(
        [bubblewrap.program(), *words, "true"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return (done.stderr.strip() or "it failed") if done.returncode else ""


TIERS = [tier for tier in (1, 2, 3) if not refused(tier)]
SAFE = [tier for tier in TIERS if tier < 3]


def report():
    """Lines for the head of a test run."""
    lines = [f"sandbox: tested on tiers {', '.join(map(str, TIERS))} of 1, 2, 3"]
    lines += [
        f"sandbox: NO TIER {tier} ON THIS MACHINE: {refused(tier)}"
        for tier in (1, 2, 3)
        if tier not in TIERS
    ]
    return lines

"""What commands that run student code have in common."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.sandbox.host import Sandbox


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--require-sandbox`."""
    parser.add_argument(
        "--require-sandbox",
        action="store_true",
        help="grade only in the strongest sandbox (tier 1), otherwise not at all",
    )


def one_thread() -> None:
    """Limit NumPy to one thread: processes share the cores, and results repeat.

    This must be called before NumPy is imported.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def begin() -> Sandbox:
    """Begin to start this process's sandbox, while the caller imports the grader."""
    one_thread()
    from autograder.sandbox.host import shared

    sandbox = shared()
    sandbox.begin()
    return sandbox


def check(options: argparse.Namespace, sandbox: Sandbox) -> None:
    """Wait for a sandbox, and print a warning if it is not the strongest.

    Raises:
        SandboxError: the strongest is required but not available.
    """
    from autograder.sandbox.host import SandboxError

    if sandbox.tier == 1:
        return
    if options.require_sandbox:
        sandbox.close()
        raise SandboxError(f"Nothing was graded. {sandbox.warning}")
    strength = "NO SANDBOX" if sandbox.tier == 3 else "a weaker sandbox (tier 2)"
    print(
        f"WARNING: student code runs in {strength}. {sandbox.warning}", file=sys.stderr
    )

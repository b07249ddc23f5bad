"""What commands that run student code have in common."""

from __future__ import annotations

import argparse
import os
import sys


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--require-sandbox`."""
    parser.add_argument(
        "--require-sandbox", action="store_true",
        help="grade nothing where the strongest sandbox is not to be had",
    )  # fmt: skip


def one_thread() -> None:
    """Keep NumPy to one thread: processes share the cores, and results repeat.

    Must be called before NumPy is imported.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def check(options: argparse.Namespace) -> None:
    """Start the sandbox, and say aloud where it is not the strongest.

    Raises:
        SandboxError: it has to be, and is not.
    """
    from autograder.sandbox import SandboxError, shared

    sandbox = shared()
    if sandbox.tier == 1:
        return
    if options.require_sandbox:
        sandbox.close()
        raise SandboxError(f"Nothing was graded. {sandbox.warning}")
    strength = "NO SANDBOX" if sandbox.tier == 3 else "a weaker sandbox (tier 2)"
    print(f"WARNING: student code runs in {strength}. {sandbox.warning}",
          file=sys.stderr)  # fmt: skip

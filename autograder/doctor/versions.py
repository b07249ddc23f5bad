"""Versions of the software that the sandbox depends on."""

from __future__ import annotations

import importlib.metadata
import platform
import subprocess

from autograder.sandbox.host import bubblewrap
from autograder.sandbox.inside import landlock


def versions() -> dict[str, str]:
    """Name to version, with a dash for what is not installed."""
    found = {"system": f"{platform.system()} {platform.release()}"}
    program = bubblewrap.program()
    said = "—"
    if program:
        told = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False
        )
        said = told.stdout.strip().removeprefix("bubblewrap ")
    found["bubblewrap"] = said
    if platform.system() == "Linux":
        found["Landlock"] = str(landlock.version() or "—")
    found["Python"] = platform.python_version()
    for name in ("numpy", "nbgrader", "ipython"):
        found[name] = importlib.metadata.version(name)
    return found

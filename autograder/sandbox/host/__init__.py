"""The sandbox in which student code is graded; see `session.SandboxSession`."""

from autograder.sandbox.host.process import (
    Sandbox,
    SandboxEnded,
    SandboxError,
    share,
    shared,
)
from autograder.sandbox.host.session import SandboxSession

__all__ = [
    "Sandbox",
    "SandboxEnded",
    "SandboxError",
    "SandboxSession",
    "share",
    "shared",
]

"""The sandbox in which student code is graded; see `transport.Sandboxed`."""

from autograder.sandbox.process import Sandbox, SandboxEnded, SandboxError, shared
from autograder.sandbox.transport import Sandboxed

__all__ = ["Sandbox", "SandboxEnded", "SandboxError", "Sandboxed", "shared"]

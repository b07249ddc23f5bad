"""The sandbox in which student code is graded; see `transport.Sandboxed`."""

from autograder.sandbox.host.process import Sandbox, SandboxEnded, SandboxError, shared
from autograder.sandbox.host.transport import Sandboxed

__all__ = ["Sandbox", "SandboxEnded", "SandboxError", "Sandboxed", "shared"]

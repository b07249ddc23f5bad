"""Where student code runs when it is graded; see `transport.Sandboxed`."""

from autograder.sandbox.process import Sandbox, SandboxError, shared
from autograder.sandbox.transport import Sandboxed

__all__ = ["Sandbox", "SandboxError", "Sandboxed", "shared"]

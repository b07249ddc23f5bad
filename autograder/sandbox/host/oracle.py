"""Values of reference functions for stand-ins, computed in a separate process.

The arguments come from student code, so the reference runs in its own process with a
memory limit, and each answer has a deadline. That process never sees student code, and
it stays outside the sandbox because it contains the solutions.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import multiprocessing.util
import os
import socket
import subprocess
import sys
from typing import Any

from autograder.paths import ROOT
from autograder.sandbox.inside import system
from autograder.sandbox.inside.frames import Channel, Closed, FrameError

MEMORY = 4 << 30
_BOOT = """
import sys
from autograder.sandbox.host import oracle
oracle.serve(*sys.argv[1:])
"""


class Oracle:
    """Asks a process with the reference functions, which it starts when needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._channel: Channel | None = None

    @staticmethod
    def shared() -> Oracle:
        """The one oracle for everything that this process grades."""
        return _shared(os.getpid())

    def ask(self, lab: str, name: str, given: Any, deadline: float) -> dict[str, Any]:
        """What a reference function returns, and how it changes its arguments.

        Args:
            lab: name of the lab.
            name: name of the function.
            given: list of positional arguments and dictionary of keyword arguments.
            deadline: deadline in terms of `time.monotonic`.

        Returns:
            `value`, `after` (arguments it changes in place) and `error`, which is only
            the type of an exception, because its text would quote the reference.
        """
        try:
            channel = self._running()
            channel.send({"lab": lab, "name": name, "with": given}, deadline)
            return channel.receive(deadline)
        except FrameError as error:
            self.close()
            if isinstance(error, Closed):
                return {"value": None, "after": {}, "error": MemoryError.__name__}
            raise

    def _running(self) -> Channel:
        if not self._process or self._process.poll() is not None:
            self.close()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-c",
                        _BOOT,
                        str(theirs.fileno()),
                        str(os.getpid()),
                    ],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    cwd=ROOT,
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                )
            self._channel = Channel(ours)
        return self._channel

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._channel.close()
            self._process.kill()
            self._process.wait()
            self._process = None


@functools.cache
def _shared(pid: int) -> Oracle:
    oracle = Oracle()
    multiprocessing.util.Finalize(None, oracle.close, exitpriority=10)
    return oracle


def serve(handle: str, judge: str) -> None:
    """Answer until the judge closes the connection. Runs in the separate process.

    Args:
        handle: file descriptor of the socket to the judge.
        judge: the judge's process id.
    """
    system.end_with(int(judge))
    with contextlib.suppress(ImportError):  # Windows has no such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    channel = Channel(socket.socket(fileno=int(handle)))
    while True:
        try:
            message = channel.receive()
        except FrameError:
            return
        reply = answer(message["lab"], message["name"], message["with"])
        try:
            channel.send(reply)
        except FrameError as error:  # the value is too large
            channel.send({"value": None, "after": {}, "error": type(error).__name__})


def answer(lab: str, name: str, given: Any) -> dict[str, Any]:
    """Call a reference function with untrusted arguments."""
    from autograder.checks import check
    from helpers.checks.outcome import observe

    one = check.load(lab).checks[name]
    try:
        args, kwargs = given
        bound = inspect.signature(one.solution).bind(*args, **kwargs)
        inputs = dict(bound.arguments)
        keys = {**dict(enumerate(args)), **kwargs}
        place = {
            n: next(k for k, v in keys.items() if v is inputs[n])
            for n in one.mutates
            if n in inputs
        }
    except (TypeError, ValueError, StopIteration) as error:
        return {"value": None, "after": {}, "error": type(error).__name__}
    outcome = observe(
        one.solution, copy.deepcopy(inputs), len(args), mutates=one.mutates
    )
    after = {place[n]: value for n, value in outcome.after.items() if n in place}
    kind = outcome.error.partition(":")[0]
    return {"value": outcome.value, "after": after, "error": kind}

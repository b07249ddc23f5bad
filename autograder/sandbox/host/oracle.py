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
from dataclasses import replace

from autograder.paths import ROOT
from autograder.sandbox.inside import system
from autograder.sandbox.inside.frames import Channel, Closed, FrameError
from autograder.sandbox.inside.protocol import Given, Wanted, opened

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

    def ask(self, wanted: Wanted, deadline: float) -> Given:
        """What a reference function returns, and how it changes its arguments.

        Args:
            wanted: the function and its arguments.
            deadline: deadline in terms of `time.monotonic`.

        Raises:
            FrameError: it did not answer in time.
        """
        try:
            channel = self._running()
            channel.send(wanted.packed(), deadline)
            return opened(channel.receive(deadline), Given)
        except FrameError as error:
            self.close()
            if isinstance(error, Closed):
                return Given(error=MemoryError.__name__)
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
            wanted = opened(channel.receive(), Wanted)
        except FrameError:
            return
        try:
            channel.send(answer(wanted).packed())
        except FrameError as error:  # the value is too large
            channel.send(Given(error=type(error).__name__).packed())


def answer(wanted: Wanted) -> Given:
    """Call a reference function with untrusted arguments."""
    from autograder.checks import check
    from helpers.checks.outcome import observe

    one = check.load(wanted.lab).checks[wanted.name]
    try:
        args, kwargs = wanted.given
        bound = inspect.signature(one.solution).bind(*args, **kwargs)
        inputs = dict(bound.arguments)
        keys = {**dict(enumerate(args)), **kwargs}
        place = {
            n: next(k for k, v in keys.items() if v is inputs[n])
            for n in one.spec.mutates
            if n in inputs
        }
    except (TypeError, ValueError, StopIteration) as error:
        return Given(error=type(error).__name__)
    once = replace(one.spec, random=False)
    outcome = observe(one.solution, copy.deepcopy(inputs), len(args), once)
    after = {place[n]: value for n, value in outcome.after.items() if n in place}
    return Given(outcome.value, after, outcome.error.partition(":")[0])

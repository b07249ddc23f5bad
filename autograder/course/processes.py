"""Processes of this machine that share what this one has loaded, and end with it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from autograder.sandbox.inside import system

WATCHED = 1.0  # seconds from one look at the processes to the next


class Pool(concurrent.futures.ProcessPoolExecutor):
    """An executor that also breaks if a process is killed while it sends a result.

    The executor's own thread then waits for the rest of the result, and the other
    processes for their turn to send theirs.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def submit(self, fn: Callable, /, *given: Any, **named: Any) -> Any:
        """Submit a call; the first one starts the processes, and then the watch."""
        future = super().submit(fn, *given, **named)
        if self._watch.ident is None:  # a thread that runs before a fork is a risk
            self._watch.start()
        return future

    def shutdown(self, *given: Any, **named: Any) -> None:
        """Let the processes end."""
        self._ended.set()
        super().shutdown(*given, **named)

    def stop(self) -> None:
        """Kill all processes, and end the wait for what they were sending."""
        for process in list((self._processes or {}).values()):
            process.kill()
        if self._result_queue:
            # The wait lasts as long as an end to write to is open, even here.
            self._result_queue._writer.close()

    def _look(self) -> None:
        while not self._ended.wait(WATCHED):
            processes = list((self._processes or {}).values())
            if not all(process.is_alive() for process in processes):
                self.stop()
                return


@contextlib.contextmanager
def pool(processes: int) -> Iterator[Pool]:
    """Processes that end with this one, and immediately if an error is raised."""
    with Pool(
        processes, mp_context=_context(), initializer=_follow, initargs=(os.getpid(),)
    ) as workers:
        try:
            yield workers
        except BaseException:
            workers.stop()
            workers.shutdown(wait=False, cancel_futures=True)
            raise


def _follow(parent: int) -> None:
    """Make a process of the pool end with the one that started it."""
    system.end_with(parent)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def _context() -> multiprocessing.context.BaseContext:
    """Fork where the system can: forks share what this process has loaded."""
    fork = hasattr(os, "fork") and os.uname().sysname == "Linux"
    return multiprocessing.get_context("fork" if fork else "spawn")

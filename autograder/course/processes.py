"""Processes of this machine that share what this one has loaded, and end with it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

from autograder.sandbox.inside import system

# Fork where the system can: forks share what this process has loaded.
FORKS = hasattr(os, "fork") and os.uname().sysname == "Linux"
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


def _nothing(number: int) -> None:
    pass


@contextlib.contextmanager
def pool(processes: int, begin: Callable[[int], None] = _nothing) -> Iterator[Pool]:
    """Processes that end with this one, and immediately if an error is raised.

    Args:
        processes: number of processes.
        begin: called in each process when it starts, with 0 in the first, 1 in the next
            and so on.
    """
    context = multiprocessing.get_context("fork" if FORKS else "spawn")
    gc.freeze()  # forks need not search what they share, which would copy it, too
    given = os.getpid(), context.Value("i", 0), begin
    with Pool(
        processes, mp_context=context, initializer=_begin, initargs=given
    ) as workers:
        try:
            yield workers
        except BaseException:
            workers.stop()
            workers.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(parent: int, started, begin: Callable[[int], None]) -> None:
    """Make a process of the pool end with the one that started it."""
    system.end_with(parent)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    with started.get_lock():
        number, started.value = started.value, started.value + 1
    begin(number)

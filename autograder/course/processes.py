"""Processes of this machine that share what this one has loaded, and end with it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator

from autograder.sandbox.inside import system

# Fork where the system can: forks share what this process has loaded.
FORKS = hasattr(os, "fork") and os.uname().sysname == "Linux"


def _nothing(number: int) -> None:
    pass


@contextlib.contextmanager
def pool(
    processes: int, begin: Callable[[int], None] = _nothing
) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    """Processes that end with this one, and immediately if an error is raised.

    Args:
        processes: number of processes.
        begin: called in each process when it starts, with 0 in the first, 1 in the next
            and so on.
    """
    context = multiprocessing.get_context("fork" if FORKS else "spawn")
    gc.freeze()  # forks need not search what they share, which would copy it, too
    given = os.getpid(), context.Value("i", 0), begin
    with concurrent.futures.ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=given
    ) as workers:
        try:
            yield workers
        except BaseException:
            results = getattr(workers, "_result_queue", None)
            workers.shutdown(wait=False, cancel_futures=True)
            for process in multiprocessing.active_children():
                process.kill()
            if results:
                # A process may have been killed while it was sending a result. The
                # executor's thread would wait for the rest, and this process for that
                # thread, as long as an end to write to is open here.
                results._writer.close()
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

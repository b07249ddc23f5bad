"""Processes of this machine that share what this one has loaded, and end with it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator

from autograder.sandbox.inside import system


@contextlib.contextmanager
def pool(processes: int) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    """Processes that end with this one, and immediately if an error is raised."""
    with concurrent.futures.ProcessPoolExecutor(
        processes, mp_context=_context(), initializer=_follow, initargs=(os.getpid(),)
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

"""Processes of this machine that share what this one has loaded, and end with it."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence

from autograder.sandbox.host import Sandbox, share
from autograder.sandbox.inside import system


@contextlib.contextmanager
def pool(
    processes: int, sandboxes: Sequence[Sandbox] = ()
) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    """Processes that end with this one, and immediately if an error is raised.

    Args:
        processes: number of processes.
        sandboxes: for the first of them where processes are forked; the others start
            their own. All are closed in the end.
    """
    context = _context()
    forks = context.get_start_method() == "fork"
    given = (os.getpid(), context.Value("i", 0), sandboxes if forks else ())
    with (
        contextlib.ExitStack() as stack,
        concurrent.futures.ProcessPoolExecutor(
            processes, mp_context=context, initializer=_follow, initargs=given
        ) as workers,
    ):
        for sandbox in sandboxes:
            stack.enter_context(sandbox)
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


def _follow(parent: int, turn, sandboxes: Sequence[Sandbox]) -> None:
    """Make a process of the pool end with the one that started it."""
    system.end_with(parent)
    with turn.get_lock():
        number, turn.value = turn.value, turn.value + 1
    if number < len(sandboxes):
        share(sandboxes[number])
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def _context() -> multiprocessing.context.BaseContext:
    """Fork where the system can: forks share what this process has loaded."""
    fork = hasattr(os, "fork") and os.uname().sysname == "Linux"
    return multiprocessing.get_context("fork" if fork else "spawn")

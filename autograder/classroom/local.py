"""Run jobs on the cores of this machine."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool

from autograder.classroom.jobs import Graded, Job, do

AHEAD = 4  # jobs waiting for each process; more would only take memory


def run(jobs: Iterable[Job], processes: int) -> Iterator[tuple[Job, Graded]]:
    """Do jobs in parallel; results come as they are ready.

    A process that is killed, by a system short of memory for instance, costs
    nothing: what it was doing is done again by others.

    Args:
        jobs: as many as you like; they are drawn a few at a time.
        processes: how many work at once.
    """
    waiting = iter(jobs)
    again: list[Job] = []
    restarts = 0
    while True:
        pending: dict[concurrent.futures.Future, Job] = {}
        with concurrent.futures.ProcessPoolExecutor(
            processes, mp_context=_context()
        ) as pool:
            try:
                while True:
                    while len(pending) < processes * AHEAD:
                        job = again.pop() if again else next(waiting, None)
                        if job is None:
                            break
                        pending[pool.submit(do, job)] = job
                    if not pending:
                        return
                    done, _ = concurrent.futures.wait(
                        pending, return_when=concurrent.futures.FIRST_COMPLETED
                    )
                    for future in done:
                        graded = future.result()
                        yield pending.pop(future), graded
            except BrokenProcessPool:
                restarts += 1
                if restarts > 20:
                    raise
                again += pending.values()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _context() -> multiprocessing.context.BaseContext:
    """Forks share what this process has loaded; other systems start afresh."""
    fork = hasattr(os, "fork") and os.uname().sysname == "Linux"
    return multiprocessing.get_context("fork" if fork else "spawn")

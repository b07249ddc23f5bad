"""Run jobs on the cores of this machine."""

from __future__ import annotations

import concurrent.futures
import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from functools import partial

from autograder.course.jobs import Graded, Job, do, not_graded
from autograder.course.processes import FORKS, pool
from autograder.sandbox.host import Sandbox, share

AHEAD = 4  # jobs queued for each process; more would only take memory


def begin_more(count: int) -> list[Sandbox]:
    """Begin to start sandboxes for processes of a run, where they can be given one."""
    sandboxes = [Sandbox() for _ in range(count)] if FORKS else []
    for sandbox in sandboxes:
        sandbox.begin()
    return sandboxes


def run(
    jobs: Iterable[Job], processes: int, ready: list[Sandbox] | None = None
) -> Iterator[tuple[Job, Graded]]:
    """Run jobs in parallel; yields results as they become ready.

    If a process is killed, for instance because memory is short, nothing is lost: other
    processes repeat its work. A job that was running each time a process was killed is
    then run alone; if that fails, only this job is given up.

    Args:
        jobs: any number of jobs; they are taken a few at a time.
        processes: number of processes.
        ready: sandboxes for the first processes, taken from this list and closed in the
            end; processes without one start their own.
    """
    ready = [] if ready is None else ready
    waiting = iter(jobs)
    again: list[Job] = []
    there: Counter[int] = Counter()  # kills during which a job was running
    while True:
        pending: dict[concurrent.futures.Future, Job] = {}
        try:
            with _pool(processes, ready) as workers:
                while True:
                    while len(pending) < processes * AHEAD:
                        job = again.pop() if again else next(waiting, None)
                        if job is None:
                            break
                        try:
                            future = workers.submit(do, job)
                        except BrokenProcessPool:
                            again.append(job)  # a process ended between two waits
                            raise
                        pending[future] = job
                    if not pending:
                        return
                    done, _ = concurrent.futures.wait(
                        pending, return_when=concurrent.futures.FIRST_COMPLETED
                    )
                    for future in done:
                        graded = future.result()
                        yield pending.pop(future), graded
        except BrokenProcessPool:
            for job in pending.values():
                there[id(job)] += 1
                if there[id(job)] > 2:
                    yield job, _alone(job)
                else:
                    again.append(job)


@contextlib.contextmanager
def _pool(processes: int, ready: list[Sandbox]) -> Iterator[Executor]:
    """A pool whose first processes are given sandboxes, which are closed in the end."""
    given, ready[:] = list(ready), []
    with contextlib.ExitStack() as stack:
        for sandbox in given:
            stack.enter_context(sandbox)
        begin = partial(_take, given if FORKS else [])
        yield stack.enter_context(pool(processes, begin))


def _take(given: list[Sandbox], number: int) -> None:
    if number < len(given):
        share(given[number])


def _alone(job: Job) -> Graded:
    """Run one job in a process of its own."""
    try:
        with pool(1) as workers:
            return workers.submit(do, job).result()
    except BrokenProcessPool:
        why = "The process that graded this was killed again and again."
        return not_graded(job, why, tier=0)

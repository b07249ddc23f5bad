"""Run jobs on a Dask cluster. Dask does the scheduling across machines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from distributed import Client, KilledWorker, as_completed

from autograder.course.jobs import Graded, Job, do, not_graded

AHEAD = 4  # jobs queued for each thread of the cluster
RETRIES = 3


def run(jobs: Iterable[Job], address: str) -> Iterator[tuple[Job, Graded]]:
    """Run jobs on the workers of a cluster; yields results as they become ready.

    Args:
        jobs: any number of jobs; they are taken a few at a time.
        address: address of the scheduler, such as `"tcp://127.0.0.1:8786"`.

    Raises:
        ImportError: Dask is not installed.
        OSError: there is no answer at the address.
    """
    with Client(address, timeout="20s", set_as_default=False) as client:
        threads = sum(client.nthreads().values()) or 1
        waiting, pending = iter(jobs), {}
        results = as_completed(loop=client.loop, with_results=True, raise_errors=False)

        def submit() -> None:
            job = next(waiting, None)
            if job is not None:
                future = client.submit(do, job, pure=False, retries=RETRIES)
                pending[future.key] = job
                results.add(future)

        for _ in range(threads * AHEAD):
            submit()
        for future, graded in results:
            job = pending.pop(future.key)
            if future.status == "error":
                error = future.exception()
                if not isinstance(error, KilledWorker):
                    raise error
                why = "The process that graded this was killed again and again."
                graded = not_graded(job, why, tier=0)
            yield job, graded
            submit()

"""Run jobs on a Dask cluster. Scheduling across machines is Dask's work, not ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from distributed import Client, as_completed

from autograder.classroom.jobs import Graded, Job, do

AHEAD = 4  # jobs waiting for each thread of the cluster
RETRIES = 3


def run(jobs: Iterable[Job], address: str) -> Iterator[tuple[Job, Graded]]:
    """Do jobs on the workers of a cluster; results come as they are ready.

    Args:
        jobs: as many as you like; they are drawn a few at a time.
        address: of the scheduler, such as `"tcp://127.0.0.1:8786"`.

    Raises:
        ImportError: Dask is not installed.
        OSError: nobody answers at the address.
    """
    with Client(address, timeout="20s", set_as_default=False) as client:
        threads = sum(client.nthreads().values()) or 1
        waiting, pending = iter(jobs), {}
        results = as_completed(loop=client.loop, with_results=True)

        def submit() -> None:
            job = next(waiting, None)
            if job is not None:
                future = client.submit(do, job, pure=False, retries=RETRIES)
                pending[future.key] = job
                results.add(future)

        for _ in range(threads * AHEAD):
            submit()
        for future, graded in results:
            yield pending.pop(future.key), graded
            submit()

"""Use all cores, and keep memory that will be needed again.

NumPy computes elementwise operations on one core, and the threads of its BLAS gain
little on the narrow matrices of a convolution. But NumPy releases Python's global
interpreter lock while it computes, so plain Python threads can share a batch: each core
takes its examples through patches, product and bias while they are in its own cache.
Meanwhile BLAS is limited to one thread, so that the two kinds of threads do not compete
for cores: BLAS's own threads wait for each other by spinning, which takes the cores
from everything else, above all when another program is running, too.
"""

import _thread
import contextlib
import contextvars
import ctypes
import itertools
import os
import threading

import numpy as np

from helpers import blas

WORTH_SHARING = 2**18  # elements; with fewer, waking another thread costs more
STEPS = 8  # multiply-adds of a matrix product in the time of one elementwise operation
# Elements per block: 1 MB in float32, which fits in the cache. Smaller blocks mean more
# calls, and at each call a thread may have to wait for Python's lock.
BLOCK = 2**18


def _keep_memory():
    """Make glibc keep freed memory, because the next training step needs it again.

    Otherwise the memory of large arrays is returned to the system, and getting it back
    costs more than many operations on it. Systems other than Linux lack this setting;
    on Windows, even looking for it raises an error.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option in (-1, -3):  # M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
            mallopt(option, 2**29)


count = min(blas.AVAILABLE, os.cpu_count() or 1, 4)
_keep_memory()


class _Worker:
    """A thread that waits for jobs; two locks are the fastest way to wake it."""

    def __init__(self):
        self.go, self.done = _thread.allocate_lock(), _thread.allocate_lock()
        self.go.acquire()
        self.done.acquire()
        threading.Thread(target=self.loop, name="nn", daemon=True).start()

    def loop(self):
        while True:
            self.go.acquire()
            try:
                self.job()
            except BaseException as problem:
                self.problem = problem
            self.job = None
            self.done.release()

    def start(self, job):
        self.job, self.problem = job, None
        self.go.release()

    def wait(self):
        self.done.acquire()
        return self.problem


_workers, _busy = [], threading.Lock()


def _forget_workers():
    """Start afresh after a fork, because threads do not exist in the child."""
    global _busy
    _workers.clear()
    _busy = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_workers)


@contextlib.contextmanager
def one_blas_thread():
    """Limit BLAS to one thread, for products too small to be worth sharing."""
    before = blas.threads() if count > 1 else 1
    if before == 1:
        yield
        return
    blas.set_threads(1)
    try:
        yield
    finally:
        blas.set_threads(before)


def share(function, n, work):
    """Call `function(start, stop)` on ranges that together cover 0..n, in threads.

    Args:
        function: writes its part of the result in place; parts must not overlap.
        n: number of examples to distribute.
        work: number of elements touched, to judge whether sharing is worthwhile.
    """
    parts = min(count, n)
    if parts < 2 or work < WORTH_SHARING or not _busy.acquire(blocking=False):
        with one_blas_thread():
            function(0, n)
        return
    try:
        # Workers go back to the list once they are done. If an interrupt (Ctrl+C) ends
        # the wait for them, they are not used again, because they may still be busy.
        workers = [_workers.pop() if _workers else _Worker() for _ in range(parts - 1)]
        bounds = itertools.pairwise(n * i // parts for i in range(parts + 1))
        first = next(bounds)
        with one_blas_thread():
            for worker, (start, stop) in zip(workers, bounds, strict=True):
                # The context contains np.errstate.
                context = contextvars.copy_context()
                worker.start(lambda c=context, r=(start, stop): c.run(function, *r))
            try:
                function(*first)
            finally:
                problems = [worker.wait() for worker in workers]
                _workers.extend(workers)
        for problem in filter(None, problems):
            raise problem
    finally:
        _busy.release()


def results_of_shares(function, n, work):
    """Like `share`, but returns what the calls of `function(start, stop)` return.

    The results are in a fixed order, so that their sum does not depend on which thread
    came first.
    """
    parts = []
    share(lambda *at: parts.append((at, function(*at))), n, work)
    return [result for _, result in sorted(parts, key=lambda part: part[0])]


def elementwise(function, *arrays):
    """Compute `function(*arrays, out=result)` in blocks that fit in the cache.

    Args:
        function: a ufunc, or a function composed of several, which takes pieces of the
            arrays and writes into `out`.
        arrays: the arguments, all of one shape or without dimensions.
    """
    big = max(arrays, key=np.ndim)
    plain = all(a.ndim == 0 or a.shape == big.shape for a in arrays)
    if isinstance(function, np.ufunc) and (not plain or big.size < WORTH_SHARING):
        return function(*arrays)
    if isinstance(function, np.ufunc):  # the quotient of integers is floating-point
        dtype = function.resolve_dtypes((*(a.dtype for a in arrays), None))[-1]
    else:
        dtype = np.result_type(*arrays)
    result = np.empty(big.shape, dtype)
    if big.size < WORTH_SHARING:
        function(*arrays, out=result)
        return result
    out = result.reshape(-1)
    flat = [a if a.ndim == 0 else a.reshape(-1) for a in arrays]

    def part(start, stop):
        for i in range(start, stop, BLOCK):
            at = slice(i, min(i + BLOCK, stop))
            function(*(a if a.ndim == 0 else a[at] for a in flat), out=out[at])

    share(part, big.size, big.size)
    return result


def by_rows(function, *arrays):
    """Call `function(*pieces)` on blocks of rows of the arrays (rows, ...).

    Args:
        function: writes into its pieces; rows must not depend on each other.
        arrays: arrays with equally many rows, contiguous or not.
    """
    rows, size = len(arrays[0]), arrays[0].size
    step = max(1, BLOCK * rows // max(size, 1))

    def part(start, stop):
        for i in range(start, stop, step):
            function(*(a[i : min(i + step, stop)] for a in arrays))

    share(part, rows, size * len(arrays))


def in_pieces(function, groups):
    """Call `function(*pieces)` on pieces of groups of arrays, as if laid end to end.

    Args:
        function: changes its pieces elementwise, in place.
        groups: tuples of arrays; the arrays of a group have the same shape.
    """
    ends, flat = [0], []
    for group in groups:
        if all(a.flags.c_contiguous for a in group):
            flat.append([a.reshape(-1) for a in group])
            ends.append(ends[-1] + group[0].size)
        else:
            function(*group)

    def part(start, stop):
        for group, first in zip(flat, ends, strict=False):
            last = min(stop - first, len(group[0]))
            for i in range(max(start - first, 0), last, BLOCK):
                function(*(a[i : min(i + BLOCK, last)] for a in group))

    share(part, ends[-1], sum(group[0].size * len(group) for group in flat))


def product(a, b, bias=None):
    """The product of two matrices plus a bias, with its rows shared among threads."""
    (result,) = products((a, b, bias))
    return result


def products(*factors):
    """Several products of matrices at once: each thread takes some rows of each.

    Args:
        factors: pairs (a, b), or triples (a, b, bias) where bias may be None.
    """
    results = [
        np.empty((a.shape[0], b.shape[1]), np.result_type(a, b)) for a, b, *_ in factors
    ]

    def part(start, stop):
        for (a, b, *bias), result in zip(factors, results, strict=True):
            at = slice(len(a) * start // count, len(a) * stop // count)
            rows = np.matmul(a[at], b, out=result[at])
            if bias and bias[0] is not None:
                rows += bias[0]

    share(part, count, sum(a.size * b.shape[1] // STEPS for a, b, *_ in factors))
    return results


def column_sums(x):
    """Sum over all axes but the last, as a product with ones, which BLAS does fast."""
    rows = x.reshape(-1, x.shape[-1])
    with one_blas_thread():
        return np.ones(len(rows), x.dtype) @ rows

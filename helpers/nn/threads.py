"""Work on the two halves of a batch at the same time.

NumPy computes elementwise operations on one core, and the threads of its BLAS gain
little on the narrow matrices of a convolution. But NumPy lets go of Python's lock
while it computes, so plain Python threads can share a batch: each core then takes
its examples through patches, product and bias while they are in its own cache.
Meanwhile BLAS is told to keep to one thread, so that the two do not get in each
other's way.
"""

import concurrent.futures
import contextlib
import contextvars
import ctypes
import itertools
import os

import numpy as np

WORTH_SHARING = 2**17  # elements; below, waking another thread costs more


def _blas_threads():
    """Functions that get and set the threads of NumPy's own OpenBLAS, or None."""
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(np._core._multiarray_umath.__file__)
        for suffix in ("64_", ""):
            with contextlib.suppress(AttributeError):
                return tuple(
                    getattr(library, f"scipy_openblas_{verb}_num_threads{suffix}")
                    for verb in ("get", "set")
                )
    return None


_blas = _blas_threads()
# As many threads as BLAS may use (OMP_NUM_THREADS and the like count), at most 4.
count = min(_blas[0]() if _blas else 1, os.cpu_count() or 1, 4)
_pool = None


@contextlib.contextmanager
def one_blas_thread():
    """Keep BLAS to one thread: for products too small to be worth sharing."""
    if count < 2:
        yield
        return
    _blas[1](1)
    try:
        yield
    finally:
        _blas[1](count)


def share(function, n, work):
    """Call `function(start, stop)` on ranges that together make 0..n.

    Args:
        function: writes its part of the result in place; must not overlap others.
        n: examples to share out.
        work: elements that will be touched, to judge whether sharing pays.
    """
    global _pool
    parts = min(count, n)
    if parts < 2 or work < WORTH_SHARING:
        function(0, n)
        return
    if _pool is None:
        _pool = concurrent.futures.ThreadPoolExecutor(count - 1, "nn")
    bounds = [n * i // parts for i in range(parts + 1)]
    with one_blas_thread():
        waiting = [  # each in a copy of the context, which holds np.errstate
            _pool.submit(contextvars.copy_context().run, function, start, stop)
            for start, stop in itertools.pairwise(bounds[:-1])
        ]
        try:
            function(bounds[-2], n)
        finally:
            for future in waiting:
                future.result()


def elementwise(ufunc, *arrays):
    """`ufunc(*arrays)`, shared among the threads where the arrays are large."""
    big = max(arrays, key=np.size)
    if (
        big.size < WORTH_SHARING
        or count < 2
        or big.ndim < 2
        or len(big) < 2
        or not all(a.ndim == 0 or a.shape == big.shape for a in arrays)
    ):
        return ufunc(*arrays)
    result = np.empty(big.shape, np.result_type(*arrays))

    def part(start, stop):
        pieces = (a if a.ndim == 0 else a[start:stop] for a in arrays)
        ufunc(*pieces, out=result[start:stop])

    share(part, len(big), big.size)
    return result

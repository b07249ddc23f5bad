"""How many threads NumPy's BLAS may use."""

from __future__ import annotations

import contextlib
import ctypes

import numpy as np


def _functions():
    """Functions that get and set the thread count of NumPy's OpenBLAS, or None."""
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(np._core._multiarray_umath.__file__)
        for suffix in ("64_", ""):
            with contextlib.suppress(AttributeError):
                return tuple(
                    getattr(library, f"scipy_openblas_{verb}_num_threads{suffix}")
                    for verb in ("get", "set")
                )
    return None


_openblas = _functions()


def threads() -> int:
    """As many threads as BLAS may use now; 1 if NumPy has another BLAS."""
    return _openblas[0]() if _openblas else 1


def set_threads(count: int) -> None:
    """Let BLAS use so many threads from now on; without OpenBLAS, do nothing."""
    if _openblas:
        _openblas[1](count)


# As many as BLAS may use before anyone sets fewer; OMP_NUM_THREADS can limit them.
AVAILABLE = threads()

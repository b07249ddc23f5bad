"""Which BLAS kernel NumPy uses here, for times and roundings depend on it."""

from __future__ import annotations

import ctypes

import numpy as np


def kernel() -> str:
    """Name of the kernel that NumPy's own OpenBLAS has chosen; empty without one."""
    try:
        library = ctypes.CDLL(np._core._multiarray_umath.__file__)
        name = library.scipy_openblas_get_corename64_
    except (AttributeError, OSError):
        return ""
    name.restype = ctypes.c_char_p
    return name().decode()

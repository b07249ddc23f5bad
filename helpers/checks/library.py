"""What NumPy's errors and warnings mean, where NumPy's own message does not say it.

NumPy versions differ: what one accepts silently, the next warns about and a third
rejects. The reader's NumPy may not be the grader's.
"""

from __future__ import annotations

import re
import warnings

import numpy as np

_COMPLEX = (
    "there are complex numbers in it; if they come from `np.linalg.eig`, use "
    "`np.linalg.eigh` for a symmetric matrix, which gives real ones"
)
# Gone from NumPy, which says nothing about what took their place.
_FUNCTIONS = {
    "alen": "len",
    "asscalar": "the array's `.item()`",
    "cumproduct": "np.cumprod",
    "in1d": "np.isin",
    "msort": "np.sort with axis=0",
    "product": "np.prod",
    "rank": "np.ndim",
    "row_stack": "np.vstack",
    "trapz": "np.trapezoid",
}
_METHODS = {
    "itemset": "a[index] = value",
    "newbyteorder": "a.view(a.dtype.newbyteorder())",
    "ptp": "np.ptp(a)",
    "tostring": "a.tobytes()",
}
_DISCARDS = np.exceptions.ComplexWarning
_MEANINGS = (
    (r"Cannot cast .* from dtype\('complex|not '(numpy\.)?complex", _COMPLEX),
    (
        r"Both input arrays must be \(arrays of\) 3-dimensional vectors",
        "`np.cross` takes vectors of three numbers only; of two, the product is "
        "x[0] * y[1] - x[1] * y[0]",
    ),
    (
        r"only 0-dimensional arrays can be converted to Python scalars",
        "if the array holds a single number, `.item()` gives it",
    ),
    (r"unexpected keyword argument 'keep_dims'", "`keepdims` is one word"),
)


def advice(error: str) -> str:
    """What to do about an error of NumPy's, by its message; empty if nothing is known.

    Example:
        >>> advice("module 'numpy' has no attribute 'row_stack'")
        'NumPy has no `row_stack` any more; in its place there is np.vstack'
    """
    for pattern, known in (
        (r"^module 'numpy' has no attribute '(\w+)'$", _FUNCTIONS),
        (r"^'numpy\.ndarray' object has no attribute '(\w+)'", _METHODS),
    ):
        gone = re.search(pattern, error)
        if gone and gone[1] in known:
            return (
                f"NumPy has no `{gone[1]}` any more; in its place there is "
                f"{known[gone[1]]}"
            )
    return next((said for found, said in _MEANINGS if re.search(found, error)), "")


def remark(heard: warnings.WarningMessage) -> str:
    """A warning in one line, for a reader whose answer may well be right."""
    text = " ".join(str(heard.message).split())
    if issubclass(heard.category, (DeprecationWarning, FutureWarning)):
        return f"This works here, but a later version will change or refuse it: {text}"
    more = f"; {_COMPLEX}" if issubclass(heard.category, _DISCARDS) else ""
    return f"NumPy warned: {text}{more}"

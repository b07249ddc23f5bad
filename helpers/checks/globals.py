"""A variable of the notebook that a function uses instead of its argument."""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

import numpy as np

_DATA = (int, float, complex, str, list, tuple, dict, set, np.ndarray, np.generic)


def stray_name(function: Callable) -> str:
    """One sentence, or an empty string.

    It is said only where both are true: an argument is never read, and data of the
    notebook is. Either alone may well be meant.
    """
    if not isinstance(function, FunctionType):
        return ""
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    used = _read(code) | set(code.co_cellvars)
    unused = [name for name in code.co_varnames[:count] if name not in used]
    names = function.__globals__
    data = [
        name
        for name in dict.fromkeys(globals_read(code))
        if isinstance(names.get(name), _DATA) and not _is_constant(name)
    ]
    if not unused or not data:
        return ""
    return (
        f"It reads `{data[0]}`, a variable of the notebook, and never its argument "
        f"`{unused[0]}`."
    )


def _is_constant(name: str) -> bool:
    """`EPSILON` and `__name__` are constants; `X` and `W1` are data."""
    return name.startswith("__") or (name.isupper() and len(name) > 2)


def _read(code: CodeType) -> set[str]:
    """Names of local variables that are read, by themselves or in pairs."""
    found: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname.startswith(("LOAD_FAST", "STORE_FAST_LOAD", "DELETE_FAST")):
            names = step.argval if isinstance(step.argval, tuple) else (step.argval,)
            found.update(names)
    return found


def globals_read(code: CodeType) -> Iterator[str]:
    """Global names that code reads, also in functions inside of it."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from globals_read(inner)

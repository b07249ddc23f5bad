"""Call a function on one case and write down everything that can be compared."""

from __future__ import annotations

import contextlib
import copy
import io
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from helpers.checks import library
from helpers.checks.compare import Tolerance, difference
from helpers.checks.values import plain

_OURS = str(Path(__file__).parents[1])
_DRIVERS = str(Path(_OURS) / "drivers")
SEED = 7  # of np.random before each call, the same for reader, reference, mistakes


@dataclass(frozen=True)
class Outcome:
    """What one call did, in plain values.

    Attributes:
        value: what it returned; `None` when it raised.
        error: `"ValueError: …"` when it raised, with the line of code; else empty.
        unwritten: it raised `NotImplementedError`: the exercise is not written yet.
        modified: names of arguments that the call changed without being asked to.
        after: arguments the exercise is meant to change, as they are after the call.
        notes: remarks that cost nothing, such as a warning from NumPy.
    """

    value: Any = None
    error: str = ""
    unwritten: bool = False
    modified: tuple[str, ...] = ()
    after: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def observe(
    function: Callable,
    inputs: dict[str, Any],
    positional: int,
    *,
    mutates: Sequence[str] = (),
    driver: Callable | None = None,
    seed: int = SEED,
) -> Outcome:
    """Call `function` on copies of the inputs, with NumPy's generator seeded.

    Args:
        function: the exercise.
        inputs: parameter name → plain value, in the order of the parameters.
        positional: how many of them, from the first, are passed by position, so
            that an exercise may name its parameters as it likes.
        mutates: parameters that the exercise is asked to change in place.
        driver: where the exercise takes or returns objects, called as
            `driver(function, **inputs)`, turns plain inputs into plain outputs.
        seed: for `np.random`, so that draws can be repeated.
    """
    given = copy.deepcopy(inputs)
    names = list(given)
    args = [given[name] for name in names[:positional]]
    kwargs = {name: given[name] for name in names[positional:]}
    np.random.seed(seed)
    try:
        with warnings.catch_warnings(record=True) as heard, _quiet():
            warnings.simplefilter("always")
            if driver is None:
                value = plain(function(*args, **kwargs))
            else:
                value = plain(driver(function, **given))
    except NotImplementedError:
        return Outcome(error="it is not written yet", unwritten=True)
    except Exception as error:
        return Outcome(error=describe(error))
    changed = [name for name in names if differs(inputs[name], plain(given[name]))]
    return Outcome(
        value=value,
        modified=tuple(name for name in changed if name not in mutates),
        after={name: plain(given[name]) for name in mutates},
        notes=tuple(dict.fromkeys(map(library.remark, heard))),
    )


@contextlib.contextmanager
def _quiet():
    """What a function prints is its own affair, and not part of its answer."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def differs(before: Any, now: Any) -> bool:
    """Whether an argument changed at all (exactly, not within a tolerance)."""
    return difference(before, now, Tolerance(rtol=0.0, atol=0.0)) is not None


def describe(error: BaseException) -> str:
    """An exception in one line: type, message, and the line of code it came from."""
    text = " ".join(str(error).split())[:300]
    lines = [
        (frame.filename, frame.line.strip()[:120])
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if frame.line and "site-packages" not in frame.filename
    ]
    # The last line that is the reader's own; else that of ours which used the answer.
    own = [line for file, line in lines if not file.startswith(_OURS)]
    ours = [line for file, line in lines if file.startswith(_DRIVERS)]
    where = "".join(f" in the line `{line}`" for line in (own or ours)[:1])
    none = "something is None there: is a return missing?"
    hint = none if "NoneType" in text else library.advice(text)
    return f"{type(error).__name__}: {text}{where}{hint and '; '}{hint}"

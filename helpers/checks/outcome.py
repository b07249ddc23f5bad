"""Call a function on one case and record everything that can be compared."""

from __future__ import annotations

import contextlib
import dis
import io
import sysconfig
import traceback
import warnings
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from helpers.checks import library
from helpers.checks.spec import CheckSpec
from helpers.checks.values import plain

_OURS = str(Path(__file__).parents[1])
_STANDARD = sysconfig.get_path("stdlib")
SEED = 7  # of np.random before each call, the same for reader, reference, mistakes


@dataclass(frozen=True)
class Outcome:
    """What one call did, in plain values.

    Attributes:
        value: what it returned; `None` when it raised.
        error: `"ValueError: …"` when it raised, with the line of code; else empty.
        needs: name of what it stopped at because that is open: a function or class
            that still holds its stub, or a name that is not defined.
        modified: names of arguments that the call changed without being asked to.
        after: arguments the exercise is meant to change, as they are after the call.
        notes: remarks that cost nothing, such as a warning from NumPy.
        repeated: it gave the same draws again after another seed of `np.random`.
    """

    value: Any = None
    error: str = ""
    needs: str = ""
    modified: tuple[str, ...] = ()
    after: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    repeated: bool = False


def observe(
    function: Callable,
    inputs: dict[str, Any],
    positional: int,
    spec: CheckSpec | None = None,
    driver: Callable | None = None,
    seed: int = SEED,
) -> Outcome:
    """Call `function` on copies of the inputs, with NumPy's generator seeded.

    Args:
        function: the exercise.
        inputs: parameter name → plain value, in the order of the parameters.
        positional: how many of them, from the first, are passed by position, so
            that an exercise may name its parameters as it likes.
        spec: the check of the exercise: what it may change, and whether it draws. An
            exercise that draws is called once more with another seed, to note whether
            the draws are the same.
        driver: where the exercise takes or returns objects, called as
            `driver(function, **inputs)`, turns plain inputs into plain outputs.
        seed: for `np.random`, so that draws can be repeated.
    """
    spec = spec or CheckSpec()
    given = deepcopy(inputs)
    before = {name: exact(plain(value)) for name, value in inputs.items()}
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
    except Exception as error:
        return Outcome(error=describe(error), needs=_open(error))
    repeated = False
    if spec.random and "seed" not in inputs:
        once = replace(spec, random=False)
        other = observe(function, inputs, positional, once, driver, seed + 1)
        repeated = not other.error and exact(other.value) == exact(value)
    after = {name: plain(given[name]) for name in names}
    changed = [name for name in names if exact(after[name]) != before[name]]
    return Outcome(
        value=value,
        modified=tuple(name for name in changed if name not in spec.mutates),
        after={name: after[name] for name in spec.mutates},
        notes=tuple(dict.fromkeys(map(library.remark, heard))),
        repeated=repeated,
    )


@contextlib.contextmanager
def _quiet():
    """What a function prints is its own affair, and not part of its answer."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


class NotWritten(NotImplementedError):
    """A call needs an exercise that is open, and nothing can stand in for it.

    Args:
        exercise: its name.
    """

    def __init__(self, exercise: str) -> None:
        super().__init__(f"{exercise} is not written yet")
        self.exercise = exercise


def _open(error: Exception) -> str:
    """The function, class or name whose absence an error tells of, if it does.

    Who raised it decides, not the type alone: `NotImplementedError` of a function
    that does something else as well is an error like any other.
    """
    if isinstance(error, NotWritten):
        return error.exercise
    if isinstance(error, NotImplementedError):
        last = error.__traceback__
        while last.tb_next:
            last = last.tb_next
        code = last.tb_frame.f_code
        return _outermost(code.co_qualname) if _is_stub(code) else ""
    undefined = isinstance(error, NameError) and not isinstance(
        error, UnboundLocalError
    )
    return getattr(error, "name", None) or "" if undefined else ""


def _outermost(qualname: str) -> str:
    """The function or class that holds a function of this name.

    A function that was defined inside another, as in a test, counts as its own.
    """
    return qualname.rpartition("<locals>.")[2].partition(".")[0]


def _is_stub(code: CodeType) -> bool:
    """Whether a function does nothing but raise `NotImplementedError`."""
    written = ("RETURN", "STORE", "POP_JUMP")
    return code.co_names == ("NotImplementedError",) and not any(
        step.opname.startswith(written) for step in dis.get_instructions(code)
    )


def exact(value: Any) -> Any:
    """A plain value as something that equals that of the very same value only.

    It does without functions of NumPy, which a reader's code may have replaced.
    """
    if isinstance(value, np.ndarray):
        return "array", value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [exact(item) for item in value]
    if isinstance(value, dict):
        return "dict", {key: exact(item) for key, item in value.items()}
    return type(value).__name__, value if isinstance(value, set) else repr(value)


def _is_library(file: str) -> bool:
    return file.startswith(_STANDARD) or "-packages" in file


def describe(error: BaseException) -> str:
    """An exception in one line: type, message, and the line of code it came from."""
    if isinstance(error, SyntaxError) and error.text:  # its line was never run
        line = error.text.strip()[:120]
        return f"{type(error).__name__}: {error.msg} in the line `{line}`"
    text = " ".join(str(error).split())[:300]
    # As pytest does it: a function of ours outside of this package hides itself.
    shown = [
        "__tracebackhide__" not in frame.f_locals
        for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    found = zip(traceback.extract_tb(error.__traceback__), shown, strict=True)
    lines = [
        (frame.filename, frame.line.strip()[:120])
        for frame, is_shown in reversed(list(found))
        if frame.line and is_shown and not _is_library(frame.filename)
    ]
    # The last line that is the reader's own.
    own = [line for file, line in lines if not file.startswith(_OURS)]
    where = "".join(f" in the line `{line}`" for line in own[:1])
    none = "something is None there: is a return missing?"
    hint = none if "NoneType" in text else library.advice(text)
    return f"{type(error).__name__}: {text}{where}{hint and '; '}{hint}"

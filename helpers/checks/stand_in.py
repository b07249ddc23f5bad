"""What replaces an unwritten exercise while another exercise calls it.

For an exercise that maps values to values, it is a lookup among calls that the
reference made when the lab was built. For one that takes or returns objects, it is a
fixed block from `helpers.stand_ins`. That block is not an answer: results computed with
it are compared with what the reference makes of the same block.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from helpers.checks.compare import Tolerance, difference
from helpers.checks.outcome import NotWritten
from helpers.checks.values import plain

TABLE = 100  # a longer list or dictionary of a notebook holds data, not functions
DEPTH = 3  # tables in tables


@dataclass
class Recorded:
    """Calls of an exercise that the reference of another one made.

    Attributes:
        parameters: names of its parameters, in order.
        defaults: those that have a default, with it.
        calls: of each call the arguments by name, what it returned, and what became
            of the arguments that it is asked to change.
    """

    parameters: list[str]
    defaults: dict[str, Any]
    calls: list[tuple[dict[str, Any], Any, dict[str, Any]]] = field(
        default_factory=list
    )


class Lookup:
    """Answers as the reference did to the same arguments.

    Args:
        name: of the exercise that it stands for.
        recorded: what is known of it.
    """

    def __init__(self, name: str, recorded: Recorded) -> None:
        self.__name__, self._recorded, self._next = name, recorded, 0
        # Training loops make hundreds of calls: the very same one is found at once.
        self._numbers = {
            _key(arguments): number
            for number, (arguments, _, _) in reversed([*enumerate(recorded.calls)])
        }

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value of the recorded call with these arguments.

        Raises:
            NotWritten: there is none.
        """
        known = self._recorded
        given = {**dict(zip(known.parameters, args, strict=False)), **kwargs}
        asked = plain({**known.defaults, **given})
        number = self._numbers.get(_key(asked))
        if number is None:
            number = self._nearest(asked)
        _, value, after = known.calls[number]
        self._next = number + 1
        for key, now in after.items():
            overwrite(given[key], now)
        return copy.deepcopy(value)

    def _nearest(self, asked: dict[str, Any]) -> int:
        """The number of a call whose arguments are the same but for rounding.

        Calls come in the order in which they were recorded, more often than not.
        """
        calls = self._recorded.calls
        for i in range(len(calls)):
            number = (self._next + i) % len(calls)
            if difference(calls[number][0], asked, Tolerance()) is None:
                return number
        raise NotWritten(self.__name__)


def _key(value: Any) -> Any:
    """What is equal for equal plain values, whatever types their numbers have."""
    if isinstance(value, dict):
        return frozenset((key, _key(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(map(_key, value))
    if isinstance(value, (bool, int, float, np.ndarray, np.generic)):
        array = np.asarray(value)
        numbers = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
        return array.shape, (numbers + 0.0).tobytes()  # -0.0 is 0.0
    return type(value).__name__, repr(value)


def blocks(lab: str) -> dict[str, Callable]:
    """The fixed blocks of a lab by the name of the exercise they stand for."""
    name = f"helpers.stand_ins.{lab}"
    if importlib.util.find_spec(name) is None:
        return {}
    module = importlib.import_module(name)
    return {
        key: value
        for key, value in vars(module).items()
        if getattr(value, "__module__", "") == name and not key.startswith("_")
    }


def names_of(function: Callable) -> MutableMapping[str, Any]:
    """Where a function or class looks up the other names of its notebook.

    A decorator such as `np.errstate(…)` puts a function of another module around it.
    """
    inner = inspect.unwrap(function)
    for kind, attribute in ((functools.partial, "func"), (np.vectorize, "pyfunc")):
        if isinstance(inner, kind):
            return names_of(getattr(inner, attribute))
    module = sys.modules.get(getattr(inner, "__module__", ""))
    return getattr(inner, "__globals__", vars(module) if module else {})


@contextlib.contextmanager
def replaced(
    names: MutableMapping[str, Any], stand_ins: Mapping[str, Callable]
) -> Iterator[None]:
    """Put stand-ins in the place of what some names hold, for a while.

    They also stand in where the notebook holds the same function under another name,
    or in a table such as `{"gd": update_parameters_with_gd}`, and they take keyword
    arguments by the names that the notebook's function has for them.
    """
    if not stand_ins:
        yield
        return
    stand_ins = {
        name: _called_like(names.get(name), one) for name, one in stand_ins.items()
    }
    own = {id(names[name]): stand_ins[name] for name in stand_ins if name in names}
    own.pop(id(None), None)
    inside = {name: _exchanged(value, own) for name, value in names.items()}
    placed = {
        name: value for name, value in inside.items() if value is not names[name]
    } | dict(stand_ins)
    before = {name: names[name] for name in placed if name in names}
    names.update(placed)
    try:
        yield
    finally:
        for name in placed:
            names.pop(name, None)
        names.update(before)


def _called_like(own: Any, stand_in: Callable) -> Callable:
    """A stand-in that is called as the function in whose place it is.

    Other names of parameters are nobody's mistake; their order is that of the exercise.
    """
    if isinstance(stand_in, type) or isinstance(own, type) or not callable(own):
        return stand_in
    try:
        signature = inspect.signature(own)
    except (TypeError, ValueError):
        return stand_in

    def called(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # no line of this is one of the reader's
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return stand_in(*args, **kwargs)
        return stand_in(*bound.args, **bound.kwargs)

    called.__name__ = getattr(stand_in, "__name__", "")
    return called


def _exchanged(value: Any, own: Mapping[int, Callable], depth: int = DEPTH) -> Any:
    """A value with other functions in it; the same object where none is exchanged."""
    if id(value) in own:
        return own[id(value)]
    if type(value) not in (dict, list, tuple) or len(value) > TABLE or not depth:
        return value
    items = [*value.values()] if isinstance(value, dict) else value
    new = [_exchanged(item, own, depth - 1) for item in items]
    if all(one is other for one, other in zip(new, items, strict=True)):
        return value
    if isinstance(value, dict):
        return dict(zip(value, new, strict=True))
    return type(value)(new)


def overwrite(target: Any, after: Any) -> None:
    """Change an argument in place, as the exercise would have."""
    if isinstance(target, dict):
        for key, value in after.items():
            if isinstance(target.get(key), dict):
                overwrite(target[key], value)
            else:
                target[key] = copy.deepcopy(value)
    else:
        target[...] = after

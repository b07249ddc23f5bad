"""A student's notebook, run and ready to be called.

This is the only place where student code runs when it is graded. It knows no answer:
the judge sends inputs and compares what comes back elsewhere.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import importlib.util
import io
import linecache
import warnings
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, ModuleType
from typing import Any

from helpers.checks.outcome import Outcome, describe, observe
from helpers.checks.stand_in import blocks, overwrite, replaced
from helpers.checks.values import Opaque, plain


class Student:
    """The names that a student's cells define.

    Attributes:
        lab: name of the lab, which says where drivers are found.
        module: where its names live.
        errors: one sentence for each cell that stopped with an error.
    """

    def __init__(self, lab: str, cells: Iterable[str]) -> None:
        self.lab = lab
        self.errors: list[str] = []
        # Before any of the student's code runs: what it puts into modules is its own.
        self._drivers, self._blocks = _drivers(lab), blocks(lab)
        self.module = ModuleType("__main__", "A student's notebook")
        self.module.__dict__["get_ipython"] = _NoShell
        for number, cell in enumerate(cells, start=1):
            self.run(number, cell)

    def run(self, number: int, cell: str) -> None:
        """Run one cell; an error in it is noted and costs the other cells nothing."""
        name = f"<cell {number}>"
        try:
            code, compiled = _compiled(cell, name)
            linecache.cache[name] = (len(code), None, code.splitlines(True), name)
            with contextlib.redirect_stdout(_Nowhere()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compiled, self.module.__dict__)
        except BaseException as error:  # SystemExit and any other kind as well
            self.errors.append(f"Cell {number} stopped with {describe(error)}.")

    def value(self, name: str) -> Any:
        """What a variable holds, as a plain value."""
        value = plain(self.module.__dict__.get(name))
        return None if isinstance(value, Opaque) else value

    def call(
        self,
        name: str,
        inputs: dict[str, Any],
        positional: int,
        mutates: Iterable[str] = (),
        driver: str | None = None,
        stand_ins: Mapping[str, Callable] | None = None,
        fixed: Iterable[str] = (),
    ) -> Outcome:
        """Call an exercise; see `helpers.checks.outcome.observe`.

        Args:
            name: of the exercise.
            inputs: parameter name → plain value.
            positional: how many of them are passed by position.
            mutates: parameters that it is asked to change in place.
            driver: name of the function in `helpers.drivers` that calls it.
            stand_ins: functions that take the place of the student's for this call.
            fixed: exercises whose place a fixed block of `helpers.stand_ins` takes.
        """
        function = self.module.__dict__.get(name)
        if not callable(function):
            return Outcome(error=f"there is no function `{name}` in the notebook")
        placed = dict(stand_ins or {})
        placed |= {name: self._blocks[name] for name in fixed}
        try:
            with replaced(self.module.__dict__, placed):
                return observe(
                    function,
                    inputs,
                    positional,
                    mutates=tuple(mutates),
                    driver=self._drivers[driver] if driver else None,
                )
        except BaseException as error:  # SystemExit and any other kind as well
            return Outcome(error=describe(error))


def _drivers(lab: str) -> dict[str, Any]:
    """What the module of a lab's drivers holds; nothing where it has none."""
    name = f"helpers.drivers.{lab}"
    if importlib.util.find_spec(name) is None:
        return {}
    return vars(importlib.import_module(name))


class StandIn:
    """Stands in for an exercise: asks whoever knows for each value.

    Args:
        name: of the exercise.
        ask: given the name and the arguments as a plain value, returns `value`, `after`
            (arguments that are changed in place, by position or name) and `error`.
    """

    def __init__(self, name: str, ask: Callable[[str, Any], dict[str, Any]]) -> None:
        self.__name__, self._ask = name, ask

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The reference's value.

        Raises:
            ValueError: the reference stops with an error on these arguments.
        """
        __tracebackhide__ = True  # no line of this is one of the student's
        reply = self._ask(self.__name__, plain([list(args), kwargs]))
        if reply["error"]:
            raise ValueError(
                f"a right `{self.__name__}` stops with {reply['error']} on these "
                "arguments"
            )
        given = {**dict(enumerate(args)), **kwargs}
        for key, after in reply["after"].items():
            overwrite(given[key], after)
        return copy.deepcopy(reply["value"])


class _NoShell:
    """Takes the place of IPython: magics and shell commands do nothing here."""

    def __getattr__(self, name: str) -> Callable:
        return lambda *args, **kwargs: None


class _Nowhere(io.TextIOBase):
    """A stream that forgets what is written to it, however much."""

    def write(self, text: str) -> int:
        return len(text)


def _compiled(cell: str, name: str) -> tuple[str, CodeType]:
    """A cell as plain Python: `%magic` and `!command` become calls that do nothing."""
    try:
        return cell, _compile(cell, name)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        code = TransformerManager().transform_cell(cell)
        return code, _compile(code, name)


def _compile(code: str, name: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return compile(code, name, "exec")

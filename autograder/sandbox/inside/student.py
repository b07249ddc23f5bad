"""A student's notebook after its cells have run, with functions ready to be called.

This is the only place where student code runs when it is graded. It contains no
answers: the judge sends inputs and compares the results elsewhere.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import copy
import importlib
import importlib.util
import inspect
import io
import itertools
import linecache
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, ModuleType
from typing import Any

from autograder.sandbox.inside.protocol import Given
from helpers.checks.outcome import Outcome, describe, observe
from helpers.checks.spec import Call, CheckSpec
from helpers.checks.stand_in import blocks, overwrite, replaced
from helpers.checks.values import Opaque, plain


class Student:
    """The names that a student's cells define.

    Attributes:
        lab: name of the lab, which determines its drivers.
        module: the module that contains the names.
        errors: one sentence for each cell that did not finish.
    """

    def __init__(self, lab: str, cells: Iterable[str]) -> None:
        self.lab = lab
        self.errors: list[str] = []
        # Loaded before any student code runs, which may change modules.
        self._drivers, self._blocks = _drivers(lab), blocks(lab)
        self.module = ModuleType("__main__", "A student's notebook")
        shell = _Shell(self)
        self.module.__dict__.update(get_ipython=lambda: shell, input=_no_input)
        self._unfinished: list[
            tuple[str, str]
        ] = []  # text of a cell, what became of it
        for number, cell in enumerate(cells, start=1):
            self.run(number, cell)

    def run(self, number: int, cell: str) -> None:
        """Run one cell; an error is recorded and does not affect the other cells."""
        name = f"<cell {number}>"
        try:
            with contextlib.redirect_stdout(_Nowhere()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.execute(cell, name)
        except BaseException as error:  # SystemExit and any other kind as well
            left_out = isinstance(error, _NotRun)
            why = str(error) if left_out else f"stopped with {describe(error)}"
            self.errors.append(f"Cell {number} {why}.")
            self.skip(cell, why)

    def execute(self, cell: str, name: str) -> None:
        """Run code in the notebook's namespace, as IPython would."""
        code, compiled = _compiled(cell, name)
        linecache.cache[name] = (len(code), None, code.splitlines(True), name)
        found = eval(compiled, self.module.__dict__)
        if inspect.iscoroutine(found):  # `await` outside of a function
            asyncio.run(found)

    def skip(self, cell: str, why: str) -> None:
        """Record that a cell did not finish, to explain names that are then missing."""
        self._unfinished.append((cell, why))

    def _missing(self, name: str) -> str:
        """Say that there is no such function, and why, if a cell should define it."""
        defines = re.compile(
            rf"^\s*(?:(?:async\s+)?def|class)\s+{name}\b", re.MULTILINE
        )
        why = next((w for cell, w in self._unfinished if defines.search(cell)), "")
        return f"there is no function `{name}`" + (
            f": its cell {why}" if why else " in the notebook"
        )

    def value(self, name: str) -> Any:
        """The content of a variable, as a plain value."""
        value = plain(self.module.__dict__.get(name))
        return None if isinstance(value, Opaque) else value

    def call(
        self,
        spec: CheckSpec,
        call: Call,
        stand_ins: Mapping[str, Callable] | None = None,
        blocks: Iterable[str] = (),
    ) -> Outcome:
        """Call an exercise; see `helpers.checks.outcome.observe`.

        Args:
            spec: the check of the exercise.
            call: the arguments.
            stand_ins: functions that replace the student's for this call.
            blocks: exercises that are replaced by a fixed block of
                `helpers.stand_ins`.
        """
        function = self.module.__dict__.get(spec.name)
        if not callable(function):
            return Outcome(error=self._missing(spec.name))
        placed = dict(stand_ins or {})
        placed |= {name: self._blocks[name] for name in blocks}
        driver = self._drivers[spec.driver] if spec.driver else None
        try:
            with replaced(self.module.__dict__, placed):
                return observe(function, call.inputs, call.positional, spec, driver)
        except BaseException as error:  # SystemExit and any other kind as well
            return Outcome(error=describe(error))


def _drivers(lab: str) -> dict[str, Any]:
    """The contents of the module with a lab's drivers; empty if there is none."""
    name = f"helpers.drivers.{lab}"
    if importlib.util.find_spec(name) is None:
        return {}
    return vars(importlib.import_module(name))


class StandIn:
    """Replaces an exercise by asking for the reference's value in each call.

    Args:
        name: name of the exercise.
        ask: function of the name and the arguments as a plain value.
    """

    def __init__(self, name: str, ask: Callable[[str, Any], Given]) -> None:
        self.__name__, self._ask = name, ask

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The reference's value.

        Raises:
            ValueError: the reference stops with an error on these arguments.
        """
        __tracebackhide__ = True  # no line of this is one of the student's
        reply = self._ask(self.__name__, plain([list(args), kwargs]))
        if reply.error:
            raise ValueError(
                f"a correct `{self.__name__}` stops with {reply.error} on these "
                "arguments"
            )
        given = {**dict(enumerate(args)), **kwargs}
        for key, after in reply.after.items():
            overwrite(given[key], after)
        return copy.deepcopy(reply.value)


class _Shell:
    """Replaces IPython: magics that time or capture code run it, others do nothing.

    Args:
        student: the student's notebook.
    """

    RUN = frozenset({"capture", "prun", "time"})  # define names in the notebook

    def __init__(self, student: Student) -> None:
        self._student, self._numbers = student, itertools.count(1)

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run a cell with the magic `%%name`, or record that it cannot be run here."""
        if name in self.RUN:
            self._student.execute(cell, f"<below %%{name}, {next(self._numbers)}>")
        else:
            raise _NotRun(f"begins with `%%{name}` and is not run when it is graded")

    def run_line_magic(self, name: str, line: str, **options: Any) -> None:
        """Run the code after `%time`; other magics do nothing here."""
        if name in self.RUN:
            self._student.execute(line, f"<after %{name}, {next(self._numbers)}>")

    def __getattr__(self, name: str) -> Callable:
        return lambda *args, **kwargs: None


class _NotRun(Exception):
    """A cell that is left out on purpose; its text says why."""


def _no_input(prompt: object = "") -> str:
    """Replace `input`, because nobody is there to answer."""
    __tracebackhide__ = True  # no line of this is one of the student's
    raise EOFError("nobody answers `input()` when a lab is graded")


class _Nowhere(io.TextIOBase):
    """A stream that discards everything written to it."""

    def write(self, text: str) -> int:
        return len(text)


def _compiled(cell: str, name: str) -> tuple[str, CodeType]:
    """Convert a cell to plain Python; `%magic` and `!command` become function calls."""
    try:
        return cell, _compile(cell, name)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        code = TransformerManager().transform_cell(cell)
        return code, _compile(code, name)


def _compile(code: str, name: str) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return compile(code, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            if not error.text:  # the compiler, unlike the parser, gives no line
                line = code.split("\n")[(error.lineno or 1) - 1 :][:1]
                error.text = "".join(line)
            raise

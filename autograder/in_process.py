"""The judge's transport without a sandbox: for the author's own code, and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograder.check import Call, Check
from autograder.worker.student import Student
from helpers.checks.outcome import Outcome

TIER = 0


class InProcess:
    """Runs a notebook's cells in this very process. For code that is trusted only."""

    def __init__(self, lab: str, cells: Iterable[str]) -> None:
        self._student = Student(lab, cells)
        self.errors = self._student.errors

    def value(self, name: str) -> Any:
        """What a variable holds, as a plain value."""
        return self._student.value(name)

    def call(
        self, check: Check, call: Call, stand_ins: Mapping[str, Callable]
    ) -> Outcome:
        """What an exercise does with one call."""
        return self._student.call(
            check.name, call.inputs, call.positional, check.mutates, check.driver,
            stand_ins,
        )  # fmt: skip


class Defined:
    """Names that are defined already: an author's notebook, or a reference module."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self.errors: list[str] = []

    def value(self, name: str) -> Any:
        """What a variable holds."""
        return self._names.get(name)

    def call(
        self, check: Check, call: Call, stand_ins: Mapping[str, Callable]
    ) -> Outcome:
        """What an exercise does with one call; stand-ins are not needed here."""
        function = self._names.get(check.name)
        if function is None:
            return Outcome(error=f"there is no function `{check.name}`")
        return check.observe(function, call)

"""The judge's transport without a sandbox: for the author's own code, and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograder.cases import Cases
from autograder.check import Call, Check
from autograder.worker.student import Student
from helpers.checks.outcome import Outcome

TIER = 0


class InProcess:
    """Runs a notebook's cells in this very process. For code that is trusted only."""

    def __init__(self, lab: str, cells: Iterable[str]) -> None:
        self._student = Student(lab, cells)
        self.errors = self._student.errors

    def together(
        self, cases: Cases, names: Sequence[str], variables: Sequence[str]
    ) -> tuple[dict[str, list[Outcome]], dict[str, Any]]:
        """Nothing: each is asked by itself."""
        return {}, {}

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """What some variables hold, as plain values."""
        return {name: self._student.value(name) for name in names}

    def outcomes(
        self, check: Check, calls: Sequence[Call], stand_ins: Mapping[str, Callable]
    ) -> list[Outcome]:
        """What an exercise does with some calls."""
        return [
            self._student.call(
                check.name, call.inputs, call.positional, check.mutates, check.driver,
                stand_ins, check.random,
            )
            for call in calls
        ]  # fmt: skip


class Defined:
    """Names that are defined already: an author's notebook, or a reference module."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names
        self.errors: list[str] = []

    def together(
        self, cases: Cases, names: Sequence[str], variables: Sequence[str]
    ) -> tuple[dict[str, list[Outcome]], dict[str, Any]]:
        """Nothing: each is asked by itself."""
        return {}, {}

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """What some variables hold."""
        return {name: self._names.get(name) for name in names}

    def outcomes(
        self, check: Check, calls: Sequence[Call], stand_ins: Mapping[str, Callable]
    ) -> list[Outcome]:
        """What an exercise does with some calls; stand-ins are not needed here."""
        function = self._names.get(check.name)
        if function is None:
            why = f"there is no function `{check.name}`"
            return [Outcome(error=why)] * len(calls)
        return [check.observe(function, call) for call in calls]

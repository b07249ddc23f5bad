"""The judge's transport without a sandbox: for the author's own code, and for tests."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, MutableMapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.check import Call, Check
from autograder.grading.cases import Cases
from autograder.sandbox.host import oracle
from autograder.sandbox.inside.student import StandIn, Student
from helpers.checks.outcome import Outcome
from helpers.checks.stand_in import replaced

TIER = 0


class InProcess:
    """Runs a notebook's cells in this process. Only for trusted code."""

    def __init__(self, lab: str, cells: Iterable[str]) -> None:
        self._student = Student(lab, cells)
        self.errors = self._student.errors

    def together(
        self, cases: Cases, names: Sequence[str], variables: Sequence[str]
    ) -> tuple[dict[str, list[Outcome]], dict[str, Any]]:
        """Ask for nothing yet: each question is asked by itself."""
        return {}, {}

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """What some variables hold, as plain values."""
        return {name: self._student.value(name) for name in names}

    def outcomes(
        self,
        check: Check,
        calls: Sequence[Call],
        stand_ins: Collection[str],
        blocks: Collection[str] = (),
    ) -> list[Outcome]:
        """What an exercise does with some calls."""
        return [
            self._student.call(
                check.name,
                call.inputs,
                call.positional,
                check.mutates,
                check.driver,
                _reference(check.lab.name, stand_ins),
                blocks,
                check.random,
            )
            for call in calls
        ]


class Defined:
    """Names that are already defined: an author's notebook, or a reference module."""

    def __init__(self, names: MutableMapping[str, Any]) -> None:
        self._names = names
        self.errors: list[str] = []

    def together(
        self, cases: Cases, names: Sequence[str], variables: Sequence[str]
    ) -> tuple[dict[str, list[Outcome]], dict[str, Any]]:
        """Ask for nothing yet: each question is asked by itself."""
        return {}, {}

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """What some variables hold."""
        return {name: self._names.get(name) for name in names}

    def outcomes(
        self,
        check: Check,
        calls: Sequence[Call],
        stand_ins: Collection[str],
        blocks: Collection[str] = (),
    ) -> list[Outcome]:
        """What an exercise does with some calls."""
        function = self._names.get(check.name)
        if function is None:
            why = f"there is no function `{check.name}`"
            return [Outcome(error=why)] * len(calls)
        placed = dict(_reference(check.lab.name, stand_ins))
        placed |= {name: check.blocks[name] for name in blocks}
        with replaced(self._names, placed):
            return [check.observe(function, call) for call in calls]


def _reference(lab: str, names: Collection[str]) -> dict[str, StandIn]:
    """Stand-ins with the reference's values, as a sandbox has them."""
    ask = functools.partial(_ask, lab)
    return {name: StandIn(name, ask) for name in names}


def _ask(lab: str, name: str, given: Any) -> dict[str, Any]:
    """Ask the reference, without changing the random state of this process."""
    state = np.random.get_state()
    try:
        return oracle.answer(lab, name, given)
    finally:
        np.random.set_state(state)

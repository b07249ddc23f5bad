"""Sessions without a sandbox: for the author's own code, and for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from typing import Any, Self

import numpy as np

from autograder.sandbox.host import oracle
from autograder.sandbox.inside.parse import RawCell, parse
from autograder.sandbox.inside.protocol import (
    Everything,
    Given,
    Request,
    Variable,
    Wanted,
)
from autograder.sandbox.inside.student import StandIn, Student
from helpers.checks.notebook import driver_of
from helpers.checks.outcome import Outcome, observe
from helpers.checks.stand_in import blocks, replaced


class _Trusted:
    """What both have in common; see `autograder.grading.session.Session`."""

    tier, starved = 0, False

    def __init__(self, lab: str) -> None:
        self.lab, self.errors = lab, []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was started."""

    def read(self, raw: bytes) -> tuple[list[RawCell], str]:
        """The cells of a file."""
        return parse(raw)

    def _stand_ins(self, names: Iterable[str]) -> dict[str, StandIn]:
        """Stand-ins with the reference's values, as a sandbox has them."""
        return {name: StandIn(name, self._ask) for name in names}

    def _ask(self, name: str, given: Any) -> Given:
        """Ask the reference, without changing the random state of this process."""
        state = np.random.get_state()
        try:
            return oracle.answer(Wanted(name, given, self.lab))
        finally:
            np.random.set_state(state)


class InProcess(_Trusted):
    """Runs a notebook's cells in this process."""

    def __init__(self, lab: str, cells: Iterable[str] = ()) -> None:
        super().__init__(lab)
        self.run(lab, list(cells), Everything())

    def run(self, lab: str, cells: Sequence[str], everything: Everything) -> None:
        """Run the cells."""
        self.lab, self._student = lab, Student(lab, cells)
        self.errors = self._student.errors

    def outcomes(self, request: Request) -> Iterator[Sequence[Outcome]]:
        """What an exercise does with its calls, or what a variable holds."""
        if isinstance(request, Variable):
            yield [Outcome(self._student.value(request.name))]
            return
        stand_ins = self._stand_ins(request.stand_ins)
        yield [
            self._student.call(request.spec, call, stand_ins, request.blocks)
            for call in request.calls
        ]


class Defined(_Trusted):
    """Names that are already defined: an author's notebook, or a reference module.

    Args:
        lab: name of the lab.
        names: what is defined.
    """

    def __init__(self, lab: str, names: MutableMapping[str, Any]) -> None:
        super().__init__(lab)
        self._names = names

    def run(self, lab: str, cells: Sequence[str], everything: Everything) -> None:
        """Everything has run already."""

    def outcomes(self, request: Request) -> Iterator[Sequence[Outcome]]:
        """What an exercise does with its calls, or what a variable holds."""
        if isinstance(request, Variable):
            yield [Outcome(self._names.get(request.name))]
            return
        spec, calls = request.spec, request.calls
        function = self._names.get(spec.name)
        if function is None:
            yield [Outcome(error=f"there is no function `{spec.name}`")] * len(calls)
            return
        fixed, driver = blocks(self.lab), driver_of(self.lab, spec.driver)
        placed = {**self._stand_ins(request.stand_ins)}
        placed |= {name: fixed[name] for name in request.blocks}
        with replaced(self._names, placed):
            found = [
                observe(function, call.inputs, call.positional, spec, driver)
                for call in calls
            ]
        yield found

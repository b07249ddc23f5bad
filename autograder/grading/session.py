"""What grading needs of the place where student code runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, Self

from autograder.sandbox.inside.parse import RawCell
from autograder.sandbox.inside.protocol import Everything, Request
from helpers.checks.outcome import Outcome


class Session(Protocol):
    """One submission: in a sandbox, or, for trusted code, in this process.

    Attributes:
        tier: tier of the sandbox, 1 to 3; 0 if there is none.
        errors: a sentence about each cell that did not finish.
        starved: it ran out of time, perhaps only because others used the processors.
    """

    tier: int
    errors: list[str]
    starved: bool

    def __enter__(self) -> Self:
        """Begin; the session ends its processes when it is left."""

    def __exit__(self, *_: object) -> None:
        """End all that student code started."""

    def read(self, raw: bytes) -> tuple[list[RawCell], str]:
        """The cells of a submitted file, or why it cannot be read."""

    def run(self, lab: str, cells: Sequence[str], everything: Everything) -> None:
        """Run a student's code.

        Args:
            lab: name of the lab.
            cells: code of the cells.
            everything: what is going to be asked, so that a session can save time.
        """

    def outcomes(self, request: Request) -> Iterator[Sequence[Outcome]]:
        """Answers to one request, each more certain than the one before.

        A caller that is satisfied with an answer takes no other. The content of a
        variable is the value of a single outcome.
        """

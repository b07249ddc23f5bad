"""What the judge and the processes that work for it say to each other.

Every message is a frozen dataclass. `packed` turns it into the plain value that a frame
carries; `opened` turns what arrived into one of the messages that may come next. It
checks each field, because everything that a sandbox sends is untrusted.

    judge                             process with student code
    Read(raw)                     →
                                  ←   Cells(cells, images, error)
    Run(lab, cells, skip)         →
                                  ←   Running(number) for each cell, then Ran(errors)
    Everything(questions, …)      →
                                  ←   Outcomes of each question, Value of each variable
    Question(spec, calls, …)      →
                                  ←   Outcomes until all calls are answered, then Ended
    Variable(name)                →
                                  ←   Value, then Ended

While a question with stand-ins is answered, the process may send `Wanted` any number of
times. The judge replies with `Given`, which it gets from the process with the reference
in the same way.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from autograder.sandbox.inside.frames import FrameError, encode
from autograder.sandbox.inside.parse import MAX_IMAGES, Image, RawCell, is_image
from helpers.checks.outcome import Outcome
from helpers.checks.spec import Call, CheckSpec

MAX_TEXT = 2_000  # characters of a text from student code
MAX_ERRORS = 50  # sentences about cells

M = TypeVar("M", bound="Message")


class Message:
    """What all messages have in common."""

    def packed(self) -> dict[str, Any]:
        """The message as a plain value, under the name of its form."""
        return {type(self).__name__: self._fields()}

    def _fields(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def _of(cls: type[M], fields: dict[str, Any]) -> M:
        return cls(**fields)


def opened(packed: dict[str, Any], *forms: type[M]) -> M:
    """The message in what arrived.

    Args:
        packed: what a frame contained.
        forms: the messages that may come here.

    Raises:
        FrameError: it is none of them.
    """
    try:
        [(name, fields)] = packed.items()
        [form] = [form for form in forms if form.__name__ == name]
        return form._of(fields)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
        raise FrameError("a message of no known form") from None
    except (RecursionError, MemoryError):
        raise FrameError("a message that is too large") from None


@dataclass(frozen=True)
class Read(Message):
    """Parse a submitted file.

    Attributes:
        raw: the content of the file, as bytes in an array.
    """

    raw: np.ndarray


@dataclass(frozen=True)
class Cells(Message):
    """The cells of a file, with their images.

    Attributes:
        cells: the cells in order.
        error: why there are none; empty if it could be read.
    """

    cells: tuple[RawCell, ...]
    error: str = ""

    def _fields(self) -> dict[str, Any]:
        images = [
            [number, image.name, image.mime, _as_bytes(image.base64)]
            for number, cell in enumerate(self.cells)
            for image in cell.images
        ]
        cells = [list(cell[:4]) for cell in self.cells]
        return {"cells": cells, "images": images, "error": self.error}

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Cells:
        by_cell: dict[int, list[Image]] = {}
        left = MAX_IMAGES
        for number, name, mime, data in fields["images"]:
            content = np.asarray(data, np.uint8).tobytes().decode("ascii")
            image = Image(str(name), str(mime), content)
            left -= len(content)
            if left >= 0 and is_image(image):
                by_cell.setdefault(int(number), []).append(image)
        cells = tuple(
            RawCell(*map(str, cell))._replace(images=tuple(by_cell.get(number, ())))
            for number, cell in enumerate(fields["cells"])
        )
        return cls(cells, printable(fields["error"]))


def _as_bytes(content: str) -> np.ndarray:
    return np.frombuffer(content.encode(), np.uint8)


@dataclass(frozen=True)
class Run(Message):
    """Run a student's code.

    Attributes:
        lab: name of the lab.
        cells: code of the cells.
        skip: numbers of cells to leave out, with the reason.
    """

    lab: str
    cells: Sequence[str]
    skip: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Running(Message):
    """A cell is about to run; numbers begin with 1."""

    number: int

    def __post_init__(self) -> None:
        """Accept whole positive numbers alone."""
        if type(self.number) is not int or self.number < 1:
            raise ValueError("no number of a cell")


@dataclass(frozen=True)
class Ran(Message):
    """All cells have run.

    Attributes:
        errors: one sentence for each cell that did not finish.
    """

    errors: tuple[str, ...]

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Ran:
        return cls(tuple(map(printable, _some(fields["errors"], MAX_ERRORS))))


@dataclass(frozen=True)
class Question(Message):
    """Call an exercise. It never includes the right answer.

    Attributes:
        spec: the check of the exercise.
        calls: the calls to make.
        stand_ins: exercises that are replaced by the reference's values.
        blocks: exercises that are replaced by fixed blocks.
    """

    spec: CheckSpec
    calls: tuple[Call, ...]
    stand_ins: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()

    def _fields(self) -> dict[str, Any]:
        calls = [[call.inputs, call.positional] for call in self.calls]
        return {**vars(self), "spec": self.spec.as_plain(), "calls": calls}

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Question:
        calls = tuple(Call(*call) for call in fields["calls"])
        return cls(**{**fields, "spec": CheckSpec.of(fields["spec"]), "calls": calls})

    def fitting(self, call: Call, outcome: Outcome) -> Outcome:
        """An outcome without names that the call does not have."""
        return replace(
            outcome,
            modified=tuple(name for name in outcome.modified if name in call.inputs),
            after={name: outcome.after.get(name) for name in self.spec.mutates},
        )


@dataclass(frozen=True)
class Variable(Message):
    """Look up the content of a variable of the notebook."""

    name: str


Request = Question | Variable  # what the judge asks of a session


@dataclass(frozen=True)
class Everything(Message):
    """All that will be asked about a notebook, answered at once by one process.

    Attributes:
        questions: the exercises.
        variables: the variables, after them.
    """

    questions: tuple[Question, ...] = ()
    variables: tuple[Variable, ...] = ()

    @functools.cached_property
    def frame(self) -> list:
        """The message ready to be sent, as often as needed."""
        return encode(self.packed())

    def _fields(self) -> dict[str, Any]:
        return {
            "questions": [one._fields() for one in self.questions],
            "variables": [one.name for one in self.variables],
        }

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Everything:
        return cls(
            tuple(map(Question._of, fields["questions"])),
            tuple(map(Variable, fields["variables"])),
        )


@dataclass(frozen=True)
class Outcomes(Message):
    """What the next calls of a question did; at least one."""

    outcomes: tuple[Outcome, ...]

    def _fields(self) -> dict[str, Any]:
        return {"outcomes": [vars(outcome) for outcome in self.outcomes]}

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Outcomes:
        found = tuple(map(_outcome, _some(fields["outcomes"])))
        if not found:
            raise ValueError("no outcome")
        return cls(found)


def _outcome(found: dict[str, Any]) -> Outcome:
    """An outcome reported by a sandbox, with its parts converted to the right types."""
    after = found.get("after")
    return Outcome(
        value=found.get("value"),
        error=printable(found.get("error") or ""),
        needs=printable(found.get("needs") or ""),
        modified=tuple(map(str, _some(found.get("modified")))),
        after=after if isinstance(after, dict) else {},
        notes=tuple(map(printable, _some(found.get("notes"), 5))),
        repeated=found.get("repeated") is True,
    )


@dataclass(frozen=True)
class Value(Message):
    """The content of a variable as a plain value; `None` if it has none."""

    value: Any


@dataclass(frozen=True)
class Ended(Message):
    """The fork that answered a question has ended."""

    status: int


@dataclass(frozen=True)
class Wanted(Message):
    """Student code calls an exercise that the reference stands in for.

    Attributes:
        name: name of the exercise.
        given: list of positional arguments and dictionary of keyword arguments.
        lab: name of the lab; filled in by the judge.
    """

    name: str
    given: Any
    lab: str = ""

    def __post_init__(self) -> None:
        """Accept texts as names alone."""
        if not isinstance(self.name, str) or not isinstance(self.lab, str):
            raise TypeError("a name that is not a text")


@dataclass(frozen=True)
class Given(Message):
    """What the reference returns, and how it changes its arguments.

    Attributes:
        value: the value it returns.
        after: arguments changed in place, by position or name.
        error: the type of the exception it raises. The exception's text would quote
            the reference.
    """

    value: Any = None
    after: dict[Any, Any] = field(default_factory=dict)
    error: str = ""


def printable(value: Any, most: int = MAX_TEXT) -> str:
    """Make a text from student code safe to show and store anywhere."""
    said = str(value)[:most].encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in said)


def _some(value: Any, most: int = 1_000) -> Iterable[Any]:
    """The first items of a list, so that millions of them cannot cost time."""
    if not isinstance(value, (list, tuple)):
        raise TypeError("no list")
    return value[:most]

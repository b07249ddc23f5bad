"""What is fixed about the check of an exercise, whoever runs it.

The hidden check, the visible check, the judge and the process in which student code
runs all hold the same `CheckSpec`. It contains no answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from helpers.checks.compare import Tolerance, brief

LONGEST = 200  # characters of a call that is shown
ROOMS = (120, 60, 30, 0)  # characters for one argument, until all have room


@dataclass(frozen=True)
class CheckSpec:
    """The check of one exercise, without its cases.

    Attributes:
        name: name of the exercise, a function or class in the notebook.
        points: points for all cases together.
        tolerance: how far numbers may differ.
        mutates: parameters that the exercise is asked to change in place.
        driver: name of the function in `helpers.drivers.<LAB>` that calls it, if any.
        forbid: dotted names that the exercise may not use.
        random: whether it is asked for draws, which another seed must change.
        all_or_nothing: whether one wrong case costs all points.
        seconds: how long one call may take when it is graded.
    """

    name: str = ""
    points: float = 0.0
    tolerance: Tolerance = field(default_factory=Tolerance)
    mutates: tuple[str, ...] = ()
    driver: str | None = None
    forbid: tuple[str, ...] = ()
    random: bool = False
    all_or_nothing: bool = False
    seconds: float = 10.0

    def __post_init__(self) -> None:
        """Accept any iterable of names.

        Raises:
            TypeError: an attribute is of another type.
        """
        for name in ("mutates", "forbid"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        texts = (self.name, self.driver or "", *self.mutates, *self.forbid)
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("a check with a name that is not a text")

    def as_plain(self) -> dict[str, Any]:
        """The attributes as plain values, to be stored or sent."""
        allowed = self.tolerance
        kept = [allowed.rtol, allowed.atol, allowed.floor, allowed.integers]
        return {**vars(self), "tolerance": kept}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> CheckSpec:
        """The spec in a record that may hold more; what is missing is as usual."""
        known = {f.name: record[f.name] for f in fields(cls) if f.name in record}
        if "tolerance" in known:
            known["tolerance"] = Tolerance(*known["tolerance"])
        return cls(**known)


@dataclass(frozen=True)
class Call:
    """One call of an exercise: inputs by name, the first few passed by position.

    Attributes:
        inputs: parameter name → plain value.
        positional: how many of them are passed by position.
        typed: whether a reader could type the call; where a driver makes the
            arguments, the names are the driver's and no call has them.
    """

    inputs: dict[str, Any]
    positional: int
    typed: bool = True

    def shown(self, name: str) -> str:
        """The call in one line, or what the exercise is tried with."""
        equals = "=" if self.typed else " = "
        for room in ROOMS:
            items = [f"{k}{equals}{brief(v, room)}" for k, v in self.inputs.items()]
            given = ", ".join(items)
            if len(given) <= LONGEST:
                break
        else:
            given = given[: LONGEST - 1] + "…"
        return f"{name}({given})" if self.typed else f"{name}, tried with {given}"

"""Judge outcomes against what was expected, and say in words what went wrong.

One set of rules serves the check in the notebook and the judge of submissions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.checks.compare import Difference, Tolerance, difference, may_be_rounding
from helpers.checks.diagnose import Seen, hint
from helpers.checks.outcome import Outcome


@dataclass(frozen=True)
class Expected:
    """What one case asks for.

    Attributes:
        shown: one line that shows the call, for messages.
        outcomes: every right outcome; the first is the reference's.
        mistakes: known wrong outcomes, in the order of the mistakes' messages.
        slack: gives for each right outcome how far rounding may carry its numbers,
            place by place; asked only where it could matter, for it may take long.
    """

    shown: str
    outcomes: tuple[Outcome, ...]
    mistakes: tuple[Outcome, ...] = ()
    slack: Callable[[], Sequence[Mapping[str, float]]] | None = None


@dataclass(frozen=True)
class CaseVerdict:
    """Whether one case is right, and if not, why, in one sentence."""

    passed: bool
    shown: str
    message: str = ""


@dataclass(frozen=True)
class Verdict:
    """What is to be said about one function.

    Attributes:
        name: of the exercise.
        cases: one verdict a case.
        mistake: message of the named mistake whose outcomes these are, if any.
        hint: what the shape of the difference suggests where no mistake fits.
        notes: remarks that cost nothing.
        unwritten: the exercise still holds its stub.
    """

    name: str
    cases: tuple[CaseVerdict, ...]
    mistake: str = ""
    hint: str = ""
    notes: tuple[str, ...] = field(default=())
    unwritten: bool = False

    @property
    def passed(self) -> int:
        """Number of cases that are right."""
        return sum(case.passed for case in self.cases)

    @property
    def right(self) -> bool:
        """Whether every case is right."""
        return self.passed == len(self.cases)

    @property
    def message(self) -> str:
        """The verdict in one or two sentences."""
        if self.right:
            return f"{self.name} is right: {len(self.cases)} of {len(self.cases)} cases"
        if self.unwritten:
            return f"{self.name} is not written yet"
        first = next(case for case in self.cases if not case.passed)
        advice = self.mistake or self.hint
        return f"{first.message}. {advice}".strip() if advice else f"{first.message}."


def judge(
    name: str,
    expected: Sequence[Expected],
    outcomes: Sequence[Outcome],
    messages: Sequence[str],
    tolerance: Tolerance,
    inputs: Sequence[dict[str, Any]] = (),
) -> Verdict:
    """Judge a function by its outcomes on all cases.

    Args:
        name: of the exercise.
        expected: what each case asks for.
        outcomes: what the function did in each case.
        messages: one for each known mistake.
        tolerance: for numbers.
        inputs: arguments of each case, for hints.
    """
    pairs = list(zip(expected, outcomes, strict=True))
    tolerances = [_widened(want, got, tolerance) for want, got in pairs]
    cases = tuple(
        _judge_case(want, got, allowed)
        for (want, got), allowed in zip(pairs, tolerances, strict=True)
    )
    verdict = Verdict(
        name,
        cases,
        notes=tuple(dict.fromkeys(note for got in outcomes for note in got.notes)),
        unwritten=any(got.unwritten for got in outcomes),
    )
    if verdict.right or verdict.unwritten:
        return verdict
    mistake = _named_mistake(expected, outcomes, messages, tolerance)
    if mistake:
        return replace(verdict, mistake=mistake)
    known = inputs or [{}] * len(cases)
    seen = [
        replace(_seen(given, want, got, case.passed), slack=_in_one(want, allowed[0]))
        for given, (want, got), case, allowed in zip(
            known, pairs, cases, tolerances, strict=True
        )
    ]
    return replace(verdict, hint=_hint(seen, tolerance))


def _hint(seen: Sequence[Seen], tolerance: Tolerance) -> str:
    """A hint, if there is one; odd answers may defy it."""
    try:
        return hint(seen, tolerance)
    except (ValueError, TypeError, ArithmeticError, LookupError, MemoryError):
        return ""


def _seen(inputs: dict, want: Expected, got: Outcome, passed: bool) -> Seen:
    """A case for the diagnosis: arguments that are to be changed count as results."""
    right = want.outcomes[0]
    failed = bool(got.error or got.modified)
    if not right.after:
        return Seen(inputs, right.value, got.value, passed, failed)
    expected = {"returned": right.value, **right.after}
    return Seen(inputs, expected, {"returned": got.value, **got.after}, passed, failed)


def _in_one(want: Expected, tolerance: Tolerance) -> dict[str, float]:
    """Slack by the places of `_seen`, which puts all results in one dictionary."""
    if not want.outcomes[0].after:
        return dict(tolerance.slack)
    renamed = {"result": "result['returned']"}
    renamed |= {
        f"`{name}` after": f"result[{name!r}]" for name in want.outcomes[0].after
    }
    return {
        new + place.removeprefix(old): far
        for place, far in tolerance.slack.items()
        for old, new in renamed.items()
        if place.startswith(old)
    }


def _widened(want: Expected, got: Outcome, tolerance: Tolerance) -> list[Tolerance]:
    """The tolerance for each right outcome: wider where that could be rounding."""
    usual = [tolerance] * len(want.outcomes)
    if want.slack is None or got.error or got.modified:
        return usual
    found = [_difference(right, got, tolerance) for right in want.outcomes]
    if not all(found) or not any(may_be_rounding(one) for one in found):
        return usual
    return [replace(tolerance, slack=slack) for slack in want.slack()]


def _judge_case(
    want: Expected, got: Outcome, tolerances: Sequence[Tolerance]
) -> CaseVerdict:
    both = zip(want.outcomes, tolerances, strict=True)
    faults = [fault(right, got, tolerance) for right, tolerance in both]
    if not all(faults):
        return CaseVerdict(True, want.shown)
    return CaseVerdict(False, want.shown, faults[0])


def fault(right: Outcome, got: Outcome, tolerance: Tolerance) -> str:
    """What is wrong with an outcome, an empty text if nothing is."""
    if got.unwritten:
        return got.error
    if got.error:
        raised = got.error.partition(":")[0].isidentifier()  # else it is a sentence
        return f"it stopped with {got.error}" if raised else got.error
    if got.modified:
        names = " and ".join(f"`{name}`" for name in got.modified)
        return f"it changes its argument {names}; work on a copy"
    found = _difference(right, got, tolerance)
    if found is None and got.repeated:
        return (
            "it draws the same numbers after another `np.random.seed`: draw from "
            "`np.random` and set no seed in it"
        )
    return str(found) if found else ""


def _difference(
    right: Outcome, got: Outcome, tolerance: Tolerance
) -> Difference | None:
    found = difference(right.value, got.value, tolerance)
    for name, after in right.after.items():
        if found is None:
            found = difference(after, got.after.get(name), tolerance, f"`{name}` after")
    return found


def _named_mistake(expected, outcomes, messages, tolerance) -> str:
    """The message of the first known mistake whose outcomes are these, case by case."""
    for i, message in enumerate(messages):
        pairs = zip((want.mistakes[i] for want in expected), outcomes, strict=True)
        if all(_alike(mistake, got, tolerance) for mistake, got in pairs):
            return message
    return ""


def _alike(mistake: Outcome, got: Outcome, tolerance: Tolerance) -> bool:
    if mistake.error or got.error:
        return mistake.error.split(":")[0] == got.error.split(":")[0]
    if mistake.modified != got.modified:
        return False
    return (
        difference(mistake.value, got.value, tolerance) is None
        and difference(mistake.after, got.after, tolerance) is None
    )

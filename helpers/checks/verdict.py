"""Compare outcomes with what was expected, and say in words what went wrong.

The check in the notebook and the judge of submissions use the same rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.checks.compare import (
    RETURNED,
    Difference,
    Tolerance,
    difference,
    may_be_rounding,
)
from helpers.checks.diagnose import Seen, hint
from helpers.checks.outcome import Outcome

STOPPED = "it stopped with"
CHANGED = 0.25  # share of an exercise's points that changing an argument costs


@dataclass(frozen=True)
class Expected:
    """What one case asks for.

    Attributes:
        shown: one line that shows the call, for messages.
        outcomes: every right outcome; the first is the reference's.
        mistakes: known wrong outcomes, in the order of the mistakes' messages.
        slack: gives for each right outcome how far rounding may carry its numbers,
            place by place; asked only where it could matter, for it may take long.
        visible: the same call is drawn always, and so in the notebook as well.
    """

    shown: str
    outcomes: tuple[Outcome, ...]
    mistakes: tuple[Outcome, ...] = ()
    slack: Callable[[], Sequence[Mapping[str, float]]] | None = None
    visible: bool = False


@dataclass(frozen=True)
class CaseVerdict:
    """Whether one case is right, and if not, why, in one sentence.

    `visible` says that a hidden case is a visible one as well.
    """

    passed: bool
    call: str
    message: str = ""
    visible: bool = False


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
        needs: other exercises that it stopped at because they are not written yet.
        undefined: other exercises that it stopped at because nothing defines them.
        changed: names of arguments that it changes without being asked to.
    """

    name: str
    cases: tuple[CaseVerdict, ...]
    mistake: str = ""
    hint: str = ""
    notes: tuple[str, ...] = field(default=())
    unwritten: bool = False
    needs: tuple[str, ...] = ()
    undefined: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def passed(self) -> int:
        """Number of cases whose values are right."""
        return sum(case.passed for case in self.cases)

    @property
    def values_right(self) -> bool:
        """Whether the values of every case are right."""
        return self.passed == len(self.cases)

    @property
    def right(self) -> bool:
        """Whether every case is right, and no argument changed that should not."""
        return self.values_right and not self.changed

    @property
    def share(self) -> float:
        """The share of the exercise's points that this earns.

        A hidden case that is a visible one as well can be looked up. It counts only as
        far as the others pass.
        """
        fresh = [case.passed for case in self.cases if not case.visible]
        seen = [case.passed for case in self.cases if case.visible]
        trust = sum(fresh) / len(fresh) if fresh else 1.0
        earned = (sum(fresh) + trust * sum(seen)) / len(self.cases)
        return earned * (1 - CHANGED * bool(self.changed))

    @property
    def waiting(self) -> str:
        """Which open exercises it needs, in one sentence without a full stop."""
        open_ = [
            _relative(self.needs, "written yet"),
            _relative(self.undefined, "defined"),
        ]
        listed = ", and ".join(filter(None, open_))
        return f"`{self.name}` needs {listed}" if listed else ""

    @property
    def changing(self) -> str:
        """Which arguments it changes, in half a sentence."""
        names = _listed(self.changed)
        plural = "s" if len(self.changed) > 1 else ""
        return f"changes its argument{plural} {names}; work on a copy" if names else ""

    @property
    def message(self) -> str:
        """The verdict in one or two sentences."""
        if self.right:
            return f"{self.name} is right: {len(self.cases)} of {len(self.cases)} cases"
        if self.unwritten:
            return f"{self.name} is not written yet"
        if self.waiting:
            return self.waiting
        if self.values_right:
            said = f"{self.name}: all values are right, but it {self.changing}"
            return f"{said} ({COSTS}). {self.mistake}".strip()
        first = next(case for case in self.cases if not case.passed)
        advice = self.mistake or self.hint
        said = f"{first.message}. {advice}".strip() if advice else f"{first.message}."
        return f"{said} It also {self.changing} ({COSTS})." if self.changed else said


COSTS = f"this costs {CHANGED:.0%} of the points"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _relative(names: Sequence[str], what: str) -> str:
    """Some names, and what they are not: `` `a`, which is not written yet``."""
    verb = "is" if len(names) == 1 else "are"
    return f"{_listed(names)}, which {verb} not {what}" if names else ""


def judge(
    name: str,
    expected: Sequence[Expected],
    outcomes: Sequence[Outcome],
    messages: Sequence[str],
    tolerance: Tolerance,
    inputs: Sequence[dict[str, Any]] = (),
    exercises: Collection[str] = (),
) -> Verdict:
    """Judge a function by its outcomes on all cases.

    Args:
        name: of the exercise.
        expected: what each case asks for.
        outcomes: what the function did in each case.
        messages: one for each known mistake.
        tolerance: for numbers.
        inputs: arguments of each case, for hints.
        exercises: names of the lab's other exercises, which may be open.
    """
    pairs = list(zip(expected, outcomes, strict=True))
    others = set(exercises) - {name}
    judged = [_judge_case(want, got, tolerance, others) for want, got in pairs]
    cases = tuple(case for case, _ in judged)
    waits = {got.needs: _is_undefined(got) for got in outcomes if got.needs in others}
    verdict = Verdict(
        name,
        cases,
        notes=tuple(dict.fromkeys(note for got in outcomes for note in got.notes)),
        unwritten=any(got.needs == name and not _is_undefined(got) for got in outcomes),
        needs=tuple(one for one, undefined in waits.items() if not undefined),
        undefined=tuple(one for one, undefined in waits.items() if undefined),
        changed=tuple(dict.fromkeys(one for got in outcomes for one in got.modified)),
    )
    if verdict.right or verdict.unwritten or verdict.waiting:
        return verdict
    mistake = _named_mistake(expected, outcomes, messages, tolerance)
    if mistake:
        return replace(verdict, mistake=mistake)
    if verdict.values_right:
        return verdict
    known = inputs or [{}] * len(cases)
    seen = [
        replace(_seen(given, want, got, case.passed), slack=_in_one(want, allowed))
        for given, (want, got), (case, allowed) in zip(
            known, pairs, judged, strict=True
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
    expected, given = results(right, right), results(got, right)
    return Seen(inputs, expected, given, passed, bool(got.error))


def results(outcome: Outcome, right: Outcome) -> Any:
    """What an outcome gave: its value, or with it the arguments it is to change.

    Args:
        outcome: any.
        right: of the same case, which says whether there are such arguments.
    """
    if not right.after:
        return outcome.value
    after = {_after(name): value for name, value in outcome.after.items()}
    return {RETURNED: outcome.value, **after}


def _after(name: str) -> str:
    return f"`{name}` after"


def _is_undefined(got: Outcome) -> bool:
    return got.error.startswith("NameError")


def allowed_in(want: Expected, tolerance: Tolerance) -> Tolerance:
    """The tolerance of a case, with the slack that its first right answer has."""
    slack = want.slack() if want.slack else ()
    if not slack:
        return tolerance
    return replace(tolerance, slack=_in_one(want, replace(tolerance, slack=slack[0])))


def _in_one(want: Expected, tolerance: Tolerance) -> dict[str, float]:
    """Slack by the places of `results`, which may put all in one dictionary."""
    if not want.outcomes[0].after:
        return dict(tolerance.slack)
    renamed = {"result": f"result[{RETURNED!r}]"}
    renamed |= {
        _after(name): f"result[{_after(name)!r}]" for name in want.outcomes[0].after
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
    if want.slack is None or got.error:
        return usual
    found = [_difference(right, got, tolerance) for right in want.outcomes]
    if not all(found) or not any(may_be_rounding(one) for one in found):
        return usual
    return [replace(tolerance, slack=slack) for slack in want.slack()]


def _judge_case(
    want: Expected, got: Outcome, tolerance: Tolerance, others: Collection[str]
) -> tuple[CaseVerdict, Tolerance]:
    """The verdict on a case, and the tolerance for its first right outcome."""
    if got.needs in others:
        what = "defined" if _is_undefined(got) else "written yet"
        said = f"it needs {_relative([got.needs], what)}"
        return CaseVerdict(False, want.shown, said, want.visible), tolerance
    faults, allowed = _faults(want, got, tolerance)
    if not all(faults):
        return CaseVerdict(True, want.shown, visible=want.visible), allowed
    return CaseVerdict(False, want.shown, faults[0], want.visible), allowed


def _faults(
    want: Expected, got: Outcome, tolerance: Tolerance
) -> tuple[list[str], Tolerance]:
    """What is wrong by each right outcome, and the tolerance for the first of them.

    Most answers are right and are compared only once.
    """
    faults = [fault(right, got, tolerance) for right in want.outcomes]
    if not all(faults):
        return faults, tolerance
    tolerances = _widened(want, got, tolerance)
    both = zip(want.outcomes, tolerances, strict=True)
    return [fault(right, got, allowed) for right, allowed in both], tolerances[0]


def passes(want: Expected, got: Outcome, tolerance: Tolerance) -> bool:
    """Whether one case is right and no argument changed, without a word on why not."""
    if got.error or got.modified:
        return False
    return not all(_faults(want, got, tolerance)[0])


def fault(right: Outcome, got: Outcome, tolerance: Tolerance) -> str:
    """What is wrong with the values of an outcome, an empty text if nothing is."""
    if got.error:
        raised = got.error.partition(":")[0].isidentifier()  # else it is a sentence
        return f"{STOPPED} {got.error}" if raised else got.error
    found = _difference(right, got, tolerance)
    if found is None and got.repeated:
        return (
            "it draws the same numbers after another `np.random.seed`: draw from "
            "`np.random` and set no seed in it"
        )
    return found.told(right.value) if found else ""


def _difference(
    right: Outcome, got: Outcome, tolerance: Tolerance
) -> Difference | None:
    found = difference(right.value, got.value, tolerance)
    for name, after in right.after.items():
        if found is None:
            found = difference(after, got.after.get(name), tolerance, _after(name))
    return found


def _named_mistake(expected, outcomes, messages, tolerance) -> str:
    """The message of the first known mistake whose outcomes are these, case by case."""
    for i, message in enumerate(messages):
        mistakes = [want.mistakes[i] for want in expected]
        rights = [want.outcomes[0] for want in expected]
        together = list(zip(rights, mistakes, outcomes, strict=True))
        if all(
            _alike(mistake, got, tolerance)
            and _same_keys(right.value, mistake.value, got.value)
            for right, mistake, got in together
        ) and _is_told_by_more_than_a_type(together, tolerance):
            return message
    return ""


def _is_told_by_more_than_a_type(
    together: Sequence[tuple[Outcome, Outcome, Outcome]], tolerance: Tolerance
) -> bool:
    """Whether more than the type of an exception ties an answer to a known mistake.

    Many causes raise a `ValueError`. Where the mistake gives no wrong value in any
    case, its errors must say the same, too.
    """
    told_by_values = any(
        not mistake.error and fault(right, mistake, tolerance)
        for right, mistake, _ in together
    )
    return told_by_values or all(
        complaint_of(mistake.error) == complaint_of(got.error)
        for _, mistake, got in together
    )


def complaint_of(error: str) -> str:
    """What an error says, without the line it came from and what we add to it."""
    text = error.partition(" in the line `")[0]
    return re.sub(r"0x[0-9a-f]+", "0x…", text)


def _same_keys(right: Any, mistake: Any, got: Any) -> bool:
    """Whether an answer lacks the keys that a mistake lacks, and no others.

    Keys that nobody asked for say nothing.
    """
    if not all(isinstance(value, dict) for value in (right, mistake, got)):
        return True
    return right.keys() & mistake.keys() == right.keys() & got.keys() and all(
        _same_keys(right[key], mistake[key], got[key])
        for key in right.keys() & got.keys()
    )


def _alike(mistake: Outcome, got: Outcome, tolerance: Tolerance) -> bool:
    if mistake.error or got.error:
        return mistake.error.split(":")[0] == got.error.split(":")[0]
    # A mistake that changes no argument is the same mistake in code that changes one.
    if mistake.modified and mistake.modified != got.modified:
        return False
    return (
        difference(mistake.value, got.value, tolerance) is None
        and difference(mistake.after, got.after, tolerance) is None
    )

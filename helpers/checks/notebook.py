"""The check that a reader runs after each exercise: `check(function)`."""

from __future__ import annotations

import copy
import difflib
import importlib
import itertools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from helpers import blas
from helpers.checks import forbidden, lint, progress
from helpers.checks.explain import Explanation, explain
from helpers.checks.globals import stray_name
from helpers.checks.outcome import Outcome, observe
from helpers.checks.repair import definition_of, line_to_repair
from helpers.checks.show import OPEN, RIGHT, WRONG, Report, display, report
from helpers.checks.stand_in import Lookup, blocks, names_of, replaced
from helpers.checks.store import PublicCase, PublicCheck, PublicConcept, Store, digest
from helpers.checks.time_limit import SECONDS, TooLong, limited
from helpers.checks.values import plain
from helpers.checks.verdict import (
    STOPPED,
    CaseVerdict,
    Verdict,
    allowed_in,
    judge,
    passes,
    results,
)
from helpers.data import folder


class _Told(Exception):
    """An error that is one sentence. A stack of our own frames helps nobody."""

    def _render_traceback_(self) -> list[str]:
        """In IPython: the message alone."""
        return [f"{type(self).__name__}: {self}"]


class CheckFailed(_Told, AssertionError):
    """An exercise is not right yet; the report above the message says why."""


class CannotCheck(_Told, ValueError):
    """What was asked of `check` makes no sense to it; the message says what does."""


ENDLESS = (
    f"it had not come to an end after {SECONDS:.0f} seconds: is there a loop that "
    "never ends?"
)
LARGE_PRODUCTS = ("C1W2",)  # 12,288 rows: two threads save a third of the lab's time
UNTRIED = "it was not tried, as an earlier case did not come to an end"


def checks_for(lab: str) -> Checker:
    """Open a lab's checks; a setup cell says `check = checks_for` with its name.

    Raises:
        ValueError: the file with the public cases is missing or damaged.
    """
    # In a lab, BLAS uses one thread: its threads gain little on products of this size,
    # and wait for each other by spinning, which takes the cores from everything else.
    if lab not in LARGE_PRODUCTS:
        blas.set_threads(1)
    return Checker(lab, Store(folder() / "checks" / f"{lab}.h5"))


@dataclass(frozen=True)
class _Checked:
    """An exercise as it was checked last."""

    entry: PublicCheck
    outcomes: list[Outcome]
    verdict: Verdict
    unrun: str = ""  # why there is nothing to explain


class Checker:
    """Runs the visible checks of one lab.

    Example: `check(sigmoid)` checks a function, `check(answer_1=answer_1)` an answer,
    `check.progress()` everything at once. After `check(sigmoid)`, `check.explain()`
    shows what was expected beside what came, and `check.case(2)` gives the arguments of
    its second case.
    """

    def __init__(self, lab: str, store: Store) -> None:
        self.lab = lab
        self._store = store
        self._last: _Checked | None = None

    def __call__(self, *functions: Callable, **answers: Any) -> None:
        """Check one function, or answers given by name.

        Raises:
            CheckFailed: it is not right; the report is displayed before.
            CannotCheck: it is no exercise of this lab, or no function at all.
        """
        if len(functions) > 1:
            raise CannotCheck("Check one function at a time, such as check(f).")
        if not functions and not answers:
            raise CannotCheck(
                "Say what to check: check(f) for a function f, check.progress() for "
                "all exercises."
            )
        caller = sys._getframe(1)
        for function in functions:
            entry, self._last = self._entry_of(function, caller), None
            _show(report(self.verdict(function, entry), more=self._more))
        for name, answer in answers.items():
            _show(self._answer(answer, self._entry(name, PublicConcept)))

    def _entry_of(self, function: Any, caller: FrameType) -> PublicCheck:
        """The check of a function, by the name that the calling cell has for it.

        Its own `__name__` may be another: that of a lambda, of the function inside a
        decorator, or of another exercise after `initialize_rmsprop =
        initialize_velocity`.

        Raises:
            CannotCheck: it is none of this lab's exercises.
        """
        if isinstance(function, str) and function in self._store.names:
            form = f"{function}={function}" if self._asks(function) else function
            raise CannotCheck(f"Leave out the quotes: check({form}).")
        if not callable(function):
            raise CannotCheck(
                "check takes a function itself, such as check(f): not what it returns, "
                "as in check(f(x)). Answers to questions go by name, such as "
                "check(answer_1=answer_1)."
            )
        own = getattr(function, "__name__", type(function).__name__)
        name = next(
            (
                name
                for name in caller.f_code.co_names
                if name in self._store.names and caller.f_globals.get(name) is function
            ),
            own,
        )
        if name == "<lambda>":
            raise CannotCheck("Define the function with `def`, so that it has a name.")
        return self._entry(name, PublicCheck)

    def _asks(self, name: str) -> bool:
        return name in self._store.names and _is_concept(self._store[name])

    def verdict(self, function: Callable, entry: PublicCheck) -> Verdict:
        """Run a function on the public cases of its check."""
        used = forbidden.forbidden_in(function, entry.spec.forbid)
        if used:
            verdict = Verdict(
                entry.name, (CaseVerdict(False, entry.name, forbidden.complaint(used)),)
            )
            self._last = _Checked(entry, [], verdict, forbidden.complaint(used))
            return verdict
        verdict = self._by_itself(function, entry)
        if verdict.waiting and not verdict.unwritten:
            return self._stood_in_for(function, entry, verdict)
        return verdict

    def case(self, number: int | None = None) -> dict[str, Any]:
        """The arguments of a case of the exercise that was checked last, by name.

        Args:
            number: as the report counts, from 1; the first wrong case by default.

        Example: `sigmoid(**check.case(2))` calls it as the check does. For an exercise
        that deals in objects, these are the numbers that the objects are made from.
        """
        checked, index = self._checked(number)
        return copy.deepcopy(checked.entry.cases[index].inputs)

    def explain(self, number: int | None = None) -> None:
        """Show what was expected beside what came, and where they differ.

        Args:
            number: of a case of the exercise that was checked last, as the report
                counts, from 1; the first wrong case by default.
        """
        checked, index = self._checked(number)
        expected = checked.entry.cases[index].expected
        title = f"Case {index + 1}: {expected.shown}"
        if checked.unrun:
            display(Explanation(title, (f"It was not run: {checked.unrun}.",)))
            return
        right, got = expected.outcomes[0], checked.outcomes[index]
        case = checked.verdict.cases[index]
        if checked.verdict.unwritten:
            display(Explanation(title, (f"{checked.verdict.message}.",)))
        elif case.passed and got.modified:
            names = " and ".join(f"`{name}`" for name in got.modified)
            said = f"The values are right, but {names} changed in the call."
            display(Explanation(title, (said,)))
        elif case.passed:
            display(Explanation(title, ("The values are right.",)))
        elif got.error:
            display(Explanation(title, (f"{case.message}.",)))
        else:
            values = [results(outcome, right) for outcome in (right, got)]
            allowed = allowed_in(expected, checked.entry.spec.tolerance)
            display(explain(title, *values, allowed))

    def _more(self, number: int) -> str:
        """Where a wrong case is to be seen in full, if it was run at all."""
        if not self._last:
            return ""
        return (
            f"check.explain() shows case {number} in full; check.case({number}) gives "
            "its arguments."
        )

    def _checked(self, number: int | None) -> tuple[_Checked, int]:
        """The last check and the index of one of its cases."""
        if not self._last:
            raise CannotCheck("Nothing was checked yet; run a cell such as check(f).")
        cases, count = self._last.verdict.cases, len(self._last.entry.cases)
        if number is None:
            outcomes = self._last.outcomes
            wrong = (i for i, c in enumerate(cases) if not c.passed)
            changed = (i for i, outcome in enumerate(outcomes) if outcome.modified)
            return self._last, next(itertools.chain(wrong, changed), 0)
        if not isinstance(number, int) or not 1 <= number <= count:
            raise CannotCheck(
                f"{self._last.entry.name} has cases 1 to {count}, and no {number!r}."
            )
        return self._last, number - 1

    def _by_itself(self, function: Callable, entry: PublicCheck) -> Verdict:
        outcomes = self._observed(function, entry, entry.cases)
        verdict = self._judged(entry, entry.cases, outcomes)
        self._last = _Checked(entry, outcomes, verdict)
        if verdict.right or verdict.unwritten or verdict.waiting:
            return verdict
        if any(outcome.error == ENDLESS for outcome in outcomes):
            return replace(verdict, mistake="", hint="")
        if blamed := self._blamed(function, entry):
            return replace(verdict, mistake="", hint=blamed)
        if verdict.mistake:
            return verdict
        return replace(verdict, hint=self._hint(function, entry, verdict))

    def _blamed(self, function: Callable, entry: PublicCheck) -> str:
        """The reader's own other exercise that is to blame, if one alone is."""
        names = names_of(function)
        for name in entry.recorded.keys() & names.keys():
            with replaced(names, {name: Lookup(name, entry.recorded[name])}):
                outcomes = self._observed(function, entry, entry.cases)
            if all(
                passes(case.expected, outcome, entry.spec.tolerance)
                for case, outcome in zip(entry.cases, outcomes, strict=True)
            ):
                return f"With a correct `{name}` it is right: look at your `{name}`."
        return ""

    def _stood_in_for(
        self, function: Callable, entry: PublicCheck, verdict: Verdict
    ) -> Verdict:
        """The verdict with something in the place of the open exercises it met."""
        names = names_of(function)
        open_, met = verdict, {}
        while more := {*verdict.needs, *verdict.undefined} - met.keys():
            met |= dict.fromkeys(more)
            stand_ins, asked = self._stand_ins(entry, met)
            if not stand_ins:
                break
            with replaced(names, stand_ins):
                verdict = self._by_itself(function, asked)
            new = [name for name in verdict.needs if name not in met]
            lost = [name for name in verdict.undefined if name not in met]
            open_ = replace(
                open_,
                needs=(*open_.needs, *new),
                undefined=(*open_.undefined, *lost),
            )
        if verdict.waiting:
            return open_
        said = f"{open_.waiting}; it was checked with a stand-in"
        return replace(verdict, notes=(said, *verdict.notes))

    def _stand_ins(
        self, entry: PublicCheck, wanted: Sequence[str]
    ) -> tuple[dict[str, Callable], PublicCheck]:
        """Stand-ins for some exercises, and the check to be made with them.

        Fixed blocks come all together: only that is in the store.
        """
        stand_ins = {
            name: Lookup(name, entry.recorded[name])
            for name in wanted
            if name in entry.recorded
        }
        if set(entry.blocks).isdisjoint(wanted):
            return stand_ins, entry
        fixed = blocks(self.lab)
        stand_ins |= {name: fixed[name] for name in entry.blocks}
        cases = [
            replace(case, expected=expected)
            for case, expected in zip(entry.cases, entry.with_blocks, strict=True)
        ]
        return stand_ins, replace(entry, cases=cases, messages=[])

    def _observed(
        self, function: Callable, entry: PublicCheck, cases: Sequence[PublicCase]
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            for case in cases:
                with limited():
                    outcomes.append(self._outcome(function, entry, case))
        except TooLong:
            missing = len(cases) - len(outcomes) - 1
            outcomes += [Outcome(error=ENDLESS), *[Outcome(error=UNTRIED)] * missing]
        return outcomes

    def _outcome(
        self, function: Callable, entry: PublicCheck, case: PublicCase
    ) -> Outcome:
        return observe(
            function,
            case.inputs,
            case.positional,
            entry.spec,
            driver_of(self.lab, entry.spec.driver),
        )

    def _judged(
        self,
        entry: PublicCheck,
        cases: Sequence[PublicCase],
        outcomes: Sequence[Outcome],
    ) -> Verdict:
        expected = [case.expected for case in cases]
        inputs = [case.inputs for case in cases]
        return judge(
            entry.name,
            expected,
            outcomes,
            entry.messages,
            entry.spec.tolerance,
            inputs,
            self._store.names,
        )

    def _hint(self, function: Callable, entry: PublicCheck, verdict: Verdict) -> str:
        """What the code itself says, which only the notebook has, and the values."""
        stray = stray_name(function)
        if stray:
            return stray
        cases = [
            case
            for _, case in sorted(
                zip(verdict.cases, entry.cases, strict=True),
                key=lambda pair: pair[0].passed,
            )
        ]  # wrong ones first

        def right(version: Callable) -> bool:
            outcomes = (self._outcome(version, entry, case) for case in cases)
            return all(
                passes(case.expected, outcome, entry.spec.tolerance)
                for case, outcome in zip(cases, outcomes, strict=True)
            )

        # Of a function that stops, its error says more than what it leaves unused.
        first = next((case.message for case in verdict.cases if not case.passed), "")
        definition, seen = definition_of(function), ""
        if definition and first and not first.startswith(STOPPED):
            seen = lint.fact(definition, self._only_gives, entry.idle)
        return " ".join(
            filter(None, (verdict.hint, seen, line_to_repair(function, right)))
        )

    def _only_gives(self, name: str) -> bool:
        """Whether an exercise changes none of its arguments, and so has to be kept."""
        if name not in self._store.names:
            return False
        entry = self._store[name]
        return isinstance(entry, PublicCheck) and not entry.spec.mutates

    def progress(self) -> None:
        """Show every exercise of the lab: right, wrong, or still to be written.

        Everything is checked afresh, as it stands in the notebook now, and kept for
        `course_progress()`.
        """
        written = vars(sys.modules["__main__"])
        rows, points, total = [], 0.0, 0.0
        for name in self._store.names:
            entry = self._store[name]
            sign, said = self._state(entry, written.get(name))
            points += entry.points if sign == RIGHT else 0
            total += entry.points
            worth = f"{entry.points:g} point{'s' if entry.points != 1 else ''}"
            rows.append((sign, name, f"{said} ({worth})"))
        done = sum(sign == RIGHT for sign, _, _ in rows)
        progress.record(self.lab, points, done)
        display(
            Report(
                RIGHT if done == len(rows) else OPEN,
                f"{self.lab}: {done} of {len(rows)} right, {points:g} of {total:g} "
                "points by the visible checks",
                tuple(rows),
            )
        )

    def _state(self, entry: PublicCheck | PublicConcept, value: Any) -> tuple[str, str]:
        if value is None:
            return OPEN, "not answered yet" if _is_concept(entry) else "not run yet"
        if _is_concept(entry):
            sign = self._answer(value, entry).sign
            return sign, {RIGHT: "right", WRONG: "not right"}.get(sign, "not answered")
        last = self._last
        verdict = self.verdict(value, entry)
        self._last = last  # of the check that the reader asked for
        if verdict.unwritten:
            return OPEN, "not written yet"
        if verdict.waiting:
            return OPEN, verdict.waiting
        return (RIGHT, "right") if verdict.right else (WRONG, verdict.message)

    def _answer(self, answer: Any, entry: PublicConcept) -> Report:
        answer = plain(answer)
        if answer is None:
            return Report(OPEN, f"{entry.name} is not answered yet")
        key = answer_digest(entry.name, answer, entry.digits)
        if not key or (entry.digits is None and len(answer.strip()) != 1):
            form = "a letter alone, such as 'A'" if entry.digits is None else "a number"
            return Report(WRONG, f"{entry.name}: the answer should be {form}")
        right, said = entry.verdicts.get(key, (False, ""))
        if right:
            return Report(RIGHT, f"{entry.name} is right", remarks=(said,) * bool(said))
        said = said or "That is not the answer. Work it out once more, by hand."
        return Report(WRONG, f"{entry.name} is not right", remarks=(said,))

    def _entry(self, name: str, kind: type) -> Any:
        try:
            entry = self._store[name]
        except KeyError:
            entry = None
        if isinstance(entry, kind):
            return entry
        if entry is not None:
            form = f"{name}={name}" if _is_concept(entry) else name
            raise CannotCheck(f"{name} is checked by check({form}).")
        near = difflib.get_close_matches(name, self._store.names, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise CannotCheck(
            f"{self.lab} has no check of {name!r}; it checks "
            f"{', '.join(self._store.names)}.{meant}"
        )


def answer_digest(name: str, answer: Any, digits: int | None) -> str:
    """Digest of an answer to a concept check; empty where it has not the right form."""
    if digits is None:
        return digest(name, answer, None) if isinstance(answer, str) else ""
    try:
        return digest(name, float(answer), digits)
    except (TypeError, ValueError, OverflowError):
        return ""


def driver_of(lab: str, name: str | None) -> Callable | None:
    """The function that calls an exercise dealing in objects, if it has one."""
    if name is None:
        return None
    return getattr(importlib.import_module(f"helpers.drivers.{lab}"), name)


def _is_concept(entry: PublicCheck | PublicConcept) -> bool:
    return isinstance(entry, PublicConcept)


def _show(shown: Report) -> None:
    display(shown)
    if shown.sign == WRONG:
        raise CheckFailed(shown.headline)
    if shown.sign == OPEN:
        raise CheckFailed(f"{shown.headline}.")

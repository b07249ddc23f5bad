"""The judge: sends inputs to a student's functions and compares what comes back.

Fresh cases are drawn from a seed on every run. No hidden case, expected value or
reference solution ever enters the place where student code runs; the judge only
needs something with the three methods of `Transport`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from autograder.cases import Cases
from autograder.check import Call, Check, Concept
from autograder.policy import mentioned, uses_forbidden
from autograder.results import CaseResult, QuestionResult
from helpers.checks.notebook import answer_digest
from helpers.checks.outcome import Outcome
from helpers.checks.policy import complaint
from helpers.checks.store import digest
from helpers.checks.verdict import CaseVerdict, Expected, Verdict, judge

MAX_MESSAGE = 1_000  # characters


class Transport(Protocol):
    """Where student code runs: in this process, or in a sandbox."""

    errors: list[str]

    def together(
        self, cases: Cases, names: Sequence[str], variables: Sequence[str]
    ) -> tuple[dict[str, list[Outcome]], dict[str, Any]]:
        """Outcomes of some exercises and values of some variables, all at once.

        Exercises that a mishap kept from being asked are left out.
        """

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """What some variables of the notebook hold, as plain values."""

    def outcomes(
        self, check: Check, calls: Sequence[Call], stand_ins: Mapping[str, Callable]
    ) -> list[Outcome]:
        """What an exercise does with some calls, other exercises replaced."""


class Judge:
    """Grades the functions and answers of one notebook.

    Args:
        cases: the hidden cases, and with them the lab.
        cells: the student's code, for what an exercise may not use.
    """

    def __init__(self, cases: Cases, cells: Iterable[str] = ()) -> None:
        self.cases, self.lab, self.cells = cases, cases.lab, list(cells)

    def grade(self, student: Transport, only: str = "") -> list[QuestionResult]:
        """Judge every check and concept check of the lab.

        A function that fails is judged once more, on other cases, with the
        reference's versions in place of the exercises before it that are not right;
        the better score counts. Only those before it that it mentions: a later
        exercise may well hold the answer to an earlier one.

        Args:
            student: where the student's code runs.
            only: name of a question, if the others are not wanted.
        """
        names = list(self.lab.checks)
        wanted = [name for name in names if only in ("", name)]
        concepts = [c for c in self.lab.concepts.values() if only in ("", c.name)]
        variables = [c.name for c in concepts]
        found, answers = student.together(self.cases, wanted, variables)
        own = {name: self._first(name, student, found.get(name)) for name in wanted}
        results = []
        for name in wanted:
            verdict, helped, blocks = own[name], [], []
            if not verdict.right and not verdict.unwritten:
                used = mentioned(self.cells, name)
                before = [n for n in names[: names.index(name)] if n in used]
                broken = self._broken(before, own, student)
                # What deals in objects has no stand-in: no message can carry them.
                blocks = [n for n in broken if self.lab.checks[n].driver]
                helped = [n for n in broken if n not in blocks]
            if helped:
                second = self._try(name, student, helped)
                if second.passed > verdict.passed:
                    verdict = second
                else:
                    helped = []
            results.append(_result(self.lab.checks[name], verdict, helped, blocks))
        if len(answers) < len(variables):
            answers = student.values(variables)
        return results + [_answer(c, answers.get(c.name)) for c in concepts]

    def _first(
        self, name: str, student: Transport, outcomes: list[Outcome] | None
    ) -> Verdict:
        """The verdict on an exercise with its helpers as the student wrote them.

        What was right in company is right. What was wrong is asked again by itself,
        so that nothing another exercise did can cost it anything.
        """
        if outcomes is None or self._forbidden(name):
            return self._try(name, student, ())
        verdict = self._verdict(name, outcomes)
        if verdict.right or verdict.unwritten:
            return verdict
        return self._try(name, student, ())

    def question(self, name: str, student: Transport) -> QuestionResult:
        """Judge one question alone, with the student's own helpers."""
        if name in self.lab.concepts:
            return _answer(self.lab.concepts[name], student.values([name])[name])
        return _result(self.lab.checks[name], self._try(name, student, ()), [], [])

    def _broken(
        self, names: list[str], own: dict[str, Verdict], student: Transport
    ) -> list[str]:
        """Exercises that are not right."""
        for name in names:
            if name not in own:
                own[name] = self._try(name, student, ())
        return [name for name in names if not own[name].right]

    def _try(self, name: str, student: Transport, helped: Sequence[str]) -> Verdict:
        chance = 1 if helped else 0
        calls = self.cases.calls(name, chance)
        used = self._forbidden(name)
        if used:
            refused = [CaseVerdict(False, c.shown(name), complaint(used))
                       for c in calls]  # fmt: skip
            return Verdict(name, tuple(refused))
        stand_ins = {other: getattr(self.lab.reference, other) for other in helped}
        outcomes = student.outcomes(self.lab.checks[name], calls, stand_ins)
        return self._verdict(name, outcomes, chance)

    def _forbidden(self, name: str) -> list[str]:
        return uses_forbidden(self.cells, name, self.lab.checks[name].forbid)

    def _verdict(self, name: str, outcomes: list[Outcome], chance: int = 0) -> Verdict:
        check = self.lab.checks[name]
        verdict = _compare(check, self.cases.expected(name, chance), outcomes)
        if verdict.right or verdict.unwritten:
            return verdict
        # Only now are the known mistakes worth working out.
        expected = self.cases.expected(name, chance, with_mistakes=True)
        inputs = [call.inputs for call in self.cases.calls(name, chance)]
        return _compare(check, expected, outcomes, inputs)


def _compare(
    check: Check, expected: Sequence[Expected], outcomes: list[Outcome],
    inputs: Sequence[dict[str, Any]] = (),
) -> Verdict:  # fmt: skip
    """The verdict on some outcomes. An answer may be odd enough to defy comparison.

    Known mistakes are looked at where the inputs are given, for then both are wanted.
    """
    messages = [mistake.message for mistake in check.mistakes] if inputs else []
    try:
        return judge(check.name, expected, outcomes, messages, check.tolerance, inputs)
    except (ValueError, TypeError, ArithmeticError, MemoryError, RecursionError):
        pass
    cases = []
    for want, got in zip(expected, outcomes, strict=True):
        try:
            cases += judge(check.name, [want], [got], [], check.tolerance).cases
        except (ValueError, TypeError, ArithmeticError, MemoryError, RecursionError):
            why = "the answer is of a kind that cannot be compared"
            cases.append(CaseVerdict(False, want.shown, why))
    return Verdict(check.name, tuple(cases))


def _result(
    check: Check, verdict: Verdict, helped: list[str], blocks: list[str]
) -> QuestionResult:
    """A verdict as points and a message.

    Args:
        check: what was asked.
        verdict: what came of it.
        helped: exercises that the reference stood in for.
        blocks: exercises it builds on that are not right either, without a stand-in.
    """
    share = verdict.passed / len(verdict.cases)
    if check.all_or_nothing and not verdict.right:
        share = 0.0
    message = verdict.message
    if blocks and not verdict.right:
        message += f" (it builds on your {_listed(blocks)}, not right either)"
    if helped:
        message += f" (judged with the reference's {_listed(helped)} in place of yours)"
    told = () if verdict.unwritten else verdict.cases  # the message says it all
    cases = tuple(CaseResult(c.passed, c.shown, shown(c.message)) for c in told)
    score = round(check.points * share, 2)
    return QuestionResult(check.name, score, check.points, shown(message), cases)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def shown(text: str) -> str:
    """A text that holds words of a student, fit to be stored and shown anywhere."""
    text = text[:MAX_MESSAGE].encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in text)


def _answer(concept: Concept, answer: Any) -> QuestionResult:
    if answer is None:
        message = f"{concept.name} is not answered"
        return QuestionResult(concept.name, 0.0, concept.points, message)
    given = answer_digest(concept.name, answer, concept.digits)
    if given == digest(concept.name, concept.answer, concept.digits):
        message = f"{concept.name} is right"
        return QuestionResult(concept.name, concept.points, concept.points, message)
    said = next(
        (text for wrong, text in concept.because.items()
         if given == digest(concept.name, wrong, concept.digits)), ""
    )  # fmt: skip
    message = f"{concept.name} is not right. {said}".strip()
    return QuestionResult(concept.name, 0.0, concept.points, message)

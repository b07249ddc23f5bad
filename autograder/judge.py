"""The judge: sends inputs to a student's functions and compares what comes back.

Fresh cases are drawn from a seed on every run. No hidden case, expected value or
reference solution ever enters the place where student code runs; the judge only
needs something with the three methods of `Transport`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from autograder.check import Call, Check, Concept, Lab
from autograder.policy import uses_forbidden
from autograder.results import CaseResult, QuestionResult
from helpers.checks.notebook import answer_digest
from helpers.checks.outcome import Outcome
from helpers.checks.policy import complaint
from helpers.checks.store import digest
from helpers.checks.verdict import CaseVerdict, Verdict, judge


class Transport(Protocol):
    """Where student code runs: in this process, or in a sandbox."""

    errors: list[str]

    def value(self, name: str) -> Any:
        """What a variable of the notebook holds, as a plain value."""

    def call(
        self, check: Check, call: Call, stand_ins: Mapping[str, Callable]
    ) -> Outcome:
        """What an exercise does with one call, other exercises replaced."""


class Judge:
    """Grades the functions and answers of one notebook.

    Args:
        lab: the checks.
        seed: draws the hidden cases; the same seed draws the same ones.
        cells: the student's code, for what an exercise may not use.
    """

    def __init__(self, lab: Lab, seed: int, cells: Iterable[str] = ()) -> None:
        self.lab, self.seed, self.cells = lab, seed, list(cells)

    def grade(self, student: Transport) -> list[QuestionResult]:
        """Judge every check and concept check of the lab.

        A function that fails is judged once more with the reference's versions in
        place of the other exercises that are not right; the better score counts.
        """
        own = {name: self._try(check, student, {})
               for name, check in self.lab.checks.items()}  # fmt: skip
        broken = [name for name, verdict in own.items() if not verdict.right]
        results = []
        for name, check in self.lab.checks.items():
            others = [other for other in broken if other != name]
            verdict, helped = own[name], []
            if name in broken and others and not verdict.unwritten:
                stand_ins = {o: getattr(self.lab.reference, o) for o in others}
                second = self._try(check, student, stand_ins)
                if second.passed > verdict.passed:
                    verdict, helped = second, others
            results.append(_result(check, verdict, helped))
        results += [_answer(c, student) for c in self.lab.concepts.values()]
        return results

    def question(self, name: str, student: Transport) -> QuestionResult:
        """Judge one question alone, with the student's own helpers."""
        if name in self.lab.concepts:
            return _answer(self.lab.concepts[name], student)
        check = self.lab.checks[name]
        return _result(check, self._try(check, student, {}), [])

    def _try(
        self, check: Check, student: Transport, stand_ins: Mapping[str, Callable]
    ) -> Verdict:
        calls = list(
            check.draw(np.random.default_rng([self.seed, *check.name.encode()]))
        )
        used = uses_forbidden(self.cells, check.name, check.forbid)
        if used:
            refused = [CaseVerdict(False, c.shown(check.name), complaint(used))
                       for c in calls]  # fmt: skip
            return Verdict(check.name, tuple(refused))
        outcomes = [student.call(check, call, stand_ins) for call in calls]
        expected = [check.expected(call, with_mistakes=False) for call in calls]
        verdict = judge(check.name, expected, outcomes, [], check.tolerance)
        if verdict.right or verdict.unwritten:
            return verdict
        # Only now are the known mistakes worth working out.
        expected = [check.expected(call) for call in calls]
        messages = [mistake.message for mistake in check.mistakes]
        return judge(check.name, expected, outcomes, messages, check.tolerance)


def _result(check: Check, verdict: Verdict, helped: list[str]) -> QuestionResult:
    share = verdict.passed / len(verdict.cases)
    if check.all_or_nothing and not verdict.right:
        share = 0.0
    message = verdict.message
    if helped:
        names = ", ".join(f"`{name}`" for name in helped)
        message += f" (judged with the reference's {names} in place of yours)"
    told = () if verdict.unwritten else verdict.cases  # the message says it all
    cases = tuple(CaseResult(c.passed, c.shown, c.message) for c in told)
    score = round(check.points * share, 2)
    return QuestionResult(check.name, score, check.points, message, cases)


def _answer(concept: Concept, student: Transport) -> QuestionResult:
    answer = student.value(concept.name)
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

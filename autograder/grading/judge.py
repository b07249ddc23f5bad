"""The judge: sends inputs to a student's functions and compares what they return.

Fresh cases are drawn from a seed in every run. No hidden test, expected value or
reference solution ever enters the process in which student code runs. All the judge
needs is a `Session`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.checks.check import Check, Concept
from autograder.grading.cases import Cases
from autograder.grading.results import QuestionResult
from autograder.grading.session import Session
from autograder.grading.usage import mentioned, uses_forbidden
from autograder.sandbox.inside.protocol import Question, printable
from helpers.checks.forbidden import complaint
from helpers.checks.notebook import answer_digest
from helpers.checks.outcome import Outcome
from helpers.checks.spec import CheckSpec
from helpers.checks.store import digest
from helpers.checks.verdict import CaseVerdict, Expected, Verdict, judge

MAX_MESSAGE = 1_000  # characters


@dataclass(frozen=True)
class Help:
    """What replaced other exercises in a second chance.

    Attributes:
        values: exercises that were replaced by the reference's values.
        blocks: exercises that were replaced by fixed blocks.
    """

    values: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()


class Judge:
    """Grades the functions and answers of one notebook.

    Args:
        cases: the hidden cases, which also give the lab.
        cells: the student's code, in which forbidden names are looked for.
    """

    def __init__(self, cases: Cases, cells: Iterable[str] = ()) -> None:
        self.cases, self.lab, self.cells = cases, cases.lab, list(cells)

    def grade(self, student: Session, only: str = "") -> list[QuestionResult]:
        """Judge every exercise and concept question of the lab.

        A function that fails is judged once more, on other cases, with correct
        stand-ins for the exercises it builds on that are wrong or unwritten; the better
        score counts. Only exercises that its own reference uses are replaced, because
        another exercise might supply the answer to this one.

        Args:
            student: where the student's code runs.
            only: name of a single question to judge, if not all.
        """
        everything = self.cases.everything(only)
        wanted = [question.spec.name for question in everything.questions]
        own = {name: self.verdict(name, student) for name in wanted}
        results = [self._with_help(name, own, student) for name in wanted]
        for variable in everything.variables:
            [found] = next(student.outcomes(variable))
            results.append(_answer(self.lab.concepts[variable.name], found.value))
        return results

    def _with_help(
        self, name: str, own: dict[str, Verdict], student: Session
    ) -> QuestionResult:
        """The result of one exercise, after a second chance if that can help."""
        check, first = self.lab.checks[name], own[name]
        if first.right or first.unwritten:
            return _result(check, first)
        broken = self._broken(check.uses, own, student)
        values = tuple(n for n in broken if not self.lab.checks[n].spec.driver)
        # With one fixed block, all are used: the reference's result needs all of them.
        blocks = () if set(broken).isdisjoint(check.blocks) else tuple(check.blocks)
        help_ = Help(values, blocks)
        if values or blocks:
            second = self.verdict(name, student, help_)
            # If the first try stopped at an unwritten exercise, the second says more.
            says_more = first.waiting and not second.waiting
            gained = _earned(check, second) - _earned(check, first)
            if gained > (-1e-9 if says_more else 0):
                return _result(check, second, help_, first.waiting)
        before = list(self.lab.checks)[: list(self.lab.checks).index(name)]
        used = mentioned(self.cells, name) | set(check.uses)
        wrong = self._broken([n for n in before if n in used], own, student)
        told = {*values, *blocks, *first.needs, *first.undefined}
        return _result(check, first, builds_on=[n for n in wrong if n not in told])

    def _broken(
        self, names: Sequence[str], own: dict[str, Verdict], student: Session
    ) -> list[str]:
        """The names of those exercises that are not right."""
        for name in names:
            if name not in own:
                own[name] = self.verdict(name, student)
        return [name for name in names if not own[name].right]

    def verdict(
        self, name: str, student: Session, help_: Help | None = None
    ) -> Verdict:
        """The verdict on one exercise.

        Args:
            name: name of the exercise.
            student: where the student's code runs.
            help_: what replaces other exercises in a second chance, which gets other
                cases; by default, the student's own are used.
        """
        chance, help_ = (1, help_) if help_ else (0, Help())
        question = self.cases.question(name, chance, help_.values, help_.blocks)
        if used := self._forbidden(question.spec):
            tried, why = [call.shown(name) for call in question.calls], complaint(used)
            return Verdict(name, tuple(CaseVerdict(False, one, why) for one in tried))
        verdict = None
        for outcomes in student.outcomes(question):
            verdict = self._judged(question, outcomes, chance)
            if _settled(verdict):
                break
        return verdict

    def _forbidden(self, spec: CheckSpec) -> list[str]:
        return uses_forbidden(self.cells, spec.name, spec.forbid, self.lab.checks)

    def _judged(
        self, question: Question, outcomes: Sequence[Outcome], chance: int
    ) -> Verdict:
        name, blocks = question.spec.name, bool(question.blocks)
        check = self.lab.checks[name]
        expected = self.cases.expected(name, chance, False, blocks)
        verdict = _compare(check, expected, outcomes)
        if _settled(verdict):
            return verdict
        # Only now is it worth computing the results of the known mistakes.
        expected = self.cases.expected(name, chance, True, blocks)
        inputs = [call.inputs for call in question.calls]
        return _compare(check, expected, outcomes, inputs)


def _settled(verdict: Verdict) -> bool:
    """Whether no other answer and no known mistake can say more."""
    return bool(verdict.right or verdict.unwritten or verdict.waiting)


def _compare(
    check: Check,
    expected: Sequence[Expected],
    outcomes: Sequence[Outcome],
    inputs: Sequence[dict[str, Any]] = (),
) -> Verdict:
    """The verdict on some outcomes, some of which may be impossible to compare.

    Known mistakes are considered if the inputs are given.
    """
    messages = [mistake.message for mistake in check.mistakes] if inputs else []
    known, allowed = check.lab.checks, check.spec.tolerance
    try:
        return judge(check.name, expected, outcomes, messages, allowed, inputs, known)
    except (ValueError, TypeError, ArithmeticError, MemoryError, RecursionError):
        pass
    cases, changed = [], {}
    for want, got in zip(expected, outcomes, strict=True):
        changed |= dict.fromkeys(got.modified)
        try:
            cases += judge(check.name, [want], [got], [], allowed).cases
        except (ValueError, TypeError, ArithmeticError, MemoryError, RecursionError):
            why = "the answer is of a type that cannot be compared"
            cases.append(CaseVerdict(False, want.shown, why, want.visible))
    return Verdict(check.name, tuple(cases), changed=tuple(changed))


def _result(
    check: Check,
    verdict: Verdict,
    help_: Help | None = None,
    waiting: str = "",
    builds_on: Sequence[str] = (),
) -> QuestionResult:
    """Turn a verdict into points and a message.

    Args:
        check: the check of the exercise.
        verdict: the verdict on it.
        help_: what replaced other exercises.
        waiting: a sentence that names the exercise at which it stopped without help.
        builds_on: exercises it builds on that are also wrong and had no stand-in.
    """
    help_, remarks = help_ or Help(), []
    if waiting:
        remarks.append(waiting)
    if builds_on and not verdict.right:
        verb = "is" if len(builds_on) == 1 else "are"
        remarks.append(
            f"it builds on your {_listed(builds_on)}, which {verb} not right either"
        )
    if help_.values:
        listed = _listed(help_.values)
        remarks.append(f"judged with the reference's {listed} in place of yours")
    if help_.blocks:
        listed = _listed(help_.blocks)
        what = "a fixed block" if len(help_.blocks) == 1 else "fixed blocks"
        remarks.append(f"judged with {what} in place of your {listed}")
    message = verdict.message + "".join(f" ({remark})" for remark in remarks)
    told = () if verdict.unwritten else verdict.cases  # the message says enough
    cases = tuple(replace(case, message=shown(case.message)) for case in told)
    score = round(check.points * _earned(check, verdict), 2)
    return QuestionResult(check.name, score, check.points, shown(message), cases)


def _earned(check: Check, verdict: Verdict) -> float:
    """The fraction of its points that an exercise earns."""
    nothing = check.spec.all_or_nothing and not verdict.values_right
    return 0.0 if nothing else verdict.share


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def shown(text: str) -> str:
    """Make a message that contains a student's words safe to show and store."""
    return printable(text, MAX_MESSAGE)


def _answer(concept: Concept, answer: Any) -> QuestionResult:
    if answer is None:
        message = f"{concept.name} is not answered"
        return QuestionResult(concept.name, 0.0, concept.points, message)
    given = answer_digest(concept.name, answer, concept.digits)
    if given == digest(concept.name, concept.answer, concept.digits):
        message = f"{concept.name} is right"
        return QuestionResult(concept.name, concept.points, concept.points, message)
    said = next(
        (
            text
            for wrong, text in concept.because.items()
            if given == digest(concept.name, wrong, concept.digits)
        ),
        "",
    )
    message = f"{concept.name} is not right. {said}".strip()
    return QuestionResult(concept.name, 0.0, concept.points, message)

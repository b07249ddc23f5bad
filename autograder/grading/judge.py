"""The judge: sends inputs to a student's functions and compares what they return.

Fresh cases are drawn from a seed in every run. No hidden test, expected value or
reference solution ever enters the process in which student code runs. All the judge
needs is an object with the methods of `Transport`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.checks.check import Call, Check, Concept
from autograder.grading.cases import Cases
from autograder.grading.results import CaseResult, QuestionResult
from autograder.grading.usage import mentioned, uses_forbidden
from helpers.checks.forbidden import complaint
from helpers.checks.notebook import answer_digest
from helpers.checks.outcome import Outcome
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

        Exercises that could not be asked because of an earlier failure are left out.
        """

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """The contents of some variables of the notebook, as plain values."""

    def outcomes(
        self,
        check: Check,
        calls: Sequence[Call],
        stand_ins: Collection[str],
        blocks: Collection[str] = (),
    ) -> list[Outcome]:
        """Outcomes of some calls of an exercise, with other exercises replaced.

        Exercises in `stand_ins` are replaced by the reference's values, those in
        `blocks` by fixed blocks.
        """


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

    def grade(self, student: Transport, only: str = "") -> list[QuestionResult]:
        """Judge every exercise and concept question of the lab.

        A function that fails is judged once more, on other cases, with correct
        stand-ins for the exercises it builds on that are wrong or unwritten; the better
        score counts. Only exercises that its own reference uses are replaced, because
        another exercise might supply the answer to this one.

        Args:
            student: where the student's code runs.
            only: name of a single question to judge, if not all.
        """
        names = list(self.lab.checks)
        wanted = [name for name in names if only in ("", name)]
        concepts = [c for c in self.lab.concepts.values() if only in ("", c.name)]
        variables = [c.name for c in concepts]
        found, answers = student.together(self.cases, wanted, variables)
        own = {name: self._first(name, student, found.get(name)) for name in wanted}
        results = []
        for name in wanted:
            results.append(self._with_help(name, own, student))
        if len(answers) < len(variables):
            answers = student.values(variables)
        return results + [_answer(c, answers.get(c.name)) for c in concepts]

    def _with_help(
        self, name: str, own: dict[str, Verdict], student: Transport
    ) -> QuestionResult:
        """The result of one exercise, after a second chance if that can help."""
        check, first = self.lab.checks[name], own[name]
        if first.right or first.unwritten:
            return _result(check, first)
        broken = self._broken(check.uses, own, student)
        values = tuple(n for n in broken if not self.lab.checks[n].driver)
        # With one fixed block, all are used: the reference's result needs all of them.
        blocks = () if set(broken).isdisjoint(check.blocks) else tuple(check.blocks)
        help_ = Help(values, blocks)
        if values or blocks:
            second = self._try(name, student, help_)
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

    def _first(
        self, name: str, student: Transport, outcomes: list[Outcome] | None
    ) -> Verdict:
        """The verdict on an exercise, using the student's own other functions.

        A pass in the batched run is final. A failure is rerun alone, so that no other
        exercise can have caused it.
        """
        if outcomes is None or self._forbidden(name):
            return self._try(name, student)
        verdict = self._verdict(name, outcomes)
        if verdict.right or verdict.unwritten or verdict.waiting:
            return verdict
        return self._try(name, student)

    def question(self, name: str, student: Transport) -> QuestionResult:
        """Judge one question alone, with the student's own helpers."""
        if name in self.lab.concepts:
            return _answer(self.lab.concepts[name], student.values([name])[name])
        return _result(self.lab.checks[name], self._try(name, student))

    def _broken(
        self, names: Sequence[str], own: dict[str, Verdict], student: Transport
    ) -> list[str]:
        """The names of those exercises that are not right."""
        for name in names:
            if name not in own:
                own[name] = self._try(name, student)
        return [name for name in names if not own[name].right]

    def _try(self, name: str, student: Transport, help_: Help | None = None) -> Verdict:
        chance, help_ = (1, help_) if help_ else (0, Help())
        calls = self.cases.calls(name, chance)
        used = self._forbidden(name)
        if used:
            refused = [
                CaseVerdict(False, c.shown(name), complaint(used)) for c in calls
            ]
            return Verdict(name, tuple(refused))
        check = self.lab.checks[name]
        outcomes = student.outcomes(check, calls, help_.values, help_.blocks)
        return self._verdict(name, outcomes, chance, bool(help_.blocks))

    def _forbidden(self, name: str) -> list[str]:
        checks = self.lab.checks
        return uses_forbidden(self.cells, name, checks[name].forbid, checks)

    def _verdict(
        self, name: str, outcomes: list[Outcome], chance: int = 0, blocks: bool = False
    ) -> Verdict:
        check = self.lab.checks[name]
        expected = self.cases.expected(name, chance, False, blocks)
        verdict = _compare(check, expected, outcomes)
        if verdict.right or verdict.unwritten or verdict.waiting:
            return verdict
        # Only now is it worth computing the results of the known mistakes.
        expected = self.cases.expected(name, chance, True, blocks)
        inputs = [call.inputs for call in self.cases.calls(name, chance)]
        return _compare(check, expected, outcomes, inputs)


def _compare(
    check: Check,
    expected: Sequence[Expected],
    outcomes: list[Outcome],
    inputs: Sequence[dict[str, Any]] = (),
) -> Verdict:
    """The verdict on some outcomes, some of which may be impossible to compare.

    Known mistakes are considered if the inputs are given.
    """
    messages = [mistake.message for mistake in check.mistakes] if inputs else []
    known = check.lab.checks
    try:
        return judge(
            check.name, expected, outcomes, messages, check.tolerance, inputs, known
        )
    except (ValueError, TypeError, ArithmeticError, MemoryError, RecursionError):
        pass
    cases, changed = [], {}
    for want, got in zip(expected, outcomes, strict=True):
        changed |= dict.fromkeys(got.modified)
        try:
            cases += judge(check.name, [want], [got], [], check.tolerance).cases
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
    cases = tuple(CaseResult(c.passed, c.shown, shown(c.message)) for c in told)
    score = round(check.points * _earned(check, verdict), 2)
    return QuestionResult(check.name, score, check.points, shown(message), cases)


def _earned(check: Check, verdict: Verdict) -> float:
    """The fraction of its points that an exercise earns."""
    nothing = check.all_or_nothing and not verdict.values_right
    return 0.0 if nothing else verdict.share


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def shown(text: str) -> str:
    """Make a text that contains a student's words safe to store and show anywhere."""
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
        (
            text
            for wrong, text in concept.because.items()
            if given == digest(concept.name, wrong, concept.digits)
        ),
        "",
    )
    message = f"{concept.name} is not right. {said}".strip()
    return QuestionResult(concept.name, 0.0, concept.points, message)

"""How the hidden tests of a lab are written: cases, mistakes, right variants.

A check says once what is true of a function; the visible check in the notebook, the
judge, the named mistakes and the tests of the tests all follow from it:

    lab = Lab("C1W2")

    @lab.check("sigmoid", points=3)
    def sigmoid(rng):
        '''Vectors, matrices and extremes.'''
        yield case(x=rng.normal(size=(3, 4)))

    @sigmoid.mistake("The sign of the exponent is wrong.")
    def rising_exponent(x):
        return 1 / (1 + np.exp(x))
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import itertools
import numbers
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.checks.record import Recorder
from autograder.checks.reference import reference, used
from autograder.checks.rounding import slack, without_mistakes
from autograder.errors import Refused
from autograder.paths import PUBLIC_CHECKS
from helpers.checks.compare import ATOL, RTOL, Tolerance
from helpers.checks.lint import unread_arguments
from helpers.checks.outcome import Outcome, exact, observe
from helpers.checks.repair import definition_of
from helpers.checks.spec import Call, CheckSpec
from helpers.checks.stand_in import Recorded, blocks, replaced
from helpers.checks.store import Entry, PublicCase, PublicCheck, PublicConcept, digest
from helpers.checks.values import Draws
from helpers.checks.verdict import Expected, complaint_of

__all__ = ["Call", "Case", "Check", "Concept", "Lab", "case", "draws", "load"]

PUBLIC_SEED = 20_240_229  # the visible cases are the same for everybody


class Case:
    """Arguments of one call, before they are bound to the exercise's parameters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs


case = Case


def draws(
    shape: tuple[int, ...], mean: float = 0.0, std: float = 1.0, continuous: bool = True
) -> Draws:
    """Any correct draw of an array: its shape, mean and standard deviation count.

    Where it is `continuous`, so does that its numbers were drawn one by one.
    """
    return Draws(tuple(shape), float(mean), float(std), continuous)


@dataclass(frozen=True)
class Mistake:
    """A wrong version of an exercise, and what to say to whoever wrote it."""

    message: str
    function: Callable

    @property
    def name(self) -> str:
        """What the wrong version does, as the name of its function says."""
        return self.function.__name__


@dataclass(eq=False)
class Check:
    """The hidden test of one exercise.

    Attributes:
        lab: the lab it belongs to.
        spec: what it has in common with the visible check.
        cases: generator of cases, given a `numpy.random.Generator`.
    """

    lab: Lab
    spec: CheckSpec
    cases: Callable[[np.random.Generator], Iterable[Case]]
    mistakes: list[Mistake] = field(default_factory=list)
    variants: list[Callable] = field(default_factory=list)
    alternatives: list[Callable] = field(default_factory=list)
    expectation: Callable | None = None

    @property
    def name(self) -> str:
        """Name of the exercise."""
        return self.spec.name

    @property
    def points(self) -> float:
        """Points for all cases together."""
        return self.spec.points

    def mistake(self, message: str) -> Callable:
        """Register the decorated function as a known mistake with its message."""

        def register(function: Callable) -> Callable:
            self.mistakes.append(Mistake(message, function))
            return function

        return register

    def right(self, function: Callable) -> Callable:
        """Register a right version written differently; the tests use it."""
        self.variants.append(function)
        return function

    def alternative(self, function: Callable) -> Callable:
        """Register another right answer, whose output differs from the reference's."""
        self.alternatives.append(function)
        return function

    def expect(self, function: Callable) -> Callable:
        """Say what is expected in place of the reference's output; see `draws`.

        What a driver does with the random state is its own affair.
        """
        self.expectation = function
        self.spec = replace(self.spec, random=not self.spec.driver)
        return function

    @property
    def solution(self) -> Callable:
        """The reference function."""
        return getattr(self.lab.reference, self.name)

    @functools.cached_property
    def uses(self) -> tuple[str, ...]:
        """The exercises before this one that it may build on, in their order.

        They are what the reference uses, or a right version that the author lists.
        Only these are ever replaced: any other may hold the answer.
        """
        direct = {self.name}
        for version in (*self.variants, *self.alternatives):
            direct |= _asked_of_the_reference(version)
        needed = direct.union(*(used(self.lab.name, name) for name in direct))
        names = list(self.lab.checks)
        return tuple(n for n in names[: names.index(self.name)] if n in needed)

    @functools.cached_property
    def blocks(self) -> dict[str, Callable]:
        """Fixed blocks for those of them that take or return objects."""
        fixed = blocks(self.lab.name)
        return {name: fixed[name] for name in self.uses if name in fixed}

    def draw(self, rng: np.random.Generator) -> Iterator[Call]:
        """Cases as calls, bound to the exercise's parameters."""
        for one in self.cases(rng):
            yield self._bind(one)

    def _bind(self, one: Case) -> Call:
        if self.spec.driver:
            parameters = list(self._signature.parameters)[1:]
            bound = dict(zip(parameters, one.args, strict=False)) | one.kwargs
            own = inspect.signature(self.solution).parameters
            return Call(bound, len(bound), typed=bound.keys() <= own.keys())
        bound = self._signature.bind(*one.args, **one.kwargs).arguments
        # By position as far as possible: a reader may name parameters otherwise.
        prefix = itertools.takewhile(
            lambda pair: pair[0] == pair[1],
            zip(bound, self._signature.parameters, strict=False),
        )
        return Call(dict(bound), sum(1 for _ in prefix))

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.driver_function or self.solution)

    @functools.cached_property
    def driver_function(self) -> Callable | None:
        """The driver, where there is one."""
        if not self.spec.driver:
            return None
        module = importlib.import_module(f"helpers.drivers.{self.lab.name}")
        return getattr(module, self.spec.driver)

    def observe(self, function: Callable, call: Call) -> Outcome:
        """What `function`, in place of the exercise, does with a call."""
        return self._observe(function, call.inputs, call.positional, self.spec)

    def _observe(
        self, function: Callable, inputs: dict, positional: int, spec: CheckSpec
    ) -> Outcome:
        return observe(function, inputs, positional, spec, self.driver_function)

    def expected(
        self, call: Call, with_mistakes: bool = True, with_blocks: bool = False
    ) -> Expected:
        """What a call asks for.

        Args:
            call: one of a case.
            with_mistakes: also what each known mistake gives.
            with_blocks: with fixed blocks in the place of the exercises it uses.

        Raises:
            RuntimeError: the reference itself fails.
        """
        with self._in_place(with_blocks):
            said = self.expectation is not None and not with_blocks
            if said and not self.spec.mutates:  # nothing is asked of the reference
                outcomes = [Outcome()]
            else:
                outcomes = [self.observe(self.solution, call)]
            if outcomes[0].error or outcomes[0].modified:
                raise RuntimeError(
                    f"{self.lab.name}: the reference of {self.name} fails on "
                    f"{call.shown(self.name)}: "
                    f"{outcomes[0].error or 'modifies arguments'}"
                )
            if said:
                value = self.expectation(**call.inputs)
                outcomes = [Outcome(value=value, after=outcomes[0].after)]
            outcomes += [self.observe(other, call) for other in self.alternatives]
        slack = functools.cache(lambda: self._slack(call, outcomes, with_blocks))
        expected = Expected(call.shown(self.name), tuple(outcomes), slack=slack)
        if with_mistakes:
            expected = self.with_mistakes(call, expected, with_blocks)
        return expected

    def with_mistakes(
        self, call: Call, expected: Expected, with_blocks: bool = False
    ) -> Expected:
        """The same, with what each known mistake would give."""
        with self._in_place(with_blocks):
            wrong = [self.observe(m.function, call) for m in self.mistakes]
        patterns = [_as_pattern(expected.outcomes[0], outcome) for outcome in wrong]
        return replace(expected, mistakes=tuple(patterns))

    def _in_place(self, with_blocks: bool) -> contextlib.AbstractContextManager:
        """Fixed blocks in the place of the exercises it uses, or nothing."""
        names = vars(reference(self.lab.name))
        return replaced(names, self.blocks if with_blocks else {})

    def _slack(
        self, call: Call, outcomes: Sequence[Outcome], with_blocks: bool
    ) -> tuple[dict[str, float], ...]:
        """How far rounding may carry each right outcome of a call.

        Not at all where the check has a floor: it has said itself what is rounding.
        """
        allowed = self.spec.tolerance
        if allowed.floor:
            return ({},) * len(outcomes)
        found, once = [], replace(self.spec, random=False)
        right = zip((self.solution, *self.alternatives), outcomes, strict=True)
        with self._in_place(with_blocks):
            for function, outcome in right:
                run = functools.partial(
                    self._observe, function, positional=call.positional, spec=once
                )
                widened = slack(run, call.inputs, allowed)
                if widened:
                    wrong = (self.observe(m.function, call) for m in self.mistakes)
                    widened = without_mistakes(widened, outcome, wrong, allowed)
                found.append(widened)
        return tuple(found)

    def visible_calls(self) -> Iterator[Call]:
        """The cases of the check in the notebook, the same for everybody."""
        return self.draw(np.random.default_rng(PUBLIC_SEED))

    def is_visible(self, number: int, call: Call) -> bool:
        """Whether a case of a draw is a visible one as well, such as an empty list.

        Its answer can be looked up.

        Args:
            number: its number in the draw.
            call: the case.
        """
        known = self._visible_inputs[number : number + 1]
        return known == [exact(call.inputs)]

    @functools.cached_property
    def _visible_inputs(self) -> list:
        return [exact(call.inputs) for call in self.visible_calls()]

    def public(self) -> PublicCheck:
        """The side of this check that a student receives."""
        calls = list(self.visible_calls())
        fixed = ()
        if self.blocks:
            fixed = tuple(self.expected(c, False, with_blocks=True) for c in calls)
        return PublicCheck(
            spec=self.spec,
            cases=[
                PublicCase(call.inputs, call.positional, self.expected(call))
                for call in calls
            ],
            messages=[mistake.message for mistake in self.mistakes],
            recorded=self._recorded(calls),
            blocks=tuple(self.blocks),
            with_blocks=fixed,
            idle=self._idle,
        )

    @property
    def _idle(self) -> tuple[str, ...]:
        """Arguments that the reference or a right version does without."""
        versions = (self.solution, *self.variants, *self.alternatives)
        definitions = filter(None, map(definition_of, versions))
        unread = [name for one in definitions for name in unread_arguments(one)]
        return tuple(dict.fromkeys(unread))

    def _recorded(self, calls: Sequence[Call]) -> dict[str, Recorded]:
        """Calls that the reference makes of the exercises it uses."""
        names = vars(reference(self.lab.name))
        checks = self.lab.checks
        plain_ones = [name for name in self.uses if not checks[name].spec.driver]
        recorder = Recorder()
        listening = recorder.listening(
            {name: names[name] for name in plain_ones},
            {name: checks[name].spec.mutates for name in plain_ones},
        )
        for stand_ins in (listening, {**self.blocks, **listening}):
            with replaced(names, stand_ins):
                for call in calls if listening else ():
                    self.observe(self.solution, call)
        return recorder.calls()


def _asked_of_the_reference(function: Callable) -> set[str]:
    """Names that a function takes from its lab's `reference`."""
    names = function.__globals__
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and isinstance(names.get(node.value.id), _Lazy)
    }


def _as_pattern(right: Outcome, wrong: Outcome) -> Outcome:
    """What of a wrong outcome tells the mistake, and may be shown to students.

    Where draws are expected, a wrong draw counts by shape, mean and spread too; an
    error stays without the line of code that it quotes.
    """
    return Outcome(
        value=_pattern(right.value, wrong.value),
        error=complaint_of(wrong.error),
        modified=wrong.modified,
        after=wrong.after,
    )


def _pattern(right: Any, wrong: Any) -> Any:
    if isinstance(right, Draws) and isinstance(wrong, np.ndarray) and wrong.size:
        mean, std = float(wrong.mean()), float(wrong.std())
        return Draws(wrong.shape, mean, std, continuous=False)
    if isinstance(right, dict) and isinstance(wrong, dict):
        return {k: _pattern(right.get(k), v) for k, v in wrong.items()}
    sequences = isinstance(right, (list, tuple)) and isinstance(wrong, (list, tuple))
    if sequences and len(right) == len(wrong):
        pairs = zip(right, wrong, strict=True)
        return type(wrong)(_pattern(a, b) for a, b in pairs)
    return wrong


@dataclass(frozen=True)
class Concept:
    """A question with one right answer.

    Attributes:
        name: of the variable in the notebook.
        points: for the right answer.
        answer: a letter, or a number.
        because: wrong answer → the misconception behind it.
        why: what to say to the right answer.
        digits: decimals that a number is compared to.
    """

    name: str
    points: float
    answer: str | float
    because: dict[str | float, str]
    why: str = ""
    digits: int | None = None

    def public(self) -> PublicConcept:
        """The side of this question that a student receives: digests only."""
        verdicts = {
            digest(self.name, wrong, self.digits): (False, text)
            for wrong, text in self.because.items()
        }
        verdicts[digest(self.name, self.answer, self.digits)] = (True, self.why)
        ordered = dict(sorted(verdicts.items()))  # the order gives nothing away
        return PublicConcept(self.name, self.points, self.digits, ordered)


class Lab:
    """The checks of one lab, in the order they were written."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checks: dict[str, Check] = {}
        self.concepts: dict[str, Concept] = {}

    @property
    def reference(self) -> Any:
        """The reference functions; loaded when the first of them is asked for."""
        return _Lazy(self.name)

    def check(
        self,
        name: str,
        *,
        points: float,
        rtol: float = RTOL,
        atol: float = ATOL,
        floor: float = 0.0,
        integers: bool = False,
        **about: Any,
    ) -> Callable[[Callable], Check]:
        """Register the decorated generator of cases as the check of an exercise.

        Args: those of `CheckSpec` and of `Tolerance`; `atol` is relative to an array's
            largest value.
        """
        spec = CheckSpec(name, points, Tolerance(rtol, atol, floor, integers), **about)

        def register(cases: Callable) -> Check:
            self._new(name)
            self.checks[name] = Check(self, spec, cases)
            return self.checks[name]

        return register

    def concept(
        self,
        name: str,
        *,
        points: float,
        answer: str | float,
        because: dict[str | float, str],
        why: str = "",
        digits: int | None = None,
    ) -> None:
        """Register a question with one right answer; see `Concept`."""
        self._new(name)
        if isinstance(answer, numbers.Number) and digits is None:
            digits = 0
        self.concepts[name] = Concept(name, points, answer, because, why, digits)

    def _new(self, name: str) -> None:
        if name in self.checks or name in self.concepts:
            raise ValueError(f"{self.name} has two checks named {name!r}.")

    @property
    def names(self) -> list[str]:
        """Names of all checks and concepts."""
        return [*self.checks, *self.concepts]

    def points(self, name: str) -> float:
        """Points of a check or concept by name."""
        return (self.checks.get(name) or self.concepts[name]).points

    @property
    def public_path(self) -> Path:
        """The file with the public side of these checks."""
        return PUBLIC_CHECKS / f"{self.name}.h5"

    def public(self) -> list[Entry]:
        """The public side of all checks and concepts."""
        return [c.public() for c in (*self.checks.values(), *self.concepts.values())]


class _Lazy:
    """Stands for a lab's reference functions until one is needed."""

    def __init__(self, lab: str) -> None:
        self._lab = lab

    def __getattr__(self, name: str) -> Any:
        return getattr(reference(self._lab), name)


@functools.cache
def load(lab: str) -> Lab:
    """The checks of a lab by its name, such as `"C1W2"`.

    Raises:
        Refused: the lab has no checks.
    """
    try:
        return importlib.import_module(f"autograder.checks.{lab}").lab
    except ModuleNotFoundError as error:
        if error.name != f"autograder.checks.{lab}":
            raise
        raise Refused(f"There are no checks of a lab {lab!r}.") from None

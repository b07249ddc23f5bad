"""The hidden cases drawn from one seed, with their expected results.

Computing expected values takes longer than everything else in grading a submission.
To avoid doing this for each student of a class, `Pool` distributes a few sets of cases
that are drawn anew for each run. Nobody can know them beforehand, none of them is used
again, and the submissions of a run share nothing else that could pass on an answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from autograder.checks.check import Lab, load
from autograder.grading.seeds import seed_for
from autograder.sandbox.inside.protocol import Everything, Question, Variable
from helpers.checks.spec import Call
from helpers.checks.verdict import Expected

POOL = 8  # sets of cases per run, at most
SHARED = 8  # students to a set, so that a small class waits for fewer sets


class Cases:
    """Cases of all checks of a lab; each is computed once, when first needed.

    Args:
        lab: the checks.
        seed: the same seed draws the same cases.
    """

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab, self.seed = lab, seed
        self._calls: dict[tuple[str, int], tuple[Call, ...]] = {}
        self._questions: dict[tuple, Question] = {}
        self._everything: dict[str, Everything] = {}
        self._expected: dict[tuple[str, int, bool, bool], list[Expected]] = {}

    def calls(self, name: str, chance: int = 0) -> Sequence[Call]:
        """The calls of one check.

        Args:
            name: name of the exercise.
            chance: 0 for the first chance; the second chance gets cases of its own, so
                that nothing learned about the first cases helps.
        """
        key = name, chance
        if key not in self._calls:
            rng = np.random.default_rng([self.seed, *name.encode(), *[0] * chance])
            self._calls[key] = tuple(self.lab.checks[name].draw(rng))
        return self._calls[key]

    def question(
        self,
        name: str,
        chance: int = 0,
        stand_ins: tuple[str, ...] = (),
        blocks: tuple[str, ...] = (),
    ) -> Question:
        """What a session is asked about an exercise; the same object each time.

        Args:
            name: name of the exercise.
            chance: the chance whose calls are meant.
            stand_ins: exercises that are replaced by the reference's values.
            blocks: exercises that are replaced by fixed blocks.
        """
        key = name, chance, stand_ins, blocks
        if key not in self._questions:
            spec, calls = self.lab.checks[name].spec, self.calls(name, chance)
            self._questions[key] = Question(spec, calls, stand_ins, blocks)
        return self._questions[key]

    def everything(self, only: str = "") -> Everything:
        """Every exercise and concept question of the lab, or a single one."""
        if only not in self._everything:
            self._everything[only] = Everything(
                tuple(self.question(n) for n in self.lab.checks if only in ("", n)),
                tuple(Variable(n) for n in self.lab.concepts if only in ("", n)),
            )
        return self._everything[only]

    def expected(
        self,
        name: str,
        chance: int = 0,
        with_mistakes: bool = False,
        with_blocks: bool = False,
    ) -> Sequence[Expected]:
        """The expected result of each call, and the result of each known mistake.

        Args:
            name: name of the exercise.
            chance: the chance whose calls are meant.
            with_mistakes: whether to compute the results of the mistakes.
            with_blocks: whether fixed blocks replace the exercises it uses.
        """
        key = name, chance, with_mistakes, with_blocks
        if key not in self._expected:
            check, calls = self.lab.checks[name], self.calls(name, chance)
            if with_mistakes:
                right = self.expected(name, chance, False, with_blocks)
                both = zip(calls, right, strict=True)
                self._expected[key] = [
                    check.with_mistakes(*pair, with_blocks) for pair in both
                ]
            else:
                self._expected[key] = [
                    replace(
                        check.expected(call, False, with_blocks),
                        visible=check.is_visible(number, call),
                    )
                    for number, call in enumerate(calls)
                ]
        return self._expected[key]


Draw = Callable[[str], Cases]  # gives the cases of a lab by its name


def drawn(student: str, seed: int | None = None) -> Draw:
    """Cases for one student.

    Args:
        student: name of the student.
        seed: seed of the cases; by default a fresh one.
    """

    def draw(lab: str) -> Cases:
        attempt = secrets.token_hex(8)
        number = seed_for(student, lab, attempt) if seed is None else seed
        return Cases(load(lab), number)

    return draw


class Pool:
    """The sets of cases of one run of a class.

    Args:
        lab: the checks.
        run: an unpredictable identifier of this run.
        size: number of sets.
    """

    @classmethod
    def for_class(cls, lab: Lab, run: str, students: int) -> Pool:
        """The sets for a class of some size; there are at least two."""
        return cls(lab, run, min(max(2, students // SHARED), POOL))

    def __init__(self, lab: Lab, run: str, size: int = POOL) -> None:
        self.lab, self.run, self.size = lab, run, size
        self._sets: dict[int, Cases] = {}

    def of(self, student: str) -> Cases:
        """The cases of one student; nobody can predict which set it is."""
        number = seed_for(student, self.lab.name, self.run) % self.size
        if number not in self._sets:
            seed = seed_for(f"set {number}", self.lab.name, self.run)
            self._sets[number] = Cases(self.lab, seed)
        return self._sets[number]

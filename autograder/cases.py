"""The hidden cases that one seed draws, with what they ask for.

Working out expected values takes longer than all the rest of grading a submission.
So that a class need not pay for it once a student, `Pool` deals out a few sets of
cases that are drawn afresh for each run: nobody can know them before, none of them is
used again, and submissions of one run share nothing else that could carry an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.check import Call, Check, Lab
from autograder.seeds import seed_for
from autograder.worker.frames import encode
from helpers.checks.verdict import Expected

POOL = 8  # sets of cases in one run


class Cases:
    """Cases of all checks of a lab; each is worked out once, when first needed.

    Args:
        lab: the checks.
        seed: the same seed draws the same cases.
    """

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab, self.seed = lab, seed
        self._calls: dict[tuple[str, int], list[Call]] = {}
        self._frames: dict[tuple[str, ...], list] = {}
        self._expected: dict[tuple[str, int, bool, bool], list[Expected]] = {}

    def calls(self, name: str, chance: int = 0) -> Sequence[Call]:
        """The calls of one check.

        Args:
            name: of the exercise.
            chance: 0 for the first; a second one gets cases of its own, so that
                nothing that was learned about the first ones is of use.
        """
        key = name, chance
        if key not in self._calls:
            rng = np.random.default_rng([self.seed, *name.encode(), *[0] * chance])
            self._calls[key] = list(self.lab.checks[name].draw(rng))
        return self._calls[key]

    def frame(self, names: Sequence[str], variables: Sequence[str]) -> list:
        """The message that asks for everything, ready to be sent to each student."""
        key = *names, "", *variables
        if key not in self._frames:
            checks = [self.lab.checks[name] for name in names]
            questions = [question(one, self.calls(one.name), ()) for one in checks]
            self._frames[key] = encode({"all": questions, "values": list(variables)})
        return self._frames[key]

    def expected(
        self,
        name: str,
        chance: int = 0,
        with_mistakes: bool = False,
        with_blocks: bool = False,
    ) -> Sequence[Expected]:
        """What each call asks for, and what each known mistake would give.

        Args:
            name: of the exercise.
            chance: of which calls.
            with_mistakes: whether the mistakes are wanted.
            with_blocks: whether fixed blocks are in the place of what it uses.
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
                        visible=number in check.fixed,
                    )
                    for number, call in enumerate(calls)
                ]
        return self._expected[key]


def question(
    check: Check,
    calls: Sequence[Call],
    stand_ins: Iterable[str],
    blocks: Iterable[str] = (),
) -> dict[str, Any]:
    """What a sandbox is told of a question: never what the right answer is."""
    return {
        "name": check.name,
        "calls": [[call.inputs, call.positional] for call in calls],
        "mutates": list(check.mutates),
        "driver": check.driver,
        "random": check.random,
        "stand_ins": list(stand_ins),
        "blocks": list(blocks),
    }


class Pool:
    """The sets of cases of one run of a class.

    Args:
        lab: the checks.
        run: what tells this run from any other, unpredictable.
        size: how many sets.
    """

    def __init__(self, lab: Lab, run: str, size: int = POOL) -> None:
        self.lab, self.run, self.size = lab, run, size
        self._sets: dict[int, Cases] = {}

    def of(self, student: str) -> Cases:
        """The cases of one student; which set it is nobody can predict either."""
        number = seed_for(student, self.lab.name, self.run) % self.size
        if number not in self._sets:
            seed = seed_for(f"set {number}", self.lab.name, self.run)
            self._sets[number] = Cases(self.lab, seed)
        return self._sets[number]

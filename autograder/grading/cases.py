"""The hidden cases drawn from one seed, with their expected results.

Computing expected values takes longer than everything else in grading a submission.
To avoid doing this for each student of a class, `Pool` distributes a few sets of cases
that are drawn anew for each run. Nobody can know them beforehand, none of them is used
again, and the submissions of a run share nothing else that could pass on an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.checks.check import Call, Check, Lab
from autograder.grading.seeds import seed_for
from autograder.sandbox.inside.frames import encode
from helpers.checks.verdict import Expected

POOL = 8  # sets of cases per run


class Cases:
    """Cases of all checks of a lab; each is computed once, when first needed.

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
            name: name of the exercise.
            chance: 0 for the first chance; the second chance gets cases of its own, so
                that nothing learned about the first cases helps.
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
    """What a sandbox is told about a question; it never includes the right answer."""
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
        run: an unpredictable identifier of this run.
        size: number of sets.
    """

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

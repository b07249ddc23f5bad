"""Right versions over many draws of hidden cases: none of them may ever be refused.

What holds in three draws may fail in one of a thousand: where a sum cancels, where two
values tie, where a threshold is met. Each draw is what one grading of one student would
be asked, and every version is judged as a student's would be.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import sensitivity
import specificity
import streams

from autograder.checks.check import Check

SEED = 1_000_000  # far from the seeds that anything else here draws with
LEAST = 300  # draws of each exercise, if they take no more than
PATIENCE = 10  # times the seconds that are meant for it
SELDOM = 10  # draws, of which one is enough for versions that compute the same


@dataclass
class Row:
    """What many draws did to the right versions of one exercise.

    Attributes:
        name: of the exercise.
        draws: how many were really made.
        refused: version → number of the draw and message, where it was refused.
    """

    name: str
    draws: int = 0
    refused: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


def run(check: Check, most: int, seconds: float) -> Row:
    """Judge every right version of an exercise on fresh cases, again and again.

    Versions that compute the very numbers of the reference, with other names or with a
    list for a tuple, see one draw of ten.

    Args:
        check: of the exercise.
        most: draws, where there is time for them.
        seconds: of the processor, after which it is content with fewer.
    """
    versions = {"the reference": check.solution, **dict(specificity.versions(check))}
    is_open = check.name in streams.OPEN.get(check.lab.name, ())
    row, start = Row(check.name), time.process_time()
    for number in range(most):
        spent = time.process_time() - start
        if spent > seconds and (number >= LEAST or spent > PATIENCE * seconds):
            break
        cases = sensitivity.hidden_set(check, SEED + number, with_mistakes=False)
        for name, version in versions.items():
            if name in specificity.SAME_NUMBERS and number % SELDOM:
                continue
            if is_open and number % 2:
                version = streams.on_stream(version, number)
            said = sensitivity.verdict(check, version, cases, with_mistakes=False)
            if not said.right:
                row.refused.setdefault(name, []).append((number, said.message))
        row.draws += 1
    return row


def listed(rows: Sequence[Row]) -> list[str]:
    """A line for each version that was refused, and for exercises with few draws."""
    few = [f"only {row.draws} draws of {row.name}" for row in rows if row.draws < LEAST]
    return few + [
        f"REFUSED: {row.name} · {version} · {len(found)} of {row.draws}, first "
        f"in draw {found[0][0]}\n    {found[0][1]}"
        for row in rows
        for version, found in row.refused.items()
    ]

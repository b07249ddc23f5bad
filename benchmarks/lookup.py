"""What a notebook earns that only knows the visible cases.

Its functions look their arguments up in the lab's own file of visible cases and give
back what is stored there. A visible case that is also a hidden one pays for that.
"""

from __future__ import annotations

from collections.abc import Callable

from luck import FIRST_SEED, drawn, score

from autograder.checks.check import Check
from helpers.checks.compare import Tolerance, difference
from helpers.checks.stand_in import overwrite
from helpers.checks.store import PublicCheck, Store


def lookup(check: Check, store: Store, draws: int = 3) -> float:
    """The most points that one draw of hidden cases lets such a function earn.

    Args:
        check: of the exercise.
        store: the visible cases of its lab.
        draws: how many sets of hidden cases to try.
    """
    version = looks_up(check, store[check.name])
    best = 0.0
    for number in range(draws):
        calls, expected = drawn(check, FIRST_SEED + number)
        best = max(best, score(check, version, calls, expected))
    return check.points * best


def looks_up(check: Check, public: PublicCheck) -> Callable:
    """A function that only knows the visible cases.

    Where a driver calls the exercise it deals in objects, which are not in the file.
    """
    exact = Tolerance(0.0, 0.0)

    def version(*args, **kwargs):
        for case in public.cases:
            names = list(case.inputs)
            given = dict(zip(names, args, strict=False)) | kwargs
            if difference(case.inputs, given, exact) is None:
                right = case.expected.outcomes[0]
                for name, after in right.after.items():
                    overwrite(given[name], after)
                return right.value
        return None

    return version

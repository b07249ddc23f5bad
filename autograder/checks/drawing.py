"""Draws of cases on which chosen mistakes show, whatever the seed."""

from collections.abc import Callable

from autograder.checks.check import Case
from helpers.checks.compare import difference


def told_apart(draw: Callable[[], Case], right, *wrong, alike=()) -> Case:
    """The first draw of a case in which each of these wrong versions shows.

    Args:
        draw: makes a case; its draws should be accepted often, for it is called until
            one is.
        right: a right version, or a tuple of them.
        wrong: versions that differ from each right one; the one that does so least
            often comes first, because the others are not tried where it does not.
        alike: wrong versions that are right in this case.
    """
    right = right if isinstance(right, tuple) else (right,)
    while True:
        one = draw()
        expected = [version(*one.args, **one.kwargs) for version in right]
        if all(
            bool(difference(value, version(*one.args, **one.kwargs))) == shows
            for versions, shows in ((wrong, True), (alike, False))
            for version in versions
            for value in expected
        ):
            return one

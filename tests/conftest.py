"""What holds for all tests."""

import pytest

from helpers.checks import progress
from tests import tiers


def pytest_report_header():
    return tiers.report()


def pytest_collection_modifyitems(items):
    """On several cores the tests of a file stay together, for what they share.

    Whole labs share nothing and take long: they come one by one, when all else is
    handed out, so that no core waits for another at the end.
    """
    for item in items:
        if item.path.name != "test_solved_labs.py":
            item.add_marker(pytest.mark.xdist_group(item.path.name))


@pytest.fixture(scope="session", autouse=True)
def own_progress(tmp_path_factory):
    """Nobody's own record of the course is touched by the tests."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("progress") / "progress.json"
        patch.setenv(progress.VARIABLE, str(place))
        yield

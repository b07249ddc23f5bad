"""Every attack, between two honest submissions, on each sandbox that there is."""

from collections import Counter

import pytest

from autograder.doctor.attacks import ATTACKS
from autograder.doctor.examine import BOUNDS, Examiner, scene
from autograder.sandbox.host import Sandbox
from tests.tiers import SAFE

CLASSES = {
    "output",
    "comparison",
    "source",
    "reading",
    "answer by library",
    "writing",
    "resources",
    "processes",
    "network",
    "persistence",
    "protocol",
    "notebook",
    "file",
}


@pytest.fixture(scope="module", params=SAFE)
def examiner(request):
    with Sandbox((request.param,), BOUNDS) as sandbox, scene() as (place, visitors):
        examiner = Examiner(sandbox, place, visitors)
        assert examiner.honest() == ""
        yield examiner
        examiner.close()


def test_there_are_enough_of_every_class():
    count = Counter(attack.kind for attack in ATTACKS)
    assert set(count) == CLASSES
    assert len(ATTACKS) >= 60
    assert min(count.values()) >= 3
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: f"{a.kind}: {a.name}")
def test_attack_is_contained(examiner, attack):
    finding = examiner.attack(attack)
    assert finding.contained, finding.detail


QUICK = [a for a in ATTACKS if a.kind in ("output", "comparison", "reading", "file")]


@pytest.mark.parametrize("attack", QUICK[::4], ids=lambda a: f"{a.kind}: {a.name}")
def test_some_attacks_each_time(examiner, attack):
    finding = examiner.attack(attack)
    assert finding.contained, finding.detail

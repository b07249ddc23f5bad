"""A dozen telling attacks through plain `nbgrader autograde`, honest students between.

Also what only this way in has to fear: links and times beside the notebook.
"""

import os
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from autograder import paths
from autograder.authoring import build, solve
from autograder.doctor.attacks import ATTACKS
from autograder.doctor.examine import scene
from tests.tiers import SAFE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SAFE, reason="there is no sandbox on this machine"),
]

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
DOZEN = (
    "tags that skip the checks",
    "saved outputs with points",
    "checks deleted",
    "every cell twice",
    "patches the course's own comparison",
    "equal to everything",
    "reads the hidden tests",
    "changes nbgrader's configuration",
    "connects to a local service",
    "takes memory",
    "ends its process in a cell",
    "answers in the exercise's place",
    "200,000 levels deep",
    "a link to a secret",
    "cells of wrong types",
)
CONFIGURATION = """
from autograder.nbgrader.config import configure
configure(get_config(), __file__)
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Scores by student, feedback by student, and who came to the service."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(CONFIGURATION)
    honest = build.serialize(solve.solved(LAB))
    chosen = [attack for attack in ATTACKS if attack.name in DOZEN]
    assert len(chosen) == len(DOZEN)
    with scene() as (place, visitors):
        for number, attack in enumerate(chosen):
            target = folder / "submitted" / f"{2 * number + 1:02d}attacker" / LAB
            target.mkdir(parents=True)
            attack.put(target / NOTEBOOK, place)
            neighbour = folder / "submitted" / f"{2 * number:02d}honest" / LAB
            neighbour.mkdir(parents=True)
            (neighbour / NOTEBOOK).write_text(honest, encoding="utf-8")
        last = folder / "submitted" / "99honest" / LAB
        last.mkdir(parents=True)
        (last / NOTEBOOK).write_text(honest, encoding="utf-8")
        (last / "notes.txt").symlink_to(place.folder / "secret.txt")
        (last / "matplotlib.py").write_text("raise SystemExit")
        (last / "timestamp.txt").write_text("the day before yesterday")
        before = (paths.ROOT / "nbgrader_config.py").read_bytes()
        run(folder, "generate_assignment", LAB)
        run(folder, "autograde", LAB, status=1)  # some cannot be read
        run(folder, "generate_feedback", LAB)
        assert (paths.ROOT / "nbgrader_config.py").read_bytes() == before
        assert not visitors
        assert [p.name for p in place.folder.iterdir()] == ["secret.txt"]
        with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
            scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
        texts = {
            path.parent.parent.name: path.read_text(errors="replace")
            for path in (folder / "feedback").glob(f"*/{LAB}/*")
        }
        yield scores, texts, place.secret


def run(folder, *words, status=0):
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder,
        text=True,
        env=os.environ | {"PATH": path},
        capture_output=True,
        check=False,
        timeout=540,
    )
    assert done.returncode == status, (done.stdout + done.stderr)[-4000:]


def test_attackers_gain_nothing(graded):
    scores, *_ = graded
    found = {name: score for name, score in scores.items() if "attacker" in name}
    assert len(found) == len(DOZEN)
    assert set(found.values()) == {0}


def test_honest_neighbours_keep_everything(graded):
    scores, *_ = graded
    found = {name: score for name, score in scores.items() if "honest" in name}
    assert len(found) == len(DOZEN) + 1
    assert set(found.values()) == {94}


def test_feedback_tells_no_secrets(graded):
    _, texts, secret = graded
    assert len(texts) >= len(DOZEN)
    for text in texts.values():
        assert secret not in text
        assert "autograder.grading.author" not in text

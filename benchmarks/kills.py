"""A class that is killed again and again: what its gradebook holds, and who is left.

`python benchmarks/kills.py [--kills N] [--signal KILL] [--json FILE]` starts
`autograder class` on a small class, ends the parent alone with a signal at a random
moment, the first from the first second on, and starts it again, N times in all (20 by
default); in between, two runs are started at once. Then it lets a run end and compares
the gradebook with that of a run nobody disturbed. It fails where they differ or where
a process is left.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.authoring import build, solve

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
SEED = "2a"
WRONG = {"sigmoid": "def sigmoid(x):\n    return 1 / (1 + np.exp(x))"}
CONFIGURATION = """
from autograder.nbgrader.config import configure
configure(get_config(), __file__)
"""
PATIENCE = 10.0  # seconds in which what was started has to be gone


def course(root: Path, students: int) -> Path:
    """A course whose students are right, wrong and idle in turn."""
    root.mkdir()
    (root / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")
    kinds = [
        build.serialize(nb)
        for nb in (
            solve.solved(LAB),
            solve.solved(LAB, **WRONG),
            build.release_notebook(LAB),
        )
    ]
    for number in range(students):
        folder = root / "submitted" / f"student{number:03d}" / LAB
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_text(kinds[number % 3], encoding="utf-8")
    return root


def start(root: Path) -> subprocess.Popen:
    """A run of the class."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "autograder",
            "class",
            LAB,
            "--course",
            str(root),
            "--jobs",
            "2",
            "--seed",
            SEED,
        ],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PATH": path, "OPENBLAS_NUM_THREADS": "1"},
    )


def finish(process: subprocess.Popen) -> None:
    """Wait for a run.

    Raises:
        RuntimeError: it fails.
    """
    said = process.communicate()[1]
    if process.returncode:
        raise RuntimeError(f"a run failed:\n{said[-3000:]}")


def descendants(pid: int) -> set[int]:
    """All processes below one."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            about = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(about[1])
    found = {pid}
    while new := {p for p, above in parents.items() if above in found} - found:
        found |= new
    return found - {pid}


def left(pids: set[int]) -> set[int]:
    """Which of some processes live on, after a while."""
    deadline = time.monotonic() + PATIENCE
    while (alive := {pid for pid in pids if _lives(pid)}) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.1)
    return alive


def _lives(pid: int) -> bool:
    try:
        about = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return about.rpartition(")")[2].split()[0] != "Z"


def end(process: subprocess.Popen, number: int, after: float) -> set[int]:
    """End a run by a signal to the parent alone; who of the others is left."""
    seen: set[int] = set()
    deadline = time.monotonic() + after
    while time.monotonic() < deadline and process.poll() is None:
        seen |= descendants(process.pid)
        time.sleep(0.02)
    seen |= descendants(process.pid)
    process.send_signal(number)
    process.communicate()
    return left(seen)


def book(root: Path) -> dict[str, Any]:
    """All that a gradebook holds about the lab."""
    found = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(LAB):
            [notebook] = submission.notebooks
            found[submission.student.id] = [
                submission.score,
                sorted(
                    [g.name, g.auto_score, g.needs_manual_grade]
                    for g in notebook.grades
                ),
                sorted([c.name, c.auto_comment] for c in notebook.comments),
            ]
    return found


def measure(kills: int, number: int, students: int, seed: int) -> dict[str, Any]:
    """Disturb a class; see `main`."""
    moment = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        whole = course(Path(name, "whole"), students)
        begin = time.monotonic()
        finish(start(whole))
        span = time.monotonic() - begin
        killed = course(Path(name, "killed"), students)
        survivors = 0
        for one in range(kills):
            # Every fourth within the first second, the others anywhere.
            after = moment.uniform(0, 1 if one % 4 == 0 else span)
            if one % 5 == 4:  # half of the time, what was done does not count
                (killed / "gradebook.db").unlink(missing_ok=True)
            survivors += len(end(start(killed), number, after))
        finish(start(killed))
        twice = course(Path(name, "twice"), students)
        for process in [start(twice), start(twice)]:
            finish(process)
        want = book(whole)
        return {
            "kills": kills,
            "left": survivors,
            "same_after_kills": book(killed) == want,
            "same_after_two_at_once": book(twice) == want,
            "scores": sorted({score for score, *_ in want.values()}),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20, metavar="N")
    parser.add_argument("--signal", default="KILL", choices=["KILL", "TERM", "HUP"])
    parser.add_argument("--students", type=int, default=12, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    number = getattr(signal, f"SIG{options.signal}")
    found = measure(options.kills, number, options.students, options.seed)
    print(json.dumps(found, indent=1))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    good = found["same_after_kills"] and found["same_after_two_at_once"]
    return 0 if good and not found["left"] else 1


if __name__ == "__main__":
    sys.exit(main())

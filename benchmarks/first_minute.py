"""Seconds until a lab is open and each exercise has been checked once.

Everything is measured in a fresh process, as a reader meets it: the setup cell with
all its imports, then `check(f)` for each function in turn, right ones and, of each,
one that gives back nothing, for which the report and its hints are worked out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

_PROGRAM = """
import contextlib, io, json, sys, time
lab, setup = sys.argv[1], sys.stdin.read()
start = time.perf_counter()
exec(setup, globals())
seconds = {"setup": time.perf_counter() - start, "right": {}, "wrong": {}}
from autograder.reference import reference
from autograder.check import load
names = vars(reference(lab))
for name in load(lab).checks:
    def wrong(*args, **kwargs):
        return None
    wrong.__name__ = name
    for kind, function in (("right", names[name]), ("wrong", wrong)):
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.perf_counter()
            try:
                check(function)
            except AssertionError:
                pass
            seconds[kind][name] = time.perf_counter() - start
print(json.dumps(seconds))
"""


def seconds(lab: str, setup: str, rounds: int = 3) -> dict:
    """Seconds of the setup cell, and of each check for right and wrong functions.

    Args:
        lab: name of the lab.
        setup: the code of its setup cell.
        rounds: of which the best counts, value by value: others use the machine too.
    """
    done = [_one_round(lab, setup) for _ in range(rounds)]
    best = {"setup": min(one["setup"] for one in done)}
    for kind in ("right", "wrong"):
        names = done[0][kind]
        best[kind] = {name: min(one[kind][name] for one in done) for name in names}
    return best


def _one_round(lab: str, setup: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, lab],
        input=setup, capture_output=True, text=True, check=True,
        env=os.environ | {"MPLBACKEND": "Agg"},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])

"""Seconds until a lab is open and each exercise has been checked once.

They are seconds of the processor, which another program on the machine does not change.

Everything is measured in a fresh process, as a reader meets it: the setup cell with
all its imports, then `check(f)` for each function in turn: the right one, and a wrong
version of it, for which the report and its hints are worked out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_HERE = str(Path(__file__).resolve().parent)
_PROGRAM = """
import contextlib, io, json, sys, time
LABELS = {"sign", "factor", "term", "operation", "constant", "index", "structure"}
lab, setup = sys.argv[1], sys.stdin.read()
start = time.process_time()
exec(setup, globals())
seconds = {"setup": time.process_time() - start, "right": {}, "wrong": {}}
from autograder.checks.reference import reference
from autograder.checks.check import load
from mutants import mutants
names = vars(reference(lab))
for name, one in load(lab).checks.items():
    found = [m for m in mutants(names[name], not one.spec.driver) if m.label in LABELS]
    wrong = found[len(found) // 2].function(names, {})
    for kind, function in (("right", names[name]), ("wrong", wrong)):
        with contextlib.redirect_stdout(io.StringIO()):
            start = time.process_time()
            try:
                check(function)
            except (AssertionError, ValueError):
                pass
            seconds[kind][name] = time.process_time() - start
print(json.dumps(seconds))
"""


def seconds(lab: str, setup: str, rounds: int = 2) -> dict:
    """Seconds of the setup cell, and of each check for right and wrong functions.

    Args:
        lab: name of the lab.
        setup: the code of its setup cell.
        rounds: of which the best counts, value by value.
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
        input=setup,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": _HERE},
    )
    return json.loads(done.stdout.splitlines()[-1])

"""How far a reader has come in the course: the last `check.progress()` of each lab.

It is kept in one small file on the reader's own disk: `progress.json` beside the data
sets' folder, or wherever the environment variable `COURSE_PROGRESS` says. Only the
reader uses it: nothing is graded by it, and it can be deleted safely.
"""

from __future__ import annotations

import contextlib
import json
import os
from datetime import date
from pathlib import Path

from helpers.checks.show import OPEN, RIGHT, Report, display
from helpers.checks.store import Store
from helpers.data import folder
from helpers.files import write

VARIABLE = "COURSE_PROGRESS"


def place() -> Path:
    """Where the record lies."""
    return Path(os.environ.get(VARIABLE) or folder().parent / "progress.json")


def read() -> dict[str, dict]:
    """Lab → what was recorded; empty where nothing was, or nothing can be read."""
    try:
        kept = json.loads(place().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {lab: entry for lab, entry in kept.items() if isinstance(entry, dict)}


def record(lab: str, points: float, done: int) -> None:
    """Keep what a lab's progress is now; where nothing can be written, do without.

    Args:
        lab: name of the lab.
        points: by the visible checks.
        done: how many exercises and questions are right.
    """
    entry = {"points": points, "done": done, "on": date.today().isoformat()}
    text = json.dumps(read() | {lab: entry}, indent=1, sort_keys=True) + "\n"
    with contextlib.suppress(OSError):  # a read-only copy of the course works as well
        write(place(), text)


def course_progress() -> None:
    """Show every lab of the course, and what its `check.progress()` last said."""
    display(_report())


def _report() -> Report:
    kept, rows, got, of, finished = read(), [], 0.0, 0.0, 0
    for path in sorted((folder() / "checks").glob("*.h5")):
        lab, store = path.stem, Store(path)
        total = sum(store[name].points for name in store.names)
        entry = kept.get(lab)
        of += total
        if entry is None:
            rows.append(
                (
                    OPEN,
                    lab,
                    f"not begun, or `check.progress()` not run ({total:g} points)",
                )
            )
            continue
        points, done = _number(entry.get("points")), _number(entry.get("done"))
        complete = done >= len(store.names)
        finished += complete
        got += points
        said = f"{points:g} of {total:g} points, {done:g} of {len(store.names)} right"
        rows.append((RIGHT if complete else OPEN, lab, f"{said} ({entry.get('on')})"))
    headline = (
        f"{finished} of {len(rows)} labs complete, {got:g} of {of:g} points "
        "by the visible checks"
    )
    sign = RIGHT if rows and finished == len(rows) else OPEN
    return Report(sign, headline, tuple(rows))


def _number(value) -> float:
    return value if isinstance(value, int | float) else 0

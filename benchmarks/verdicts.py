"""How far the verdicts of the checks can be trusted, lab by lab.

    python benchmarks/verdicts.py [--labs C1W2 ...] [--function NAME] [--json FILE]
                                  [--sample N] [--seed S] [--only PART ...] [--show]

Wrong versions of every reference function, made mechanically (`mutants.py`), show how
many the checks catch and how many they name (`sensitivity.py`); right ones written
otherwise lose nothing (`specificity.py`); an early function that is broken costs later
ones nothing (`cascades.py`); and a check is quick (`first_minute.py`). `--sample`
takes that many wrong versions of each function. `--show` prints what was not caught
and what was not named.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import sensitivity
from mutants import mutants

from autograder import check, paths


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    rows = []
    for lab in options.labs or paths.lab_names():
        rows.append(measure(lab, options))
        print(line(rows[-1]), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labs", nargs="+", metavar="LAB")
    parser.add_argument("--function", metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--sample", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--show", action="store_true")
    return parser


def measure(lab: str, options: argparse.Namespace) -> dict:
    """The row of a lab."""
    found = []
    for name, one in check.load(lab).checks.items():
        if options.function in (None, name):
            some = sampled(one, options.sample, options.seed)
            found += sensitivity.run(one, some)
    if options.show:
        show(found)
    return {"lab": lab, **shares(found)}


def sampled(one: check.Check, number: int, seed: int) -> list:
    """Wrong versions of an exercise: all, or some of them."""
    every = mutants(one.solution, by_position=not one.driver)
    if 0 < number < len(every):
        chosen = random.Random(f"{seed} {one.name}").sample(range(len(every)), number)
        every = [every[i] for i in sorted(chosen)]
    return every


def shares(rows: Sequence[sensitivity.Row]) -> dict:
    """Shares of wrong versions that are caught and named, in percent."""
    wrong = [row for row in rows if not row.equivalent]
    caught = [row for row in wrong if row.hidden or row.visible]
    return {
        "wrong versions": len(wrong),
        "equivalent": len(rows) - len(wrong),
        "caught, hidden": _percent(sum(row.hidden for row in wrong), len(wrong)),
        "caught, visible": _percent(sum(row.visible for row in wrong), len(wrong)),
        "named": _percent(sum(bool(row.named) for row in caught), len(caught)),
        "named in feedback": _percent(
            sum(bool(row.named_in_feedback) for row in caught), len(caught)
        ),
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 100.0


def show(rows: Sequence[sensitivity.Row]) -> None:
    """What was not caught, and what was not named."""
    for row in rows:
        where = f"{row.function:28s} {row.label:12s} {row.change}"
        if not row.equivalent and not row.hidden:
            print("SURVIVES hidden ", where)
        if not row.equivalent and not row.visible:
            print("SURVIVES visible", where)
        if row.equivalent:
            print("equivalent      ", where)
        elif (row.hidden or row.visible) and not row.named:
            print("unnamed         ", where, "\n     ", row.message)


def line(row: dict) -> str:
    """A row as text."""
    return "  ".join(f"{key} {value}" for key, value in row.items())


if __name__ == "__main__":
    main()

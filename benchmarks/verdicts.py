"""How far the verdicts of the checks can be trusted, lab by lab.

    python benchmarks/verdicts.py [--labs C1W2 ...] [--function NAME] [--json FILE]
                                  [--sample N] [--seed S] [--only PART ...] [--show]
                                  [--draws N] [--seconds S]

Parts: *wrong*, wrong versions of every reference function, made mechanically
(`mutants.py`): how many the checks catch and how many they name (`sensitivity.py`);
*right*, right versions written otherwise, which may lose nothing (`specificity.py`);
*cascades*, an early function that is broken and may cost later ones nothing; *alone*,
each reference alone where all others are open, deleted or wrong (`alone.py`);
*concepts*, whether the form of a question gives its answer away; *time*, what opening a
lab and checking an exercise takes (`first_minute.py`); *trivial*, answers that nobody
had to think about (`trivial.py`); *lookup*, a notebook that only knows the visible
cases (`lookup.py`). `--sample` takes that many wrong versions of each function,
`--show` prints what fell short.

Three parts are made only where they are named: *draws*, every right version on
`--draws` draws of hidden cases, of which none may refuse it (`draws.py`); *luck*, every
listed mistake on as many, which should earn the same in each and everything in none
(`luck.py`); *seeds*, a solved and a half-right lab with twenty seeds, which should earn
the same with each (`seeds.py`). After `--seconds` on one exercise, *draws* is content
with 300, after ten times that with fewer.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import alone
import cascades
import concepts
import draws
import first_minute
import lookup
import luck
import seeds
import sensitivity
import specificity
import trivial
from mutants import Mutant, mutants

from autograder import paths
from autograder.authoring import source
from autograder.checks import check
from helpers.checks.store import Store


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a line a lab, write the rows."""
    options = _parser().parse_args(arguments)
    rows = []
    for lab in options.labs or paths.lab_names():
        row = {"lab": lab}
        for part in options.only or PARTS:
            row |= (PARTS | LONG)[part](lab, options)
        rows.append(row)
        print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
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
    parser.add_argument("--only", nargs="+", choices=PARTS | LONG, metavar="PART")
    parser.add_argument("--draws", type=int, default=300, metavar="N")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S")
    parser.add_argument("--show", action="store_true")
    return parser


def _checks(lab: str, options: argparse.Namespace) -> list[check.Check]:
    checks = check.load(lab).checks.values()
    return [one for one in checks if options.function in (None, one.name)]


def wrong(lab: str, options: argparse.Namespace) -> dict:
    """Shares of wrong versions that are caught and named, in percent."""
    rows = []
    for one in _checks(lab, options):
        rows += sensitivity.run(one, sampled(one, options.sample, options.seed))
    if options.show:
        show(rows)
    counted = [row for row in rows if not row.equivalent]
    caught = [row for row in counted if row.hidden or row.visible]
    return {
        "wrong versions": len(counted),
        "equivalent": len(rows) - len(counted),
        "caught": _percent(counted, lambda row: row.hidden),
        "caught in the notebook": _percent(counted, lambda row: row.visible),
        "named in the notebook": _percent(caught, lambda row: row.named),
        "named in feedback": _percent(caught, lambda row: row.named_in_feedback),
        "false": _percent(caught, lambda row: row.false),
    }


def sampled(one: check.Check, number: int, seed: int) -> list[Mutant]:
    """Wrong versions of an exercise: all, or some of them."""
    every = mutants(one.solution, by_position=not one.spec.driver)
    if 0 < number < len(every):
        chosen = random.Random(f"{seed} {one.name}").sample(range(len(every)), number)
        every = [every[i] for i in sorted(chosen)]
    return every


def _percent(rows: Sequence, holds: Callable) -> float:
    return round(100 * sum(map(bool, map(holds, rows))) / max(len(rows), 1), 1)


def show(rows: Sequence[sensitivity.Row]) -> None:
    """What was not caught, and what was not named."""
    for row in rows:
        where = f"{row.function} · {row.label} · {row.change}"
        if row.equivalent:
            print("equivalent:", where)
        elif not row.hidden:
            print("NOT CAUGHT:", where)
        elif not row.visible:
            print("not caught in the notebook:", where)
        if not row.equivalent and (row.hidden or row.visible) and not row.named:
            print(f"not named: {where}\n    {row.message}")
        if row.false:
            print(f"FALSE: {where}\n    {row.message}")


def right(lab: str, options: argparse.Namespace) -> dict:
    """Share of right versions that lose nothing, in percent."""
    found = [
        (one.name, name, message)
        for one in _checks(lab, options)
        for name, message in specificity.lost(one)
    ]
    if options.show:
        for exercise, name, message in found:
            if message:
                print(f"LOSES: {exercise} · {name}\n    {message}")
    full = _percent(found, lambda one: not one[2])
    return {"right versions": len(found), "full marks": full}


def drawn(lab: str, options: argparse.Namespace) -> dict:
    """Right versions that any of many draws of hidden cases refuses."""
    rows = [
        draws.run(one, options.draws, options.seconds) for one in _checks(lab, options)
    ]
    if options.show:
        print(*draws.listed(rows), sep="\n", flush=True)
    made = [row.draws for row in rows]
    return {
        "draws": sum(made),
        "fewest draws": min(made, default=0),
        "refused versions": sum(len(row.refused) for row in rows),
        "refused in draws": sum(len(f) for r in rows for f in r.refused.values()),
    }


def cascading(lab: str, options: argparse.Namespace) -> dict:
    """Questions behind a broken function, and what they lose."""
    found = list(cascades.cascades(lab))
    if options.show:
        for one in found:
            for said in (*one.lost, *one.silent):
                print(f"CASCADE: {one.broken} broken · {said}")
    return {
        "broken": len(found),
        "hurt": sum(len(one.hurt) for one in found),
        "lost": sum(len(one.lost) for one in found),
        "silent": sum(len(one.silent) for one in found),
    }


def by_itself(lab: str, options: argparse.Namespace) -> dict:
    """Exercises that keep all points though no other is right, and points lost."""
    row = {}
    for others in alone.OTHERS:
        found = list(alone.alone(lab, others, options.function or ""))
        lost = [one for one in found if one.lost]
        if options.show:
            for one in lost:
                print(f"LOSES: {one.name}, others {others}\n    {one.message}")
        row[f"others {others}"] = f"{len(found) - len(lost)} of {len(found)}"
        row[f"points lost, {others}"] = round(sum(o.points - o.score for o in lost), 2)
    return row


def asked(lab: str, options: argparse.Namespace) -> dict:
    """Right options by letter, and how many are the longest or shortest."""
    found = concepts.choices(lab)
    return {
        "letters": "".join(sorted(one.answer for one in found)),
        "longest": sum(one.is_longest for one in found),
        "shortest": sum(one.is_shortest for one in found),
        "unexplained": sum(len(one.unexplained) for one in found),
    }


def timed(lab: str, options: argparse.Namespace) -> dict:
    """Milliseconds of the setup cell, and of checks of right and wrong functions."""
    cells = [cell.text for cell in source.read(lab).cells if cell.kind == "code"]
    setup = next(text for text in cells if "checks_for(" in text)
    seconds = first_minute.seconds(lab, setup)
    row = {"setup ms": round(1000 * seconds["setup"])}
    for kind in ("right", "wrong"):
        values = seconds[kind].values()
        row[f"{kind} median ms"] = round(1000 * statistics.median(values), 1)
        row[f"{kind} worst ms"] = round(1000 * max(values))
    return row


def lucky(lab: str, options: argparse.Namespace) -> dict:
    """Listed mistakes that some draw accepts, and those whose score varies."""
    found = []
    for one in _checks(lab, options):
        found += luck.luck(one, options.draws, options.seconds)
    if options.show:
        for one in found:
            if one.accepted or one.varies:
                word = "ACCEPTED" if one.accepted else "varies"
                shares = {round(s, 2): n for s, n in sorted(one.scores.items())}
                print(f"{word}: {one.exercise} · {one.mistake} · {shares}")
    return {
        "mistakes": len(found),
        "fewest draws": min((one.scores.total() for one in found), default=0),
        "accepted": sum(one.accepted > 0 for one in found),
        "vary": sum(one.varies for one in found),
    }


def thoughtless(lab: str, options: argparse.Namespace) -> dict:
    """Exercises of which a trivial answer earns more than it should."""
    rich = {}
    for one in _checks(lab, options):
        name, share = max(trivial.trivial(one), key=lambda pair: pair[1])
        if share > trivial.LIMIT:
            rich[one.name] = share
            if options.show:
                print(f"TRIVIAL: {one.name} · {name} earns {share:.2f}")
    return {"rich in trivial answers": len(rich)}


def looked_up(lab: str, options: argparse.Namespace) -> dict:
    """Points of a notebook that only knows the visible cases."""
    store = Store(check.load(lab).public_path)
    points = {one.name: lookup.lookup(one, store) for one in _checks(lab, options)}
    if options.show:
        for name, earned in points.items():
            if earned:
                print(f"LOOKED UP: {name} earns {earned:.2f}")
    return {"points for looking up": round(sum(points.values()), 2)}


def seeded(lab: str, options: argparse.Namespace) -> dict:
    """Points that a solved and a half-right lab earn with twenty seeds."""
    row = {}
    for kind, half_right in (("solved", False), ("half right", True)):
        found = list(seeds.gradings(lab, half_right, 20))
        totals = {round(sum(scores.values()), 2) for scores in found}
        row[kind] = " ".join(f"{total:g}" for total in sorted(totals))
        if options.show:
            for name in found[0]:
                scores = {one[name] for one in found}
                if len(scores) > 1:
                    print(f"VARIES: {kind} · {name} · {sorted(scores)}")
    return row


PARTS = {
    "wrong": wrong,
    "right": right,
    "cascades": cascading,
    "alone": by_itself,
    "concepts": asked,
    "time": timed,
    "trivial": thoughtless,
    "lookup": looked_up,
}
LONG = {"draws": drawn, "luck": lucky, "seeds": seeded}

if __name__ == "__main__":
    main()

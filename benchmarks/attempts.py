"""Wrong answers as learners write them, and what the checks say to them.

    python benchmarks/attempts.py [--labs C1W2 ...] [--function NAME]
                                  [--show] [--unread FILE] [--read FILE]

The attempts stand in `attempts/LAB.py`, written by readers who knew the released
notebook and not the checks: cells headed `# %% FUNCTION: what is wrong with it`. For
each lab one line is printed: how many attempts there are, how many the judge or the
notebook accepts, and, of the others, how many messages

- *name* the fault: they say what is wrong, or where, so that its author finds it;
- *show* values only, which is true and little help;
- are *false*: something they state is not so.

Whether a message names a fault is no question for a machine. A person reads each with
the label beside it; `attempts/LAB.json` keeps the opinion with the message it is about,
numbers left out. A message that has changed since counts as *unread*. `--unread FILE`
writes those as JSON, each with an empty `opinion`; once it is filled in with `names`,
`shows` or `false`, `--read FILE` takes the opinions over. `--show` prints every attempt
that is accepted, shown only, false or unread.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import sensitivity
from mutants import Mutant

from autograder.checks import check

FOLDER = Path(__file__).parent / "attempts"
OPINIONS = ("names", "shows", "false")
_HEADER = re.compile(r"^# %% (\w+): (.+)$", re.MULTILINE)


def labs() -> list[str]:
    """The labs to which wrong answers are kept; a lab begins without any."""
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def attempts(lab: str) -> Iterator[Mutant]:
    """The wrong answers that are kept for a lab.

    Raises:
        ValueError: a cell does not define the function its header names.
    """
    path = FOLDER / f"{lab}.py"
    _, *parts = _HEADER.split(path.read_text(encoding="utf-8"))
    for name, label, code in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        defined = {getattr(node, "name", "") for node in ast.parse(code).body}
        if name not in defined:
            raise ValueError(f"{path.name}: the cell “{label}” does not define {name}.")
        yield Mutant(label, label, code, frozenset(), code.strip() + "\n", name)


def asked(lab: str, function: str | None = None) -> list[sensitivity.Row]:
    """What the judge and the notebook say to the attempts at a lab."""
    every, rows = list(attempts(lab)), []
    for one in check.load(lab).checks.values():
        if function in (None, one.name):
            mine = [attempt for attempt in every if attempt.name == one.name]
            rows += sensitivity.run(one, mine)
    return rows


class Opinions:
    """What people thought of the messages of one lab."""

    def __init__(self, lab: str) -> None:
        self._path = FOLDER / f"{lab}.json"
        known = self._path.is_file()
        self._kept = json.loads(self._path.read_text("utf-8")) if known else {}

    def of(self, row: sensitivity.Row) -> str:
        """One of `OPINIONS`; empty where nobody has read the message as it is now."""
        kept = self._kept.get(_key(row), {})
        return kept["opinion"] if kept.get("message") == _masked(row.message) else ""

    def keep(self, read: Sequence[dict]) -> None:
        """Take opinions over, and forget those of attempts that are gone.

        Raises:
            ValueError: an opinion is none of the three words.
        """
        for one in read:
            if one["opinion"] not in OPINIONS:
                raise ValueError(
                    f"{one['attempt']}: the opinion is one of {', '.join(OPINIONS)}."
                )
            self._kept[one["attempt"]] = {
                "opinion": one["opinion"],
                "message": _masked(one["message"]),
            }
        text = json.dumps(self._kept, indent=1, ensure_ascii=False, sort_keys=True)
        self._path.write_text(text + "\n", encoding="utf-8")


def _key(row: sensitivity.Row) -> str:
    return f"{row.function}: {row.label}"


def _masked(message: str) -> str:
    """A message without its numbers, which vary with the BLAS kernel."""
    return re.sub(r"-?\d+(\.\d+)?(e[+-]?\d+)?", "#", message)


def summary(lab: str, rows: Sequence[sensitivity.Row], opinions: Opinions) -> dict:
    """The line of one lab."""
    caught = [row for row in rows if row.hidden and row.visible]
    said = Counter(opinions.of(row) or "unread" for row in caught)
    return {
        "lab": lab,
        "attempts": len(rows),
        "accepted": len(rows) - len(caught),
        **{word: said[word] for word in (*OPINIONS, "unread")},
    }


def _listed(rows: Sequence[sensitivity.Row], opinions: Opinions) -> Iterator[str]:
    for row in rows:
        if not row.hidden or not row.visible:
            where = "the judge" if not row.hidden else "the notebook"
            yield f"ACCEPTED by {where}: {_key(row)}"
        elif (opinion := opinions.of(row)) != "names":
            yield f"{opinion or 'unread'}: {_key(row)}\n    {row.message}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask the checks, print a line a lab and their sum."""
    options = _parser().parse_args(arguments)
    if options.read:
        _keep(json.loads(options.read.read_text("utf-8")))
        return
    total, unread = Counter(), []
    for lab in options.labs or labs():
        rows, opinions = asked(lab, options.function), Opinions(lab)
        row = summary(lab, rows, opinions)
        if options.show:
            print(*_listed(rows, opinions), sep="\n")
        print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        total.update({key: value for key, value in row.items() if key != "lab"})
        unread += _unread(lab, rows, opinions)
        if options.unread:
            text = json.dumps(unread, indent=1, ensure_ascii=False)
            options.unread.write_text(text + "\n", encoding="utf-8")
    print("all  " + "  ".join(f"{key} {value}" for key, value in total.items()))


def _unread(
    lab: str, rows: Sequence[sensitivity.Row], opinions: Opinions
) -> Iterator[dict]:
    code = {f"{one.name}: {one.label}": one.code for one in attempts(lab)}
    for row in rows:
        if row.hidden and row.visible and not opinions.of(row):
            key = _key(row)
            yield {
                "lab": lab,
                "attempt": key,
                "code": code[key],
                "message": row.message,
                "opinion": "",
            }


def _keep(read: Sequence[dict]) -> None:
    for lab in {one["lab"] for one in read}:
        Opinions(lab).keep([one for one in read if one["lab"] == lab])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labs", nargs="+", metavar="LAB")
    parser.add_argument("--function", metavar="NAME")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--unread", type=Path, metavar="FILE")
    parser.add_argument("--read", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    main()

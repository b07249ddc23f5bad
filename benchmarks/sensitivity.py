"""How many wrong versions of an exercise its check catches, and how many it names.

A message names a wrong version if one of these holds, judged by machine:

- *mistake*: it is the message of a listed mistake, which is given only where the
  outcomes of all cases are those of the mistake, values included. Where all that
  agrees is the type of an exception, it does not count.
- *fault*: the general diagnosis speaks of what the label of the change speaks of
  (`FAULTS`), such as "sign" for a changed sign, or an axis or a shape for `keepdims`.
- *place*: it says where the fault is: it quotes the line that was changed or one that
  reads what that line writes, or it tells the wrong part of the result, or the wrong
  entries of an array, or the arguments that make it wrong, from the right ones.

"n of m values differ" names nothing.

A message is *false* if it proposes to look at a line that has nothing to do with the
change, or gives the message of a listed mistake for no other reason than that both stop
with an exception.
"""

from __future__ import annotations

import math
import multiprocessing
import re
import resource
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from mutants import Mutant

from autograder.checks.check import Call, Check
from autograder.checks.reference import reference
from helpers.checks import repair
from helpers.checks.notebook import Checker
from helpers.checks.store import Store
from helpers.checks.verdict import Expected, Verdict, judge

SEED = 20_262
EQUIVALENT = 30  # draws of hidden cases on which an equivalent version is right
MEMORY = 4 << 30

_SHAPE = r"shape|axis|transposed|broadcast|a (list|tuple) of \d+, got"
_TIMES = r"times|1/\d+ of"
FAULTS = {
    "sign": r"sign|minus|negative",
    "factor": _TIMES
    + r"|factor|multiplied|divided|scaled|standard deviation|unchanged",
    "operation": _TIMES + r"|factor|multiplied|divided|square|root|unchanged|" + _SHAPE,
    "constant": _TIMES + r"|off by|too (large|small)|power",
    "term": r"off by|too (large|small)|term|added or subtracted|left out|no effect|"
    r"sign|expected the key",
    "power": r"square|power|root|" + _TIMES,
    "axis": _SHAPE + r"|sum",
    "shape": _SHAPE,
    "transpose": _SHAPE,
    "index": _SHAPE + r"|shifted|off by one|first|last|order|one (more|fewer)",
    "size": _SHAPE + r"|size|" + _TIMES + r"|expected the key",
    "statement": r"expected the key|nothing \(None\)|got (no keys|a list of 0)|"
    r"unchanged",
    "stale": _SHAPE + r"|whatever the arguments|a variable of the notebook",
    "length": _SHAPE + r"|length|" + _TIMES + r"|expected the key",
    "limits": r"limit",
    "switch": r"True or False|boolean",
    "arguments": r"order|sign|swapped|changed places|one over|" + _SHAPE,
    "return order": r"order|swapped|changed places|a dictionary, got|got a dictionary",
    "structure": r"got nothing|got an? |got (a )?number|values to unpack|is None there",
    "order": r"order|reversed|shifted",
    "initial": r"off by|times|ones|zeros|start",
    "aliasing": r"changes its argument",
    "rounding": r"round|integer|whole",
    "extreme": r"sign|order|largest|smallest|not finite",
    "distribution": r"mean near|standard deviation near|" + _TIMES,
    "accumulation": r"last|sum|only|accumul|add up",
}
PLACES = r"\bOnly\b|Wrong in the cases where"


@dataclass
class Row:
    """What became of one wrong version."""

    lab: str
    function: str
    label: str
    change: str
    hidden: bool = False
    visible: bool = False
    equivalent: bool = False
    named: str = ""
    named_in_feedback: str = ""
    false: bool = False
    message: str = ""

    def as_dict(self) -> dict:
        """The row for a JSON file."""
        return asdict(self)


class Late(BaseException):
    """A wrong version took too long. No `Exception`: nothing on the way catches it."""


@dataclass
class Set:
    """Some cases of a check with what they ask for."""

    calls: list[Call]
    expected: list[Expected]


def hidden_set(check: Check, seed: int, with_mistakes: bool = True) -> Set:
    """Cases that one run of the judge would draw."""
    calls = list(check.draw(np.random.default_rng([seed, *check.name.encode()])))
    return Set(calls, [check.expected(call, with_mistakes) for call in calls])


def verdict(
    check: Check, function: Callable, cases: Set, with_mistakes: bool = True
) -> Verdict:
    """What the judge says of a function."""
    messages = [m.message for m in check.mistakes] if with_mistakes else []
    return judge(
        check.name,
        cases.expected,
        [check.observe(function, call) for call in cases.calls],
        messages,
        check.spec.tolerance,
        [call.inputs for call in cases.calls],
    )


class Runner:
    """Runs wrong versions of one exercise in this process, one after the other."""

    def __init__(self, check: Check, mutants: Sequence[Mutant]) -> None:
        self.check, self.mutants = check, mutants
        self.hidden, self.public = hidden_set(check, SEED), check.public()
        self.notebook = Checker(check.lab.name, Store(check.lab.public_path))
        start = time.process_time()
        verdict(check, check.solution, self.hidden)
        self.limit = 1 + 20 * (time.process_time() - start)
        self.more: list[Set] = []

    def row(self, mutant: Mutant) -> Row:
        """What becomes of one wrong version."""
        row = Row(self.check.lab.name, self.check.name, mutant.label, mutant.change)
        names = vars(reference(self.check.lab.name))
        try:
            function = mutant.function(names, self.public.cases[0].inputs)
            row.visible, seen = self._caught(mutant, lambda: self._visible(function))
            row.hidden, judged = self._caught(
                mutant, lambda: verdict(self.check, function, self.hidden)
            )
            if not row.hidden:
                row.equivalent = not row.visible and self._equivalent(function)
            row.named, row.message, row.false = seen if row.visible else judged
            row.named_in_feedback = judged[0]
        except Late:
            row.hidden = row.visible = True
            row.named, row.message = "", "it takes too long"
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return row

    def _visible(self, function: Callable) -> Verdict:
        """What the notebook says, and what it does not find worth saying."""
        return self.notebook.verdict(function, self.public)

    def _caught(
        self, mutant: Mutant, judged: Callable[[], Verdict]
    ) -> tuple[bool, tuple[str, str, bool]]:
        signal.setitimer(signal.ITIMER_VIRTUAL, self.limit)
        try:
            found = judged()
        except (ValueError, TypeError, ArithmeticError, MemoryError) as error:
            return True, ("", f"cannot be compared: {error}", False)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if found.right:
            return False, ("", "", False)
        return True, (named(mutant, found), found.message, is_false(mutant, found))

    def _equivalent(self, function) -> bool:
        """Whether a version is right on many more cases."""
        for number in range(EQUIVALENT):
            if number == len(self.more):
                self.more.append(hidden_set(self.check, SEED + 1 + number, False))
            signal.setitimer(signal.ITIMER_VIRTUAL, self.limit)
            if not verdict(self.check, function, self.more[number], False).right:
                return False
        return True


def named(mutant: Mutant, found: Verdict) -> str:
    """How a message names a wrong version: mistake, fault, place, or not at all."""
    if found.mistake and not _all_stopped(found):
        return "mistake"
    message = found.message
    quoted = re.search(r"in the line `(.*)`", message)
    if quoted and _concerns(quoted[1], mutant):
        return "place"
    if re.search(FAULTS.get(mutant.label, "$^"), message):
        return "fault"
    return "place" if re.search(PLACES, message) else ""


def is_false(mutant: Mutant, found: Verdict) -> bool:
    """Whether a message states something that is not so."""
    proposed = re.search(r"One change in the line `(.*?)` makes every", found.message)
    if proposed and not _concerns(proposed[1], mutant):
        return True
    return bool(found.mistake) and _all_stopped(found)


def _all_stopped(found: Verdict) -> bool:
    return all("it stopped with" in case.message for case in found.cases)


def _concerns(line: str, mutant: Mutant) -> bool:
    """Whether a line is the one that was changed, or reads what that one writes."""
    same = line in mutant.line or mutant.line in line
    return same or bool(set(re.findall(r"\w+", line)) & mutant.writes)


def run(check: Check, mutants: Sequence[Mutant]) -> list[Row]:
    """What becomes of all wrong versions of one exercise, in a process of their own."""
    rows: list[Row] = []
    context = multiprocessing.get_context("fork")
    while len(rows) < len(mutants):
        here, there = context.Pipe()
        rest = mutants[len(rows) :]
        child = context.Process(target=_work, args=(check, rest, there))
        child.start()
        there.close()
        try:
            while here.poll(600):
                rows.append(here.recv())
        except EOFError:
            pass
        child.kill()
        child.join()
        here.close()
        if len(rows) < len(mutants):
            _lost(check, mutants, rows)
    return rows


def _lost(check: Check, mutants: Sequence[Mutant], rows: list[Row]) -> None:
    """Note that a version brought its process down; that counts as caught."""
    lost = mutants[len(rows)]
    row = Row(check.lab.name, check.name, lost.label, lost.change, True, True)
    row.message = "it brought the process down"
    rows.append(row)


def _work(check: Check, mutants: Sequence[Mutant], pipe) -> None:
    def late(*_) -> None:
        raise Late

    signal.signal(signal.SIGVTALRM, late)
    repair.PATIENCE = math.inf  # what is measured is not how busy this machine is
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    runner = Runner(check, mutants)
    for mutant in mutants:
        pipe.send(runner.row(mutant))
    pipe.close()

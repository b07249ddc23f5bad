"""The visible part of a lab's checks, in one HDF5 file per lab.

For each check it holds inputs, expected outcomes, the outcomes of each known mistake on
a few fixed cases, and what the reference received from earlier exercises; for each
concept question, salted digests of the answers. It contains no code of a reference
solution, and nothing in it is executed.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from helpers.checks.compare import Tolerance, difference
from helpers.checks.outcome import Outcome
from helpers.checks.stand_in import Recorded
from helpers.checks.values import Draws, Opaque, pack, unpack
from helpers.checks.verdict import Expected

VERSION = 2
NOISE = 1e-8  # numbers as small as this may be rounding, also in float64


@dataclass(frozen=True)
class PublicCase:
    """One call: its inputs by parameter name, and what it asks for."""

    inputs: dict[str, Any]
    positional: int
    expected: Expected


@dataclass(frozen=True)
class PublicCheck:
    """A check as a student's notebook knows it.

    Attributes:
        name: of the exercise.
        points: for all of its cases, hidden ones included.
        cases: fixed calls.
        messages: one for each known mistake.
        mutates: parameters the exercise is asked to change in place.
        driver: name of the function in `helpers.drivers` that calls the exercise.
        forbid: dotted names the exercise may not use.
        tolerance: for numbers.
        random: it is asked for draws, which another seed of `np.random` must change.
        recorded: calls that the reference made of other exercises, by their names.
        blocks: other exercises that a fixed block can stand for.
        with_blocks: what each case asks for with these blocks in their places.
        idle: arguments that a right function need not read.
    """

    name: str
    points: float
    cases: list[PublicCase]
    messages: list[str] = field(default_factory=list)
    mutates: tuple[str, ...] = ()
    driver: str | None = None
    forbid: tuple[str, ...] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    random: bool = False
    recorded: dict[str, Recorded] = field(default_factory=dict)
    blocks: tuple[str, ...] = ()
    with_blocks: tuple[Expected, ...] = ()
    idle: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicConcept:
    """A question with one right answer, as a student's notebook knows it.

    Attributes:
        name: of the variable that holds the answer.
        points: for the right answer.
        digits: decimals that a number is compared to; `None` for a letter.
        verdicts: digest of an answer → `(is it right, what to say)`.
    """

    name: str
    points: float
    digits: int | None
    verdicts: dict[str, tuple[bool, str]]


Entry = PublicCheck | PublicConcept


def digest(name: str, answer: str | float, digits: int | None) -> str:
    """What stands for an answer in the file, so that nobody reads it by accident.

    It hides an answer from a glance, not from somebody who tries all letters: the
    check tells at once whether a letter is right, too.
    """
    text = str(answer).strip().upper() if digits is None else f"{answer:.{digits}f}"
    return hashlib.sha256(f"{name}={text}".encode()).hexdigest()[:16]


def write(path: Path, entries: Sequence[Entry]) -> None:
    """Write the public side of a lab's checks, the same bytes for the same entries."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with h5py.File(partial, "w", libver="earliest", track_order=True) as file:
        file.attrs["version"] = VERSION
        file.attrs["title"] = f"Public cases of the checks of {path.stem}"
        for entry in entries:
            _write_entry(file.create_group(entry.name, track_order=True), entry)
    partial.replace(path)


def _write_entry(group: h5py.Group, entry: Entry) -> None:
    """A tree of the entry, and the numbers of each dtype end to end.

    Expected outcomes and mistakes repeat inputs and each other: an array that was
    there before is not written again.
    """
    tree, arrays = pack(_to_plain(entry))
    layout: list[tuple[str, list[int], int]] = []  # dtype, shape, start
    numbers: dict[str, list[np.ndarray]] = {}
    ends: dict[str, int] = {}
    starts: dict[tuple[str, bytes], int] = {}
    for array in arrays:
        dtype = array.dtype.str
        key = (dtype, array.tobytes())
        if key not in starts:
            starts[key] = ends.get(dtype, 0)
            ends[dtype] = starts[key] + array.size
            numbers.setdefault(dtype, []).append(array.ravel())
        layout.append((dtype, list(array.shape), starts[key]))
    header = json.dumps([tree, layout], ensure_ascii=False, separators=(",", ":"))
    packed = {"compression": "gzip", "compression_opts": 9}
    group.create_dataset(
        "header", data=np.frombuffer(header.encode(), np.uint8), **packed
    )
    for dtype in sorted(numbers):
        joined = np.concatenate(numbers[dtype])
        options = packed | {"shuffle": True} if joined.size else {}
        group.create_dataset(dtype, data=joined, **options)


class Store:
    """Reads a lab's public checks, each when it is first asked for.

    Raises:
        ValueError: the file is missing, damaged or of another version; the message
            says what to do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Entry] = {}
        try:
            with h5py.File(path, "r") as file:
                version = int(file.attrs["version"])
                self.names = tuple(file)
        except (OSError, KeyError) as error:
            raise ValueError(
                f"The checks of this lab cannot be read ({path.name}: {error}). "
                "Copy the file again from the course's datasets/checks folder."
            ) from None
        if version != VERSION:
            raise ValueError(
                f"{path.name} was made for another version of the course; "
                "take helpers/ and datasets/ from the same release."
            )

    def __getitem__(self, name: str) -> Entry:
        """One check or concept by name; `KeyError` when the lab has none so named."""
        if name not in self._known:
            if name not in self.names:
                raise KeyError(name)
            with h5py.File(self.path, "r") as file:
                self._known[name] = _read_entry(file[name])
        return self._known[name]


def _read_entry(group: h5py.Group) -> Entry:
    tree, layout = json.loads(group["header"][()].tobytes().decode())
    numbers = {name: group[name][()] for name in group if name != "header"}
    arrays = [
        numbers[dtype][start : start + math.prod(shape)].reshape(shape)
        for dtype, shape, start in layout
    ]
    return _from_plain(unpack(tree, arrays))


def _to_plain(entry: Entry) -> dict[str, Any]:
    # Not dataclasses.asdict: it would copy every array, and take Draws apart.
    record = dict(vars(entry))
    if isinstance(entry, PublicCheck):
        allowed = entry.tolerance
        record["tolerance"] = [
            allowed.rtol,
            allowed.atol,
            allowed.floor,
            allowed.integers,
        ]
        record["cases"] = [
            [case.inputs, case.positional, *_expected_to_plain(case.expected)]
            for case in entry.cases
        ]
        record["recorded"] = {name: vars(r) for name, r in entry.recorded.items()}
        record["with_blocks"] = [_expected_to_plain(e) for e in entry.with_blocks]
    return record


def _expected_to_plain(expected: Expected) -> list[Any]:
    outcomes = [vars(outcome) for outcome in expected.outcomes]
    mistakes = [vars(outcome) for outcome in expected.mistakes]
    return [expected.shown, outcomes, mistakes, _slack(expected)]


def _expected(
    shown: str, outcomes: list[dict], mistakes: list[dict], slack: list[dict]
) -> Expected:
    return Expected(
        shown,
        tuple(Outcome(**o) for o in outcomes),
        tuple(Outcome(**o) for o in mistakes),
        functools.partial(tuple, slack),
    )


def _from_plain(record: dict[str, Any]) -> Entry:
    if "verdicts" in record:
        return PublicConcept(**record)
    cases = [
        PublicCase(inputs, positional, _expected(*expected))
        for inputs, positional, *expected in record["cases"]
    ]
    made = {
        "cases": cases,
        "tolerance": Tolerance(*record["tolerance"]),
        "recorded": {name: Recorded(**r) for name, r in record["recorded"].items()},
        "with_blocks": tuple(_expected(*e) for e in record["with_blocks"]),
    }
    return PublicCheck(**{**record, **made})


def _slack(expected: Expected) -> list[dict[str, float]]:
    return [dict(one) for one in expected.slack()] if expected.slack else []


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same checks, but for rounding.

    Not byte for byte: another processor or BLAS rounds the last digit differently, and
    a number that is nothing but rounding is any other small one there.
    """
    a, b = Store(one), Store(other)
    return a.names == b.names and all(_alike(a[name], b[name]) for name in a.names)


def _alike(one: Entry, other: Entry) -> bool:
    if not isinstance(one, PublicCheck) or not isinstance(other, PublicCheck):
        return one == other
    compared = {"cases": [], "recorded": {}, "with_blocks": ()}
    heads = [replace(entry, **compared) for entry in (one, other)]
    if heads[0] != heads[1]:
        return False
    recorded = [{name: vars(r) for name, r in e.recorded.items()} for e in (one, other)]
    if difference(*recorded) is not None or difference(*recorded[::-1]) is not None:
        return False
    cases = [
        [(c.inputs, c.positional, c.expected) for c in entry.cases]
        + [({}, 0, expected) for expected in entry.with_blocks]
        for entry in (one, other)
    ]
    return len(cases[0]) == len(cases[1]) and all(
        positional == again
        and difference(inputs, same_inputs) is None
        and _alike_expected(expected, same_expected, one.tolerance)
        for (inputs, positional, expected), (same_inputs, again, same_expected) in zip(
            *cases, strict=True
        )
    )


def _alike_expected(one: Expected, other: Expected, tolerance: Tolerance) -> bool:
    """Outcomes within the tolerance of the case."""
    if one.shown != other.shown:
        return False
    # Just above the floor of a check, numbers are still half rounding.
    allowed = Tolerance(floor=max(10 * tolerance.floor, NOISE))
    slack = [_slack(expected) for expected in (one, other)]
    right = [expected.outcomes for expected in (one, other)]
    wrong = [expected.mistakes for expected in (one, other)]
    return (
        [len(x) for x in (right[0], wrong[0], slack[0])]
        == [len(x) for x in (right[1], wrong[1], slack[1])]
        and all(
            _alike_outcomes(a, b, replace(allowed, slack=may))
            for a, b, may in zip(*right, slack[0] or [{}] * len(right[0]), strict=True)
        )
        and all(_alike_outcomes(a, b, allowed) for a, b in zip(*wrong, strict=True))
        and all(_alike_slack(a, b) for a, b in zip(*slack, strict=True))
    )


def _alike_outcomes(one: Outcome, other: Outcome, tolerance: Tolerance) -> bool:
    # Of an error only the type: what it says is up to the version of Python or NumPy.
    kinds = [
        replace(o, value=None, after={}, error=o.error.partition(":")[0])
        for o in (one, other)
    ]
    if kinds[0] != kinds[1]:
        return False
    return one.after.keys() == other.after.keys() and all(
        difference(_comparable(a), _comparable(b), tolerance, place) is None
        for a, b, place in [
            (one.value, other.value, "result"),
            *((one.after[n], other.after[n], f"`{n}` after") for n in one.after),
        ]
    )


def _alike_slack(one: dict[str, float], other: dict[str, float]) -> bool:
    """Of the same size: slack is rounding, and differs from processor to processor."""
    return all(
        one[place] <= 10 * other[place] and other[place] <= 10 * one[place]
        for place in one.keys() & other.keys()
    )


def _comparable(value: Any) -> Any:
    """A stored value without `Draws` and `Opaque`, which no answer may hold."""
    if isinstance(value, (Draws, Opaque)):
        return {type(value).__name__: vars(value)}
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_comparable, value))
    return value

"""One early function is broken: what do the questions behind it lose?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring import solve
from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.in_process import InProcess
from autograder.grading.judge import Judge
from autograder.grading.usage import mentioned

FIRST = 3  # functions of each lab that are broken, one at a time
SEED = 20_263


@dataclass(frozen=True)
class Cascade:
    """What became of the questions that use a broken function.

    Attributes:
        broken: the function.
        hurt: questions that come out wrong by themselves while it is.
        lost: questions that lost points all the same, and what was said.
        silent: those of `hurt` that kept them and do not say why.
    """

    broken: str
    hurt: tuple[str, ...]
    lost: tuple[str, ...]
    silent: tuple[str, ...]


def cascades(lab: str, first: int = FIRST) -> Iterator[Cascade]:
    """Break the first functions of a lab that others use, one at a time.

    A broken one gives nothing back, which is what hurts those behind it most. Those
    that deal in objects have no stand-in, and are not broken here.
    """
    one = check.load(lab)
    cases = Cases(one, SEED)
    broken = 0
    for name, its_check in one.checks.items():
        cells = _cells(lab, name)
        using = {n for n in one.checks if n != name and name in mentioned(cells, n)}
        if its_check.spec.driver or not using:
            continue
        student = InProcess(lab, cells)
        judge = Judge(cases, cells)
        results = [r for r in judge.grade(student) if r.name != name]
        lost = {r.name: r.message for r in results if r.score != r.max_score}
        lent = {r.name for r in results if f"`{name}`" in _stands_in(r.message)}
        hurt = {n for n in using if not judge.verdict(n, student).right}
        yield Cascade(
            name,
            tuple(sorted(hurt)),
            tuple(f"{n}: {message}" for n, message in lost.items()),
            tuple(sorted(hurt - lent - lost.keys())),
        )
        broken += 1
        if broken == first:
            return


def _stands_in(message: str) -> str:
    """The part of a message that names what stood in for the reader's own."""
    _, told, names = message.rpartition("(judged with the reference's")
    return names if told else ""


def _cells(lab: str, broken: str) -> list[str]:
    """The code of a solved notebook with one function broken."""
    nothing = f"def {broken}(*args, **kwargs):\n    return None"
    notebook = solve.solved(lab, **{broken: nothing})
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and "demo" not in cell.metadata.get("tags", ())
        and not cell.source.startswith("check(")
    ]

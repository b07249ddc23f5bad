"""Each lab's table "your function beside a library's", made by running both.

    python benchmarks/libraries.py             write docs/libraries.md
    python benchmarks/libraries.py --compare   say whether it would change
    make libraries                             install every library, then compare

Where a library differs on purpose from the reader's function (defaults, ties, averages,
epsilon, padding), the lab's last part says so in a table: what was asked, both values,
and why. The rows of a lab stand in `beside/LAB.py`, each a function that calls both
sides; versions and values come from running them. The builder takes a lab's table from
the document. A row whose library is not installed keeps the line it has.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.authoring import library_tables
from autograder.checks.reference import reference

os.environ.setdefault("KERAS_BACKEND", "torch")
FOLDER = Path(__file__).parent / "beside"
_INTRODUCTION = """\
# Your function beside a library's

Where a well-known library gives another value for the same input, it does so for a
reason. Each lab with such functions shows its table in its last part. All values are
computed by `python benchmarks/libraries.py`; `make libraries` compares them anew."""
_COLUMNS = ("input", "your function", "library", "remark")
_IMPORTED = {"scikit-learn": "sklearn"}  # name on PyPI: name in Python


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        function: name of the exercise.
        asked: the input, in words.
        library: its name on PyPI.
        call: what is called there.
        why: why the values differ.
        run: takes the lab's reference functions; returns the reader's value and the
            library's.
    """

    function: str
    asked: str
    library: str
    call: str
    why: str
    run: Callable[[ModuleType], tuple[Any, Any]]

    @property
    def is_installed(self) -> bool:
        """Whether the library can be imported here."""
        name = _IMPORTED.get(self.library, self.library)
        return importlib.util.find_spec(name) is not None

    def is_in(self, line: str) -> bool:
        """Whether a line of the document is this row's."""
        asked, yours, theirs = [*line.split(" | "), "", ""][:3]
        return (
            asked == f"| {self.asked}"
            and yours.startswith(f"`{self.function}`: ")
            and theirs.startswith(f"{self.library} ")
            and f" `{self.call}`: " in theirs
        )

    def line(self, lab: str) -> str:
        """The line of the table, with both values computed now."""
        yours, theirs = self.run(reference(lab))
        cells = (
            self.asked,
            f"`{self.function}`: {shown(yours)}",
            f"{self.library} {_public(version(self.library))} `{self.call}`: "
            f"{shown(theirs)}",
            self.why,
        )
        return f"| {' | '.join(cells)} |"


class Table:
    """The rows of one lab; `@table.row(…)` adds one."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def row(
        self, function: str, asked: str, library: str, call: str, why: str
    ) -> Callable[[Callable], Callable]:
        """Add the function below as a row; see `Row`."""

        def add(run: Callable) -> Callable:
            self.rows.append(Row(function, asked, library, call, why, run))
            return run

        return add


def shown(value: Any) -> str:
    """A value as the table shows it: numbers to four digits, arrays in brackets."""
    if isinstance(value, str):
        return value
    if hasattr(value, "detach"):  # a tensor of PyTorch
        value = value.detach().numpy()
    array = np.asarray(value)
    if array.ndim:
        return "[" + ", ".join(map(shown, array)) + "]"
    number = array.item()
    if isinstance(number, bool | int):
        return str(number)
    text = f"{number:.4g}"
    return "0" if text == "-0" else text


def _public(text: str) -> str:
    """A version without what a build adds behind a plus sign."""
    return text.partition("+")[0]


def labs() -> list[str]:
    """Labs that have a table."""
    return sorted(path.stem for path in FOLDER.glob("C*.py"))


def rows(lab: str) -> list[Row]:
    """The rows of a lab's table."""
    path = FOLDER / f"{lab}.py"
    spec = importlib.util.spec_from_file_location(f"beside_{lab}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.table.rows


def lines(lab: str, known: Sequence[str] = ()) -> Iterator[str]:
    """The lines of a lab's table.

    Args:
        lab: its name.
        known: the lines it has, for rows that cannot be computed here.

    Raises:
        ModuleNotFoundError: a library is not installed, and its line is not known.
    """
    yield f"| {' | '.join(_COLUMNS)} |"
    yield "|---|---|---|---|"
    for row in rows(lab):
        same = [line for line in known if row.is_in(line)]
        if row.is_installed or not same:
            yield row.line(lab)
        else:
            yield same[0]


def document() -> str:
    """All tables as `docs/libraries.md`."""
    parts = [f"## {lab}\n\n" + "\n".join(lines(lab, _known(lab))) for lab in labs()]
    return "\n\n".join([_INTRODUCTION, *parts]) + "\n"


def _known(lab: str) -> list[str]:
    try:
        return library_tables.table(lab).splitlines()
    except ValueError:
        return []


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the document, or compare it with the libraries that are installed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--compare", action="store_true")
    options = parser.parse_args(arguments)
    made = document()
    if not options.compare:
        library_tables.DOCUMENT.write_text(made, encoding="utf-8")
        return
    kept = library_tables.DOCUMENT.read_text(encoding="utf-8")
    change = difflib.unified_diff(
        kept.splitlines(), made.splitlines(), "as it stands", "computed now", n=0
    )
    if said := "\n".join(change):
        sys.exit(said)


if __name__ == "__main__":
    main()

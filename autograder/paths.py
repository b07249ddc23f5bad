"""Where files are in a checkout of the course."""

from __future__ import annotations

import functools
from pathlib import Path

from autograder.errors import Refused

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = ROOT / "solutions"
LABS = ROOT / "labs"
CHECKS = ROOT / "autograder" / "checks"
PUBLIC_CHECKS = ROOT / "datasets" / "checks"


def lab_names() -> list[str]:
    """Names of all labs with a source and checks, in the order of the course."""
    return list(_lab_names(SOLUTIONS, CHECKS))


@functools.cache
def _lab_names(solutions: Path, checks: Path) -> tuple[str, ...]:
    """The same for certain folders, which are read once: who sent a file asks often."""
    written = {path.parent.name for path in solutions.glob("*/*.py")}
    return tuple(sorted(lab for lab in written if _checks_in(checks, lab)))


def checks_of(lab: str) -> list[Path]:
    """The files of a lab's hidden tests: a single one, or a package with its parts."""
    return _checks_in(CHECKS, lab)


def _checks_in(folder: Path, lab: str) -> list[Path]:
    return sorted([*folder.glob(f"{lab}.py"), *folder.glob(f"{lab}/*.py")])


def released_path(lab: str) -> Path:
    """The path of a lab's notebook for students."""
    return LABS / lab / f"{source_of(lab).stem}.ipynb"


def source_of(lab: str) -> Path:
    """The text notebook of a lab.

    Raises:
        Refused: there is none; the message lists the existing labs.
    """
    found = sorted((SOLUTIONS / lab).glob("*.py"))
    if len(found) != 1 or not lab.isalnum():
        known = ", ".join(lab_names())
        raise Refused(f"There is no lab {lab!r}. The labs are: {known}.")
    return found[0]

"""What Gradescope needs to grade one lab; it is unpacked there as /autograder/source.

Students must never receive this: it contains the lab's solutions and hidden tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder import paths
from autograder.authoring import library_tables
from autograder.release import student

PROGRAMS = ("setup.sh", "run_autograder")
_HERE = paths.ROOT / "autograder" / "ci" / "gradescope"


def files(lab: str) -> dict[str, bytes]:
    """The content of the archive.

    Args:
        lab: name of the lab.

    Returns:
        Name in the archive → content.
    """
    content = {
        path.relative_to(paths.ROOT).as_posix(): path.read_bytes()
        for path in _wanted(lab)
    }
    prefix = f"{student.NAME}/"
    for name, data in student.files([lab]).items():
        content.setdefault(name.removeprefix(prefix), data)
    for name in PROGRAMS:
        content[name] = (_HERE / name).read_bytes()
    return content


def _wanted(lab: str) -> Iterator[Path]:
    """The grader with the solutions and hidden tests of this lab only."""
    others = {
        path
        for other in paths.lab_names()
        if other != lab
        for path in paths.checks_of(other)
    }
    for path in sorted((paths.ROOT / "autograder").rglob("*.py")):
        if path not in others:
            yield path
    yield from sorted((paths.SOLUTIONS / lab).glob("*.py"))
    yield library_tables.DOCUMENT  # building a lab reads its table there
    yield paths.ROOT / "pyproject.toml"
    yield paths.ROOT / "README.md"

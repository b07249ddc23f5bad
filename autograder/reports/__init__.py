"""Results in the formats that other systems read, with one module per format."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import about

if TYPE_CHECKING:  # the command line reads the table before NumPy may be loaded
    from autograder.grading.results import LabResult


@dataclass(frozen=True)
class Format:
    """A format of a report.

    Attributes:
        module: the module in this package whose `render` writes it.
        help: what it is, for the command line.
        appended: whether other steps of a job also write to the file.
        of_an_lms: whether a learning platform imports it as grades.
    """

    module: str
    help: str
    appended: bool = False
    of_an_lms: bool = False


FORMATS = {
    "json": Format("records", "all results"),
    "junit": Format("junit", "JUnit XML, for continuous integration"),
    "gradescope": Format("gradescope", "Gradescope's results.json, for one notebook"),
    "github": Format("github", "an output for GitHub Classroom's runner", True),
    "markdown": Format("markdown", "a summary, for $GITHUB_STEP_SUMMARY", True),
    "canvas": Format("canvas", "CSV for Canvas's gradebook", of_an_lms=True),
    "moodle": Format("moodle", "CSV for Moodle's grade import", of_an_lms=True),
}


def write(name: str, path: Path, results: Sequence[LabResult]) -> None:
    """Write a report.

    Args:
        name: one of `FORMATS`.
        path: path of the file.
        results: the results to report.

    Raises:
        Refused: the format cannot represent these results, or the file cannot be
            written.
    """
    wanted = FORMATS[name]
    module = importlib.import_module(f"autograder.reports.{wanted.module}")
    text = module.render(results)
    how = {"encoding": "utf-8", "errors": "replace", "newline": ""}
    with about(path), path.open("a" if wanted.appended else "w", **how) as file:
        file.write(text)

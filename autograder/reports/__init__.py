"""Results in the formats that other systems read, with one module per format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.grading.results import LabResult
from autograder.reports import canvas, github, gradescope, junit, markdown, moodle
from autograder.reports import records as json_records

Render = Callable[[Sequence[LabResult]], str]

FORMATS: dict[str, tuple[Render, str]] = {
    "json": (json_records.render, "all results"),
    "junit": (junit.render, "JUnit XML, for continuous integration"),
    "gradescope": (gradescope.render, "Gradescope's results.json, for one notebook"),
    "github": (github.render, "an output for GitHub Classroom's runner, appended"),
    "markdown": (markdown.render, "a summary, appended: for $GITHUB_STEP_SUMMARY"),
    "canvas": (canvas.render, "CSV for Canvas's gradebook"),
    "moodle": (moodle.render, "CSV for Moodle's grade import"),
}
APPENDED = ("github", "markdown")  # files that other steps of a job also write to


def write(name: str, path: Path, results: Sequence[LabResult]) -> None:
    """Write a report.

    Args:
        name: one of `FORMATS`.
        path: path of the file.
        results: the results to report.

    Raises:
        ValueError: the format cannot represent these results.
    """
    text = FORMATS[name][0](results)
    mode = "a" if name in APPENDED else "w"
    with path.open(mode, encoding="utf-8", errors="replace", newline="") as file:
        file.write(text)

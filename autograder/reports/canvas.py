"""CSV for Canvas's gradebook, with one column per lab."""

from __future__ import annotations

from collections.abc import Sequence

from autograder import safe_csv
from autograder.grading.results import LabResult


def render(results: Sequence[LabResult]) -> str:
    """One row per student, identified by login; the second row contains the maxima."""
    labs = sorted({result.lab for result in results if result.lab})
    maxima = {result.lab: result.max_score for result in results}
    scores: dict[str, dict[str, float]] = {}
    for result in results:
        if result.lab:
            scores.setdefault(result.student, {})[result.lab] = result.score
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *labs]
    possible = ["Points Possible", "", "", "", "", *(maxima[lab] for lab in labs)]
    rows = [
        [student, "", "", student, "", *(found.get(lab, "") for lab in labs)]
        for student, found in sorted(scores.items())
    ]
    return safe_csv.render([header, possible, *rows])

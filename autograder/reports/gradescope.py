"""Gradescope's `results.json`, written to `/autograder/results/` there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from autograder.errors import Refused
from autograder.grading.results import LabResult, QuestionResult


def render(results: Sequence[LabResult]) -> str:
    """The record of one notebook.

    Raises:
        Refused: there is more than one.
    """
    if len(results) != 1:
        raise Refused(
            f"Gradescope's report is about one notebook, but there are {len(results)}."
        )
    result = results[0]
    record = {
        "score": result.score,
        "output": "\n".join([result.error] if result.error else result.findings),
        "tests": [_test(question) for question in result.questions],
    }
    return json.dumps(record, indent=1) + "\n"


def _test(question: QuestionResult) -> dict[str, Any]:
    test = {
        "name": question.name,
        "score": question.score or 0,
        "max_score": question.max_score,
        "output": question.message,
        "visibility": "visible",
    }
    if question.score is not None:
        right = question.score >= question.max_score
        test["status"] = "passed" if right else "failed"
    return test

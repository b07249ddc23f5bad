"""The hidden tests in an author's own notebook.

Students never receive the cells that call this module. It lets an instructor run a
source notebook from top to bottom, including the hidden cases, and gives nbgrader's own
execution step a score with partial credit. To grade a class, the judge is used.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from typing import Any

from autograder.checks import check
from autograder.grading.cases import Cases
from autograder.grading.in_process import Defined
from autograder.grading.judge import Judge


def points(lab: str, name: str, names: MutableMapping[str, Any]) -> float:
    """Points that an exercise earns on fresh hidden cases.

    Args:
        lab: name of the lab.
        name: name of the exercise or concept question.
        names: the names in which it is defined: `globals()` of the notebook.
    """
    judge = Judge(Cases(check.load(lab), secrets.randbits(64)))
    [result] = judge.grade(Defined(lab, names), only=name)
    if result.score < result.max_score:
        print(result.message)
    return float(result.score)

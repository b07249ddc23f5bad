"""All results as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from autograder.grading.results import LabResult


def render(results: Sequence[LabResult]) -> str:
    """A list of records; see `LabResult.as_dict`."""
    return json.dumps([result.as_dict() for result in results], indent=1) + "\n"

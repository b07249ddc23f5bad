"""A late penalty per day, as a plug-in for nbgrader.

In a course's nbgrader_config.py:

    c.AssignLatePenalties.plugin_class = "autograder.nbgrader.late.PercentPerDay"
    c.PercentPerDay.percent = 10
    c.PercentPerDay.grace_hours = 2
"""

from __future__ import annotations

import math

from nbgrader.plugins import BasePlugin
from traitlets import Float

DAY, HOUR = 86_400, 3_600


class PercentPerDay(BasePlugin):
    """Deducts a percentage of the points for each day or part of a day."""

    percent = Float(10.0, min=0, max=100, help="per cent of the points per day").tag(
        config=True
    )
    at_most = Float(
        100.0, min=0, max=100, help="largest penalty, in per cent of the points"
    ).tag(config=True)
    grace_hours = Float(0.0, min=0, help="hours without a penalty").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Number of points to deduct.

        Args:
            student_id: the student; the rule is the same for all.
            score: points of the submission.
            total_seconds_late: seconds after the due date.
        """
        late = total_seconds_late - self.grace_hours * HOUR
        share = min(self.at_most, self.percent * max(0, math.ceil(late / DAY)))
        return round(score * share / 100, 2)

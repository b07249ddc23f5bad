"""A penalty for each day that a submission is late; a plug-in of nbgrader.

In a course's nbgrader_config.py:

    c.AssignLatePenalties.plugin_class = "autograder.late.PercentPerDay"
    c.PercentPerDay.percent = 10
    c.PercentPerDay.grace_hours = 2
"""

from __future__ import annotations

import math

from nbgrader.plugins import BasePlugin
from traitlets import Float

DAY, HOUR = 86_400, 3_600


class PercentPerDay(BasePlugin):
    """Takes a share of the points for each day that was begun."""

    percent = Float(10.0, min=0, max=100, help="of the points, for a day").tag(
        config=True
    )
    at_most = Float(100.0, min=0, max=100, help="of the points, in all").tag(
        config=True
    )
    grace_hours = Float(0.0, min=0, help="that cost nothing").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Points to be taken away.

        Args:
            student_id: whose submission it is; the rule is the same for all.
            score: points of the submission.
            total_seconds_late: after the lab was due.
        """
        late = total_seconds_late - self.grace_hours * HOUR
        share = min(self.at_most, self.percent * max(0, math.ceil(late / DAY)))
        return round(score * share / 100, 2)

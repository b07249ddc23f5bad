"""Checks that say at once what is wrong with an exercise, and why."""

from helpers.checks.notebook import CheckFailed, checks_for
from helpers.checks.progress import course_progress

__all__ = ["CheckFailed", "checks_for", "course_progress"]

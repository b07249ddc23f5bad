"""Checks that say at once what is wrong with an exercise, and why."""

from helpers.checks.notebook import CheckFailed, checks_for

__all__ = ["CheckFailed", "checks_for"]

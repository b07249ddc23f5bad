"""Grading as a step of other systems: GitHub Actions, Gradescope, containers."""

"""Attacks that students have tried or might try: one dishonest submission each."""

from __future__ import annotations

from autograder.doctor.attacks import cells, files, reach, resources
from autograder.doctor.attacks.attack import Attack, Scene

ATTACKS: tuple[Attack, ...] = (
    *cells.ATTACKS,
    *reach.ATTACKS,
    *resources.ATTACKS,
    *files.ATTACKS,
)

__all__ = ["ATTACKS", "Attack", "Scene"]

"""Ticks and numbers as people read them."""

from __future__ import annotations


def as_percent(share: float) -> str:
    """0.79 as "79 %"."""
    return f"{100 * share:.0f} %"

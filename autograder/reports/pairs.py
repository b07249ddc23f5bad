"""Pairs of similar submissions, for a person to judge: text and Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.course.similarity import Pair, Passage
from autograder.reports import markdown
from autograder.reports.text import columns

HINT = (
    "A hint for a person, not proof: two students who worked together as allowed, or "
    "read the same page, look like this too. Read both notebooks before you ask."
)
SHOWN = 12  # passages of a pair


def text(pairs: Sequence[Pair]) -> str:
    """For the terminal: one line per pair, and what the most similar pairs share."""
    rows = [("", "alike", "passages", "for instance")]
    for pair in pairs:
        who = " · ".join(pair.students)
        rows.append(
            (
                who,
                f"{pair.share:.0%}",
                str(len(pair.passages)),
                _shown(pair.passages[0], 70),
            )
        )
    return f"{columns(rows)}\n\n{HINT}" if pairs else "No pair stands out."


def page(lab: str, pairs: Sequence[Pair]) -> str:
    """Markdown: each pair with the passages it shares."""
    lines = [f"# {lab}: similar submissions", "", HINT, ""]
    for pair in pairs:
        who = " and ".join(markdown.safe(student) for student in pair.students)
        lines += [f"## {who}: {pair.share:.0%} of the unusual passages in common", ""]
        lines += [
            f"- {markdown.safe(_shown(one, 160))}" for one in pair.passages[:SHOWN]
        ]
        more = len(pair.passages) - SHOWN
        lines += [f"- and {more} more", ""] if more > 0 else [""]
    return "\n".join(lines)


def _shown(passage: Passage, width: int) -> str:
    line = "".join(c if c.isprintable() else " " for c in passage.line)
    where = f"{passage.question}: " if passage.question else ""
    return f"{where}{line[:width]}"

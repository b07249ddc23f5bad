"""A summary for people, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.grading.results import LabResult


def render(results: Sequence[LabResult]) -> str:
    """One table per notebook."""
    return "\n".join(_one(result) for result in results)


def _one(result: LabResult) -> str:
    lines = [
        f"### {safe(result.lab or 'Unknown lab')}, {safe(result.student)}: "
        f"{result.score:g} of {result.max_score:g} points",
        "",
    ]
    said = [result.error] if result.error else list(result.findings)
    if said:
        lines += [*(f"- {safe(text)}" for text in said), ""]
    if result.tier == 3:
        lines += ["> Graded **without a sandbox**.", ""]
    if result.questions:
        lines += ["| | question | points | |", "|---|---|---|---|"]
    for question in result.questions:
        if question.score is None:
            sign, score = "…", "by hand"
        else:
            sign = "✔" if question.score >= question.max_score else "✘"
            score = f"{question.score:g}"
        lines.append(
            f"| {sign} | {safe(question.name)} | {score} of "
            f"{question.max_score:g} | {safe(question.message)} |"
        )
    return "\n".join(lines) + "\n"


def safe(text: str) -> str:
    """Escape a student's words, so that they do not become markup."""
    text = " ".join(text.split())
    for sign in "\\`*_[]|<>#!":
        text = text.replace(sign, f"&#{ord(sign)};" if sign in "<>|" else f"\\{sign}")
    return text

"""Show a verdict: a small table in Jupyter, plain text elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from helpers.checks.explain import Explanation
from helpers.checks.verdict import COSTS, Verdict

RIGHT, WRONG, OPEN = "✔", "✘", "○"
# Colours of signs and borders, at least 3:1 on white and on JupyterLab's dark ground,
# apart for colour-blind eyes too. Words take the page's own colour: no single colour
# has 4.5:1 on both.
_COLOURS = {RIGHT: "#0a8f6c", WRONG: "#d1495b", OPEN: "#808080"}


@dataclass(frozen=True)
class Report:
    """A verdict ready to be displayed: a headline, rows, and remarks below."""

    sign: str
    headline: str
    rows: tuple[tuple[str, str, str], ...] = ()
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Plain text, for a terminal or a log."""
        lines = [f"{self.sign} {self.headline}"]
        lines += [
            f"  {sign} {call}" + (f"\n      {said}" if said else "")
            for sign, call, said in self.rows
        ]
        lines += [f"  {remark}" for remark in self.remarks]
        return "\n".join(lines)

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        """Both forms; Jupyter takes the richer one it can show."""
        return {"text/plain": str(self), "text/html": self._html()}

    def _html(self) -> str:
        colour = _COLOURS[self.sign]
        rows = "".join(
            f'<tr><td style="color:{_COLOURS[sign]}">{sign}</td>'
            f'<td style="text-align:left"><code>{escape(call)}</code></td>'
            f'<td style="text-align:left">{escape(said)}</td></tr>'
            for sign, call, said in self.rows
        )
        table = f"<table>{rows}</table>" if rows else ""
        remarks = "".join(f"<p>{escape(remark)}</p>" for remark in self.remarks)
        return (
            f'<div role="status" style="border-left:4px solid {colour};'
            f'padding-left:0.8em"><b><span style="color:{colour}">{self.sign}</span> '
            f"{escape(self.headline)}</b>{remarks}{table}</div>"
        )


def report(verdict: Verdict, more: Callable[[int], str] = lambda number: "") -> Report:
    """What to display about one function.

    Args:
        verdict: on the function.
        more: says where a wrong case, by its number, is to be seen in full.
    """
    if verdict.unwritten or verdict.waiting:
        return Report(OPEN, verdict.message)
    total = len(verdict.cases)
    if verdict.right:
        return Report(
            RIGHT,
            f"{verdict.name} is right: {total} of {total} cases",
            remarks=verdict.notes,
        )
    told = told_once([case.message for case in verdict.cases])
    rows = tuple(
        (RIGHT if case.passed else WRONG, f"{number}. {case.call}", said)
        for number, (case, said) in enumerate(
            zip(verdict.cases, told, strict=True), start=1
        )
    )
    verb = "is" if verdict.passed == 1 else "are"
    headline = f"{verdict.name}: {verdict.passed} of {total} cases {verb} right"
    if verdict.changed:
        joint = "but" if verdict.values_right else "and"
        headline += f", {joint} it {verdict.changing} ({COSTS})"
    advice = verdict.mistake or verdict.hint
    wrong = [i for i, case in enumerate(verdict.cases, start=1) if not case.passed]
    remarks = [advice, *verdict.notes, more(wrong[0]) if wrong else ""]
    return Report(WRONG, headline, rows, tuple(filter(None, remarks)))


def told_once(messages: Sequence[str]) -> list[str]:
    """Messages of all cases, each sentence only where it comes first.

    A function that stops in one case stops in most, with the same words in each.
    """
    counts, first = Counter(messages), {}
    told = []
    for number, message in enumerate(messages, start=1):
        if not message or counts[message] == 1:
            told.append(message)
        elif message in first:
            told.append(f"as in case {first[message]}")
        else:
            first[message] = number
            told.append(f"{message} (in {counts[message]} of {len(messages)} cases)")
    return told


def display(shown: Report | Explanation) -> None:
    """As a table in a notebook, as text where there is none."""
    try:
        from IPython import get_ipython
    except ImportError:  # a script without Jupyter installed
        print(shown)
        return
    if get_ipython() is None:
        print(shown)
    else:
        from IPython.display import display as show

        show(shown)

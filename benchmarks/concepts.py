"""Whether the form of a concept check gives its answer away."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.authoring import source
from autograder.checks import check

_OPTION = re.compile(r"(?:^|\s{2,})([A-H]): ")


@dataclass(frozen=True)
class Choice:
    """A question with lettered options.

    Attributes:
        lab: where it is.
        name: of the question.
        answer: the letter of the right option.
        options: letter → text.
        unexplained: wrong options without a misconception.
    """

    lab: str
    name: str
    answer: str
    options: dict[str, str]
    unexplained: tuple[str, ...]

    @property
    def is_longest(self) -> bool:
        """Whether the right option is clearly longer than any other."""
        right, others = self._lengths()
        return right > 1.1 * max(others)

    @property
    def is_shortest(self) -> bool:
        """Whether the right option is clearly shorter than any other."""
        right, others = self._lengths()
        return 1.1 * right < min(others)

    def _lengths(self) -> tuple[int, list[int]]:
        """Of the right option and of the others; the same where all are pictures."""
        lengths = {letter: len(text) for letter, text in self.options.items()}
        return lengths.pop(self.answer, 1), list(lengths.values()) or [1]


def choices(lab: str) -> list[Choice]:
    """The questions of a lab that have lettered options."""
    concepts = check.load(lab).concepts
    found = []
    for name, cell in source.read(lab).named("concept").items():
        concept = concepts[name]
        if not isinstance(concept.answer, str):
            continue
        options = _options(cell.text)
        wrong = set(options) - {concept.answer}
        unexplained = tuple(sorted(wrong - set(concept.because)))
        found.append(Choice(lab, name, concept.answer, options, unexplained))
    return found


def _options(text: str) -> dict[str, str]:
    """Letter → text; an option may go on in the next line, several may share one."""
    lines = [line[2:] for line in text.split("\n") if line.startswith("# ")]
    found: dict[str, str] = {}
    letter = ""
    for line in lines:
        pieces = _OPTION.split(line)
        if letter and pieces[0].strip():
            found[letter] += " " + pieces[0].strip()
        for letter, said in zip(pieces[1::2], pieces[2::2], strict=True):
            found[letter] = said.strip()
    return found

"""Passages that submissions share with each other and with hardly anybody else.

This does not prove copying. Most correct answers to a small exercise look alike, so
text from the released lab, the reference and known variants does not count, nor does
anything that many in the class wrote. The rest is winnowed as described by Schleimer,
Wilkerson and Aiken (SIGMOD 2003) and shown to a person, who judges.
"""

from __future__ import annotations

import inspect
import io
import keyword
import math
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

from autograder.authoring import build, solve
from autograder.checks import check
from autograder.grading.intake import Intake

GRAM = 12  # tokens per fingerprint
WINDOW = 4  # one of this many neighbouring fingerprints is kept
COMMON = 0.1  # a fingerprint shared by more of the class says nothing
AT_LEAST = 4  # but one shared by so few does, however small the class
LINE = 16  # characters that make a line of text or a comment telling
_SKIPPED = (
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.COMMENT,
)


@dataclass(frozen=True)
class Passage:
    """Something that two submissions share.

    Attributes:
        question: name of the cell; empty if the cell is not a question.
        line: the line as the first of the two wrote it.
    """

    question: str
    line: str


@dataclass(frozen=True)
class Pair:
    """Two submissions.

    Attributes:
        students: the two students.
        share: share of the shorter submission's rare features in common, 0 to 1.
        weight: weight of the common features; rarer features weigh more.
        passages: the common passages, in the order of the first student's notebook.
    """

    students: tuple[str, str]
    share: float
    weight: float
    passages: tuple[Passage, ...]


def pairs(lab: str, submissions: Mapping[str, Intake]) -> list[Pair]:
    """Pairs of submissions that share something unusual, the most similar first.

    Args:
        lab: name of the lab.
        submissions: student → what intake kept.
    """
    known = _known(lab)
    features = {
        student: {
            key: found
            for key, found in _features(_cells(intake)).items()
            if key not in known
        }
        for student, intake in submissions.items()
    }
    owners: dict[int, list[str]] = defaultdict(list)
    for student, found in features.items():
        for key in found:
            owners[key].append(student)
    limit = max(AT_LEAST, COMMON * len(submissions))
    weights = {
        key: math.log(1 + len(submissions) / len(who))
        for key, who in owners.items()
        if len(who) <= limit
    }
    shared: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key, who in owners.items():
        if key in weights:
            for two in combinations(sorted(who), 2):
                shared[two].append(key)
    whole = {
        student: sum(weights.get(key, 0) for key in found)
        for student, found in features.items()
    }
    result = [
        _pair(two, keys, features[two[0]], weights, whole)
        for two, keys in shared.items()
    ]
    return sorted(result, key=lambda pair: (-pair.weight, pair.students))


def _pair(two, keys, first, weights, whole) -> Pair:
    weight = sum(weights[key] for key in keys)
    chosen = set(keys)
    passages = dict.fromkeys(first[key] for key in first if key in chosen)
    share = weight / min(whole[student] for student in two)
    return Pair(two, share, weight, tuple(passages))


def _cells(intake: Intake) -> Iterable[tuple[str, str, str]]:
    return [(cell.name, cell.kind, cell.text) for cell in intake.cells]


def _known(lab: str) -> set[int]:
    """Features that everybody may have: those of the lab and of known answers."""
    cells = [
        (
            cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""),
            cell.cell_type,
            cell.source,
        )
        for cell in build.release_notebook(lab).cells
    ]
    checks = check.load(lab)
    automatic = {*checks.checks, *checks.concepts}
    cells += [
        (name, "code" if name in automatic else "markdown", text)
        for name, text in solve.reference_cells(lab).items()
    ]
    for one in checks.checks.values():
        for function in (
            *one.variants,
            *one.alternatives,
            *(mistake.function for mistake in one.mistakes),
        ):
            cells.append((one.name, "code", _source_of(function)))
    return set(_features(cells))


def _source_of(function: Callable) -> str:
    code = inspect.getsource(function)
    return code[code.index("def ") :]


def _features(cells: Iterable[tuple[str, str, str]]) -> dict[int, Passage]:
    """The characteristic features of some cells, with their positions."""
    found: dict[int, Passage] = {}
    for name, kind, text in cells:
        lines = text.splitlines()
        if kind == "code":
            for key, line in _fingerprints(text):
                said = lines[line - 1].strip() if line <= len(lines) else ""
                found.setdefault(key, Passage(name, said))
        for line in lines:
            told = line.partition("#")[2] if kind == "code" else line
            told = " ".join(told.lower().split())
            if len(told) >= LINE:
                key = crc32(f"line {told}".encode())
                found.setdefault(key, Passage(name, line.strip()))
    return found


def _fingerprints(text: str) -> Iterable[tuple[int, int]]:
    """Winnowed fingerprints of code, each with the line that it begins on."""
    tokens = _tokens(text)
    grams = [
        (crc32(" ".join(t for t, _ in tokens[i : i + GRAM]).encode()), tokens[i][1])
        for i in range(len(tokens) - GRAM + 1)
    ]
    windows = range(max(len(grams) - WINDOW + 1, min(len(grams), 1)))
    return dict.fromkeys(min(grams[i : i + WINDOW]) for i in windows)


def _tokens(text: str) -> list[tuple[str, int]]:
    """Tokens and their lines; all variable names count as the same token."""
    try:
        found = [
            token
            for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type not in _SKIPPED
        ]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return []
    tokens = []
    strings = ["", *(token.string for token in found), ""]
    for i, token in enumerate(found, start=1):
        word = token.string
        if token.type == tokenize.STRING:
            word = "S"
        elif token.type == tokenize.NAME and _is_variable(*strings[i - 1 : i + 2]):
            word = "V"
        tokens.append((word, token.start[0]))
    return tokens


def _is_variable(before: str, word: str, after: str) -> bool:
    """Whether the author of the code apparently chose this name."""
    given = keyword.iskeyword(word) or word in ("np", "nn", "self")
    return not given and before not in (".", "def", "class") and after != "("

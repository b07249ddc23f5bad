"""Which cell of the lab each cell of a submission is, whatever tool saved the file.

Tools drop metadata, give new ids, reformat code and turn cells into other kinds. So a
cell is known by the first of these that says something: nbgrader's grade id, its own
id (the builder gives each cell its grade id, or a hash of its content), its text, and
what it defines. Whatever says it, it only tells which question the code or the answer
belongs to; points and hidden tests are the course's own.
"""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.authoring.manifest import HASHED_ID, manifest
from autograder.grading import usage
from autograder.sandbox.inside.parse import Image, RawCell

ANSWER = "YOUR ANSWER HERE"
FEW = 3  # check cells that are named one by one if they are missing
_DEFINED = re.compile(r"^(?:(?:async +)?def|class) +(\w+)", re.MULTILINE)
_ASSIGNED = re.compile(r"^(\w+) *(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_IMPORTED = re.compile(r"^(?:import|from) .*?(\w+) *(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class StudentCell:
    """One cell as the student left it.

    Attributes:
        kind: `"code"` or `"markdown"`.
        text: its content.
        name: its grade id, if the lab has a cell of that name.
        demo: it is one of the lab's own demo cells.
        own: the student wrote it; it is no text of the lab, of an earlier release
            neither.
        images: that are attached to it.
    """

    kind: str
    text: str
    name: str = ""
    demo: bool = False
    own: bool = True
    images: tuple[Image, ...] = ()


@dataclass(frozen=True)
class ReleasedCells:
    """What a lab's own notebook holds.

    Attributes:
        by_name: grade id → text of the released cell.
        locked: grade ids of cells that a student does not write.
        questions: grade ids of cells with an answer in words.
        demos: id → text of demo cells.
        texts: all texts, without white space.
        ids: of all cells.
        packages: what its code imports.
    """

    by_name: dict[str, str]
    locked: frozenset[str]
    questions: frozenset[str]
    demos: dict[str, str]
    texts: frozenset[str]
    ids: frozenset[str]
    packages: frozenset[str]

    @functools.cached_property
    def by_text(self) -> dict[str, str]:
        """Text without white space → name of the locked cell or id of the demo.

        Demo cells stand there as a formatter leaves them, too, without comments.
        """
        found = {_squeezed(self.by_name[name]): name for name in self.locked}
        for key, text in self.demos.items():
            found |= {_squeezed(text): key, _plain(text): key}
        return found

    @functools.cached_property
    def prompts(self) -> dict[str, str]:
        """Grade id → how a question in words begins, without white space."""
        texts = {name: self.by_name[name] for name in self.questions}
        return {n: _squeezed(text.replace(ANSWER, "")) for n, text in texts.items()}

    @functools.cached_property
    def demo_lines(self) -> dict[str, set[str]]:
        """Id → the lines of a demo cell."""
        return {key: _lines(text) for key, text in self.demos.items()}


@functools.cache
def released_cells(lab: str) -> ReleasedCells:
    """The cells of a lab as students receive them."""
    found = manifest(lab)
    by_name = {name: cell.text for name, cell in found.graded.items()}
    return ReleasedCells(
        by_name,
        frozenset(c.grade_id for c in found.cells if c.locked),
        frozenset(name for name, c in found.graded.items() if c.kind == "markdown"),
        {c.id: c.text for c in found.cells if c.demo},
        frozenset(_squeezed(c.text) for c in found.cells),
        frozenset(c.id for c in found.cells),
        usage.imported(c.text for c in found.cells if c.kind == "code"),
    )


def match(lab: str, cells: Sequence[RawCell]) -> tuple[list[StudentCell], list[str]]:
    """The student's own cells, and a sentence about each thing that is odd."""
    return _Matching(released_cells(lab), cells).sorted_out()


@dataclass
class _Matching:
    """Works out the key of every cell: a grade id, the id of a demo, or nothing."""

    released: ReleasedCells
    cells: Sequence[RawCell]
    findings: list[str] = field(default_factory=list)

    def sorted_out(self) -> tuple[list[StudentCell], list[str]]:
        keys = [self._key(cell) for cell in self.cells]
        self._split_demos(keys)
        self._by_definition(keys)
        kept = []
        for cell, key in zip(self.cells, keys, strict=True):
            if key in self.released.locked:
                if _squeezed(cell.text) != _squeezed(self.released.by_name[key]):
                    said = f"The check cell {key!r} was edited; it is ignored."
                    self.findings.append(said)
            else:
                kept.append(self._kept(cell, key))
        self._count(keys)
        kept = self._demos(kept, [k for k in keys if k not in self.released.locked])
        return self._answers(kept), self.findings

    def _key(self, cell: RawCell) -> str:
        known = self.released.by_name
        for key in (cell.grade_id, cell.id):
            if key in known or key in self.released.demos:
                return key
        if cell.kind == "code":
            known = self.released.by_text
            return known.get(_squeezed(cell.text)) or known.get(_plain(cell.text), "")
        text = _squeezed(cell.text)
        prompts = self.released.prompts.items()
        return next((name for name, begin in prompts if text.startswith(begin)), "")

    def _split_demos(self, keys: list[str]) -> None:
        """Know a demo cell whose parts stand in several cells, as tools split them."""
        free = {
            i: _lines(self.cells[i].text)
            for i, key in enumerate(keys)
            if not key and self.cells[i].kind == "code"
        }
        for name, whole in self.released.demo_lines.items():
            own = [
                _lines(c.text)
                for c, key in zip(self.cells, keys, strict=True)
                if key == name
            ]
            parts = {i: part for i, part in free.items() if part and part <= whole}
            if parts and set().union(*own) < whole == set().union(
                *own, *parts.values()
            ):
                for i in parts:
                    keys[i] = name

    def _by_definition(self, keys: list[str]) -> None:
        """Name what lost its name: the last cell that defines a missing exercise.

        That may be a demo cell that an exercise was merged into.
        """
        own = self.released.by_name.keys() - self.released.locked
        missing = own - self.released.questions - set(keys)
        free = {"", *self.released.demos}
        for i in reversed(range(len(keys))):
            if missing and keys[i] in free and self.cells[i].kind == "code":
                for name in _defines(self.cells[i].text):
                    if name in missing and keys[i] in free:
                        keys[i] = name
                        missing.discard(name)

    def _kept(self, cell: RawCell, key: str) -> StudentCell:
        name = key if key in self.released.by_name else ""
        if name in self.released.questions:
            return StudentCell("markdown", cell.text, name, images=cell.images)
        if name and cell.kind != "code":
            kind = "Markdown" if cell.kind == "markdown" else "raw"
            self.findings.append(
                f"The cell of `{name}` is a {kind} cell. It was graded as the code "
                "cell that it is in the lab; to turn it back, press Esc, then Y."
            )
            return StudentCell("code", cell.text, name)
        kind = "code" if cell.kind == "code" else "markdown"
        own = self._is_own(cell)
        return StudentCell(kind, cell.text, name, own=own, images=cell.images)

    def _is_own(self, cell: RawCell) -> bool:
        text = _squeezed(cell.text)
        released = not text or text in self.released.texts
        hashed = HASHED_ID.fullmatch(cell.id)
        earlier = hashed and cell.id not in self.released.ids
        return not released and not earlier

    def _count(self, keys: Sequence[str]) -> None:
        present = Counter(keys)
        checks = [name for name in self.released.locked if not present[name]]
        if len(checks) > FEW:
            said = f"{len(checks)} check cells are missing, which costs nothing."
            self.findings.append(said)
        for name in self.released.by_name:
            if not present[name]:
                if name not in self.released.locked:
                    self.findings.append(_missing(name))
                elif len(checks) <= FEW:
                    self.findings.append(f"The check cell {name!r} is missing.")
            elif present[name] > 1:
                self.findings.append(f"There are {present[name]} cells {name!r}.")

    def _demos(
        self, cells: list[StudentCell], keys: Sequence[str]
    ) -> list[StudentCell]:
        """Mark the lab's own demo cells, which are not run when grading.

        A formatter or a remark changes nothing about that. An edited one runs where
        other code of the student's uses a name that is new in it.
        """
        is_demo = [key in self.released.demos for key in keys]
        rest = [
            c.text
            for c, demo in zip(cells, is_demo, strict=True)
            if c.kind == "code" and not demo
        ]
        used = set(re.findall(r"\w+", "\n".join(rest)))
        found = []
        for cell, key, demo in zip(cells, keys, is_demo, strict=True):
            if demo:
                new = _names(cell.text) - _names(self.released.demos[key])
                demo = cell.kind == "code" and not new & used
            found.append(replace(cell, demo=demo))
        return found

    def _answers(self, cells: list[StudentCell]) -> list[StudentCell]:
        """Each answer in words in one cell, wherever the student wrote it."""
        for name in sorted(self.released.questions):
            empty = self.released.by_name[name]
            own = [c for c in cells if c.name == name]
            written = [c for c in own if _squeezed(c.text) != _squeezed(empty)]
            if not written:
                strangers = [
                    c for c in cells if c.kind == "markdown" and not c.name and c.own
                ]
                if strangers:
                    prompt = empty.replace(ANSWER, "").rstrip()
                    written = [StudentCell("markdown", prompt), *strangers]
                cells = [c for c in cells if c not in strangers]
                if strangers:
                    became = "is as it was released" if own else "is missing"
                    self.findings = [
                        f"The cell of the answer {name!r} {became}, but there is new "
                        "text elsewhere; a person reads that.",
                        *(f for f in self.findings if f != _missing(name)),
                    ]
            if written:
                answer = _joined(name, written)
                place = max(
                    (i for i, c in enumerate(cells) if c.name == name),
                    default=len(cells),
                )
                cells = [
                    *(c for c in cells[:place] if c.name != name),
                    answer,
                    *(c for c in cells[place:] if c.name != name),
                ]
        return cells


def _missing(name: str) -> str:
    return f"The cell {name!r} is missing."


def _joined(name: str, cells: Iterable[StudentCell]) -> StudentCell:
    """Some cells as one answer; each image keeps a name of its own."""
    texts: dict[str, None] = {}
    images: dict[str, Image] = {}
    for cell in cells:
        text = cell.text
        for image in cell.images:
            kept = image
            while images.get(kept.name, kept) != kept:
                kept = kept._replace(name=f"{len(images)}-{image.name}")
            text = text.replace(f"attachment:{image.name}", f"attachment:{kept.name}")
            images[kept.name] = kept
        texts[text] = None
    together = tuple(images.values())
    return StudentCell("markdown", "\n\n".join(texts), name, images=together)


def _defines(text: str) -> list[str]:
    """Names of functions, classes and variables at the left margin of a cell."""
    return [*_DEFINED.findall(text), *_ASSIGNED.findall(text)]


def _names(text: str) -> set[str]:
    return {*_defines(text), *_IMPORTED.findall(text)}


@functools.lru_cache(maxsize=64)  # cells that a lab gives are the same for everybody
def _plain(text: str) -> str:
    """Code without comments, in one layout, with one kind of quotes."""
    try:
        return _squeezed("\n".join(map(ast.unparse, usage.parsed(text))))
    except RecursionError:
        return ""


def _lines(text: str) -> set[str]:
    return {squeezed for line in text.split("\n") if (squeezed := _squeezed(line))}


def _squeezed(text: str) -> str:
    """A text without white space, so that a formatter changes nothing about it."""
    return "".join(text.split()).replace(",)", ")").replace(",]", "]")


def answers(
    cells: Sequence[StudentCell], released: ReleasedCells
) -> Mapping[str, bool]:
    """Which questions in words have an answer."""
    written = {cell.name: _squeezed(cell.text) for cell in cells if cell.name}
    return {
        name: name in written and written[name] != _squeezed(released.by_name[name])
        for name in released.questions
    }

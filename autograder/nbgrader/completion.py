"""Completes HTML as nbconvert completes pages, but each shape of it only once.

nbconvert parses every page with Beautiful Soup in order to complete a few attributes.
Pages are put together from fragments; while that happens, a mark stands for each. HTML
with gaps where its marks were is its shape. The cells of a class have few shapes, since
what students write is a fragment within a cell.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

KEPT = 4096  # shapes; more would only take memory


@dataclass
class Fragment:
    """HTML in which elements are closed that are opened, from a tag to a tag.

    Attributes:
        html: with marks in it until it is complete.
        complete: whether nothing is left to be done to it.
    """

    html: str
    complete: bool = False


class Completion:
    """The fragments of a page, and the shapes of all pages so far.

    Args:
        complete: completes HTML, as nbconvert does.
    """

    def __init__(self, complete: Callable[[str], str]) -> None:
        self._complete = complete
        secret = secrets.token_hex(8)  # so that no student can write a mark
        # A mark is an element, so that the space beside it is treated as beside others.
        self._mark = re.compile(f'<wbr id="{secret}-(\\d+)"/>')
        self._numbered = f'<wbr id="{secret}-{{}}"/>'
        self._gap = f'<wbr id="{secret}"/>'
        self._between = f"</div>{secret}<div>"
        self._fragments: list[Fragment] = []
        self._shapes: dict[str, list[str]] = {}  # shape → the completed parts

    def begin(self) -> None:
        """Begin a page; marks of earlier pages are no longer known."""
        if len(self._shapes) > KEPT:
            self._shapes.clear()
        self._fragments = []

    def mark(self, fragment: Fragment) -> str:
        """A mark that stands for a fragment in this page."""
        self._fragments.append(fragment)
        return self._numbered.format(len(self._fragments) - 1)

    def finish(self, page: str) -> str:
        """The page with its fragments in place, all of it completed."""
        new = [one for one in self._fragments if not one.complete]
        self._learn(self._shape(one.html) for one in new)
        for fragment in new:  # those within others come first
            fragment.html, fragment.complete = self._filled(fragment.html), True
        shape = self._shape(page)
        if shape not in self._shapes:
            self._shapes[shape] = self._parts(self._complete(shape))
        return self._filled(page)

    def _learn(self, shapes: Iterable[str]) -> None:
        """Complete what is new among some shapes of fragments, all at once."""
        new = list(dict.fromkeys(one for one in shapes if one not in self._shapes))
        if new:
            html = self._complete(f"<div>{self._between.join(new)}</div>")
            done = html.removeprefix("<div>").removesuffix("</div>")
            for shape, one in zip(new, done.split(self._between), strict=True):
                self._shapes[shape] = self._parts(one)

    def _shape(self, html: str) -> str:
        return self._mark.sub(self._gap, html)

    def _parts(self, html: str) -> list[str]:
        return html.split(self._gap)

    def _filled(self, html: str) -> str:
        """HTML of a known shape, completed, with fragments in place of its marks."""
        first, *others = self._shapes[self._shape(html)]
        inside = [self._fragments[int(n)].html for n in self._mark.findall(html)]
        pairs = zip(inside, others, strict=True)
        return first + "".join(part for pair in pairs for part in pair)

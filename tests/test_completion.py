"""Pages are completed in pieces; the result is that of completing them whole."""

import itertools

import pytest
from bs4 import BeautifulSoup

from autograder.nbgrader.completion import KEPT, Completion, Fragment

PAGE = "<!DOCTYPE html>\n<html><body>\n   {}  \n\n {}text\n{}</body></html>"
ELEMENTS = (
    "<p class=' a  b '>x &lt; 1 &amp; y &nbsp; &quot;</p>",
    "<div>\n   <img src=x>\n\n </div>",
    "<table><tr><td>1 </td></tr></table>",
    "<pre> \n\n  a </pre>",
)


class Counting:
    """Completes as nbconvert does, and counts how much."""

    def __init__(self):
        self.asked = []

    def __call__(self, html):
        self.asked.append(html)
        soup = BeautifulSoup(html, features="html.parser")
        for image in soup.find_all("img"):
            image["alt"] = "none"
        return str(soup)


@pytest.mark.parametrize("three", list(itertools.permutations(ELEMENTS, 3)))
def test_a_page_in_pieces_is_the_page_as_a_whole(three):
    whole, pieces = Counting(), Completion(Counting())
    for _ in range(2):
        pieces.begin()
        marks = [pieces.mark(Fragment(html)) for html in three]
        assert pieces.finish(PAGE.format(*marks)) == whole(PAGE.format(*three))


def test_a_fragment_in_a_fragment():
    whole, pieces = Counting(), Completion(Counting())
    for text in ("one", "two &lt;"):
        pieces.begin()
        inner = pieces.mark(Fragment(f"<b>{text}</b>"))
        outer = pieces.mark(Fragment(f"<p>  {inner} </p>"))
        html = f"<p>  <b>{text}</b> </p>"
        assert pieces.finish(PAGE.format(outer, "", "")) == whole(
            PAGE.format(html, "", "")
        )


def test_a_shape_is_completed_once():
    completer = Counting()
    pieces = Completion(completer)
    for text in ("one", "two", "three"):
        pieces.begin()
        code = pieces.mark(Fragment(text, complete=True))
        page = pieces.finish(PAGE.format(pieces.mark(Fragment(f"<p>{code}</p>")), 1, 2))
        assert f"<p>{text}</p>" in page
    assert len(completer.asked) == 2  # the fragment, and the page around it


def test_a_complete_fragment_stays_complete_on_the_next_page():
    completer = Counting()
    pieces, one = Completion(completer), Fragment("<i>1</i>")
    for _ in range(2):
        pieces.begin()
        page = pieces.finish(PAGE.format(pieces.mark(one), "", ""))
        assert "<i>1</i>" in page
    assert len(completer.asked) == 2


def test_the_memory_is_bounded():
    pieces = Completion(Counting())
    for number in range(3):
        pieces.begin()
        marks = [pieces.mark(Fragment(f"<i>{number}.{i}</i>")) for i in range(KEPT)]
        assert f"<i>{number}.7</i>" in pieces.finish("".join(marks))
        assert len(pieces._shapes) <= 2 * KEPT + 2

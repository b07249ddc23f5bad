"""Convert students' Markdown to HTML that can be viewed without running anything.

nbconvert passes HTML in Markdown through unchanged. On a page of the Formgrader, a
student's script would run with the rights of the person who grades. `markdown2html`
replaces nbconvert's filter of the same name, there and in feedback: it renders the same
Markdown and cleans it with Bleach, on which nbconvert depends.
"""

from __future__ import annotations

import re
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TAGS = frozenset(
    {
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "center",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    }
)
_ANYWHERE = {"title", "align", "style", "dir", "lang"}
_ATTRIBUTES = {
    "a": {"href", "class"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
    "details": {"open"},
    "div": {"class"},
    "span": {"class"},
    "pre": {"class"},
    "code": {"class"},
}
_STYLES = ["color", "font-style", "font-weight", "text-align", "text-decoration"]
_PROTOCOLS = ["http", "https", "mailto", "data"]
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,")
_IGNORED = re.compile(r"[`\x00-\x20\x7f-\xa0\s]+")  # browsers ignore these in a URL
# MathJax commands that make links, set styles or load packages.
_COMMANDS = re.compile(r"\\(href|style|class|cssId|data|require)(?![A-Za-z])")


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Convert Markdown to clean HTML, including images attached to the cell.

    Args:
        context: context of the template, with the cell.
        source: Markdown.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=False, attachments=attachments)
    return clean(MarkdownWithMath(renderer=renderer).render(source))


def clean(html: str) -> str:
    """Remove everything active from HTML; what is not allowed is shown as text."""
    kept = bleach.clean(
        html,
        tags=TAGS,
        attributes=_allowed,
        protocols=_PROTOCOLS,
        css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES),
    )
    return _COMMANDS.sub(r"\\text{\1}", kept)


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "id":
        return re.fullmatch("h[1-6]", tag) is not None  # targets of links in the page
    if name not in _ANYWHERE | _ATTRIBUTES.get(tag, set()):
        return False
    address = _IGNORED.sub("", value).lower()
    if name in ("href", "src") and address.startswith("data:"):
        return tag == "img" and _IMAGE.match(address) is not None
    return True

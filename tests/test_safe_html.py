"""Students' Markdown in feedback and in the Formgrader: all of it shows, none acts."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from autograder.nbgrader.config import configure
from autograder.nbgrader.safe_html import TAGS, clean

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
LIVE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><circle r=9></svg>",
    "<iframe src='https://example.org'></iframe>",
    "<form action='https://example.org'><input name=score value=9></form>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](  JaVa&#9;script:alert(1))",
    "<a href='data:text/html,<b>'>x</a>",
    "<p style='position:fixed;top:0;background:url(https://example.org)'>x</p>",
    "<style>body {display: none}</style>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<base href='https://example.org/'>",
    "<object data='https://example.org'></object>",
    "<div id=nbgrader onclick=alert(1)>x</div>",
    r"$\href{javascript:alert(1)}{x}$",
    "```\n</code></pre><script>alert(1)</script>\n```",
)


class Seen(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def harmless(html):
    for tag, attributes in Seen(html).found:
        assert tag in TAGS
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert "position" not in (value or "") or name != "style"
            if name in ("href", "src"):
                assert not re.match(r"\s*(java|vb)script:", value or "", re.I)
                assert not value.startswith("data:") or tag == "img"
    return True


@pytest.fixture(scope="module", params=["feedback", "formgrade"])
def render(request, tmp_path_factory):
    """Makes a page of one cell as nbgrader does."""
    config = Config()
    configure(config, tmp_path_factory.mktemp("course") / "nbgrader_config.py")
    config.HTMLExporter.template_name = request.param
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    if request.param == "feedback":
        static = Path(handlers.static_path, "node_modules", "bootstrap", "dist", "css")
        config.HTMLExporter.extra_template_paths = [str(static)]
        exporter = config.GenerateFeedback.exporter_class(config=config)
    else:
        exporter = HTMLExporter(config=config)

    def page(source, attachments=None, new_cell=nbformat.v4.new_markdown_cell):
        cell = new_cell(f"BEGINNING\n\n{source}\n\nENDING")
        if attachments:
            cell.attachments = attachments
        book = nbformat.v4.new_notebook(cells=[cell])
        about = {
            "student": "ann",
            "notebook": "x",
            "assignment": "x",
            "index": 0,
            "submission_id": "x",
            "base_url": "x",
            "total": 1,
            "score": 1,
            "max_score": 1,
            "late_penalty": 0,
        }
        resources = {"nbgrader": about} | about
        html, _ = exporter.from_notebook_node(book, resources=resources)
        return html[html.index("BEGINNING") : html.index("ENDING")]

    return page


@pytest.mark.parametrize("source", LIVE)
def test_nothing_acts(render, source):
    html = render(source)
    assert harmless(html)
    assert r"\href" not in html


@pytest.mark.parametrize("source", LIVE)
def test_nothing_acts_in_raw_cells(render, source):
    assert harmless(render(source, new_cell=nbformat.v4.new_raw_cell))


def test_what_students_write_shows(render):
    html = render(
        "## Title\n\n| a | b |\n|--:|---|\n| 1 | **2** |\n\n"
        "<details><summary>more</summary>\n\ntext `x < y`\n\n</details>\n\n"
        "$a < b$ and $$\\sum_i x_i \\text{ if } x \\\\ y$$\n\n"
        "![mine](attachment:mine.png) H<sub>2</sub>O\n\n"
        "1. one\n2. two\n\n[link](https://example.org) ~~gone~~\n\n"
        "```python\nif x < 1 and y > 2: pass\n```\n",
        {"mine.png": {"image/png": PIXEL}},
    )
    tags = [tag for tag, _ in Seen(html).found]
    for tag in (
        "h2",
        "table",
        "td",
        "strong",
        "details",
        "summary",
        "code",
        "img",
        "sub",
        "ol",
        "li",
        "a",
        "del",
        "pre",
    ):
        assert tag in tags, tag
    assert "&lt;details" not in html
    assert f"data:image/png;base64,{PIXEL}" in html
    assert "a &lt; b" in html
    assert r"\sum_i x_i \text{ if } x \\ y" in html
    assert "https://example.org" in html
    assert "text-align" in html


@given(st.text(alphabet="<>/ab'\"=&;:() \n`$\\scriptonhrefjavimgd!-[]", max_size=80))
@settings(deadline=None, max_examples=300)
def test_any_text_is_harmless(text):
    assert harmless(clean(text))

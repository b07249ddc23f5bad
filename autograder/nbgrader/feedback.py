"""The pages of `nbgrader generate_feedback`, in a fraction of the time.

nbgrader's converter, preprocessors and template are used as they are, and the pages are
the same byte for byte; a test and `benchmarks/feedback.py` compare them. What costs the
time is done once instead of once for each page or cell:

- Most cells of a lab are the same in every submission. Their HTML is kept.
- nbconvert parses every page with Beautiful Soup in order to complete a few attributes.
  Here each shape of a cell, and of the page around the cells, is parsed once.
- nbconvert makes a formatter for each piece of code. Here there is one per language.
- GetGrades asks the gradebook for each cell. Here all grades of a class are read with
  three queries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import nbformat
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML, _pygments_highlight
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades
from nbgrader.server_extensions.formgrader import handlers as formgrader
from pygments.formatters import HtmlFormatter
from sqlalchemy import select
from traitlets.config import Config

from autograder.nbgrader.completion import Completion, Fragment

Key, Value = TypeVar("Key"), TypeVar("Value")
TEMPLATES = Path(__file__).parent / "templates"
# Highlighted code. Inside <pre>, nbconvert changes nothing but quotation marks.
_CODE = re.compile(
    r"(<div [^<>]*><pre>)"
    r"((?:[^<>&]|&(?:amp|lt|gt|quot|#39);|<span(?: class=\"\w+\")?>[^<>]*</span>)*)"
    r"(</pre></div>\s*)"
)
# From a tag to a tag; what HTML has at the ends is not a part of any text.
_ELEMENTS = re.compile(r"([ \n\t\f\r]*)(<[a-z].*</[a-z]+>)([ \n\t\f\r]*)", re.DOTALL)
# nbconvert completes images, and cells of JupyterLab's template.
_INCOMPLETE = re.compile("<img|jp-Notebook", re.IGNORECASE)
KEPT = 4096  # cells, and pieces of code; those used least recently are made again


@dataclass
class Grades:
    """What the gradebook has about one notebook of one student.

    Attributes:
        score: points before the penalty.
        max_score: maximum number of points.
        late_penalty: points lost because the work was late.
        cells: grade id → points and maximum.
        comments: grade id → comment.
    """

    score: float
    max_score: float
    late_penalty: float
    cells: dict[str, tuple[float, float]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The same as nested dictionaries, which JSON can hold."""
        return asdict(self)


def grades(book: Gradebook, lab: str) -> dict[tuple[str, str], Grades]:
    """What the gradebook has about every submission of a lab.

    Returns:
        Student and name of the notebook → grades.
    """
    submitted = (
        select(
            SubmittedNotebook.id,
            SubmittedAssignment.student_id,
            Notebook.name,
            SubmittedNotebook.score,
            SubmittedNotebook.max_score,
            SubmittedNotebook.late_submission_penalty,
        )
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == _HANDED_IN)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == lab)
    )
    found, by_id = {}, {}
    for row, student, notebook, score, most, penalty in book.db.execute(submitted):
        one = Grades(score, most, penalty or 0)
        found[student, notebook] = by_id[row] = one

    def about(kind: type, *columns: Any) -> Any:
        query = (
            select(kind.notebook_id, BaseCell.name, *columns)
            .join(BaseCell, kind.cell_id == BaseCell.id)
            .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment, SubmittedNotebook.assignment_id == _HANDED_IN)
            .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
            .where(Assignment.name == lab)
            .order_by(kind.notebook_id, BaseCell.name)
        )
        return book.db.execute(query)

    for row, cell, score, most in about(Grade, Grade.score, Grade.max_score):
        by_id[row].cells[cell] = (score, most)
    for row, cell, comment in about(Comment, Comment.comment):
        by_id[row].comments[cell] = comment
    return found


_HANDED_IN = SubmittedAssignment.id


class GivenGrades(GetGrades):
    """GetGrades, with the grades of the page already read from the gradebook."""

    def preprocess(self, nb, resources):
        """Write the grades into the notebook, and their sum into the resources."""
        self.given: Grades = self.parent.given
        for index, cell in enumerate(nb.cells):
            nb.cells[index], resources = self.preprocess_cell(cell, resources, index)
        about = resources["nbgrader"]
        about["score"] = self.given.score - self.given.late_penalty
        about["max_score"] = self.given.max_score
        about["late_penalty"] = self.given.late_penalty
        return nb, resources

    def _get_comment(self, cell, resources):
        about = cell.metadata.nbgrader
        about["comment"] = self.given.comments[about["grade_id"]]

    def _get_score(self, cell, resources):
        about = cell.metadata.nbgrader
        about["score"], about["points"] = self.given.cells[about["grade_id"]]


class FeedbackExporter(HTMLExporter):
    """Uses our template, which extends nbgrader's; `nbgrader generate_feedback` too."""

    @property
    def default_config(self) -> Config:
        """Where the templates and their style sheet are."""
        nbgrader = Path(formgrader.template_path)
        styles = nbgrader.parent / "static/node_modules/bootstrap/dist/css"
        found = [str(path) for path in (TEMPLATES, nbgrader, styles)]
        which = {
            "extra_template_paths": found,
            "template_file": "feedback_page.html.j2",
        }
        ours = Config({"FeedbackExporter": which})
        ours.merge(super().default_config)
        return ours

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        ours = {"kept": self.kept, "kept_cell": self.kept_cell}
        self.environment.globals.update(ours)

    def kept(self, caller: Callable[[], str]) -> str:
        """Some HTML of a page; the template calls this around it."""
        return caller()

    def kept_cell(self, cell: Any, render: Callable[[], str]) -> str:
        """The HTML of a cell; the template calls this instead of rendering it."""
        return render()


class _Given(TemplateExporter):
    """Takes the place of the template: the HTML of the page is given."""

    html = ""

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return the given HTML."""
        return self.html, resources


class _Completer(HTMLExporter, _Given):
    """What nbconvert does to the HTML of a page once the template has made it."""

    def complete(self, html: str) -> str:
        """Complete some HTML."""
        if not _INCOMPLETE.search(html):
            return str(BeautifulSoup(html, features="html.parser"))
        self.html = html
        page, _ = self.from_notebook_node(NotebookNode(metadata={}, cells=[]))
        return page


class _Highlight(Highlight2HTML):
    """nbconvert's filter for code, with one formatter for each language."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self._formatters: dict[str, HtmlFormatter] = {}

    def __call__(self, source, language=None, metadata=None):
        """Highlight code."""
        language = language or self.pygments_lexer
        if language not in self._formatters:
            name = escape(f" highlight hl-{language}")
            more = self.extra_formatter_options
            self._formatters[language] = HtmlFormatter(cssclass=name, **more)
        formatter = self._formatters[language]
        return _pygments_highlight(source or " ", formatter, language, metadata)


class PageExporter(FeedbackExporter):
    """A FeedbackExporter that keeps the HTML of cells for the pages to come."""

    given: Grades

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        completer = _Completer(config=self.config, parent=self.parent)
        self._completion = Completion(completer.complete)
        self._highlight = _Highlight(parent=self)
        self._cells: dict[str, tuple[str, Fragment | None, str]] = {}
        self._codes: dict[tuple, tuple[str, Fragment | None, str]] = {}

    def from_notebook_node(self, nb, resources=None, **kw):
        """Make the page of a notebook: what HTMLExporter does, but for completing."""
        about = nb.metadata.get("language_info", {})
        lexer = about.get("pygments_lexer", about.get("name"))
        self._highlight.pygments_lexer = lexer or "ipython3"
        resources = self._init_resources(resources)
        choose = WidgetsDataTypeFilter(self._nb_metadata, resources, parent=self)
        self.register_filter("filter_data_type", choose)
        self.register_filter("highlight_code", self._kept_code)
        self._completion.begin()
        try:
            make = TemplateExporter.from_notebook_node
            page, resources = make(self, nb, resources, **kw)
            return self._completion.finish(page), resources
        except BaseException:
            self._cells.clear()  # some are not complete
            raise

    def from_file(self, file_stream, resources=None, **kw):
        """Make the page of a notebook's file; nbconvert also validates it."""
        notebook = nbformat.convert(nbformat.reader.read(file_stream), 4)
        return self.from_notebook_node(notebook, resources, **kw)

    def _preprocess(self, nb, resources):
        """Run the steps; nbconvert also copies and validates the notebook twice."""
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return nb, resources

    def kept(self, caller: Callable[[], str]) -> str:
        """A mark for some HTML of the page's own."""
        return self._completion.mark(Fragment(caller()))

    def kept_cell(self, cell: Any, render: Callable[[], str]) -> str:
        """A mark for the HTML of a cell, and the space around it."""
        key = json.dumps(cell, sort_keys=True)
        parts = _recall(self._cells, key, lambda: _stripped(render()))
        if not parts[1]:
            del self._cells[key]  # there may be marks of this page in it
        return self._marked(parts)

    def _kept_code(self, source: str, language: Any = None, metadata: Any = None):
        """Highlighted code in which a mark stands for everything between two tags."""
        lexer = language or self._highlight.pygments_lexer
        key = (lexer, source, (metadata or {}).get("magics_language"))

        def make() -> tuple[str, Fragment | None, str]:
            return _opened(self._highlight(source, language, metadata))

        return self._marked(_recall(self._codes, key, make))

    def _marked(self, parts: tuple[str, Fragment | None, str]) -> str:
        before, fragment, after = parts
        return f"{before}{self._completion.mark(fragment) if fragment else ''}{after}"


def _recall(known: dict[Key, Value], key: Key, make: Callable[[], Value]) -> Value:
    """A value that is made once, unless it is forgotten in favour of others."""
    value = known[key] = known.pop(key) if key in known else make()
    if len(known) > KEPT:
        del known[next(iter(known))]
    return value


def _stripped(html: str) -> tuple[str, Fragment | None, str]:
    """A cell's HTML without the space around it, which is the page's."""
    if parts := _ELEMENTS.fullmatch(html):
        return parts[1], Fragment(parts[2]), parts[3]
    return html, None, ""


def _opened(html: str) -> tuple[str, Fragment | None, str]:
    """Highlighted code: the first tags, what is between them and the last tags.

    In between, completing changes nothing but quotation marks.
    """
    if parts := _CODE.fullmatch(html):
        inner = parts[2].replace("&quot;", '"').replace("&#39;", "'")
        return parts[1], Fragment(inner, complete=True), parts[3]
    return html, None, ""


class Maker:
    """Makes the feedback pages of a course.

    Args:
        config: nbgrader's configuration of the course.
    """

    def __init__(self, config: Config) -> None:
        self._course = CourseDirectory(config=config)
        self._converter = GenerateFeedback(coursedir=self._course, config=config)
        both = {"parent": self._converter, "config": self._converter.config}
        self._exporter = self._converter.exporter = PageExporter(**both)
        self._converter.writer = FilesWriter(**both)
        for step in self._converter.preprocessors:
            given = step is GetGrades
            self._exporter.register_preprocessor(GivenGrades if given else step)

    def folder(self, lab: str, student: str) -> Path:
        """Where a student's page is written."""
        place = self._course.feedback_directory
        return Path(self._course.format_path(place, student, lab))

    def write(self, lab: str, student: str, notebook: Path, given: Grades) -> None:
        """Write the page of a graded notebook, and the files beside it.

        Args:
            lab: name of the lab.
            student: whose notebook it is.
            notebook: path of the notebook in `autograded/`.
            given: what the gradebook has about it.
        """
        self._exporter.given = given
        self._converter.init_assignment(lab, student)
        self._converter.convert_single_notebook(str(notebook))
        self._converter.set_permissions(lab, student)

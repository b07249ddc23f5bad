"""The pages of `nbgrader generate_feedback`, in a fraction of the time.

nbgrader's converter, preprocessors and template are used as they are, and the pages are
the same byte for byte; a test and `benchmarks/feedback.py` compare them. What costs the
time is done once instead of once for each page or cell:

- Most cells of a lab are the same in every submission. Their HTML is kept.
- nbconvert parses every page with Beautiful Soup in order to complete a few attributes.
  Here it parses the page without its cells, and each cell once.
- GetGrades asks the gradebook for each cell. Here all grades of a class are read with
  three queries.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.writers import FilesWriter
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
from sqlalchemy import select
from traitlets.config import Config

TEMPLATES = Path(__file__).parent / "templates"
# Highlighted code. Inside <pre>, nbconvert changes nothing but quotation marks.
_CODE = re.compile(
    r"(<div [^<>]*><pre>)"
    r"((?:[^<>&]|&(?:amp|lt|gt|quot|#39);|<span(?: class=\"\w+\")?>[^<>]*</span>)*)"
    r"(</pre></div>\s*)"
)
_SPACE = re.compile(r"[ \n\t\f\r]+")
_SPACES = re.compile(r"([ \n\t\f\r]*)(.*?)([ \n\t\f\r]*)", re.DOTALL)
KEPT = 4096  # fragments of HTML; those used least recently are made again


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


class _Given(TemplateExporter):
    """Takes the place of the template: the HTML of the page is given."""

    html = ""

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return the given HTML."""
        return self.html, resources


class _Completer(HTMLExporter, _Given):
    """What nbconvert does to the HTML of a page once the template has made it."""


class PageExporter(FeedbackExporter):
    """An HTMLExporter that keeps the HTML of cells.

    While the template runs, a mark stands for the HTML of each cell. At the end, each
    mark is replaced by this HTML, completed as nbconvert completes a page. Most of it
    is highlighted code, in which completing changes nothing but quotation marks.
    """

    given: Grades

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self._secret = secrets.token_hex(8)  # so that no student can write a mark
        self._all = f'<wbr id="{self._secret}"/>'  # the mark of all cells
        self._one = re.compile(f"{self._secret}-(\\d+)-")
        self._html: list[str] = []  # by number, which is part of the mark
        self._new: list[int] = []  # what nbconvert has not completed yet
        self._cells: dict[str, str] = {}  # cell → its mark, with the space around it
        self._codes: dict[tuple, str] = {}  # source → a mark within its first HTML tags
        self._completer = _Completer(config=self.config, parent=self.parent)
        self.environment.globals["keep_cells"] = self._keep_cells
        self.environment.globals["keep_cell"] = self._keep_cell

    def register_filter(self, name, jinja_filter):
        """Register a filter; HTMLExporter does this for code with each notebook."""
        if name == "highlight_code":
            self._highlight = jinja_filter
            jinja_filter = self._keep_code
        return super().register_filter(name, jinja_filter)

    def from_notebook_node(self, nb, resources=None, **kw):
        """Make the page of a notebook."""
        if len(self._html) > KEPT:
            for kept in (self._html, self._cells, self._codes):
                kept.clear()
        page, resources = super().from_notebook_node(nb, resources, **kw)
        self._complete(nb)
        page = page.replace(self._all, self._loop)
        for _ in ("cells", "code in cells"):
            page = self._one.sub(lambda mark: self._html[int(mark[1])], page)
        return page, resources

    def _preprocess(self, nb, resources):
        """Run the steps; nbconvert also copies and validates the notebook twice."""
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        return nb, resources

    def _keep(self, html: str) -> str:
        """A mark for some HTML."""
        self._html.append(html)
        return f"{self._secret}-{len(self._html) - 1}-"

    def _keep_cells(self, render: Callable[[], str]) -> str:
        """A mark for all cells of the page; the template calls this."""
        before, cells, after = _SPACES.fullmatch(render()).groups()
        # Beautiful Soup reduces the space between two elements to one character.
        self._loop = _SPACE.sub(lambda m: "\n" if "\n" in m[0] else " ", cells)
        return f"{before}{self._all if cells else ''}{after}"

    def _keep_cell(self, cell: Any, render: Callable[[], str]) -> str:
        """A mark for the HTML of a cell; the template calls this."""
        key = json.dumps(cell, sort_keys=True)
        if key not in self._cells:
            html = render()
            before, inner, after = _SPACES.fullmatch(html).groups()
            if inner:
                self._new.append(len(self._html))
            self._cells[key] = f"{before}{inner and self._keep(inner)}{after}"
        return self._cells[key]

    def _keep_code(self, source: str, language: Any = None, metadata: Any = None):
        """Highlighted code in which a mark stands for everything between two tags."""
        lexer = language or self._highlight.pygments_lexer
        key = (lexer, source, (metadata or {}).get("magics_language"))
        if key not in self._codes:
            html = self._highlight(source, language, metadata)
            if parts := _CODE.fullmatch(html):
                inner = parts[2].replace("&quot;", '"').replace("&#39;", "'")
                html = f"{parts[1]}{self._keep(inner)}{parts[3]}"
            self._codes[key] = html
        return self._codes[key]

    def _complete(self, nb: Any) -> None:
        """Let nbconvert complete the HTML of new cells."""
        between = f"</div>{self._secret}<div>"
        given = between.join(self._html[number] for number in self._new)
        self._completer.html = f"<div>{given}</div>"
        page, _ = self._completer.from_notebook_node(nb)
        done = page.removeprefix("<div>").removesuffix("</div>").split(between)
        for number, html in zip(self._new, done, strict=bool(self._new)):
            self._html[number] = html
        self._new.clear()


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

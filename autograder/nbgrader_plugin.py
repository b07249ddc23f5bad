"""What nbgrader's own commands use of the judge; `nbgrader_config.py` plugs it in.

Formgrader, gradebook, manual grading, feedback and export stay stock: they only ever
see a clean notebook whose check cells hold a message and a number of points.
"""

from __future__ import annotations

import functools
import secrets
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade, parse_utc

from autograder import build, check
from autograder.cases import Cases, Pool
from autograder.intake import take_in
from autograder.judge import Judge
from autograder.restore import RESTORED, outputs, remarks_cell, restore
from autograder.sandbox import Sandboxed, shared


class IntakeExporter(NotebookExporter):
    """Reads a submission through the intake, so that no file can stop the run."""

    def from_filename(self, filename, resources=None, **kw):
        """Convert a file; a submitted one, unlike an autograded one, is cleaned."""
        nbgrader = (resources or {}).get("nbgrader", {})
        if not self._is_submission():
            return super().from_filename(filename, resources, **kw)
        transport = Sandboxed(shared())
        try:
            intake = take_in(
                Path(filename), nbgrader.get("assignment", ""), transport.read
            )
        finally:
            transport.close()
        if intake.error:
            self.log.warning("%s: %s", filename, intake.error)
        return self.from_notebook_node(
            nbformat.from_dict(restore(intake)), resources, **kw
        )

    def cases_of(self, student: str, lab: str) -> Cases:
        """The hidden cases of a student; nbgrader makes an exporter for each run."""
        if lab not in self._pools:
            self._pools[lab] = Pool(check.load(lab), secrets.token_hex(16))
        return self._pools[lab].of(student)

    @functools.cached_property
    def _pools(self) -> dict[str, Pool]:
        return {}

    def _is_submission(self) -> bool:
        return bool(getattr(self.parent, "_sanitizing", False))


class JudgeExecute(NbGraderPreprocessor):
    """Takes the place of nbgrader's Execute: judges instead of running test cells."""

    def preprocess(self, nb, resources):
        """Write each check cell's points and message as its output."""
        about = resources["nbgrader"]
        lab, student = about["assignment"], about["student"]
        cells = [c.source for c in nb.cells if c.cell_type == "code" and _is_own(c)]
        cases = self.parent.cases_of(student, lab)
        transport = Sandboxed(shared(), lab=lab)
        try:
            transport.run(lab, cells)
            results = Judge(cases, cells).grade(transport)
        finally:
            transport.close()
        said = [nbformat.from_dict(cell) for cell in remarks_cell(transport.errors)]
        nb.cells = said + nb.cells
        by_name = {build.CHECK_PREFIX + result.name: result for result in results}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            result = by_name.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if result:
                cell.outputs = [nbformat.from_dict(o) for o in outputs(result)]
        return nb, resources


class SaveScores(NbGraderPreprocessor):
    """Enters scores and comments as nbgrader's SaveAutoGrades does, all at once.

    SaveAutoGrades asks the gradebook for each cell by itself, and commits after each.
    """

    def preprocess(self, nb, resources):
        """Read each graded cell, then write."""
        about = resources["nbgrader"]
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell
                 for cell in nb.cells}  # fmt: skip
        with Gradebook(about["db_url"]) as book:
            names = about["notebook"], about["assignment"], about["student"]
            submitted = book.find_submission_notebook(*names)
            official = submitted.notebook
            names = {cell.id: cell.name for cell in
                     (*official.grade_cells, *official.solution_cells)}  # fmt: skip
            for grade in submitted.grades:
                if cell := cells.get(names.get(grade.cell_id)):
                    grade.auto_score, _ = determine_grade(cell, self.log)
                    seen = grade.manual_score is not None
                    grade.needs_manual_grade = seen or grade.auto_score is None
            for comment in submitted.comments:
                if cell := cells.get(names.get(comment.cell_id)):
                    checksum = cell.metadata["nbgrader"].get("checksum")
                    silent = checksum == compute_checksum(cell)
                    comment.auto_comment = "No response." if silent else None
            book.db.commit()
        return nb, resources


def clean_folder(assignment: str, student: str, notebooks: list[str]) -> None:
    """Take away what nbgrader would follow or stumble over beside the notebooks.

    nbgrader copies what links point to, and gives up on a time it cannot read.

    Args:
        assignment: as nbgrader was called; may be a pattern.
        student: the same.
        notebooks: the files that are about to be converted.
    """
    for folder in {Path(name).parent for name in notebooks}:
        for path in folder.rglob("*"):
            odd = path.is_symlink() or not (path.is_file() or path.is_dir())
            if odd and path.suffix != ".ipynb":  # the intake refuses odd notebooks
                path.unlink()
        time = folder / "timestamp.txt"
        if time.is_file() and not _is_time(time):
            time.unlink()


def _is_time(path: Path) -> bool:
    if path.stat().st_size > 200:
        return False
    try:
        parse_utc(path.read_text(encoding="utf-8").strip())
    except (ValueError, OverflowError):
        return False
    return True


def _is_own(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell of a restored notebook was written by the student."""
    locked = cell.metadata.get("nbgrader", {}).get("locked")
    return not locked and not {"demo", RESTORED} & set(cell.metadata.get("tags", ()))

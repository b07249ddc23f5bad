"""What nbgrader's own commands use of the judge; `nbgrader_config.py` plugs it in.

Formgrader, gradebook, manual grading, feedback and export stay stock: they only ever
see a clean notebook whose check cells hold a message and a number of points.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import build, check
from autograder.cases import Cases
from autograder.intake import take_in
from autograder.judge import Judge
from autograder.restore import restore
from autograder.results import QuestionResult
from autograder.sandbox import Sandboxed, shared
from autograder.seeds import seed_for


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
        return self.from_notebook_node(restore(intake), resources, **kw)

    def _is_submission(self) -> bool:
        return bool(getattr(self.parent, "_sanitizing", False))


class JudgeExecute(NbGraderPreprocessor):
    """Takes the place of nbgrader's Execute: judges instead of running test cells."""

    def preprocess(self, nb, resources):
        """Write each check cell's points and message as its output."""
        about = resources["nbgrader"]
        lab, student = about["assignment"], about["student"]
        cells = [c.source for c in nb.cells if c.cell_type == "code" and _is_own(c)]
        seed = seed_for(student, lab, secrets.token_hex(8))
        transport = Sandboxed(shared())
        try:
            transport.run(lab, cells)
            results = Judge(Cases(check.load(lab), seed), cells).grade(transport)
        finally:
            transport.close()
        by_name = {build.CHECK_PREFIX + result.name: result for result in results}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            result = by_name.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if result:
                cell.outputs = outputs(result)
        return nb, resources


def _is_own(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell of a restored notebook was written by the student."""
    graded = cell.metadata.get("nbgrader", {})
    return not graded.get("locked") and "demo" not in cell.metadata.get("tags", ())


def outputs(result: QuestionResult) -> list[nbformat.NotebookNode]:
    """A message for the reader, and the points in the form nbgrader reads."""
    lines = [result.message]
    lines += [
        f"  ✘ {case.call}\n      {case.message}"
        for case in result.cases
        if not case.passed
    ]
    points = repr(float(result.score or 0))
    return [
        new_output("stream", name="stdout", text="\n".join(lines) + "\n"),
        new_output("execute_result", {"text/plain": points}, execution_count=None),
    ]

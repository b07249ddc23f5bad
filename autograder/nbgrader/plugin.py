"""How nbgrader's own commands use the judge; `nbgrader_config.py` plugs this in.

Formgrader, gradebook, manual grading, feedback and export are nbgrader's own: they only
ever see a clean notebook whose check cells contain a message and a number of points.
"""

from __future__ import annotations

import fnmatch
import functools
import glob
import logging
import os
import secrets
from dataclasses import replace
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade

from autograder import paths
from autograder.authoring.manifest import manifest
from autograder.checks import check
from autograder.grading.cases import Cases, Pool
from autograder.grading.collect import in_folder, passed_over
from autograder.grading.intake import MAX_BYTES, Intake
from autograder.grading.matching import StudentCell
from autograder.grading.results import readable
from autograder.grading.submission import Submission, grade, read
from autograder.nbgrader.restore import (
    REMARKS,
    RESTORED,
    outputs,
    restore,
    with_remarks,
)
from autograder.sandbox.host import SandboxSession
from autograder.timestamp import handed_in

LOG = logging.getLogger(__name__)
MAX_BESIDE = MAX_BYTES  # for all other files that were handed in with a notebook


class IntakeExporter(NotebookExporter):
    """Reads a submission through the intake, so that no file can stop the run."""

    def from_filename(self, filename, resources=None, **kw):
        """Convert a file; submitted files are cleaned, autograded files are not."""
        nbgrader = (resources or {}).get("nbgrader", {})
        if not self._is_submission():
            return super().from_filename(filename, resources, **kw)
        lab = nbgrader.get("assignment", "")

        wanted = Path(filename)
        found, beside = in_folder(wanted.parent, lab)
        path = found or wanted

        remarks = passed_over(path.name, beside)
        student = str(nbgrader.get("student"))
        handed_in = replace(Submission.of(path, student, lab), remarks=remarks)
        intake = read(handed_in, SandboxSession(lab=lab))
        for said in filter(None, (intake.error, *remarks)):
            self.log.warning("%s: %s", readable(str(path)), said)
        if intake.error:
            self.not_graded.append(f"{student}: {intake.error}")
        return self.from_notebook_node(
            nbformat.from_dict(restore(intake)), resources, **kw
        )

    @functools.cached_property
    def not_graded(self) -> list[str]:
        """A sentence about each submission of this run that could not be read."""
        return []

    def cases_of(self, student: str, lab: str) -> Cases:
        """The hidden cases of a student; nbgrader creates one exporter per run."""
        if lab not in self._pools:
            self._pools[lab] = Pool(check.load(lab), secrets.token_hex(16))
        return self._pools[lab].of(student)

    @functools.cached_property
    def _pools(self) -> dict[str, Pool]:
        return {}

    def _is_submission(self) -> bool:
        return bool(getattr(self.parent, "_sanitizing", False))


def find_notebooks(converter: Autograde) -> None:
    """Find submissions in any form; nbgrader itself finds only `*.ipynb` of one name.

    Each is treated as the lab's notebook; the exporter reads the file that counts.
    """
    course = converter.coursedir
    pattern = converter._format_source(course.assignment_id, course.student_id)
    converter.assignments, converter.notebooks = {}, []
    for place in glob.glob(pattern):
        folder = Path(place)
        if folder.name not in paths.lab_names():
            found = sorted(map(str, folder.glob(f"{course.notebook_id}.ipynb")))
        else:
            name = paths.released_path(folder.name)
            wanted = fnmatch.fnmatch(name.stem, course.notebook_id)
            there = wanted and in_folder(folder, folder.name)[0]
            found = [os.path.join(place, name.name)] if there else []
        if found:
            converter.assignments[place] = found
        else:
            converter.log.warning("There is no notebook in %s.", readable(place))
    if not converter.assignments:
        said = f"There is nothing to grade in {pattern}."
        converter.log.error("%s", said)
        raise NbGraderException(said)


def convert_notebooks(converter: Autograde) -> None:
    """Grade all; if a submission could not be read, the command fails at the end.

    Raises:
        NbGraderException: names the submissions that could not be read.
    """
    BaseConverter.convert_notebooks(converter)
    if said := converter.exporter.not_graded:
        for sentence in said:
            converter.log.error("Not graded: %s", readable(sentence))
        raise NbGraderException(f"{len(said)} could not be graded.")


class JudgeExecute(NbGraderPreprocessor):
    """Replaces nbgrader's Execute step: judges instead of running test cells."""

    def preprocess(self, nb, resources):
        """Write each check cell's points and message as its output."""
        about = resources["nbgrader"]
        lab, student = about["assignment"], about["student"]
        intake = Intake(lab, tuple(map(_student_cell, nb.cells)))
        handed_in = Submission(student, lab, "", intake=intake)
        result = grade(
            handed_in,
            lambda lab: self.parent.cases_of(student, lab),
            SandboxSession(lab=lab),
        )
        if result.error:
            self.log.error("%s: %s", readable(student), result.error)
        said = [result.error] if result.error else result.findings
        nb.cells = [nbformat.from_dict(cell) for cell in with_remarks(nb.cells, said)]
        known = manifest(lab).questions
        automatic = [q for q in result.questions if known[q.name].automatic]
        by_name = {known[q.name].grade_id: q for q in automatic}
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            question = by_name.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
            if question:
                cell.outputs = [nbformat.from_dict(o) for o in outputs(question)]
        return nb, resources


class SaveScores(NbGraderPreprocessor):
    """Enters scores and comments as nbgrader's SaveAutoGrades does, all at once.

    SaveAutoGrades queries the gradebook for each cell separately, and commits each.
    """

    def preprocess(self, nb, resources):
        """Read each graded cell, then write."""
        about = resources["nbgrader"]
        cells = {
            cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells
        }
        with Gradebook(about["db_url"]) as book:
            names = about["notebook"], about["assignment"], about["student"]
            submitted = book.find_submission_notebook(*names)
            official = submitted.notebook
            names = {
                cell.id: cell.name
                for cell in (*official.grade_cells, *official.solution_cells)
            }
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
    """Remove files beside the notebooks that nbgrader could not handle safely.

    nbgrader copies what links point to, fails on a timestamp it cannot read, and writes
    sparse files in full. Files that are too large are moved to the course's
    `.autograder/too_large/`.

    Args:
        assignment: as given to nbgrader; may be a pattern.
        student: likewise.
        notebooks: the files that are about to be converted.
    """
    for folder in {Path(name).parent for name in notebooks}:
        left = MAX_BESIDE
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".ipynb":  # intake refuses unusual notebooks
                continue
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                path.unlink()
            elif path.is_file():
                left -= (size := path.stat().st_size)
                if left < 0:
                    left += size
                    _put_away(path)
        time = folder / "timestamp.txt"
        if time.is_file() and handed_in(folder) is None:
            LOG.warning(
                "%s cannot be read as a time and was removed; it is not known whether "
                "the submission is late.",
                readable(str(time)),
            )
            time.unlink()


def _put_away(path: Path) -> None:
    """Move a file that is too large to a place where nbgrader does not copy it."""
    kept = Path(".autograder", "too_large", *path.absolute().parts[-4:])
    kept.parent.mkdir(parents=True, exist_ok=True)
    path.replace(kept)
    LOG.warning(
        "%s is too large to be copied beside a notebook; it is kept in %s.",
        readable(str(path)),
        readable(str(kept)),
    )


def _student_cell(cell: nbformat.NotebookNode) -> StudentCell:
    """A cell of a restored notebook; only what a student wrote is run as code."""
    grading = cell.metadata.get("nbgrader", {})
    tags = set(cell.metadata.get("tags", ()))
    ours = grading.get("locked") or {"demo", REMARKS, RESTORED} & tags
    name = grading.get("grade_id", "")
    return StudentCell(cell.cell_type, cell.source, name, demo=bool(ours))

"""nbgrader's configuration of a course; a `nbgrader_config.py` in its folder calls it.

from autograder.nbgrader.config import configure
configure(get_config(), __file__)
"""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import Autograde
from nbgrader.preprocessors import (
    AssignLatePenalties,
    ClearHiddenTests,
    GetGrades,
    SaveCells,
)
from nbgrader.server_extensions.formgrader import handlers as formgrader
from traitlets.config import Config

from autograder import paths
from autograder.authoring import source, stamps
from autograder.authoring.steps import RELEASE_STEPS, SAVE_AT
from autograder.nbgrader import safe_html
from autograder.nbgrader.feedback import TEMPLATES, FeedbackExporter

_SOLUTION = re.compile(
    r"^### BEGIN SOLUTION$(.*?)^### END SOLUTION$", re.MULTILINE | re.DOTALL
)
LOG = logging.getLogger(__name__)
_PLUGIN = "autograder.nbgrader.plugin"
DATABASE_VARIABLE = "NBGRADER_DB_URL"
SOURCE_LINK = "source"  # in a course's folder, to the sources of the labs
EXCHANGE_VARIABLE = "NBGRADER_EXCHANGE"


def configure(c: Config, file: str | Path) -> None:
    """Set up nbgrader for the course in the folder of `file`.

    This builds stale source notebooks, so that `nbgrader generate_assignment` and the
    Formgrader's button find them in a fresh clone.

    Args:
        c: nbgrader's configuration.
        file: the configuration file, whose folder is the root of the course.
    """
    root = Path(file).resolve().parent
    find_programs()
    for lab in paths.lab_names():
        try:
            stamps.build_source(lab)
        except Exception as error:  # an author is editing it; continue with the others
            LOG.warning("The source of %s cannot be built: %s", lab, error)
    c.CourseDirectory.course_id = "deep-learning"
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.db_url = os.environ.get(
        DATABASE_VARIABLE, f"sqlite:///{root / 'gradebook.db'}"
    )
    # The Formgrader links to the sources; a link works only within the folder.
    inside = root / SOURCE_LINK
    linked = inside.is_dir() and inside.resolve() == paths.SOLUTIONS.resolve()
    c.CourseDirectory.source_directory = SOURCE_LINK if linked else str(paths.SOLUTIONS)
    c.CourseDirectory.release_directory = str(root / paths.LABS.name)
    # A source's text notebook contains the answers; only the notebook is released.
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.py", "*.pyc"]
    # <student>_<anything>_<notebook>, as learning-management systems name files.
    labs = "|".join(paths.lab_names())
    c.FileNameCollectorPlugin.named_regexp = (
        rf"(?:.*[/\\])?(?P<student_id>[^_/\\]+)_(?:.*_)?(?P<file_id>(?:{labs})_[a-z_]+)"
    )
    # nbgrader needs a folder there that everybody may write to. Whoever hands out and
    # collects through it makes that folder; none is left open beside the gradebook.
    c.Exchange.root = os.environ.get(EXCHANGE_VARIABLE, str(root / "exchange"))

    c.GenerateAssignment.preprocessors = _release_steps()
    # nbgrader has no setting for the files it accepts, nor for its exit status.
    Autograde.init_notebooks = _find_notebooks
    Autograde.convert_notebooks = _convert_notebooks
    # Only grading needs the plug-in, so nbgrader is given names and loads it then.
    c.Autograde.exporter_class = f"{_PLUGIN}.IntakeExporter"
    c.Autograde.pre_convert_hook = f"{_PLUGIN}.clean_folder"
    # The exporter returns a clean notebook whose graded cells are our own, so the
    # steps that would clear, overwrite and check them have nothing to do.
    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = [
        f"{_PLUGIN}.JudgeExecute",
        f"{_PLUGIN}.SaveScores",
        AssignLatePenalties,
    ]
    # In feedback and in the Formgrader, a student's Markdown is only displayed.
    c.TemplateExporter.filters = {
        "markdown2html": safe_html.markdown2html,
        "question": question,
        "rubric": rubric,
    }
    # The Formgrader's page with the rubric; it extends nbgrader's.
    c.HTMLExporter.template_file = "formgrade_page.html.j2"
    c.HTMLExporter.extra_template_paths = [str(TEMPLATES), formgrader.template_path]
    c.GenerateFeedback.exporter_class = FeedbackExporter
    # Hidden tests stay hidden in the feedback that students receive.
    c.GenerateFeedback.preprocessors = [
        GetGrades,
        ClearHiddenTests,
        CSSHTMLHeaderPreprocessor,
    ]


def find_programs() -> None:
    """Make sure that `alembic`, which nbgrader starts by name, is found."""
    folder = str(Path(sys.executable).parent)
    if folder not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + os.environ.get("PATH", "")


def _release_steps() -> list[type]:
    """The builder's steps, with nbgrader's gradebook entry at the right position."""
    return [*RELEASE_STEPS[:SAVE_AT], SaveCells, *RELEASE_STEPS[SAVE_AT:]]


def _find_notebooks(converter: Autograde) -> None:
    from autograder.nbgrader import plugin

    plugin.find_notebooks(converter)


def _convert_notebooks(converter: Autograde) -> None:
    from autograder.nbgrader import plugin

    plugin.convert_notebooks(converter)


def question(grade_id: str) -> str:
    """The name of the question that a graded cell is about; a filter of templates."""
    return grade_id.removeprefix(source.CHECK_PREFIX)


def rubric(grade_id: str, lab: str) -> str:
    """The reference answer and the rubric of a question in words; empty for others."""
    if lab not in paths.lab_names():
        return ""
    cell = source.read(lab).named("question").get(grade_id)
    found = _SOLUTION.search(cell.text) if cell else None
    return found[1].strip() if found else ""

"""A course's folder as nbgrader's configuration describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from autograder.nbgrader.config import configure

CONFIGURATION = "nbgrader_config.py"


@dataclass(frozen=True)
class Course:
    """Where submissions come from and where results go.

    Attributes:
        root: the course's folder.
        config: nbgrader's configuration.
        url: URL of the gradebook.
        name: name of the course in the gradebook.
        submitted: folder with `<student>/<lab>/<notebook>.ipynb`.
        autograded: folder with the same structure.
        feedback: folder with the same structure, for the pages that go back.
    """

    root: Path
    config: Config
    url: str
    name: str
    submitted: Path
    autograded: Path
    feedback: Path

    def notes(self, name: str) -> Path:
        """A file in which the grader stores something about the course."""
        folder = self.root / ".autograder"
        folder.mkdir(exist_ok=True)
        return folder / name


def open_course(root: Path) -> Course:
    """The course in a folder, as configured by its `nbgrader_config.py`, if any."""
    root = root.resolve()
    if (root / CONFIGURATION).is_file():
        config = PyFileConfigLoader(CONFIGURATION, path=str(root)).load_config()
    else:
        config = Config()
        configure(config, root / CONFIGURATION)
    found = CourseDirectory(config=config)
    return Course(
        root=root,
        config=config,
        url=found.db_url,
        name=found.course_id,
        submitted=root / found.submitted_directory,
        autograded=root / found.autograded_directory,
        feedback=root / found.feedback_directory,
    )

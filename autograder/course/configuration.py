"""A course's folder as nbgrader's configuration describes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy
import sqlalchemy.exc
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config, PyFileConfigLoader

from autograder.errors import Refused
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
    """The course in a folder, as configured by its `nbgrader_config.py`, if any.

    Raises:
        Refused: the gradebook's address names no database that can be used here.
    """
    root = root.resolve()
    if (root / CONFIGURATION).is_file():
        config = PyFileConfigLoader(CONFIGURATION, path=str(root)).load_config()
    else:
        config = Config()
        configure(config, root / CONFIGURATION)
    found = CourseDirectory(config=config)
    _check_driver(found.db_url)
    return Course(
        root=root,
        config=config,
        url=found.db_url,
        name=found.course_id,
        submitted=root / found.submitted_directory,
        autograded=root / found.autograded_directory,
        feedback=root / found.feedback_directory,
    )


def _check_driver(url: str) -> None:
    """Load the driver of a database, without connecting to it."""
    try:
        sqlalchemy.create_engine(url)
    except ModuleNotFoundError as error:
        raise Refused(
            f"The gradebook's database needs the package {error.name!r}, which is not "
            f"installed here: `pip install {error.name}`."
        ) from None
    except sqlalchemy.exc.ArgumentError as error:  # includes an unknown system
        raise Refused(
            f"The gradebook's address (`db_url`) cannot be used: {error}. Write it "
            "like sqlite:////folder/gradebook.db."
        ) from None

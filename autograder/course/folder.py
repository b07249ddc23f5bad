"""Make a course's folder, or update our part of it and keep the instructor's part."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

from autograder import paths
from autograder.course.configuration import CONFIGURATION
from autograder.errors import Refused
from autograder.nbgrader.config import SOURCE_LINK
from helpers import files

_BEGIN, _END = "# autograder: begin", "# autograder: end"
_BLOCK = f"""\
{_BEGIN} (`autograder new-class` updates these lines)
import sys

SOURCE = {{source!r}}  # the checkout of the course
if SOURCE not in sys.path:
    sys.path.insert(0, SOURCE)
from autograder.nbgrader.config import configure

configure(get_config(), __file__)
{_END}
"""
_YOURS = """
# Your own settings begin here; `autograder new-class` does not change them.
c = get_config()
# c.CourseDirectory.course_id = "deep-learning-2027"
# c.CourseDirectory.db_url = "postgresql+psycopg2://USER@HOST/DATABASE"
# A penalty of 10 per cent for each day or part of a day after the due date:
# c.AssignLatePenalties.plugin_class = "autograder.nbgrader.late.PercentPerDay"
# c.PercentPerDay.percent = 10
# c.PercentPerDay.grace_hours = 1
"""
_IGNORED = """\
# Files that name students do not belong in a repository.
/source
/submitted/
/autograded/
/feedback/
/downloaded/
/exchange/
/rosters/
/unmatched.csv
/gradebook.db*
/.autograder/
"""


def configure(folder: Path) -> str:
    """Write nbgrader's configuration, or our part of it.

    Args:
        folder: the course's folder, which exists.

    Returns:
        What was done, in one sentence.

    Raises:
        Refused: our part cannot be distinguished from the instructor's.
    """
    path = folder / CONFIGURATION
    block = _BLOCK.format(source=str(paths.ROOT))
    if not path.exists():
        files.write(path, block + _YOURS)
        return f"{CONFIGURATION}: written; your own settings go at its end."
    text = path.read_text(encoding="utf-8")
    pattern = rf"^{_BEGIN}.*?^{_END}\n?"
    found = re.findall(pattern, text, flags=re.M | re.S)
    if len(found) > 1 or (not found and (_BEGIN in text or _END in text)):
        raise Refused(
            f"{path} must have one line `{_BEGIN}` and one `{_END}` after it; "
            "nothing was changed."
        )
    if found == [block]:
        return f"{CONFIGURATION}: up to date."
    if found:
        files.write(path, text.replace(found[0], block))
        return f"{CONFIGURATION}: our lines were updated, yours kept."
    if "configure(get_config()" in text:
        return f"{CONFIGURATION}: yours, and it calls `configure`; left unchanged."
    files.write(path, f"{block}\n{text}")
    return f"{CONFIGURATION}: our lines were put before yours, which were kept."


def link_sources(folder: Path) -> None:
    """Link the sources of the labs, where the system can; the Formgrader opens them.

    Args:
        folder: the course's folder.
    """
    link = folder / SOURCE_LINK
    if link.is_symlink() and link.resolve() != paths.SOLUTIONS.resolve():
        link.unlink()  # to an earlier checkout
    if not link.exists():
        with contextlib.suppress(OSError):
            link.symlink_to(paths.SOLUTIONS, target_is_directory=True)


def ignore(folder: Path) -> None:
    """Write `.gitignore` if there is none."""
    path = folder / ".gitignore"
    if not path.exists():
        path.write_text(_IGNORED, encoding="utf-8")


def keep_roster(folder: Path, file: Path, content: bytes) -> Path:
    """Keep a copy of a roster, beside earlier ones of the same name.

    Args:
        folder: the course's folder.
        file: path of the original roster.
        content: content of the roster.
    """
    place = folder / "rosters"
    place.mkdir(exist_ok=True)
    for number in range(1, 10_000):
        more = f"-{number}" if number > 1 else ""
        path = place / f"{file.stem}{more}{file.suffix}"
        if path.is_file() and path.read_bytes() == content:
            return path
        if not path.exists():
            path.write_bytes(content)
            return path
    raise Refused(f"{place} contains too many rosters; remove some.")


def renew_labs(folder: Path, labs: Sequence[str]) -> list[str]:
    """Update the labs that were already released in this folder; release no others.

    Only files that the course's builder wrote are changed.

    Args:
        folder: the course's folder.
        labs: names of all labs.

    Returns:
        Names of the labs whose notebook changed.
    """
    from autograder.authoring import build

    changed = []
    for lab in labs:
        path = folder / paths.LABS.name / lab / paths.released_path(lab).name
        if not path.is_file():
            continue
        text = build.serialize(build.release_notebook(lab))
        if path.read_text(encoding="utf-8") != text:
            files.write(path, text)
            changed.append(lab)
    return changed

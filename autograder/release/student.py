"""The student package: what learners need for the labs, and nothing else.

Only files named here are included. Notebooks must match their sources, so that no
half-filled copy is handed out.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder import paths
from autograder.authoring import build, source
from autograder.errors import Refused

NAME = "deep-learning-labs"
MAP = "labs/START.ipynb"
README = Path(__file__).parent / "student_readme.md"
_SHARED = ("LICENSE", "requirements.lock", "datasets/CREDITS.md", "datasets/SHA256SUMS")
_FOLDERS = (("helpers", "*.py"), ("datasets/licenses", "*"), ("datasets/sheets", "*"))


def version() -> str:
    """The course's version."""
    return _project()["version"]


def files(labs: Sequence[str]) -> dict[str, bytes]:
    """The content of the package.

    Args:
        labs: names of the labs to include.

    Returns:
        Name in the archive → content.

    Raises:
        Refused: a notebook is stale, or its public checks are missing.
    """
    found = {name: paths.ROOT / name for name in (*_SHARED, *_datasets())}
    for folder, pattern in _FOLDERS:
        for path in (paths.ROOT / folder).rglob(pattern):
            if path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(paths.ROOT).as_posix()] = path
    content = {name: path.read_bytes() for name, path in found.items()}
    for lab in labs:
        content |= _lab(lab)
    if _is_whole(labs):
        wanted = [MAP, *(f"docs/pictures/{lab}.png" for lab in labs)]
        content |= {
            name: (paths.ROOT / name).read_bytes()
            for name in wanted
            if (paths.ROOT / name).is_file()
        }
    content["README.md"] = readme(labs).encode()
    content["datasets/README.md"] = data_page().encode()
    content["pyproject.toml"] = pyproject().encode()
    content["environment.yml"] = environment().encode()
    return {f"{NAME}/{name}": data for name, data in content.items()}


def _is_whole(labs: Sequence[str]) -> bool:
    """Whether these are all labs, so that every link of the map works."""
    return set(labs) == set(paths.lab_names())


def _datasets() -> Iterator[str]:
    for path in sorted((paths.ROOT / "datasets").glob("*.h5")):
        yield path.relative_to(paths.ROOT).as_posix()


def _lab(lab: str) -> dict[str, bytes]:
    notebook = build.released_path(lab)
    public = paths.PUBLIC_CHECKS / f"{lab}.h5"
    right = build.serialize(build.release_notebook(lab)).encode()
    held = notebook.read_bytes() if notebook.is_file() else b""
    if held != right or not public.is_file():
        raise Refused(
            f"{lab} does not match its source; run `autograder build {lab}` first."
        )
    return {
        notebook.relative_to(paths.ROOT).as_posix(): right,
        public.relative_to(paths.ROOT).as_posix(): public.read_bytes(),
    }


def readme(labs: Sequence[str]) -> str:
    """The page that greets a student, with a list of the labs."""
    lines = [f"- [The map of the course]({MAP})"] if _is_whole(labs) else []
    for lab in labs:
        written = source.read(lab)
        title = re.match(r"# (.+)", written.cells[0].text).group(1)
        lines.append(f"- [{lab}](labs/{lab}/{written.title}.ipynb) {title}")
    return README.read_text(encoding="utf-8").replace("LIST", "\n".join(lines))


def data_page() -> str:
    """The data's origins, licences and checksums, without how the files are built."""
    text = (paths.ROOT / "datasets" / "README.md").read_text(encoding="utf-8")
    table = text.partition("<!-- table: begin")[2].partition("-->\n")[2]
    listed = table.partition("<!-- table: end")[0]
    if not listed:
        raise Refused("datasets/README.md has lost its table of origins and licences.")
    return (
        "# Data\n\nWhere each file comes from and what its licence is. "
        "`python -m helpers.data verify` compares\nthem with their checksums; "
        f"pictures are credited in [CREDITS.md](CREDITS.md).\n\n{listed}"
    )


def pyproject() -> str:
    """The `pyproject.toml` without the grader, which students install."""
    project = _project()
    kept = ("name", "version", "description", "license", "requires-python")
    lines = [f"{key} = {json.dumps(project[key])}" for key in kept]
    needs = "".join(f"    {json.dumps(one)},\n" for one in project["dependencies"])
    return (
        '[build-system]\nrequires = ["setuptools>=77"]\n'
        'build-backend = "setuptools.build_meta"\n\n'
        f"[project]\n{chr(10).join(lines)}\ndependencies = [\n{needs}]\n\n"
        '[tool.setuptools.packages.find]\ninclude = ["helpers*"]\n'
    )


def environment() -> str:
    """The conda environment without what only grading needs."""
    text = (paths.ROOT / "environment.yml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "# grading:" not in line]
    return "\n".join(kept).replace("helpers and autograder,", "helpers,") + "\n"


def _project() -> dict:
    text = (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    # A sentence about the grader would not help a student.
    project = tomllib.loads(text)["project"]
    return project | {"description": project["description"].split(", with")[0] + "."}

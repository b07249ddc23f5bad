"""The map of the labs: in README, on the landing page and in the gallery.

All three are made from the sources, so a new lab appears on the map once it is built.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from autograder import paths
from autograder.authoring import build, source
from autograder.checks import check

BEGIN = "<!-- map: begin, written by `autograder map` -->"
END = "<!-- map: end -->"
README = paths.ROOT / "README.md"
LANDING = paths.LABS / "START.ipynb"
GALLERY = paths.ROOT / "docs" / "gallery.md"
LONGEST_ALT = 250  # characters; listeners cannot skip parts of a long text
COURSES = {
    "C1": "Course 1 · Networks from nothing",
    "C2": "Course 2 · Making them learn well",
    "C3": "Course 3 · Leading a project",
    "C4": "Course 4 · Images",
    "C5": "Course 5 · Sequences",
}


@dataclass(frozen=True)
class Entry:
    """What the map says about one lab.

    Attributes:
        lab: its name.
        title: its heading.
        promise: a paragraph on what the reader will have done.
        time: how long it takes.
        needs: what the reader should already know.
        exercises: the functions to write, in order.
        points: points of the whole lab, including questions graded by hand.
        notebook: path of its file in the folder of the labs.
        picture: file of its picture, or `None`.
        reading: the sentence below that picture.
    """

    lab: str
    title: str
    promise: str
    time: str
    needs: str
    exercises: tuple[str, ...]
    points: float
    notebook: str
    picture: Path | None
    reading: str

    @property
    def alt(self) -> str:
        """Text alternative of the picture: the figure's own description, if short."""
        told = ""
        if self.picture:
            with Image.open(self.picture) as image:
                told = image.info.get("Description", "")
        if not 0 < len(told) <= LONGEST_ALT:
            told = self.reading or self.title
        return " ".join(re.sub(r'[*`"|<>\[\]]', "", told).split())


@functools.lru_cache(maxsize=64)
def entry(lab: str) -> Entry:
    """The map's entry for a lab, from its source.

    Raises:
        source.SourceError: its first cell does not state the time or the prerequisites.
    """
    written, checks = source.read(lab), check.load(lab)
    head, _, rest = written.cells[0].text.partition("\n")
    promise, _, last = rest.strip().partition("\n\n")
    found = re.match(
        r"\*\*Time\*\* (?P<time>[^,.;]+).*?\*\*You need\*\* (?P<needs>.+?)(?:\. |\.$)",
        last.replace("\n", " "),
    )
    if found is None or not head.startswith("# "):
        raise source.SourceError(
            f"{lab}: the first cell must be a title, what the reader will build, and a "
            "line '**Time** about two hours, … **You need** ….'"
        )
    picture = paths.ROOT / "docs" / "pictures" / f"{lab}.png"
    names = (*checks.checks, *checks.concepts)
    return Entry(
        lab,
        head.removeprefix("# "),
        " ".join(promise.split()),
        found["time"],
        found["needs"],
        tuple(written.named("exercise")),
        sum(map(checks.points, names))
        + sum(cell.points for cell in written.named("question").values()),
        f"{lab}/{written.title}.ipynb",
        picture if picture.is_file() else None,
        _reading(written),
    )


def _reading(written: source.Source) -> str:
    """The sentence below the figure that represents the lab, if it is plain text."""
    for cell in written.cells:
        if cell.cover:
            parts = re.search(r"\breading=\(?\s*((?:\"[^\"]*\"\s*)+)", cell.text)
            if parts:
                return "".join(re.findall(r'"([^"]*)"', parts.group(1)))
    return ""


def written() -> dict[Path, str]:
    """The content of each file that the map writes."""
    entries = [entry(lab) for lab in paths.lab_names()]
    old = README.read_text(encoding="utf-8")
    head, _, rest = old.partition(BEGIN)
    tail = rest.partition(END)[2]
    return {
        README: f"{head}{BEGIN}\n{_table(entries)}\n{END}{tail}",
        LANDING: build.serialize(landing(entries)),
        GALLERY: gallery(entries),
    }


def _table(entries: list[Entry]) -> str:
    rows = ["| lab | you write | you end with |", "|---|---|---|"]
    for one in entries:
        listed = ", ".join(f"`{name}`" for name in one.exercises[:4])
        more = len(one.exercises) - 4
        listed += f" and {more} more" if more > 0 else ""
        rows.append(
            f"| [{one.lab}](labs/{one.notebook}) {one.title} | {listed} | "
            f"{_image(one, 'docs/pictures', 240)} |"
        )
    return "\n".join(rows)


def landing(entries: list[Entry]):
    """The notebook that a student opens first.

    Pictures are linked, not embedded, so the notebook stays small and its diffs are
    readable.
    """
    cells = [new_markdown_cell(_WELCOME), new_code_cell(_PROGRESS)]
    titles = [COURSES.get(one.lab[:2], "More labs") for one in entries]
    for course in dict.fromkeys(titles):
        rows = [
            f"| [**{one.lab}**]({one.notebook}) **{one.title}**<br>{one.time}<br>"
            f"You need {one.needs} | {_image(one, '../docs/pictures', 240)} |"
            for one, title in zip(entries, titles, strict=True)
            if title == course
        ]
        table = "\n".join(["| lab | you end with |", "|:---|---|", *rows])
        cells.append(new_markdown_cell(f"## {course}\n{table}"))
    cells.append(new_markdown_cell(_HELP))
    for number, cell in enumerate(cells):
        cell.id = f"start-{number}"
    notebook = new_notebook(cells=cells, metadata=build.METADATA)
    notebook.nbformat_minor = 5
    return notebook


def gallery(entries: list[Entry]) -> str:
    """A page with the final figure of each lab."""
    parts = [_GALLERY]
    for one in entries:
        parts.append(f"## {one.lab} · {one.title}\n")
        if one.picture:
            parts.append(f"![{one.alt}](pictures/{one.lab}.png)\n")
        if one.reading:
            parts.append(f"*{one.reading}*\n")
        parts.append(
            f"{one.promise} {len(one.exercises)} functions, {one.points:g} points, "
            f"{one.time}: [open the lab](../labs/{one.notebook}).\n"
        )
    return "\n".join(parts)


def _image(one: Entry, folder: str, width: int) -> str:
    if not one.picture:
        return ""
    return f'<img src="{folder}/{one.lab}.png" width="{width}" alt="{one.alt}">'


_WELCOME = """\
# Deep learning, by hand, in NumPy
Choose a lab, click its name, and begin. You can stop after any part and continue later.
In a lab, **Shift+Enter** runs a cell and moves to the next one. The cell after each
exercise checks what you wrote and says what is wrong. `check.progress()`, at the end,
shows how much is done. **Validate**, in the bar above, runs everything from the top.

Run the next cell to see your progress in the course."""
_PROGRESS = """\
from helpers.checks import course_progress

course_progress()"""
_HELP = """\
## When something does not work
- *No module named helpers*: Jupyter was started with another Python than the one the
  course was installed in. The kernel's name is in the upper right corner.
- *A cell that you did not change fails*: **Kernel → Restart Kernel and Run All Cells**.
  Cells that ran in another order may depend on code that is no longer there.
- *A check cell was changed or deleted*: it is restored when you hand in.
- *Where is my work?* In the notebooks in this folder; save them with Ctrl+S. The
  progress shown above is kept in `progress.json` and does not affect your grade."""
_GALLERY = """\
# What you will have built

One figure from each lab, drawn with the functions that its reader writes. `autograder
gallery` runs the solved labs and saves the pictures; `autograder map` writes this page.
"""

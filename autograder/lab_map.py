"""The map of the labs in README, from their sources."""

from __future__ import annotations

import re

from autograder import paths, source

BEGIN = "<!-- map: begin, written by `autograder map` -->"
END = "<!-- map: end -->"
README = paths.ROOT / "README.md"


def row(lab: str) -> str:
    """One line of the table: title, what one writes, and the picture if any."""
    written = source.read(lab)
    title = re.match(r"# (.+)", written.cells[0].text).group(1)
    exercises = list(written.named("exercise"))
    listed = ", ".join(f"`{name}`" for name in exercises[:4])
    more = f" and {len(exercises) - 4} more" if len(exercises) > 4 else ""
    picture = paths.ROOT / "docs" / "pictures" / f"{lab}.png"
    shown = f'<img src="docs/pictures/{lab}.png" width="240" alt="{title}">'
    notebook = f"labs/{lab}/{written.title}.ipynb"
    return (
        f"| [{lab}]({notebook}) {title} | {listed}{more} | "
        f"{shown if picture.is_file() else ''} |"
    )


def fresh(text: str) -> str:
    """README's text with the map as it should be now."""
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    head_row = "| lab | you write | you end with |\n|---|---|---|"
    rows = "\n".join([head_row, *map(row, paths.lab_names())])
    return f"{head}{BEGIN}\n{rows}\n{END}{tail}"

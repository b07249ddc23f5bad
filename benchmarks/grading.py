"""Seconds a submission: stock nbgrader, ours behind its command, `autograder class`.

`python benchmarks/grading.py [--json FILE]` grades copies of real C1W2 submissions
(right, partly right, untouched) three times. Demo cells are left out for all three.
A submission's cost is the slope: a run of many less a run of few, over the number of
submissions between. Start-up, which a class pays once, is printed beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbgrader.converters import Autograde

from autograder import build, paths, solve

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
WRONG = {
    "L2": "def L2(x, y):\n    return np.sum(np.abs(x - y))",
    "predict": "def predict(w, b, X):\n    return np.zeros((1, X.shape[1]))",
}
OURS = """
from autograder.nbgrader_config import configure
configure(get_config(), __file__)
"""
# nbgrader as it comes, on the same sources; only the folders are set.
STOCK = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "deep-learning"
c.CourseDirectory.source_directory = {solutions!r}
c.CourseDirectory.db_url = "sqlite:///" + {root!r} + "/gradebook.db"
c.CourseDirectory.ignore = ["*.py", "__pycache__"]
c.ClearSolutions.code_stub = {{"python": "raise NotImplementedError()"}}
"""


def submissions() -> list[str]:
    """What a class hands in, without demo cells: eight right, two partly, one not."""
    right, partly = solve.solved(LAB), solve.solved(LAB, **WRONG)
    blank = build.release_notebook(LAB)
    return [_text(nb) for nb in [right] * 4 + [partly] + [right] * 4 + [partly, blank]]


def _text(notebook: nbformat.NotebookNode) -> str:
    notebook.cells = [
        cell for cell in notebook.cells if "demo" not in cell.metadata.get("tags", ())
    ]
    return build.serialize(notebook)


def course(root: Path, configuration: str, count: int) -> None:
    """A course's folder with as many submissions."""
    root.mkdir()
    text = configuration.format(root=str(root), solutions=str(paths.SOLUTIONS))
    (root / "nbgrader_config.py").write_text(text, encoding="utf-8")
    kinds = submissions()
    for number in range(count):
        folder = root / "submitted" / f"student{number:04d}" / LAB
        folder.mkdir(parents=True)
        text = kinds[number % len(kinds)]
        (folder / NOTEBOOK).write_text(text, encoding="utf-8")
    run(root, "nbgrader", "generate_assignment", LAB, "--force")


def run(root: Path, program: str, *words: str) -> float:
    """Seconds that a command takes.

    Raises:
        RuntimeError: it fails.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", program, *words], cwd=root, capture_output=True,
        text=True, check=False,
        env=os.environ | {"PATH": path, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{program} {words[0]} failed:\n{done.stderr[-3000:]}")
    return time.perf_counter() - start


def slope(
    place: Path, name: str, configuration: str, few: int, many: int, *words: str
) -> tuple[float, float]:
    """Seconds for each submission beyond the first few, and for starting up."""
    seconds = {}
    for count in (few, many):
        root = place / f"{name}{count}"
        course(root, configuration, count)
        seconds[count] = run(root, *words)
    each = (seconds[many] - seconds[few]) / (many - few)
    return each, seconds[few] - few * each


def measure(small: bool) -> dict[str, float]:
    """The three ways, measured one after the other."""
    Autograde.class_traits()  # nbgrader is installed, or this fails with its name
    size = 1 if small else 2
    plain = ("nbgrader", "autograde", LAB)
    ways = {
        "stock": (STOCK, 2, 2 + 6 * size, *plain),
        "nbgrader": (OURS, 4, 4 + 22 * size, *plain),
        "class": (OURS, 22, 22 + 176 * size, "autograder", "class", LAB),
    }
    found = {}
    with tempfile.TemporaryDirectory() as name:
        for way, (configuration, few, many, *words) in ways.items():
            each, start = slope(Path(name), way, configuration, few, many, *words)
            found[f"{way}_s"], found[f"{way}_start_s"] = each, start
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--small", action="store_true", help="half as many")
    options = parser.parse_args()
    found = measure(options.small)
    print(f"{'':36}{'a submission':>14}{'start-up':>10}{'times faster':>14}")
    titles = {
        "stock": "stock nbgrader autograde",
        "nbgrader": "nbgrader autograde, our judge",
        "class": f"autograder class, {os.cpu_count()} jobs",
    }
    for way, title in titles.items():
        each = found[f"{way}_s"]
        faster = found["stock_s"] / each
        start = found[f"{way}_start_s"]
        print(f"{title:36}{each:>12.3f} s{start:>8.1f} s{faster:>14.1f}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

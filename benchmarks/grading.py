"""Seconds a submission: stock nbgrader, ours behind its command, `autograder class`.

`python benchmarks/grading.py [--json FILE]` grades copies of real C1W2 submissions
(right, partly right, untouched) three times. Demo cells are left out for all three.
A submission's cost is the slope: a run of many less a run of few, over the number of
submissions between. Start-up, which a class pays once, is printed beside it.

`--labs [LAB…]` grades solved submissions of each lab (of all, if none is named) with
`autograder class` on two jobs, and prints the table in `docs/instructors.md`: seconds a
submission by the clock and of processor time, both as a slope between a class of 8 and
one of 40, and seconds by the clock of the class of 40 with its start-up. The cases that
a run draws are included: a larger class needs no more of them, and its slope is lower.
Seconds by the clock say nothing on a machine that does something else meanwhile;
processor time is fairly robust. With `--root FOLDER`, another copy of this project
grades solved submissions of its own in turn, and it is said how many times as long it
takes for the class of 40.

`--class-only N…` grades classes of N different submissions instead, each in one call
of `autograder class`, and prints the time and the most memory that all its processes
took together (Linux).
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from blas import kernel
from nbgrader.converters import Autograde

from autograder import paths
from autograder.authoring import build, solve
from autograder.checks import check
from autograder.course.example_class import mistaken
from autograder.sandbox.inside import system

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
WRONG = {
    "L2": "def L2(x, y):\n    return np.sum(np.abs(x - y))",
    "predict": "def predict(w, b, X):\n    return np.zeros((1, X.shape[1]))",
}
# Older copies of the project have the two modules elsewhere.
_SOLVE = """
import sys
try:
    from autograder.authoring import build, solve
except ImportError:
    from autograder import build, solve
print(build.serialize(solve.solved(sys.argv[1])), end="")
"""
OURS = """
from autograder.nbgrader.config import configure
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


def varied(count: int) -> Iterator[str]:
    """As many different submissions: exercises right, mistaken or left as they were."""
    choose = random.Random(count)
    right, checks = solve.reference_cells(LAB), check.load(LAB).checks
    solved = solve.solved(LAB)
    blank = {cell.id: cell.source for cell in build.release_notebook(LAB).cells}
    for number in range(count):
        answers = dict(right)
        for name, one in checks.items():
            luck = choose.random()
            if luck < 0.03:
                answers[name] = blank[name]
            elif luck < 0.10:
                answers[name] = mistaken(one, choose.choice(one.mistakes))
            else:
                answers[name] += f"\n\n\n# {number}"
        notebook = copy.deepcopy(solved)
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        yield _text(notebook)


def course(root: Path, configuration: str, notebooks: Iterable[str]) -> None:
    """A course's folder with some submissions."""
    root.mkdir()
    text = configuration.format(root=str(root), solutions=str(paths.SOLUTIONS))
    (root / "nbgrader_config.py").write_text(text, encoding="utf-8")
    for number, text in enumerate(notebooks):
        folder = root / "submitted" / f"student{number:04d}" / LAB
        folder.mkdir(parents=True)
        (folder / NOTEBOOK).write_text(text, encoding="utf-8")
    run(root, "nbgrader", "generate_assignment", LAB, "--force")


def run(root: Path, program: str, *words: str) -> float:
    """Seconds that a command takes.

    Raises:
        RuntimeError: it fails.
    """
    return run_watched(root, program, *words, watch=False)[0]


def run_watched(
    root: Path, program: str, *words: str, watch: bool = True
) -> tuple[float, int]:
    """Seconds that a command takes, and the most bytes that it takes up meanwhile.

    Raises:
        RuntimeError: it fails.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", program, *words],
        cwd=root,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"PATH": path, "OPENBLAS_NUM_THREADS": "1"},
    )
    while watch and process.poll() is None:
        peak = max(peak, memory(process.pid))
        time.sleep(0.5)
    said = process.communicate()[1]
    if process.returncode:
        raise RuntimeError(f"{program} {words[0]} failed:\n{said[-3000:]}")
    return time.perf_counter() - start, peak


def memory(pid: int) -> int:
    """Bytes that a process and all below it take up; what they share counts once."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            about = path.read_text().rpartition(")")[2].split()
            parents[int(path.parent.name)] = int(about[1])
    tree = {pid}
    while new := {p for p, above in parents.items() if above in tree} - tree:
        tree |= new
    total = 0
    for one in tree:
        with contextlib.suppress(OSError):  # gone meanwhile
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += int(text.partition("\nPss:")[2].split()[0]) << 10
    return total


def whole_classes(sizes: list[int]) -> Iterator[dict[str, float]]:
    """Seconds and most bytes of grading a class, for each size."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name, "course")
            course(root, OURS, varied(size))
            seconds, peak = run_watched(root, "autograder", "class", LAB)
            done = len(list((root / "autograded").rglob("*.ipynb")))
            if done != size:
                raise RuntimeError(f"{done} of {size} were graded")
        yield {"submissions": size, "seconds": seconds, "peak_bytes": peak}


@dataclass(frozen=True)
class Cost:
    """Seconds that solved submissions of a lab take on two jobs.

    Attributes:
        clock: for each submission beyond the first few, by the clock.
        processor: the same in processor time of all processes.
        whole: for the whole class with start-up, by the clock.
        whole_processor: the same in processor time of all processes.
    """

    clock: float
    processor: float
    whole: float
    whole_processor: float


def each_lab(
    labs: Sequence[str], few: int, many: int, other: Path | None = None
) -> Iterator[tuple[str, Cost, Cost | None]]:
    """What a lab's solved submissions cost, here and in another copy of the project.

    Args:
        labs: names of labs.
        few: size of the class that shows what starting up costs.
        many: size of the class that is measured.
        other: another copy of the project, which grades solved submissions of its own.
    """
    for lab in labs:
        projects = [paths.ROOT, *([other] if other else [])]
        texts = {project: _solved(lab, project) for project in projects}
        small = [_spent(lab, text, few, project) for project, text in texts.items()]
        large = [_spent(lab, text, many, project) for project, text in texts.items()]
        costs = [
            Cost(
                *((b - a) / (many - few) for a, b in zip(*both, strict=True)), *both[1]
            )
            for both in zip(small, large, strict=True)
        ]
        yield lab, costs[0], costs[1] if other else None


def _solved(lab: str, project: Path) -> str:
    """A lab with a project's own solutions; older checks may refuse newer ones."""
    done = subprocess.run(
        [sys.executable, "-c", _SOLVE, lab],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _spent(lab: str, text: str, count: int, project: Path) -> tuple[float, float]:
    """Seconds of `autograder class` on copies of a notebook, by clock and processor."""
    configuration = (project / "nbgrader_config.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "course")
        root.mkdir()
        (root / "nbgrader_config.py").write_text(configuration, encoding="utf-8")
        for number in range(count):
            folder = root / "submitted" / f"student{number:04d}" / lab
            folder.mkdir(parents=True)
            notebook = folder / build.released_path(lab).name
            notebook.write_text(text, encoding="utf-8")
        seconds = timed(
            [sys.executable, "-m", "autograder", "class", lab, "--jobs", "2"],
            root,
            os.environ | {"PYTHONPATH": str(project), "OPENBLAS_NUM_THREADS": "1"},
        )
        if len(list((root / "autograded").rglob("*.ipynb"))) != count:
            raise RuntimeError(f"{lab}: not all of {count} were graded")
    return seconds


def timed(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[float, float]:
    """Seconds that a command takes: by the clock, and of all its processes' time.

    The system adds a process's time to that of the parent that waits for it. bubblewrap
    ends before the processes in its sandbox do, and nobody would wait for those, which
    do most of the work. This process therefore adopts them (Linux).
    """
    system.adopt_orphans()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True
    )
    clock = time.perf_counter() - start
    with contextlib.suppress(ChildProcessError):  # none is left
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def slope(
    place: Path, name: str, configuration: str, few: int, many: int, *words: str
) -> tuple[float, float]:
    """Seconds for each submission beyond the first few, and for starting up."""
    seconds = {}
    for count in (few, many):
        root = place / f"{name}{count}"
        kinds = submissions()
        course(root, configuration, (kinds[i % len(kinds)] for i in range(count)))
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
    parser.add_argument("--class-only", type=int, nargs="+", metavar="N")
    parser.add_argument("--labs", nargs="*", metavar="LAB")
    parser.add_argument("--root", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.labs is not None:
        show_labs(options)
        return
    if options.class_only:
        classes = []
        for one in whole_classes(options.class_only):
            print(
                f"{one['submissions']:>6.0f} submissions {one['seconds']:>8.1f} s"
                f"{one['peak_bytes'] / 1e6:>8.0f} MB",
                flush=True,
            )
            classes.append(one)
        write(options.json, classes)
        return
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
    write(options.json, found)


def show_labs(options: argparse.Namespace) -> None:
    """Print a table of the labs, line by line as they are measured."""
    labs = options.labs or paths.lab_names()
    few, many = (4, 16) if options.small else (8, 40)
    lines = []
    heads = ["lab", "by the clock", "processor time", f"class of {many}"]
    heads += ["the other copy", "class of the other copy"] * bool(options.root)
    print(f"BLAS kernel: {kernel() or 'unknown'}\n")
    print(_row(heads))
    print(_row(["---"] * len(heads)))
    for lab, cost, other in each_lab(labs, few, many, options.root):
        row = [lab, f"{cost.clock:.2f}", f"{cost.processor:.2f}", f"{cost.whole:.1f}"]
        if other:
            row += [
                f"{_times(other.clock, cost.clock)}, of processor time "
                f"{_times(other.processor, cost.processor)}",
                f"{_times(other.whole, cost.whole)}, of processor time "
                f"{_times(other.whole_processor, cost.whole_processor)}",
            ]
        print(_row(row), flush=True)
        lines.append({"lab": lab, "this": asdict(cost)})
        lines[-1] |= {"other": asdict(other)} if other else {}
    write(options.json, lines)


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _times(other: float, this: float) -> str:
    return f"{other / this:.1f} times as long"


def write(path: Path | None, found: object) -> None:
    """Write what was measured, if a file is named."""
    if path:
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

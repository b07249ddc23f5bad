"""Time every code cell of the solved labs: how long a reader waits.

    python benchmarks/labs.py [--labs C1W2 ...] [--slowest N] [--against TREE]
                              [--rounds N] [--save FOLDER]

Each lab is solved by its reference and runs from top to bottom in a kernel of its own.
Two times are printed for each lab and for its slowest cells:

    wall   seconds on the clock, which other programs on the machine make longer
    CPU    seconds of the processor, user and system, over all threads of the kernel

With two busy cores, a cell needs up to twice as much CPU as wall time. Compare CPU
times if the machine is not quiet.

`--against TREE` runs another copy of the project too, in turns with this one, lab by
lab. Its times are printed beside ours, with the ratio of ours to theirs for each lab
and for the sum; below 1, ours is faster. With `--rounds`, the fastest round of each
lab counts. `--save` keeps the executed notebooks in a folder, `FOLDER/LAB.ipynb`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
from blas import kernel

HERE = Path(__file__).resolve().parent.parent
START = """
def _measure():
    import time
    begun, seconds = [], []
    def before(info):
        begun[:] = [time.perf_counter(), time.process_time()]
    def after(result):
        if begun:
            now = time.perf_counter(), time.process_time()
            seconds.append([now[0] - begun[0], now[1] - begun[1]])
    events = get_ipython().events
    events.register("pre_run_cell", before)
    events.register("post_run_cell", after)
    return seconds
_seconds_of_cells = _measure()
"""
END = "import json; print(json.dumps(_seconds_of_cells))"


def main() -> None:
    """Read the command line and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labs", nargs="+", metavar="LAB")
    parser.add_argument("--slowest", type=int, default=5, metavar="N")
    parser.add_argument("--against", type=Path, metavar="TREE")
    parser.add_argument("--rounds", type=int, default=1, metavar="N")
    parser.add_argument("--save", type=Path, metavar="FOLDER")
    parser.add_argument("--one", metavar="LAB", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(cells(chosen.one, chosen.save)))
        return
    trees = [HERE, *([chosen.against.resolve()] if chosen.against else [])]
    print(f"NumPy {np.__version__}, BLAS kernel {kernel() or 'unknown'}")
    print(f"{os.cpu_count()} cores; seconds: wall, CPU", flush=True)
    sums = {tree: np.zeros(2) for tree in trees}
    slow = []
    for lab in chosen.labs or sorted(p.name for p in HERE.glob("solutions/C?W?")):
        best = {}
        for _ in range(chosen.rounds):
            for tree in trees:
                kept = chosen.save if tree == HERE else None
                run = measured(tree, lab, kept)
                best[tree] = min(best.get(tree, run), run, key=lambda r: total(r)[1])
        for tree in trees:
            sums[tree] += total(best[tree])
        print(row(lab, [total(best[tree]) for tree in trees]), flush=True)
        slow += [(seconds, lab, *which) for *which, seconds in best[HERE]]
    print(row("sum", list(sums.values())))
    for seconds, lab, number, text in sorted(slow, key=lambda s: -s[0][1])[
        : chosen.slowest
    ]:
        print(f"{row(lab, [seconds])}  cell {number:3}: {text}")


def row(name: str, times: list) -> str:
    """One line: the name, seconds of each tree, and the ratio of ours to theirs."""
    text = f"{name:5}" + "".join(f"{wall:8.1f}{cpu:8.1f}" for wall, cpu in times)
    if len(times) == 2:
        wall, cpu = np.divide(*times)
        text += f"   ratio{wall:6.2f}{cpu:6.2f}"
    return text


def total(run: list) -> np.ndarray:
    """Wall and CPU seconds of all cells of a run."""
    return np.sum([seconds for *_, seconds in run], axis=0)


def measured(tree: Path, lab: str, folder: Path | None) -> list:
    """What `cells` returns, from a process that imports everything from a tree."""
    keep = ["--save", str(folder.resolve())] if folder else []
    path = os.pathsep.join([str(tree), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, __file__, "--one", lab, *keep],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(run.stdout.splitlines()[-1])


def cells(lab: str, folder: Path | None) -> list:
    """Run a solved lab, and keep it in a folder if one is given.

    Returns:
        For each code cell its number, its first line and ``[wall, CPU]`` seconds.
    """
    from autograder.authoring import run, solve

    notebook = solve.solved(lab)
    start, end = (nbformat.v4.new_code_cell(text) for text in (START, END))
    notebook.cells = [start, *notebook.cells, end]
    run.run(notebook)
    *inner, last = notebook.cells[1:]
    notebook.cells = inner
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{lab}.ipynb")
    code = [(i, c) for i, c in enumerate(inner) if c.cell_type == "code" and c.source]
    # The cell that asks for the times is not among them: it has not ended yet.
    seconds = json.loads(last.outputs[0].text)
    return [
        [i, c.source.partition("\n")[0][:60], spent]
        for (i, c), spent in zip(code, seconds, strict=True)
    ]


if __name__ == "__main__":
    main()

"""`autograder feedback` beside `nbgrader generate_feedback`: times and pages.

    python benchmarks/feedback.py [--students 40] [--lab C1W2] [--jobs N]

Generated students hand in a lab, each with comments of their own in every cell; the
class is graded, answers in words by hand. Then both commands write all pages, one after
the other. Pages must be equal byte for byte. At the end, nothing has changed, and the
command is run once more.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from term import Handed, Term, work

from autograder.authoring import build
from autograder.course import penalties


def signed(text: str, student: str) -> str:
    """A notebook in which every code cell of the student has a comment of its own."""
    notebook = json.loads(text)
    for number, cell in enumerate(notebook["cells"]):
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and about.get("solution"):
            note = f'# {student}, cell {number}: I\'m <done> & "so"'
            cell["source"] = "\n".join(["".join(cell["source"]), note, ""])
    return json.dumps(notebook)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--lab", default="C1W2")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    lab, rng = options.lab, random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        term = Term(
            Path(scratch) / "course",
            "canvas",
            options.students,
            [lab],
            options.jobs,
            "",
        )
        name = build.released_path(lab).name
        handed = [
            Handed(person, work(lab, number, rng), name=name)
            for number, person in enumerate(term.people)
        ]
        term.begin({lab: handed})
        term.run("nbgrader", "generate_assignment", lab, "--force")
        for one in handed:
            who = term.id_of(one)
            folder = term.course.submitted / who / lab
            folder.mkdir(parents=True)
            text = signed(one.work.text, who)
            (folder / name).write_text(text, encoding="utf-8")
        term.run("autograder", "class", lab, "--jobs", str(options.jobs))
        term.by_hand(lab, handed)
        penalties.renew(term.course, [lab])  # as our command would
        seconds = {}
        commands = {
            "nbgrader generate_feedback": ("nbgrader", "generate_feedback", lab),
            "autograder feedback": ("autograder", "feedback", lab),
            "again, nothing changed": ("autograder", "feedback", lab),
        }
        pages = []
        for name, words in commands.items():
            before, start = os.times(), time.perf_counter()
            term.run(*words)
            wall, after = time.perf_counter() - start, os.times()
            used = after.children_user + after.children_system
            used -= before.children_user + before.children_system
            seconds[name] = wall
            print(f"{name:28} {wall:7.2f} s, of a processor {used:7.2f} s", flush=True)
            folder = term.folder / "feedback"
            found = {str(p.relative_to(folder)): p for p in folder.rglob("*.*")}
            pages.append({name: path.read_bytes() for name, path in found.items()})
            if len(pages) == 1:
                shutil.rmtree(folder)
    stock, ours, again = seconds.values()
    same = sum(pages[0][name] == pages[1].get(name) for name in pages[0])
    print(
        f"\n{lab}, {options.students} students, {options.jobs} jobs: {same} of "
        f"{len(pages[0])} files equal; {stock / ours:.1f} times as fast; "
        f"again {stock / again:.0f} times"
    )


if __name__ == "__main__":
    main()

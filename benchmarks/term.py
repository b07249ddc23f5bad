"""A term from the first morning to the last grade, with generated students.

`python benchmarks/term.py [--students 40] [--labs C1W2 …] [--db URL]` makes a course's
folder and walks every lab through it with the commands an instructor uses: release,
collect, grade, grading by hand, feedback, statistics, similarity, one question graded
again, and export at the end. Students are right, wrong, unfinished or late, made from
the labs' references, mistakes and right variants. `--db` takes another gradebook than
SQLite, such as `postgresql+psycopg2://USER@HOST/DATABASE`. What was handed in is
compared with what was graded.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook

from autograder import paths
from autograder.authoring import build, solve, source
from autograder.checks import check
from autograder.course import example_class
from autograder.course.configuration import open_course
from autograder.grading import usage
from autograder.reports.text import columns

KINDS = (
    "right",
    "right",
    "right",
    "wrong",
    "wrong",
    "unfinished",
    "right",
    "wrong",
    "untouched",
    "no checks",
)
DUE = "2026-10-01T12:00Z"
ON_TIME, LATE = "2026-10-01 09:00:00 UTC", "2026-10-02 15:00:00 UTC"
WORDS = {
    "full": 1.0,
    "half": 0.5,
}  # what an answer in words is worth, by its first word


@dataclass
class Work:
    """What one student hands in for one lab.

    Attributes:
        kind: one of `KINDS`.
        late: it comes after the lab was due.
        text: the notebook's file.
        wrong: exercises that hold a mistake.
    """

    kind: str
    late: bool
    text: str
    wrong: set[str] = field(default_factory=set)


def work(lab: str, number: int, rng: random.Random) -> Work:
    """The work of a student; the kind goes by the number, the rest by lot.

    A right notebook has one exercise in another version that is right as well. Two such
    versions need not fit together, as little as those of two people would.
    """
    kind = KINDS[(number + rng.randrange(2)) % len(KINDS)]
    answers = solve.reference_cells(lab)
    for name in source.read(lab).named("question"):
        answers[name] = f"{rng.choice(list(WORDS))} answer: {rng.random():.6f}"
    checks, wrong = check.load(lab).checks, set()
    names = sorted(checks)
    if kind == "wrong":
        for name in rng.sample(names, k=min(3, len(names))):
            mistake = rng.choice(checks[name].mistakes).function
            if code := _cell(checks[name], mistake):
                answers[name] = code
                wrong.add(name)
    elif versions := checks[name := rng.choice(names)].variants:
        answers[name] = _cell(checks[name], rng.choice(versions)) or answers[name]
    if kind == "unfinished":
        answers = dict(list(answers.items())[: len(answers) // 2])
    if kind == "untouched":
        answers = {}
    notebook = solve.filled(lab, answers)
    if kind == "no checks":
        notebook.cells = [c for c in notebook.cells if not _graded(c).get("locked")]
    return Work(kind, rng.random() < 0.2, build.serialize(notebook), wrong)


def _graded(cell: dict) -> dict:
    """What nbgrader knows about a cell."""
    return cell["metadata"].get("nbgrader", {})


def _cell(one: check.Check, function) -> str:
    """A version as a cell; empty where it cannot be one, or uses what is forbidden."""
    try:
        code = example_class.written_as(one, function)
    except (OSError, TypeError, ValueError, AttributeError):
        return ""
    return "" if usage.uses_forbidden([code], one.name, one.spec.forbid) else code


def _may_lose(lab: str, wrong: set[str]) -> set[str]:
    """Exercises that use a wrong one which deals in objects and so has no stand-in."""
    checks = check.load(lab).checks
    cells = [c.source for c in solve.solved(lab).cells if c.cell_type == "code"]
    objects = {name for name in wrong if checks[name].spec.driver}
    return {n for n in checks if objects & usage.mentioned(cells, n)}


class Term:
    """The walk: a folder, the class, and the seconds of each step of each lab."""

    def __init__(self, folder: Path, students: int, jobs: int, db: str) -> None:
        self.folder, self.jobs = folder, jobs
        self.students = [f"student{i:03d}" for i in range(students)]
        self.seconds: dict[str, dict[str, float]] = {}
        self.surprises: list[str] = []
        here = str(Path(sys.executable).parent)
        self.exchange = folder.with_name(f"{folder.name}-exchange")
        self.environment = os.environ | {
            "PATH": os.pathsep.join([here, os.environ["PATH"]]),
            "NBGRADER_EXCHANGE": str(self.exchange),
            "OPENBLAS_NUM_THREADS": "1",
        }
        if db:
            self.environment["NBGRADER_DB_URL"] = os.environ["NBGRADER_DB_URL"] = db

    def run(self, *words: str, fine: tuple[int, ...] = (0,)) -> str:
        """Run a command in the course's folder.

        Raises:
            RuntimeError: it fails.
        """
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in fine:
            raise RuntimeError(
                f"{' '.join(words)}:\n{(done.stdout + done.stderr)[-3000:]}"
            )
        return done.stdout

    def timed(self, lab: str, step: str, action, *given) -> None:
        """Do a step and remember how long it took."""
        start = time.perf_counter()
        action(*given)
        seconds = time.perf_counter() - start
        self.seconds.setdefault(step, {})[lab] = seconds
        print(f"{lab:6} {step:14} {seconds:8.2f} s", flush=True)

    def begin(self, labs: list[str]) -> None:
        """The first morning: folder, roster, due dates, a penalty for each day."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.exchange.mkdir(exist_ok=True)
        self.exchange.chmod(0o777)  # nbgrader requires it
        rows = ["Student,ID,SIS User ID,SIS Login ID,Section"]
        rows += [
            f'"{who.title()}, Ada",{i},S{i},{who},A'
            for i, who in enumerate(self.students)
        ]
        (self.folder / "roster.csv").write_text("\n".join(rows), encoding="utf-8")
        dates = "".join(f"{lab},{DUE}\n" for lab in labs)
        (self.folder / "due_dates.csv").write_text(f"lab,due\n{dates}")
        self.run("autograder", "new-class", ".", "--roster", "roster.csv")
        with (self.folder / "nbgrader_config.py").open("a") as file:
            file.write(
                'c.AssignLatePenalties.plugin_class = "'
                'autograder.nbgrader.late.PercentPerDay"\n'
            )

    def release(self, lab: str) -> None:
        """What the Formgrader's buttons do: generate, and put into the exchange."""
        self.run("nbgrader", "generate_assignment", lab, "--force")
        self.run("nbgrader", "release_assignment", lab, "--force")

    def archive(self, lab: str) -> Path:
        """Where the download of a lab lies."""
        return self.folder / "downloaded" / f"{lab}.zip"

    def hand_in(self, lab: str, handed: dict[str, Work]) -> None:
        """One archive, as a learning-management system gives it out."""
        path = self.archive(lab)
        path.parent.mkdir(parents=True, exist_ok=True)
        name = build.released_path(lab).name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for number, (student, one) in enumerate(handed.items()):
                file.writestr(f"{student}_{1000 + number}_{name}", one.text)

    def collect(self, lab: str, handed: dict[str, Work]) -> None:
        """Sort in the archive; the time of handing in goes beside each notebook."""
        self.run("autograder", "collect", str(self.archive(lab)))
        for student, one in handed.items():
            path = self.folder / "submitted" / student / lab / "timestamp.txt"
            path.write_text(LATE if one.late else ON_TIME)

    def grade(self, lab: str, *more: str) -> None:
        """Grade the class."""
        self.run("autograder", "class", lab, "--jobs", str(self.jobs), *more)

    def by_hand(self, lab: str) -> None:
        """Grade the answers in words, through nbgrader's own interface."""
        course = open_course(self.folder)
        name = build.released_path(lab).name
        with Gradebook(course.url, course.name) as book:
            for submission in book.assignment_submissions(lab):
                path = course.autograded / submission.student.id / lab / name
                cells = json.loads(path.read_text("utf-8"))["cells"]
                cells = {_graded(cell).get("grade_id"): cell for cell in cells}
                for grade in submission.notebooks[0].grades:
                    if grade.needs_manual_grade:
                        word = "".join(cells[grade.name]["source"]).split()[0]
                        grade.manual_score = WORDS.get(word, 0) * grade.max_score
                        grade.needs_manual_grade = False
                for comment in submission.notebooks[0].comments:
                    if comment.name in source.read(lab).named("question"):
                        comment.manual_comment = "Read."
            book.db.commit()

    def feedback(self, lab: str) -> None:
        """Write the pages that students get back."""
        self.run("autograder", "feedback", lab)

    def report(self, lab: str) -> None:
        """Statistics with their figure, and the pairs that are alike."""
        self.run(
            "autograder",
            "statistics",
            lab,
            "--figure",
            f"{lab}.png",
            "--csv",
            f"{lab}.csv",
        )
        self.run("autograder", "similarity", lab, "--markdown", f"{lab}.md")

    def compare(self, lab: str, handed: dict[str, Work]) -> None:
        """Note every score that is not what the work deserves."""
        course, checks = open_course(self.folder), check.load(lab)
        full = sum(checks.points(n) for n in (*checks.checks, *checks.concepts))
        with Gradebook(course.url, course.name) as book:
            found = {s.student.id: s for s in book.assignment_submissions(lab)}
            for student, one in handed.items():
                if student not in found:
                    self.surprises.append(f"{lab} {student}: not graded")
                    continue
                grades = {
                    g.name.removeprefix(build.CHECK_PREFIX): g
                    for g in found[student].notebooks[0].grades
                }
                automatic = [grades[n] for n in (*checks.checks, *checks.concepts)]
                points = sum(g.auto_score for g in automatic)
                own = {n: g for n, g in grades.items() if n in checks.checks}
                lost = {n for n, g in own.items() if g.auto_score < g.max_score}
                fine = {
                    "right": points == full,
                    "no checks": points == full,
                    "untouched": points == 0,
                    "unfinished": 0 < points < full,
                    "wrong": one.wrong <= lost <= one.wrong | _may_lose(lab, one.wrong),
                }[one.kind]
                if not fine:
                    odd = ", ".join(sorted(lost ^ one.wrong))
                    self.surprises.append(
                        f"{lab} {student} ({one.kind}): {points:g} of {full:g}; {odd}"
                    )
                penalty = found[student].late_submission_penalty or 0
                if (penalty > 0) != (one.late and found[student].score + penalty > 0):
                    self.surprises.append(f"{lab} {student}: penalty {penalty:g}")

    def walk(self, lab: str, rng: random.Random) -> None:
        """All steps of one lab."""
        start = time.perf_counter()
        handed = {s: work(lab, i, rng) for i, s in enumerate(self.students)}
        self.seconds.setdefault("(generated)", {})[lab] = time.perf_counter() - start
        question = rng.choice(sorted(check.load(lab).checks))
        self.timed(lab, "release", self.release, lab)
        self.hand_in(lab, handed)
        self.timed(lab, "collect", self.collect, lab, handed)
        self.timed(lab, "grade", self.grade, lab)
        self.timed(lab, "by hand", self.by_hand, lab)
        self.timed(lab, "feedback", self.feedback, lab)
        self.timed(lab, "report", self.report, lab)
        self.timed(lab, "one question", self.grade, lab, "--question", question)
        self.compare(lab, handed)

    def export(self, labs: list[str]) -> None:
        """The last grade: each lab into the table that the LMS exported."""
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        columns = [f"{lab} ({9000 + i})" for i, lab in enumerate(labs)]
        rows = [
            head + columns,
            ["    Points Possible", *[""] * 4, *["100"] * len(labs)],
        ]
        for number, who in enumerate(self.students):
            name = f"{who.title()}, Ada"
            rows.append([name, number, f"S{number}", who, "A", *[""] * len(labs)])
        with (self.folder / "canvas.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
        course = open_course(self.folder)
        for column, lab in zip(columns, labs, strict=True):
            words = ("--canvas", "canvas.csv", "--out", "upload.csv")
            self.run("autograder", "export", lab, *words)
            with (self.folder / "upload.csv").open(newline="") as file:
                sent = {r["SIS Login ID"]: r[column] for r in csv.DictReader(file)}
            with Gradebook(course.url, course.name) as book:
                for one in book.assignment_submissions(lab):
                    net = one.score - (one.late_submission_penalty or 0)
                    if not abs(float(sent[one.student.id] or "nan") - net) < 1e-6:
                        said = f"{lab} {one.student.id}: {sent[one.student.id]} sent"
                        self.surprises.append(f"{said} for {net:g}")

    def table(self, labs: list[str]) -> str:
        """Seconds of each step: all labs, one lab, one submission."""
        rows = [("step", "in all", "a lab", "a submission")]
        for step, by_lab in self.seconds.items():
            total = sum(by_lab.values())
            each = total / len(by_lab)
            share = each / len(self.students)
            rows.append((step, f"{total:.1f} s", f"{each:.2f} s", f"{share:.3f} s"))
        total = sum(sum(by_lab.values()) for by_lab in self.seconds.values())
        rows.append(
            (
                "together",
                f"{total:.1f} s",
                f"{total / len(labs):.2f} s",
                f"{total / len(labs) / len(self.students):.3f} s",
            )
        )
        return columns(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--labs", nargs="*", default=paths.lab_names(), metavar="LAB")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--db", default="", metavar="URL", help="of the gradebook")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the course")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (options.keep or Path(scratch) / "course").resolve()
        term = Term(folder, options.students, options.jobs, options.db)
        rng = random.Random(options.seed)
        term.timed("all", "new-class", term.begin, options.labs)
        for lab in options.labs:
            term.walk(lab, rng)
        term.timed("all", "export", term.export, options.labs)
    kind = options.db.partition(":")[0] or "sqlite"
    count = len(options.labs) * len(term.students)
    print(
        f"\n{len(term.students)} students, {len(options.labs)} labs, {count} "
        f"submissions, {options.jobs} jobs, {kind}"
    )
    print(term.table(options.labs))
    print(f"\n{len(term.surprises)} of {count} not as the work deserves")
    for surprise in term.surprises:
        print(f"  {surprise}")
    if options.json:
        record = {
            "students": len(term.students),
            "labs": options.labs,
            "db": kind,
            "seconds": term.seconds,
            "surprises": term.surprises,
        }
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

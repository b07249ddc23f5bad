"""A term from the LMS's roster to the grade that goes back, with generated students.

`python benchmarks/term.py [--lms canvas …] [--labs C1W2 …|all] [--students 40]` makes a
course's folder for each learning platform and walks the labs through it with the
commands that docs/instructors.md names: roster, download, collecting, grading, points
by hand, feedback, statistics, similarity, one question graded again, and the table and
the feedback that go back. The class is generated, so what each student deserves is
known: solutions, listed mistakes, unfinished and empty notebooks, two students of one
name, late work with and without extensions, excused work, attempts that replace others,
files under other names, somebody who is on no roster. Every difference between what a
student deserves, what the gradebook has and what goes back is listed, and the exit
status is 1.

`--db` takes another gradebook than SQLite, such as
`postgresql+psycopg2://USER@HOST/DATABASE`.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy
from nbgrader.api import Gradebook

from autograder import paths
from autograder.authoring import build, solve, source
from autograder.checks import check
from autograder.course import example_class
from autograder.course.configuration import Course, open_course
from autograder.course.people import UNMATCHED
from autograder.grading import usage
from autograder.reports.text import columns

sys.path.insert(0, str(paths.ROOT))
from tests import platforms
from tests.platforms import Person

LABS = ("C1W2", "C3W1", "C4W1")
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
ZONE, DUE = "Europe/Berlin", datetime.datetime(2027, 1, 31, 23, 59)
ON_TIME = datetime.datetime(2027, 1, 31, 9, 30)
LATE = datetime.datetime(2027, 2, 2, 15)  # on the second day after the due date
DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
PERCENT = 10  # of the points, for each day begun
WORDS = {"full": 1.0, "half": 0.5}  # worth of an answer in words, by its first word
ALL, LESS, NONE, ANY = "all", "less", "none", "any"  # of the points of a question
GUEST = Person(99_000, "Guest", "Outside", "guest")  # hands in, is on no roster
TOLERANCE = 1e-6


@dataclass
class Work:
    """What one student hands in for one lab.

    Attributes:
        kind: one of `KINDS`.
        text: the notebook's file.
        wrong: exercises that hold a mistake.
        deserves: question → the part of its points that the work earns.
        words: question answered in words → share of the points to give by hand.
    """

    kind: str
    text: str
    wrong: set[str] = field(default_factory=set)
    deserves: dict[str, str] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)


def work(lab: str, number: int, rng: random.Random) -> Work:
    """The work of a student; the kind goes by the number, the rest by lot.

    A right notebook has one exercise in another version that is right as well. Two such
    versions need not fit together, as little as those of two people would.
    """
    kind = KINDS[(number + rng.randrange(2)) % len(KINDS)]
    answers = solve.reference_cells(lab)
    questions = source.read(lab).named("question")
    for name in questions:
        answers[name] = f"{rng.choice(list(WORDS))} answer: {rng.random():.6f}"
    one, wrong = check.load(lab), set()
    names = sorted(one.checks)
    if kind == "wrong":
        for name in rng.sample(names, k=min(3, len(names))):
            mistake = rng.choice(one.checks[name].mistakes).function
            if code := _cell(one.checks[name], mistake):
                answers[name] = code
                wrong.add(name)
    elif versions := one.checks[name := rng.choice(names)].variants:
        answers[name] = _cell(one.checks[name], rng.choice(versions)) or answers[name]
    if kind == "unfinished":
        answers = dict(list(answers.items())[: len(answers) // 2])
    if kind == "untouched":
        answers = {}
    notebook = solve.filled(lab, answers)
    if kind == "no checks":
        notebook.cells = [c for c in notebook.cells if not _graded(c).get("locked")]
    graded = (*one.checks, *one.concepts)
    unwritten = {name for name in graded if name not in answers}
    shaky = _may_lose(lab, (wrong | unwritten) & one.checks.keys())
    deserves = dict.fromkeys(graded, ALL)
    deserves |= dict.fromkeys(shaky, ANY)
    deserves |= dict.fromkeys(wrong, LESS) | dict.fromkeys(unwritten, NONE)
    words = {q: WORDS[answers[q].split()[0]] for q in questions if q in answers}
    return Work(kind, build.serialize(notebook), wrong, deserves, words)


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


@dataclass
class Handed:
    """One student of one lab: the work, and what happens around it.

    Attributes:
        person: the student.
        work: the last attempt; `None` for a student who hands in nothing.
        time: when it came, in local time.
        extra: the extension.
        name: the file's name.
        first: the notebook of an earlier attempt.
        is_empty: the file has no content.
        is_excused: the work is excused.
        override: share of the points that a person gives instead for one exercise.
    """

    person: Person
    work: Work | None
    time: datetime.datetime = ON_TIME
    extra: datetime.timedelta = datetime.timedelta()
    name: str = ""
    first: str = ""
    is_empty: bool = False
    is_excused: bool = False
    override: float | None = None

    @property
    def is_late(self) -> bool:
        """Whether the platform marks it as late."""
        return self.time > DUE


@dataclass(frozen=True)
class Platform:
    """A learning platform: what it exports and takes back.

    Attributes:
        roster: writes the export that serves as roster.
        table: writes the export that grades go into, for one lab.
        archive: writes the download of the submissions.
        id_of: the gradebook's name of a student.
        key_of: the cell that tells a student in the table.
        has_worksheet: the table says when students handed in, and is collected, too.
        tells_time: downloads say when work came, not only whether it was late.
        tells_twins: downloads tell two students of one name apart.
        takes_feedback: it takes feedback back in bulk.
    """

    roster: Callable[[Sequence[Person], Sequence[str]], str]
    table: Callable[[Sequence[Person], Sequence[str], list], str]
    archive: Callable[[list], bytes]
    id_of: Callable[[Person], str]
    key_of: Callable[[Person], str]
    has_worksheet: bool = False
    tells_time: bool = True
    tells_twins: bool = True
    takes_feedback: bool = True


PLATFORMS = {
    "canvas": Platform(
        platforms.canvas_roster,
        lambda people, labs, works: platforms.canvas_roster(people, labs),
        platforms.canvas_zip,
        lambda person: person.login,
        lambda person: str(person.number),
        tells_time=False,
    ),
    "moodle": Platform(
        lambda people, labs: platforms.moodle_roster(people=people),
        lambda people, labs, works: platforms.worksheet("en", people, works),
        lambda works: platforms.moodle_zip(works=works),
        lambda person: person.mail,
        lambda person: f"Participant {person.participant}",
        has_worksheet=True,
    ),
    "brightspace": Platform(
        platforms.brightspace_roster,
        lambda people, labs, works: platforms.brightspace_roster(people, labs),
        platforms.brightspace_zip,
        lambda person: person.login,
        lambda person: f"#S{person.number}",
        tells_twins=False,
        takes_feedback=False,
    ),
}


def class_of(number: int) -> list[Person]:
    """Students, the last two of them of one name."""
    people = [
        Person(1000 + i, "Student", f"No-{i:03}", f"st{i:03}")
        for i in range(number - 2)
    ]
    people += [Person(2000 + i, "Zoë Marie", "Müller", f"zmueller{i}") for i in (1, 2)]
    return people


def handed_in(lab: str, people: Sequence[Person], rng: random.Random) -> list[Handed]:
    """What a class hands in: at least ten students have a fate of their own."""
    name = build.released_path(lab).name
    handed = [
        Handed(person, work(lab, number, rng), name=name)
        for number, person in enumerate(people)
    ]
    fates = iter(rng.sample(handed[:-2], k=10))
    next(fates).work = None
    away = next(fates)
    away.work, away.is_excused = None, True
    next(fates).is_excused = True
    next(fates).is_empty = True
    next(fates).name = name.replace(".ipynb", " (1).ipynb")
    for one in (next(fates), next(fates)):
        one.first = build.serialize(build.release_notebook(lab))
    for extra in (0 * DAY, 1 * DAY, 4 * DAY):
        one = next(fates)
        one.time, one.extra = LATE, extra
    for one in handed[-2:]:  # the two of one name differ
        one.work = work(lab, KINDS.index("right") + (one is handed[-1]) * 8, rng)
    marked = next(h for h in handed if h.work and not (h.is_empty or h.is_excused))
    marked.override = 0.25
    return handed


class Term:
    """The walk: a folder, the class, seconds of each step, and every difference."""

    def __init__(
        self, folder: Path, lms: str, students: int, labs: list[str], jobs: int, db: str
    ) -> None:
        self.folder, self.lms, self.labs, self.jobs = folder, lms, labs, jobs
        self.platform = PLATFORMS[lms]
        self.people = class_of(students)
        self.seconds: dict[str, dict[str, float]] = {}
        self.surprises: list[str] = []
        self.counts = dict.fromkeys(
            ("handed in", "asked about", "missing", "pages", "grades"), 0
        )
        here = str(Path(sys.executable).parent)
        self.environment = os.environ | {
            "PATH": os.pathsep.join([here, os.environ["PATH"]]),
            "PYTHONPATH": str(paths.ROOT),
            "OPENBLAS_NUM_THREADS": "1",
        }
        if db:
            self.environment["NBGRADER_DB_URL"] = os.environ["NBGRADER_DB_URL"] = db

    @property
    def course(self) -> Course:
        """The course as it is configured."""
        return open_course(self.folder)

    def run(self, *words: str | Path, status: int = 0) -> str:
        """Run a command in the course's folder, and note another exit status.

        Raises:
            RuntimeError: it fails.
        """
        done = subprocess.run(
            [sys.executable, "-m", *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{' '.join(map(str, words))}:\n{(done.stdout + done.stderr)[-3000:]}"
        if done.returncode not in (0, 1) or "Traceback" in said:
            raise RuntimeError(said)
        self.expect(
            done.returncode == status, f"exit status {done.returncode} of {said}"
        )
        return done.stdout

    def expect(self, fine: bool, sentence: str) -> None:
        """Note what is not as it should be."""
        if not fine:
            self.surprises.append(f"{self.lms}: {sentence}")

    def timed(self, lab: str, step: str, action, *given) -> None:
        """Do a step and remember how long it took."""
        start = time.perf_counter()
        action(*given)
        seconds = time.perf_counter() - start
        self.seconds.setdefault(step, {})[lab] = seconds
        print(f"{self.lms:12} {lab:5} {step:13} {seconds:8.2f} s", flush=True)

    # --- before the term --------------------------------------------------------------

    def begin(self, handed: dict[str, list[Handed]]) -> None:
        """Folder, roster, due dates, extensions, excused work, penalties by the day."""
        self.folder.mkdir(parents=True, exist_ok=True)
        roster = self.folder / "roster.csv"
        roster.write_text(self.platform.roster(self.people, self.labs), "utf-8")
        self.run("autograder", "new-class", ".", "--roster", roster)
        rows = [f"{lab},{DUE:%Y-%m-%dT%H:%M}" for lab in self.labs]
        self._table("due_dates.csv", "lab,due", [f"time zone,{ZONE}", *rows])
        all_of_it = [(lab, one) for lab, found in handed.items() for one in found]
        more = [
            f"{self.id_of(one)},{lab},{one.extra // DAY} days"
            for lab, one in all_of_it
            if one.extra
        ]
        self._table("extensions.csv", "student,lab,until", more)
        excused = [
            f"{self.id_of(one)},{lab}" for lab, one in all_of_it if one.is_excused
        ]
        self._table("excused.csv", "student,lab", excused)
        with (self.folder / "nbgrader_config.py").open("a") as file:
            file.write(
                'c.AssignLatePenalties.plugin_class = "'
                'autograder.nbgrader.late.PercentPerDay"\n'
                f"c.PercentPerDay.percent = {PERCENT}\n"
            )
        self.run("autograder", "new-class", ".")

    def _table(self, name: str, header: str, rows: Sequence[str]) -> None:
        text = "\n".join([header, *rows]) + "\n"
        (self.folder / name).write_text(text, encoding="utf-8")

    def id_of(self, one: Handed) -> str:
        """The gradebook's name of a student."""
        return self.platform.id_of(one.person)

    # --- a lab ------------------------------------------------------------------------

    def walk(
        self, lab: str, handed: list[Handed], rng: random.Random, short: bool
    ) -> None:
        """All steps of one lab, or those that lead to the grade that goes back."""
        question = rng.choice(sorted(check.load(lab).checks))
        self.timed(lab, "release", self.run, "nbgrader", "generate_assignment", lab)
        self.timed(lab, "collect", self.collect, lab, handed)
        self.timed(lab, "grade", self.grade, lab, handed)
        self.timed(lab, "by hand", self.by_hand, lab, handed)
        self.timed(lab, "feedback", self.run, "autograder", "feedback", lab)
        if not short:
            self.timed(lab, "report", self.report, lab)
            self.timed(lab, "one question", self.regrade, lab, question)
        self.compare(lab, handed)
        self.timed(lab, "export", self.export, lab, handed)

    def collect(self, lab: str, handed: list[Handed]) -> None:
        """Two downloads; in between, a person says who is who."""
        due = [one for one in handed if one.work]
        self.counts["handed in"] += len(due)
        stranger = platforms.Work(
            GUEST, ON_TIME, due[0].name, due[0].work.text.encode()
        )
        first = [
            platforms.Work(one.person, ON_TIME - DAY, one.name, one.first.encode())
            if one.first
            else self._sent(one)
            for one in due
        ]
        last = [self._sent(one) for one in due]
        attempts = first + [self._sent(one) for one in due if one.first] + [stranger]
        places = self._download(lab, [*first, stranger])
        first_lab = lab == self.labs[0]
        self.run("autograder", "collect", lab, *places, status=int(first_lab))
        self._settle(lab, first_lab)
        places = self._download(lab, attempts)
        said = self.run("autograder", "collect", lab, *places)
        missing = self.owing(handed)
        line = f"{lab}: nothing to grade from {len(missing)}: {', '.join(missing)}."
        self.expect(line in said.splitlines(), f"{lab}: collect does not say {line!r}")
        self.counts["missing"] += len(missing)
        waiting = [row for row in self._asked() if not row["student"]]
        self.expect(not waiting, f"{lab}: still asked about {waiting}")
        name = build.released_path(lab).name
        for one, sent in zip(due, last, strict=True):
            path = self.course.submitted / self.id_of(one) / lab / name
            same = path.is_file() and path.read_bytes() == sent.content
            self.expect(same, f"{lab} {self.id_of(one)}: another file is collected")
        found = {path.parent.name for path in self.course.submitted.glob(f"*/{lab}")}
        invented = found - {self.id_of(one) for one in due}
        self.expect(not invented, f"{lab}: collected for {sorted(invented)}")

    def owing(self, handed: list[Handed]) -> list[str]:
        """Who handed in nothing and is not excused."""
        owing = [one for one in handed if not (one.work or one.is_excused)]
        return sorted(map(self.id_of, owing))

    def _sent(self, one: Handed) -> platforms.Work:
        content = b"" if one.is_empty else one.work.text.encode()
        return platforms.Work(one.person, one.time, one.name, content, one.is_late)

    def _download(self, lab: str, works: list[platforms.Work]) -> list[Path]:
        """Write what the platform gives for an assignment."""
        place = self.folder / "downloaded" / lab
        place.mkdir(parents=True, exist_ok=True)
        (place / "submissions.zip").write_bytes(self.platform.archive(works))
        table = self.platform.table(self.people, self.labs, works)
        (place / "grades.csv").write_text(table, encoding="utf-8", newline="")
        names = ["submissions.zip", *["grades.csv"] * self.platform.has_worksheet]
        return [place / name for name in names]

    def _asked(self) -> list[dict[str, str]]:
        path = self.folder / UNMATCHED
        if not path.is_file():
            return []
        return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))

    def _settle(self, lab: str, first_lab: bool) -> None:
        """Fill in who the unmatched are; nobody else may be among them.

        What was settled is remembered, except for Moodle's numbers, which belong to one
        assignment; here, they are the same in each.
        """
        known = {str(one.number): one for one in self.people[-2:]}
        rows = self._asked()
        asked = {row["number"] for row in rows if not row["student"]}
        guest = GUEST.participant if self.lms == "moodle" else GUEST.number
        expected = {str(guest)} | (set() if self.platform.tells_twins else known.keys())
        expected = expected if first_lab else set()
        self.expect(asked == expected, f"{lab}: asked about {asked}, not {expected}")
        self.counts["asked about"] += len(asked)
        for row in rows:
            twin = known.get(row["number"])
            row["student"] = self.platform.id_of(twin) if twin else "-"
        if rows:
            with (self.folder / UNMATCHED).open("w", newline="", encoding="utf-8") as f:
                writer = csv.DictWriter(f, rows[0])
                writer.writeheader()
                writer.writerows(rows)

    def grade(self, lab: str, handed: list[Handed]) -> None:
        """Grade the class; the empty file is named, and so is who handed in nothing."""
        words = ("autograder", "class", lab, "--jobs", str(self.jobs))
        said = self.run(*words, status=1).splitlines()
        missing = self.owing(handed)
        line = f"Nothing to grade from {len(missing)}: {', '.join(missing)}."
        self.expect(line in said, f"{lab}: class does not say {line!r}")
        for one in handed:
            named = any(row.startswith(f"  {self.id_of(one)}: ") for row in said)
            wrong = f"{lab} {self.id_of(one)}: named by class: {named}"
            self.expect(named == one.is_empty, wrong)

    def regrade(self, lab: str, question: str) -> None:
        """Grade one question again; points given by hand must stay."""
        more = ("--jobs", str(self.jobs), "--question", question)
        self.run("autograder", "class", lab, *more, status=1)

    def by_hand(self, lab: str, handed: list[Handed]) -> None:
        """Grade the answers in words, through nbgrader's own interface."""
        course, name = self.course, build.released_path(lab).name
        by_id = {self.id_of(one): one for one in handed}
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
                share = by_id[submission.student.id].override
                if share is not None:
                    grade = _checked(submission)[min(check.load(lab).checks)]
                    grade.manual_score = share * grade.max_score
                for comment in submission.notebooks[0].comments:
                    if comment.name in source.read(lab).named("question"):
                        comment.manual_comment = "Read."
            book.db.commit()

    def report(self, lab: str) -> None:
        """Statistics with their figure, and the pairs that are alike."""
        figure, table = f"{lab}.png", f"{lab}.csv"
        more = ("--figure", figure, "--csv", table)
        self.run("autograder", "statistics", lab, *more)
        self.run("autograder", "similarity", lab, "--markdown", f"{lab}.md")

    # --- what each deserves -----------------------------------------------------------

    def compare(self, lab: str, handed: list[Handed]) -> None:
        """Note every score and penalty that is not what the work deserves."""
        course = self.course
        with Gradebook(course.url, course.name) as book:
            found = {s.student.id: s for s in book.assignment_submissions(lab)}
            expected = {self.id_of(one) for one in handed if one.work}
            odd = sorted(found.keys() ^ expected)
            self.expect(not odd, f"{lab}: {odd} in the gradebook or not, wrongly")
            for one in handed:
                if submission := found.get(self.id_of(one)):
                    self._compare_one(lab, one, submission)

    def _compare_one(self, lab: str, one: Handed, submission) -> None:
        who, grades = f"{lab} {self.id_of(one)}", _checked(submission)
        for name, part in one.work.deserves.items():
            grade = grades[name]
            part = NONE if one.is_empty else part
            fine = {
                ALL: grade.auto_score == grade.max_score,
                LESS: grade.auto_score < grade.max_score,
                NONE: grade.auto_score == 0,
                ANY: True,
            }[part]
            points = f"{grade.auto_score} of {grade.max_score:g} points"
            self.expect(fine, f"{who} ({one.work.kind}): {name} {points}, not {part}")
        given = {} if one.is_empty else one.work.words
        for name in source.read(lab).named("question"):
            grade = grades[name]
            by_hand = given.get(name, 0) * grade.max_score
            self.expect(grade.score == by_hand, f"{who}: {grade.score:g} for {name}")
        if one.override is not None:
            grade = grades[min(check.load(lab).checks)]
            fine = grade.score == one.override * grade.max_score
            self.expect(fine, f"{who}: {grade.score:g} where a person gave another")
        came = one.time
        if one.is_late and not self.platform.tells_time:
            came = DUE + SECOND
        days = max(0, math.ceil((came - DUE - one.extra) / DAY))
        due = round(submission.score * min(1, PERCENT * days / 100), 2)
        penalty = submission.late_submission_penalty or 0
        fine = abs(penalty - due) < TOLERANCE
        self.expect(fine, f"{who}: a penalty of {penalty:g}, not {due:g}")

    # --- what goes back ---------------------------------------------------------------

    def export(self, lab: str, handed: list[Handed]) -> None:
        """Enter the grades into the platform's own table, and compare them."""
        place = self.folder / "downloaded" / lab
        template, upload = place / "grades.csv", self.folder / f"{lab}-upload.csv"
        words = ["export", lab, f"--{self.lms}", template, "--out", upload]
        archive = self.folder / f"{lab}-feedback.zip"
        if self.platform.takes_feedback:
            words += ["--feedback", archive]
            words += ["--submissions", place / "submissions.zip"]
        self.run("autograder", *words)
        before, after = template.read_bytes(), upload.read_bytes()
        heads = [raw.splitlines(keepends=True)[:1] for raw in (before, after)]
        self.expect(heads[0] == heads[1], f"{lab}: the header changed")
        old, new = (
            list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
            for raw in (before, after)
        )
        [column] = [
            i for i, name in enumerate(old[0]) if lab in name or name == "Grade"
        ]
        rest = [[r[:column] + r[column + 1 :] for r in rows] for rows in (old, new)]
        self.expect(rest[0] == rest[1], f"{lab}: more than the grades changed")
        by_key = {cell: row[column] for row in new for cell in row[:2]}
        stored, pages = self._stored(lab), set()
        for one in handed:
            who = self.id_of(one)
            sent = by_key.pop(self.platform.key_of(one.person))
            wanted = stored.pop(who, None)
            if one.is_excused:
                fine = sent == ("EX" if self.lms == "canvas" else "")
            elif wanted is None:
                fine = sent == ""
            else:
                fine = bool(sent) and abs(float(sent) - wanted) < TOLERANCE
                self.counts["grades"] += fine
            self.expect(fine, f"{lab} {who}: {sent!r} sent for {wanted}")
            page = self._page(lab, who)
            self.expect(page.is_file() == bool(one.work), f"{lab} {who}: feedback page")
            pages |= {page} if page.is_file() else set()
        self.expect(
            not stored, f"{lab}: graded and not on the roster: {sorted(stored)}"
        )
        if self.platform.takes_feedback:
            self._compare_pages(lab, place / "submissions.zip", archive, handed)
        self.counts["pages"] += len(pages)

    def _page(self, lab: str, who: str) -> Path:
        name = build.released_path(lab).with_suffix(".html").name
        return self.course.feedback / who / lab / name

    def _stored(self, lab: str) -> dict[str, float]:
        """The grade of each student, by plain SQL."""
        query = """
            SELECT submitted_assignment.student_id,
                SUM(COALESCE(grade.manual_score, grade.auto_score, 0)
                    + COALESCE(grade.extra_credit, 0)),
                MAX(COALESCE(submitted_notebook.late_submission_penalty, 0))
            FROM grade
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment
                ON submitted_assignment.id = submitted_notebook.assignment_id
            JOIN assignment ON assignment.id = submitted_assignment.assignment_id
            WHERE assignment.name = :lab
            GROUP BY submitted_assignment.student_id
        """
        engine = sqlalchemy.create_engine(self.course.url)
        with engine.connect() as connection:
            rows = connection.execute(sqlalchemy.text(query), {"lab": lab}).all()
        engine.dispose()
        return {who: points - penalty for who, points, penalty in rows}

    def _compare_pages(
        self, lab: str, given: Path, sent: Path, handed: list[Handed]
    ) -> None:
        """Each page goes back under the name of the file that it is about."""
        with zipfile.ZipFile(given) as file:
            names = file.namelist()
        with zipfile.ZipFile(sent) as file:
            found = {name: file.read(name) for name in file.namelist()}
        wanted = {}
        for one in handed:
            number = one.person.number
            if not one.work:
                continue
            if self.lms == "moodle":
                number = one.person.participant
            [name] = [name for name in names if f"_{number}_" in name]
            page = self._page(lab, self.id_of(one))
            if self.lms == "canvas":
                name = name.removesuffix(".ipynb") + ".html"
            else:
                name = f"{name.partition('/')[0]}/{page.name}"
            wanted[name] = page.read_bytes()
        self.expect(found == wanted, f"{lab}: other feedback goes back")

    # --- in the end -------------------------------------------------------------------

    def close(self) -> None:
        """Everybody on the roster has one row, and nobody else has one."""
        course = self.course
        with Gradebook(course.url, course.name) as book:
            found = sorted((s.id, s.first_name, s.last_name) for s in book.students)
        wanted = sorted((self.platform.id_of(p), p.first, p.last) for p in self.people)
        self.expect(found == wanted, "the gradebook has other students than the roster")

    def summary(self) -> tuple[str, ...]:
        """The row of the table."""
        total = sum(sum(by_lab.values()) for by_lab in self.seconds.values())
        counts = map(str, self.counts.values())
        bad = str(len(self.surprises))
        return self.lms, str(len(self.people)), *counts, bad, f"{total:.0f} s"


def steps(terms: Sequence[Term], submissions: int) -> str:
    """Seconds of each step: all labs of all platforms, one lab, one submission."""
    seconds: dict[str, list[float]] = {}
    for term in terms:
        for step, by_lab in term.seconds.items():
            seconds.setdefault(step, []).extend(by_lab.values())
    rows = [("step", "in all", "a lab", "a submission")]
    labs = sum(len(term.labs) for term in terms)
    seconds["together"] = [one for found in seconds.values() for one in found]
    for step, found in seconds.items():
        total = sum(found)
        a_lab, each = f"{total / labs:.2f} s", f"{total / submissions:.3f} s"
        rows.append((step, f"{total:.1f} s", a_lab, each))
    return columns(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lms", nargs="+", choices=PLATFORMS, default=[*PLATFORMS])
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument(
        "--labs", nargs="+", default=LABS, metavar="LAB", help="or: all"
    )
    parser.add_argument(
        "--short",
        action="store_true",
        help="without statistics, similarity and the question graded again",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--db", default="", metavar="URL", help="of the gradebook")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the courses")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    labs = paths.lab_names() if options.labs == ["all"] else list(options.labs)
    if options.students < 12:
        parser.error("the class has at least 12 students")
    if options.db and len(options.lms) > 1:
        parser.error("--db is one gradebook, so name one system with --lms")
    terms = []
    with tempfile.TemporaryDirectory() as scratch:
        for lms in options.lms:
            folder = ((options.keep or Path(scratch)) / f"course-{lms}").resolve()
            term = Term(folder, lms, options.students, labs, options.jobs, options.db)
            terms.append(term)
            rng = random.Random(options.seed)
            handed = {lab: handed_in(lab, term.people, rng) for lab in labs}
            term.timed("all", "new-class", term.begin, handed)
            for lab in labs:
                term.walk(lab, handed[lab], rng, options.short)
            term.close()
    head = ("LMS", "people", *terms[0].counts, "differences", "time")
    print(f"\n{', '.join(labs)}; {options.jobs} jobs")
    print(columns([head, *(term.summary() for term in terms)]))
    print(f"\n{steps(terms, sum(term.counts['handed in'] for term in terms))}\n")
    surprises = [one for term in terms for one in term.surprises]
    for surprise in surprises:
        print(surprise)
    if options.json:
        record = {
            "labs": labs,
            "seconds": {term.lms: term.seconds for term in terms},
            "counts": {term.lms: term.counts for term in terms},
            "differences": surprises,
        }
        options.json.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 1 if surprises else 0


def _checked(submission) -> dict:
    """The grades of a submission by the names of the questions."""
    return {
        grade.name.removeprefix(build.CHECK_PREFIX): grade
        for grade in submission.notebooks[0].grades
    }


if __name__ == "__main__":
    sys.exit(main())

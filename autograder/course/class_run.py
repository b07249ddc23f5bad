"""Grade everything that a class has handed in for a lab."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from autograder import paths
from autograder.checks import check
from autograder.course import penalties
from autograder.course.configuration import Course
from autograder.course.gradebook import Writer
from autograder.course.handed_in import submissions
from autograder.course.jobs import Graded, Job
from autograder.course.journal import Journal
from autograder.course.lock import held
from autograder.course.people import People
from autograder.errors import Refused
from autograder.grading.cases import Cases, Pool
from autograder.grading.collect import in_folder, passed_over
from autograder.grading.local_time import time_problem
from autograder.grading.results import LabResult, readable
from autograder.grading.submission import Submission, refused
from autograder.timestamp import handed_in
from helpers import files

BATCH, SECONDS = 25, 2.0  # results written at once; seconds that one may wait
MAX_NAME = 128  # characters of a name that nbgrader's gradebook can store

Scheduler = Callable[[Iterable[Job]], Iterator[tuple[Job, Graded]]]


class ClassError(Refused):
    """A run cannot continue; the message tells whoever started it why."""


@dataclass(frozen=True)
class Options:
    """Options of a run.

    Attributes:
        only: name of a single question to regrade for everybody.
        force: whether to grade unchanged submissions, too.
        strict: whether only the strongest sandbox is acceptable.
        seed: seed of the hidden cases for everybody; by default a fresh pool.
    """

    only: str = ""
    force: bool = False
    strict: bool = False
    seed: int | None = None


def grade_class(
    course: Course,
    lab: str,
    schedule: Scheduler,
    options: Options,
    progress: Callable[[LabResult | None], None] = lambda result: None,
    say: Callable[[str], None] = lambda sentence: None,
) -> list[LabResult]:
    """Grade a lab for a whole class.

    Args:
        course: the course with its folders and gradebook.
        lab: name of the lab.
        schedule: function that runs the jobs.
        options: the options of this run.
        progress: called with each result that is safely in the gradebook, and with
            `None` for each submission that needed no grading.
        say: called with a sentence if another run has to finish first.

    Returns:
        The results of this run. What could not be graded is among them in every run,
        until a person has graded all of it, another file is handed in or the reason is
        gone.

    Raises:
        ClassError: the run cannot continue. What was graded is safe; a second call
            resumes.
    """
    found = submissions(course, lab)
    refusals, accepted = [], []
    with _explained():
        strangers = _strangers(course, [student for student, _ in found])
    for student, path in found:
        linked = _linked(path, lab)
        if why := unfit(student) or linked or strangers.get(student, ""):
            refusals.append(refused(Submission(student, lab, str(path)), why))
            progress(refusals[-1])
        else:
            accepted.append((student, path))
    with _explained(), held(course.url, course.notes("gradebook.lock"), say):
        journal = Journal(course.notes(f"{lab}.attempts.jsonl"), lab)
        run = journal.start("" if options.seed is None else f"seed-{options.seed:x}")
        with Writer(course.url, course.name, lab, course.config) as book:
            jobs = _Jobs(course, lab, options, journal, book, run, progress, accepted)
            shelf = _Shelf(course, lab, options, journal, book, progress)
            starved, by_hand = [], book.by_hand()
            for job, graded in schedule(jobs):
                if graded.starved:
                    starved.append(job)
                elif jobs.is_refused(job, graded.result.error):
                    if job.student in by_hand:
                        progress(None)  # nothing is left to do
                    else:
                        shelf.keep(graded.result)
                else:
                    shelf.add(job, graded)
            for job in starved:  # again, with nothing running beside it
                for _, graded in schedule([job]):
                    shelf.add(job, graded)
            shelf.empty()
            _enter_times(course, lab, book, accepted)
        penalties.renew(course, [lab])
        journal.end(run)
    return [*refusals, *shelf.results]


def unfit(student: str) -> str:
    """Why a gradebook cannot store this student's name; empty if it can."""
    if readable(student) != student:
        return "The name of the student's folder is not UTF-8; rename it."
    if len(student) > MAX_NAME:
        return f"The name of the student's folder is longer than {MAX_NAME} characters."
    return ""


def _linked(path: Path, lab: str) -> str:
    """Why a link in the place of a folder is not graded; empty if it is a file."""
    if path.parent.name == lab:
        return ""
    return f"{path.name} is a link, which is not followed; put the folder there itself."


def _strangers(course: Course, students: Iterable[str]) -> dict[str, str]:
    """Folders that are no student of the roster, each with a sentence about it."""
    people = People.of(course)
    if not people.has_roster:
        return {}
    return {
        student: f"The roster has no student {student!r}. Name the folder as the "
        "gradebook names the student, or add the student to the roster."
        for student in students
        if student not in people.students
    }


def unreadable_times(course: Course, lab: str) -> list[str]:
    """A sentence about each submission whose time of handing in cannot be read."""
    sentences = []
    for student, path in submissions(course, lab):
        if why := time_problem(path.parent):
            sentences.append(f"{student}: {why}")
    return sentences


class _Jobs:
    """The remaining jobs: neither refused nor done by an earlier run."""

    def __init__(
        self,
        course: Course,
        lab: str,
        options: Options,
        journal: Journal,
        book: Writer,
        run: str,
        progress: Callable[[LabResult | None], None],
        found: Sequence[tuple[str, Path]],
    ) -> None:
        self.course, self.lab, self.options = course, lab, options
        self.journal, self.progress = journal, progress
        self.written = book.students()
        self.found = found
        self.pool = Pool.for_class(check.load(lab), run, len(found))

    def __iter__(self) -> Iterator[Job]:
        for student, path in self.found:
            beside = in_folder(path.parent, self.lab)[1]
            job = replace(
                Job.of(path, student, self.lab),
                remarks=passed_over(path.name, beside),
                seed=self._seed(student),
                only=self.options.only,
                strict=self.options.strict,
            )
            if self._done(job):
                self.progress(None)
            else:
                yield job

    def _done(self, job: Job) -> bool:
        if self.options.force or self.options.only:
            return False
        known = self.journal.graded(job.student, _digest(job))
        return known and self._is_stored(job.student)

    def is_refused(self, job: Job, error: str) -> bool:
        """Whether it is stored that this very file cannot be graded, and why.

        To store it again would change nothing but ask the person who gave points by
        hand for another look.
        """
        known = self.journal.refused(job.student, _digest(job), error)
        return known and self._is_stored(job.student)

    def _is_stored(self, student: str) -> bool:
        name = paths.released_path(self.lab).name
        target = self.course.autograded / student / self.lab / name
        return student in self.written and target.is_file()

    def _seed(self, student: str) -> int:
        if self.options.seed is not None:
            return self.options.seed
        cases: Cases = self.pool.of(student)
        return cases.seed


class _Shelf:
    """Collects results and stores them, many at a time."""

    def __init__(self, course, lab, options, journal, book, progress) -> None:
        self.course, self.lab, self.options = course, lab, options
        self.journal, self.book, self.progress = journal, book, progress
        self.results: list[LabResult] = []
        self._waiting: list[tuple[Job, Graded]] = []
        self._since = time.monotonic()

    def add(self, job: Job, graded: Graded) -> None:
        """Take one result."""
        self._waiting.append((job, graded))
        if len(self._waiting) >= BATCH or time.monotonic() - self._since > SECONDS:
            self.empty()

    def keep(self, result: LabResult) -> None:
        """Take a result that is stored already."""
        self.results.append(result)
        self.progress(result)

    def empty(self) -> None:
        """Write the collected results: notebooks, then the gradebook, then the log."""
        only = self.options.only
        for job, graded in self._waiting:
            self._write_notebook(job, graded)
        times = [handed_in(Path(job.path).parent) for job, _ in self._waiting]
        graded = [graded for _, graded in self._waiting]
        self.book.write(zip(graded, times, strict=True), only)
        self.journal.attempts(
            (graded.result, _digest(job), only) for job, graded in self._waiting
        )
        for one in graded:
            self.results.append(one.result)
            self.progress(one.result)
        self._waiting, self._since = [], time.monotonic()

    def _write_notebook(self, job: Job, graded: Graded) -> None:
        source = Path(job.path)
        folder = self.course.autograded / job.student / self.lab
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / paths.released_path(self.lab).name
        notebook = graded.notebook
        if job.only and target.is_file():
            notebook = json.loads(target.read_text(encoding="utf-8"))
            _replace_outputs(notebook, graded.outputs)
        text = json.dumps(notebook, ensure_ascii=False, sort_keys=True)
        files.write(target, text + "\n")
        _keep_beside("timestamp.txt", source.parent, folder, handed_in)
        _keep_beside("submission_secret.txt", source.parent, folder, _secret)


def _enter_times(
    course: Course, lab: str, book: Writer, found: Sequence[tuple[str, Path]]
) -> None:
    """Enter the times of files that are graded already, too.

    A person may have corrected one, or a download may tell it at last.
    """
    folders = {student: path.parent for student, path in found}
    times = {student: handed_in(folder) for student, folder in folders.items()}
    for student in book.enter_times(times):
        graded = course.autograded / student / lab
        if graded.is_dir():
            _keep_beside("timestamp.txt", folders[student], graded, handed_in)


def _keep_beside(
    name: str, source: Path, target: Path, read: Callable[[Path], object]
) -> None:
    """Copy a file of nbgrader's collectors, or remove an old copy if there is none."""
    if read(source):
        shutil.copy(source / name, target)
    else:
        (target / name).unlink(missing_ok=True)


def _secret(folder: Path) -> bool:
    """Whether the exchange wrote the secret under which it files feedback."""
    path = folder / "submission_secret.txt"
    return not path.is_symlink() and path.is_file() and path.stat().st_size < 1000


def _digest(job: Job) -> str:
    return hashlib.sha256(job.raw or job.error.encode()).hexdigest()


def _replace_outputs(notebook: dict, outputs: dict[str, list]) -> None:
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in outputs:
            cell["outputs"] = outputs[name]


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn system errors into one sentence."""
    safe = "What was graded so far is safe; run the same command again to continue."
    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ClassError(f"The gradebook cannot be written ({said}). {safe}") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            what = error.filename or "a file"
            said = f"{what} cannot be written ({error.strerror})."
            raise ClassError(f"{said} {safe}") from None
        raise

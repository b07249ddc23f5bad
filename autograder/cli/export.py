"""`autograder export LAB --canvas FILE`: grades and feedback for an LMS."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.cli.common import UsageError, labs_named, say_strangers
from autograder.errors import about

SYSTEMS = {
    "canvas": "the gradebook that Canvas exported",
    "moodle": "the grading worksheet or the grades that Moodle exported",
    "brightspace": "the grades that Brightspace exported",
    "blackboard": "the Grade Center that Blackboard exported",
}


def add_to(commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "export",
        help="write grades and feedback in the form that an LMS takes back",
        description="Enters the gradebook's grades, with points given by hand, extra "
        "credit and late penalties, into the table that the LMS exported. Nothing "
        "else in the table changes, so it can be uploaded as it is.",
    )
    parser.add_argument("lab", metavar="LAB")
    group = parser.add_mutually_exclusive_group(required=True)
    for name, what in SYSTEMS.items():
        group.add_argument(f"--{name}", type=Path, metavar="FILE", help=what)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the file to upload (default: FILE-LAB in this folder)",
    )
    parser.add_argument(
        "--column",
        default="",
        metavar="NAME",
        help="heading of the column, if the lab does not tell it",
    )
    parser.add_argument(
        "--feedback",
        type=Path,
        metavar="ZIP",
        help="write the feedback pages as Canvas or Moodle takes them back in bulk",
    )
    parser.add_argument(
        "--submissions",
        type=Path,
        metavar="PATH",
        help="the download of the submissions, whose file names Canvas wants back",
    )
    parser.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the course's folder (default: this one)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the files, and say what is in them."""
    from nbgrader.api import Gradebook

    from autograder import paths
    from autograder.course import penalties, schedule
    from autograder.course.configuration import open_course
    from autograder.course.grades import grades, maximum
    from autograder.course.people import People
    from autograder.reports import feedback_archive, lms
    from helpers import files

    labs_named([options.lab])
    name = next(name for name in SYSTEMS if getattr(options, name))
    template = getattr(options, name)
    if not template.is_file():
        raise UsageError(f"There is no file {template}.")
    if options.submissions and not options.submissions.exists():
        raise UsageError(f"There is no file or folder {options.submissions}.")
    if options.feedback and name not in feedback_archive.SYSTEMS:
        raise UsageError(f"{name.title()} does not take feedback back in bulk.")
    out = options.out or Path(f"{template.stem}-{options.lab}{template.suffix}")
    if out.resolve() == template.resolve():
        raise UsageError(f"--out must name another file than {template}.")
    course = open_course(options.course)
    penalties.renew(course, [options.lab])
    say_strangers(course)
    pairs = schedule.excused(course.root, paths.lab_names())
    excused = {student for student, lab in pairs if lab == options.lab}
    with Gradebook(course.url, course.name) as book:
        everybody, most = grades(book, options.lab), maximum(book, options.lab)
    graded = [
        one for one in everybody if one.grade is not None and one.id not in excused
    ]
    if not graded:
        raise UsageError(
            f"Nothing is graded yet; run `autograder class {options.lab}`."
        )
    system = lms.SYSTEMS[name]
    done = lms.fill(
        system,
        template,
        options.lab,
        People.of(course),
        everybody,
        most,
        excused,
        options.column,
    )
    if options.feedback:  # first, because it may be refused: then nothing is written
        with about(options.feedback):
            sent, left = feedback_archive.write(
                name,
                options.feedback,
                course,
                options.lab,
                done.rows,
                options.submissions,
            )
    with about(out):
        files.write(out, done.raw)
    away = len(excused & done.given.keys())
    counts = f"{len(done.given) - away} grades"
    counts += f" and {away} excused" if away else ""
    print(f"{out}: {counts} in the column {done.column!r}.")
    if excused and not system.excused:
        done.remarks.append(
            f"Excused; mark them in {system.name} yourself: {_listed(sorted(excused))}."
        )
    waiting = [one.id for one in graded if one.waiting]
    if waiting:
        done.remarks.append(
            f"Answers that still wait for points by hand: {_listed(waiting)}."
        )
    if done.missing:
        done.remarks.append(
            f"Graded, but not in {template.name}: {_listed(done.missing)}."
        )
    if options.feedback:
        print(f"{options.feedback}: {sent} pages.")
        if left:
            told = (template if name == "moodle" else options.submissions).name
            done.remarks.append(
                f"Not in {options.feedback.name}, because {told} does not contain "
                f"their number in {system.name}: {_listed(left)}."
            )
    for sentence in done.remarks:
        print(sentence, file=sys.stderr)
    return 1 if done.missing else 0


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(names[:10]) + more

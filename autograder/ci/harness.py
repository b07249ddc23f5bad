"""Runs inside Gradescope: grades one submission and always writes `results.json`.

The folders are Gradescope's: `submission/`, `submission_metadata.json`, `results/`.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

from autograder import paths, reports
from autograder.grading.cases import drawn
from autograder.grading.results import LabResult
from autograder.grading.submission import Submission, grade, refused
from autograder.sandbox.host import SandboxSession


def main(root: Path) -> None:
    """Grade the submission in a folder with Gradescope's structure."""
    [lab] = paths.lab_names()  # the archive contains one
    student = _student(root / "submission_metadata.json")
    try:
        result = _graded(root / "submission", lab, student)
        print(f"{lab}, {student}: seed {result.seed}, sandbox tier {result.tier}")
    except Exception:
        traceback.print_exc()  # only the instructor sees this output
        why = "This could not be graded because of a fault of the grader. Your work "
        result = _refused(lab, student, why + "is safe; please tell your instructor.")
    target = root / "results"
    target.mkdir(exist_ok=True)
    reports.write("gradescope", target / "results.json", [result])


def _graded(folder: Path, lab: str, student: str) -> LabResult:
    found = sorted(
        path
        for path in folder.rglob("*.ipynb")
        if not any(part.startswith((".", "__")) for part in path.parts)
    )
    named = [path for path in found if path.name == paths.released_path(lab).name]
    wanted = named or found
    if len(wanted) != 1:
        listed = ", ".join(path.name for path in wanted[:5]) or "none"
        why = f"Hand in one notebook, {paths.released_path(lab).name}; found: {listed}."
        return _refused(lab, student, why)
    handed_in = Submission.of(wanted[0], student, lab)
    return grade(handed_in, drawn(student), SandboxSession(lab=lab))


def _refused(lab: str, student: str, why: str) -> LabResult:
    return refused(Submission(student, lab, ""), why)


def _student(path: Path) -> str:
    """The student by Gradescope's metadata: student number, or else e-mail address."""
    try:
        first = json.loads(path.read_text(encoding="utf-8"))["users"][0]
        return str(first.get("sid") or first.get("email") or first["id"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return "student"


if __name__ == "__main__":
    main(Path(sys.argv[1]))

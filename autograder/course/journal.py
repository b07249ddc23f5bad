"""What was graded when and with which seed: an append-only log.

It also lets an interrupted run resume: a run without an end continues under its own
name, so that its hidden cases stay the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder import paths
from autograder.grading.results import LabResult


class Journal:
    """The log of one lab.

    Args:
        path: path of the file, which has one JSON record per line.
        lab: name of the lab.
    """

    def __init__(self, path: Path, lab: str) -> None:
        self.path, self.lab = path, lab
        self.course = course_digest(lab)
        self._known: dict[str, tuple[str, str]] = {}  # the file, and what was wrong
        self.unfinished = ""
        for record in self._records():
            match record:
                case {"run": str(run), "event": "start"}:
                    self.unfinished = run
                case {"run": str(), "event": "end"}:
                    self.unfinished = ""
                case {"question": _}:
                    pass  # its other questions may never have been graded
                case {"student": str(student), "file": str(file), "course": course}:
                    fresh = course == self.course
                    error = str(record.get("error", ""))
                    self._known[student] = (file if fresh else "", error)

    def _records(self) -> Iterator[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue  # an incomplete last line of a run that was killed
            if isinstance(record, dict):
                yield record

    def graded(self, student: str, file: str) -> bool:
        """Whether this file was already graded by the current checks."""
        return self._known.get(student) == (file, "")

    def refused(self, student: str, file: str, error: str) -> bool:
        """Whether this file could not be graded already, and for this reason."""
        return bool(error) and self._known.get(student) == (file, error)

    def errors(self) -> dict[str, str]:
        """Students whose last file could not be graded, and why."""
        return {who: error for who, (_, error) in self._known.items() if error}

    def start(self, run: str = "") -> str:
        """Record the start of a run, or resume one that was stopped.

        Returns:
            The run's name.
        """
        run = run or self.unfinished or secrets.token_hex(16)
        if run != self.unfinished:
            self._append([{"run": run, "event": "start", **self._when()}])
        return run

    def end(self, run: str) -> None:
        """Record that a run is finished."""
        self._append([{"run": run, "event": "end", **self._when()}])

    def attempts(self, graded: Iterable[tuple[LabResult, str, str]]) -> None:
        """Record results that are safely in the gradebook.

        Args:
            graded: result, hash of the file, and the single question it is about.
        """
        self._append(
            {
                **self._when(),
                "student": result.student,
                "lab": result.lab,
                "file": digest,
                "course": self.course,
                "seed": result.seed,
                "tier": result.tier,
                "score": result.score,
                "max_score": result.max_score,
                "error": result.error,
            }
            | ({"question": only} if only else {})
            for result, digest, only in graded
        )

    def _append(self, records: Iterable[dict[str, Any]]) -> None:
        lines = [json.dumps(record, ensure_ascii=False) for record in records]
        with self.path.open("a+", encoding="utf-8") as file:
            # An incomplete line must not absorb the next one.
            if file.tell() and not self._ends_well():
                file.write("\n")
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())

    def _ends_well(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    @staticmethod
    def _when() -> dict[str, str]:
        return {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def course_digest(lab: str) -> str:
    """Hash of everything that affects a lab's scores."""
    whole = hashlib.sha256()
    for path in (
        paths.source_of(lab),
        *paths.checks_of(lab),
        paths.ROOT / "helpers" / "drivers" / f"{lab}.py",
        paths.ROOT / "helpers" / "stand_ins" / f"{lab}.py",
    ):
        whole.update(path.read_bytes() if path.is_file() else b"")
    return whole.hexdigest()[:16]

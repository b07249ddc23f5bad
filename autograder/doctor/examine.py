"""Run attacks, each between two honest submissions, and report the results."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder import paths
from autograder.authoring import build, solve
from autograder.checks import check
from autograder.doctor.attacks import ATTACKS, Attack, Scene
from autograder.doctor.attacks.attack import LAB
from autograder.grading.cases import Cases
from autograder.grading.results import LabResult
from autograder.grading.submission import BROKEN, Submission, grade
from autograder.sandbox.host import Sandbox, SandboxSession
from autograder.sandbox.host.session import Deadlines
from autograder.sandbox.inside.confine import Bounds

FOUND = "BEGIN"  # what an attack reports when it succeeds
DEADLINES = Deadlines(read=10.0, cell=3.0, submission=20.0, together=2.0)
BOUNDS = Bounds(memory=1 << 30, total=400 << 20, cpu=30)
SLACK = 10.0  # seconds that ending a submission may take on a busy machine


@dataclass(frozen=True)
class Finding:
    """The result of one attack.

    Attributes:
        name: name of the attack.
        kind: its class.
        contained: whether it gained and harmed nothing.
        detail: what it gained, or why it gained nothing.
        seconds: how long it took.
    """

    name: str
    kind: str
    contained: bool
    detail: str
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The record for `--json`."""
        record = asdict(self)
        record["class"] = record.pop("kind")
        return record


@contextlib.contextmanager
def scene() -> Iterator[tuple[Scene, list[str]]]:
    """Targets to attack (a secret, a service, a judge), and visitors of the service."""
    visitors: list[str] = []
    with tempfile.TemporaryDirectory() as name, _listening(visitors) as port:
        folder = Path(name)
        secret = f"secret-{secrets.token_hex(8)}"
        (folder / "secret.txt").write_text(secret)
        yield Scene(folder, secret, port, os.getpid(), paths.ROOT), visitors


@contextlib.contextmanager
def _listening(visitors: list[str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as stream:
        port = stream.getsockname()[1]
        packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        packets.bind(("127.0.0.1", port))
        stream.settimeout(0.1)
        packets.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    stream.accept()[0].close()
                    visitors.append("a connection")
                with contextlib.suppress(TimeoutError):
                    packets.recv(10)
                    visitors.append("a datagram")

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield port
        finally:
            done.set()
            thread.join()
            packets.close()


class Examiner:
    """Tries attacks on one sandbox.

    Args:
        sandbox: a sandbox with short limits; see `BOUNDS`.
        scene: the targets of the attacks.
        visitors: connections to the service of the scene.
    """

    def __init__(self, sandbox: Sandbox, scene: Scene, visitors: list[str]) -> None:
        self.sandbox, self.scene, self.visitors = sandbox, scene, visitors
        self._folder = Path(tempfile.mkdtemp(prefix="autograder-doctor-"))
        self._cases = Cases(check.load(LAB), secrets.randbits(64))
        self._honest = self._folder / "honest" / f"{LAB}.ipynb"
        self._honest.parent.mkdir()
        self._honest.write_text(build.serialize(solve.solved(LAB)), encoding="utf-8")
        self._watched = _watched()

    def honest(self) -> str:
        """What an honest student currently loses; empty if nothing."""
        result = self._grade(self._honest)
        lost = [
            q.message
            for q in result.questions
            if q.score is not None and q.score < q.max_score
        ]
        if result.error or lost:
            return f"an honest submission lost points: {result.error or lost[0]}"
        return ""

    def attack(self, attack: Attack) -> Finding:
        """Try one."""
        folder = self._folder / secrets.token_hex(4)
        folder.mkdir()
        path = folder / f"{LAB}.ipynb"
        attack.put(path, self.scene)
        start = time.monotonic()
        result = self._grade(path)
        seconds = time.monotonic() - start
        harm = self._harm(result, seconds) or self.honest()
        why = result.error or _first(result)
        return Finding(attack.name, attack.kind, not harm, harm or why, seconds)

    def _grade(self, path: Path) -> LabResult:
        session = SandboxSession(self.sandbox, DEADLINES, LAB)
        handed_in = Submission.of(path, "student", LAB)
        return grade(handed_in, lambda lab: self._cases, session)

    def _harm(self, result: LabResult, seconds: float) -> str:
        if BROKEN in result.error:
            return result.error
        if result.score:
            return f"it got {result.score:g} points for nothing"
        said = " ".join(
            [result.error, *result.findings, *(q.message for q in result.questions)]
        )
        if self.scene.secret in said or f": {FOUND}" in said:
            return "it reached its target"
        left = {p.name for p in self.scene.folder.iterdir()}
        secret = self.scene.folder / "secret.txt"
        if left != {"secret.txt"} or secret.read_text() != self.scene.secret:
            return "it wrote outside its scratch folder"
        if _watched() != self._watched:
            return "it changed a file of the course or of Python"
        if self.visitors:
            return f"the service got {self.visitors.pop()}"
        if survivors := self._survivors():
            return f"{len(survivors)} of its processes are still running"
        if seconds > DEADLINES.submission + SLACK:
            return f"it took {seconds:.0f} seconds"
        return ""

    def _survivors(self) -> list[int]:
        """Child processes of the sandbox that are not part of it."""
        own = self.sandbox.processes()
        deadline = time.monotonic() + 2
        while found := set(self.sandbox.processes()) - self._part(own):
            if time.monotonic() > deadline:
                return sorted(found)
            time.sleep(0.02)
        return []

    def _part(self, pids: list[int]) -> set[int]:
        """The first processes of a sandbox: bubblewrap twice, and the fork server."""
        return set(sorted(pids)[: 3 if self.sandbox.tier == 1 else 1])

    def close(self) -> None:
        """Remove the submissions."""
        for path in sorted(self._folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        self._folder.rmdir()


def _first(result: LabResult) -> str:
    said = [*result.findings, *(q.message for q in result.questions)]
    return said[0] if said else ""


def _watched() -> list[tuple[str, int, float]]:
    """Size and modification time of files that attacks target."""
    import numpy

    found = [paths.ROOT / "nbgrader_config.py", paths.ROOT / "helpers" / "data.py"]
    found.append(Path(numpy.__file__))
    return [(p.name, p.stat().st_size, p.stat().st_mtime) for p in found]


def examine(
    sandbox: Sandbox,
    attacks: Iterable[Attack] = ATTACKS,
    progress: Callable[[Finding], None] = lambda finding: None,
) -> list[Finding]:
    """Try attacks on a sandbox, one after the other.

    Raises:
        RuntimeError: not even an honest submission gets its points.
    """
    findings = []
    with scene() as (place, visitors):
        examiner = Examiner(sandbox, place, visitors)
        try:
            if lost := examiner.honest():
                raise RuntimeError(f"The grader does not work here: {lost}.")
            for attack in attacks:
                findings.append(examiner.attack(attack))
                progress(findings[-1])
        finally:
            examiner.close()
    return findings

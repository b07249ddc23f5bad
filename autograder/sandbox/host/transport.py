"""The judge's transport into a sandbox. Everything that comes back is checked here."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks.check import Call, Check
from autograder.grading.cases import Cases, question
from autograder.sandbox.host.layout import hidden_helpers, used_helpers
from autograder.sandbox.host.oracle import Oracle
from autograder.sandbox.host.process import Sandbox
from autograder.sandbox.inside.frames import Channel, Closed, FrameError, TooLate
from autograder.sandbox.inside.parse import MAX_IMAGES, Image, RawCell, is_image
from helpers.checks.outcome import Outcome

ENDED = "the process ended in the middle of it"
TOO_LONG = "the notebook took too long as a whole"
SLOW = 0.5  # seconds; for less, processor time is not looked up
MAX_TEXT = 2_000  # characters of a message from the sandbox
# Bytes of everything that comes back for a question, or for all questions asked at
# once. A lab's answers take some hundred thousand bytes; the judge keeps them.
MAX_ANSWERS = 8_000_000


@dataclass(frozen=True)
class Deadlines:
    """Time limits in seconds: processor time if the system counts it, else clock time.

    A submission that waits for a processor because others keep all of them busy may
    take longer by the clock.

    Attributes:
        read: for reading the file.
        cell: for one cell of the notebook.
        submission: for everything together.
        asks: number of values that a stand-in may give in one call of an exercise.
        together: for one question when all are asked at once; a question that takes
            longer is asked again alone, with the time its check allows for a call.
        patience: by what factor all this may take longer by the clock.
    """

    read: float = 20.0
    cell: float = 20.0
    submission: float = 150.0
    asks: int = 20_000
    together: float = 4.0
    patience: float = 4.0


@dataclass(frozen=True)
class _Exchange:
    """A message being waited for: since when, how long, and whether to be patient."""

    start: float
    seconds: float
    patient: bool = False


class Sandboxed:
    """Runs one submission; see `autograder.grading.judge.Transport`.

    Args:
        sandbox: where it runs, one submission at a time.
        deadlines: its time limits.
        lab: the lab, if it is known beforehand, which saves a process.

    Attributes:
        starved: it ran out of time, perhaps only because others used the processors.
    """

    def __init__(
        self, sandbox: Sandbox, deadlines: Deadlines | None = None, lab: str = ""
    ) -> None:
        self.sandbox = sandbox
        self.deadlines = deadlines or Deadlines()
        self.start = time.monotonic()
        self.end = self.start + self.deadlines.submission
        self.starved = False
        self._exchange = _Exchange(self.start, 0.0)
        self._spent = 0.0  # processor seconds of the processes that have ended
        self._mark = 0.0  # those of the running process when it last answered
        self._lab, self._cells = lab, []
        self._left_out: dict[int, str] = {}
        self._said: list[str] = []
        self._channel: Channel | None = None
        self._ready = False

    @property
    def errors(self) -> list[str]:
        """A sentence about each cell that stopped or was left out."""
        left_out = [
            f"Cell {n} was left out: {why}." for n, why in self._left_out.items()
        ]
        return left_out + self._said

    def read(self, raw: bytes) -> tuple[list[RawCell], str]:
        """The cells of a notebook file, parsed in the sandbox.

        Args:
            raw: the content of the file.
        """
        try:
            channel = self._open()
            message = self._ask(
                channel, {"read": np.frombuffer(raw, np.uint8)}, self.deadlines.read
            )
            cells = [RawCell(*map(str, cell)) for cell in message["cells"]]
            return _with_images(cells, message["images"]), _text(message["error"])
        except (FrameError, KeyError, TypeError, ValueError, OverflowError) as error:
            self._end()
            return [], f"The file could not be read as a notebook ({_text(error)})."

    def run(self, lab: str, cells: Sequence[str]) -> None:
        """Accept the student's code; it runs when the first question is asked."""
        if lab != self._lab:
            self._end()  # another lab hides other parts of the helpers
        self._lab, self._cells = lab, list(cells)
        self._left_out, self._said = {}, []
        self._ready = False

    def together(
        self, cases: Cases, names: Sequence[str], variables: Sequence[str]
    ) -> tuple[dict[str, list[Outcome]], dict[str, Any]]:
        """Ask for everything at once, in one process that ends after answering.

        If one question ends or blocks that process, the questions after it are left
        out; the judge asks them again, one by one.

        Returns:
            Outcomes by exercise, and the contents of variables as plain values.
        """
        found: dict[str, list[Outcome]] = {}
        values: dict[str, Any] = {}
        channel = self._prepared()
        if not channel:
            return found, values
        channel.allowance = MAX_ANSWERS
        try:
            frame = cases.frame(names, variables)
            channel.send_buffers(frame, self._deadline(self.deadlines.cell))
            for name in names:
                check, calls = cases.lab.checks[name], cases.calls(name)
                outcomes = self._outcomes(channel, check, calls, (), quick=True)
                if not self._ready:
                    return found, values
                found[name] = outcomes
            deadline = self._deadline(self.deadlines.cell)
            for name in variables:
                values[name] = channel.receive(deadline).get("value")
        except FrameError:
            pass
        finally:
            self._end()
        return found, values

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """The contents of some variables, as plain values."""
        found: dict[str, Any] = dict.fromkeys(names)
        channel = self._prepared()
        if not channel:
            return found
        deadline = self._deadline(self.deadlines.cell)
        channel.allowance = MAX_ANSWERS
        try:
            channel.send({"values": list(names)}, deadline)
            for name in names:
                message = channel.receive(deadline)
                if "ended" in message:
                    return found
                found[name] = message.get("value")
            channel.receive(deadline)
        except FrameError:
            self._end()
        return found

    def outcomes(
        self,
        check: Check,
        calls: Sequence[Call],
        stand_ins: Collection[str],
        blocks: Collection[str] = (),
    ) -> list[Outcome]:
        """Outcomes of some calls of an exercise, with other exercises replaced.

        With stand-ins, the submission's processes end afterwards, so that no other
        question can use what a stand-in answered.
        """
        channel = self._prepared()
        if not channel:
            why = "; ".join(self.errors[-1:]) or "it could not be run"
            if time.monotonic() >= self.end:
                why = TOO_LONG
            return [Outcome(error=why)] * len(calls)
        channel.allowance = MAX_ANSWERS
        try:
            order = {"question": question(check, calls, stand_ins, blocks)}
            channel.send(order, self._deadline(check.seconds))
            outcomes = self._outcomes(channel, check, calls, stand_ins)
            if outcomes is None:
                return [Outcome(error=ENDED)] * len(calls)
            if self._ready:
                channel.receive(self._deadline(check.seconds))
            return outcomes
        except FrameError as error:
            return [Outcome(error=self._why(error, check.seconds))] * len(calls)
        finally:
            if stand_ins:
                self._end()

    def _outcomes(
        self, channel, check, calls, stand_ins, quick=False
    ) -> list[Outcome] | None:
        """The outcomes of all calls, or `None` if the process ended instead."""
        found: list[Outcome] = []
        seconds = self.deadlines.together if quick else check.seconds
        try:
            while len(found) < len(calls):
                message = self._told(channel, stand_ins, seconds, patient=not quick)
                if "ended" in message:
                    return None
                told = message.get("outcomes")
                if not isinstance(told, list) or not told:
                    raise FrameError("a message of no known form")
                for call, one in zip(calls[len(found) :], told, strict=False):
                    found.append(_outcome(one, set(call.inputs), check.mutates))
        except FrameError as error:
            why = self._why(error, check.seconds)
            found += [Outcome(error=why)] * (len(calls) - len(found))
        return found

    def _told(
        self,
        channel: Channel,
        stand_ins: Collection[str],
        seconds: float,
        patient: bool,
    ) -> dict[str, Any]:
        """The next outcomes; before they arrive, stand-ins may be asked for values."""
        with self._timed(seconds, patient) as deadline:
            return self._told_by(channel, stand_ins, deadline)

    def _told_by(
        self, channel: Channel, stand_ins: Collection[str], deadline: float
    ) -> dict[str, Any]:
        for _ in range(self.deadlines.asks):
            allowance = channel.allowance
            message = channel.receive(deadline)
            if "ask" not in message:
                return message
            channel.allowance = allowance  # these messages are answered but not kept
            name = message["ask"]
            if not isinstance(name, str) or name not in stand_ins:
                raise FrameError("it asked for a function that has no stand-in")
            with self._not_its_own_time() as late:
                asked = time.monotonic()
                reply = Oracle.shared().ask(self._lab, name, message.get("with"), late)
            waited = time.monotonic() - asked
            deadline, self.end = deadline + waited, self.end + waited
            self._exchange = replace(
                self._exchange, start=self._exchange.start + waited
            )
            channel.send(reply, max(deadline, self._deadline(self._exchange.seconds)))
        raise TooLate("too many calls of other exercises")

    def _why(self, error: FrameError, seconds: float) -> str:
        """Say why a question failed, and end its process."""
        why = self._end()
        if why == "memory":
            return "it took too much memory"
        if why == "processes":
            return "it started too many processes"
        if why == "files":
            return "it wrote too much to its files"
        if isinstance(error, TooLate):
            if time.monotonic() >= self.end:
                self._note_starving()
                return TOO_LONG
            return f"it took longer than {seconds:g} seconds"
        if isinstance(error, Closed):
            return ENDED
        return f"its answer cannot be read ({_text(error)})"

    def _prepared(self) -> Channel | None:
        """A process in which the student's cells have run."""
        while not self._ready:
            if time.monotonic() >= self.end:
                self._note_starving()
                return None
            if len(self._left_out) > 5:
                return None
            number = 0
            try:
                channel = self._open()
                for running in self._run(channel):
                    number = running
                self._ready = True
            except (FrameError, KeyError, TypeError, ValueError) as error:
                if not isinstance(error, FrameError):
                    error = FrameError("a message of no known form")
                why = self._why(error, self.deadlines.cell)
                repeated = number in self._left_out
                self._left_out[number] = why
                if repeated:
                    return None
        return self._channel

    def _run(self, channel: Channel) -> Iterator[int]:
        """Run the cells, with the number of each before it runs."""
        order = {"run": self._cells, "lab": self._lab, "skip": self._left_out}
        channel.allowance = MAX_ANSWERS
        channel.send(order, self._deadline(self.deadlines.cell))
        while True:
            with self._timed(self.deadlines.cell) as deadline:
                message = channel.receive(deadline)
            if "ran" in message:
                self._said = [_text(said) for said in _some(message["ran"], 50)]
                return
            number = message["cell"]
            if not isinstance(number, int) or not 0 < number <= len(self._cells):
                raise FrameError("a message of no known form")
            yield number

    def _open(self) -> Channel:
        if not self._channel:
            hidden = hidden_helpers(self._lab) if self._lab else ()
            used = used_helpers(self._lab) if self._lab else ()
            self._channel = self.sandbox.open(hidden, used)
            self._channel.more_time = self._more_time
            self._mark = 0.0
        return self._channel

    def _ask(self, channel: Channel, message: dict, seconds: float) -> dict[str, Any]:
        deadline = self._deadline(seconds)
        channel.send(message, deadline)
        return channel.receive(deadline)

    def _deadline(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self.end)

    @contextlib.contextmanager
    def _timed(self, seconds: float, patient: bool = True) -> Iterator[float]:
        """Yield the first deadline for a message; `_more_time` gives later ones."""
        start = time.monotonic()
        self._exchange = _Exchange(start, seconds, patient)
        yield self._deadline(seconds)
        if time.monotonic() - start > SLOW and (seen := self.sandbox.look()):
            self._mark = seen[0]

    def _more_time(self) -> float | None:
        """A later deadline, if the process has had too little processor time so far."""
        if not self._exchange.patient:
            return None
        seen = self.sandbox.look()
        if seen is None:  # it is unknown who used the processors
            self.starved = True
            return None
        processors, busy = seen
        left = self._exchange.seconds - (processors - self._mark)
        if not busy or left < self._exchange.seconds / 20:
            return None
        now, patience = time.monotonic(), self.deadlines.patience
        if (
            now > self._exchange.start + patience * self._exchange.seconds
            or now > self.start + patience * self.deadlines.submission
        ):
            self.starved = True
            return None
        later = now + min(max(left, 0.1), 2.0)
        self.end = max(self.end, later)
        return later

    @contextlib.contextmanager
    def _not_its_own_time(self) -> Iterator[float]:
        """Wait for the reference; if it is late, others are using the processors.

        Yields:
            Its deadline: it gets the full time of a call, whatever was used before.
        """
        try:
            yield self._deadline(self._exchange.seconds)
        except TooLate:
            self.starved = True
            raise

    def _note_starving(self) -> None:
        """When time is over, note whether the cause was a lack of processor time."""
        self.starved |= self._spent < self.deadlines.submission / 2

    def _end(self) -> str:
        """End the process; the next question starts another one."""
        self._ready = False
        if not self._channel:
            return ""
        if time.monotonic() - self.start > SLOW:  # look while it still exists
            self._spent += (self.sandbox.look() or (0.0, False))[0]
        self._channel.close()
        self._channel = None
        return self.sandbox.kill()

    def close(self) -> None:
        """End the submission's process."""
        self._end()


def _with_images(cells: list[RawCell], found: Sequence) -> list[RawCell]:
    """Attach the images that the sandbox found to their cells, if they are images."""
    by_cell: dict[int, list[Image]] = {}
    left = MAX_IMAGES
    for number, name, mime, data in found:
        content = np.asarray(data, np.uint8).tobytes().decode("ascii")
        image = Image(str(name), str(mime), content)
        left -= len(content)
        if left >= 0 and is_image(image):
            by_cell.setdefault(int(number), []).append(image)
    return [
        cell._replace(images=tuple(by_cell.get(number, ())))
        for number, cell in enumerate(cells)
    ]


def _outcome(found: Any, names: set[str], mutates: Sequence[str]) -> Outcome:
    """An outcome reported by the sandbox, with its parts converted to the right types.

    Raises:
        FrameError: it is not an outcome.
    """
    if not isinstance(found, dict):
        raise FrameError("a message of no known form")
    after = found.get("after")
    with contextlib.suppress(TypeError, ValueError):
        return Outcome(
            value=found.get("value"),
            error=_text(found.get("error") or ""),
            needs=_text(found.get("needs") or ""),
            modified=tuple(n for n in _some(found.get("modified")) if n in names),
            after={n: after.get(n) for n in mutates} if isinstance(after, dict) else {},
            notes=tuple(_text(note) for note in _some(found.get("notes"), 5)),
            repeated=found.get("repeated") is True,
        )
    raise FrameError("a message of no known form")


def _some(value: Any, most: int = 1_000) -> list | tuple:
    """The first items of a list, so that millions of them cannot cost time."""
    if not isinstance(value, (list, tuple)):
        raise TypeError("no list")
    return value[:most]


def _text(value: Any) -> str:
    """Make a text from the sandbox safe to show and store anywhere."""
    text = str(value)[:MAX_TEXT].encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in text)

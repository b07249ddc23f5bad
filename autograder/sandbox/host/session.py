"""Grading one submission in a sandbox. Everything that comes back is checked here."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from autograder.sandbox.host.layout import hidden_helpers, used_helpers
from autograder.sandbox.host.oracle import Oracle
from autograder.sandbox.host.process import Sandbox, shared
from autograder.sandbox.inside.frames import Channel, Closed, FrameError, TooLate
from autograder.sandbox.inside.parse import RawCell
from autograder.sandbox.inside.protocol import (
    Cells,
    Ended,
    Everything,
    Outcomes,
    Question,
    Ran,
    Read,
    Request,
    Run,
    Running,
    Value,
    Variable,
    Wanted,
    opened,
    printable,
)
from helpers.checks.outcome import Outcome

ENDED = "the process ended in the middle of it"
TOO_LONG = "the notebook took too long as a whole"
SLOW = 0.5  # seconds; for less, processor time is not looked up
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


class SandboxSession:
    """One submission in a sandbox; see `autograder.grading.session.Session`.

    All questions are asked at once, in one process that ends after answering. If one
    of them ends or blocks that process, those after it are asked one by one.

    Args:
        sandbox: where it runs, one submission at a time; by default the one shared in
            this process.
        deadlines: its time limits.
        lab: the lab, if it is known beforehand, which saves a process.

    Attributes:
        starved: it ran out of time, perhaps only because others used the processors.
    """

    def __init__(
        self,
        sandbox: Sandbox | None = None,
        deadlines: Deadlines | None = None,
        lab: str = "",
    ) -> None:
        self.sandbox = sandbox or shared()
        self.deadlines = deadlines or Deadlines()
        self._lab, self._cells = lab, []
        self._everything = Everything()
        self._early: dict[int, list[Outcome]] | None = None  # by id of the request
        self._left_out: dict[int, str] = {}
        self._said: list[str] = []
        self._channel: Channel | None = None
        self._ready = False
        self._mark = 0.0  # processor seconds of the process when it last answered
        self._begin()

    def _begin(self) -> None:
        self.start = time.monotonic()
        self.end = self.start + self.deadlines.submission
        self.starved = False
        self._exchange = _Exchange(self.start, 0.0)
        self._spent = 0.0  # processor seconds of the processes that have ended

    def __enter__(self) -> Self:
        """Begin, or begin again: the time of the submission counts from here."""
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def tier(self) -> int:
        """Tier of the sandbox."""
        return self.sandbox.tier

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
        order = Read(np.frombuffer(raw, np.uint8))
        try:
            channel, deadline = self._open(), self._deadline(self.deadlines.read)
            channel.send(order.packed(), deadline)
            found = opened(channel.receive(deadline), Cells)
            return list(found.cells), found.error
        except FrameError as error:
            self._end()
            return [], f"The file could not be read as a notebook ({printable(error)})."

    def run(self, lab: str, cells: Sequence[str], everything: Everything) -> None:
        """Accept the student's code; it runs when the first question is asked.

        Args:
            lab: name of the lab.
            cells: code of the cells.
            everything: what is going to be asked.
        """
        if lab != self._lab:
            self._end()  # another lab hides other parts of the helpers
        self._lab, self._cells = lab, list(cells)
        self._everything, self._early = everything, None
        self._left_out, self._said = {}, []
        self._ready = False

    def outcomes(self, request: Request) -> Iterator[Sequence[Outcome]]:
        """Answers to one request, each more certain than the one before.

        The first may come from a process in which other questions were answered
        before. The last comes from a process in which nothing else was asked.
        """
        if self._early is None:
            self._early = {}
            self._ask_everything()
        if (early := self._early.pop(id(request), None)) is not None:
            yield early
        alone = self._look_up if isinstance(request, Variable) else self._ask
        yield alone(request)

    def _ask_everything(self) -> None:
        """Ask for everything at once; answers that do not come are left out."""
        channel = self._prepared()
        if not channel:
            return
        channel.allowance = MAX_ANSWERS
        everything, deadline = self._everything, self._deadline(self.deadlines.cell)
        try:
            channel.send_buffers(everything.frame, deadline)
            for question in everything.questions:
                outcomes = self._outcomes(channel, question, quick=True)
                if not self._ready:
                    return
                self._early[id(question)] = outcomes
            deadline = self._deadline(self.deadlines.cell)
            for variable in everything.variables:
                found = opened(channel.receive(deadline), Value)
                self._early[id(variable)] = [Outcome(found.value)]
        except FrameError:
            pass
        finally:
            self._end()

    def _look_up(self, variable: Variable) -> list[Outcome]:
        """The content of a variable as the value of an outcome."""
        channel = self._prepared()
        if not channel:
            return [Outcome()]
        deadline = self._deadline(self.deadlines.cell)
        channel.allowance = MAX_ANSWERS
        try:
            channel.send(variable.packed(), deadline)
            found = opened(channel.receive(deadline), Value, Ended)
            if isinstance(found, Ended):
                return [Outcome()]
            opened(channel.receive(deadline), Ended)
            return [Outcome(found.value)]
        except FrameError:
            self._end()
            return [Outcome()]

    def _ask(self, question: Question) -> list[Outcome]:
        """Outcomes of an exercise, asked in a fork of its own.

        With stand-ins, the submission's processes end afterwards, so that no other
        question can use what a stand-in answered.
        """
        count, seconds = len(question.calls), question.spec.seconds
        channel = self._prepared()
        if not channel:
            why = "; ".join(self.errors[-1:]) or "it could not be run"
            if time.monotonic() >= self.end:
                why = TOO_LONG
            return [Outcome(error=why)] * count
        channel.allowance = MAX_ANSWERS
        try:
            channel.send(question.packed(), self._deadline(seconds))
            outcomes = self._outcomes(channel, question)
            if outcomes is None:
                return [Outcome(error=ENDED)] * count
            if self._ready:
                opened(channel.receive(self._deadline(seconds)), Ended)
            return outcomes
        except FrameError as error:
            return [Outcome(error=self._why(error, seconds))] * count
        finally:
            if question.stand_ins:
                self._end()

    def _outcomes(
        self, channel: Channel, question: Question, quick: bool = False
    ) -> list[Outcome] | None:
        """The outcomes of all calls, or `None` if the process ended instead."""
        found: list[Outcome] = []
        seconds = self.deadlines.together if quick else question.spec.seconds
        try:
            while left := question.calls[len(found) :]:
                with self._timed(seconds, patient=not quick) as deadline:
                    message = self._told(channel, question, deadline)
                if isinstance(message, Ended):
                    return None
                for call, one in zip(left, message.outcomes, strict=False):
                    found.append(question.fitting(call, one))
        except FrameError as error:
            why = self._why(error, question.spec.seconds)
            found += [Outcome(error=why)] * (len(question.calls) - len(found))
        return found

    def _told(
        self, channel: Channel, question: Question, deadline: float
    ) -> Outcomes | Ended:
        """The next outcomes; before they arrive, stand-ins may be asked for values."""
        for _ in range(self.deadlines.asks):
            allowance = channel.allowance
            message = opened(channel.receive(deadline), Outcomes, Ended, Wanted)
            if not isinstance(message, Wanted):
                return message
            channel.allowance = allowance  # these messages are answered but not kept
            if message.name not in question.stand_ins:
                raise FrameError("it asked for a function that has no stand-in")
            with self._not_its_own_time() as late:
                asked = time.monotonic()
                reply = Oracle.shared().ask(replace(message, lab=self._lab), late)
            waited = time.monotonic() - asked
            deadline, self.end = deadline + waited, self.end + waited
            self._exchange = replace(
                self._exchange, start=self._exchange.start + waited
            )
            last = max(deadline, self._deadline(self._exchange.seconds))
            channel.send(reply.packed(), last)
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
        return f"its answer cannot be read ({printable(error)})"

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
            except FrameError as error:
                why = self._why(error, self.deadlines.cell)
                repeated = number in self._left_out
                self._left_out[number] = why
                if repeated:
                    return None
        return self._channel

    def _run(self, channel: Channel) -> Iterator[int]:
        """Run the cells, with the number of each before it runs."""
        channel.allowance = MAX_ANSWERS
        order = Run(self._lab, self._cells, self._left_out)
        channel.send(order.packed(), self._deadline(self.deadlines.cell))
        while True:
            with self._timed(self.deadlines.cell) as deadline:
                message = opened(channel.receive(deadline), Running, Ran)
            if isinstance(message, Ran):
                self._said = list(message.errors)
                return
            if message.number > len(self._cells):
                raise FrameError("a cell that there is not")
            yield message.number

    def _open(self) -> Channel:
        if not self._channel:
            hidden = hidden_helpers(self._lab) if self._lab else ()
            used = used_helpers(self._lab) if self._lab else ()
            self._channel = self.sandbox.open(hidden, used)
            self._channel.more_time = self._more_time
            self._mark = 0.0
        return self._channel

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

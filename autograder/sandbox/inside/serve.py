"""A submission's own process: runs its cells, then answers the judge's questions.

A question that is asked alone is answered in a fork, so that its side effects cannot
affect later questions. If all are asked at once, nothing comes afterwards: the process
ends with the last answer, and no fork is needed. All of this runs beside student code.
Everything sent from here is untrusted.
"""

from __future__ import annotations

import functools
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

from autograder.sandbox.inside.frames import Channel, FrameError
from autograder.sandbox.inside.parse import parse
from autograder.sandbox.inside.protocol import (
    MAX_ERRORS,
    Cells,
    Ended,
    Everything,
    Given,
    Outcomes,
    Question,
    Ran,
    Read,
    Run,
    Running,
    Value,
    Variable,
    Wanted,
    opened,
)
from autograder.sandbox.inside.student import StandIn, Student
from helpers.checks.outcome import Outcome
from helpers.checks.values import NotPlain


def serve(sock: socket.socket, scratch: str) -> None:
    """Serve one submission until the judge closes the connection."""
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    tempfile.tempdir = scratch
    channel = Channel(sock)
    student = None
    while True:
        try:
            message = opened(channel.receive(), Read, Run, Everything, *ALONE)
        except FrameError:
            return
        match message:
            case Read():
                channel.send(Cells(*parse(message.raw.tobytes())).packed())
            case Run():
                student = _run(channel, message)
            case Everything():
                for question in message.questions:
                    _answer(channel, student, question, at_once=True)
                for variable in message.variables:
                    _look_up(channel, student, variable)
                return
            case Question() | Variable():
                _in_fork(ALONE[type(message)], channel, student, message)


def _run(channel: Channel, order: Run) -> Student:
    """Run the cells; before each one, report its number."""
    student = Student(order.lab, [])
    _set_apart(f"helpers.drivers.{order.lab}", f"helpers.stand_ins.{order.lab}")
    sys.modules["__main__"] = student.module  # where pickle and others look names up
    for number, cell in enumerate(order.cells, start=1):
        if number in order.skip:
            student.skip(cell, f"was left out: {order.skip[number]}")
        else:
            channel.send(Running(number).packed())
            student.run(number, cell)
    channel.send(Ran(tuple(student.errors[:MAX_ERRORS])).packed())
    return student


def _set_apart(*names: str) -> None:
    """Remove some modules, so that student code that imports them gets new copies."""
    for name in names:
        if sys.modules.pop(name, None):
            package, _, last = name.rpartition(".")
            delattr(sys.modules[package], last)


def _in_fork(action: Callable[..., None], channel: Channel, *given: Any) -> None:
    """Call a function with a channel in a fork, and report how the fork ended."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            action(channel, *given)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    channel.send(Ended(os.waitstatus_to_exitcode(status)).packed())


def _look_up(channel: Channel, student: Student, variable: Variable) -> None:
    try:
        channel.send(Value(student.value(variable.name)).packed())
    except FrameError:
        channel.send(Value(None).packed())


def _answer(
    channel: Channel, student: Student, question: Question, at_once: bool = False
) -> None:
    """Call an exercise once for each case; report each outcome or all at once."""
    ask = functools.partial(_ask, channel)
    stand_ins = {name: StandIn(name, ask) for name in question.stand_ins}
    outcomes: list[Outcome] = []
    for call in question.calls:
        outcomes.append(student.call(question.spec, call, stand_ins, question.blocks))
        if not at_once:
            _tell(channel, outcomes)
            outcomes = []
    _tell(channel, outcomes)


ALONE = {Question: _answer, Variable: _look_up}  # messages that are answered in a fork


def _tell(channel: Channel, outcomes: Sequence[Outcome]) -> None:
    """Send outcomes in one message or, if that is too large, in one message each."""
    if not outcomes:
        return
    try:
        channel.send(Outcomes(tuple(outcomes)).packed())
    except FrameError as error:
        if len(outcomes) == 1:
            outcome = Outcome(error=f"the answer cannot be compared: {error}")
            channel.send(Outcomes((outcome,)).packed())
        else:
            for one in outcomes:
                _tell(channel, [one])


def _ask(channel: Channel, name: str, given: Any) -> Given:
    """Ask the judge for a value of the reference."""
    __tracebackhide__ = True
    try:
        channel.send(Wanted(name, given).packed())
    except (FrameError, NotPlain):
        text = f"`{name}` got arguments that are neither numbers nor texts"
        raise TypeError(text) from None
    return opened(channel.receive(), Given)

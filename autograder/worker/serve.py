"""A submission's own process: runs its cells, then answers the judge's questions.

A question that is asked by itself is answered in a fork, so that what it does to
itself is no matter to those that come after. Where all are asked at once, nothing
comes after: the process ends with the last answer, and saves the fork. All of this
runs beside student code and is believed by nobody.
"""

from __future__ import annotations

import copy
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from autograder.worker.frames import Channel, FrameError
from autograder.worker.parse import parse
from autograder.worker.student import Student
from helpers.checks.outcome import Outcome
from helpers.checks.values import NotPlain, plain


def serve(sock: socket.socket, scratch: str) -> None:
    """Serve one submission until the judge hangs up."""
    os.environ.update(HOME=scratch, TMPDIR=scratch)
    tempfile.tempdir = scratch
    channel = Channel(sock)
    student = None
    while True:
        try:
            message = channel.receive()
        except FrameError:
            return
        match message:
            case {"read": raw}:
                cells, error = parse(raw.tobytes())
                channel.send({"cells": [list(c) for c in cells], "error": error})
            case {"run": cells, "lab": lab, "skip": skip}:
                student = _run(channel, lab, cells, skip)
            case {"all": questions, "values": names}:
                for question in questions:
                    _answer(channel, student, question, at_once=True)
                _values(channel, student, names)
                return
            case {"question": question}:
                _in_fork(_answer, channel, student, question)
            case {"values": names}:
                _in_fork(_values, channel, student, names)


def _run(channel: Channel, lab: str, cells: list[str], skip: dict[int, str]) -> Student:
    """Run the cells, saying before each which one it is.

    Args:
        channel: to the judge.
        lab: name of the lab.
        cells: code of the cells.
        skip: numbers of cells that are left out, with the reason.
    """
    student = Student(lab, [])
    sys.modules["__main__"] = student.module  # where pickle and others look it up
    for number, cell in enumerate(cells, start=1):
        if number in skip:
            student.skip(cell, f"was left out: {skip[number]}")
        else:
            channel.send({"cell": number})
            student.run(number, cell)
    channel.send({"ran": student.errors[:50]})
    return student


def _in_fork(action: Callable[..., None], channel: Channel, *given: Any) -> None:
    """Do something with a channel in a fork, and tell how it ended."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            action(channel, *given)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    channel.send({"ended": os.waitstatus_to_exitcode(status)})


def _values(channel: Channel, student: Student, names: list[str]) -> None:
    for name in names:
        try:
            channel.send({"value": student.value(name)})
        except FrameError:
            channel.send({"value": None})


def _answer(
    channel: Channel, student: Student, question: dict[str, Any], at_once: bool = False
) -> None:
    """Call an exercise once for each case, and tell of each or of all at once."""
    stubs = {name: _Stub(channel, name) for name in question["stand_ins"]}
    outcomes = []
    for inputs, positional in question["calls"]:
        outcome = student.call(
            question["name"], inputs, positional, question["mutates"],
            question["driver"], stubs, question["random"],
        )  # fmt: skip
        outcomes.append(vars(outcome))
        if not at_once:
            _tell(channel, outcomes)
            outcomes = []
    _tell(channel, outcomes)


def _tell(channel: Channel, outcomes: list[dict[str, Any]]) -> None:
    """Send outcomes in one message, or where that is too large in one for each."""
    if not outcomes:
        return
    try:
        channel.send({"outcomes": outcomes})
    except FrameError as error:
        if len(outcomes) == 1:
            outcome = Outcome(error=f"the answer cannot be compared: {error}")
            channel.send({"outcomes": [vars(outcome)]})
        else:
            for one in outcomes:
                _tell(channel, [one])


class _Stub:
    """Stands in for an exercise that is not right: asks the judge for each value."""

    def __init__(self, channel: Channel, name: str) -> None:
        self._channel, self.__name__ = channel, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The reference's value.

        Raises:
            RuntimeError: the reference stops with an error on these arguments.
        """
        sent = plain([list(args), kwargs])
        try:
            self._channel.send({"ask": self.__name__, "with": sent})
        except (FrameError, NotPlain):
            text = f"`{self.__name__}` got arguments that are no numbers or texts"
            raise TypeError(text) from None
        reply = self._channel.receive()
        if reply["error"]:
            raise RuntimeError(reply["error"])
        given = {**dict(enumerate(args)), **kwargs}
        for key, after in reply["after"].items():
            _overwrite(given[key], after)
        return copy.deepcopy(reply["value"])


def _overwrite(target: Any, after: Any) -> None:
    """Change an argument in place, as the reference would have."""
    if isinstance(target, dict):
        for key, value in after.items():
            if isinstance(target.get(key), dict):
                _overwrite(target[key], value)
            else:
                target[key] = value
    else:
        target[...] = after

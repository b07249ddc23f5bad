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

import numpy as np

from autograder.sandbox.inside.frames import Channel, FrameError
from autograder.sandbox.inside.parse import RawCell, parse
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
            message = channel.receive()
        except FrameError:
            return
        match message:
            case {"read": raw}:
                cells, error = parse(raw.tobytes())
                channel.send(
                    {
                        "cells": [list(c[:4]) for c in cells],
                        "images": _images(cells),
                        "error": error,
                    }
                )
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


def _images(cells: Sequence[RawCell]) -> list[list[Any]]:
    """Cell number, name, type and content of each image in the cells."""
    return [
        [number, image.name, image.mime, np.frombuffer(image.base64.encode(), np.uint8)]
        for number, cell in enumerate(cells)
        for image in cell.images
    ]


def _run(channel: Channel, lab: str, cells: list[str], skip: dict[int, str]) -> Student:
    """Run the cells; before each one, report its number.

    Args:
        channel: channel to the judge.
        lab: name of the lab.
        cells: code of the cells.
        skip: numbers of cells to leave out, with the reason.
    """
    student = Student(lab, [])
    _set_apart(f"helpers.drivers.{lab}", f"helpers.stand_ins.{lab}")
    sys.modules["__main__"] = student.module  # where pickle and others look names up
    for number, cell in enumerate(cells, start=1):
        if number in skip:
            student.skip(cell, f"was left out: {skip[number]}")
        else:
            channel.send({"cell": number})
            student.run(number, cell)
    channel.send({"ran": student.errors[:50]})
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
    """Call an exercise once for each case; report each outcome or all at once."""
    ask = functools.partial(_ask, channel)
    stand_ins = {name: StandIn(name, ask) for name in question["stand_ins"]}
    outcomes = []
    for inputs, positional in question["calls"]:
        outcome = student.call(
            question["name"],
            inputs,
            positional,
            question["mutates"],
            question["driver"],
            stand_ins,
            question["blocks"],
            question["random"],
        )
        outcomes.append(vars(outcome))
        if not at_once:
            _tell(channel, outcomes)
            outcomes = []
    _tell(channel, outcomes)


def _tell(channel: Channel, outcomes: list[dict[str, Any]]) -> None:
    """Send outcomes in one message or, if that is too large, in one message each."""
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


def _ask(channel: Channel, name: str, given: Any) -> dict[str, Any]:
    """Ask the judge for a value of the reference."""
    __tracebackhide__ = True
    try:
        channel.send({"ask": name, "with": given})
    except (FrameError, NotPlain):
        text = f"`{name}` got arguments that are neither numbers nor texts"
        raise TypeError(text) from None
    return channel.receive()

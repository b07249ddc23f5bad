"""One submission stops nobody: odd ones between two honest ones, in every door."""

import datetime
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder import __main__ as command
from autograder.authoring import build, solve
from autograder.checks import check
from autograder.course import class_run, local
from autograder.course import configuration as courses
from autograder.grading import collect, submission, usage
from autograder.sandbox.host import SandboxEnded, SandboxError
from autograder.sandbox.inside.parse import MAX_CELLS, MAX_CODE, parse
from autograder.timestamp import handed_in
from tests.tiers import SAFE

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
CONFIGURATION = """
from autograder.nbgrader.config import configure
configure(get_config(), __file__)
"""
CHANNEL = """
import gc, json, struct
from autograder.sandbox.inside.frames import Channel
channel = next(o for o in gc.get_objects() if type(o) is Channel)
def send(shape):
    header = json.dumps([{"value": {"array": 0}}, [["float64", shape]]]).encode()
    channel.sock.sendall(struct.pack("<4sII", b"AGF1", len(header), 1) + header)
"""
needs_sandbox = pytest.mark.skipif(not SAFE, reason="there is no sandbox here")


def cells(*texts):
    made = [{"cell_type": "code", "source": text, "metadata": {}} for text in texts]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5})


def changed(name, body):
    return build.serialize(solve.solved(LAB, **{name: body}))


HONEST = build.serialize(solve.solved(LAB))
SUM = "+".join(["1"] * 2500)
ODD = {
    "shape": changed(
        "sigmoid",
        f"{CHANNEL}\ndef sigmoid(x):\n    send([0, 2**47, 2**47, 2**47])\n    return x",
    ),
    "sum": changed("sigmoid", f"def sigmoid(x):\n    return {SUM}"),
    "many": changed(
        "sigmoid", "def sigmoid(x):\n    return np.zeros(60_000_000, np.uint8)"
    ),
    "cells": cells(*["x = 1"] * (MAX_CELLS + 1)),
    "code": cells(*["x = 1\n" * 10_000] * 60),
    "cell": changed("sigmoid", "def sigmoid(x):\n    return x\n" + "x;" * 60_000),
    "bytes": "\ud800",
}
DAMAGED = ("cells", "code", "bytes")  # nothing of these can be graded


def hand_in(folder):
    """A class: honest, odd, honest, odd, … in the order of their names."""
    kinds = list(ODD.items())
    for number, (name, text) in enumerate([*kinds, ("last", HONEST)]):
        for student, content in (
            (f"{2 * number:02d}honest", HONEST),
            (f"{2 * number + 1:02d}{name}", text),
        ):
            place = folder / "submitted" / student / LAB
            place.mkdir(parents=True)
            raw = content.encode("utf-8", "surrogatepass")
            (place / NOTEBOOK).write_bytes(raw)
    times = (
        "99999999999999-01-01",
        "2026-03-01 12:00:00 99999999999999999999",
        "1e99999",
        "9" * 150,
        "0001-01-01 00:00:00 +2300",
    )
    for number, text in enumerate(times):
        stamp = folder / "submitted" / f"{2 * number:02d}honest" / LAB / "timestamp.txt"
        stamp.write_text(text)
    (folder / "nbgrader_config.py").write_text(CONFIGURATION)
    return folder


def same_for_honest(scores):
    honest = {name: score for name, score in scores.items() if "honest" in name}
    assert len(honest) == len(ODD) + 1
    assert set(honest.values()) == {94}


def strange(folder):
    """A student's folder whose name is not UTF-8."""
    place = os.path.join(os.fsencode(folder), b"submitted", b"05\xff\xfe", LAB.encode())
    os.makedirs(place)
    with open(os.path.join(place, NOTEBOOK.encode()), "wb") as file:
        file.write(HONEST.encode())


@needs_sandbox
@pytest.mark.slow
def test_grade(tmp_path, capsys):
    folder = hand_in(tmp_path)
    strange(folder)
    results = tmp_path / "results.json"
    words = ["grade", str(folder / "submitted"), "--json", str(results)]
    assert command.main(words) == 1
    records = json.loads(results.read_text())
    same_for_honest({r["student"]: r["score"] for r in records})
    errors = {r["student"][2:]: r["error"] for r in records if r["error"]}
    assert set(errors) == {*DAMAGED}
    assert "2,001 cells" in errors["cells"]
    assert "characters" in errors["code"]
    findings = {r["student"][2:]: " ".join(r["findings"]) for r in records}
    assert "was left out" in findings["cell"]
    scores = {r["student"][2:]: r["score"] for r in records}
    assert scores["??"] == 94
    assert scores["shape"] == scores["many"] == scores["sum"] == scores["cell"] == 89
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err


@needs_sandbox
@pytest.mark.slow
def test_class(tmp_path):
    folder = hand_in(tmp_path)
    strange(folder)
    course = courses.open_course(folder)
    results = class_run.grade_class(
        course, LAB, lambda jobs: local.run(jobs, 2), class_run.Options()
    )
    same_for_honest({r.student: r.score for r in results})
    errors = {r.student[2:]: r.error for r in results if r.error}
    assert set(errors) == {*DAMAGED, "??"}
    assert "not UTF-8" in errors["??"]
    with Gradebook(course.url) as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
    same_for_honest(scores)
    assert len(scores) == 2 * len(ODD) + 2


@needs_sandbox
@pytest.mark.slow
def test_nbgrader(tmp_path):
    folder = hand_in(tmp_path)
    strange(folder)
    with (folder / "submitted" / "00honest" / LAB / "hole.bin").open("wb") as file:
        file.truncate(50 << 30)
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    for words in (["generate_assignment", LAB], ["autograde", LAB]):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=folder,
            text=True,
            env=os.environ | {"PATH": path},
            capture_output=True,
            check=False,
            timeout=540,
            errors="replace",
        )
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LAB)}
    same_for_honest(scores)
    assert "2,001 cells" in done.stderr
    assert not list(folder.glob("autograded/*/*/hole.bin"))
    [kept] = (folder / ".autograder" / "too_large").rglob("hole.bin")
    assert kept.stat().st_blocks < 100


def test_collect(tmp_path, capsys):
    names = {f"{number}ann/{NOTEBOOK}": HONEST for number in range(4)}
    place = tmp_path / "all.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in names.items():
            file.writestr(name.replace("2ann", "2änn"), text)
    raw = bytearray(place.read_bytes())
    with zipfile.ZipFile(place) as file:
        at = file.infolist()[1].header_offset
    begin = at + 30 + len(f"1ann/{NOTEBOOK}")
    raw[begin : begin + 50] = b"\xff" * 50  # the stream of the second entry
    raw = raw.replace("2änn".encode(), b"2\xff\xfenn")  # the name of the third
    place.write_bytes(raw)
    course = tmp_path / "course"
    course.mkdir()
    assert command.main(["collect", str(place), "--course", str(course)]) == 1
    placed = {p.name for p in (course / "submitted").iterdir()}
    assert placed == {"0ann", "3ann"}
    said = capsys.readouterr().out
    assert "2 not placed" in said
    assert "1ann" in said
    assert "its name in the archive is damaged" in said


@pytest.mark.parametrize(
    "error",
    [
        zlib.error("x"),
        EOFError(),
        struct.error("x"),
        OverflowError("x"),
        UnicodeError("x"),
    ],
)
def test_an_entry_may_be_damaged_in_any_way(tmp_path, monkeypatch, error):
    place = tmp_path / "all.zip"
    with zipfile.ZipFile(place, "w") as file:
        file.writestr("ann.ipynb", HONEST)

    def broken(*given, **named):
        raise error

    [found] = collect.files(place)
    monkeypatch.setattr(zipfile.ZipFile, "open", broken)
    raw, why = found.read()
    assert raw == b""
    assert why.startswith("it cannot be unpacked (")


def test_names_that_are_not_utf8_are_nobody_elses(tmp_path, capsys):
    folder = tmp_path / "class"
    for name in (b"ann\xff", b"ann", b"ann\xfe"):
        place = os.path.join(os.fsencode(folder), name)
        os.makedirs(place)
        with open(os.path.join(place, NOTEBOOK.encode()), "wb") as file:
            file.write(HONEST.encode())
    course = tmp_path / "course"
    course.mkdir()
    assert command.main(["collect", str(folder), "--course", str(course)]) == 1
    assert [p.name for p in (course / "submitted").iterdir()] == ["ann"]
    assert capsys.readouterr().out.count("is not UTF-8; rename it") == 2


def test_anything_that_is_raised_is_one_sentence():
    def broken():
        raise ArithmeticError("nobody\nforesaw \ud800 this")

    said = submission._contained(broken, lambda why: why)
    assert said == (
        "This submission could not be graded: ArithmeticError (nobody foresaw ? this). "
        "Please report it, with the file."
    )


def test_a_sandbox_that_ends_is_started_again_and_a_missing_one_stops_all():
    ended = iter([SandboxEnded("x"), SandboxEnded("x")])

    def ends():
        raise next(ended)

    assert "ended twice" in submission._contained(ends, lambda why: why)
    with pytest.raises(SandboxError):
        submission._contained(lambda: (_ for _ in ()).throw(SandboxError("x")), str)


def test_a_grader_that_fails_for_one_goes_on_with_the_next(tmp_path, monkeypatch):
    for name in ("ann", "ben"):
        (tmp_path / name).mkdir()
        (tmp_path / name / NOTEBOOK).write_text(HONEST)
    real = submission.Judge.grade

    def grade(judge, session, only=""):
        if next(broken):
            raise RuntimeError("a fault of ours")
        return real(judge, session, only)

    broken = iter([True, False])
    monkeypatch.setattr(submission.Judge, "grade", grade)
    results = tmp_path / "results.json"
    assert command.main(["grade", str(tmp_path), "--json", str(results)]) == 1
    ann, ben = json.loads(results.read_text())
    assert "a fault of ours" in ann["error"]
    assert ann["max_score"] == ben["max_score"]
    assert (ann["score"], ben["score"]) == (0, 94)


@pytest.mark.parametrize(
    "text",
    [
        "99999999999999-01-01",
        "2026-03-01 12:00:00 99999999999999999999",
        "1e99999",
        "9" * 150,
        "0001-01-01 00:00:00 +2300",
        "\0",
        "",
        "-1",
        "nan",
        "inf",
        "2026-03-01 12:00:00 UTC " * 9,
        "0b1",
        "1 1 1",
        "٣",
    ],
)
def test_any_time_is_a_time_or_none(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text, encoding="utf-8")
    assert isinstance(handed_in(tmp_path), (datetime.datetime, type(None)))


@pytest.mark.parametrize("length", [100, 900, 2500, 20_000])
@pytest.mark.parametrize("operation", ["+", ".T.", " and "])
def test_long_expressions_can_be_read_or_are_left_alone(length, operation):
    body = operation.join(["np"] * length)
    code = (
        f"def conv(x):\n    return np.convolve(x)\n\ndef other(x):\n    return {body}"
    )
    found = usage.uses_forbidden([code], "other", ["np.convolve"])
    assert found == []
    assert usage.mentioned([code], "other") <= {"np", "x"}
    both = f"def f(x):\n    y = np.convolve(x, x)\n    return {'+'.join(['y'] * 900)}"
    assert usage.uses_forbidden([both], "f", ["np.convolve"]) == ["np.convolve"]


def test_too_many_cells_or_too_much_code_is_one_sentence():
    for text in (ODD["cells"], ODD["code"]):
        found, error = parse(text.encode())
        assert found == []
        assert error.endswith("hand it in again.")
    whole = nbformat.v4.new_notebook()
    assert len(build.serialize(whole)) < MAX_CODE
    found, error = parse(cells(*["x = 1"] * MAX_CELLS).encode())
    assert (len(found), error) == (MAX_CELLS, "")


# Not `ru_maxrss`: it begins with what the parent held when it forked.
PEAK = """
import re, sys
from pathlib import Path
from tests.graded import grade
result = grade(Path(sys.argv[1]), "ann", lab=sys.argv[2])
assert result.score == 0, result.score
status = Path("/proc/self/status").read_text()
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) >> 10)
"""
LARGE = {
    "bytes": "np.zeros(60_000_000, np.uint8)",
    "just allowed": "np.zeros(7_900_000, np.uint8)",
    "lists": "[[] for _ in range(150_000)]",
    "text": "'x' * 7_900_000",
}


@needs_sandbox
@pytest.mark.slow
@pytest.mark.parametrize("kind", [*LARGE, "code", "statements"])
def test_the_judge_stays_small(tmp_path, kind):
    if kind in LARGE:
        names = [*check.load(LAB).checks]
        functions = [f"def {n}(*a, **k):\n    return {LARGE[kind]}" for n in names]
        text = cells("import numpy as np", *functions)
    else:
        text = (
            cells(*["a;" * 49_000] * 4) if kind == "code" else cells("a;" * 5_000_000)
        )
    path = tmp_path / NOTEBOOK
    path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path), LAB],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 700

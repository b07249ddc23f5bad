"""Messages between judge and sandbox: what is sent arrives, all else is refused."""

import dataclasses
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.authoring import build, solve
from autograder.checks import check
from autograder.doctor.attacks import resources
from autograder.grading.cases import Cases
from autograder.grading.in_process import InProcess
from autograder.grading.submission import Submission, grade, read
from autograder.sandbox.host import SandboxSession
from autograder.sandbox.inside import protocol
from autograder.sandbox.inside.frames import FrameError, decode, encode
from autograder.sandbox.inside.parse import Image, RawCell
from autograder.sandbox.inside.protocol import opened
from helpers.checks import store
from helpers.checks.compare import Tolerance
from helpers.checks.outcome import Outcome
from helpers.checks.spec import Call, CheckSpec
from helpers.checks.verdict import Expected
from tests.tiers import SAFE

LAB = "C1W2"
SPEC = CheckSpec(
    name="f",
    points=2.5,
    tolerance=Tolerance(1e-3, 1e-6, 1e-9),
    mutates=("x",),
    driver="called",
    forbid=("np.convolve",),
    random=True,
    all_or_nothing=True,
    seconds=3.0,
)
PIXEL = Image("a.png", "image/png", "iVBORw0KGgo=")
MESSAGES = [
    protocol.Cells((RawCell("code", "x = 1", "a", "b", (PIXEL,)),), ""),
    protocol.Run("C1W2", ["x = 1"], {1: "why"}),
    protocol.Running(3),
    protocol.Ran(("Cell 1 stopped.",)),
    protocol.Question(SPEC, (Call({"x": 1.0}, 1),), ("g",), ("h",)),
    protocol.Variable("answer_1"),
    protocol.Everything(
        (protocol.Question(SPEC, (Call({"x": 1.0}, 1),)),), (protocol.Variable("a"),)
    ),
    protocol.Outcomes((Outcome(value=2.0, modified=("x",), after={"x": 1.0}),)),
    protocol.Value([1, "a", None]),
    protocol.Ended(1),
    protocol.Wanted("g", [[1.0], {"y": 2}], "C1W2"),
    protocol.Given(1.0, {0: 2.0}, ""),
]
FORMS = [type(message) for message in MESSAGES]
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["outcomes", "value", "error", "cells", "images", "number", "spec"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)


def test_the_spec_of_this_test_differs_from_the_usual_one_in_everything():
    usual = CheckSpec()
    for field in dataclasses.fields(CheckSpec):
        assert getattr(SPEC, field.name) != getattr(usual, field.name), field.name


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_what_is_sent_arrives(message):
    raw = b"".join(map(bytes, encode(message.packed())))
    assert opened(decode(raw), *FORMS) == message


def test_a_check_is_the_same_in_the_notebook_and_in_the_sandbox(tmp_path):
    case = store.PublicCase({"x": 1.0}, 1, Expected("f(x)", (Outcome(value=1.0),)))
    store.write(tmp_path / "f.h5", [store.PublicCheck(SPEC, [case])])
    assert store.Store(tmp_path / "f.h5")["f"].spec == SPEC
    lab = check.Lab("C9W9")
    about = {f.name: getattr(SPEC, f.name) for f in dataclasses.fields(CheckSpec)}
    allowed = about.pop("tolerance")
    written = lab.check(
        **about, rtol=allowed.rtol, atol=allowed.atol, floor=allowed.floor
    )
    assert written(lambda rng: ()).spec == SPEC


def test_a_misspelt_attribute_of_a_check_is_refused():
    with pytest.raises(TypeError, match="tolerence"):
        check.Lab("C9W9").check("f", points=1, tolerence=3)
    with pytest.raises(TypeError, match="not a text"):
        check.Lab("C9W9").check("f", points=1, mutates=[1])


@given(st.sampled_from([form.__name__ for form in FORMS]), plain)
@settings(deadline=None, max_examples=300)
def test_what_is_no_message_is_refused_and_nothing_else_is_raised(name, fields):
    try:
        found = opened({name: fields}, *FORMS)
    except FrameError:
        return
    assert type(found).__name__ == name


@pytest.mark.parametrize(
    "packed",
    [
        {},
        {"Running": {"number": 1}, "Ended": {"status": 0}},
        {"Running": {"number": True}},
        {"Running": {"number": 0}},
        {"Running": {"number": np.ones(3)}},
        {"Outcomes": {"outcomes": []}},
        {"Outcomes": {"outcomes": [1]}},
        {"Outcomes": {"outcomes": [{"error": np.ones(3)}]}},
        {"Wanted": {"name": 3, "given": [[], {}]}},
        {"Cells": {"cells": [["code"]], "images": [], "error": ""}},
        {"Given": {"value": 1, "answer": 2}},
    ],
    ids=range(11),
)
def test_messages_that_are_nearly_right_are_refused(packed):
    with pytest.raises(FrameError, match="of no known form"):
        opened(packed, *FORMS)


def test_a_message_comes_only_where_it_may_come():
    with pytest.raises(FrameError, match="of no known form"):
        opened(protocol.Ended(0).packed(), protocol.Running, protocol.Ran)


def test_attacks_on_the_protocol_speak_it():
    """A message of no known form would be refused before it could do any harm."""
    text = Path(resources.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r'send\(\{"(\w+)"', text))
    assert {"Outcomes", "Wanted", "Ended"} <= used
    assert used <= {form.__name__ for form in FORMS}


def test_an_outcome_keeps_only_names_that_its_call_has():
    question = protocol.Question(replace(SPEC, mutates=("x",)), ())
    told = Outcome(modified=("x", "secret"), after={"x": 1, "y": 2})
    found = question.fitting(Call({"x": 0}, 1), told)
    assert (found.modified, found.after) == (("x",), {"x": 1})


@pytest.mark.skipif(not SAFE, reason="there is no sandbox here")
def test_a_session_in_this_process_gives_the_same_result_as_a_sandbox():
    notebook = solve.solved(
        LAB,
        L1="def L1(yhat, y):\n    return np.sum(yhat)",
        sigmoid="def sigmoid(x):\n    return x * 0",
    )
    raw, cases = build.serialize(notebook).encode(), Cases(check.load(LAB), 5)
    handed_in = Submission("ann", LAB, "x.ipynb", raw)
    inside, here = (
        grade(handed_in, lambda lab: cases, session)
        for session in (SandboxSession(lab=LAB), InProcess(LAB))
    )
    assert 0 < here.score < 94
    assert replace(inside, tier=0) == here


def test_a_session_can_be_begun_again():
    raw = build.serialize(solve.solved(LAB)).encode()
    session = SandboxSession()
    for _ in range(2):
        found = read(Submission("ann", "", "x.ipynb", raw), session)
        assert (found.lab, found.error) == (LAB, "")

"""What an exercise earns where others are not written or wrong, and what is said."""

import functools
import sys
import textwrap

import numpy as np
import pytest

from autograder import paths
from autograder.authoring import solve
from autograder.checks import check
from autograder.checks.reference import reference
from autograder.grading import author
from autograder.grading.cases import Cases
from autograder.grading.in_process import InProcess
from autograder.grading.intake import Intake
from autograder.grading.judge import Judge
from autograder.nbgrader import restore
from helpers.checks import CheckFailed, store
from helpers.checks.notebook import Checker
from helpers.checks.outcome import Outcome, describe, observe
from helpers.checks.stand_in import Lookup, Recorded, names_of, replaced
from helpers.checks.verdict import CHANGED, judge

sys.path.insert(0, str(paths.ROOT / "benchmarks"))

import alone

# The exercises of these labs take and return values; tensors, networks and layers.
SAMPLE = {
    "C1W2": ("sigmoid_derivative", "propagate", "optimize", "predict", "model"),
    "C2W3": ("add", "backward"),
    "C4W4": ("compute_layer_style_cost", "train_step"),
    "C5W4": ("positional_encoding", "EncoderLayer", "Decoder", "Transformer"),
}
# No block stands in for a search: the best of what it tried would be its answer.
WITHOUT_STAND_IN = {("C2W3", "coarse_to_fine")}


def stub(name, signature="x"):
    return (
        f'def {name}({signature}):\n    """Say what it does."""\n'
        f'    raise NotImplementedError("{name} is not written yet")'
    )


def notebook(code):
    names = {"np": np}
    exec(code, names)
    return names


def graded(lab, name, cells):
    judge = Judge(Cases(check.load(lab), 5), cells)
    [result] = judge.grade(InProcess(lab, cells), only=name)
    return result


def with_reference(lab, names, **changed):
    """Cells of a released lab in which some exercises are solved, others changed."""
    answers = solve.reference_cells(lab)
    filled = {name: answers[name] for name in names} | changed
    return [
        cell.source
        for cell in solve.filled(lab, filled).cells
        if cell.cell_type == "code"
        and "demo" not in cell.metadata.get("tags", ())
        and not cell.metadata.get("nbgrader", {}).get("locked")
    ]


class TestWhoRaised:
    def needs(self, code, name="f"):
        return observe(notebook(code)[name], {"x": 1.0}, 1).needs

    def test_a_stub_met_on_the_way_is_named(self):
        assert self.needs(stub("g") + "\ndef f(x):\n    return g(x)") == "g"

    def test_the_exercise_itself_is_named_when_it_is_one(self):
        assert self.needs(stub("f")) == "f"

    def test_a_method_counts_for_its_class(self):
        code = (
            "class Layer:\n    def __init__(self):\n        self.w = 1\n"
            "    def forward(self, x):\n        '''Run.'''\n"
            "        raise NotImplementedError('Layer is not written yet')\n"
            "def f(x):\n    return Layer().forward(x)"
        )
        assert self.needs(code) == "Layer"

    def test_a_name_that_nothing_defines(self):
        assert self.needs("def f(x):\n    return g(x)") == "g"

    @pytest.mark.parametrize(
        "body",
        [
            "y = x + 1\n    raise NotImplementedError('f is not written yet')",
            "if x > 0:\n        raise NotImplementedError('only negative ones')\n"
            "    return x",
            "return np.cumsum(Odd())",
            "y: int\n    return y",
        ],
    )
    def test_any_other_error_is_one_of_the_exercise(self, body):
        odd = (
            "class Odd:\n    def __array__(self, *a, **k):\n"
            "        z = 1\n        raise NotImplementedError('no array')\n"
        )
        assert self.needs(f"{odd}def f(x):\n    {body}") == ""

    def test_a_written_function_is_never_said_to_be_unwritten(self):
        verdict = judge(
            "f",
            [store.Expected("f(1)", (Outcome(value=1.0),))],
            [
                observe(
                    notebook(stub("g") + "\ndef f(x):\n    return g(x)")["f"],
                    {"x": 1.0},
                    1,
                )
            ],
            [],
            store.Tolerance(),
            exercises={"f", "g"},
        )
        assert not verdict.unwritten
        assert verdict.message == "`f` needs `g`, which is not written yet"

    def test_what_is_no_exercise_is_an_error_like_any_other(self):
        outcome = observe(
            notebook("def f(x):\n    return npp.exp(x)")["f"], {"x": 1.0}, 1
        )
        expected = [store.Expected("f(1)", (Outcome(value=1.0),))]
        verdict = judge("f", expected, [outcome], [], store.Tolerance())
        assert "NameError: name 'npp' is not defined" in verdict.message


@pytest.mark.parametrize("others", alone.OTHERS)
@pytest.mark.parametrize(
    ("lab", "name"), [(lab, name) for lab, names in SAMPLE.items() for name in names]
)
def test_a_right_exercise_keeps_its_points_whatever_became_of_the_others(
    lab, name, others
):
    [one] = alone.alone(lab, others, only=name)
    assert one.score == one.points, one.message
    if others == "open":
        assert "needs" in one.message
        assert "which is not written yet" in one.message or (
            "which are not written yet" in one.message
        )


def test_what_deals_in_objects_has_a_block_or_is_known_to_have_none():
    """Whoever writes such an exercise is told, once another one uses it."""
    own = {("C2W2", "model")}  # its driver takes the place of all that it calls
    # Operations on tensors do not call each other; a listed right version does.
    own |= {("C2W3", name) for name in ("multiply", "matmul", "relu", "sum_")}
    found = {
        (lab, name)
        for lab in paths.lab_names()
        for name, one in check.load(lab).checks.items()
        for used in one.uses
        if one.lab.checks[used].spec.driver and used not in one.blocks
    }
    assert found == own | WITHOUT_STAND_IN


def test_what_has_no_stand_in_is_named_in_the_documents():
    text = (paths.ROOT / "docs" / "how_grading_works.md").read_text(encoding="utf-8")
    for lab, name in WITHOUT_STAND_IN:
        [one] = alone.alone(lab, only=name)
        assert one.lost
        assert f"`{name}`" in text
        assert lab in text


def test_an_open_exercise_is_named_and_no_written_one():
    names = list(check.load("C1W2").checks)
    cells = with_reference("C1W2", [n for n in names if n != "sigmoid"])
    results = Judge(Cases(check.load("C1W2"), 5), cells).grade(InProcess("C1W2", cells))
    said = {r.name: r.message for r in results if r.name in names}
    assert said["sigmoid"] == "sigmoid is not written yet"
    assert "`propagate` needs `sigmoid`, which is not written yet" in said["propagate"]
    assert sum(r.score < r.max_score for r in results if r.name in names) == 1


def test_nbgraders_feedback_says_the_same():
    one = graded("C1W2", "propagate", with_reference("C1W2", ["propagate"]))
    shown = restore.outputs(one)
    assert "`propagate` needs `sigmoid`, which is not written yet" in shown[0]["text"]
    assert shown[1]["data"]["text/plain"] == repr(15.0)
    page = restore.restore(Intake("C1W2"), {"propagate": one})
    assert any("needs `sigmoid`" in str(cell.get("outputs")) for cell in page["cells"])


def test_the_authors_way_says_the_same(capsys):
    names = dict(vars(reference("C1W2")))
    exec(stub("sigmoid"), names)
    for name in ("propagate", "sigmoid_derivative"):
        code = solve.reference_cells("C1W2")[name]
        exec(code, names)
        assert author.points("C1W2", name, names) == check.load("C1W2").points(name)
    assert author.points("C1W2", "sigmoid", names) == 0
    assert "sigmoid is not written yet" in capsys.readouterr().out


class TestVisibleCheck:
    def checker(self, lab):
        one = check.load(lab)
        entries = {entry.name: entry for entry in one.public()}
        return Made(lab, entries)

    def names(self, lab, *solved):
        found = {}
        for cell in with_reference(lab, solved):
            if "checks_for(" in cell:
                cell = cell.replace("check = checks_for", "check = str")
            exec(cell, found)
        return found

    def test_it_stands_in_and_says_so(self, capsys):
        names = self.names("C1W2", "propagate")
        self.checker("C1W2")(names["propagate"])
        out = capsys.readouterr().out
        assert out.startswith("✔ propagate is right")
        assert "`propagate` needs `sigmoid`, which is not written yet" in out

    def test_what_is_wrong_stays_wrong(self, capsys):
        names = self.names("C1W2")
        exec(
            "def propagate(w, b, X, Y):\n    A = sigmoid(w.T @ X + b)\n"
            "    return {'dw': w, 'db': b}, 1.0",
            names,
        )
        with pytest.raises(CheckFailed):
            self.checker("C1W2")(names["propagate"])
        assert "✘ propagate: 0 of" in capsys.readouterr().out

    def test_a_wrong_helper_is_named_and_no_fault_of_the_caller(self, capsys):
        names = self.names("C1W2", "propagate")
        exec("def sigmoid(x):\n    return 1 / (1 + np.exp(x))", names)
        with pytest.raises(CheckFailed):
            self.checker("C1W2")(names["propagate"])
        out = capsys.readouterr().out
        assert "With a correct `sigmoid` it is right: look at your `sigmoid`." in out

    def test_a_right_helper_is_not_to_blame(self, capsys):
        names = self.names("C1W2", "sigmoid")
        exec(
            "def propagate(w, b, X, Y):\n    A = sigmoid(w.T @ X + b)\n"
            "    return {'dw': w, 'db': b}, 1.0",
            names,
        )
        with pytest.raises(CheckFailed):
            self.checker("C1W2")(names["propagate"])
        assert "look at your" not in capsys.readouterr().out

    def test_where_nothing_is_recorded_it_says_only_what_is_needed(self, capsys):
        names = self.names("C1W2")
        exec("def propagate(w, b, X, Y):\n    return sigmoid(w * 7 + 1)", names)
        with pytest.raises(
            CheckFailed, match=r"^`propagate` needs `sigmoid`, which is not written yet"
        ):
            self.checker("C1W2")(names["propagate"])
        assert capsys.readouterr().out.startswith("○")
        assert names["sigmoid"].__code__.co_names == ("NotImplementedError",)

    def test_a_cell_that_was_not_run(self):
        names = self.names("C1W2", "predict")
        del names["sigmoid"]
        self.checker("C1W2")(names["predict"])
        exec("def predict(w, b, X):\n    return sigmoid(w * 7 + 1)", names)
        with pytest.raises(CheckFailed, match="needs `sigmoid`, which is not defined"):
            self.checker("C1W2")(names["predict"])

    @pytest.mark.parametrize(
        ("lab", "name", "missing"),
        [
            ("C4W4", "compute_layer_style_cost", "gram_matrix"),
            ("C5W4", "DecoderLayer", "MultiHeadAttention"),
            ("C5W4", "Encoder", "positional_encoding"),
        ],
    )
    def test_blocks_stand_in_too(self, lab, name, missing, capsys, monkeypatch):
        names = self.names(lab, name)
        module = type(sys)("notebook_of_a_reader")
        module.__dict__.update(names)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        module.__dict__["__name__"] = module.__name__
        exec(solve.reference_cells(lab)[name], module.__dict__)
        self.checker(lab)(getattr(module, name))
        out = capsys.readouterr().out
        assert out.startswith(f"✔ {name} is right")
        assert f"`{missing}`" in out


class Made(Checker):
    """A checker of entries that were just made, not of those in the file."""

    def __init__(self, lab, entries):
        super().__init__(
            lab, type("Fresh", (dict,), {"names": tuple(entries)})(entries)
        )


class TestNoGift:
    def test_what_the_reference_does_not_use_is_not_lent(self):
        lent = (
            "def conv_forward_fast(A_prev, W, b, hparameters):\n"
            "    return conv_forward(A_prev, W, b, hparameters)[0]"
        )
        wrong = "def conv_forward(A_prev, W, b, hparameters):\n    return 0, 0"
        names = list(check.load("C4W1").checks)
        cells = with_reference(
            "C4W1", names, conv_forward=wrong, conv_forward_fast=lent
        )
        one = graded("C4W1", "conv_forward_fast", cells)
        assert one.score == 0
        assert (
            "it builds on your `conv_forward`, which is not right either" in one.message
        )

    def test_a_wrapper_of_a_helper_that_is_wrong_on_purpose(self):
        # The reference of `softmax` uses nothing, so nothing is lent to it.
        changed = {
            "image2vector": "def image2vector(x):\n    return 0",
            "softmax": "def softmax(x):\n    return image2vector(x)",
        }
        cells = with_reference("C1W2", [], **changed)
        assert graded("C1W2", "softmax", cells).score == 0

    def test_every_exercise_is_lent_only_what_comes_before_it(self):
        for lab in paths.lab_names():
            names = list(check.load(lab).checks)
            for name, one in check.load(lab).checks.items():
                assert set(one.uses) <= set(names[: names.index(name)])

    def test_a_reference_knows_what_it_uses(self):
        uses = {n: c.uses for n, c in check.load("C1W2").checks.items()}
        assert uses["propagate"] == ("sigmoid",)
        assert uses["softmax"] == ()
        assert set(uses["model"]) == {
            "sigmoid",
            "initialize_with_zeros",
            "propagate",
            "optimize",
            "predict",
        }
        assert "MultiHeadAttention" in check.load("C5W4").checks["EncoderLayer"].uses

    def test_what_a_listed_right_version_uses_is_lent(self):
        # Unpooling by shifts calls pool_forward, which the reference does not.
        assert "pool_forward" in check.load("C4W1").checks["pool_backward"].uses

    def test_of_an_error_of_the_reference_only_the_type_leaves(self):
        wrong = "def propagate(w, b, X, Y):\n    return sigmoid('seven'), 1.0"
        cells = with_reference("C1W2", [], propagate=wrong)
        one = graded("C1W2", "propagate", cells)
        told = one.message + "".join(case.message for case in one.cases)
        assert "in the line `return sigmoid('seven'), 1.0`" in told
        assert "a correct `sigmoid` stops with" in told
        for line in solve.reference_cells("C1W2")["sigmoid"].splitlines():
            assert not line.strip() or line.strip() not in told
        assert "raise " not in told

    @pytest.mark.parametrize("lab", ["C2W3", "C4W4", "C5W4"])
    def test_a_wrong_version_is_caught_with_blocks_in_place_as_well(self, lab):
        cases, names = Cases(check.load(lab), 77), vars(reference(lab))
        for name, one in check.load(lab).checks.items():
            if not one.blocks:
                continue
            expected = cases.expected(name, 1, with_blocks=True)
            for mistake in one.mistakes:
                with replaced(names, one.blocks):
                    outcomes = [
                        one.observe(mistake.function, call)
                        for call in cases.calls(name, 1)
                    ]
                verdict = judge(name, expected, outcomes, [], one.spec.tolerance)
                assert not verdict.right, (name, mistake.name)

    def test_no_block_is_an_answer(self):
        for lab in ("C4W4", "C5W4"):
            cases = Cases(check.load(lab), 3)
            for name, one in check.load(lab).checks.items():
                block = one.lab.checks[name] and _block(lab, name)
                if block is None:
                    continue
                outcomes = [one.observe(block, call) for call in cases.calls(name)]
                found = judge(
                    name, cases.expected(name), outcomes, [], one.spec.tolerance
                )
                assert found.passed == 0, name


def _block(lab, name):
    from helpers.checks.stand_in import blocks

    return blocks(lab).get(name)


class TestLookup:
    known = Recorded(
        ["x", "scale"],
        {"scale": 2.0},
        [
            ({"x": np.ones(3), "scale": 2.0}, np.full(3, 2.0), {}),
            ({"x": np.zeros(3), "scale": 1.0}, 0.0, {"x": np.ones(3)}),
        ],
    )

    def test_arguments_by_position_name_and_default(self):
        look = Lookup("f", self.known)
        for value in (look(np.ones(3)), look(x=np.ones(3)), look(np.ones(3), scale=2)):
            np.testing.assert_array_equal(value, np.full(3, 2.0))
        value = look(np.ones(3))
        value[:] = 0  # a copy: the next one is not spoilt
        assert look(np.ones(3))[0] == 2

    def test_what_is_not_there_is_not_made_up(self):
        with pytest.raises(NotImplementedError):
            Lookup("f", self.known)(np.ones(3) * 1.01)

    def test_an_argument_that_is_to_be_changed_is(self):
        x = np.zeros(3)
        Lookup("f", self.known)(x, 1.0)
        np.testing.assert_array_equal(x, np.ones(3))


class TestChangedArguments:
    """Writing into an argument costs a share; the values are judged all the same."""

    inputs = [{"x": np.arange(3.0)}]  # noqa: RUF012
    expected = [store.Expected("f(x)", (Outcome(value=np.arange(3.0) + 1),))]  # noqa: RUF012

    def verdict(self, body):
        function = notebook(f"def f(x):\n    {body}")["f"]
        return judge(
            "f",
            self.expected,
            [observe(function, self.inputs[0], 1)],
            [],
            store.Tolerance(),
        )

    def test_right_values_keep_the_rest(self):
        verdict = self.verdict("x += 1\n    return x")
        assert (verdict.passed, verdict.right) == (1, False)
        assert verdict.share == 1 - CHANGED
        assert (
            "all values are right, but it changes its argument `x`" in verdict.message
        )
        assert f"{CHANGED:.0%}" in verdict.message

    def test_it_hides_nothing_else_that_is_wrong(self):
        verdict = self.verdict("x += 2\n    return x")
        assert verdict.share == 0
        assert "expected 1, got 2" in verdict.message
        assert "It also changes its argument `x`" in verdict.message

    def test_a_mistake_in_the_values_is_named_all_the_same(self):
        expected = [
            store.Expected(
                "f(x)", self.expected[0].outcomes, (Outcome(value=np.arange(3.0) - 1),)
            )
        ]
        function = notebook("def f(x):\n    x -= 1\n    return x")["f"]
        outcomes = [observe(function, self.inputs[0], 1)]
        verdict = judge("f", expected, outcomes, ["The sign."], store.Tolerance())
        assert verdict.mistake == "The sign."

    def test_a_mistake_that_is_nothing_but_the_writing_is_named(self):
        one = check.load("C1W3").checks["relu_backward"]
        cells = with_reference(
            "C1W3",
            [],
            relu_backward=(
                "def relu_backward(dA, Z):\n    dA[Z < 0] = 0\n    return dA"
            ),
        )
        result = graded("C1W3", "relu_backward", cells)
        assert result.score == one.points * (1 - CHANGED)
        assert "It writes into dA" in result.message
        assert not [case for case in result.cases if not case.passed]

    @pytest.mark.parametrize(
        "value",
        [
            np.array([np.nan, 1.0]),
            [1, 2.0, "a"],
            {"a": np.ones(2), "b": [None]},
            (1, True),
            3.0,
            np.float32(2),
            np.zeros((0, 3)),
        ],
        ids=range(7),
    )
    def test_what_is_left_alone_is_not_said_to_change(self, value):
        assert observe(lambda x: 1, {"x": value}, 1).modified == ()

    @pytest.mark.parametrize(
        ("value", "body"),
        [
            (np.zeros(2), "x[1] = 1e-300"),
            ([1], "x.append(2)"),
            ({"a": 1}, "x.pop('a')"),
            ({"a": np.zeros(2)}, "x['a'][0] = 1"),
            ([np.zeros(2)], "x[0] = 0"),
            (np.zeros(2), "x.resize(1, refcheck=False)"),
        ],
    )
    def test_any_change_is_seen(self, value, body):
        function = notebook(f"def f(x):\n    {body}")["f"]
        assert observe(function, {"x": value}, 1).modified == ("x",)


def test_no_line_of_ours_is_quoted():
    names = notebook("def f(x):\n    return g(x)")
    names["g"] = Lookup("g", Recorded(["x"], {}, []))
    with pytest.raises(NotImplementedError) as caught:
        names["f"](1.0)
    assert "raise NotWritten" not in describe(caught.value)


class TestReplaced:
    """Stand-ins are called wherever a notebook finds the function they stand for."""

    CALLS = (
        "step()",
        "same()",
        "TABLE['gd']()",
        "NESTED['gd'][1]()",
        "PAIRS[0][1]()",
    )

    @pytest.fixture
    def notebook(self):
        names: dict = {}
        code = """
            def step():
                return "own"

            same = step
            TABLE = {"gd": step, "other": len}
            NESTED = {"gd": ("name", step)}
            PAIRS = [("gd", step)]
            DATA = list(range(1000))
            nothing = None
        """
        exec(textwrap.dedent(code), names)
        return names

    @pytest.mark.parametrize("call", CALLS)
    def test_by_any_name(self, notebook, call):
        before = dict(notebook)
        with replaced(notebook, {"step": lambda: "stand-in"}):
            assert eval(call, notebook) == "stand-in"
        assert eval(call, notebook) == "own"
        assert all(notebook[name] is value for name, value in before.items())

    def test_by_keywords_that_the_notebook_has_renamed(self, notebook):
        exec("def step(params, lr=0.1, *, aloud=False): pass", notebook)

        def stand_in(parameters, learning_rate=0.5):
            return parameters, learning_rate

        with replaced(notebook, {"step": stand_in}):
            assert eval("step(1, lr=2)", notebook) == (1, 2)
            assert eval("step(lr=2, params=1)", notebook) == (1, 2)
            assert eval("step(1, learning_rate=2)", notebook) == (1, 2)
            assert eval("step(1)", notebook) == (1, 0.5)
            with pytest.raises(TypeError):
                eval("step(1, rate=2)", notebook)

    def test_nothing_else_is_touched(self, notebook):
        before = dict(notebook)
        with replaced(notebook, {"nothing": len, "new": len}):
            assert notebook["nothing"] is notebook["new"] is len
            changed = {k for k, v in notebook.items() if before.get(k) is not v}
            assert changed == {"nothing", "new"}
        assert notebook == before

    def test_inside_decorators(self, notebook):
        step = notebook["step"]
        for around in (
            np.errstate(all="ignore")(step),
            functools.lru_cache(step),
            functools.partial(np.errstate(all="ignore")(step)),
            np.vectorize(step),
        ):
            assert names_of(around) is notebook

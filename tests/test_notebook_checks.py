"""The visible check: what a reader sees when an exercise is right, wrong or missing."""

import functools
import inspect
import linecache
import signal
import sys
import threading
import time
from types import ModuleType

import numpy as np
import pytest

from autograder.checks import check as authoring
from helpers import blas
from helpers.checks import CheckFailed, checks_for, notebook, store
from helpers.checks.compare import Tolerance, brief, difference, in_words
from helpers.checks.explain import explain
from helpers.checks.notebook import CannotCheck, Checker
from helpers.checks.time_limit import limited
from helpers.checks.values import Draws, Opaque, plain

LAB = "C1W2"


@pytest.fixture
def reference():
    return authoring.load(LAB).reference


@pytest.fixture
def checker():
    lab = authoring.load(LAB)
    return Checker(LAB, store.Store(lab.public_path))


def named(function, name):
    function.__name__ = name
    return function


@pytest.mark.parametrize(("lab", "count"), [("C1W3", 1), ("C1W2", 2)])
def test_a_lab_computes_with_one_blas_thread_unless_its_products_are_large(lab, count):
    """Threads of BLAS spin while they wait; see `checks_for`."""
    if blas._openblas is None:
        pytest.skip("this NumPy has no OpenBLAS of its own")
    before = blas.threads()
    try:
        blas.set_threads(2)
        checks_for(lab)
        assert blas.threads() == count
    finally:
        blas.set_threads(before)


class TestCheck:
    def test_right_function_is_praised_in_one_line(self, checker, reference, capsys):
        checker(reference.sigmoid)
        assert capsys.readouterr().out.startswith("✔ sigmoid is right: ")

    def test_known_mistake_is_named(self, checker, capsys):
        one = authoring.load(LAB).checks["sigmoid"]
        mistake = one.mistakes[0]
        with pytest.raises(CheckFailed, match="sigmoid: "):
            checker(named(lambda x: mistake.function(x), "sigmoid"))
        assert mistake.message in capsys.readouterr().out

    def test_unwritten_exercise(self, checker):
        def sigmoid(x):
            raise NotImplementedError("sigmoid is not written yet")

        with pytest.raises(CheckFailed, match=r"^sigmoid is not written yet\.$"):
            checker(sigmoid)

    def test_changed_argument_is_flagged(self, checker, reference, capsys):
        def sigmoid(x):
            s = reference.sigmoid(x)
            if isinstance(x, np.ndarray):
                x *= 0
            return s

        with pytest.raises(CheckFailed):
            checker(sigmoid)
        assert "changes its argument `x`; work on a copy" in capsys.readouterr().out

    def test_an_exception_names_the_line(self, checker, capsys):
        def sigmoid(x):
            return x + "no number"

        with pytest.raises(CheckFailed):
            checker(sigmoid)
        out = capsys.readouterr().out
        assert "Error" in out
        assert 'return x + "no number"' in out

    def test_a_name_of_no_exercise(self, checker):
        with pytest.raises(ValueError, match="has no check of 'sygmoid'; it checks "):
            checker(named(lambda x: x, "sygmoid"))

    def test_other_parameter_names_are_fine(self, checker, reference):
        checker(named(lambda numbers: reference.sigmoid(numbers), "sigmoid"))

    def test_a_warning_of_numpy_is_a_note(self, checker, reference, capsys):
        def sigmoid(x):
            np.log(np.array(0.0))
            return reference.sigmoid(x)

        checker(sigmoid)
        assert "NumPy warned: divide by zero" in capsys.readouterr().out


class TestNames:
    """The name that counts is the one that the cell has for a function.

    Its own `__name__` may be another. The judge looks exercises up by name as well.
    """

    CELL = compile("check(sigmoid)", "<cell>", "exec")
    CHANGED = (
        ("a lambda", lambda right: lambda x: right(x)),
        ("a decorator without functools.wraps", lambda right: named(right, "wrapper")),
        ("a function of another name", lambda right: named(right, "my_sigmoid")),
        ("a partial function", lambda right: functools.partial(right)),
        ("np.vectorize", lambda right: np.vectorize(lambda x: float(right(x)))),
        ("the name of another exercise", lambda right: named(right, "basic_sigmoid")),
    )

    @pytest.mark.parametrize(("what", "change"), CHANGED)
    def test_right(self, checker, reference, capsys, what, change):
        function = change(lambda x: reference.sigmoid(x))
        exec(self.CELL, {"check": checker, "sigmoid": function})
        assert capsys.readouterr().out.startswith("✔ sigmoid is right: ")

    def test_one_function_for_two_exercises(self, reference, capsys):
        lab = authoring.load("C2W2")
        zeros = lab.reference.initialize_velocity
        cell = compile("check(initialize_rmsprop)", "<cell>", "exec")
        names = {"initialize_velocity": zeros, "initialize_rmsprop": zeros}
        check = Checker("C2W2", store.Store(lab.public_path))
        exec(cell, names | {"check": check})
        assert capsys.readouterr().out.startswith("✔ initialize_rmsprop is right: ")

    def test_wrong(self, checker):
        with pytest.raises(CheckFailed, match=r"^sigmoid: "):
            exec(self.CELL, {"check": checker, "sigmoid": lambda x: x})


class TestSlips:
    """What is natural to type and cannot be checked gets one sentence."""

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ((0.5,), "check takes a function itself, such as check"),
            ((None,), "check takes a function itself, such as check"),
            (("sigmoid",), r"Leave out the quotes: check\(sigmoid\)\."),
            ((len, max), "Check one function at a time"),
            ((), "Say what to check"),
            ((lambda x: x,), "Define the function with `def`"),
            ((len,), "has no check of 'len'; it checks "),
        ],
    )
    def test_of_functions(self, checker, arguments, sentence):
        with pytest.raises(CannotCheck, match=sentence) as caught:
            checker(*arguments)
        assert caught.value._render_traceback_() == [f"CannotCheck: {caught.value}"]

    def test_a_name_that_is_nearly_right(self, checker):
        with pytest.raises(CannotCheck, match=r" Did you mean sigmoid\?$"):
            checker(named(lambda x: x, "sigmiod"))

    def test_a_function_by_name_and_an_answer_without_one(self, checker, reference):
        with pytest.raises(CannotCheck, match=r"is checked by check\(sigmoid\)\."):
            checker(sigmoid=reference.sigmoid)
        question = next(iter(authoring.load(LAB).concepts))
        with pytest.raises(CannotCheck, match=rf"check\({question}={question}\)"):
            checker(question)

    @pytest.mark.parametrize("number", [99, 0, -1, "2", 1.0])
    def test_of_cases(self, checker, reference, number):
        checker(reference.sigmoid)
        for ask in (checker.case, checker.explain):
            with pytest.raises(
                CannotCheck, match=r"sigmoid has cases 1 to \d+, and no"
            ):
                ask(number)


class TestCrashes:
    def test_one_error_is_told_once_with_the_number_of_cases(self, checker, capsys):
        with pytest.raises(CheckFailed):
            checker(named(lambda x: 1 / 0, "sigmoid"))
        out = capsys.readouterr().out
        total = len(checker._store["sigmoid"].cases)
        assert "as in case 1" in out
        assert out.count("division by zero") == 1
        assert f"(in {total} of {total} cases)" in out

    def test_a_function_that_never_ends(self, checker, reference, monkeypatch, capsys):
        monkeypatch.setattr(notebook, "limited", lambda: limited(0.2))

        def sigmoid(x):
            while np.ndim(x) == 0:
                pass
            return reference.sigmoid(x)

        before = signal.getsignal(signal.SIGALRM)
        with pytest.raises(CheckFailed):
            checker(sigmoid)
        out = capsys.readouterr().out
        assert "it had not come to an end after 60 seconds" in out
        assert "it was not tried" in out
        assert signal.getsignal(signal.SIGALRM) is before
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        assert sys.stdout is not None

    def test_no_timer_in_another_thread(self):
        done = []

        def work():
            with limited(0.01):
                time.sleep(0.05)
                done.append(True)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert done == [True]

    def test_a_timer_of_the_reader_is_left_alone(self):
        signal.setitimer(signal.ITIMER_REAL, 30)
        try:
            with limited(0.01):
                time.sleep(0.05)
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 30
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


class TestConcepts:
    def test_right_and_wrong_answers(self, checker, capsys):
        for concept in authoring.load(LAB).concepts.values():
            checker(**{concept.name: concept.answer})
            assert f"✔ {concept.name} is right" in capsys.readouterr().out
            for wrong, because in concept.because.items():
                with pytest.raises(CheckFailed):
                    checker(**{concept.name: wrong})
                assert because in capsys.readouterr().out

    @pytest.mark.parametrize("answer", [3, "{}) the text", "{}: a list", "{})", ""])
    def test_an_answer_of_the_wrong_form(self, checker, answer, capsys):
        concept = next(
            c for c in authoring.load(LAB).concepts.values() if c.digits is None
        )
        if isinstance(answer, str):
            answer = answer.format(concept.answer)
        with pytest.raises(CheckFailed):
            checker(**{concept.name: answer})
        assert "should be a letter alone, such as 'A'" in capsys.readouterr().out


class TestProgress:
    def test_everything_is_checked_afresh(
        self, checker, reference, monkeypatch, capsys
    ):
        main = ModuleType("__main__")
        main.sigmoid = reference.sigmoid
        main.propagate = named(lambda w, b, X, Y: None, "propagate")
        monkeypatch.setitem(sys.modules, "__main__", main)
        checker.progress()
        out = capsys.readouterr().out
        assert "1 of 23 right" in out
        assert "✔ sigmoid" in out
        assert "✘ propagate" in out
        assert "○ model" in out


class TestDisplay:
    def test_jupyter_gets_a_table_and_text(self, checker):
        from helpers.checks.show import report

        entry = checker._entry("sigmoid", store.PublicCheck)
        wrong = named(lambda x: x * 2, "sigmoid")
        shown = report(checker.verdict(wrong, entry))._repr_mimebundle_()
        assert "<table>" in shown["text/html"]
        assert "✘" in shown["text/plain"]
        assert "<script" not in shown["text/html"]

    def test_what_a_student_writes_is_escaped(self, checker):
        from helpers.checks.show import report

        entry = checker._entry("sigmoid", store.PublicCheck)
        wrong = named(lambda x: "<script>alert(1)</script>", "sigmoid")
        shown = report(checker.verdict(wrong, entry))._repr_mimebundle_()
        assert "<script" not in shown["text/html"]


class TestStore:
    def test_missing_file_names_the_repair(self, tmp_path):
        with pytest.raises(ValueError, match=r"Copy the file again"):
            store.Store(tmp_path / "C1W2.h5")

    def test_damaged_file_names_the_repair(self, tmp_path):
        path = tmp_path / "C1W2.h5"
        path.write_bytes(authoring.load(LAB).public_path.read_bytes()[:1000])
        with pytest.raises(ValueError, match=r"Copy the file again"):
            store.Store(path)

    def test_same_entries_give_the_same_bytes(self, tmp_path):
        entries = authoring.load(LAB).public()
        one, other = tmp_path / "one" / "lab.h5", tmp_path / "other" / "lab.h5"
        store.write(one, entries)
        store.write(other, entries)
        assert one.read_bytes() == other.read_bytes()

    def test_what_is_written_is_read(self, tmp_path):
        entries = authoring.load(LAB).public()
        store.write(tmp_path / "a.h5", entries)
        again = store.Store(tmp_path / "a.h5")
        assert set(again.names) == {entry.name for entry in entries}
        for entry in entries:
            read = again[entry.name]
            assert read.points == entry.points
            if isinstance(entry, store.PublicCheck):
                assert read.messages == entry.messages
                for one, other in zip(entry.cases, read.cases, strict=True):
                    assert difference(one.inputs, other.inputs) is None
                    assert one.expected.shown == other.expected.shown


class TestCompare:
    @pytest.mark.parametrize(
        ("expected", "got"),
        [
            (1.0, np.array(1.0)),
            (np.float64(2.0), 2),
            (True, 1),
            (np.array([1.0, 2.0]), np.array([1.0, 2.0], dtype=np.float32)),
            ([1.0, 2.0], np.array([1.0, 2.0])),
            ((1, 2), [1, 2]),
            ((1, 2), np.array([1, 2])),
            ((0.5, np.float64(2)), np.array([0.5, 2.0], dtype=np.float32)),
            (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
            ({"a": 1}, {"a": 1, "b": 2}),
            (np.array([1e-9]), np.array([1.00001e-9])),
            (np.array([[0, 1]]), np.array([[False, True]])),
        ],
    )
    def test_the_same_by_meaning(self, expected, got):
        assert difference(expected, got) is None

    @pytest.mark.parametrize(
        ("expected", "got", "kind"),
        [
            (1.0, np.ones((1, 1)), "shape"),
            (1.0, None, "type"),
            (np.ones(3), [1.0, 1.0, 1.0], "type"),
            (np.ones((2, 3)), np.ones((3, 2)), "shape"),
            (np.ones(2), np.ones(2) + 1e-3, "values"),
            (np.ones(2), np.array([1.0, np.nan]), "values"),
            (np.ones(2), np.ones(2, dtype=complex), "type"),
            ({"a": 1}, {"b": 1}, "structure"),
            ((1, 2), (1, 2, 3), "structure"),
            ((1, 2), np.array([1, 2, 3]), "type"),
            ((1, 2), np.array([[1, 2]]), "type"),
            ((1, 2), np.array([1, 3]), "values"),
            ((0.5, True), np.array([0.5, 1.0]), "type"),
            ((np.ones(2), np.ones(2)), np.ones((2, 2)), "type"),
            ("a", "b", "values"),
            (np.array([1e-9]), np.array([0.0]), "values"),
            (np.array([np.inf]), np.array([1e308]), "values"),
        ],
    )
    def test_different(self, expected, got, kind):
        found = difference(expected, got)
        assert found is not None
        assert found.kind == kind

    def test_extra_keys_are_noted(self):
        notes = []
        assert difference({"a": 1}, {"a": 1, "b": 2}, notes=notes) is None
        assert "'b'" in notes[0]

    @pytest.mark.parametrize(
        ("expected", "got"),
        [
            (3, 3.0),
            (3, np.float32(2.9999998)),
            (100_000, 100_000.0),
            (16_777_217, np.float32(16_777_216)),  # as near as float32 can come
            (2**60 + 1, 2**60 + 1),
            (np.array([200, 3], np.uint8), np.array([200.0, 3.0])),
            (True, np.float64(1)),
        ],
    )
    def test_a_count_may_come_as_another_kind_of_number(self, expected, got):
        assert difference(expected, got) is None

    @pytest.mark.parametrize(
        ("expected", "got"),
        [
            (100_000, 100_009),
            (100_000, 100_000.5),
            (2**60 + 1, 2**60),
            (np.array([100_000, 1]), np.array([100_000, 0])),
            (np.array([255] * 3, np.uint8), np.array([255, 254, 255], np.uint8)),
            (True, 0),
        ],
    )
    def test_a_count_is_not_rounded(self, expected, got):
        assert difference(expected, got).kind == "values"

    def test_a_check_may_leave_more_room_for_counts(self):
        assert difference(1000, 1004, Tolerance(atol=0.01)) is None

    @pytest.mark.parametrize(
        ("got", "expected_text", "got_text"),
        [(3.0, "the int 3", "the float 3.0"), (3.5, "the int 3", "the float 3.5")],
    )
    def test_a_check_may_ask_for_integers(self, got, expected_text, got_text):
        allowed = Tolerance(integers=True)
        found = difference((4, 3), (4, got), allowed)
        assert (found.kind, found.place) == ("type", "result[1]")
        assert (found.expected, found.got) == (expected_text, got_text)
        assert difference((4, 3), (np.int64(4), np.array(3, np.uint8)), allowed) is None
        assert difference(3, 4, allowed).kind == "values"
        assert difference(3.0, 3, allowed) is None

    def test_integers_of_an_array(self):
        allowed = Tolerance(integers=True)
        assert difference(np.arange(3), np.arange(3.0), allowed).got == "floats"
        assert difference(np.arange(3), np.arange(3, dtype=np.uint8), allowed) is None
        assert difference(np.arange(0), np.array([]), allowed) is None

    def test_below_the_floor_all_numbers_are_equal(self):
        allowed = Tolerance(floor=2e-7)
        assert difference(3e-11, 1e-7, allowed) is None
        assert difference(3e-11, 3e-7, allowed).kind == "values"
        assert difference(0.5, 1e-9, allowed).kind == "values"


class TestWords:
    """What a reader is shown: no labels of ours, nothing chopped."""

    def test_a_place_in_a_description(self):
        whole = {"sizes of W1, b1": [0.5, 2.0], "steps": [1]}
        found = difference(whole, {"sizes of W1, b1": [0.5, 3.0], "steps": [1]})
        assert found.told(whole) == "“sizes of W1, b1” at [1]: expected 2, got 3"
        for should in (True, False):
            whole["drawn at random"] = should
            text = difference(whole, whole | {"drawn at random": not should}).told(
                whole
            )
            assert text == "“drawn at random”: that is " + (
                "not so, but should be" if should else "so, but should not be"
            )
        assert in_words("result['steps'][0]", whole) == "“steps” at [0]"
        assert in_words("result['steps']", whole) == "“steps”"

    def test_a_dictionary_that_is_the_result(self):
        whole = {"dW1": [1], "db1": 2}
        assert in_words("result['dW1'][0]", whole) == "result['dW1'][0]"

    def test_what_was_returned_and_what_was_changed(self):
        whole = {"returned": [1], "`gradients` after": {"dW": 1}}
        assert in_words("result['returned'][0]", whole) == "result[0]"
        assert in_words("result['`gradients` after']['dW']", whole) == (
            "`gradients['dW']` after the call"
        )
        assert in_words("`gradients` after['dW']", None) == (
            "`gradients['dW']` after the call"
        )

    def test_missing_keys_are_told(self):
        found = difference({"W1": 1, "b1": 2}, {"W1": 1, "x": 3})
        assert str(found) == (
            "result: expected the keys 'W1', 'b1', got a dictionary with the keys "
            "'W1', 'x' (the key 'b1' is missing)"
        )

    @pytest.mark.parametrize(
        ("value", "room", "text"),
        [
            ({"stride": 2, "pad": 1, "f": 3}, 60, "{'stride': 2, 'pad': 1, 'f': 3}"),
            (np.array([[1.0, 2.5]]), 60, "array([[1. , 2.5]])"),
            (np.arange(12.0).reshape(3, 4), 60, "array of shape (3, 4): 0, 1, 2, …"),
            (np.arange(12.0).reshape(3, 4), 20, "array of shape (3, 4)"),
            ([np.ones((9, 9))] * 2, 0, "[array (9, 9), … 1 more]"),
            ({"W": np.ones((9, 9))}, 60, "{'W': array of shape (9, 9)}"),
            ((1,), 60, "(1,)"),
            ([], 60, "[]"),
            ("a" * 99, 60, "'" + "a" * 58 + "…"),
            ([7] * 99, 60, "[" + "7, " * 60 + "… 39 more]"),
        ],
    )
    def test_values_in_one_line(self, value, room, text):
        assert brief(value, room) == text

    def test_a_call_that_nobody_could_type_is_told_in_words(self):
        checks = authoring.load("C5W1").checks
        call = next(iter(checks["sample"].visible_calls()))
        assert call.shown("sample").startswith("sample, tried with parameters = {")
        call = next(iter(authoring.load("C4W1").checks["pool_forward"].visible_calls()))
        assert "hparameters={'f': 2, 'stride': 2}, mode='max')" in call.shown("f")


class TestDraws:
    def test_a_spread_that_is_wrong_is_not_told_as_a_mean(self):
        rng = np.random.default_rng(4)
        wanted = Draws((20, 30), 0.0, 0.01)
        found = difference(wanted, 0.2 + 0.1 * rng.normal(size=(20, 30)))
        assert "a mean near 0" in found.expected
        wide = rng.normal(size=(20, 30))
        wide += 0.1 - wide.mean()
        assert "a standard deviation near 0.01" in difference(wanted, wide).expected

    EXPECTED = Draws((50, 40), 0.0, 0.01)

    @pytest.mark.parametrize("kind", [np.float64, np.float32])
    @pytest.mark.parametrize("shape", [(50, 40), (1, 1), (2, 2), (3, 1), (200,)])
    def test_any_draw_of_the_distribution_passes(self, shape, kind):
        rng = np.random.default_rng(0)
        for _ in range(300):
            got = (rng.normal(size=shape) * 0.01).astype(kind)
            assert difference(Draws(shape, 0.0, 0.01), got) is None

    @pytest.mark.parametrize(("errors", "right"), [(6.5, True), (8, False)])
    def test_bad_luck_of_a_column_is_no_mistake(self, errors, right):
        drawn = np.random.default_rng(0).normal(size=(144, 30))
        drawn[:, 7] += errors / np.sqrt(len(drawn)) - drawn[:, 7].mean()
        found = difference(Draws(drawn.shape, 0.0, 1.0), drawn)
        assert found is None if right else "in each column" in found.expected

    @pytest.mark.parametrize(("errors", "right"), [(5.5, True), (7, False)])
    def test_bad_luck_of_all_is_no_mistake(self, errors, right):
        drawn = np.random.default_rng(0).normal(size=(50, 40))
        drawn += errors / np.sqrt(drawn.size) - drawn.mean()
        found = difference(Draws(drawn.shape, 0.0, 1.0), drawn)
        assert found is None if right else "a mean near 0" in found.expected

    def test_shape_mean_and_spread_count(self):
        drawn = np.random.default_rng(0).normal(size=(50, 40))
        assert difference(self.EXPECTED, drawn.T * 0.01).kind == "shape"
        for got in (drawn, 0.01 + 0.01 * drawn, np.abs(drawn) * 0.01, 0 * drawn):
            assert difference(self.EXPECTED, got).kind == "values"

    def test_numbers_that_were_not_drawn_one_by_one_fail(self):
        rng = np.random.default_rng(0)
        drawn = rng.normal(size=(50, 40)) * 0.01
        evenly = np.linspace(-1, 1, 2000).reshape(50, 40) * 0.01 * 3**0.5
        few = rng.choice([-0.01, 0.01], size=(50, 40))
        sorted_ = np.sort(drawn.ravel()).reshape(50, 40)
        uneven = drawn * np.repeat([0.01, 1.41], 25)[:, None]
        halves = np.where(np.arange(50)[:, None] < 25, drawn, drawn[::-1])
        for got in (
            np.tile(drawn[:1], (50, 1)),
            np.tile(drawn[:, :1], 40),
            halves,
            evenly,
            few,
            sorted_,
            uneven,
        ):
            assert difference(self.EXPECTED, got).kind == "values"
        one_by_one = Draws((50, 40), 0.0, 0.01, continuous=False)
        assert difference(one_by_one, few) is None

    def test_what_has_no_mean_fails(self):
        for odd in (np.nan, np.inf, 1e308):
            got = np.full((50, 40), odd)
            got[::2] *= -1
            assert difference(self.EXPECTED, got).kind == "values"

    def test_our_own_objects_never_pass(self):
        for ours in (self.EXPECTED, Draws((50, 40), np.nan), Opaque("an array")):
            assert difference(self.EXPECTED, ours).kind == "type"
            assert difference(self.EXPECTED, plain(ours)).kind == "type"
            assert plain([ours]) == [Opaque(f"an object of type {type(ours).__name__}")]

    @pytest.mark.parametrize("lab", ["C1W3", "C1W4"])
    def test_an_initializer_sets_no_seed(self, lab):
        one = authoring.load(lab).checks["initialize_parameters"]

        def seeded(*sizes):
            np.random.seed(2)
            return one.solution(*sizes)

        public = one.public()
        checker = Checker(lab, store.Store(one.lab.public_path))
        assert checker.verdict(one.solution, public).right
        said = checker.verdict(seeded, public)
        assert said.passed == 0
        assert "set no seed" in said.message


def test_checks_say_what_their_cases_cover():
    for lab in map(authoring.load, [LAB]):
        for one in lab.checks.values():
            assert inspect.getdoc(one.cases), one.name


def test_what_holds_itself_has_an_end():
    endless, row = [], [1]
    endless += [endless, endless]
    assert plain(endless) == [Opaque("a structure that holds itself")] * 2
    assert plain([row, row, {"row": row}]) == [row, row, {"row": row}]


class TestExplain:
    @staticmethod
    def wrong(x):
        return np.where(np.asarray(x) > 0, 1 / (1 + np.exp(-np.asarray(x))), 0.5)

    def test_what_was_expected_stands_beside_what_came(self, checker, capsys):
        with pytest.raises(CheckFailed):
            checker(named(lambda x: self.wrong(x), "sigmoid"))
        first = capsys.readouterr().out
        checker.explain()
        told = capsys.readouterr().out
        assert told.startswith("Case ")
        assert "expected" in told
        assert "✘" in told
        number = int(told.removeprefix("Case ").partition(":")[0])
        assert f"✘ {number}. sigmoid(" in first
        assert f"check.case({number})" in first

    def test_a_case_can_be_run_again(self, checker, reference):
        with pytest.raises(CheckFailed):
            checker(named(lambda x: self.wrong(x), "sigmoid"))
        given = checker.case(2)
        again = checker.case(2)
        assert list(given) == ["x"]
        assert given["x"] is not again["x"] or np.ndim(given["x"]) == 0
        want = reference.sigmoid(**given)
        stored = checker._store["sigmoid"].cases[1].expected.outcomes[0].value
        assert difference(stored, want) is None

    def test_what_cannot_be_explained_says_so(self, checker):
        with pytest.raises(ValueError, match="Nothing was checked yet"):
            checker.explain()
        with pytest.raises(CheckFailed):
            checker(named(lambda x: self.wrong(x), "sigmoid"))
        with pytest.raises(ValueError, match=r"sigmoid has cases 1 to \d+, and no 99"):
            checker.case(99)

    def test_an_argument_that_changed(self, checker, reference, capsys):
        def sigmoid(x):
            s = reference.sigmoid(x)
            if isinstance(x, np.ndarray):
                x *= 0
            return s

        with pytest.raises(CheckFailed):
            checker(sigmoid)
        capsys.readouterr()
        checker.explain()
        assert "The values are right, but `x` changed in the call." in (
            capsys.readouterr().out
        )

    def test_what_is_not_written_and_what_was_not_run(self, checker, capsys):
        def sigmoid(x):
            raise NotImplementedError("sigmoid is not written yet")

        with pytest.raises(CheckFailed):
            checker(sigmoid)
        capsys.readouterr()
        checker.explain()
        assert "sigmoid is not written yet." in capsys.readouterr().out

    def test_a_forbidden_name(self, capsys):
        lab = authoring.load("C4W1")
        one = next(check for check in lab.checks.values() if check.spec.forbid)
        checker = Checker("C4W1", store.Store(lab.public_path))
        scope = {"np": np}
        text = f"def {one.name}(*a, **k):\n    return {one.spec.forbid[0]}(*a)\n"
        where = "<forbidden>"
        linecache.cache[where] = (len(text), None, text.splitlines(True), where)
        exec(compile(text, where, "exec"), scope)
        with pytest.raises(CheckFailed):
            checker(scope[one.name])
        capsys.readouterr()
        checker.explain()
        explained = " ".join(capsys.readouterr().out.split())
        verdict = checker.verdict(scope[one.name], one.public())
        for said in explained, verdict.message:
            assert "write it without." in said
            assert "without.." not in said
        assert "It was not run: " in explained

    def test_a_right_case_has_nothing_to_explain(self, checker, reference, capsys):
        checker(reference.sigmoid)
        capsys.readouterr()
        checker.explain(1)
        assert "The values are right." in capsys.readouterr().out

    @pytest.mark.parametrize("huge", [2**70, 10**400, -(2**65)])
    def test_a_huge_whole_number_is_wrong_and_no_more(self, huge):
        assert difference(3, huge) is not None
        assert difference(2**70, 2**70) is None

    def test_an_exception_is_told_as_it_is(self, checker, capsys):
        with pytest.raises(CheckFailed):
            checker(named(lambda x: x + "text", "sigmoid"))
        capsys.readouterr()
        checker.explain(1)
        assert "it stopped with" in capsys.readouterr().out

    def test_a_table_of_an_array_with_four_axes(self):
        right = np.zeros((2, 3, 4, 5))
        wrong = right.copy()
        wrong[1, 2, 0, 3] = 1.0
        told = str(explain("Case 1", {"A": right}, {"A": wrong}, Tolerance()))
        assert "where result['A'][1, 2] is wrong" in told
        assert told.count("✘") == 2  # one in the legend
        assert "· · · ✘ ·" in told

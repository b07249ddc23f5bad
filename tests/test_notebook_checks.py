"""The visible check: what a reader sees when an exercise is right, wrong or missing."""

import inspect
import sys
from types import ModuleType

import numpy as np
import pytest

from autograder import check as authoring
from helpers.checks import CheckFailed, store
from helpers.checks.compare import Tolerance, difference
from helpers.checks.explain import explain
from helpers.checks.notebook import Checker
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


class TestConcepts:
    def test_right_and_wrong_answers(self, checker, capsys):
        for concept in authoring.load(LAB).concepts.values():
            checker(**{concept.name: concept.answer})
            assert f"✔ {concept.name} is right" in capsys.readouterr().out
            for wrong, because in concept.because.items():
                with pytest.raises(CheckFailed):
                    checker(**{concept.name: wrong})
                assert because in capsys.readouterr().out

    def test_an_answer_of_the_wrong_form(self, checker, capsys):
        name = next(c.name for c in authoring.load(LAB).concepts.values()
                    if c.digits is None)  # fmt: skip
        with pytest.raises(CheckFailed):
            checker(**{name: 3})
        assert "should be a letter" in capsys.readouterr().out


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

    def test_below_the_floor_all_numbers_are_equal(self):
        allowed = Tolerance(floor=2e-7)
        assert difference(3e-11, 1e-7, allowed) is None
        assert difference(3e-11, 3e-7, allowed).kind == "values"
        assert difference(0.5, 1e-9, allowed).kind == "values"


class TestDraws:
    EXPECTED = Draws((50, 40), 0.0, 0.01)

    @pytest.mark.parametrize("kind", [np.float64, np.float32])
    @pytest.mark.parametrize("shape", [(50, 40), (1, 1), (2, 2), (3, 1), (200,)])
    def test_any_draw_of_the_distribution_passes(self, shape, kind):
        rng = np.random.default_rng(0)
        for _ in range(300):
            got = (rng.normal(size=shape) * 0.01).astype(kind)
            assert difference(Draws(shape, 0.0, 0.01), got) is None

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
            np.tile(drawn[:1], (50, 1)), np.tile(drawn[:, :1], 40), halves,
            evenly, few, sorted_, uneven,
        ):  # fmt: skip
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

"""Similar submissions: what is copied stands out, what everybody writes does not."""

import re

import pytest

from autograder.__main__ import main
from autograder.authoring import build, solve
from autograder.checks import check
from autograder.course import example_class, similarity
from autograder.grading.intake import take_in_bytes
from autograder.reports import pairs as report

LAB = "C1W2"
ODD = """def propagate(w, b, X, Y):
    # first the scores, then squash them with care
    number_of_pictures = X.shape[1]
    scores = np.zeros((1, number_of_pictures))
    for j in range(number_of_pictures):
        total = b
        for i in range(X.shape[0]):
            total = total + float(w[i, 0]) * float(X[i, j])
        scores[0, j] = 1.0 / (1.0 + np.exp(-total))
    losses = []
    for j in range(number_of_pictures):
        losses.append(-np.log(scores[0, j]) if Y[0, j] > 0.5
                      else -np.log(1 - scores[0, j]))
    gradient = np.zeros(w.shape)
    for i in range(X.shape[0]):
        gradient[i, 0] = sum((scores[0] - Y[0]) * X[i]) / number_of_pictures
    return {"dw": gradient, "db": float(np.mean(scores - Y))}, sum(losses) / len(losses)
"""


def taken(**changed):
    raw = build.serialize(solve.solved(LAB, **changed)).encode()
    return take_in_bytes(raw, LAB)


def renamed(code):
    """The same with other names, comments and layout: the oldest disguise."""
    code = re.sub(r"#.*", "# now compute", code)
    for old, new in (
        ("number_of_pictures", "m"),
        ("scores", "A"),
        ("total", "z"),
        ("losses", "parts"),
        ("gradient", "grad"),
    ):
        code = re.sub(rf"\b{old}\b", new, code)
    return code.replace("    ", "  ").replace(" + ", "+")


@pytest.fixture(scope="module")
def submissions():
    """Variants and mistakes that are known; `eve` and `mal` share one that is not."""
    one = check.load(LAB).checks["propagate"]
    versions = [*one.variants, *(m.function for m in one.mistakes)]
    found = {
        f"honest{i}": taken(propagate=example_class.written_as(one, version))
        for i, version in enumerate(versions)
    }
    found |= {f"right{i}": taken() for i in range(4)}
    found["eve"], found["mal"] = taken(propagate=ODD), taken(propagate=renamed(ODD))
    raw = build.serialize(build.release_notebook(LAB)).encode()
    found["blank"] = take_in_bytes(raw, LAB)
    found["odd"] = take_in_bytes(b"no notebook", LAB)
    return found


def test_a_copy_in_disguise_stands_out_and_known_answers_do_not(submissions):
    first, *others = similarity.pairs(LAB, submissions)
    assert first.students == ("eve", "mal")
    assert first.share > 0.6
    assert {passage.question for passage in first.passages} == {"propagate"}
    assert all(pair.weight < first.weight / 4 for pair in others)


def test_the_same_words_stand_out(submissions):
    words = "I looked at the picture for a long time.\nIt is like a blurred owl to me."
    more = {name: taken(what_it_sees=words) for name in ("ann", "bob")}
    [pair, *_] = [
        p
        for p in similarity.pairs(LAB, submissions | more)
        if p.students == ("ann", "bob")
    ]
    assert pair.share == 1
    assert len(pair.passages) == 2


def test_what_many_wrote_does_not_count(submissions):
    crowd = {f"s{i}": taken(propagate=ODD) for i in range(30)}
    assert not similarity.pairs(LAB, crowd)


def test_reports_say_that_they_are_hints(submissions):
    found = similarity.pairs(LAB, submissions)
    assert "not proof" in report.text(found)
    page = report.page(LAB, found)
    assert "not proof" in page
    assert "## eve and mal" in page
    assert report.text([]) == "No pair stands out."


@pytest.mark.slow
def test_the_command(tmp_path, capsys):
    name = build.released_path(LAB).name
    for student, code in (("eve", ODD), ("mal", renamed(ODD)), ("ann", None)):
        changed = {"propagate": code} if code else {}
        place = tmp_path / "submitted" / student / LAB
        place.mkdir(parents=True)
        notebook = solve.solved(LAB, **changed)
        (place / name).write_text(build.serialize(notebook), encoding="utf-8")
    words = ["similarity", LAB, "--course", str(tmp_path)]
    assert main([*words, "--markdown", str(tmp_path / "pairs.md")]) == 0
    said = capsys.readouterr().out
    assert "eve · mal" in said
    assert "ann" not in said
    assert "eve and mal" in (tmp_path / "pairs.md").read_text(encoding="utf-8")

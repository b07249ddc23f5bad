"""What an LMS hands over is placed for grading, and nothing is lost on the way."""

import io
import zipfile

import pytest

from autograder import __main__ as command
from autograder.authoring import build

LAB = "C1W2"
NOTEBOOK = build.released_path(LAB).name
STEM = NOTEBOOK.removesuffix(".ipynb")
TEXT = build.serialize(build.release_notebook(LAB))


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "course"
    folder.mkdir()
    return folder


def archive(place, files):
    with zipfile.ZipFile(place, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return place


def collect(course, *places, expect=0):
    words = ["collect", *map(str, places), "--course", str(course)]
    assert command.main(words) == expect


def submitted(course):
    found = (course / "submitted").glob("*/*/*")
    return {path.relative_to(course / "submitted").as_posix() for path in found}


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"leeann_12345_678901_{NOTEBOOK}", "leeann"),
        (f"leeann_LATE_12345_678901_{STEM}-3.ipynb", "leeann"),
        (f"Ann Lee_4711_assignsubmission_file_/{NOTEBOOK}", "Ann-Lee"),
        (f"Ann Lee_4711_assignsubmission_file_{NOTEBOOK}", "Ann-Lee"),
        (f"submitted/ann_2/{LAB}/{NOTEBOOK}", "ann_2"),
        (f"ann@x.org_{STEM}.ipynb", "ann@x.org"),
        ("class/ann/homework.ipynb", "ann"),
        (f"../../ann/{NOTEBOOK}", "ann"),
    ],
)
def test_names_of_every_house(course, tmp_path, name, student):
    collect(course, archive(tmp_path / "all.zip", {name: TEXT}))
    assert submitted(course) == {f"{student}/{LAB}/{NOTEBOOK}"}
    placed = course / "submitted" / student / LAB / NOTEBOOK
    assert placed.read_text() == TEXT


def test_each_file_that_is_left_is_named(course, tmp_path, capsys):
    inner = io.BytesIO()
    archive(inner, {NOTEBOOK: TEXT})
    files = {
        f"ann_1_2_{NOTEBOOK}": TEXT,
        "bo_1_2_essay.pdf": "%PDF",
        "cy_1_2_odd.ipynb": "{}",
        "dee_1_2_all.zip": inner.getvalue(),
        f"eve_1_2_{NOTEBOOK}": b" " * 20_000_001,
        "__MACOSX/._x.ipynb": "",
        ".DS_Store": "",
    }
    collect(course, archive(tmp_path / "all.zip", files), expect=1)
    first, *left = capsys.readouterr().out.splitlines()
    assert first == f"2 placed in {course / 'submitted'}; 3 not placed."
    for sentence, said in zip(
        left,
        [
            "bo_1_2_essay.pdf: it is no notebook",
            "cy_1_2_odd.ipynb: it cannot be told",
            "it has more than 20 MB",
        ],
        strict=True,
    ):
        assert said in sentence
    assert submitted(course) == {f"ann/{LAB}/{NOTEBOOK}", f"dee/{LAB}/{NOTEBOOK}"}


def test_a_link_is_not_followed(course, tmp_path, capsys):
    folder = tmp_path / "handed"
    folder.mkdir()
    (folder / f"ann_1_2_{NOTEBOOK}").symlink_to(build.released_path(LAB))
    collect(course, folder, expect=1)
    assert "The file is a link" in capsys.readouterr().out
    assert submitted(course) == set()


def test_the_latest_attempt_counts_and_the_others_are_kept(course, tmp_path, capsys):
    folder = tmp_path / "handed"
    folder.mkdir()
    (folder / f"ann_1_2_{NOTEBOOK}").write_text("first")
    collect(course, folder)
    collect(course, folder)
    assert "1 unchanged" in capsys.readouterr().out
    (folder / f"ann_1_3_{STEM}-1.ipynb").write_text("second")
    (folder / f"ann_1_4_{STEM}-2.ipynb").write_text("third")
    collect(course, folder, expect=1)
    said = capsys.readouterr().out
    assert "1 replaced" in said
    assert f"ann handed in ann_1_4_{STEM}-2.ipynb for {LAB}, which was taken" in said
    placed = course / "submitted" / "ann" / LAB / NOTEBOOK
    assert placed.read_text() == "third"
    kept = course / ".autograder" / "replaced" / "ann" / LAB
    assert [path.read_text() for path in kept.iterdir()] == ["first"]


def test_what_lies_beside_a_notebook_needs_no_answer(course, tmp_path, capsys):
    inner = io.BytesIO()
    archive(inner, {f"lab/{NOTEBOOK}": TEXT, "lab/cat.png": "?", "lab/notes.txt": "a"})
    files = {
        "ann_100_2_work.zip": inner.getvalue(),
        "bo_200_3_notes.txt": "a",
        f"bo_200_4_{NOTEBOOK}": TEXT,
    }
    place = archive(tmp_path / "all.zip", files)
    collect(course, place)
    first, *more = capsys.readouterr().out.splitlines()
    assert first == f"2 placed in {course / 'submitted'}; 3 not needed."
    for sentence, (name, who) in zip(
        more,
        [
            ("ann_100_2_work.zip/lab/cat.png", "ann"),
            ("ann_100_2_work.zip/lab/notes.txt", "ann"),
            ("bo_200_3_notes.txt", "bo"),
        ],
        strict=True,
    ):
        assert sentence == f"  {name}: it is no notebook; {who} handed in one as well."
    archive(tmp_path / "all.zip", files | {"cy_300_5_notes.txt": "a"})
    collect(course, place, expect=1)
    assert "cy_300_5_notes.txt: it is no notebook (*.ipynb)" in capsys.readouterr().out

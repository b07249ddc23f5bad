"""What is made from a source is made where it is stale, and only there."""

import shutil

import pytest

from autograder import paths
from autograder.authoring import build, library_tables, manifest, stamps

LAB = "C1W2"


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of a lab's source, built once, and a count of what is built after."""
    path = tmp_path / "lab.py"
    shutil.copy(paths.source_of(LAB), path)
    monkeypatch.setattr(paths, "source_of", lambda lab: path)
    monkeypatch.setattr(stamps, "_CACHE", tmp_path / "cache")
    stamps.build_source(LAB)
    built, usual = [], build.source_notebook
    monkeypatch.setattr(
        build, "source_notebook", lambda lab: built.append(lab) or usual(lab)
    )
    return path, built


def test_what_is_fresh_is_not_built(copied):
    path, built = copied
    assert stamps.build_source(LAB) == path.with_suffix(".ipynb")
    assert built == []


def test_a_changed_source_is_built(copied):
    path, built = copied
    path.write_text(path.read_text() + "\n")
    stamps.build_source(LAB)
    stamps.build_source(LAB)
    assert built == [LAB]


def test_a_changed_table_of_libraries_is_built(copied, tmp_path, monkeypatch):
    path, built = copied
    table = library_tables.DOCUMENT.read_text(encoding="utf-8")
    heading = "| input |"
    assert heading in path.with_suffix(".ipynb").read_text()
    document = tmp_path / "libraries.md"
    document.write_text(table.replace(heading, "| given |"), encoding="utf-8")
    monkeypatch.setattr(library_tables, "DOCUMENT", document)
    stamps.build_source(LAB)
    stamps.build_source(LAB)
    assert built == [LAB]
    assert "| given |" in path.with_suffix(".ipynb").read_text()


@pytest.mark.parametrize("change", ["edited", "removed"])
def test_a_changed_notebook_is_built_again(copied, change):
    path, built = copied
    notebook = path.with_suffix(".ipynb")
    right = notebook.read_text()
    if change == "edited":
        notebook.write_text(right.replace("sigmoid", "tanh"))
    else:
        notebook.unlink()
    stamps.build_source(LAB)
    assert built == [LAB]
    assert notebook.read_text() == right


def test_a_stamp_that_cannot_be_written_stops_nothing(copied, tmp_path, monkeypatch):
    _, built = copied
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(stamps, "_CACHE", tmp_path / "file")
    stamps.build_source(LAB)
    assert built == [LAB]


def test_a_manifest_that_was_kept_is_the_same(copied):
    _, built = copied
    made, kept = (manifest.manifest.__wrapped__(LAB) for _ in range(2))
    assert built == [LAB]
    assert made == kept
    # nbgrader asks its cells for attributes.
    assert kept.graded["check-sigmoid"].official.metadata.nbgrader.points == 5


@pytest.mark.parametrize("damage", ["", "another stamp\n{}", "no stamp", "\udcff"])
def test_what_was_kept_badly_is_made_again(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(stamps, "_CACHE", tmp_path)
    assert stamps.kept("numbers", LAB, lambda: "1") == "1"
    (tmp_path / "numbers" / LAB).write_bytes(damage.encode(errors="surrogateescape"))
    assert stamps.kept("numbers", LAB, lambda: "2") == "2"
    assert stamps.kept("numbers", LAB, lambda: "3") == "2"

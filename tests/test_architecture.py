"""The architecture page is true, and the arrows between the rooms point one way."""

import re
import subprocess
import sys

import pytest

from autograder.authoring import rooms
from autograder.paths import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = set(re.findall(r"`([\w./-]+)`", PAGE))


def module(text, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(text)
    return set(rooms.imports(path))


def test_every_path_it_names_exists():
    paths = {name for name in NAMES if "/" in name}
    assert len(paths) > 20
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_every_file_it_names_by_name_alone_exists():
    known = {path.name for path in (ROOT / "autograder").rglob("*.py")}
    known |= {path.name for path in (ROOT / "helpers").rglob("*.py")}
    files = {name for name in NAMES if "/" not in name and name.endswith(".py")}
    assert files <= known


def test_every_module_and_package_of_the_grader_is_named():
    top = ROOT / "autograder"
    modules = [p for p in top.glob("*.py") if p.name != "__init__.py"]
    packages = [p.parent for p in top.glob("*/__init__.py")]
    missing = [
        path.name
        for path in (*modules, *packages)
        if not re.search(rf"`autograder/{re.escape(path.name)}\b", PAGE)
    ]
    assert missing == [], "say in docs/architecture.md what these are for"


def test_functions_of_the_walk_are_where_it_says():
    steps = re.findall(r"^\d+\. `(\w+)(?:\.(\w+))?`\s+\(`([\w/.]+)`\)", PAGE, re.M)
    assert len(steps) == 12
    for name, method, path in steps:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(class|def) {name}\b", text, re.M), name
        assert not method or re.search(rf"^    def {method}\b", text, re.M), method


def test_no_room_is_used_by_what_it_uses():
    order, uses = rooms.order(), rooms.uses()
    assert set(order) == set(uses)
    for place, room in enumerate(order):
        assert uses[room] <= set(order[:place])


@pytest.mark.parametrize("room", ["helpers", "sandbox.inside", "grading", "cli"])
def test_rooms_that_matter_are_found(room):
    assert room in rooms.rooms()


def test_helpers_never_import_the_grader():
    assert rooms.uses()["helpers"] == set()
    for path in (ROOT / "helpers").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) autograder", text, re.M), path


def test_what_runs_beside_student_code_imports_helpers_alone():
    assert rooms.uses()["sandbox.inside"] == {"helpers"}
    for path in (ROOT / "autograder" / "sandbox" / "inside").glob("*.py"):
        for name in rooms.imports(path):
            if name.startswith("autograder."):
                assert name.startswith("autograder.sandbox.inside"), (path, name)


def test_grading_takes_only_the_manifest_from_the_builder():
    for path in (ROOT / "autograder" / "grading").glob("*.py"):
        for name in rooms.imports(path):
            if name.startswith("autograder.authoring"):
                assert name.startswith("autograder.authoring.manifest."), (path, name)


def test_only_one_place_judges_a_submission():
    judging = {
        path.relative_to(ROOT / "autograder").as_posix()
        for path in (ROOT / "autograder").rglob("*.py")
        if "autograder.grading.judge.Judge" in rooms.imports(path)
    }
    assert judging == {"grading/submission.py", "grading/author.py"}


def test_the_picture_is_fresh():
    for path, text in rooms.written().items():
        assert path.read_text(encoding="utf-8") == text, "run `autograder map`"


def test_imports_are_found_wherever_they_stand(tmp_path):
    text = "import a.b\ndef f():\n    from c.d import e\nif True:\n    import g\n"
    assert module(text, tmp_path) == {"a.b", "c.d.e", "g"}
    text = "if TYPE_CHECKING:\n    import a\nelse:\n    import b\n"
    assert module(text, tmp_path) == {"b"}


def test_a_circle_is_named(monkeypatch):
    monkeypatch.setattr(rooms, "uses", lambda: {"a": set(), "b": {"c"}, "c": {"b"}})
    with pytest.raises(ValueError, match=r"\['b', 'c'\]"):
        rooms.order()


def test_writing_feedback_loads_neither_the_builder_nor_the_grader():
    """Half of the time of a short command is that of loading modules."""
    modules = "autograder.course.feedback", "autograder.course.penalties"
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert loaded >= set(modules)
    assert not loaded & {"jupytext", "numpy", "h5py", "matplotlib"}
    assert not loaded & {"autograder.authoring.build", "autograder.grading"}

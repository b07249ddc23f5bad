"""The architecture page is true: what it names exists, and every module is named."""

import re

from autograder.paths import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMES = set(re.findall(r"`([\w./-]+)`", PAGE))


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


def test_helpers_never_import_the_grader():
    for path in (ROOT / "helpers").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(from|import) autograder", text, re.M), path

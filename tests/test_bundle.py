"""The students' package: whole, the same each time, and without a single answer."""

import ast
import hashlib
import inspect
import io
import json
import os
import re
import subprocess
import sys
import zipfile

import h5py
import pytest

from autograder import paths
from autograder.authoring import build, solve, source
from autograder.checks import check
from autograder.errors import Refused
from autograder.release import archive, student

LABS = paths.lab_names()
SOLUTION = re.compile(rf"( *){source.BEGIN}.*?{source.END}", flags=re.DOTALL)
# These teach by showing what another lab asks for; a reader may open them.
FRAMEWORK = "deep-learning-labs/helpers/nn/"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The archive, as the command writes it, and its unpacked folder."""
    folder = tmp_path_factory.mktemp("package")
    path = folder / "package.zip"
    archive.write(path, student.files(LABS))
    with zipfile.ZipFile(path) as file:
        file.extractall(folder)
    return path, folder / student.NAME


def texts(folder):
    """Every text in the package by its path; what data files say about checks, too."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".md", ".ipynb", ".toml", ".yml", ".lock"):
            yield path, path.read_text(encoding="utf-8")
        elif path.parent.name == "checks" and path.suffix == ".h5":
            with h5py.File(path) as file:
                headers = [file[n]["header"][()].tobytes().decode() for n in file]
            yield path, "\n".join(headers)


def functions(code):
    """The bodies of all functions in some code, however they are laid out."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            found.add("\n".join(ast.unparse(line) for line in body))
    return found


def pieces_of_code(path, text):
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        return ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    return [text] if path.suffix == ".py" else []


def test_no_reference_function_is_in_it(package):
    """Whole bodies of functions are compared, so no change of layout hides one."""
    references, stub = {}, re.compile(r"(return|pass|raise NotImplementedError.*)$")
    for lab in LABS:
        for name in check.load(lab).checks:
            cell = source.read(lab).named("exercise")[name].text
            for body in functions(cell) - functions(re.sub(SOLUTION, r"\1pass", cell)):
                if len(body) >= 40 and not stub.match(body):
                    references[body] = f"{lab} {name}"
    assert len(references) > 100
    for path, text in texts(package[1]):
        inside = path.relative_to(package[1].parent).as_posix()
        if inside.startswith(FRAMEWORK):
            continue
        given = set().union(*map(functions, pieces_of_code(path, text)), set())
        shared = {references[body] for body in given & references.keys()}
        if path.suffix == ".ipynb":  # a lab may give what an earlier one asked for
            lab = path.parent.name
            shared = {one for one in shared if one.split()[0] >= lab}
        assert not shared, f"{inside} holds {shared}"


def test_no_mistake_case_or_hidden_test_is_in_it(package):
    """Nothing of the files that say what is tested, and no marker of the builder."""
    hidden = {}
    for lab in LABS:
        for one in check.load(lab).checks.values():
            written = [one.cases, *one.variants, *(m.function for m in one.mistakes)]
            for function in written:
                code = inspect.getsource(function)
                for body in functions(code[code.index("def ") :]):
                    hidden[body] = f"{lab} {one.name} {function.__name__}"
    hidden = {body: where for body, where in hidden.items() if len(body) >= 60}
    assert len(hidden) > 200
    for path, text in texts(package[1]):
        inside = path.relative_to(package[1].parent).as_posix()
        for word in ("BEGIN SOLUTION", "HIDDEN TESTS", "autograder"):
            assert word not in text, f"{inside}: {word}"
        if inside.startswith(FRAMEWORK):
            continue
        given = set().union(*map(functions, pieces_of_code(path, text)), set())
        shared = [hidden[body] for body in given & hidden.keys()]
        assert not shared, f"{inside} holds {shared}"


def test_only_what_is_named_goes_in(package):
    folders = {path.name for path in package[1].iterdir() if path.is_dir()}
    assert folders == {"datasets", "docs", "helpers", "labs"}
    others = {path.name for path in package[1].iterdir() if path.is_file()}
    wanted = {"LICENSE", "README.md", "environment.yml", "pyproject.toml"}
    assert others == wanted | {"requirements.lock"}
    files = [p.relative_to(package[1]) for p in package[1].rglob("*") if p.is_file()]
    assert not [p for p in files if any(part.startswith(".") for part in p.parts)]
    assert {p.suffix for p in files} <= {
        ".py",
        ".ipynb",
        ".h5",
        ".md",
        ".txt",
        ".png",
        ".toml",
        ".yml",
        ".lock",
        "",
    }
    assert {p.parts[1] for p in files if p.parts[0] == "labs"} == {*LABS, "START.ipynb"}


@pytest.mark.slow
def test_the_same_sources_give_the_same_bytes(package, tmp_path):
    second = tmp_path / "again.zip"
    digest = archive.write(second, student.files(LABS))
    assert second.read_bytes() == package[0].read_bytes()
    assert digest == hashlib.sha256(second.read_bytes()).hexdigest()


def test_links_of_its_pages_lead_somewhere(package):
    for page in ("README.md", "datasets/README.md", "labs/START.ipynb"):
        path = package[1] / page
        text = path.read_text(encoding="utf-8")
        links = re.findall(r"\]\(([^)#]+)\)", text)
        links += re.findall(r'src=\\?"([^"\\]+)', text)
        assert links
        for target in links:
            assert (path.parent / target).exists(), f"{page}: {target}"


def test_a_notebook_that_somebody_has_filled_in_is_refused(tmp_path, monkeypatch):
    mine = tmp_path / "labs"
    path = mine / "C1W2" / build.released_path("C1W2").name
    path.parent.mkdir(parents=True)
    path.write_text(build.serialize(solve.solved("C1W2")), encoding="utf-8")
    monkeypatch.setattr(paths, "LABS", mine)
    with pytest.raises(Refused, match="run `autograder build C1W2`"):
        student.files(["C1W2"])


def test_permissions_and_order_of_an_archive(tmp_path):
    path = tmp_path / "a" / "x.zip"
    archive.write(path, {"b": b"1", "a": b"2"}, executable=["b"])
    entries = zipfile.ZipFile(io.BytesIO(path.read_bytes())).infolist()
    assert [entry.filename for entry in entries] == ["a", "b"]
    assert [entry.external_attr >> 16 & 0o777 for entry in entries] == [0o644, 0o755]


def in_package(folder, code, **more):
    """Run some code beside the package, without this checkout on the path."""
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | more,
    )


@pytest.mark.slow
def test_it_installs_and_a_lab_starts_with_its_helpers_alone(package, tmp_path):
    """pip puts `helpers` and nothing else in place; every setup cell runs with it."""
    place = tmp_path / "installed"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--disable-pip-version-check",
            "--no-build-isolation",
            "--target",
            place,
            package[1],
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert (place / "helpers" / "checks" / "notebook.py").is_file()
    assert not (place / "autograder").exists()
    setups = {}
    for lab in LABS:
        [path] = (package[1] / "labs" / lab).glob("*.ipynb")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        codes = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        setups[lab] = next(code for code in codes if "checks_for(" in code)
    code = f"""
import sys, helpers
class NoGrader:
    def find_spec(self, name, *rest):
        assert name.split(".")[0] != "autograder"
sys.meta_path.insert(0, NoGrader())
assert helpers.__file__.startswith({str(package[1])!r}), helpers.__file__
for lab, setup in {setups!r}.items():
    names = {{}}
    exec(compile(setup, lab, "exec"), names)
    names["check"].progress()
"""
    done = in_package(package[1], code, PYTHONPATH=str(package[1]), MPLBACKEND="agg")
    assert done.returncode == 0, done.stderr


def test_the_command_says_where_and_what(tmp_path, capsys):
    from autograder.__main__ import main

    assert main(["bundle", "C1W2", "--out", str(tmp_path)]) == 0
    [path] = tmp_path.glob("*.zip")
    said = capsys.readouterr().out
    assert str(path) in said
    assert hashlib.sha256(path.read_bytes()).hexdigest() in said
    names = zipfile.ZipFile(path).namelist()
    labs = {path[2] for name in names if (path := name.split("/"))[1] == "labs"}
    assert labs == {"C1W2"}

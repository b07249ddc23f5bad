"""The ways to install agree, and the documents tell the truth about commands."""

import os
import re
import subprocess
import sys
import tomllib

import pytest

from autograder.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CONDA = (ROOT / "environment.yml").read_text(encoding="utf-8")


def name_of(requirement):
    return re.match(r"[A-Za-z0-9._-]+", requirement).group().lower()


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / line for line in listed.splitlines()]


def test_conda_and_pip_ask_for_the_same():
    lines = re.findall(r"^  - ([^\s#:]+)", CONDA.split("dependencies:")[1], flags=re.M)
    conda = {line for line in lines if name_of(line) not in ("python", "pip")}
    wanted = {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["grade"]}
    assert conda == wanted


def test_conda_says_why():
    for line in CONDA.split("dependencies:")[1].splitlines():
        named = re.match(r"  - ([a-z0-9]+)[>=]", line)
        if named and named.group(1) != "python":
            assert "  # " in line, f"no reason beside {named.group(1)}"


def test_every_dependency_is_locked():
    locked = {name_of(line) for line in LOCK.splitlines() if "==" in line}
    everything = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        everything += extra
    loose = [one for one in everything if "==" not in one]  # the others pin themselves
    assert {name_of(one) for one in loose} <= locked


def served():
    """Minor versions of Python 3 on which the course runs."""
    low, end = re.fullmatch(
        r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]
    ).groups()
    return range(int(low), int(end))


def minors(text):
    return [int(minor) for minor in re.findall(r"\b3\.(\d\d)\b", text)]


class TestPythons:
    """One place says which Pythons are served; everything else agrees with it."""

    def test_classifiers(self):
        listed = "\n".join(PROJECT["classifiers"])
        assert minors(listed) == list(served())

    @pytest.mark.parametrize(
        "path",
        [
            "README.md",
            "docs/students.md",
            "docs/architecture.md",
            "autograder/release/student_readme.md",
            "autograder/ci/action.yml",
        ],
    )
    def test_documents_say_the_whole_range(self, path):
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"3.{served()[0]} to 3.{served()[-1]}" in text

    def test_conda(self):
        assert f"  - python{PROJECT['requires-python']}\n" in CONDA

    @pytest.mark.parametrize(
        "path",
        [
            "README.md",
            "docs/students.md",
            "autograder/release/student_readme.md",
            "autograder/ci/action.yml",
            "autograder/ci/Containerfile",
            "autograder/ci/gradescope/setup.sh",
            ".binder/runtime.txt",
            ".devcontainer/devcontainer.json",
        ],
    )
    def test_no_other_is_named(self, path):
        text = (ROOT / path).read_text(encoding="utf-8")
        named = re.findall(r"[Pp]ython[^\n]{0,20}?\b3\.\d\d\b[^\n]*", text)
        assert named, "the pattern finds nothing"
        assert set(minors("\n".join(named))) <= set(served())

    def test_gradescope_looks_for_each(self):
        script = (ROOT / "autograder/ci/gradescope/setup.sh").read_text("utf-8")
        looked_for = re.findall(r"python3\.(\d+)", script.partition("; do")[0])
        assert sorted(map(int, looked_for)) == list(served())

    def test_each_has_one_numpy_in_the_lock(self):
        """2.4 is NumPy's last for Python 3.11; the later ones take the newest."""
        locked = [line for line in LOCK.splitlines() if line.startswith("numpy==")]
        assert [line[:10] for line in locked] == ["numpy==2.4", "numpy==2.5"]
        assert [line.partition(" ; ")[2] for line in locked] == [
            "python_full_version < '3.12'",
            "python_full_version >= '3.12'",
        ]

    @pytest.mark.parametrize("version", ["3.10.14", "3.15.2"])
    def test_make_says_which_are_served(self, version, tmp_path):
        said = made_with(version, tmp_path)
        assert said.returncode != 0
        assert said.stderr.splitlines()[0] == (
            f"The course runs on Python 3.{served()[0]} to 3.{served()[-1]}, and this "
            f"is {version}. Name one that you have, for example: "
            f"make PYTHON=python3.{served()[-1]}"
        )
        assert not (tmp_path / "venv").exists()

    def test_make_takes_those_that_are(self, tmp_path):
        for minor in served():
            assert made_with(f"3.{minor}.0", tmp_path).returncode == 0


class TestNewestPython:
    """`.ci/newest-python` prints one that runs, is newer and is served, or nothing."""

    def found(self, folder, *on_the_path, in_pyenv=()):
        """Its two outputs where the usual Python is 3.11 and these are there, too.

        No other runs, whatever this machine has; pyenv's names on the PATH are of that
        kind as well, where they are not chosen.
        """
        usual = program(folder / "usual", "echo 11")
        for minor in (12, 13, 14):
            program(folder / "bin" / f"python3.{minor}", "exit 127")
        for name in on_the_path:
            program(folder / "bin" / name, "echo $0")
        for version in in_pyenv:
            program(folder / "versions" / version / "bin" / "python", "echo $0")
        done = subprocess.run(
            [ROOT / ".ci" / "newest-python", usual, "11", "15"],
            env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "PYENV_ROOT": str(folder)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.removeprefix(str(folder)).strip(), done.stderr

    def test_the_newest_that_is_served(self, tmp_path):
        names = ["python3.12", "python3.15"]
        assert self.found(tmp_path, *names, in_pyenv=["3.13.0"]) == (
            "/versions/3.13.0/bin/python",
            "",
        )

    def test_none(self, tmp_path):
        path, said = self.found(tmp_path)
        assert path == ""
        assert said.startswith("SKIPPED: no tests on a newer Python.")


def program(path, line):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def made_with(version, folder):
    """`make` up to the environment itself, with a Python that says it is `version`."""
    python = folder / "python"
    python.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"sys.version_info = (*map(int, {version!r}.split('.')), 'final', 0)\n"
        f"sys.version = '{version} (main)'\n"
        "if sys.argv[1] == '-c':\n    exec(sys.argv[2])\n"
    )
    python.chmod(0o755)
    venv = folder / "venv"
    return subprocess.run(
        ["make", f"PYTHON={python}", f"VENV={venv}", f"{venv}/bin/python"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_nothing_names_a_registry_or_a_path_of_a_machine():
    folders = [f"/{name}/" for name in ("root", "home", "work")]
    words = ["files.pythonhosted", "pypi.org/simple", *folders]
    for path in tracked(
        "*.py", "*.md", "*.toml", "*.yml", "*.lock", "Makefile", ".ci/*"
    ):
        if path.name == "test_packaging.py":  # names the registries just above
            continue
        text = path.read_text(encoding="utf-8")
        for word in words:
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"


def test_sources_survive_a_save_in_jupyterlab(tmp_path):
    """What jupytext's content manager writes back is what was there."""
    import jupytext
    from jupytext.config import load_jupytext_configuration_file

    config = load_jupytext_configuration_file(str(ROOT / "jupytext.toml"))
    for path in tracked("solutions/*/*.py"):
        text = path.read_text(encoding="utf-8")
        notebook = jupytext.reads(text, fmt="py:percent", config=config)
        assert jupytext.writes(notebook, fmt="py:percent", config=config) == text, path


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        path.name
        for path in sorted((ROOT / "benchmarks").glob("*.py"))
        if "argparse" in path.read_text(encoding="utf-8")
    ],
)
def test_a_benchmark_starts_as_its_first_lines_say(script):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    words = [sys.executable, str(ROOT / "benchmarks" / script), "--help"]
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr


def test_the_quick_tests_leave_out_what_is_for_the_night():
    """A selection on the command line takes the place of the one in pyproject.toml."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [quick] = re.findall(r'^QUICK := -m "(.*)"$', makefile, flags=re.M)
    assert quick.split(" and ") == ["not slow", "not browser", "not nightly"]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
class TestDocuments:
    def test_links_lead_somewhere(self, document):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
            if "://" not in target:
                assert (ROOT / target).exists(), target

    def test_make_targets_exist(self, document):
        text = (ROOT / document).read_text(encoding="utf-8")
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        for target in re.findall(
            r"make ([a-z-]+)",
            "\n".join(re.findall(r"`[^`]*`|^    .*$|^make .*$", text, flags=re.M)),
        ):
            assert re.search(rf"^{target}:", makefile, flags=re.M), target

    def test_commands_of_the_grader_exist(self, document):
        text = (ROOT / document).read_text(encoding="utf-8")
        known = subprocess.run(
            [sys.executable, "-m", "autograder", "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for command in re.findall(r"`?(?:-m )?autograder ([a-z-]+)", text):
            if command not in ("and", "that", "which", "holds", "is"):
                assert re.search(rf"^    {command}\b", known, flags=re.M), command

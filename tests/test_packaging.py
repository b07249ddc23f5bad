"""The ways to install agree, and the documents tell the truth about commands."""

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
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
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
    assert {name_of(one) for one in everything} <= locked


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
            capture_output=True, text=True, check=True, cwd=ROOT,
        ).stdout  # fmt: skip
        for command in re.findall(r"`?(?:-m )?autograder ([a-z-]+)", text):
            if command not in ("and", "that", "which", "holds", "is"):
                assert re.search(rf"^    {command}\b", known, flags=re.M), command

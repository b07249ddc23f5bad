"""Binder and the dev container install what exists, on a Python that is wanted."""

import json
import re
import tomllib

from packaging.specifiers import SpecifierSet

from autograder.paths import ROOT

BINDER, CONTAINER = ROOT / ".binder", ROOT / ".devcontainer" / "devcontainer.json"
# Of the specification's schema, those that are used here, with their type.
KEYS = {
    "name": str,
    "image": str,
    "hostRequirements": dict,
    "postCreateCommand": str,
    "customizations": dict,
}


def wanted(version):
    """Whether the project runs on a Python, such as `3.12`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return version in SpecifierSet(project["project"]["requires-python"])


def test_binder():
    runtime = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip()
    assert wanted(runtime.removeprefix("python-"))
    lines = (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if not line.startswith("#")]
    # pip reads -c from the file's folder and -e from where it was started.
    assert asked == ["-c ../requirements.lock", "-e ."]
    assert (BINDER / ".." / "requirements.lock").is_file()


def test_dev_container():
    settings = json.loads(CONTAINER.read_text(encoding="utf-8"))
    for key, value in settings.items():
        assert isinstance(value, KEYS[key]), key
    assert re.fullmatch(r"\d+[tgmk]b", settings["hostRequirements"]["memory"])
    assert wanted(settings["image"].rpartition(":")[2])
    target = settings["postCreateCommand"].removeprefix("make ")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"{target}:" in makefile.replace("$(VENV)", ".venv")
    for name in settings["customizations"]["codespaces"]["openFiles"]:
        assert (ROOT / name).is_file()

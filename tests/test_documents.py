"""The documents tell the truth: links lead somewhere, commands are understood."""

import itertools
import os
import re
import shlex
import subprocess
import sys

import pytest
from nbgrader.apps.nbgraderapp import NbGraderApp

from autograder.__main__ import parser
from autograder.paths import ROOT

DOCUMENTS = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "datasets/README.md"),
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
# Programs of others, whose files are looked at and nothing else.
FOREIGN = {
    "python",
    "pip",
    "jupyter",
    "conda",
    "ruff",
    "git",
    "pytest",
    "docker",
    "wsl",
    "unzip",
    "cd",
    "createdb",
}
OWN = ("autograder", "nbgrader", "make", "python -m", ".venv/bin/", "jupyter ")


def text_of(document):
    return (ROOT / document).read_text(encoding="utf-8")


def slug(heading):
    """The anchor that GitHub gives a heading."""
    words = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower())
    return words.strip().replace(" ", "-")


def prose(text):
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def commands(text):
    """Lines of fenced shell blocks, and inline code that begins as ours do."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", text, re.M | re.S):
        if language in ("", "sh", "bash", "console", "shell"):
            joined = block.replace("\\\n", " ")
            yield from (line.strip() for line in joined.splitlines() if line.strip())
    # As many backticks end a piece of code as begin it.
    code = r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)"
    for _, inline in re.findall(code, prose(text), re.S):
        inline = " ".join(inline.split())
        if inline.startswith(OWN) and " " in inline and "→" not in inline:
            yield inline


@pytest.mark.parametrize("document", DOCUMENTS)
class TestEveryDocument:
    def test_links_lead_somewhere(self, document):
        text = prose(text_of(document))
        here = (ROOT / document).parent
        links = re.findall(r"\]\(([^)\s]+)\)", text)
        links += re.findall(r"<img src=\"([^\"]+)\"", text)
        for link in links:
            if "://" in link or link.startswith("mailto:"):
                continue
            target, _, anchor = link.partition("#")
            path = (here / target).resolve() if target else ROOT / document
            assert path.exists(), link
            if anchor:
                headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
                assert anchor in map(slug, headings), link

    def test_commands_are_understood(self, document):
        for line in commands(text_of(document)):
            line = re.split(r"\s{2,}|\s#", line.removeprefix("$ "))[0]
            for part in re.split(r" && | \| ", line):
                understood(part, line)

    def test_lines_are_short(self, document):
        if document in ("docs/gallery.md", "datasets/README.md"):
            return  # made by a command
        for line in prose(text_of(document)).splitlines():
            if not line.startswith("|") and "http" not in line:
                assert len(line) <= 100 or document == "CONTRIBUTING.md", line


def understood(part, line):
    """A command's program, subcommand, options and files exist."""
    words = shlex.split(part.replace("\\", "/").replace("…", ""))
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    words[0] = re.sub(r"^\.venv/(bin|Scripts)/", "", words[0])
    if words[0] in ("python", "python3", "py") and words[1:2] == ["-m"]:
        words = words[2:]
    match words:
        case ["autograder", *arguments]:
            assert parses(arguments), line
        case ["nbgrader", command, *_]:
            assert command.replace("-", "_") in NbGraderApp.subcommands or (
                command.replace("_", "-") in NbGraderApp.subcommands
            ), line
        case ["make", *targets]:
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            for target in targets:
                if "=" not in target:
                    assert re.search(rf"^{target}:", makefile, re.M), line
        case ["helpers.data", *_] | ["venv", *_]:
            pass
        case ["python", script, *options] if not script.startswith("-"):
            assert (ROOT / script).exists(), line
            folder = ROOT / script
            files = [folder] if folder.is_file() else list(folder.glob("*.py"))
            source = "\n".join(path.read_text(encoding="utf-8") for path in files)
            for option in options:
                assert not option.startswith("--") or option in source, line
        case [program, *arguments]:
            assert program in FOREIGN, line
            for flag, value in itertools.pairwise(arguments):
                if flag in ("-c", "-r", "-e", "-f") and "CMD" not in value:
                    assert (ROOT / value.partition("[")[0]).exists(), line
            if program == "jupyter":
                files = [word for word in arguments[1:] if word[0] != "-"]
                assert all((ROOT / path).exists() for path in files), line


def parses(arguments):
    """Our own parser takes the words; `LAB` and `[--check]` are placeholders."""
    words = [word.strip("[]") for word in arguments]
    if not words or words == ["--help"]:
        return True
    words = ["4" if word == "N" else word for word in words]
    if len(words) == 1:  # named in passing, without what it needs
        return words[0] in known_commands()
    try:
        parser().parse_args(words)
    except SystemExit:
        return False
    return True


def known_commands():
    return set(re.findall(r"^    ([a-z-]+)\b", parser().format_help(), re.M))


@pytest.mark.slow
def test_cheap_commands_run_in_a_clone(tmp_path):
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "--quiet", "--shared", str(ROOT), str(clone)], check=True
    )
    environment = os.environ | {"PYTHONPATH": str(clone)}
    for words in (
        ["-m", "autograder", "build", "--check"],
        ["-m", "autograder", "map", "--check"],
        ["-m", "autograder", "--help"],
        ["-m", "helpers.data", "verify"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_frames.py"],
    ):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (words, done.stdout[-800:], done.stderr[-800:])
    done = subprocess.run(
        ["make", "help"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert "open the map of the course" in done.stdout

"""The command line as a whole."""

import errno
import os
import subprocess
import sys

import pytest

from autograder import __main__ as command
from autograder.authoring import build
from autograder.cli import bundle
from autograder.errors import Refused


@pytest.mark.skipif(sys.platform == "win32", reason="pipes differ there")
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    path = tmp_path / "C1W2.ipynb"
    path.write_text(build.serialize(build.release_notebook("C1W2")), encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", str(path)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_meant_for_the_user_is_one_sentence(monkeypatch, capsys):
    def run(options):
        raise Refused("There is nothing to pack.")

    monkeypatch.setattr(bundle, "run", run)
    assert command.main(["bundle"]) == 2
    assert capsys.readouterr().err == "autograder: There is nothing to pack.\n"


@pytest.mark.parametrize("kind", [ValueError, KeyError, FileNotFoundError, TypeError])
def test_a_fault_of_the_grader_keeps_its_traceback(monkeypatch, kind):
    def run(options):
        raise kind("a fault of ours")

    monkeypatch.setattr(bundle, "run", run)
    with pytest.raises(kind):
        command.main(["bundle"])


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert command.main(["bundle", "C1W2", "--out", str(tmp_path / "file")]) == 2
    said = capsys.readouterr().err
    assert str(tmp_path / "file") in said
    assert said.count("\n") == 1


def test_a_full_disk_is_one_sentence(monkeypatch, capsys):
    def run(options):
        raise OSError(errno.ENOSPC, "No space left on device", "results.json")

    monkeypatch.setattr(bundle, "run", run)
    assert command.main(["bundle"]) == 2
    assert "results.json: No space left on device." in capsys.readouterr().err

"""The command line as a whole."""

import os
import subprocess
import sys

import pytest

from autograder.authoring import build


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

"""What the benchmark of grading counts: processor time of orphans as well."""

import subprocess
import sys

import pytest

from autograder import paths

BUSY = "import time\nwhile time.process_time() < 0.4: pass"
# It ends at once, as bubblewrap does, and leaves a process that keeps a processor busy.
COMMAND = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BUSY!r}])"
MEASURE = f"""
import os, sys
sys.path.insert(0, "benchmarks")
import grading
print(grading.timed([sys.executable, "-c", {COMMAND!r}], ".", os.environ)[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_processor_time_of_processes_that_outlive_their_parents_is_counted():
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) >= 0.4

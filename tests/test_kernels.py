"""Students' processors differ, and with them the last digits of a product.

OpenBLAS brings kernels for several generations of processors and takes the best one.
The results in `datasets/checks/` come from one of them; right answers have to pass with
each of the others.
"""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograder.checks.check import load
from autograder.paths import ROOT, lab_names

# As OPENBLAS_CORETYPE names them → as OpenBLAS calls what it then uses. NumPy's wheels
# hold no kernel for Zen, which is served by Haswell's; Prescott's, the oldest one, goes
# by another name as well.
KERNELS = {
    "SkylakeX": {"SkylakeX"},
    "Haswell": {"Haswell"},
    "Zen": {"Zen", "Haswell"},
    "Nehalem": {"Nehalem"},
    "Prescott": {"Prescott", "Katmai"},
}
CRASHES = (-signal.SIGILL, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGFPE)


@pytest.fixture(scope="module")
def answers():
    """What the visible checks said, by kernel; each in a process of its own."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield dict(zip(KERNELS, pool.map(run, KERNELS), strict=True))


def run(kernel):
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernel}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "error"}
    return subprocess.run(
        [sys.executable, "-m", "tests.kernels"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("kernel", KERNELS)
def test_visible_checks_refuse_no_reference(kernel, answers):
    done = answers[kernel]
    if done.returncode in CRASHES:
        name = signal.Signals(-done.returncode).name
        pytest.skip(f"the kernel does not run on this processor: {name}")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    if said["kernel"] not in KERNELS[kernel]:
        pytest.skip(f"NumPy takes {said['kernel'] or 'another BLAS'} instead")
    assert said["checked"] == sum(len(load(lab).checks) for lab in lab_names())
    assert said["refused"] == []

"""Run in a process of its own: the visible checks of all labs on one BLAS kernel.

    OPENBLAS_CORETYPE=Haswell python -m tests.kernels

Prints JSON: the kernel that NumPy uses, how many references were checked, and what the
visible checks said against some. `tests/test_kernels.py` starts it.
"""

import json

from autograder import paths
from autograder.checks import check
from benchmarks.blas import kernel
from helpers.checks.notebook import Checker
from helpers.checks.store import Store


def refused() -> tuple[int, list[str]]:
    """How many references were checked, and what was said against some."""
    count, complaints = 0, []
    for lab in paths.lab_names():
        written = check.load(lab)
        store = Store(written.public_path)
        checker = Checker(lab, store)
        for name, one in written.checks.items():
            verdict = checker.verdict(one.solution, store[name])
            count += 1
            if not verdict.right:
                complaints.append(f"{lab} {verdict.message}")
    return count, complaints


if __name__ == "__main__":
    number, said = refused()
    print(json.dumps({"kernel": kernel(), "checked": number, "refused": said}))

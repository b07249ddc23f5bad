#!/usr/bin/env bash
# The threads of the OpenBLAS in NumPy's wheels wait for the next product by spinning: on
# two cores, one product of 200 x 200 matrices, which takes less than a millisecond, costs
# up to 0.1 s of processor time, though the program sleeps after it. A product of 64 x 64
# matrices uses one thread and costs nothing afterwards. A program that does something
# else between products, such as training a small network in plain NumPy, keeps a second
# core busy all the time and gains nothing from it.
#   findings/openblas_threads_spin.sh [PYTHON]    exits 1 if it changes; needs two cores
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: "numpy==2.4.6" "threadpoolctl==3.6.0"
env -u OPENBLAS_NUM_THREADS -u OMP_NUM_THREADS venv/bin/python - <<'PYTHON'
import sys
import time

import numpy as np
import threadpoolctl

(blas,) = threadpoolctl.threadpool_info()
print(f"NumPy {np.__version__}, OpenBLAS {blas['version']}, {blas['architecture']}, "
      f"{blas['num_threads']} threads")


def spent(n):
    """Seconds of processor time while the program sleeps after one product."""
    a = np.ones((n, n), np.float32)
    time.sleep(0.5)  # until the threads have given up waiting for another
    a @ a
    before = time.process_time()
    time.sleep(0.3)
    return time.process_time() - before


small, large = (max(spent(n) for _ in range(5)) for n in (64, 200))
print(f"processor time during 0.3 s of sleep after a product: {small:.3f} s after "
      f"64 x 64, {large:.3f} s after 200 x 200")
sys.exit(large < 10 * max(small, 0.001))
PYTHON

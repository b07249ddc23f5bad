#!/usr/bin/env bash
# The same wheel of NumPy, the same matrices, the same processor: OPENBLAS_CORETYPE alone
# changes the last digits of a product, and a difference of two close products (as in a
# gradient check) changes in its leading digits. "Zen" silently is Haswell's kernel, and
# "Prescott" calls itself Katmai.
#   findings/openblas_kernels.sh [PYTHON]      x86-64, Python 3.12 on; exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: "numpy==2.5.5"
for kernel in Haswell Zen Nehalem Prescott; do
  OPENBLAS_CORETYPE=$kernel OPENBLAS_NUM_THREADS=1 "$place/venv/bin/python" - \
    "$kernel" <<'PYTHON' | tee -a "$place/seen"
import ctypes
import sys

import numpy as np

name = ctypes.CDLL(np._core._multiarray_umath.__file__).scipy_openblas_get_corename64_
name.restype = ctypes.c_char_p
rng = np.random.default_rng(0)
A, x = rng.normal(size=(50, 50)), rng.normal(size=50)
def cost(w):
    return float(w @ A @ A.T @ w)

step, e = 1e-7, np.eye(50)[0]
slope = (cost(x + step * e) - cost(x - step * e)) / (2 * step)
true = float(2 * (A @ A.T @ x)[0])
print(f"{sys.argv[1]:9} is {name().decode():8} sum {float((A @ A).sum())!r:22} "
      f"error of the numerical slope {abs(slope - true) / abs(true):.3e}")
PYTHON
done
# Haswell's kernel twice, one other result or more, and the two names.
[ "$(awk '{print $5}' "$place/seen" | sort -u | wc -l)" -gt 1 ] \
  && grep -q "^Zen .*is Haswell" "$place/seen" \
  && grep -q "^Prescott .*is Katmai" "$place/seen"

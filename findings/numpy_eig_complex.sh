#!/usr/bin/env bash
# NumPy 2.5: `np.linalg.eig` and `eigvals` of a real symmetric matrix return complex
# numbers, though all imaginary parts are 0. NumPy 2.4 returned real ones. What follows,
# `out += value * vector` with an array of floats, stops with a casting error.
#   findings/numpy_eig_complex.sh [PYTHON]     a Python from 3.12 on; exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
for version in 2.4.6 2.5.5; do
  "$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --only-binary :all: "numpy==$version"
  "$place/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np

symmetric = np.array([[2.0, 1.0], [1.0, 2.0]])
values, vectors = np.linalg.eig(symmetric)
print(f"numpy {np.__version__}: eig gives {values.dtype} {values}, "
      f"eigvals {np.linalg.eigvals(symmetric).dtype}, "
      f"eigh {np.linalg.eigh(symmetric).eigenvalues.dtype}, "
      f"roots of x² - 3x + 2 {np.roots([1, -3, 2]).dtype}")
try:
    np.zeros(2).__iadd__(values[0] * vectors[:, 0])
    print("  adding it to an array of floats works")
    added = True
except np._core._exceptions._UFuncOutputCastingError as error:
    print(f"  adding it to an array of floats: {error}")
    added = False
new = np.__version__ == "2.5.5"
sys.exit((values.dtype.kind == "c") != new or added == new)
PYTHON
done

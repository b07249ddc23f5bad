#!/usr/bin/env bash
# Keras 3: two functions of one name have opposite defaults. `keras.ops.gelu` takes the
# approximation by tanh, `keras.activations.gelu` (and `Activation("gelu")`) the exact
# formula. Leaky ReLU likewise: the function's default slope is 0.2, the layer's 0.3.
#   findings/keras_gelu_defaults.sh [PYTHON]                     exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: keras==3.15.1 numpy==2.4.6 torch==2.13.0
KERAS_BACKEND=torch "$place/venv/bin/python" - <<'PYTHON'
import math
import sys

import keras
import numpy as np

x = np.array([-1.0], "float32")
exact = -0.5 * math.erfc(1 / math.sqrt(2))
tanh = -0.5 * (1 - math.tanh(math.sqrt(2 / math.pi) * 1.044715))
ops, activation = (float(f(x)[0]) for f in (keras.ops.gelu, keras.activations.gelu))
print(f"keras {keras.__version__}: gelu(-1) is {exact:.7f}, by tanh {tanh:.7f}")
print(f"  keras.ops.gelu {ops:.7f}, keras.activations.gelu {activation:.7f}")
slopes = [
    -float(keras.activations.leaky_relu(x)[0]),
    -float(keras.layers.LeakyReLU()(x)[0]),
    -float(keras.layers.Activation("leaky_relu")(x)[0]),
]
print(f"  slope of Leaky ReLU: function {slopes[0]:.1f}, layer {slopes[1]:.1f}, "
      f'Activation("leaky_relu") {slopes[2]:.1f}')
as_seen = (
    abs(ops - tanh) < 1e-6
    and abs(activation - exact) < 1e-6
    and np.allclose(slopes, [0.2, 0.3, 0.2])
)
sys.exit(not as_seen)
PYTHON

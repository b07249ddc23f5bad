#!/usr/bin/env bash
# The gradient of clipping at a value that lies exactly on a bound. JAX shares it half
# and half (`jnp.clip`, `jnp.maximum`; `jax.nn.relu` gives 0), PyTorch's `clamp` passes all
# of it and its `maximum` half.
#   findings/jax_clip_gradient.sh [PYTHON]                       exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: "jax==0.10.2" torch==2.13.0 numpy==2.4.6
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import jax
import jax.numpy as jnp
import torch


def in_torch(function):
    x = torch.zeros((), requires_grad=True)
    function(x).backward()
    return x.grad.item()


zero = torch.zeros(())
found = {
    "jnp.clip(x, 0, 1)": float(jax.grad(lambda x: jnp.clip(x, 0, 1))(0.0)),
    "jnp.maximum(x, 0)": float(jax.grad(lambda x: jnp.maximum(x, 0.0))(0.0)),
    "jax.nn.relu(x)": float(jax.grad(jax.nn.relu)(0.0)),
    "torch.clamp(x, 0, 1)": in_torch(lambda x: torch.clamp(x, 0, 1)),
    "torch.maximum(x, 0)": in_torch(lambda x: torch.maximum(x, zero)),
    "torch.relu(x)": in_torch(torch.relu),
}
print(f"jax {jax.__version__}, torch {torch.__version__.split('+')[0]}: gradient at x = 0")
for name, value in found.items():
    print(f"  {name}: {value:g}")
sys.exit(list(found.values()) != [0.5, 0.5, 0, 1, 0.5, 0])
PYTHON

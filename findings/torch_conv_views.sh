#!/usr/bin/env bash
# A convolution of PyTorch on the CPU whose images and filters are stored channels last and
# seen through `permute`, as arrays from TensorFlow or JAX are: for a single image with at
# least two channels and a single filter, the forward pass works and the backward pass
# raises RuntimeError. Two images, two filters, or a contiguous copy of either argument
# work. So a network that trains on batches fails on a last batch of one example.
#   findings/torch_conv_views.sh [PYTHON]    exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile \
  --only-binary :all: "torch==2.13.0" "numpy==2.4.6"
venv/bin/python - <<'PYTHON'
import sys

import torch

print(f"PyTorch {torch.__version__}")


def outcome(images, filters, copy=False):
    """What the backward pass says for arrays (m, 6, 6, 2) and (3, 3, 2, n)."""
    x = torch.ones(images, 6, 6, 2).permute(0, 3, 1, 2)
    W = torch.ones(3, 3, 2, filters, requires_grad=True)
    seen = W.permute(3, 2, 0, 1)
    loss = torch.conv2d(x, seen.contiguous() if copy else seen).sum()
    try:
        loss.backward()
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return "a gradient"


cases = {
    "one image, one filter": outcome(1, 1),
    "two images, one filter": outcome(2, 1),
    "one image, two filters": outcome(1, 2),
    "one image, one filter, copied": outcome(1, 1, copy=True),
}
for name, said in cases.items():
    print(f"{name}: {said}")
first, *others = cases.values()
sys.exit("contiguous" not in first or set(others) != {"a gradient"})
PYTHON

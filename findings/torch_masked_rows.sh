#!/usr/bin/env bash
# Attention where a mask closes every key of a query: `scaled_dot_product_attention` of
# PyTorch returns zeros for that row, `nn.MultiheadAttention` returns NaN when it is asked
# for its weights, and zeros plus its bias when it is not. A plain softmax gives NaN.
#   findings/torch_masked_rows.sh [PYTHON]                       exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$python" -m venv "$place/venv"
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: torch==2.13.0 numpy==2.4.6
"$place/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import torch

torch.manual_seed(0)
x = torch.randn(1, 3, 4)
closed = torch.tensor([[False, True, True], [False, False, True], [True, True, True]])
plain = torch.nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=~closed)
layer = torch.nn.MultiheadAttention(4, 1, batch_first=True).eval()
found = {"scaled_dot_product_attention": plain}
for asked in (True, False):
    found[f"MultiheadAttention, need_weights={asked}"] = layer(
        x, x, x, attn_mask=closed, need_weights=asked
    )[0]
print(f"torch {torch.__version__.split('+')[0]}: the row whose mask closes everything")
kinds = []
for name, out in found.items():
    row = out[0, 2]
    kinds.append("NaN" if row.isnan().all() else "0" if (row == 0).all() else "finite")
    print(f"  {name}: {kinds[-1]} {[round(v, 3) for v in row.tolist()]}")
sys.exit(kinds != ["0", "NaN", "0"])
PYTHON

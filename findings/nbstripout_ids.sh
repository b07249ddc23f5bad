#!/usr/bin/env bash
# nbstripout, which strips outputs, renumbers the ids of all cells from 0 as well: ids
# that nbformat 4.5 introduced to know a cell again through time. After a cell is put in
# at the top, each later cell has the id that its neighbour had before, so that whatever
# goes by ids takes one cell for another. `--keep-id` leaves them.
#   findings/nbstripout_ids.sh [PYTHON]            exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
PATH="$place/venv/bin:$PATH"
python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
  nbstripout==0.9.1 nbformat==5.11.1
python - <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version

import nbformat

def ids(cells, *options):
    nbformat.write(nbformat.v4.new_notebook(cells=cells), "lab.ipynb")
    subprocess.run(["nbstripout", *options, "lab.ipynb"], check=True)
    return {c.source: c.id for c in nbformat.read("lab.ipynb", 4).cells}

cells = [nbformat.v4.new_code_cell(text, id=f"cell-{text}") for text in "ab"]
first = ids(cells)
later = ids([nbformat.v4.new_code_cell("new", id="cell-new"), *cells])
kept = ids(cells, "--keep-id")
print(f"nbstripout {version('nbstripout')}: {first}, then with a new cell {later}; "
      f"with --keep-id {kept}")
sys.exit((first, later["a"], kept) != (
    {"a": "0", "b": "1"}, first["b"], {"a": "cell-a", "b": "cell-b"}))
PYTHON

#!/usr/bin/env bash
# nbconvert's ClearMetadataPreprocessor "removes all the metadata from all code cells":
# those of Markdown cells stay, so that a notebook that was "cleared" still holds names,
# tags, points and whatever else a tool put there.
#   findings/nbconvert_clear_metadata.sh [PYTHON]  exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
  nbconvert==7.17.2
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor

kept = {"author": "ada", "tags": ["secret"]}
cells = [nbformat.v4.new_code_cell("1", metadata=kept),
         nbformat.v4.new_markdown_cell("text", metadata=kept),
         nbformat.v4.new_raw_cell("text", metadata=kept)]
notebook = nbformat.v4.new_notebook(cells=cells)
cleared, _ = ClearMetadataPreprocessor(enabled=True).preprocess(notebook, {})
seen = {cell.cell_type: dict(cell.metadata) for cell in cleared.cells}
print(f"nbconvert {version('nbconvert')}: {seen}")
sys.exit(seen != {"code": {}, "markdown": kept, "raw": kept})
PYTHON

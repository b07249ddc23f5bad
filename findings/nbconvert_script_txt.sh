#!/usr/bin/env bash
# `jupyter nbconvert --to script` writes a Python notebook that was never run to a `.txt`
# and drops all Markdown; the same notebook, once run and saved, becomes a `.py` with the
# Markdown as comments. Only `language_info` differs, which a kernel adds.
#   findings/nbconvert_script_txt.sh [PYTHON]      exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
PATH="$place/venv/bin:$PATH"
python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
  nbconvert==7.17.2
python - <<'PYTHON'
import nbformat

cells = [nbformat.v4.new_markdown_cell("Some words."), nbformat.v4.new_code_cell("x = 1")]
notebook = nbformat.v4.new_notebook(cells=cells)
notebook.metadata.kernelspec = {
    "name": "python3", "display_name": "Python 3", "language": "python"}
nbformat.write(notebook, "never_run.ipynb")
notebook.metadata.language_info = {  # as ipykernel has it written
    "name": "python", "file_extension": ".py", "nbconvert_exporter": "python",
    "mimetype": "text/x-python", "version": "3.12.1"}
nbformat.write(notebook, "run.ipynb")
PYTHON
for name in never_run run; do
  jupyter nbconvert --log-level ERROR --to script "$name.ipynb"
done
echo "nbconvert $(jupyter nbconvert --version): $(ls never_run.[pt]* run.[pt]* | xargs)"
grep -H "words" never_run.txt || echo "never_run.txt: no Markdown"
grep -H "words" run.py
test -f never_run.txt && ! grep -q words never_run.txt && grep -q "# Some words" run.py

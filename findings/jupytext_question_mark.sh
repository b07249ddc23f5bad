#!/usr/bin/env bash
# Jupytext takes a comment of one word and a question mark (`# out?`, the end of a question
# in two lines) for IPython's help (`out?`) that it has to hide, and writes `# # out?`. It
# comes off again when Jupytext reads the file, and stays for every other reader.
#   findings/jupytext_question_mark.sh [PYTHON]    exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
  jupytext==1.19.6
venv/bin/python - <<'PYTHON'
import sys

import jupytext
from nbformat import v4

notebook = v4.new_notebook(cells=[
    v4.new_markdown_cell("What is the size of each\nnumber?"),
    v4.new_code_cell("# What comes\n# out?\nx = 1")])
text = jupytext.writes(notebook, fmt="py:percent")
body = text[text.index("# %%"):]
print(f"jupytext {jupytext.__version__}:\n{body}")
again = [cell.source for cell in jupytext.reads(text, fmt="py:percent").cells]
sys.exit("# # number?\n" in body or "\n# # out?\n" not in body
         or again != [cell.source for cell in notebook.cells])
PYTHON

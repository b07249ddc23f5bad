#!/usr/bin/env bash
# `ruff check --fix` with its defaults removes from a notebook an import that is used
# below, if only a line magic or a shell line uses it (`%timeit math.sqrt(2)`,
# `!echo {os.getpid()}`): the fix counts as safe, the magic stops with a NameError, and
# the shell is given the braces as they are. Where a cell held nothing but such imports,
# an empty cell stays.
#   findings/ruff_fix_notebook.sh [PYTHON]         exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
PATH="$place/venv/bin:$PATH"
python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
  ruff==0.17.6 nbformat==5.11.1 ipython
python - <<'PYTHON'
import nbformat

texts = ["import math\nimport os", "%timeit -n1 -r1 math.sqrt(2)", "!echo {os.getpid()}"]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(t) for t in texts])
notebook.metadata.language_info = {"name": "python"}
nbformat.write(notebook, "lab.ipynb")
PYTHON
ran() {
  python - 2>&1 <<'PYTHON'
import nbformat
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
for cell in nbformat.read("lab.ipynb", 4).cells:
    result = shell.run_cell(cell.source, silent=True)
    print("NameError" if isinstance(result.error_in_exec, NameError) else "ran",
          repr(cell.source))
PYTHON
}
export HOME=$place
before=$(ran | grep -E "^(ran|NameError) ")
ruff check --isolated --fix lab.ipynb
after=$(ran | grep -E "^(ran|NameError) ")
printf '%s\nbefore:\n%s\nafter:\n%s\n' "$(ruff --version)" "$before" "$after"
! grep -q NameError <<< "$before" && grep -q "NameError '%timeit" <<< "$after" \
  && grep -q "^ran ''" <<< "$after"

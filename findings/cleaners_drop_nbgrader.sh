#!/usr/bin/env bash
# Tools that clean or convert a notebook remove the metadata that nbgrader grades by, and
# say nothing: nb-clean, nbdev-clean, databooks (ids as well) and marimo (ids as well). A
# file that went through one of them is valid, and stock nbgrader gives it no points.
# nbstripout, which does the same job, keeps them.
#   findings/cleaners_drop_nbgrader.sh [PYTHON]    exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
for packages in "nbformat==5.11.1 nb-clean==5.0.0 nbdev==3.3.26 marimo==0.25.2 nbstripout==0.9.1" \
    "databooks==1.4.0"; do
  "$python" -m venv "venv-${packages##* }"
  # shellcheck disable=SC2086
  "venv-${packages##* }/bin/python" -m pip install --quiet --disable-pip-version-check \
    --only-binary :all: $packages
done
PATH="$place/venv-nbstripout==0.9.1/bin:$place/venv-databooks==1.4.0/bin:$PATH"
python - <<'PYTHON'
import nbformat

graded = {"grade_id": "f", "grade": False, "solution": True, "locked": False,
          "schema_version": 3, "task": False, "cell_type": "code"}
cell = nbformat.v4.new_code_cell("def f(x):\n    return x", metadata={"nbgrader": graded})
cell.id = "exercise-f"
nbformat.write(nbformat.v4.new_notebook(cells=[cell]), "lab.ipynb")
PYTHON
for command in "nbstripout FILE" "nb-clean clean FILE" "nbdev-clean --fname FILE" \
    "databooks meta FILE --yes" \
    "marimo -q convert FILE -o m.py && marimo -q export ipynb m.py -o FILE -f"; do
  cp lab.ipynb "${command%% *}.ipynb"
  HOME=$place bash -c "${command//FILE/${command%% *}.ipynb}" > log 2>&1 || { cat log; exit 1; }
done
python - <<'PYTHON'
import json
import sys
from importlib.metadata import version

seen = {}
for tool in ("nbstripout", "nb-clean", "nbdev-clean", "databooks", "marimo"):
    cell = next(c for c in json.load(open(f"{tool}.ipynb"))["cells"]
                if "def f" in "".join(c["source"]))
    seen[tool] = "nbgrader" in cell["metadata"], cell.get("id") == "exercise-f"
    package = {"nbdev-clean": "nbdev"}.get(tool, tool)
    print(f"{package} {version(package) if package != 'databooks' else '1.4.0'}: "
          f"nbgrader's metadata kept: {seen[tool][0]}, id kept: {seen[tool][1]}")
sys.exit(seen != {
    "nbstripout": (True, False), "nb-clean": (False, True), "nbdev-clean": (False, True),
    "databooks": (False, False), "marimo": (False, False)})
PYTHON

#!/usr/bin/env bash
# The gradebook of nbgrader can be used as a library: `from nbgrader.api import
# Gradebook`. This import starts with the package itself, which loads the extensions of
# the Jupyter server, with the web server and setuptools: more than half of the modules
# that are loaded then have nothing to do with a gradebook, and a short command that only
# reads a score spends most of its time on them.
#   findings/nbgrader_import_server.sh [PYTHON]    exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: "nbgrader==0.9.6" "setuptools==80.9.0"
venv/bin/python - <<'PYTHON'
import sys

import sqlalchemy.orm

alone = len(sys.modules)

import nbgrader

print(f"nbgrader {nbgrader.__version__}, SQLAlchemy {sqlalchemy.__version__}")
print(f"modules loaded: {alone} for SQLAlchemy, {len(sys.modules)} with `import nbgrader`")
seen = {name: name in sys.modules for name in
        ("nbgrader.server_extensions", "tornado.web", "jupyter_server", "setuptools")}
print(seen)
sys.exit(not all(seen.values()) or len(sys.modules) < 2 * alone)
PYTHON

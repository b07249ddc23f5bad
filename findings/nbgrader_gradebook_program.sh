#!/usr/bin/env bash
# nbgrader's gradebook on a new database starts the program `alembic`, which it looks for
# on PATH. The Python of an environment that was not activated has no such program there:
# the first call raises FileNotFoundError. The second call succeeds, because the tables
# are there by now, but the database never gets the version of its schema, and `nbgrader
# db upgrade` fails on it later, even in the activated environment.
#   findings/nbgrader_gradebook_program.sh [PYTHON]    exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  --only-binary :all: "nbgrader==0.9.6" "setuptools==80.9.0"
PATH=/usr/bin:/bin venv/bin/python - <<'PYTHON'
import os
import pathlib
import subprocess
import sys

import nbgrader
import sqlalchemy
from nbgrader.api import Gradebook

print(f"nbgrader {nbgrader.__version__}, SQLAlchemy {sqlalchemy.__version__}")
seen = []
for attempt in ("first", "second"):
    try:
        Gradebook("sqlite:///gradebook.db").close()
        seen.append("no error")
    except FileNotFoundError as error:
        seen.append(f"{type(error).__name__}: {error.filename}")
    print(f"{attempt} call: {seen[-1]}")
engine = sqlalchemy.create_engine("sqlite:///gradebook.db")
versioned = "alembic_version" in sqlalchemy.inspect(engine).get_table_names()
print(f"the database has a version: {versioned}")
programs = pathlib.Path(sys.executable).parent
upgraded = subprocess.run(
    [programs / "nbgrader", "db", "upgrade"],
    env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
    capture_output=True,
)
print(f"exit status of `nbgrader db upgrade`: {upgraded.returncode}")
known = seen == ["FileNotFoundError: alembic", "no error"]
sys.exit(not known or versioned or upgraded.returncode == 0)
PYTHON

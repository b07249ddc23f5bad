#!/usr/bin/env bash
# nbgrader reads the offset of a time as Git and `date` write it, "+0100", as a hundred
# seconds, and leaves out "+01:00" altogether if a space stands before it. Both are read
# without a word, so a submission an hour before the due date may count as late, or the
# other way round. dateutil, which it calls, reads all three forms alike.
#   findings/nbgrader_offset_seconds.sh [PYTHON]    exits 1 if it changes
set -euo pipefail
python=${1:-python3}
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
"$python" -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  "nbgrader==0.9.6" "python-dateutil==2.9.0.post0"
venv/bin/python - <<'PYTHON'
import sys
from importlib.metadata import version

from dateutil import parser, tz
from nbgrader.utils import parse_utc

print(f"nbgrader {version('nbgrader')}, dateutil {version('python-dateutil')}")
seen = []
for text in ("2027-01-31T22:12:00+0100", "2027-01-31 22:12:00 +0100",
             "2027-01-31 22:12:00 +01:00"):
    right = parser.parse(text).astimezone(tz.UTC).replace(tzinfo=None)
    seen.append(str(parse_utc(text)))
    print(f"{text:26}  nbgrader {seen[-1]}  dateutil {right} (UTC)")
sys.exit(seen != [
    "2027-01-31 21:12:00", "2027-01-31 22:10:20", "2027-01-31 22:12:00"])
PYTHON

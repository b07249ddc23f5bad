#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of an assignment.
set -euo pipefail
root=${GRADESCOPE_ROOT:-/autograder}

if ! command -v bwrap >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends bubblewrap python3-pip python3-venv
fi
for name in python3.14 python3.13 python3.12 python3.11; do
  if "$name" -c 'import venv, ensurepip' 2>/dev/null; then
    python=$name
    break
  fi
done
if [ -n "${python:-}" ]; then
  "$python" -m venv "$root/venv"
else # none of the image's own is served
  python3 -m pip install --quiet uv
  python3 -m uv venv --quiet --seed --python 3.12 "$root/venv"
fi
"$root/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  -c "$root/source/requirements.lock" -e "${root}/source[grade]"

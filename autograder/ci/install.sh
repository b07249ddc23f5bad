#!/usr/bin/env bash
# Install the grader on a runner, beside whatever Python is there already.
set -euo pipefail
course=$(cd "$(dirname "$0")/../.." && pwd)
venv=${RUNNER_TEMP:?}/grader

if ! command -v bwrap >/dev/null; then
  sudo apt-get update -qq
  sudo apt-get install -y -qq --no-install-recommends bubblewrap
fi
# Ubuntu 24.04 keeps unprivileged programs from making namespaces of their own.
setting=kernel.apparmor_restrict_unprivileged_userns
if [ "$(sysctl -n "$setting" 2>/dev/null || echo 0)" = 1 ]; then
  sudo sysctl -q "$setting=0"
fi

python -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  -c "$course/requirements.lock" -e "${course}[grade]"

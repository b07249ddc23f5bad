#!/usr/bin/env bash
# Grade what the variables of a job name, and report in every form GitHub reads.
set -euo pipefail
python=${GRADER_PYTHON:-${RUNNER_TEMP:?}/grader/bin/python}
reports=${RUNNER_TEMP:?}/autograder-reports
mkdir -p "$reports"

mapfile -t paths < <(grep -v '^[[:space:]]*$' <<<"${PATHS:-.}")
options=()
[ -z "${LAB:-}" ] || options+=("--lab=$LAB")
[ -z "${STUDENT:-}" ] || options+=("--student=$STUDENT")
[ "${REQUIRE_SANDBOX:-true}" != true ] || options+=(--require-sandbox)

echo "reports=$reports" >>"$GITHUB_OUTPUT"
"$python" -m autograder grade "${options[@]}" \
  "--json=$reports/results.json" "--junit=$reports/junit.xml" \
  "--canvas=$reports/canvas.csv" "--moodle=$reports/moodle.csv" \
  "--github=$GITHUB_OUTPUT" "--markdown=$GITHUB_STEP_SUMMARY" \
  -- "${paths[@]}"

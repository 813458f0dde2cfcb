#!/usr/bin/env bash
# Makes a virtual environment with exactly the wheels of a list, checked by hash; keeps one that was made from equal lists by the
# same Python.
#
# Usage: scripts/make_environment.sh FOLDER REQUIREMENTS
# M2M_PYTHON names another Python 3.11 to 3.14.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "make_environment.sh: $1" >&2
  exit 1
}

folder=$(readlink --canonicalize-missing "$1") requirements=$2  # venv --clear empties what a link leads to, then fails
python=${M2M_PYTHON:-/usr/bin/python3}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' ||
  fail "$python is $("$python" --version), and the pinned wheels are for Python 3.11 to 3.14; set M2M_PYTHON to one of these."
# Of all lists: .venv takes wheels of several.
stamp=$(cat requirements/*.txt <("$python" --version) | sha256sum | cut -d ' ' -f 1)
if [ "$(cat "$folder/requirements.stamp" 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi
echo "Making $1 from $requirements"
"$python" -m venv --clear "$folder" || fail "'$python -m venv' failed; on Debian the package python3-venv has it."
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile \
  --requirement "$requirements" </dev/null || fail "pip could not install $requirements; see its message above."
echo "$stamp" >"$folder/requirements.stamp"

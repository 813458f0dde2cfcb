#!/bin/sh
# with_python.sh SOURCE_DIR TEST_PY
# Takes the project's Python, else the system's; exits 77 (skipped) where neither has matplotlib, h5py and pandas.
set -eu
source_dir=$1 test=$2
for python in "${M2M_PYTHON:-}" "$source_dir/.venv/bin/python" python3; do
  [ -n "$python" ] && "$python" -c 'import h5py, matplotlib, numpy, pandas' 2>/dev/null && break
  python=
done
if [ -z "$python" ]; then
  echo "skipped: no Python with numpy, h5py, pandas and matplotlib ('make setup' installs them)"
  exit 77
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$test" -v

#!/bin/sh
# with_python.sh SOURCE_DIR TEST_PY
# Takes the project's Python, else the system's; exits 77 (skipped) where neither has h5py, pandas and matplotlib 3.7 or newer.
set -eu
source_dir=$1 test=$2
needed='import h5py, matplotlib, numpy, pandas; assert matplotlib.__version_info__ >= (3, 7)'
for python in "${M2M_PYTHON:-}" "$source_dir/.venv/bin/python" python3; do
  [ -n "$python" ] && "$python" -c "$needed" 2>/dev/null && break
  python=
done
if [ -z "$python" ]; then
  echo "skipped: no Python with numpy, h5py, pandas and matplotlib 3.7 ('make setup' installs them)"
  exit 77
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$python" "$test" -v

#!/bin/sh
# compare_with_aggregate.sh SOURCE_DIR MAKE_SYNTHETIC_STUDY M2M_REPORT
# Takes the project's Python, else the system's; exits 77 (skipped) where neither has h5py and pandas.
set -eu
source_dir=$1 make_study=$2 report=$3
for python in "${M2M_PYTHON:-}" "$source_dir/.venv/bin/python" python3; do
  [ -n "$python" ] && "$python" -c 'import h5py, numpy, pandas' 2>/dev/null && break
  python=
done
if [ -z "$python" ]; then
  echo "skipped: no Python with numpy, h5py and pandas ('make setup' installs them)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$make_study" "$folder/study"
"$make_study" "$folder/mixed" mixed
"$make_study" "$folder/untested" untested
"$make_study" "$folder/scored" scored
"$python" "$source_dir/tests/report/compare_with_aggregate.py" "$report" "$folder"

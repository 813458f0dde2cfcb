#!/bin/sh
# with_python.sh SOURCE_DIR TEST_PY MODULE...
# Runs the test with the project's or the system's Python, the first that has the modules ('matplotlib>=3.7': at least this
# version); exits with 77 (skipped) if no Python has them.
set -eu
source_dir=$1 test=$2
shift 2
needed='
import importlib, sys
for name, _, version in (module.partition(">=") for module in sys.argv[1:]):
    module = importlib.import_module(name)
    found = [int(part) for part in getattr(module, "__version__", "").split(".")[:2]] if version else []
    assert found >= [int(part) for part in version.split(".") if part]
'
for python in "${M2M_PYTHON:-}" "$source_dir/.venv/bin/python" python3; do
  [ -n "$python" ] && "$python" -c "$needed" "$@" 2>/dev/null && break
  python=
done
if [ -z "$python" ]; then
  echo "skipped: no Python with $* ('make setup' installs what python/ needs, requirements/tensorboard.txt the rest)"
  exit 77
fi
exec "$python" "$test" -v

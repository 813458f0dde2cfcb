#!/usr/bin/env bash
# Checks the layout, rules and types of all Python with ruff and mypy, or with --fix lays it out and mends what ruff can mend.
# Both are in an environment of their own, .venv-lint, from requirements/lint.txt. Types of numpy and matplotlib are read
# from .venv, which 'make setup' makes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.venv-lint
scripts/make_environment.sh $environment requirements/lint.txt

if [ "${1:-}" = --fix ]; then
  $environment/bin/ruff check --fix
  exec $environment/bin/ruff format
fi
failed=0
$environment/bin/ruff format --check || failed=1
$environment/bin/ruff check || failed=1
types=("$environment/bin/mypy" --python-executable .venv/bin/python)
"${types[@]}" python results scripts datasets || failed=1
# Tests give attributes to their classes in setUpClass(), pass stand-ins, and take for granted that something is found.
allowed=(attr-defined union-attr index arg-type)
"${types[@]}" "${allowed[@]/#/--disable-error-code=}" tests || failed=1
exit $failed

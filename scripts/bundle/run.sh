#!/usr/bin/env bash
# Runs a program of the bundle in the environment that it needs.
#
# Usage: run.sh PROGRAM [ARGUMENT...]      for example: run.sh m2m-sweep jobs/digits.toml --out results/digits
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
[ $# -gt 0 ] || fail "name a program: $(cd "$bundle/bin" && echo *)"
exec "$@"

#!/usr/bin/env bash
# Runs the tests of a preset that has been built.
#
# Usage: scripts/check.sh PRESET [CTEST OPTION...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/mpi_env.sh

preset=${1:?usage: scripts/check.sh PRESET [CTEST OPTION...]}
shift
ctest --preset "$preset" --parallel "${M2M_JOBS:-2}" "$@"

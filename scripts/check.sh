#!/usr/bin/env bash
# Runs the tests of a preset that has been built. Of both-release on a machine without a GPU, what the programs for the CPU
# and those for GPUs have in common is run for the CPU only.
#
# Usage: scripts/check.sh PRESET [CTEST OPTION...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/mpi_env.sh

preset=${1:?usage: scripts/check.sh PRESET [CTEST OPTION...]}
shift
if [ "$preset" = both-release ] && ! nvidia-smi -L >/dev/null 2>&1; then
  echo "check.sh: no GPU here: entries that the programs for the CPU have too are left out (ctest label twin)"
  set -- --label-exclude '^twin$' "$@"
fi
ctest --preset "$preset" --parallel "${M2M_JOBS:-2}" "$@"

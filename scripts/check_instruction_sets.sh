#!/usr/bin/env bash
# Runs the tests of arithmetic once with each instruction set below this processor's best, so that every code path
# is tested. All other tests use the best one.
#
# Usage: scripts/check_instruction_sets.sh PRESET [CTEST OPTION...]
# M2M_INSTRUCTION_SET caps the project's own kernels; the other three variables cap libtorch: its own kernels, oneDNN, MKL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/mpi_env.sh

preset=${1:?usage: scripts/check_instruction_sets.sh PRESET [CTEST OPTION...]}
shift
unset M2M_INSTRUCTION_SET ATEN_CPU_CAPABILITY ONEDNN_MAX_CPU_ISA MKL_ENABLE_INSTRUCTIONS
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
best=$("build/$preset/bin/m2m-doctor" --out "$folder" | awk '$1 == "ok" && $2 == "instructions" {print $3}')
[ -n "$best" ] || { echo "check_instruction_sets.sh: m2m-doctor prints no instruction set" >&2; exit 1; }

run_tests() {  # REGEX CTEST OPTION...
  ctest --preset "$preset" --parallel "${M2M_JOBS:-2}" --tests-regex "$1" "${@:2}" </dev/null  # mpirun would read the list below
}

check() {  # SET ATEN ONEDNN MKL CTEST OPTION...: the kernels, what calls them, and two parities with data, under these caps
  echo "--- at most $1"
  export M2M_INSTRUCTION_SET=$1 ATEN_CPU_CAPABILITY=$2 ONEDNN_MAX_CPU_ISA=$3 MKL_ENABLE_INSTRUCTIONS=$4
  run_tests '^(kernels|nn)[.]|^parity[.]ParityOfTra' "${@:5}"
}

while read -r set caps; do
  [ "$set" != "$best" ] || break
  # shellcheck disable=SC2086  # three words
  check "$set" $caps "$@"
done <<'SETS'
plain       default SSE41            SSE4_2
avx2        avx2    AVX2             AVX2
avx512      avx512  AVX512_CORE      AVX512
avx512-bf16 avx512  AVX512_CORE_BF16 AVX512
amx         -       -                -
SETS

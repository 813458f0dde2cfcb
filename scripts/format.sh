#!/usr/bin/env bash
# Lays out the C++ and CUDA sources with clang-format 14, or with --check fails if the layout differs.
# The version is fixed because other versions lay out a few constructs differently.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install_packages.sh clang-format-14
mode=-i
if [ "${1:-}" = --check ]; then
  mode='--dry-run --Werror'
fi
# shellcheck disable=SC2086  # the mode is one or two words
find src tests \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' -o -name '*.cuh' \) -print0 |
  xargs -0 --no-run-if-empty clang-format-14 $mode

#!/usr/bin/env bash
# Checks C++ sources with clang-tidy 14 by the rules of .clang-tidy. Fails if there is a finding.
#
# Usage: scripts/tidy.sh [--modules-without-torch] [--changed REV] [--last N] [FILE...]
#   --modules-without-torch   the sources of src/ that are compiled without torch
#   --changed REV             files that differ from the merge base of REV and HEAD
#   --last N                  the N sources that commits changed last
#   FILE                      this source; for a header its source, or the first one that includes it
# Without arguments: everything of src/ and tests/. M2M_PRESET: the configured preset whose compile commands are taken
# (default: cpu-release). M2M_JOBS: checks at a time (default: processors).
# The version is fixed because each version has other checks; Debian 12 has 14, as the
# package clang-tidy-14. Sources with torch also need libomp-14-dev.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "tidy.sh: $1" >&2
  exit 1
}

command -v clang-tidy-14 >/dev/null ||
  fail "clang-tidy 14 is not installed; on Debian 12: scripts/install_packages.sh clang-tidy-14 libomp-14-dev"
build=build/${M2M_PRESET:-cpu-release}
[ -f "$build/build.ninja" ] || cmake --preset "${M2M_PRESET:-cpu-release}" >/dev/null
sources=$(python3 scripts/tidy_sources.py "$build" "$build/tidy" "$@")
[ -n "$sources" ] || { echo "tidy.sh: nothing to check"; exit 0; }
echo "tidy.sh: $(wc -l <<<"$sources") sources"
# One text a source, so that those of parallel checks do not mix. GCC knows warnings that clang does not.
export build
# shellcheck disable=SC2016  # the inner shell expands these
xargs -P "${M2M_JOBS:-$(nproc)}" -n 1 bash -c '
  found=$(clang-tidy-14 --quiet -p "$build/tidy" --extra-arg=-Wno-unknown-warning-option "$0" 2>/dev/null) || {
    echo "${found:-$0: clang-tidy ended without a finding; call it by hand}"
    exit 1
  }' <<<"$sources"

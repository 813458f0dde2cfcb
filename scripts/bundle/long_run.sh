#!/usr/bin/env bash
# Runs a slice of a study: stops in order at the time limit and packs the output folder, saved states included, so that the
# next slice, on this machine or another, can continue.
#
# Usage: long_run.sh STUDY SECONDS [ARGUMENT OF m2m-sweep...]
# OUT: the folder of results and archives (default: .). An archive OUT/<study>.tar.* is continued; it is replaced by a new one, in parts
# of 15 MB. Exit code: that of m2m-sweep (85: there is more to do).
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: long_run.sh STUDY SECONDS [ARGUMENT OF m2m-sweep...]" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
study=$1 limit=$2
shift 2
out=${OUT:-.}
name=$(basename "$study" .toml)
mkdir -p "$out"
if [ ! -d "$out/$name" ] && compgen -G "$out/$name.tar.*" >/dev/null; then
  cat "$out/$name".tar.* | tar -C "$out" -xf -
fi
code=0
m2m-sweep "$study" --out "$out/$name" --time-limit "$limit" "$@" || code=$?
m2m-report "$out/$name" || true
# The old parts are removed once the new ones are complete. results.h5 is left out: it is built from the trials.
tar -C "$out" --exclude=results.h5 -cf - "$name" | split -b 15M - "$out/$name.new."
rm -f "$out/$name".tar.*
for part in "$out/$name".new.*; do mv "$part" "$out/$name.tar.${part##*.}"; done
ls -l "$out/$name".tar.*
exit "$code"

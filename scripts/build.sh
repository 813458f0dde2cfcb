#!/usr/bin/env bash
# Configures (the first time) and builds one preset of CMakePresets.json; prints beforehand how much there is to compile.
#
# Usage: scripts/build.sh PRESET [TARGET...]
# After a release build of everything, or of the target 'programs', build/bin points to the programs.
# M2M_JOBS: compilers at a time (default: processors).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Seconds that a processor takes to compile one object: average over the programs, at 2.4 GHz.
seconds_per_object=3

# Prints how many objects the build will compile, and about how long it will take.
announce() {
  local objects minutes
  objects=$("${build[@]}" -- -n | grep -c '\] Building' || true)
  if [ "$objects" -lt 20 ]; then
    return
  fi
  minutes=$(((objects * seconds_per_object / jobs + 59) / 60))
  echo "$objects objects to compile, $jobs at a time: about $minutes min on quiet processors"
}

preset=${1:?usage: scripts/build.sh PRESET [TARGET...]}
shift
if [[ $preset =~ ^(gpu|both)-release$ ]] && ! command -v nvcc >/dev/null && [ -x /usr/local/cuda/bin/nvcc ]; then
  export PATH=/usr/local/cuda/bin:$PATH
fi
if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset"
fi
jobs=${M2M_JOBS:-$(nproc)}
build=(cmake --build "build/$preset" --parallel "$jobs" ${@:+--target "$@"})
announce
NINJA_STATUS=${NINJA_STATUS:-'[%f/%t, %e s] '} "${build[@]}"
if [[ $preset == *-release && ${*:-programs} == programs ]]; then
  ln -sfn "$preset/bin" build/bin
fi

#!/usr/bin/env bash
# Configures (the first time) and builds one preset of CMakePresets.json.
#
# Usage: scripts/build.sh PRESET [TARGET...]
# After a whole release build, build/bin points to its programs. M2M_JOBS: compilers at a time (default: processors).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:?usage: scripts/build.sh PRESET [TARGET...]}
shift
if [ "$preset" = gpu-release ] && ! command -v nvcc >/dev/null && [ -x /usr/local/cuda/bin/nvcc ]; then
  export PATH=/usr/local/cuda/bin:$PATH
fi
if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset"
fi
cmake --build "build/$preset" --parallel "${M2M_JOBS:-$(nproc)}" ${@:+--target "$@"}
if [ $# = 0 ] && [[ $preset == *-release ]]; then
  ln -sfn "$preset/bin" build/bin
fi

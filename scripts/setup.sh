#!/usr/bin/env bash
# Makes this machine ready to build m2m: Debian packages, then a virtual environment inside the project.
# It can be repeated: what exists is kept, and then it needs neither root nor network.
#
# Usage: scripts/setup.sh [cpu|gpu]
#   cpu   .venv from requirements/cpu.txt (default)
#   gpu   .venv-gpu from requirements/gpu.txt, 4.7 GB; nvcc 13 and NCCL have to be installed already
# With M2M_NO_APT=1 no packages are installed (docs/install.md). M2M_PYTHON names another Python 3.11 to 3.14.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  make g++ cmake ninja-build pkg-config git ca-certificates python3 python3-venv
  openmpi-bin libopenmpi-dev libhdf5-dev libssl-dev zlib1g-dev
  libjpeg-dev libpng-dev libzip-dev
  libgtest-dev libbenchmark-dev libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libspdlog-dev libfmt-dev librandom123-dev
)

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

kind=${1:-cpu}
case "$kind" in
  cpu) folder=.venv ;;
  gpu) folder=.venv-gpu ;;
  *) fail "unknown kind '$kind'; it is cpu or gpu." ;;
esac
scripts/install_packages.sh "${packages[@]}"
scripts/make_environment.sh "$folder" "requirements/$kind.txt"

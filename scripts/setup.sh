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

# A hash of the requirements and the version of Python: equal hashes mean equal environments.
fingerprint() {
  cat "$@" <("$python" --version) | sha256sum | cut -d ' ' -f 1
}

make_environment() {
  local folder=$1 requirements=$2 stamp
  stamp=$(fingerprint requirements/*.txt)
  if [ "$(cat "$folder/requirements.stamp" 2>/dev/null)" = "$stamp" ]; then
    return
  fi
  echo "Making $folder from $requirements"
  "$python" -m venv --clear "$folder" || fail "'$python -m venv' failed; on Debian the package python3-venv has it."
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile \
    --requirement "$requirements" </dev/null || fail "pip could not install $requirements; see its message above."
  echo "$stamp" >"$folder/requirements.stamp"
}

kind=${1:-cpu}
case "$kind" in
  cpu) folder=.venv ;;
  gpu) folder=.venv-gpu ;;
  *) fail "unknown kind '$kind'; it is cpu or gpu." ;;
esac
scripts/install_packages.sh "${packages[@]}"
python=${M2M_PYTHON:-/usr/bin/python3}
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' ||
  fail "$python is $("$python" --version), and the pinned wheels are for Python 3.11 to 3.14; set M2M_PYTHON to one of these."
make_environment "$folder" "requirements/$kind.txt"

#!/usr/bin/env bash
# Installs the named Debian packages that are missing. If none is missing, it needs neither apt, root nor network.
#
# Usage: scripts/install_packages.sh [--no-daemons] PACKAGE...
#   --no-daemons   does not start the services of the packages
# With M2M_NO_APT=1 nothing is installed or checked; libraries then come from elsewhere (docs/install.md).
set -euo pipefail

fail() {
  echo "install_packages.sh: $1" >&2
  exit 1
}

list_missing() {
  local package
  for package in "$@"; do
    if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      echo "$package"
    fi
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"  # without a terminal there is no password prompt
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Debian asks this file whether a service may start; 101 means no. An existing file is left as it is.
forbid_daemons() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    trap "as_root rm -f '$policy'" EXIT
  fi
}

daemons=yes
if [ "${1:-}" = --no-daemons ]; then
  daemons=no
  shift
fi
if [ "${M2M_NO_APT:-}" = 1 ]; then
  exit 0
fi
command -v dpkg-query >/dev/null ||
  fail "this is not a Debian or Ubuntu system: take compiler, CMake, MPI and HDF5 from modules and set M2M_NO_APT=1 (docs/install.md)."
mapfile -t missing < <(list_missing "$@")
if [ "${#missing[@]}" = 0 ]; then
  exit 0
fi
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
  fail "missing packages: ${missing[*]}; install them as root, or set M2M_NO_APT=1 and take them from modules (docs/install.md)."
fi
echo "Installing ${missing[*]} (some minutes, without output)"
if [ "$daemons" = no ]; then
  forbid_daemons
fi
# The package lists may be absent or old; they are fetched only if the installation fails without.
apt install --no-install-recommends -y "${missing[@]}" >/dev/null 2>&1 || {
  apt update
  apt install --no-install-recommends -y "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}; see its message above."
}

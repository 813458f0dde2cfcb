#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing. Where none is missing: no apt, no root, no network.
#
# Usage: scripts/install_packages.sh [--no-daemons] PACKAGE...
#   --no-daemons   services that the packages bring are not started
# With M2M_NO_APT=1 nothing is installed or checked: libraries then come from elsewhere (docs/install.md).
set -euo pipefail

fail() {
  echo "install_packages.sh: $1" >&2
  exit 1
}

missing_of() {
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
    sudo -n "$@"  # nobody is there to type a password
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Debian asks this file whether a service may start; 101 is no. Where there is one, its owner has decided already.
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
mapfile -t missing < <(missing_of "$@")
if [ "${#missing[@]}" = 0 ]; then
  exit 0
fi
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
  fail "missing packages: ${missing[*]}; install them as root, or set M2M_NO_APT=1 and take them from modules (docs/install.md)."
fi
echo "Installing ${missing[*]}"
if [ "$daemons" = no ]; then
  forbid_daemons
fi
# The lists on the machine may be absent or old: they are fetched only when what is wanted cannot be had with them.
apt install --no-install-recommends -y "${missing[@]}" >/dev/null 2>&1 || {
  apt update
  apt install --no-install-recommends -y "${missing[@]}" >/dev/null ||
    fail "apt-get could not install ${missing[*]}; see its message above."
}

#!/usr/bin/env bash
# Tries `make demo` and `make check` on empty systems, as a new user does, and prints how long each part took.
#
# Usage, as root: scripts/try_systems.sh [SYSTEM...]
#   SYSTEM   debian-12, debian-13, ubuntu-24.04; all three by default
# Each system is a root of its own, made anew by debootstrap, with a clone of HEAD in a folder with an awkward name: 6 GB below
# M2M_SYSTEMS (default: /var/tmp/m2m-systems), where logs lie too. An hour or more per system on two processors.
# A root uses the host's network: its names, its proxies, its certificates, pip's settings (PIP_*), and M2M_JOBS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

known=(debian-12 debian-13 ubuntu-24.04)
folder=${M2M_SYSTEMS:-/var/tmp/m2m-systems}
checkout="/root/Jörg m2m (try)"
certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

fail() {
  echo "try_systems.sh: $1" >&2
  exit 2
}

# Makes $root. Debian and Ubuntu differ in debootstrap's script, the sections, and the keys; without Ubuntu's keys on this
# host the downloads cannot be checked, so use the root for this test only.
make_root() {
  local suite script sections keys
  case "$system" in
    debian-12) suite=bookworm script=sid sections=main keys=debian ;;
    debian-13) suite=trixie script=sid sections=main keys=debian ;;
    ubuntu-24.04) suite=noble script=gutsy sections=main,universe keys=ubuntu ;;
  esac
  keys=/usr/share/keyrings/$keys-archive-keyring.gpg
  if [ -f "$keys" ]; then
    keys=--keyring=$keys
  else
    echo "$system: not checked, because $keys is missing"
    keys=--no-check-gpg
  fi
  rm -rf --one-file-system "$root"
  debootstrap --variant=minbase --components="$sections" "$keys" "$suite" "$root" '' "/usr/share/debootstrap/scripts/$script" ||
    return
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"  # without its own name MPI waits 5 s at each start
  if [ -f "$certificates" ]; then
    cp -L "$certificates" "$root/host-certificates.crt"
  fi
  git clone --quiet --no-local . "$root$checkout" && in_root apt-get update &&
    in_root apt-get install --no-install-recommends -y make git
}

# Prints the settings of the host that a root needs: NAME=VALUE lines.
host_settings() {
  env | grep -E '^(PIP_|SSL_|REQUESTS_|M2M_JOBS=|[A-Za-z]+_proxy=|[A-Z]+_PROXY=)' || true
  if [ -f "$certificates" ]; then
    printf '%s=/host-certificates.crt\n' PIP_CERT SSL_CERT_FILE REQUESTS_CA_BUNDLE
  fi
}

# Runs a command in the clone; all that it starts or mounts ends with it.
in_root() {
  local settings
  mapfile -t settings < <(host_settings)
  # shellcheck disable=SC2016  # the inner shell expands these
  unshare --mount --pid --fork --kill-child bash -c '
    root=$1; shift
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" &&
      exec chroot "$root" "$@"' _ "$root" \
    /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${settings[@]}" \
    bash -c 'cd "$0" && exec "$@"' "$checkout" "$@" </dev/null
}

# Runs a phase into the system's log; adds its minutes and seconds to the system's row.
phase() {
  local began=$SECONDS took
  echo "$(date +%T) $system: $*"
  echo "=== $*" >>"$log"
  if ! "$@" >>"$log" 2>&1; then
    row+=" | failed: '$*', see $log"
    return 1
  fi
  took=$((SECONDS - began))
  row+=" | $((took / 60)):$(printf %02d $((took % 60)))"
}

versions() {
  in_root bash -c 'echo "GCC $(g++ -dumpfullversion), CMake $(cmake --version | grep -o "[0-9.]*" | head -n 1), $(python3 --version)"'
}

# `make demo` and `make check`, in parts: each part reuses the earlier ones.
try_system() {
  local root=$folder/$system log=$folder/$system.log
  row="| $system"
  : >"$log"
  phase make_root && phase in_root make setup && phase in_root make programs && phase in_root make demo &&
    phase in_root make build && phase in_root make check && row+=" | $(versions)"
}

[ "$(id -u)" = 0 ] || fail "root is required: sudo scripts/try_systems.sh"
command -v debootstrap >/dev/null || fail "no debootstrap: apt-get install debootstrap"
systems=("$@")
if [ $# = 0 ]; then
  systems=("${known[@]}")
fi
for system in "${systems[@]}"; do
  printf '%s\n' "${known[@]}" | grep -qFx -- "$system" || fail "unknown system '$system'; known are ${known[*]}"
done
mkdir -p "$folder"
revision=$(git rev-parse --short=12 HEAD)  # now: the checkout may move on meanwhile
rows=() failed=0
for system in "${systems[@]}"; do
  try_system || failed=1
  rows+=("$row |")
done
echo
echo "$revision, $(date +%F), $(grep -m 1 '^model name' /proc/cpuinfo | cut -d : -f 2-), $(nproc) processors; min:s"
echo "| system | empty root | setup | programs | demo | benchmarks and tests | check | with |"
echo "| :----- | :--------- | :---- | :------- | :--- | :------------------- | :---- | :--- |"
printf '%s\n' "${rows[@]}"
exit $failed

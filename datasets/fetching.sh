#!/usr/bin/env bash
# Functions of the scripts fetch_*.sh: downloads that are resumed and checked. Sourced by them, not run.
# They need: dest, the folder that receives the data; mirrors, the names of the variables with other addresses.
attempts=3
first_wait=${M2M_FETCH_WAIT:-5}  # seconds after the first failed attempt; tests set 0

fail() { # status, sentence
  echo "${0##*/}: $2" >&2
  exit "$1"
}

# True if $1 is one of the words that follow.
is_one_of() {
  local name=$1 known
  shift
  for known in "$@"; do
    [ "$name" != "$known" ] || return 0
  done
  return 1
}

# Takes the words of the command line: names into `names`, the folder after --dest into `dest`. $1: the known names.
take_arguments() {
  local known=$1 words
  read -ra words <<<"$known"
  shift
  while [ $# -gt 0 ]; do
    if [ "$1" = --dest ]; then
      [ $# -gt 1 ] || fail 2 "--dest needs a folder."
      dest=$2
      shift
    elif is_one_of "$1" "${words[@]}"; then
      names+=("$1")
    else
      fail 2 "unknown argument '$1'; usage: ${0##*/}${known:+ [${known// /] [}]} [--dest DIR]."
    fi
    shift
  done
}

# Fails unless there is a program that downloads and a folder to write to.
check_place() {
  command -v curl >/dev/null || command -v wget >/dev/null || fail 74 "neither curl nor wget is installed."
  { mkdir -p "$dest" && [ -w "$dest" ]; } 2>/dev/null || fail 74 "cannot write to the folder $dest."
}

# Downloads $1 into $2, continuing an existing file. Deletes $2 only if the server cannot continue it. Any other error, such
# as HTTP 503, may pass, so it leaves $2 as it is. Both programs take HTTP 416 for a file that is complete.
download() {
  local status=0
  if command -v curl >/dev/null; then
    curl --fail --location --silent --show-error --connect-timeout 30 --speed-limit 1 --speed-time 60 \
      --continue-at - --output "$2" "$1" || status=$?
    [[ $status != 33 && $status != 36 ]] || rm -f "$2"
  else
    wget --no-verbose --tries=1 --timeout=60 --continue --output-document="$2" "$1" || status=$?
  fi
  [ -s "$2" ] || rm -f "$2"  # wget leaves an empty file
  return $status
}

# Downloads $1 into $2 in several attempts with growing pauses, or fails and keeps what came. Sets `resumed` to yes if the
# last attempt continued a part, else to no.
download_patiently() {
  local failures=0
  while true; do
    resumed=$([ -s "$2" ] && echo yes || echo no)
    ! download "$1" "$2" || return 0
    failures=$((failures + 1))
    [ $failures -lt $attempts ] ||
      fail 74 "$1 could not be downloaded (see above); check the network and run this again to continue."
    sleep $((first_wait * failures))
  done
}

sum_of() { # file, md5 or sha256
  "$2sum" <"$1" | cut -d ' ' -f 1
}

has_sum() { # file, KIND:SUM
  [ -f "$1" ] && [ "$(sum_of "$1" "${2%%:*}")" = "${2#*:}" ]
}

# Downloads $1, whose checksum is $2 (md5:SUM or sha256:SUM), into $3, or fails. A wrong file that continued a part is
# downloaded once more from the start, because the part may be that of another file.
fetch_file() {
  local resumed kind=${2%%:*}
  ! has_sum "$3" "$2" || return 0
  for _ in first again; do
    download_patiently "$1" "$3"
    ! has_sum "$3" "$2" || return 0
    rm -f "$3"
    [ "$resumed" = yes ] || break
  done
  fail 65 "$1 does not have the published ${kind^^} sum ${2#*:} and was deleted; try again, or another mirror ($mirrors)."
}

# Downloads $1, of which no checksum is published, into $2, or fails. Prints the MD5 of what came. The variable named $3
# may hold the MD5 that the user demands; a file with another one is kept.
fetch_unchecked() {
  local resumed found demanded=${!3:-}
  demanded=${demanded,,}
  if [ -n "$demanded" ] && has_sum "$2" "md5:$demanded"; then
    return
  fi
  download_patiently "$1" "$2"
  found=$(sum_of "$2" md5)
  echo "No checksum of $1 is published; this copy has the MD5 sum $found"
  [ -z "$demanded" ] || [ "$found" = "$demanded" ] ||
    fail 65 "$1 has the MD5 sum $found, but $3 demands $demanded; the copy was kept as $2: correct or unset $3, or delete the copy."
}

# Unpacks the archive $1 (.tar, .tar.gz, .zip) into the new folder $2.
unpack() {
  { rm -rf "$2" && mkdir "$2"; } || fail 74 "cannot write to the folder $2."
  case "$1" in
    *.zip.part) python3 -m zipfile -e "$1" "$2" ;;
    *) tar -xf "$1" -C "$2" --no-same-owner ;;
  esac || fail 74 "$1 could not be unpacked in $dest: is the disk full?"
}

# Finds a Python with the modules $1 ("numpy scipy"), for the result `python`: that of M2M_PYTHON, of the checkout's .venv, or
# of the system.
find_python() {
  local checkout
  checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  for python in "${M2M_PYTHON:-}" "$checkout/.venv/bin/python" python3; do
    [ -z "$python" ] || ! "$python" -c "import ${1// /, }" 2>/dev/null || return 0
  done
  fail 2 "needs Python with ${1// / and }: run 'make setup', or name a Python that has them in M2M_PYTHON."
}

#!/usr/bin/env bash
# Downloads CIFAR-10 and CIFAR-100 (the binary versions) from their author's site, checks them and unpacks them.
#
# Usage: datasets/fetch_cifar.sh [cifar10] [cifar100] [--dest DIR]
#   Without a name both are fetched. DIR is by default the folder of this script; it receives
#   cifar-10-batches-bin/ and cifar-100-binary/. Existing data are kept; a broken download is resumed.
# Environment: M2M_CIFAR_URL is another place to download from (a mirror, a local server).
# Exit status: 0 done, 2 usage, 65 the archive is not the published one, 74 network or disk.
set -euo pipefail

url=${M2M_CIFAR_URL:-https://www.cs.toronto.edu/~kriz}
attempts=3

fail() { # status, sentence
  echo "fetch_cifar.sh: $2" >&2
  exit "$1"
}

# Downloads $1 into $2, continuing an existing file. Deletes $2 if the server cannot continue.
download() {
  local status=0
  if command -v curl >/dev/null; then
    curl --fail --location --silent --show-error --connect-timeout 30 --speed-limit 1 --speed-time 60 \
      --continue-at - --output "$2" "$1" || status=$?
    [[ $status != 22 && $status != 33 ]] || rm -f "$2"
  else
    wget --no-verbose --tries=1 --timeout=60 --continue --output-document="$2" "$1" || status=$?
    [ $status != 8 ] || rm -f "$2"
  fi
  return $status
}

has_md5() { # file, sum
  [ -f "$1" ] && [ "$(md5sum <"$1" | cut -d ' ' -f 1)" = "$2" ]
}

# Downloads the archive $1 with the checksum $2 into $3, or fails.
fetch_archive() {
  local attempt resumed
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    if has_md5 "$3" "$2"; then
      return
    fi
    resumed=$([ -s "$3" ] && echo yes || echo no)
    if download "$url/$1" "$3" && ! has_md5 "$3" "$2"; then
      rm -f "$3"  # complete but wrong; a resumed file may have started as another one, so try once more from the start
      [ $resumed = yes ] ||
        fail 65 "$url/$1 does not have the published MD5 sum $2 and was deleted; try again, or another mirror (M2M_CIFAR_URL)."
    fi
  done
  has_md5 "$3" "$2" ||
    fail 74 "$url/$1 could not be downloaded (see above); check the network and run this again to continue."
}

# fetch ARCHIVE MD5 FOLDER: FOLDER is the content of the archive; it appears complete or not at all.
fetch() {
  local archive=$1 md5=$2 folder=$3 part=$dest/.$1.part scratch=$dest/.$3.unpacking
  if [ -e "$dest/$folder" ]; then
    (cd "$dest/$folder" && sha256sum --check --status .md5-checked) 2>/dev/null ||
      fail 65 "$dest/$folder is damaged or was not unpacked by this script; move it away and run this again."
    echo "$dest/$folder is there already"
    return
  fi
  echo "Downloading $url/$archive"
  fetch_archive "$archive" "$md5" "$part"
  rm -rf "$scratch"
  { mkdir "$scratch" && tar -xzf "$part" -C "$scratch" --no-same-owner; } ||
    fail 74 "$archive could not be unpacked in $dest: is the disk full?"
  [ -d "$scratch/$folder" ] || fail 65 "$archive has no folder $folder in it."
  # The program recognises published files by this list (datasets/README.md).
  (cd "$scratch/$folder" && sha256sum -- * >.md5-checked)
  mv "$scratch/$folder" "$dest/$folder"
  rm -rf "$scratch" "$part"
  echo "$dest/$folder"
}

names=()
dest=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
while [ $# -gt 0 ]; do
  case "$1" in
    cifar10 | cifar100) names+=("$1") ;;
    --dest)
      [ $# -gt 1 ] || fail 2 "--dest needs a folder."
      dest=$2
      shift
      ;;
    *) fail 2 "unknown argument '$1'; usage: fetch_cifar.sh [cifar10] [cifar100] [--dest DIR]." ;;
  esac
  shift
done
command -v curl >/dev/null || command -v wget >/dev/null || fail 74 "neither curl nor wget is installed."
if [ ${#names[@]} = 0 ]; then
  names=(cifar10 cifar100)
fi
{ mkdir -p "$dest" && [ -w "$dest" ]; } 2>/dev/null || fail 74 "cannot write to the folder $dest."

for name in "${names[@]}"; do
  case "$name" in
    # The published sums of the archives; the variables let a test serve small archives.
    cifar10) fetch cifar-10-binary.tar.gz "${M2M_CIFAR10_MD5:-c32a1d4ab5d03f1284b67883e8d87530}" cifar-10-batches-bin ;;
    cifar100) fetch cifar-100-binary.tar.gz "${M2M_CIFAR100_MD5:-03b5dce01913d631647c71ecec9e9cb8}" cifar-100-binary ;;
  esac
done

#!/usr/bin/env bash
# Downloads CIFAR-10 and CIFAR-100 (the binary versions) from their author's site, checks them and unpacks them.
#
# Usage: datasets/fetch_cifar.sh [cifar10] [cifar100] [--dest DIR]
#   Without a name both are fetched. DIR is by default the folder of this script; it receives
#   cifar-10-batches-bin/ and cifar-100-binary/. Existing data are kept; a broken download is resumed.
# Environment: M2M_CIFAR_URL is another place to download from (a mirror, a local server).
# Exit status: 0 done, 2 usage, 65 the archive is not the published one, 74 network or disk.
set -euo pipefail

dest=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$dest/fetching.sh"
url=${M2M_CIFAR_URL:-https://www.cs.toronto.edu/~kriz}
mirrors=M2M_CIFAR_URL

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
  fetch_file "$url/$archive" "md5:$md5" "$part"
  unpack "$part" "$scratch"
  [ -d "$scratch/$folder" ] || fail 65 "$archive has no folder $folder in it."
  # The program recognises published files by this list (datasets/README.md).
  (cd "$scratch/$folder" && sha256sum -- * >.md5-checked)
  mv "$scratch/$folder" "$dest/$folder"
  rm -rf "$scratch" "$part"
  echo "$dest/$folder"
}

names=()
take_arguments "cifar10 cifar100" "$@"
check_place
if [ ${#names[@]} = 0 ]; then
  names=(cifar10 cifar100)
fi

for name in "${names[@]}"; do
  case "$name" in
    # The published sums of the archives; the variables let a test serve small archives.
    cifar10) fetch cifar-10-binary.tar.gz "${M2M_CIFAR10_MD5:-c32a1d4ab5d03f1284b67883e8d87530}" cifar-10-batches-bin ;;
    cifar100) fetch cifar-100-binary.tar.gz "${M2M_CIFAR100_MD5:-03b5dce01913d631647c71ecec9e9cb8}" cifar-100-binary ;;
  esac
done

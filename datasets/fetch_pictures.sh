#!/usr/bin/env bash
# Downloads sets of pictures from their authors' sites, checks what has a published checksum, and unpacks them.
#
# Usage: datasets/fetch_pictures.sh [cinic10] [tiny-imagenet] [places-lt] [inaturalist18] [--dest DIR]
#   DIR is by default the folder of this script. Existing data are kept; a broken download is resumed. An archive is deleted
#   when it is unpacked; until then the disk has to hold both. Archives: cinic10 0.7 GB, tiny-imagenet 0.25 GB, places-lt more
#   than 20 GB, inaturalist18 120 GB.
# Environment: other addresses of the archives (a mirror, a local server) are M2M_CINIC10_URL, M2M_TINY_IMAGENET_URL,
#   M2M_PLACES_URL and, of folders, M2M_PLACES_LISTS_URL and M2M_INATURALIST_URL. M2M_PLACES_MD5 demands this MD5 of the
#   pictures of Places, of which no checksum is known; a file with another one is kept.
# Exit status: 0 done, 2 usage, 65 a file is not the published one, 74 network or disk.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/fetching.sh"
dest=$here

# True, with a line, if the folder $1 of DIR is there.
is_there() {
  [ -e "$dest/$1" ] || return
  echo "$dest/$1 is there already; delete it to fetch it again"
}

# Fails unless the folder $1 has the entries that follow.
demand() {
  local folder=$1 entry
  shift
  for entry in "$@"; do
    [ -e "$folder/$entry" ] || fail 65 "the archive has no $entry in it; its layout has changed."
  done
}

# Gives the scratch folder $1 its final name $2 and deletes the archives that follow.
finish() {
  mv "$1" "$dest/$2"
  rm -f "${@:3}"
  echo "$dest/$2"
}

# CINIC-10: train/, valid/ and test/ are at the top of the archive. The sum is that of the file at DataShare, Edinburgh, as
# loaders of other projects record it; its authors' pages name none.
fetch_cinic10() {
  local url=${M2M_CINIC10_URL:-https://datashare.ed.ac.uk/bitstream/handle/10283/3192/CINIC-10.tar.gz}
  local part=$dest/.cinic10.tar.gz.part scratch=$dest/.cinic10.unpacking
  ! is_there cinic10 || return 0
  mirrors=M2M_CINIC10_URL
  echo "Downloading $url"
  fetch_file "$url" "md5:${M2M_CINIC10_MD5:-6ee4d0c996905fe93221de577967a372}" "$part"
  unpack "$part" "$scratch"
  demand "$scratch" train valid test
  finish "$scratch" cinic10 "$part"
}

# Tiny ImageNet. The sum is that of Avalanche (avalanche/benchmarks/datasets/tiny_imagenet/tiny_imagenet.py); the course's
# pages name none.
fetch_tiny_imagenet() {
  local url=${M2M_TINY_IMAGENET_URL:-http://cs231n.stanford.edu/tiny-imagenet-200.zip}
  local part=$dest/.tiny-imagenet-200.zip.part scratch=$dest/.tiny-imagenet-200.unpacking
  ! is_there tiny-imagenet-200 || return 0
  mirrors=M2M_TINY_IMAGENET_URL
  echo "Downloading $url"
  fetch_file "$url" "md5:${M2M_TINY_IMAGENET_MD5:-90528d7ca1a48142e341f4ef8d21d0de}" "$part"
  unpack "$part" "$scratch"
  demand "$scratch/tiny-imagenet-200" train val/val_annotations.txt
  finish "$scratch/tiny-imagenet-200" tiny-imagenet-200 "$part"
  rmdir "$scratch"
}

# Places-LT: the lists of Liu et al. from the repository of Kang et al., at one commit, so that their sums are known; the
# pictures in the folders that the lists name.
fetch_places_lt() {
  local commit=f162adef63fdf592d0b8a0f6e52bc481fc08785f
  local lists=${M2M_PLACES_LISTS_URL:-https://raw.githubusercontent.com/facebookresearch/classifier-balancing/$commit/data/Places_LT}
  local url=${M2M_PLACES_URL:-http://data.csail.mit.edu/places/places365/places365standard_easyformat.tar}
  local part=$dest/.places-lt.tar.part scratch=$dest/.places-lt.unpacking found=$dest/.places-lt.unpacking/places365_standard
  local train=${M2M_PLACES_TRAIN_SHA256:-726c4871dcbf07ce2f857703bfe32e9a83ffbf52d704239f6d95c4f4f4c247f7}
  local val=${M2M_PLACES_VAL_SHA256:-719e3cf3766c09134ea28f56f1036c78def511ac1ed2c2532a6beef78f2439ba}
  local test=${M2M_PLACES_TEST_SHA256:-44eee8441c8098c59195465abede425721bc35525d75209f9433b161a6eb37bc}
  local name
  ! is_there places-lt || return 0
  mirrors=M2M_PLACES_LISTS_URL
  for name in train val test; do
    fetch_file "$lists/Places_LT_$name.txt" "sha256:${!name}" "$dest/.Places_LT_$name.txt.part"
  done
  mirrors=M2M_PLACES_URL
  echo "Downloading $url"
  fetch_unchecked "$url" "$part" M2M_PLACES_MD5
  unpack "$part" "$scratch"
  demand "$found" train val
  for name in train val test; do
    mv "$dest/.Places_LT_$name.txt.part" "$found/Places_LT_$name.txt"
  done
  finish "$found" places-lt "$part"
  rm -rf "$scratch"
}

# iNaturalist 2018, with the sums of its README (github.com/visipedia/inat_comp, 2018). The lists are made of the annotations.
fetch_inaturalist18() {
  local url=${M2M_INATURALIST_URL:-https://ml-inat-competition-datasets.s3.amazonaws.com/2018}
  local part=$dest/.inaturalist18.tar.gz.part scratch=$dest/.inaturalist18.unpacking
  local train=${M2M_INATURALIST_TRAIN_MD5:-bfa29d89d629cbf04d826a720c0a68b0}
  local val=${M2M_INATURALIST_VAL_MD5:-f2ed8bfe3e9901cdefceb4e53cd3775d} name
  ! is_there inaturalist18 || return 0
  mirrors=M2M_INATURALIST_URL
  for name in train val; do
    fetch_file "$url/${name}2018.json.tar.gz" "md5:${!name}" "$dest/.inaturalist18-$name.tar.gz.part"
  done
  echo "Downloading $url/train_val2018.tar.gz"
  fetch_file "$url/train_val2018.tar.gz" "md5:${M2M_INATURALIST_MD5:-b1c6952ce38f31868cc50ea72d066cc3}" "$part"
  unpack "$part" "$scratch"
  demand "$scratch" train_val2018
  for name in train val; do
    tar -xf "$dest/.inaturalist18-$name.tar.gz.part" -C "$scratch" --no-same-owner ||
      fail 74 "the annotations could not be unpacked in $dest: is the disk full?"
    demand "$scratch" "${name}2018.json"
    python3 "$here/inaturalist_list.py" "$scratch/${name}2018.json" "$scratch/iNaturalist18_$name.txt" ||
      fail 65 "no list could be made of ${name}2018.json; its layout has changed, or the disk is full."
    rm "$scratch/${name}2018.json"
  done
  finish "$scratch" inaturalist18 "$part" "$dest"/.inaturalist18-{train,val}.tar.gz.part
}

names=()
take_arguments "cinic10 tiny-imagenet places-lt inaturalist18" "$@"
[ ${#names[@]} -gt 0 ] || fail 2 "name the sets to fetch: cinic10, tiny-imagenet, places-lt or inaturalist18."
check_place
for name in "${names[@]}"; do
  "fetch_${name//-/_}"
done

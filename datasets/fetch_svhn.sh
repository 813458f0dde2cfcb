#!/usr/bin/env bash
# Downloads the cropped digits of SVHN from their authors' site, checks them, and makes arrays of them that the program reads.
#
# Usage: datasets/fetch_svhn.sh [--dest DIR]
#   DIR is by default the folder of this script; it receives svhn/svhn.npz. Existing data are kept; a broken download is
#   resumed. The files are those of MATLAB, so a Python with numpy and scipy is needed: M2M_PYTHON, else that of 'make setup',
#   else python3.
# Environment: M2M_SVHN_URL is another place to download from (a mirror, a local server).
# Exit status: 0 done, 2 usage or no such Python, 65 a file is not the published one, 74 network or disk.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/fetching.sh"
dest=$here
url=${M2M_SVHN_URL:-http://ufldl.stanford.edu/housenumbers}
mirrors=M2M_SVHN_URL

names=()
take_arguments "" "$@"
check_place
folder=$dest/svhn
if [ -e "$folder" ]; then
  (cd "$folder" && sha256sum --check --status .md5-checked) 2>/dev/null ||
    fail 65 "$folder is damaged or was not made by this script; move it away and run this again."
  echo "$folder is there already"
  exit
fi
find_python "numpy scipy"

scratch=$dest/.svhn.unpacking
# The sums are those of torchvision (torchvision/datasets/svhn.py); the variables let a test serve small files.
for part in train test; do
  echo "Downloading $url/${part}_32x32.mat"
  case $part in
    train) sum=${M2M_SVHN_TRAIN_MD5:-e26dedcc434d2e4c54c9b2d4a06d8373} ;;
    test) sum=${M2M_SVHN_TEST_MD5:-eb5a983be6a315427106f1b164d9cef3} ;;
  esac
  fetch_file "$url/${part}_32x32.mat" "md5:$sum" "$dest/.svhn-$part.mat.part"
done
rm -rf "$scratch"
mkdir "$scratch"
"$python" "$here/svhn_to_npz.py" "$dest/.svhn-train.mat.part" "$dest/.svhn-test.mat.part" "$scratch/svhn.npz" ||
  fail 74 "the arrays could not be written in $dest: is the disk full?"
# The program recognises the published files by this list (datasets/README.md).
(cd "$scratch" && sha256sum -- svhn.npz >.md5-checked)
mv "$scratch" "$folder"
rm -f "$dest/.svhn-train.mat.part" "$dest/.svhn-test.mat.part"
echo "$folder"

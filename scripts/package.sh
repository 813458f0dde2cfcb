#!/usr/bin/env bash
# Makes packages of the programs for the CPU: build/package/packages/*.deb and *.tar.gz. Both hold the libraries of libtorch, so
# they need no checkout and no .venv. Fails if the programs of the archive do not start.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# help2man: manual pages; dpkg-dev, file: what the Debian package depends on.
scripts/install_packages.sh help2man dpkg-dev file
scripts/build.sh package
cmake --build build/package --target man
rm -rf build/package/packages
# A folder of its own holds the files of the archive; those of the Debian package begin at /usr.
(cd build/package && cpack -G TGZ -D CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY=ON && cpack -G DEB)

tried=$(mktemp -d)
trap 'rm -rf "$tried"' EXIT
tar --extract --file build/package/packages/*.tar.gz --directory "$tried" --strip-components 1
for program in "$tried"/bin/*; do
  env -u LD_LIBRARY_PATH "$program" --version
done
ls -l build/package/packages/*.deb build/package/packages/*.tar.gz

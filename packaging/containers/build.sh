#!/usr/bin/env bash
# Within an image that is being built: makes m2m in /opt/m2m, which holds a checkout, and installs it in /opt/m2m/install.
# Writes the Debian packages that the programs need to run into /opt/m2m/packages.txt. Removes what only the build needs.
#
# Usage: build.sh cpu|gpu
set -euo pipefail
cd /opt/m2m
kind=${1:?usage: build.sh cpu|gpu}

rm -rf build .venv .venv-gpu  # of a checkout that was used before: both name its own path
scripts/setup.sh "$kind"
scripts/build.sh "$kind-release" programs m2m-bench
cmake --install "build/$kind-release" --prefix install --strip --component programs
# Packages that own a library of the programs. dpkg does not find those of the C library by their real path; each image has it.
libraries=$(ldd install/bin/* | awk '/=> \// {print $3}' | sort -u)
xargs realpath <<<"$libraries" | { xargs dpkg-query --search 2>/dev/null || true; } | cut -d : -f 1 | sort -u >packages.txt
rm -rf build .git

#!/usr/bin/env bash
# Within an image that is being built, with /opt/m2m as build.sh left it: installs what the programs need to run.
set -euo pipefail
apt-get update
# Python is for the scripts of results/.
xargs apt-get install --yes --no-install-recommends openmpi-bin python3 </opt/m2m/packages.txt
rm -rf /var/lib/apt/lists/*

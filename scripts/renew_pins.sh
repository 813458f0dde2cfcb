#!/usr/bin/env bash
# Rewrites the pins of tests/pins with the answers of a built preset, and prints what changed.
# Pins are answers that a change of structure leaves as they are: ids and identities of stages, settings, methods,
# options, exit codes, structure of files. Renew them only if a change of these answers is intended; name it in the commit.
#
# Usage: scripts/renew_pins.sh PRESET
# A study keeps its pins if its data are neither in M2M_DATA nor in ../shared/datasets.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${1:?usage: scripts/renew_pins.sh PRESET}
export M2M_RENEW_PINS=1
M2M_JOBS=1 scripts/check.sh "$preset" --verbose --tests-regex '^(stages(_cpu)?[.](Stage)?Pins|pins_of_.*|jobs)$' | grep -v '^UpdateCTest\|^ *$'
git status --short tests/pins

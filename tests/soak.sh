#!/usr/bin/env bash
# Disturbs sweeps of the digits on 4 ranks for some minutes; ends with 1 if a result differs from that of an undisturbed one.
#
# Usage: tests/soak.sh MINUTES [OPTION ...]        options: tests/soak.py --help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/mpi_env.sh
minutes=${1:?usage: tests/soak.sh MINUTES [OPTION ...]}
shift
PYTHONDONTWRITEBYTECODE=1 exec .venv/bin/python tests/soak.py --minutes "$minutes" "$@"

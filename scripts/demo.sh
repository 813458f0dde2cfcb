#!/usr/bin/env bash
# Trains the digits that ship with the project with ERM, DRS and M2m, 3 seeds each, over 2 ranks, prints the table and
# draws the figures.
# What exists in results/digits is not trained again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/mpi_env.sh

mpirun -np 2 --bind-to none --oversubscribe build/bin/m2m-sweep jobs/digits.toml --out results/digits
build/bin/m2m-report results/digits
.venv/bin/python results/figures.py results/digits
.venv/bin/python results/page.py results/digits

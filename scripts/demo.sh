#!/usr/bin/env bash
# Trains the digits that ship with the project with ERM, DRS and M2m, 8 seeds each, over 2 ranks. Prints the table and how
# M2m compares with the others seed by seed, and draws the figures.
# Results that exist in results/digits are not trained again. Figures are drawn again only if a result or a script has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/mpi_env.sh

out=results/digits
mpirun -np 2 --bind-to none build/bin/m2m-sweep jobs/digits.toml --out "$out"
build/bin/m2m-report "$out"
for other in DRS ERM; do
  echo
  build/bin/m2m-report compare "$out" M2m "$other"
done

drawn=$out/figures/drawn_from.sha256
mapfile -t scripts < <(find results/*.py python -name '*.py' | sort)
contents=$(cat "$out/results.h5" "${scripts[@]}" | sha256sum)
if [ -f "$out/report.html" ] && [ "$(cat "$drawn" 2>/dev/null)" = "$contents" ]; then
  echo "$out/figures and $out/report.html show these results already."
  exit
fi
.venv/bin/python results/figures.py "$out"
.venv/bin/python results/page.py "$out"
echo "$contents" >"$drawn"

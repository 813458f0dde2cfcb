#!/bin/sh
# Compiles a CUDA source, and keeps what ptxas says of its kernels (-Xptxas=-v) in OBJECT.ptxas, for
# scripts/kernel_resources.py. Warnings and errors are printed as usual.
# Usage: keep_ptxas_report.sh NVCC ARGUMENT...
previous= object=
for argument; do
  [ "$previous" = -o ] && object=$argument
  previous=$argument
done
report=${object:-/dev/null}.ptxas
status=0
"$@" >"$report" 2>&1 || status=$?
grep -v -e '^ptxas info' -e 'bytes stack frame' -e '^$' "$report" >&2
exit $status

#!/usr/bin/env bash
# Checks a machine before a long run, in some ten minutes: device tests, some of them under compute-sanitizer if there is
# one, m2m-doctor, and the times of steps and translations, eager, recorded and fused, for one to eight trials at once,
# beside those of the authors' program if it is in the bundle. Each part has a time limit, and a failure does not stop the
# others. The tables are printed last, and written to OUT/first_contact.md.
#
# Usage: first_contact.sh       OUT: a folder for logs and results (default: ./first_contact)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
out=${OUT:-first_contact}
mkdir -p "$out"
export M2M_TEST_DEVICE=${M2M_TEST_DEVICE:-cuda:0}
export M2M_PUBLISHED_G=$bundle/published_g.t7
sanitized='FusedWeightsOnTheDevice.*:TranslateOnTheDevice.*:TrainingStepOnTheDevice.*'
cores=$(env -u OMP_NUM_THREADS nproc)  # nproc obeys that variable
rows=()

# check NAME SECONDS COMMAND...: one row of the table; the output goes to a log.
check() {
  local name=$1 limit=$2 code=0 began=$SECONDS said
  shift 2
  timeout "$limit" "$@" >"$out/$name.log" 2>&1 || code=$?
  said=$(grep -hoE '\[  (PASSED|FAILED|SKIPPED) +\] .*tests?' "$out/$name.log" | tail -3 | tr -s ' \n' ' ' || true)
  if [ "$code" = 124 ]; then said="stopped after $limit s"; fi
  rows+=("| $name | $code | $((SECONDS - began)) | $said |")
  echo "${rows[-1]}"
}

sweep() {
  local name=$1
  shift
  check "$name" 90 m2m-sweep "$bundle/jobs/step_times.toml" --out "$out/$name" train.precision=bf16 "$@"
}

# bench NAME EXECUTOR FILTER: cases of m2m-bench on the GPU. A file each, because one that is cut off cannot be read.
bench() {
  check "bench_$1" 90 m2m-bench run --device cuda --executor "$2" --repetitions 3 --json "$out/bench_$1.json" --filter "$3"
}

echo "| step | exit code | seconds | |"
nvidia-smi -L || true
check doctor 30 m2m-doctor --out "$out"
check kernels 90 kernels_test '--gtest_filter=*OnTheDevice*'
sanitizer=$(command -v "$bundle/sanitizer/compute-sanitizer" || command -v compute-sanitizer || true)
if [ -n "$sanitizer" ]; then
  for tool in memcheck racecheck synccheck; do
    check "$tool" 60 "$sanitizer" --tool "$tool" --error-exitcode 9 "$bundle/bin/kernels_test" --gtest_filter="$sanitized"
  done
fi
check sums 60 tensors_test '--gtest_filter=Nccl*'
check networks 60 nn_test '--gtest_filter=*OnDevice*:*OnTheDevice*'
check methods 90 methods_test '--gtest_filter=M2mEditor*:TranslationTrace*:*OnTheDevice*'
check trainer 90 train_test '--gtest_filter=Trial*'
check fused_step 120 train_fused_test '--gtest_filter=*OnTheDevice*'
check parity 60 parity_test
check digits 60 m2m-sweep "$bundle/jobs/digits.toml" --out "$out/digits" seed=1 train.epochs=10
bench slots_fused fused '^translated_slots/'
bench steps_fused fused '^(erm|m2m)_steps/'
bench slots_recorded graph '^translated_slots/bf16/auto/76/x[14]/'
bench steps_recorded graph '^(erm|m2m)_steps/.*/x[14]/'
bench eager eager '^((erm|m2m)_steps/bf16/auto/128|translated_slots/bf16/auto/76)/x1/'
if [ -n "${M2M_DATA:-}" ]; then
  g=()
  if [ -f "$M2M_PUBLISHED_G" ]; then g=("m2m.g_from=$M2M_PUBLISHED_G"); fi
  sweep eager train.executor=eager "${g[@]}"
  sweep recorded train.executor=graph "${g[@]}"
  sweep fused train.executor=fused "${g[@]}"
  if [ -d "$bundle/authors" ]; then
    for method in ERM M2m; do
      check "authors_$method" 60 env -u LD_LIBRARY_PATH "$python" "$bundle/run_authors.py" "$bundle/authors" --method "$method" \
        --data "$M2M_DATA" --g "$M2M_PUBLISHED_G" --steps 30 --device cuda --threads "$cores"
    done
  fi
fi

{
  echo "Machine: $(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || echo 'no GPU'); $cores cores; PyTorch $found; revision $(cat "$bundle/revision")"
  echo
  echo "| step | exit code | seconds | tests |"
  echo "|---|---|---|---|"
  printf '%s\n' "${rows[@]}"
  echo
  "$python" "$bundle/bench_times.py" "$out"/bench_*.json
  echo
  echo "| program | phase | epochs | s an epoch, median | ms a step, median |"
  echo "|---|---|---|---|---|"
  for name in eager recorded fused; do
    if [ -d "$out/$name" ]; then "$python" "$bundle/step_times.py" "$name, bf16" "$out/$name"; fi
  done
  for method in ERM M2m; do
    if [ -s "$out/authors_$method.log" ]; then "$python" "$bundle/step_times.py" --authors "$method" "$out/authors_$method.log"; fi
  done
} | tee "$out/first_contact.md"

#!/usr/bin/env bash
# Fuzzes the readers of files that others may have made. Build the targets first: scripts/build.sh cpu-fuzz fuzz_targets
#
# Usage: scripts/fuzz.sh [SECONDS | RUNSx] [TARGET...]
#   SECONDS    all targets together take so long, in equal shares (default: 150)
#   RUNSx      so many inputs for each target: 100000x
#   TARGET     a name in tests/fuzz/corpus (default: every target that is built)
# Starts from the inputs in tests/fuzz/corpus/TARGET, copied, so that the checkout stays as it is. Fails if an input
# crashes a reader, takes 5 s, or needs more memory than it may; the input is kept in build/cpu-fuzz/findings. Faults of libhdf5
# itself are counted and kept there, too.
# M2M_SEED: of the mutations (default: 1). M2M_JOBS: targets at a time (default: processors).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

programs=$PWD/build/cpu-fuzz/bin
findings=$PWD/build/cpu-fuzz/findings
max_input=4096      # bytes; longer inputs of the corpus raise it
max_memory=512      # MB of the process
max_allocation=300  # MB at once
max_seconds=5       # of one input, in a build that the sanitizers make several times slower

fail() {
  echo "fuzz.sh: $1" >&2
  exit 1
}

# Copies the corpus of a target into memory and prints the folder.
copy_corpus() {
  mkdir -p "$scratch/$1/corpus" "$scratch/$1/tmp"
  cp "tests/fuzz/corpus/$1/"* "$scratch/$1/corpus/"
}

# True if libhdf5 itself failed, on a file that it reads in this process (docs/reliability.md, "Not promised"): its code is the
# first below functions of the C library and of the sanitizer.
is_fault_of_libhdf5() {
  awk '/^ +#[0-9]+ 0x/ && $4 !~ /^_*(sanitizer|interceptor|asan|mem|malloc|calloc|realloc|free|str)/ {print; exit}' "$1" |
    grep -q libhdf5
}

# Prints a number of libFuzzer's summary; 0 if it has written none.
summary() {
  awk -v name="stat::$1:" '$1 == name {found = $2} END {print found + 0}' "$2"
}

# What is left of the inputs or seconds of a target, as an option; fails if nothing is.
remaining() {
  local inputs=$1 seconds=$2 left
  if [[ $amount == *x ]]; then
    left=$((${amount%x} - inputs))
    echo "-runs=$left"
  else
    left=$((share - seconds))
    echo "-max_total_time=$left"
  fi
  [ "$left" -gt 0 ]
}

# Runs one target; its log is shown only if it fails.
fuzz() {
  local name=$1 log=$scratch/$1/log memory=$max_memory longest began=$SECONDS inputs=0 slowest=0 faults=0 seed limit last note=
  # Half of the memory that freed blocks may keep by default would count as that of the target.
  local checks=quarantine_size_mb=16
  copy_corpus "$name"
  longest=$(find "$scratch/$name/corpus" -type f -printf '%s\n' | sort -n | tail -1)
  case $name in
    t7 | safetensors) memory=1024 ;;  # libtorch itself takes half of it
    # libhdf5 asks for what a damaged file claims, and goes on without; a `new` of this program still fails. It copies a few
    # bytes too many from damaged messages, too.
    result | merged)
      checks+=:allocator_may_return_null=1:max_allocation_size_mb=$max_allocation:suppressions=$scratch/$name/suppressions
      echo interceptor_via_lib:libhdf5 >"$scratch/$name/suppressions" ;;
  esac
  local options=(-timeout="$max_seconds" -report_slow_units=1 -rss_limit_mb="$memory" -malloc_limit_mb="$max_allocation"
    -max_len="$((longest > max_input ? longest : max_input))" -print_final_stats=1)
  if [ -f "tests/fuzz/$name.dict" ]; then
    options+=("-dict=tests/fuzz/$name.dict")
  fi
  for ((seed = M2M_SEED; ; ++seed)); do
    limit=$(remaining "$inputs" "$((SECONDS - began))") || break
    last=done
    ASAN_OPTIONS=$checks TMPDIR=$scratch/$name/tmp "$programs/fuzz_$name" "${options[@]}" "$limit" -seed="$seed" \
      -artifact_prefix="$findings/$name-" "$scratch/$name/corpus" >"$log" 2>&1 || last=failed
    inputs=$((inputs + $(summary number_of_executed_units "$log")))
    slowest=$((slowest > $(summary slowest_unit_time_sec "$log") ? slowest : $(summary slowest_unit_time_sec "$log")))
    if [ $last = done ]; then break; fi
    if ! is_fault_of_libhdf5 "$log"; then
      tail -n 60 "$log"
      echo "fuzz.sh: $name: FINDING; the input is in $findings/$name-*, repeat it with $programs/fuzz_$name INPUT"
      return 1
    fi
    faults=$((faults + 1))
  done
  if [ $faults -gt 0 ]; then note="; libhdf5 itself failed $faults times"; fi
  echo "$name: $inputs inputs in $((SECONDS - began)) s, slowest $slowest s, $(summary peak_rss_mb "$log") MB$note"
}

amount=${1:-150}
shift || true
targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
  for folder in tests/fuzz/corpus/*/; do
    name=$(basename "$folder")
    if [ -x "$programs/fuzz_$name" ]; then targets+=("$name"); fi
  done
fi
[ "${#targets[@]}" -gt 0 ] || fail "no target is built: scripts/build.sh cpu-fuzz fuzz_targets"
jobs=${M2M_JOBS:-$(nproc)}
share=
if [[ $amount != *x ]]; then
  rounds=$(((${#targets[@]} + jobs - 1) / jobs))
  share=$((amount / rounds > 0 ? amount / rounds : 1))
fi
memory_folder=/dev/shm
[ -w "$memory_folder" ] || memory_folder=${TMPDIR:-/tmp}
scratch=$(mktemp -d "$memory_folder/m2m-fuzz-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$findings"
export UBSAN_OPTIONS=print_stacktrace=1
export -f fuzz copy_corpus is_fault_of_libhdf5 summary remaining
export programs findings max_input max_memory max_allocation max_seconds amount share scratch
export M2M_SEED=${M2M_SEED:-1}
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'set -eo pipefail; fuzz {}' ||
  fail "a reader failed; see above"

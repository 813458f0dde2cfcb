#!/usr/bin/env bash
# Packs the GPU build for a machine that has CUDA's driver and a Python with PyTorch, but no compiler, Open MPI,
# HDF5, data or network. On that machine: unpack it, then run.sh, first_contact.sh or long_run.sh.
#
# Usage: scripts/gpu_bundle.sh [OPTION...] OUT.tar.xz
#   --build DIR       the build to pack (default: build/gpu-release); it has to be complete
#   --data ROOT       adds CIFAR-10's test images, and the training images of one imbalance ratio, from ROOT
#   --ratio RHO       that ratio (default: 100)
#   --authors DIR     adds the authors' program, a checkout, which first_contact.sh times beside this one
#   --published G     adds the authors' g (.t7), with which M2m is timed
#   --sanitizer DIR   adds NVIDIA's compute-sanitizer, 9 MB, with which first_contact.sh repeats a few tests: the folder of
#                     that name of a CUDA toolkit, or of the wheel in requirements/sanitizer.txt
# The machine needs glibc as new as this one's, and PyTorch of the release that was linked here. With --data the package
# libjxl-tools is needed here: images are packed without loss.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
  echo "gpu_bundle.sh: $1" >&2
  exit 1
}

programs=(m2m-sweep m2m-report m2m-doctor m2m-bench)
tests=(kernels_test tensors_test nn_test methods_test train_test train_fused_test parity_test)

build=$checkout/build/gpu-release data='' ratio=100 authors='' published='' sanitizer='' out=''
while [ $# -gt 0 ]; do
  case "$1" in
    --build) build=$2; shift 2 ;;
    --data) data=$2; shift 2 ;;
    --ratio) ratio=$2; shift 2 ;;
    --authors) authors=$2; shift 2 ;;
    --published) published=$2; shift 2 ;;
    --sanitizer) sanitizer=$2; shift 2 ;;
    -*) fail "unknown option '$1'; the head of this script lists them." ;;
    *) out=$1; shift ;;
  esac
done
[ -n "$out" ] || fail "name the file to write: scripts/gpu_bundle.sh OUT.tar.xz"
command -v xz >/dev/null || fail "xz is missing: apt-get install xz-utils"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle=$work/m2m
mkdir -p "$bundle"/{bin,lib,plugins,tests}

# Libraries that the machine lacks: all except those of libtorch and CUDA, which come with PyTorch, and of glibc.
list_libraries() {
  ldd "$@" 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// {print $3}' | sort -u |
    grep -vE '/lib(c|m|dl|rt|pthread|resolv|util)\.so|/ld-linux|/libtorch|/libc10|/libgomp|/site-packages/|/cuda[^/]*/|/libcuda|/libnccl'
}

copy_programs() {
  local name
  for name in "${programs[@]}" "${tests[@]}"; do
    [ -x "$build/bin/$name" ] || fail "$build/bin/$name is not there: scripts/build.sh gpu-release"
    strip -o "$bundle/bin/$name" "$build/bin/$name"
  done
}

copy_libraries() {
  local plugins
  plugins=$(dirname "$(find /usr/lib /usr/local/lib -name mca_btl_self.so -print -quit)")
  [ "$plugins" != . ] || fail "Open MPI's plugins (mca_btl_self.so) are not below /usr/lib"
  cp -L "$plugins"/*.so "$bundle/plugins/"
  list_libraries "$bundle"/bin/* "$plugins"/*.so | xargs -r cp -Lnt "$bundle/lib"
  find "$(dirname "$(dirname "$plugins")")" -maxdepth 1 -name 'libmca_common_*.so*' -exec cp -Ln -t "$bundle/lib" {} +
}

# Packs images into sheets without loss: 32 MB instead of 190.
pack_images() {
  local sheet
  command -v cjxl >/dev/null || fail "cjxl is missing: apt-get install libjxl-tools"
  python3 "$checkout/scripts/bundle/pack_images.py" "$data" "$ratio" "$bundle/images"
  for sheet in train test; do
    cjxl --quiet -d 0 -e 7 "$bundle/images/$sheet.ppm" "$bundle/images/$sheet.jxl"
    rm "$bundle/images/$sheet.ppm"
  done
  cp "$(command -v djxl)" "$bundle/bin/"
  list_libraries "$bundle/bin/djxl" | xargs -r cp -Lnt "$bundle/lib"
}

copy_programs
copy_libraries
cp "$checkout"/scripts/bundle/{run,first_contact,long_run,environment}.sh "$checkout"/scripts/bundle/{unpack_images,step_times,bench_times}.py \
  "$checkout/src/bench/run_authors.py" "$bundle/"
cp -r "$checkout/jobs" "$checkout/datasets" "$bundle/"
mkdir -p "$bundle/tests/parity"
cp "$checkout/tests/parity/golden_small.json" "$bundle/tests/parity/"
"$checkout/.venv/bin/python" -c 'import importlib.metadata as m; print(m.version("torch").split("+")[0])' >"$bundle/torch_version" 2>/dev/null ||
  echo 2.11.0 >"$bundle/torch_version"
git -C "$checkout" describe --always --dirty >"$bundle/revision" 2>/dev/null || echo unknown >"$bundle/revision"
if [ -n "$data" ]; then pack_images; fi
if [ -n "$authors" ]; then
  git -C "$authors" archive --prefix=authors/ HEAD | tar -x -C "$bundle" || fail "$authors is no checkout of the authors' program"
fi
if [ -n "$published" ]; then cp "$published" "$bundle/published_g.t7"; fi
if [ -n "$sanitizer" ]; then
  [ -f "$sanitizer/TreeLauncherSubreaper" ] || fail "$sanitizer is no folder of compute-sanitizer: TreeLauncherSubreaper is missing"
  mkdir "$bundle/sanitizer"
  cp "$sanitizer"/{compute-sanitizer,TreeLauncher*,lib*.so} "$bundle/sanitizer/"
  chmod +x "$bundle"/sanitizer/{compute-sanitizer,TreeLauncher*}
fi
# A dictionary as large as all of it: the programs have most of their code in common.
tar -C "$work" -cf - m2m | xz --lzma2=preset=6,dict=192MiB >"$out"
echo "$out: $(($(stat -c %s "$out") / 1000000)) MB, revision $(cat "$bundle/revision"), for PyTorch $(cat "$bundle/torch_version")"

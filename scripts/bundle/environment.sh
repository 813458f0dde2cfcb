# Sourced by the bundle's scripts: finds the machine's PyTorch, sets what the programs need, unpacks the data once.
# M2M_PYTHON names the Python that has PyTorch (default: python3).
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() {
  echo "m2m bundle: $1" >&2
  exit 1
}

python=${M2M_PYTHON:-python3}
wanted=$(cat "$bundle/torch_version")
command -v "$python" >/dev/null || fail "$python not found: M2M_PYTHON=PATH names a Python with PyTorch $wanted"
# Reads the version without importing torch, which would take seconds.
found=$("$python" -c 'import importlib.metadata as m; print(m.version("torch").split("+")[0])' 2>/dev/null) ||
  fail "$python has no PyTorch: M2M_PYTHON=PATH names a Python with PyTorch $wanted"
[ "${found%.*}" = "${wanted%.*}" ] ||
  fail "$python has PyTorch $found, and these programs were linked with $wanted: M2M_PYTHON=PATH names a Python that has it"
torch=$("$python" -c 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])')
libraries=$torch/lib
for folder in "$torch"/../nvidia/*/lib /usr/local/cuda/lib64; do
  if [ -d "$folder" ]; then libraries+=:$folder; fi
done
# The bundle's libraries come first: the programs need its libstdc++.
export LD_LIBRARY_PATH=$bundle/lib:$libraries
export PATH=$bundle/bin:$PATH
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
export CUDA_DEVICE_MAX_CONNECTIONS=${CUDA_DEVICE_MAX_CONNECTIONS:-32}  # several trials at a time: one queue per stream
export M2M_TEST_ROOT=$bundle
# One process without mpirun: Open MPI's plugins come from the bundle, and no daemon is started.
export OMPI_MCA_mca_base_component_path=$bundle/plugins OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_btl=self
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

unpack_data() {
  local sheet
  for sheet in train test; do
    djxl "$bundle/images/$sheet.jxl" "$bundle/images/$sheet.ppm" >/dev/null 2>&1 || fail "$bundle/images/$sheet.jxl is damaged"
  done
  mkdir -p "$bundle/data"
  "$python" "$bundle/unpack_images.py" "$bundle/images" "$bundle/data"
  rm "$bundle"/images/*.ppm
}

if [ -z "${M2M_DATA:-}" ] && [ -d "$bundle/images" ]; then
  if [ ! -d "$bundle/data/cifar-10-batches-bin" ]; then unpack_data; fi
  export M2M_DATA=$bundle/data
fi

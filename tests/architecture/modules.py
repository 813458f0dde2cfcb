"""The modules of src/, the modules that each may use, and who may include which library: docs/architecture.md, section 2."""

# The row "uses directly" of each module; what a used module uses may be used as well.
USES = {
    "core": [],
    "settings": ["core"],
    "kernels": ["core"],
    "dist/messages": ["core"],
    "dist/tensors": ["core", "dist/messages"],
    "data": ["core", "settings", "kernels"],
    "nn": ["core", "settings", "kernels"],
    "methods": ["data", "nn"],
    "results": ["core"],
    "train": ["methods", "dist/messages", "dist/tensors", "results", "sweep"],
    "sweep": ["core", "settings", "dist/messages", "results"],
    "report": ["settings", "results"],
}
# They may use every module, and no module uses them.
TOP = ["apps", "bench"]

# Header prefixes of a library -> the modules (or files) that may include them.
LIBRARIES = {
    "MPI": (["mpi.h", "mpi-ext.h"], ["dist/messages", "dist/tensors"]),
    "NCCL": (["nccl.h", "nccl_device.h"], ["dist/tensors", "apps/doctor_devices_cuda.cpp"]),
    "HDF5": (["hdf5.h", "hdf5_hl.h", "H5"], ["results"]),
    "spdlog": (["spdlog/"], ["core/log.cpp"]),
    "CLI11": (["CLI/"], ["core/command_line.cpp", "apps", "bench"]),
    "libjpeg": (["jpeglib.h", "jerror.h"], ["data"]),
    "libpng": (["png.h"], ["data"]),
    "libzip": (["zip.h"], ["data"]),
    "torch": (["torch/", "ATen/", "c10/"], ["dist/tensors", "nn", "methods", "train", "apps", "bench"]),
}

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def reachable(module):
    """Every module that `module` may use: itself, and what it uses directly or through others."""
    if module in TOP:
        return set(USES) | {module}
    found, to_visit = set(), [module]
    while to_visit:
        here = to_visit.pop()
        if here not in found:
            found.add(here)
            to_visit.extend(USES[here])
    return found


def module_of(path):
    """The module of a path relative to src/ ("dist/messages/mailbox.hpp"), or None if it lies in none."""
    for module in sorted([*USES, *TOP], key=len, reverse=True):
        if path.startswith(module + "/"):
            return module
    return None

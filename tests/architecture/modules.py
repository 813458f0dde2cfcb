"""The modules of src/, what each may use, its namespace, its libraries, and sizes. docs/architecture.md, section 2."""

# module -> the modules whose headers its files may include: the column "uses directly". What these use in turn reaches the
# module only through their headers. A module without torch therefore uses none with torch.
USES = {
    "core": [],
    "settings": ["core"],
    "kernels": ["core"],
    "comm/messages": ["core"],
    "comm/tensors": ["core", "comm/messages"],
    "results": ["core"],
    "data": ["core", "settings", "kernels"],
    "nn": ["core", "settings", "kernels"],
    "study": ["core", "settings"],
    "checkpoints": ["core", "results"],
    "report": ["core", "settings", "results"],
    "methods": ["core", "settings", "data", "nn"],
    "sweep": ["core", "settings", "study", "results", "comm/messages"],
    "train": ["core", "settings", "data", "nn", "methods", "checkpoints", "results", "comm/tensors"],
    "stages": [
        "core",
        "settings",
        "kernels",
        "data",
        "nn",
        "methods",
        "comm/messages",
        "comm/tensors",
        "results",
        "checkpoints",
        "study",
        "train",
    ],
}
# They may use every module, and no module uses them.
TOP = ["apps", "bench"]
MODULES = [*USES, *TOP]
TORCH = ["comm/tensors", "nn", "checkpoints", "methods", "train", "stages", *TOP]

# Where it is not m2m::<module>.
NAMESPACES = {"core": ["m2m"], "comm/messages": ["m2m::comm"], "comm/tensors": ["m2m::comm"]}

# library -> (what its headers begin with, the modules or files that may include them).
LIBRARIES = {
    "MPI": (["mpi.h", "mpi-ext.h"], ["comm/messages", "comm/tensors"]),
    "NCCL": (["nccl.h", "nccl_device.h"], ["comm/tensors", "apps/doctor_devices_cuda.cpp"]),
    "HDF5": (["hdf5.h", "hdf5_hl.h", "H5"], ["results"]),
    "spdlog": (["spdlog/"], ["core/log.cpp"]),
    "OpenSSL": (["openssl/"], ["core"]),
    "Random123": (["Random123/"], ["core", "kernels/philox_block.hpp"]),  # on a GPU the noise is drawn in the kernel
    "toml++": (["toml++/", "toml.hpp"], ["study"]),
    "CLI11": (["CLI/"], ["core/command_line.cpp", "apps", "bench"]),
    "libjpeg": (["jpeglib.h", "jerror.h"], ["data"]),
    "libpng": (["png.h"], ["data"]),
    "libzip": (["zip.h"], ["data"]),
    "zlib": (["zlib.h"], ["data"]),
    "torch": (["torch/", "ATen/", "c10/"], TORCH),
}

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


def usable(module):
    """The modules whose headers a file of `module` may include."""
    return set(USES) | {module} if module in TOP else {*USES[module], module}


def module_of(path):
    """The module of a path relative to src/, such as "core/text.hpp"; None if it lies in none."""
    return next((module for module in sorted(MODULES, key=len, reverse=True) if path.startswith(module + "/")), None)


def namespaces_of(module):
    """The namespaces that a module's files may declare in."""
    return NAMESPACES.get(module, [f"m2m::{module}"])
